"""What each party gets of what a plan brings, by the agreements of a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from geotransfer.relocation.cooperation import EVERYTHING, Agreement, Cooperation, Enclave
from geotransfer.relocation.sharing import MOST_PLAYERS, shapley, shared_by_ratio
from geotransfer.types import FloatArray

__all__ = ["TOO_MANY", "shared_parts", "transfers_of"]

TOO_MANY = "too many parties"
Parts = dict[tuple[str, str], float]
"""(role, who) -> what this party gets."""
COLUMNS = ("agreement", "rule", "quantity", "year", "role", "who", "brought", "part", "part_low", "part_high")


def shared_parts(
    cooperation: Cooperation, enclaves: Mapping[str, Enclave], flows: pd.DataFrame, gains: pd.DataFrame
) -> pd.DataFrame:
    """Return what each party gets, by agreement, quantity and year.

    Parameters
    ----------
    cooperation : Cooperation
    enclaves : mapping
        Zone -> its enclave.
    flows : DataFrame
        Columns origin, industry, zone, province.
    gains : DataFrame
        One row a flow: what it brings a year at its place, by quantity.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; the parts of one agreement, quantity and year add up to what its flows bring. With more
        parties than Shapley's value is computed for, the rule is `TOO_MANY` and the destinations keep all.
    """
    agreed = np.array([
        _agreement_of(cooperation, enclaves, zone, origin)
        for zone, origin in zip(flows["zone"], flows["origin"], strict=True)
    ], dtype=object)  # fmt: skip
    rows: list[dict[str, object]] = []
    known = {enclave.name: enclave.agreement for enclave in cooperation.enclaves}
    for name, agreement in {**known, EVERYTHING: cooperation.agreement}.items():
        mine = agreed == name
        if agreement is not None and mine.any():
            rows += _parts(name, agreement, flows[mine], gains[mine])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _agreement_of(cooperation: Cooperation, enclaves: Mapping[str, Enclave], zone: str, origin: str) -> str:
    enclave = enclaves.get(zone)
    if enclave is not None and (not enclave.origins or origin in enclave.origins):
        return enclave.name
    return EVERYTHING if cooperation.agreement is not None else ""


def _parts(name: str, agreement: Agreement, flows: pd.DataFrame, gains: pd.DataFrame) -> Iterator[dict[str, object]]:
    for quantity in agreement.quantities:
        brought = gains[quantity].to_numpy(np.float64)
        rule, years = _years(agreement, flows, brought)
        outer = [_by_share(flows, brought, share) for share in agreement.bounds or ()]
        for year, parts in enumerate(years, start=1):
            for (role, who), part in parts.items():
                here = float(brought[(flows["zone"] == who).to_numpy()].sum()) if role == "destination" else 0.0
                low, high = sorted(one[role, who] for one in outer) if outer else (np.nan, np.nan)
                yield dict(zip(COLUMNS, (name, rule, quantity, year, role, who, here, part, low, high), strict=True))


def _years(agreement: Agreement, flows: pd.DataFrame, brought: FloatArray) -> tuple[str, list[Parts]]:
    """Return the rule as it was applied, and the parts of each year."""
    if not agreement.shapley:
        return agreement.rule, [_by_share(flows, brought, share) for share in agreement.shares]
    parts = _by_contribution(flows, brought)
    return (TOO_MANY, [_by_share(flows, brought, 0.0)]) if parts is None else (agreement.rule, [parts])


def _by_share(flows: pd.DataFrame, brought: FloatArray, share: float) -> Parts:
    origin, place = shared_by_ratio(brought.tolist(), share)
    parts = {("origin", str(who)): float(origin[flows["origin"] == who].sum()) for who in flows["origin"].unique()}
    zones = {("destination", str(z)): float(place[flows["zone"] == z].sum()) for z in flows["zone"].unique()}
    return parts | zones


def _by_contribution(flows: pd.DataFrame, brought: FloatArray) -> Parts | None:
    """Return the Shapley values of origins and receiving provinces, a province's split by what its places bring.

    A coalition can move what its origins offer as far as its places take it: of each industry the smaller of the two
    sides, at what a tonne brings (a market game: Shapley, L. S. and Shubik, M. (1969), On market games, Journal of
    Economic Theory 1(1): 9-25). None with more than `MOST_PLAYERS`.
    """
    origins = [("origin", str(one)) for one in flows["origin"].unique()]
    takers = [("destination", str(one)) for one in flows["province"].unique()]
    if len(origins) + len(takers) > MOST_PLAYERS:
        return None
    sides = {("origin", "origin"): origins, ("destination", "province"): takers}
    industries = flows["industry"].unique()
    amount = {
        (role, who): np.array([
            brought[((flows[column] == who) & (flows["industry"] == i)).to_numpy()].sum() for i in industries
        ])
        for (role, column), players in sides.items()
        for _, who in players
    }  # fmt: skip

    def worth(names: frozenset[str]) -> float:
        nothing = np.zeros(len(industries))
        offered, taken = (
            sum((amount[player] for player in players if " ".join(player) in names), nothing)
            for players in (origins, takers)
        )
        return float(np.minimum(offered, taken).sum())

    values = shapley([" ".join(player) for player in (*origins, *takers)], worth)
    parts = {player: values[" ".join(player)] for player in origins}
    for zone, province in flows[["zone", "province"]].drop_duplicates().itertuples(index=False):
        own, whole = (brought[(flows[c] == w).to_numpy()].sum() for c, w in (("zone", zone), ("province", province)))
        part = own / whole if whole else 1.0 / flows.loc[flows["province"] == province, "zone"].nunique()
        parts["destination", str(zone)] = float(values[f"destination {province}"] * part)
    return parts


def transfers_of(parts: pd.DataFrame, quantity: str) -> pd.Series:
    """Return what each party gives (below 0) or gets by sharing, a year, mean over the years of each agreement.

    Parameters
    ----------
    parts : DataFrame
        Of `shared_parts`.
    quantity : str

    Returns
    -------
    Series
        Index (role, who); sums to 0.
    """
    mine = parts[parts["quantity"] == quantity]
    moved = (mine["part"] - mine["brought"]).astype(np.float64)
    by_agreement = moved.groupby([mine[key] for key in ("agreement", "role", "who")]).mean()
    return by_agreement.groupby(["role", "who"]).sum()
