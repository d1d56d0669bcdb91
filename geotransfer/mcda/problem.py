"""A decision matrix that was checked: what the methods that compare zones with each other start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.weighting import normalized_weights
from geotransfer.types import BoolArray, FloatArray

__all__ = ["Problem", "check_bounds", "check_complete", "check_directions", "check_matrix", "decision_problem"]


@dataclass(frozen=True, eq=False)
class Problem:
    """The part of a decision matrix that counts: zones without a gap, criteria with a weight above 0.

    Attributes
    ----------
    values : ndarray
        Shape (known zones, weighted criteria), every criterion turned so that more is better.
    weights : ndarray
        Shape (weighted criteria,), sum 1.
    known : ndarray
        Shape (zones,): True where no weighted criterion is NaN.
    criteria : ndarray
        The columns of the matrix that `values` has.
    falling : ndarray
        True for the columns of `values` that were turned: there they hold minus the matrix.
    """

    values: FloatArray
    weights: FloatArray
    known: BoolArray
    criteria: np.ndarray[tuple[int], np.dtype[np.intp]]
    falling: BoolArray

    def __len__(self) -> int:
        return len(self.values)

    def per_zone(self, result: FloatArray) -> FloatArray:
        """Return one number per zone of the matrix: the result where the zone is known, NaN elsewhere."""
        full = np.full(self.known.size, np.nan)
        full[self.known] = result
        return full


def decision_problem(matrix: ArrayLike, weights: ArrayLike, *, directions: Sequence[str]) -> Problem:
    """Check a matrix, its weights and directions; keep what counts.

    Examples
    --------
    >>> problem = decision_problem([[3, 9, 1], [float("nan"), 8, 2]], [1, 0, 3], directions=["max", "max", "min"])
    >>> problem.values, problem.weights, problem.known
    (array([[ 3., -1.]]), array([0.25, 0.75]), array([ True, False]))
    """
    array = check_matrix(matrix)
    share = normalized_weights(weights, n=array.shape[1])
    falling = check_directions(directions, n=array.shape[1])
    criteria = np.flatnonzero(share)
    kept = array[:, criteria]
    if np.isinf(kept).any():
        raise InputError("matrix holds infinite values; expected finite numbers, or NaN for unknown")
    known = np.asarray(~np.isnan(kept).any(axis=1))
    values = kept[known]
    np.negative(values, out=values, where=falling[criteria])
    return Problem(values, share[criteria], known, criteria, falling[criteria])


def check_matrix(matrix: ArrayLike) -> FloatArray:
    """Return the matrix as float64; raise unless it has the shape (zones, criteria)."""
    array = np.asarray(matrix, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] == 0:
        raise InputError(f"matrix has shape {array.shape}, expected (zones, criteria) with at least one criterion")
    return array


def check_complete(matrix: ArrayLike) -> FloatArray:
    """Return the matrix as float64; raise unless it has two zones or more and every number is finite."""
    array = check_matrix(matrix)
    if len(array) < 2:
        raise InputError(f"matrix has {len(array)} zone(s); weights from the data need at least two")
    gaps = ~np.isfinite(array).all(axis=1)
    if gaps.any():
        raise InputError(
            f"matrix holds NaN or infinite values in {gaps.sum()} of {len(array)} zones; weights from the data need "
            "complete zones: pass matrix[np.isfinite(matrix).all(axis=1)]"
        )
    return array


def check_directions(directions: Sequence[str], *, n: int) -> BoolArray:
    """Return True per criterion that is to be small; raise unless there are `n` words "max" or "min"."""
    words = [directions] if isinstance(directions, str) else list(directions)
    if len(words) != n or isinstance(directions, str):
        raise InputError(f"directions are {directions!r}; expected {n}, one 'max' or 'min' per criterion")
    wrong = [word for word in words if word not in ("max", "min")]
    if wrong:
        raise InputError(f"directions hold {wrong[0]!r}; expected 'max' or 'min'")
    return np.array([word == "min" for word in words], dtype=np.bool_)


def check_bounds(bounds: ArrayLike, problem: Problem, *, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and the highest value of each column of ``problem.values`` (turned like them).

    Raises
    ------
    InputError
        Not one (low, high) pair per criterion, low not below high, or a value beyond its bounds.
    """
    table = np.asarray(bounds, dtype=np.float64)
    if table.shape != (n, 2) or not np.isfinite(table[problem.criteria]).all():
        raise InputError(f"bounds have shape {table.shape}; expected ({n}, 2): a finite (low, high) per criterion")
    low, high = table[problem.criteria].T
    if (low >= high).any():
        raise InputError(f"bounds are {table.tolist()}; expected low below high for every weighted criterion")
    low, high = np.where(problem.falling, -high, low), np.where(problem.falling, -low, high)
    beyond = ((problem.values < low) | (problem.values > high)).any(axis=0)
    if beyond.any():
        raise InputError(
            f"criteria {problem.criteria[beyond].tolist()} (counted from 0) have values beyond their bounds; "
            "widen the bounds, or clip the values"
        )
    return low, high
