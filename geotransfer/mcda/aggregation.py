"""From the scores of several criteria to one: each zone or cell by itself, whatever the others are."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.weighting import normalized_weights
from geotransfer.types import BoolArray, FloatArray

__all__ = ["order_weights", "ordered_weighted_average", "vetoed", "weighted_product", "weighted_sum"]


def weighted_sum(scores: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Return sum of weight x score: full compensation between criteria.

    Parameters
    ----------
    scores : array_like
        Shape (..., criteria): (zones, criteria) or (height, width, criteria).
    weights : array_like
        Shape (criteria,), >= 0; divided by their sum.

    Returns
    -------
    ndarray
        Shape (...,). NaN where a criterion with a weight above 0 is NaN; a criterion of weight 0 does not count.

    References
    ----------
    Fishburn, P. C. (1967), Additive utilities with incomplete product sets, Operations Research 15(3), 537-542.

    Examples
    --------
    >>> weighted_sum([[1.0, 0.0], [0.5, 0.5]], [3, 1])
    array([0.75, 0.5 ])
    """
    array = _check_scores(scores)
    share = normalized_weights(weights, n=array.shape[-1])
    total = np.zeros(array.shape[:-1])
    # criterion by criterion: a fixed order of additions, whatever the number of threads of a BLAS
    for k in np.flatnonzero(share):
        total += share[k] * array[..., k]
    return total


def weighted_product(scores: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Return product of score ** weight: less compensation than the sum, none for a score of 0.

    Parameters
    ----------
    scores : array_like
        Shape (..., criteria), finite and >= 0: (zones, criteria) or (height, width, criteria).
    weights : array_like
        Shape (criteria,), >= 0; divided by their sum.

    Returns
    -------
    ndarray
        Shape (...,). NaN where a criterion with a weight above 0 is NaN; a criterion of weight 0 does not count.

    Raises
    ------
    InputError
        A weighted score is negative or infinite, or shapes do not fit.

    References
    ----------
    Miller, D. W., Starr, M. K. (1969), Executive Decisions and Operations Research, Prentice-Hall.

    Examples
    --------
    >>> weighted_product([[0.25, 1.0], [1.0, 0.0]], [1, 1])
    array([0.5, 0. ])
    """
    array = _check_scores(scores)
    share = normalized_weights(weights, n=array.shape[-1])
    total = np.ones(array.shape[:-1])
    for k in np.flatnonzero(share):
        if (array[..., k] < 0).any() or np.isinf(array[..., k]).any():
            raise InputError(f"criterion {k} (counted from 0) has negative or infinite scores; expected scores >= 0")
        total *= array[..., k] ** share[k]
    return total


def order_weights(n: int, orness: float) -> FloatArray:
    """Return weights for the best score, the second best ... the worst, by how optimistic they are.

    Of all weights with the orness, those of maximal entropy (the most even): a geometric sequence.

    Parameters
    ----------
    n : int
        Number of criteria with a weight above 0.
    orness : float
        0 looks at the worst score only (AND, no risk), 0.5 weighs all alike (the weighted sum), 1 looks at the best
        score only (OR): sum of (n - i) w_i / (n - 1), i from 1.

    Returns
    -------
    ndarray
        Shape (n,), sum 1, for scores from best to worst; the orness is met within 1e-12.

    Raises
    ------
    InputError
        `n` is below 1, or the orness outside [0, 1].

    References
    ----------
    Yager, R. R. (1988), On ordered weighted averaging aggregation operators in multicriteria decisionmaking, IEEE
    Transactions on Systems, Man, and Cybernetics 18(1), 183-190 (orness). O'Hagan, M. (1988), Aggregating template or
    rule antecedents in real-time expert systems with fuzzy set logic, 22nd Asilomar Conference (maximal entropy).
    Fullér, R., Majlender, P. (2001), An analytic approach for obtaining maximal entropy OWA operator weights, Fuzzy
    Sets and Systems 124(1), 53-57 (the geometric sequence).

    Examples
    --------
    >>> order_weights(2, 0.75)
    array([0.75, 0.25])
    >>> order_weights(4, 0.5)
    array([0.25, 0.25, 0.25, 0.25])
    """
    if n < 1 or not 0 <= orness <= 1:
        raise InputError(f"n={n!r}, orness={orness!r}; expected n >= 1 and an orness between 0 and 1")
    if n == 1 or orness == 0.5:
        return np.full(n, 1 / n)
    if orness < 0.5:
        return np.asarray(order_weights(n, 1 - orness)[::-1])
    if orness == 1:
        return np.asarray(np.eye(1, n)[0])
    return _sequence(n, _bisected(n, orness))


def ordered_weighted_average(scores: ArrayLike, weights: ArrayLike, *, order_weights: ArrayLike) -> FloatArray:
    """Return the weighted average in which the best, second best ... worst score of a zone count differently.

    Scores are sorted from best to worst, and the weights of their criteria are added up in that order, from 0 to 1.
    The order weights say how much of the result each part of that way gets: W(added weights), W linear between the
    points (i / n, sum of the first i order weights). Equal order weights give the weighted sum, equal weights
    Yager's OWA, tied scores no say to the order of the columns, and a better score never a worse result.

    Parameters
    ----------
    scores : array_like
        Shape (..., criteria): (zones, criteria) or (height, width, criteria).
    weights : array_like
        Shape (criteria,), >= 0; divided by their sum.
    order_weights : array_like
        One per criterion with a weight above 0, the best score's first; divided by their sum. See the function
        `order_weights`.

    Returns
    -------
    ndarray
        Shape (...,). NaN where a criterion with a weight above 0 is NaN; a criterion of weight 0 does not count.

    Raises
    ------
    InputError
        Weights or order weights that do not fit.

    References
    ----------
    Torra, V. (1997), The weighted OWA operator, International Journal of Intelligent Systems 12(2), 153-166; with a
    quantifier for W it is Malczewski, J. (2006), Ordered weighted averaging with fuzzy quantifiers: GIS-based
    multicriteria evaluation for land-use suitability analysis, International Journal of Applied Earth Observation and
    Geoinformation 8(4), 270-277.

    Examples
    --------
    >>> ordered_weighted_average([[0.2, 0.8]], [3, 1], order_weights=[0.5, 0.5])
    array([0.35])
    >>> ordered_weighted_average([[0.2, 0.8]], [3, 1], order_weights=[0, 1])
    array([0.2])
    """
    array = _check_scores(scores)
    share = normalized_weights(weights, n=array.shape[-1])
    used = np.flatnonzero(share)
    emphasis = normalized_weights(order_weights, n=used.size)
    knots = np.arange(used.size + 1) / used.size
    heights = np.concatenate(([0.0], np.cumsum(emphasis)))
    order = np.argsort(-array[..., used], axis=-1, kind="stable")
    total, way, before = (np.zeros(array.shape[:-1]) for _ in range(3))
    for place in range(used.size):
        column = used[order[..., place]]
        way += share[column]
        after = np.interp(way, knots, heights)
        total += (after - before) * np.take_along_axis(array, column[..., None], axis=-1)[..., 0]
        before = after
    return total


def vetoed(scores: ArrayLike, *, minimum: ArrayLike) -> BoolArray:
    """Return where a zone is out because one criterion lies below its veto, however good the others are.

    Parameters
    ----------
    scores : array_like
        Shape (..., criteria).
    minimum : array_like
        Shape (criteria,): the lowest score that passes; NaN where a criterion has no veto.

    Returns
    -------
    ndarray
        bool of shape (...,), True = out. A NaN score vetoes nothing: that zone is unknown, not out, and the
        aggregation says so if the criterion has a weight.

    Raises
    ------
    InputError
        Not one minimum per criterion.

    Examples
    --------
    >>> vetoed([[0.1, 0.9], [0.3, 0.9]], minimum=[0.2, float("nan")])
    array([ True, False])
    """
    array = _check_scores(scores)
    lowest = np.asarray(minimum, dtype=np.float64)
    if lowest.shape != array.shape[-1:]:
        raise InputError(f"minimum has shape {lowest.shape}, expected {array.shape[-1:]}: one per criterion, or NaN")
    return np.asarray((array < lowest).any(axis=-1))


def _check_scores(scores: ArrayLike) -> FloatArray:
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim == 0:
        raise InputError("scores are a single number, expected an array of shape (..., criteria)")
    return array


def _sequence(n: int, ratio: float) -> FloatArray:
    powers = ratio ** np.arange(n)
    return np.asarray(powers / powers.sum())


def _bisected(n: int, orness: float) -> float:
    """Find the ratio in (0, 1) of the geometric sequence with this orness, which falls as the ratio grows."""
    rank = np.arange(n - 1, -1, -1) / (n - 1)
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if float((rank * _sequence(n, middle)).sum()) > orness else (low, middle)
    return middle
