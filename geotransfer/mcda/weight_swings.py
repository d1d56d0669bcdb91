"""One weight at a time: how many of the first places change when it is halved or raised by half."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.ranking import rank
from geotransfer.types import FloatArray, IntArray

__all__ = ["WeightSwings", "weight_swings"]

DOWN, UP = 0.5, 1.5


@dataclass(frozen=True, eq=False)
class WeightSwings:
    """What one weight does by itself; shape (criteria,).

    Attributes
    ----------
    lowered, raised : ndarray of int
        How many of the first `top` zones leave the top when the weight is multiplied by 0.5, by 1.5.
    top : int
        How many zones are looked at.
    """

    lowered: IntArray
    raised: IntArray
    top: int


def swung(weights: FloatArray, criterion: int, factor: float) -> FloatArray:
    """Return the weights with one of them multiplied, the others keeping their proportions; sum 1.

    A weight is raised to 1 at most.

    Examples
    --------
    >>> swung(np.array([0.5, 0.3, 0.2]), 0, 0.5)
    array([0.25, 0.45, 0.3 ])
    """
    one = min(factor * weights[criterion], 1.0)
    rest = 1.0 - weights[criterion]
    changed = weights * ((1.0 - one) / rest if rest > 0 else 0.0)
    changed[criterion] = one if rest > 0 else 1.0
    return changed


def weight_swings(
    scores: ArrayLike, weights: ArrayLike, *, aggregate: Callable[[FloatArray, FloatArray], FloatArray], top: int
) -> WeightSwings:
    """Return how many of the first zones change when one weight is halved or raised by half, the others in proportion.

    Parameters
    ----------
    scores : array_like
        Shape (zones, criteria), 0..1.
    weights : array_like
        Shape (criteria,), sum 1.
    aggregate : callable
        ``aggregate(scores, weights)`` -> one score per zone, 1 best.
    top : int
        Size of the top, at least 1 and less than the number of zones.

    Raises
    ------
    InputError
        A top that holds no zone or all of them: nobody could leave it.

    Examples
    --------
    >>> from geotransfer.mcda.aggregation import weighted_sum
    >>> scores = [[1.0, 0.0], [0.0, 0.9], [0.5, 0.3]]
    >>> found = weight_swings(scores, [0.5, 0.5], aggregate=weighted_sum, top=1)
    >>> found.lowered.tolist(), found.raised.tolist()
    ([1, 0], [0, 1])
    """
    table, given = np.asarray(scores, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if not 1 <= top < len(table):
        raise InputError(f"top is {top!r}, expected 1 to {len(table) - 1}: the first of {len(table)} zones")
    first = _first(aggregate(table, given), top)
    left = [
        [top - len(first & _first(aggregate(table, swung(given, criterion, factor)), top)) for factor in (DOWN, UP)]
        for criterion in range(len(given))
    ]
    counts = np.asarray(left, dtype=np.int64).reshape(len(given), 2)
    return WeightSwings(counts[:, 0], counts[:, 1], top)


def _first(total: FloatArray, top: int) -> set[int]:
    """Return the rows of the best `top` zones; equal scores in the order of the rows."""
    order = np.lexsort((np.arange(len(total)), rank(total)))
    return set(order[:top].tolist())
