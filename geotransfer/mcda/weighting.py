"""Weights: checked, and made to sum to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["normalized_weights"]


def normalized_weights(weights: ArrayLike, *, n: int | None = None) -> FloatArray:
    """Return the weights divided by their sum.

    Parameters
    ----------
    weights : array_like
        One per criterion, finite, >= 0, not all 0.
    n : int, optional
        How many are expected.

    Raises
    ------
    InputError
        A weight is NaN, infinite or negative, all are 0, or the number is wrong. A default never steps in.

    Examples
    --------
    >>> normalized_weights([1, 3])
    array([0.25, 0.75])
    """
    array = np.asarray(weights, dtype=np.float64)
    if array.ndim != 1 or array.size == 0 or (n is not None and array.size != n):
        raise InputError(
            f"weights have shape {array.shape}, expected ({'criteria' if n is None else n},): one weight per criterion"
        )
    if not np.isfinite(array).all() or (array < 0).any():
        raise InputError(f"weights are {array.tolist()}; expected finite numbers >= 0")
    if array.sum() == 0:
        raise InputError("weights sum to 0; expected at least one weight above 0")
    return np.asarray(array / array.sum())
