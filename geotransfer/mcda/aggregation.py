"""From the scores of several criteria to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.weighting import normalized_weights
from geotransfer.types import FloatArray

__all__ = ["weighted_sum"]


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
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim == 0:
        raise InputError("scores are a single number, expected an array of shape (..., criteria)")
    share = normalized_weights(weights, n=array.shape[-1])
    total = np.zeros(array.shape[:-1])
    # criterion by criterion: a fixed order of additions, whatever the number of threads of a BLAS
    for k in np.flatnonzero(share):
        total += share[k] * array[..., k]
    return total
