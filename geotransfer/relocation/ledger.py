"""Who gains and who loses what by a plan; totals are the change of the whole system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geotransfer.relocation.building import co2_here
from geotransfer.relocation.matching import Matching
from geotransfer.relocation.problem import VALUES
from geotransfer.relocation.reading import origin_factor
from geotransfer.types import FloatArray

__all__ = ["Ledger", "ledger"]

KEYS = ("role", "who", "province")
PER_TONNE = {
    **{name: ("value", name) for name in VALUES},
    "jobs": ("use", "jobs"),
    "energy_tce": ("use", "energy"),
    "water_m3": ("use", "water"),
}
"""Column of the ledger -> where the problem gives it by tonne of product."""


@dataclass(frozen=True, eq=False)
class Ledger:
    """The ledger of a plan.

    Attributes
    ----------
    table : DataFrame
        One row per origin (role "origin", what it loses is below 0) and per place (role "destination"), the last row is
        the system: the sum. Columns tonnes and those of `PER_TONNE` and co2_power_production_t (a); a quantity that is
        not given for every industry that moves is missing for those it is not given for.
    structure : DataFrame
        Industry and province: tonnes that leave, that arrive, share of the province in what moves before and after.
    """

    table: pd.DataFrame
    structure: pd.DataFrame


def ledger(matching: Matching) -> Ledger:
    """Return what each origin gives up and each place gains, per year.

    An origin closes what is replaced (the ratio of replacement times what is built); a tonne closed is worth what a
    tonne built is. CO2 is that of grid power where the plant stands (production side, average book): electricity x
    the provincial factor of the origin, and x the factor of the run at the place.
    """
    flows = matching.flows
    origins = _rows(matching, flows["closed"].to_numpy(np.float64) * -1.0, _co2_at_origins(matching))
    places = _rows(matching, flows["tonnes"].to_numpy(np.float64), _co2_at_places(matching))
    table = pd.concat([
        _summed(origins.assign(role="origin", who=flows["origin"], province=flows["origin"])),
        _summed(places.assign(role="destination", who=flows["zone"], province=flows["province"])),
    ], ignore_index=True)  # fmt: skip
    numbers = [column for column in table if column not in KEYS]
    system = table[numbers].sum(skipna=False)
    whole = pd.DataFrame([{"role": "system", "who": "", "province": "", **system.to_dict()}])
    return Ledger(pd.concat([table, whole], ignore_index=True), _structure(flows))


def _rows(matching: Matching, tonnes: FloatArray, co2: FloatArray) -> pd.DataFrame:
    industries = [matching.problem.industries[name] for name in matching.flows["industry"]]
    columns = {"tonnes": tonnes}
    for column, (kind, key) in PER_TONNE.items():
        columns[column] = tonnes * np.array([getattr(i, kind).get(key, np.nan) for i in industries])
    return pd.DataFrame({**columns, "co2_power_production_t": tonnes * co2})


def _co2_at_origins(matching: Matching) -> FloatArray:
    flows, industries = matching.flows, matching.problem.industries
    return np.array([
        origin_factor(origin) * industries[name].use.get("electricity", np.nan) / 1000.0
        for origin, name in zip(flows["origin"], flows["industry"], strict=True)
    ], dtype=np.float64)  # fmt: skip


def _co2_at_places(matching: Matching) -> FloatArray:
    rows = matching.places.table.index.get_indexer(matching.flows["zone"])
    by_industry = {name: co2_here(name, matching.problem, matching.places) for name in matching.problem.industries}
    return np.array(
        [by_industry[name][row] for name, row in zip(matching.flows["industry"], rows, strict=True)], dtype=np.float64
    )


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = [column for column in rows if column not in KEYS]
    # a sum with a missing part is missing
    missing = rows[numbers].isna().groupby([rows[key] for key in KEYS], sort=False).any()
    sums = rows.groupby(list(KEYS), sort=False)[numbers].sum()
    return sums.mask(missing).reset_index()


def _structure(flows: pd.DataFrame) -> pd.DataFrame:
    out = flows.groupby(["industry", "origin"])["closed"].sum().rename_axis(["industry", "province"])
    into = flows.groupby(["industry", "province"])["tonnes"].sum()
    table = pd.DataFrame({"leaves_t": out, "arrives_t": into}).fillna(0.0).reset_index()
    for side, column in (("share_before", "leaves_t"), ("share_after", "arrives_t")):
        table[side] = table[column] / table.groupby("industry")[column].transform("sum")
    return table
