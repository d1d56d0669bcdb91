"""Where an industry stands before and after a plan, by province, and how concentrated it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geotransfer.relocation.problem import Problem
from geotransfer.relocation.provinces import full_name

__all__ = ["concentration", "structure_of"]


def structure_of(problem: Problem, flows: pd.DataFrame) -> pd.DataFrame:
    """Return each industry by province before and after the plan.

    Parameters
    ----------
    problem : Problem
    flows : DataFrame
        Of a `Matching`.

    Returns
    -------
    DataFrame
        industry, province (official name), leaves_t, arrives_t, share_before, share_after (0..1), stands_before_t,
        stands_after_t (t/a). What stands is known where `standing` or an offer's `existing` gives it. With `standing`
        the shares are of all that stands; without, only of what moves: before where it leaves, after where it arrives.
    """
    out = _summed(flows, [full_name(name) for name in flows["origin"]], "closed")
    into = _summed(flows, flows["province"].tolist(), "tonnes")
    stands = _standing(problem)
    table = pd.DataFrame({"leaves_t": out, "arrives_t": into}).astype(np.float64)
    table = table.reindex(table.index.union(stands.index)).fillna(0.0)
    table.index.names = ["industry", "province"]
    listed = table.index.get_level_values("industry").isin(problem.standing)
    # a province that `standing` does not list has none
    table["stands_before_t"] = stands.reindex(table.index).mask(listed, lambda known: known.fillna(0.0))
    table["stands_after_t"] = table["stands_before_t"] - table["leaves_t"] + table["arrives_t"]
    rows = table.reset_index()
    whole = rows["industry"].isin(problem.standing)
    for side, moved, stood in (
        ("share_before", "leaves_t", "stands_before_t"), ("share_after", "arrives_t", "stands_after_t"),
    ):  # fmt: skip
        amounts = rows[stood].where(whole, rows[moved])
        rows[side] = amounts / amounts.groupby(rows["industry"]).transform("sum")
    return rows


def concentration(structure: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return the Herfindahl index of each industry over the provinces, before and after: the sum of squared shares.

    Examples
    --------
    >>> rows = {"industry": ["a", "a"], "share_before": [1.0, 0.0], "share_after": [0.5, 0.5]}
    >>> concentration(pd.DataFrame(rows))
    {'a': (1.0, 0.5)}
    """
    return {
        str(name): (float((rows["share_before"] ** 2).sum()), float((rows["share_after"] ** 2).sum()))
        for name, rows in structure.groupby("industry", sort=False)
    }


def _summed(flows: pd.DataFrame, provinces: list[str], column: str) -> pd.Series:
    return flows.assign(province=provinces).groupby(["industry", "province"])[column].sum()


def _standing(problem: Problem) -> pd.Series:
    """Return t/a by industry and province, as far as the problem gives it."""
    known = {
        (offer.industry, full_name(offer.origin)): offer.existing * problem.unit_t
        for offer in problem.offers
        if offer.existing is not None
    }
    for industry, provinces in problem.standing.items():
        known |= {(industry, full_name(name)): amount * problem.unit_t for name, amount in provinces.items()}
    index = pd.MultiIndex.from_tuples(list(known), names=["industry", "province"])
    return pd.Series(list(known.values()), index=index, dtype=np.float64)
