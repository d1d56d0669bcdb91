"""Who gains and who loses what by a plan; totals are the change of the whole system."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geotransfer.relocation.building import co2_here
from geotransfer.relocation.cooperation import enclave_zones
from geotransfer.relocation.matching import Matching
from geotransfer.relocation.problem import VALUES
from geotransfer.relocation.structure import structure_of
from geotransfer.relocation.transfers import shared_parts, transfers_of
from geotransfer.types import FloatArray

__all__ = ["Ledger", "ledger"]

KEYS = ("role", "who", "province")
PER_TONNE = {
    **{name: ("value", name) for name in VALUES},
    "jobs": ("use", "jobs"),
    "energy_tce": ("use", "energy"),
    "water_m3": ("use", "water"),
    "electricity_kwh": ("use", "electricity"),
}
"""Column of the ledger -> where the problem gives it by tonne of product."""
ROUNDING = 1e-14
PRODUCTION, CONSUMPTION = "co2_power_production_t", "co2_power_consumption_t"


@dataclass(frozen=True, eq=False)
class Ledger:
    """The ledger of a plan.

    Attributes
    ----------
    table : DataFrame
        One row per origin (role "origin", what it loses is below 0) and per place (role "destination"), the last row is
        the system: the sum. Columns tonnes and those of `PER_TONNE`, the CO2 of power in both books, and
        ``<quantity>_after_sharing`` of what an agreement shares (a); a quantity that is not given for every industry
        that moves is missing for those it is not given for.
    structure : DataFrame
        Industry and province: see `structure_of`.
    sharing : DataFrame
        Who gets what by which agreement, year by year; see `shared_parts`. Empty without one.
    """

    table: pd.DataFrame
    structure: pd.DataFrame
    sharing: pd.DataFrame


def ledger(matching: Matching) -> Ledger:
    """Return what each origin gives up and each place gains, per year.

    An origin closes what is replaced (the ratio of replacement times what is built); a tonne closed is worth what a
    tonne built is. CO2 is that of power (average book): electricity x the factor of the run at the place, and x that
    of the origin, where the plant is taken to buy its power in the same way. In the production-side book it stands
    where the plant stands. In the consumption-side book it follows the product: production-side, less what is embodied
    in the product sold, plus what is embodied in the product bought; of the trade that the move makes, that is the
    share `product_returns` of the output, which the origin buys back from the place. Other trade is left as it was.
    Both books sum to one change.

    References
    ----------
    Peters, G. P. (2008), From production-based to consumption-based national emission inventories, Ecological
    Economics 65(1): 13-23. Feng, K. et al. (2013), Outsourcing CO2 within China, PNAS 110(28): 11654-11659 (both books
    for the provinces of China).
    """
    flows, cooperation = matching.flows, matching.problem.cooperation
    origins = _rows(matching, flows["closed"].to_numpy(np.float64) * -1.0, _co2_at_origins(matching))
    places = _rows(matching, flows["tonnes"].to_numpy(np.float64), _co2_at_places(matching))
    returned = places[PRODUCTION] * np.array([cooperation.returns_of(name) for name in flows["industry"]])
    origins[CONSUMPTION], places[CONSUMPTION] = origins[PRODUCTION] + returned, places[PRODUCTION] - returned
    table = pd.concat([
        _summed(origins.assign(role="origin", who=flows["origin"], province=flows["origin"])),
        _summed(places.assign(role="destination", who=flows["zone"], province=flows["province"])),
    ], ignore_index=True)  # fmt: skip
    parts = shared_parts(cooperation, enclave_zones(cooperation, matching.places.table), flows, places)
    for quantity in parts["quantity"].unique():
        moved = transfers_of(parts, quantity).reindex(pd.MultiIndex.from_frame(table[["role", "who"]])).fillna(0.0)
        table[f"{quantity}_after_sharing"] = table[quantity] + moved.to_numpy()
    system = {column: _total(table[column]) for column in table if column not in KEYS}
    whole = pd.DataFrame([{"role": "system", "who": "", "province": "", **system}])
    return Ledger(pd.concat([table, whole], ignore_index=True), structure_of(matching.problem, flows), parts)


def _total(parts: pd.Series) -> float:
    """Return the exact sum of the parts; 0 where they cancel but for the rounding of each."""
    whole = math.fsum(parts)
    return 0.0 if abs(whole) <= ROUNDING * math.fsum(parts.abs()) else whole


def _rows(matching: Matching, tonnes: FloatArray, co2: FloatArray) -> pd.DataFrame:
    industries = [matching.problem.industries[name] for name in matching.flows["industry"]]
    columns = {"tonnes": tonnes}
    for column, (kind, key) in PER_TONNE.items():
        columns[column] = tonnes * np.array([getattr(i, kind).get(key, np.nan) for i in industries])
    return pd.DataFrame({**columns, PRODUCTION: tonnes * co2})


def _co2_at_origins(matching: Matching) -> FloatArray:
    flows, industries = matching.flows, matching.problem.industries
    return np.array([
        matching.places.origin_factor(name, origin) * industries[name].use.get("electricity", np.nan) / 1000.0
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
