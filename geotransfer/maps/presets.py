"""Weights to start from: equal, and by the entropy of the ranked zones' scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geotransfer.errors import InputError
from geotransfer.mcda.data_weighting import entropy_weights
from geotransfer.types import BoolArray, FloatArray

__all__ = ["preset_weights"]


def preset_weights(scores: FloatArray, ranked: BoolArray, weights: Sequence[float]) -> dict[str, list[float] | None]:
    """Return sets of weights that sum to 1; a criterion the scenario gives no weight keeps none.

    Parameters
    ----------
    scores : ndarray
        Shape (zones, criteria).
    ranked : ndarray of bool
        Shape (zones,).
    weights : sequence of float
        The scenario's.

    Returns
    -------
    dict
        ``equal`` and ``entropy``; entropy is None where the scores allow none (fewer than two ranked zones, a criterion
        that is 0 everywhere, none that varies).

    Examples
    --------
    >>> import numpy as np
    >>> preset_weights(np.array([[0.5, 0.1], [0.5, 0.9]]), np.array([True, True]), [0.7, 0.3])
    {'equal': [0.5, 0.5], 'entropy': [0.0, 1.0]}
    """
    counts = np.asarray(weights, dtype=np.float64) > 0
    equal = counts / max(int(counts.sum()), 1)
    return {"equal": equal.tolist(), "entropy": _entropy(scores[ranked][:, counts], counts)}


def _entropy(scores: FloatArray, counts: BoolArray) -> list[float] | None:
    try:
        found = entropy_weights(scores)
    except InputError:
        return None
    out = np.zeros(len(counts))
    out[counts] = found
    return [float(value) for value in out]
