"""Methods that measure how far a zone is from the best and the worst values: TOPSIS, VIKOR, SPOTIS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.problem import Problem, check_bounds, check_matrix, decision_problem
from geotransfer.mcda.ranking import RANK_DECIMALS
from geotransfer.types import FloatArray, IntArray

__all__ = ["Compromise", "spotis", "topsis", "vikor"]


def topsis(
    matrix: ArrayLike,
    weights: ArrayLike,
    *,
    directions: Sequence[str],
    normalization: Literal["vector", "minmax", "fixed"] = "vector",
    bounds: ArrayLike | None = None,
) -> FloatArray:
    """Return the closeness to the ideal: distance to the worst / (distance to the best + distance to the worst).

    The normalization is part of the method: vector and minmax give different numbers for the same zones, and both
    change when a zone is added or removed; fixed does not.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria), any units.
    weights : array_like
        Shape (criteria,), >= 0; divided by their sum.
    directions : sequence of str
        "max" or "min" per criterion.
    normalization : str
        "vector": x / root of the sum of squares. "minmax": 0 to 1 between the lowest and the highest value. "fixed":
        0 to 1 between `bounds`; the ideal is the better bound. In the first two the ideal is the best value found.
    bounds : array_like, optional
        Shape (criteria, 2), (low, high) per criterion; for "fixed", and only there.

    Returns
    -------
    ndarray
        Shape (zones,), in [0, 1], 1 best. NaN where a criterion with a weight above 0 is NaN: such a zone is left out
        of norms and ideals; a criterion of weight 0 does not count. A constant criterion makes no difference.

    Raises
    ------
    InputError
        Input that does not fit; values beyond fixed bounds; without fixed bounds a single zone, or zones that are all
        alike (the closeness is 0 / 0).

    References
    ----------
    Hwang, C.-L., Yoon, K. (1981), Multiple Attribute Decision Making, Springer.

    Examples
    --------
    >>> topsis([[0, 0], [10, 0], [10, 4]], [1, 1], directions=["max", "max"], normalization="minmax").round(9)
    array([0. , 0.5, 1. ])
    """
    problem = decision_problem(matrix, weights, directions=directions)
    if (normalization == "fixed") != (bounds is not None):
        raise InputError("bounds and normalization='fixed' go together; got one without the other")
    if not len(problem):
        return problem.per_zone(np.empty(0))
    if bounds is not None:
        low, high = check_bounds(bounds, problem, n=check_matrix(matrix).shape[1])
        scaled = (problem.values - low) / (high - low)
        return problem.per_zone(_closeness(scaled, problem.weights, np.ones(len(low)), np.zeros(len(low))))
    scaled = _normalized(problem, normalization)
    best, worst = scaled.max(axis=0), scaled.min(axis=0)
    if (best == worst).all():
        raise InputError(f"the {len(problem)} zone(s) with data are all alike: TOPSIS cannot tell them apart")
    return problem.per_zone(_closeness(scaled, problem.weights, best, worst))


def _normalized(problem: Problem, normalization: str) -> FloatArray:
    values = problem.values
    if normalization == "vector":
        largest = np.abs(values).max(axis=0)
        part = values / np.where(largest > 0, largest, 1.0)  # first by the largest, so that no square overflows
        norm = np.sqrt((part**2).sum(axis=0))
        return np.asarray(part / np.where(norm > 0, norm, 1.0))
    if normalization == "minmax":
        width = np.ptp(values, axis=0)
        return np.asarray((values - values.min(axis=0)) / np.where(width > 0, width, 1.0))
    raise InputError(f"normalization is {normalization!r}; expected 'vector', 'minmax' or 'fixed'")


def _closeness(scaled: FloatArray, weights: FloatArray, best: FloatArray, worst: FloatArray) -> FloatArray:
    to_best, to_worst = np.zeros(len(scaled)), np.zeros(len(scaled))
    # criterion by criterion: a fixed order of additions
    for k, weight in enumerate(weights):
        to_best += (weight * (scaled[:, k] - best[k])) ** 2
        to_worst += (weight * (scaled[:, k] - worst[k])) ** 2
    to_best, to_worst = np.sqrt(to_best), np.sqrt(to_worst)
    return np.asarray(to_worst / (to_best + to_worst))


def spotis(matrix: ArrayLike, weights: ArrayLike, *, directions: Sequence[str], bounds: ArrayLike) -> FloatArray:
    """Return the distance to the better bounds; ranks never reverse when zones come or go.

    Sum of weight x distance to the better bound / width of the bounds. One minus it is the `weighted_sum` of
    `score_linear` over the same bounds.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria), any units.
    weights : array_like
        Shape (criteria,), >= 0; divided by their sum.
    directions : sequence of str
        "max" or "min" per criterion.
    bounds : array_like
        Shape (criteria, 2), (low, high) per criterion, fixed beforehand.

    Returns
    -------
    ndarray
        Shape (zones,), in [0, 1], **0 best**: rank by ``rank(-spotis(...))``. NaN where a criterion with a weight
        above 0 is NaN; a criterion of weight 0 does not count.

    Raises
    ------
    InputError
        Input that does not fit; values beyond the bounds.

    References
    ----------
    Dezert, J., Tchamova, A., Han, D., Tacnet, J.-M. (2020), The SPOTIS rank reversal free method for multi-criteria
    decision-making support, 23rd International Conference on Information Fusion.

    Examples
    --------
    >>> spotis([[10, 3], [5, 0]], [1, 1], directions=["max", "min"], bounds=[(0, 10), (0, 4)])
    array([0.375, 0.25 ])
    """
    problem = decision_problem(matrix, weights, directions=directions)
    low, high = check_bounds(bounds, problem, n=check_matrix(matrix).shape[1])
    distance = np.zeros(len(problem))
    for k, weight in enumerate(problem.weights):
        distance += weight * ((high[k] - problem.values[:, k]) / (high[k] - low[k]))
    return problem.per_zone(distance)


@dataclass(frozen=True, eq=False)
class Compromise:
    """What VIKOR says.

    Attributes
    ----------
    q, s, r : ndarray
        Shape (zones,), **small is good**, NaN for zones with a gap. s: weighted sum of regrets (the group), r: the
        largest weighted regret (the individual), q: both, from 0 to 1.
    compromise : ndarray
        The zones (row numbers, best first) of the compromise solution.
    acceptable_advantage : bool
        The first zone leads the second by 1 / (zones - 1) in q at least.
    acceptable_stability : bool
        The first zone is also the first by s or by r.
    """

    q: FloatArray
    s: FloatArray
    r: FloatArray
    compromise: IntArray
    acceptable_advantage: bool
    acceptable_stability: bool


def vikor(matrix: ArrayLike, weights: ArrayLike, *, directions: Sequence[str], group_weight: float = 0.5) -> Compromise:
    """Return the compromise between most benefit for the group and least regret of the individual.

    regret = weight x (best - x) / (best - worst), s their sum, r their maximum,
    q = v (s - min s) / (max s - min s) + (1 - v) (r - min r) / (max r - min r).

    The first zone by q alone is the compromise if it leads by 1 / (zones - 1) and is first by s or r too. If only the
    second condition fails, the second zone belongs to it; if the first one fails, all zones closer than that.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria), any units.
    weights : array_like
        Shape (criteria,), >= 0; divided by their sum.
    directions : sequence of str
        "max" or "min" per criterion.
    group_weight : float
        v in [0, 1]: 0.5 by consensus, more by majority, less with veto.

    Returns
    -------
    Compromise
        Zones where a criterion with a weight above 0 is NaN have NaN and are left out of best and worst; a criterion
        of weight 0 does not count. A constant criterion causes no regret; when s (or r) is the same everywhere, its
        part of q is 0. Equal is what is equal in 12 decimals, as in `rank`.

    Raises
    ------
    InputError
        Input that does not fit; fewer than two zones with data.

    References
    ----------
    Opricovic, S., Tzeng, G.-H. (2004), Compromise solution by MCDM methods: a comparative analysis of VIKOR and TOPSIS,
    European Journal of Operational Research 156(2), 445-455.

    Examples
    --------
    >>> result = vikor([[1, 3000], [2, 3750], [5, 4500]], [1, 1], directions=["min", "max"])
    >>> result.q, result.s, result.r, result.compromise
    (array([1., 0., 1.]), array([0.5 , 0.375, 0.5 ]), array([0.5 , 0.25, 0.5 ]), array([1]))
    """
    problem = decision_problem(matrix, weights, directions=directions)
    if not 0 <= group_weight <= 1:
        raise InputError(f"group_weight is {group_weight!r}; expected a number between 0 and 1")
    if len(problem) < 2:
        raise InputError(f"{len(problem)} zone(s) with data; VIKOR compares at least two")
    s, r = _regrets(problem)
    q = group_weight * _unit(s) + (1 - group_weight) * _unit(r)
    chosen, advantage, stability = _compromise(*(np.round(part, RANK_DECIMALS) for part in (q, s, r)))
    zones = np.flatnonzero(problem.known)[chosen]
    q, s, r = (problem.per_zone(part) for part in (q, s, r))
    return Compromise(q, s, r, zones, advantage, stability)


def _regrets(problem: Problem) -> tuple[FloatArray, FloatArray]:
    s, r = np.zeros(len(problem)), np.zeros(len(problem))
    for k, weight in enumerate(problem.weights):
        column = problem.values[:, k]
        best, width = column.max(), np.ptp(column)
        if width > 0:
            regret = weight * ((best - column) / width)
            s += regret
            r = np.maximum(r, regret)
    return s, r


def _unit(values: FloatArray) -> FloatArray:
    """0 at the smallest, 1 at the largest; 0 everywhere when all are equal but for rounding."""
    width = np.ptp(values)
    if width < 10**-RANK_DECIMALS:
        return np.zeros(len(values))
    return np.asarray((values - values.min()) / width)


def _compromise(q: FloatArray, s: FloatArray, r: FloatArray) -> tuple[IntArray, bool, bool]:
    order = np.argsort(q, kind="stable")
    first, second = order[0], order[1]
    needed = 1 / (len(q) - 1)
    advantage = bool(round(q[second] - q[first], RANK_DECIMALS) >= round(needed, RANK_DECIMALS))
    stability = bool(s[first] == s.min() or r[first] == r.min())
    if not advantage:
        return order[np.round(q[order] - q[first], RANK_DECIMALS) < round(needed, RANK_DECIMALS)], advantage, stability
    if not stability:
        return order[q[order] <= q[second]], advantage, stability
    return order[:1], advantage, stability
