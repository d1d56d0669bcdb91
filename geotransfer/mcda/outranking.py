"""PROMETHEE II: how much a zone is preferred to the others, less how much they are preferred to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geotransfer.errors import InputError
from geotransfer.mcda.problem import Problem, check_matrix, decision_problem
from geotransfer.types import FloatArray

__all__ = ["promethee_ii"]

BLOCK_PAIRS = 2**21
"""Pairs of zones held at a time (16 MB per array) by the gaussian preference."""

Preference = Literal["usual", "linear", "gaussian"]


def promethee_ii(
    matrix: ArrayLike,
    weights: ArrayLike,
    *,
    directions: Sequence[str],
    preference: Preference = "usual",
    indifference: ArrayLike | None = None,
    strict: ArrayLike | None = None,
    inflection: ArrayLike | None = None,
) -> FloatArray:
    """Return the net flow: mean preference over the other zones minus mean preference of the others over it.

    Preference by the difference d > 0 in favour of a zone, per criterion (0 for d <= 0):

    ========  =========================================================================  ================
    name      preference                                                                 Brans's type
    ========  =========================================================================  ================
    usual     1                                                                          I
    linear    (d - indifference) / (strict - indifference), between 0 and 1; 1 above     III (0), V; II when
              strict, also when both are equal                                           both are equal
    gaussian  1 - exp(-d² / (2 inflection²))                                             VI
    ========  =========================================================================  ================

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria), any units.
    weights : array_like
        Shape (criteria,), >= 0; divided by their sum.
    directions : sequence of str
        "max" or "min" per criterion.
    preference : str
        "usual", "linear" or "gaussian", for all criteria; flows of several calls may be added, weighted.
    indifference : array_like, optional
        For linear: one per criterion in its unit, or one number; 0 unless given.
    strict : array_like, optional
        For linear, needed there: as `indifference`, and not below it.
    inflection : array_like, optional
        For gaussian, needed there: above 0.

    Returns
    -------
    ndarray
        Shape (zones,), in [-1, 1], 1 best; they sum to 0. Divided by the number of zones - 1. NaN where a criterion
        with a weight above 0 is NaN: such a zone is compared with none; a criterion of weight 0 does not count. A
        constant criterion makes no difference.

    Raises
    ------
    InputError
        Input that does not fit; thresholds that are missing, negative or not for this preference; a single zone.

    Notes
    -----
    usual and linear take O(n log n) steps: every preference is a count or a sum over sorted values. gaussian compares
    all pairs, in blocks of about 2 million: minutes for 50,000 zones and out of reach for a million.

    References
    ----------
    Brans, J.-P., Vincke, Ph. (1985), A preference ranking organisation method, Management Science 31(6), 647-656.
    Without pairs: Calders, T., Van Assche, D. (2018), PROMETHEE is not quadratic: an O(qn log(n)) algorithm, Omega 76,
    63-69.

    Examples
    --------
    >>> promethee_ii([[1, 5], [2, 5], [3, 5]], [3, 1], directions=["max", "min"])
    array([-0.75,  0.  ,  0.75])
    >>> promethee_ii([[0], [1], [4]], [1], directions=["max"], preference="linear", strict=4)
    array([-0.625, -0.25 ,  0.875])
    """
    problem = decision_problem(matrix, weights, directions=directions)
    low, high, bend = _thresholds(
        preference, indifference, strict, inflection, problem=problem, n=check_matrix(matrix).shape[1]
    )
    if len(problem) == 1:
        raise InputError("a single zone with data; PROMETHEE compares at least two")
    flow = np.zeros(len(problem))
    if not flow.size:
        return problem.per_zone(flow)
    for k, weight in enumerate(problem.weights):
        column = problem.values[:, k]
        if preference == "usual":
            part = _usual(column)
        elif preference == "linear":
            part = _linear(column, low[k], high[k])
        else:
            part = _gaussian(column, bend[k])
        flow += weight * part
    return problem.per_zone(flow / (len(problem) - 1))


def _thresholds(
    preference: Preference,
    indifference: ArrayLike | None,
    strict: ArrayLike | None,
    inflection: ArrayLike | None,
    *,
    problem: Problem,
    n: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    given = {"indifference": indifference, "strict": strict, "inflection": inflection}
    takes = {"usual": (), "linear": ("indifference", "strict"), "gaussian": ("inflection",)}
    if preference not in takes:
        raise InputError(f"preference is {preference!r}; expected 'usual', 'linear' or 'gaussian'")
    for name, value in given.items():
        if value is not None and name not in takes[preference]:
            raise InputError(f"{name} is given, but preference {preference!r} does not take it")
        if value is None and name in takes[preference] and name != "indifference":
            raise InputError(f"preference {preference!r} needs {name}: one per criterion in its unit, or one number")
    low, high, bend = (_per_criterion(name, given[name], problem, n) for name in given)
    if preference == "linear" and (high < low).any():
        raise InputError(f"strict is {high.tolist()}, indifference {low.tolist()}; expected strict >= indifference")
    if preference == "gaussian" and (bend == 0).any():
        raise InputError("inflection is 0 for a weighted criterion; expected numbers above 0 (or preference 'usual')")
    return low, high, bend


def _per_criterion(name: str, value: ArrayLike | None, problem: Problem, n: int) -> FloatArray:
    array = np.asarray(0.0 if value is None else value, dtype=np.float64)
    if array.shape not in ((), (n,)):
        raise InputError(f"{name} has shape {array.shape}, expected ({n},) or one number")
    used = np.broadcast_to(array, (n,))[problem.criteria]
    if not np.isfinite(used).all() or (used < 0).any():
        raise InputError(f"{name} is {array.tolist()}; expected finite numbers >= 0")
    return used


def _usual(column: FloatArray) -> FloatArray:
    """Count the zones below minus the zones above."""
    order = np.argsort(column)
    ordered = column[order]
    below = np.searchsorted(ordered, ordered, side="left")
    above = len(ordered) - np.searchsorted(ordered, ordered, side="right")
    return _in_place(below - above, order)


def _linear(column: FloatArray, low: float, high: float) -> FloatArray:
    order = np.argsort(column)
    ordered = column[order]
    falling = _linear_preference(-ordered[::-1], low, high)[::-1]
    return _in_place(_linear_preference(ordered, low, high) - falling, order)


def _linear_preference(ordered: FloatArray, low: float, high: float) -> FloatArray:
    """Sum the preferences of each zone over all zones, by counts and sums of the rising values below it."""
    fully = np.searchsorted(ordered, ordered - high, side="left")
    if high == low:
        return fully.astype(np.float64)
    partly = np.searchsorted(ordered, ordered - low, side="left")
    centred = ordered - ordered[len(ordered) // 2]  # sums of what is near 0 lose fewer digits
    sums = np.concatenate(([0.0], np.cumsum(centred)))
    lead = (partly - fully) * (centred - low) - (sums[partly] - sums[fully])
    return np.asarray(fully + lead / (high - low))


def _in_place(of_ordered: NDArray[Any], order: NDArray[np.intp]) -> FloatArray:
    """Return what belongs to the ordered zones in the order they came in."""
    result = np.empty(len(order))
    result[order] = of_ordered
    return result


def _gaussian(column: FloatArray, bend: float) -> FloatArray:
    flow = np.empty(len(column))
    rows = max(BLOCK_PAIRS // len(column), 1)
    for start in range(0, len(column), rows):
        part = (column[start : start + rows, None] - column[None, :]) / bend
        flow[start : start + rows] = (np.sign(part) * -np.expm1(-0.5 * part**2)).sum(axis=1)
    return flow
