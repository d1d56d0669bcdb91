"""From scores to ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import IntArray

__all__ = ["RANK_DECIMALS", "rank"]

RANK_DECIMALS = 12
"""Scores are rounded to so many decimals before they are compared, so that the last bit decides nothing."""


def rank(values: ArrayLike) -> IntArray:
    """Return 1 for the highest value, 2 for the next; equal values share the better rank; NaN gets -1.

    Parameters
    ----------
    values : array_like
        Shape (zones,).

    Examples
    --------
    >>> rank([0.2, 0.9, float("nan"), 0.9])
    array([ 3,  1, -1,  1])
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise InputError(f"values have shape {array.shape}, expected (zones,)")
    ranks = np.full(array.size, -1, dtype=np.int64)
    known = np.flatnonzero(~np.isnan(array))
    rounded = np.round(array[known], RANK_DECIMALS)
    ranks[known] = 1 + rounded.size - np.searchsorted(np.sort(rounded), rounded, side="right")
    return ranks
