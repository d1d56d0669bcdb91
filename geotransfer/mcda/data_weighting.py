"""Weights from the data: how much a criterion tells the zones apart.

They say nothing about what matters to people (`combined_weights` joins both), and they change with the zones they are
taken from. All need complete zones: a matrix with NaN is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.problem import check_complete, check_directions
from geotransfer.types import BoolArray, FloatArray

__all__ = ["critic_weights", "entropy_weights", "merec_weights", "standard_deviation_weights"]

NOISE = 1e-14
"""Rounding leaves some 1e-16 of what should be 0."""


def entropy_weights(matrix: ArrayLike) -> FloatArray:
    """Return weights by Shannon entropy: the less evenly a criterion is spread over the zones, the more it weighs.

    Columns are divided by their sum; w is proportional to 1 + sum(p ln p) / ln(zones), with 0 ln 0 = 0. A constant
    criterion weighs 0.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria), raw values >= 0 on a ratio scale (a shift of the zero changes the weights).

    Raises
    ------
    InputError
        NaN, infinite or negative values, fewer than two zones, a column of zeros, or no criterion that varies.

    References
    ----------
    Hwang, C.-L., Yoon, K. (1981), Multiple Attribute Decision Making, Springer, ch. 3, after Shannon, C. E. (1948).

    Examples
    --------
    >>> entropy_weights([[1, 5], [3, 5]])
    array([1., 0.])
    """
    array = check_complete(matrix)
    if (array < 0).any():
        raise InputError(f"matrix goes down to {array.min()}; entropy weights expect values >= 0")
    zero = np.flatnonzero(array.max(axis=0) == 0)
    if zero.size:
        raise InputError(f"criteria {zero.tolist()} (counted from 0) are 0 everywhere; drop them")
    part = array / array.max(axis=0)  # first by the largest, so that no sum overflows
    part /= part.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(part > 0, part * np.log(part), 0.0)
    return _shares(1 + terms.sum(axis=0) / np.log(len(array)), array)


def standard_deviation_weights(matrix: ArrayLike) -> FloatArray:
    """Return weights proportional to the standard deviation of the min-max scaled criteria.

    Scaling comes first, because the deviation of raw values depends on their unit. A constant criterion weighs 0.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria).

    Raises
    ------
    InputError
        NaN or infinite values, fewer than two zones, or no criterion that varies.

    References
    ----------
    Diakoulaki, D., Mavrotas, G., Papayannakis, L. (1995), Determining objective weights in multiple criteria problems:
    the CRITIC method, Computers & Operations Research 22(7), 763-770 (there beside CRITIC).

    Examples
    --------
    The deviations are 1/2 and 0.5/sqrt(2) of the range.

    >>> standard_deviation_weights([[0, 0], [10, 2], [0, 1], [10, 1]]).round(4)
    array([0.5858, 0.4142])
    """
    array = check_complete(matrix)
    return _shares(_scaled(array).std(axis=0), array)


def critic_weights(matrix: ArrayLike, *, directions: Sequence[str]) -> FloatArray:
    """Return weights by CRITIC: deviation of a criterion x its conflict with the others.

    Min-max scaled ("min" columns turned), w_j is proportional to std_j x sum over k of (1 - r_jk), r Pearson's
    correlation. A constant criterion weighs 0 and is left out of the sums; the only one that varies weighs 1.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria).
    directions : sequence of str
        "max" or "min" per criterion; needed, because turning a column turns the sign of its correlations.

    Raises
    ------
    InputError
        NaN or infinite values, fewer than two zones, no criterion that varies, or criteria that are all perfectly
        correlated (no conflict: every product is 0).

    References
    ----------
    Diakoulaki, D., Mavrotas, G., Papayannakis, L. (1995), Determining objective weights in multiple criteria problems:
    the CRITIC method, Computers & Operations Research 22(7), 763-770.

    Examples
    --------
    >>> critic_weights([[0, 0, 2], [1, 1, 0], [2, 2, 1]], directions=["max", "max", "max"])
    array([0.25, 0.25, 0.5 ])
    """
    array = check_complete(matrix)
    falling = check_directions(directions, n=array.shape[1])
    scaled = _scaled(array)
    scaled = np.where(falling, 1 - scaled, scaled)
    deviation = scaled.std(axis=0)
    varies = _varies(array)
    conflict = np.zeros(array.shape[1])
    conflict[varies] = 1.0 if varies.sum() == 1 else (1 - _correlations(scaled[:, varies])).sum(axis=0)
    if varies.any() and (conflict < NOISE).all():
        raise InputError("the criteria are all perfectly correlated: CRITIC finds no conflict to weigh")
    return _shares(deviation * conflict, array)


def merec_weights(matrix: ArrayLike, *, directions: Sequence[str]) -> FloatArray:
    """Return weights by MEREC: how much the performance of the zones changes when a criterion is removed.

    n = min / x ("max") or x / max ("min"); S = ln(1 + mean |ln n|); S_j the same without criterion j (still divided
    by the number of all criteria); w_j proportional to the sum of |S_j - S| over the zones. A constant criterion
    weighs 0.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria), values above 0.
    directions : sequence of str
        "max" or "min" per criterion.

    Raises
    ------
    InputError
        NaN, infinite, zero or negative values, fewer than two zones, or no criterion that varies.

    References
    ----------
    Keshavarz-Ghorabaee, M., Amiri, M., Zavadskas, E. K., Turskis, Z., Antucheviciene, J. (2021), Determination of
    objective weights using a new method based on the removal effects of criteria (MEREC), Symmetry 13(4), 525.

    Examples
    --------
    >>> merec_weights([[1, 7], [2, 7]], directions=["max", "min"])
    array([1., 0.])
    """
    array = check_complete(matrix)
    falling = check_directions(directions, n=array.shape[1])
    if (array <= 0).any():
        raise InputError(f"matrix goes down to {array.min()}; MEREC takes logarithms and expects values above 0")
    # |ln n|: n is at most 1 either way
    depth = np.where(falling, np.log(array.max(axis=0) / array), np.log(array / array.min(axis=0)))
    total = depth.sum(axis=1)
    whole = np.log1p(total / depth.shape[1])
    effect = [np.abs(np.log1p((total - part) / depth.shape[1]) - whole).sum() for part in depth.T]
    return _shares(np.array(effect), array)


def _varies(array: FloatArray) -> BoolArray:
    return np.asarray(array.max(axis=0) > array.min(axis=0))


def _scaled(array: FloatArray) -> FloatArray:
    """Min-max scaled; a constant column becomes 0."""
    low, width = array.min(axis=0), np.ptp(array, axis=0)
    return np.asarray((array - low) / np.where(width > 0, width, 1.0))


def _correlations(scaled: FloatArray) -> FloatArray:
    """Pearson's correlations of columns that vary; sums in a fixed order, no BLAS."""
    centred = scaled - scaled.mean(axis=0)
    centred /= np.sqrt((centred**2).sum(axis=0))
    return np.array([(centred * column[:, None]).sum(axis=0) for column in centred.T])


def _shares(information: FloatArray, array: FloatArray) -> FloatArray:
    """Divided by the sum; what rounding leaves of a constant criterion, or below 0, is 0."""
    kept = np.where(_varies(array) & (information > NOISE), information, 0.0)
    if kept.sum() == 0:
        raise InputError("no criterion tells the zones apart: weights from the data are not defined")
    return np.asarray(kept / kept.sum())
