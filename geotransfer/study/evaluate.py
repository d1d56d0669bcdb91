"""From cells to zones: eligible area, the best site, values, scores, status. Pure functions on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geotransfer.errors import InputError
from geotransfer.mcda.ranking import RANK_DECIMALS
from geotransfer.mcda.screening import spearman_matrix
from geotransfer.spatial.zonal import Coverage
from geotransfer.supply.measured import Measured
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = [
    "Areas",
    "RuleStep",
    "between_group_share",
    "province_ranks",
    "rank_order",
    "site_weights",
    "spearman",
    "zone_areas",
    "zone_values",
]


@dataclass(frozen=True, eq=False)
class RuleStep:
    """One rule as it bears on the (zone, cell) pairs.

    Attributes
    ----------
    name : str
        Identifier of the rule.
    alone, left : ndarray
        Shape (pairs,): share of the pair that this rule alone leaves, and that it leaves after all rules before it.
    gives_back : bool
        A forced inclusion: it leaves more than the rules before it.
    """

    name: str
    alone: FloatArray
    left: FloatArray
    gives_back: bool = False


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas per zone in km2, shape (zones,), and the rule that left a zone without room.

    Attributes
    ----------
    total, with_data, excluded, eligible : ndarray
        Area on the grid; part of it where every rule and criterion is known; part of that which a rule forbids; rest.
    failed_by : list of str
        The rule after which, in order, the zone has no room; "" when it keeps room, "too_small" when it never had,
        "nodata" when too little of it has data to tell.
    alone, in_order : dict of str to ndarray
        Area a rule removes by itself, and beyond the rules before it; what a forced inclusion gives back is negative.
        ``with_data`` = ``eligible`` + the sum of `in_order`.
    """

    total: FloatArray
    with_data: FloatArray
    excluded: FloatArray
    eligible: FloatArray
    failed_by: list[str]
    alone: dict[str, FloatArray]
    in_order: dict[str, FloatArray]


def zone_areas(
    covered: Coverage, steps: Sequence[RuleStep], known: BoolArray, *, cell_km2: float, needed_km2: FloatArray
) -> Areas:
    """Return what the rules leave of each zone.

    Parameters
    ----------
    covered : Coverage
        Cells of the zones.
    steps : sequence of RuleStep
        The rules, in order.
    known : ndarray of bool
        Shape of the grid: cells where rules and criteria have data.
    cell_km2 : float
        Area of a cell.
    needed_km2 : ndarray
        Shape (zones,): eligible area a zone needs to keep its place.
    """
    data = known.ravel()[covered.cell].astype(np.float64)
    with_data = covered.total(data) * cell_km2
    total = covered.total(np.ones_like(data)) * cell_km2
    failed_by = np.where(total < needed_km2, "too_small", np.where(with_data < needed_km2, "nodata", "")).astype(object)
    alone: dict[str, FloatArray] = {}
    in_order: dict[str, FloatArray] = {}
    before = with_data
    for step in steps:
        after = covered.total(data * step.left) * cell_km2
        alone[step.name] = with_data - covered.total(data * step.alone) * cell_km2
        in_order[step.name] = before - after
        failed_by[(after < needed_km2) & (failed_by == "")] = step.name
        if step.gives_back:
            # a zone that has room again has not failed
            failed_by[after >= needed_km2] = ""
        before = after
    return Areas(total, with_data, with_data - before, before, failed_by.tolist(), alone, in_order)


def site_weights(covered: Coverage, cell_scores: FloatArray, available: FloatArray, *, site_cells: float) -> FloatArray:
    """Return, per (zone, cell) pair, the share of a cell that belongs to the zone's best site.

    The available parts of a zone are taken from the best score down until the site is full; the last one in part.
    Equal scores are taken in the order of the cells.

    Parameters
    ----------
    covered : Coverage
        Cells of the zones.
    cell_scores : ndarray
        Shape (pairs,): score of the pair; a NaN is not taken.
    available : ndarray
        Shape (pairs,): share of the cell that lies in the zone and that no rule forbids.
    site_cells : float
        Size of the site in cells; ``inf`` takes all that is available.

    Returns
    -------
    ndarray
        Shape (pairs,), between 0 and `available`.

    Examples
    --------
    >>> covered = Coverage(np.array([0, 0, 0]), np.array([0, 1, 2]), np.array([1.0, 1.0, 0.5]), 1)
    >>> site_weights(covered, np.array([0.1, 0.9, 0.5]), covered.share, site_cells=1.25)
    array([0.  , 1.  , 0.25])
    """
    rows = np.flatnonzero((available > 0) & ~np.isnan(cell_scores))
    order = rows[np.lexsort((covered.cell[rows], -np.round(cell_scores[rows], RANK_DECIMALS), covered.zone[rows]))]
    share = available[order]
    zone = covered.zone[order]
    running = np.cumsum(share)
    starts = np.flatnonzero(np.r_[True, zone[1:] != zone[:-1]]) if len(zone) else np.zeros(0, dtype=int)
    offset = np.repeat((running - share)[starts], np.diff(np.r_[starts, len(zone)]))
    taken_before = running - share - offset
    weights = np.zeros(len(covered.cell))
    weights[order] = np.clip(site_cells - taken_before, 0.0, share)
    return weights


def zone_values(measured: Mapping[str, Measured], covered: Coverage, weights: FloatArray) -> dict[str, FloatArray]:
    """Return per criterion the zone's own value, or the mean of its cells weighted by `weights` (shape (pairs,))."""
    site = Coverage(covered.zone, covered.cell, weights, covered.n_zones)
    return {name: m.zones if m.zones is not None else site.mean(m.at(covered)) for name, m in measured.items()}


def rank_order(scores: FloatArray, keys: NDArray[np.object_]) -> tuple[IntArray, IntArray]:
    """Return (order of the zones, best first, unranked last; rank of each zone, -1 where the score is NaN).

    Scores are compared after rounding to 12 decimals; ties are broken by the zone's key.

    Examples
    --------
    >>> order, ranks = rank_order(np.array([0.2, np.nan, 0.9]), np.array(["a", "b", "c"], dtype=object))
    >>> order, ranks
    (array([2, 0, 1]), array([ 2, -1,  1]))
    """
    missing = np.isnan(scores)
    rounded = np.where(missing, -np.inf, np.round(scores, RANK_DECIMALS))
    key_order = np.argsort(np.argsort(keys.astype(str), kind="stable"), kind="stable")
    order = np.lexsort((key_order, -rounded)).astype(np.int64)
    ranks = np.full(len(scores), -1, dtype=np.int64)
    ranked = order[~missing[order]]
    ranks[ranked] = np.arange(1, len(ranked) + 1)
    return order, ranks


def province_ranks(scores: FloatArray, ranks: IntArray, provinces: NDArray[np.object_]) -> dict[str, FloatArray]:
    """Return ``rank_in_province`` of each zone and ``rank_of_province``: that of its province by the median score.

    NaN for zones without a rank or a province. Provinces with one median keep the order of their best zones.

    Examples
    --------
    >>> found = province_ranks(
    ...     np.array([0.9, 0.1, 0.6]), np.array([1, 3, 2]), np.array(["a", "a", "b"], dtype=object)
    ... )
    >>> found["rank_in_province"], found["rank_of_province"]
    (array([1., 2., 1.]), array([2., 2., 1.]))
    """
    within, of = np.full(len(scores), np.nan), np.full(len(scores), np.nan)
    rows = np.flatnonzero((ranks > 0) & (provinces != ""))
    members = {name: rows[provinces[rows] == name] for name in dict.fromkeys(provinces[rows])}
    order = sorted(
        members, key=lambda name: (-round(float(np.median(scores[members[name]])), 12), ranks[members[name]].min())
    )
    for place, name in enumerate(order, start=1):
        zones = members[name]
        of[zones] = place
        within[zones[np.argsort(ranks[zones])]] = np.arange(1, len(zones) + 1)
    return {"rank_in_province": within, "rank_of_province": of}


def between_group_share(values: FloatArray, groups: NDArray[np.object_]) -> float:
    """Return the share of the variance of `values` that lies between the groups (eta squared); NaN values are left out.

    Fisher, R. A. (1925), Statistical Methods for Research Workers: sum of squares between groups / total.

    Examples
    --------
    >>> between_group_share(np.array([1.0, 1.0, 3.0, 3.0]), np.array(["a", "a", "b", "b"], dtype=object))
    1.0
    """
    if values.shape != groups.shape:
        raise InputError(f"values have shape {values.shape}, groups have {groups.shape}; expected the same")
    keep = ~np.isnan(values)
    values, groups = values[keep], groups[keep]
    total = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    if total == 0.0:
        return float("nan")
    names, inverse = np.unique(groups.astype(str), return_inverse=True)
    counts = np.bincount(inverse, minlength=len(names))
    means = np.bincount(inverse, weights=values, minlength=len(names)) / counts
    return float((counts * (means - values.mean()) ** 2).sum() / total)


def spearman(a: FloatArray, b: FloatArray) -> float:
    """Return Spearman's rank correlation over the pairs without NaN; NaN for fewer than three or constant ones.

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0]))
    1.0
    """
    keep = ~(np.isnan(a) | np.isnan(b))
    pairs = np.round(np.column_stack([a[keep], b[keep]]), RANK_DECIMALS).astype(np.float64, copy=False)
    return float(spearman_matrix(pairs)[0, 1])
