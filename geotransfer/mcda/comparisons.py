"""Weights from pairwise comparisons (analytic hierarchy process), and how consistent they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InconsistencyWarning, InputError
from geotransfer.mcda.weighting import normalized_weights
from geotransfer.types import FloatArray

__all__ = ["ComparisonWeights", "Judgement", "aggregate_comparisons", "weights_from_comparisons"]

RANDOM_INDEX = {
    # Saaty, T. L. (1980), The Analytic Hierarchy Process, McGraw-Hill: mean consistency index of random matrices
    "saaty": (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    # Alonso, J. A., Lamata, M. T. (2006), Consistency in the analytic hierarchy process: a new approach, International
    # Journal of Uncertainty, Fuzziness and Knowledge-Based Systems 14(4), 445-459: 100,000 matrices per size
    "alonso-lamata": (
        *(0, 0, 0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499),
        *(1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
    ),
}
"""Random index by the number of criteria, from 1."""

ACCEPTED_RATIO = 0.10
"""Saaty (1980): above it the judgements should be revised."""
WORST = 3
RECIPROCAL_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Judgement:
    """One comparison that does not go with the others.

    Attributes
    ----------
    row, column : str
        The two criteria.
    given : float
        How many times more important row is than column, as judged.
    implied : float
        The same by way of the other criteria: geometric mean of row / k x k / column.
    """

    row: str
    column: str
    given: float
    implied: float

    def __str__(self) -> str:
        return f"{self.row} / {self.column} = {self.given:.3g} (the others say {self.implied:.3g})"


@dataclass(frozen=True, eq=False)
class ComparisonWeights:
    """What a matrix of pairwise comparisons says.

    Attributes
    ----------
    weights : ndarray
        Shape (criteria,), sum 1.
    consistency_ratio : float
        Consistency index / random index; 0 when consistent and for one or two criteria.
    lambda_max : float
        Mean of (matrix @ weights) / weights: the principal eigenvalue when the weights are its eigenvector.
    worst_judgements : tuple of Judgement
        Up to three that lie farthest (as a factor) from what the others imply, worst first.
    """

    weights: FloatArray
    consistency_ratio: float
    lambda_max: float
    worst_judgements: tuple[Judgement, ...]


def weights_from_comparisons(
    matrix: ArrayLike,
    *,
    method: Literal["eigenvector", "geometric_mean"] = "eigenvector",
    random_index: Literal["saaty", "alonso-lamata"] = "saaty",
    names: Sequence[str] | None = None,
) -> ComparisonWeights:
    """Return weights from judgements "row is so many times as important as column".

    Parameters
    ----------
    matrix : array_like
        Shape (criteria, criteria), above 0, 1 on the diagonal, ``matrix[j, i] == 1 / matrix[i, j]`` (within 1e-6:
        write ``1 / 3``, not 0.33). At most 15 criteria: more belong into groups.
    method : str
        "eigenvector" (Saaty) or "geometric_mean" of the rows (Crawford and Williams).
    random_index : str
        Whose mean of random matrices the consistency index is divided by: "saaty" or "alonso-lamata".
    names : sequence of str, optional
        Names of the criteria for the messages; their numbers from 0 unless given.

    Warns
    -----
    InconsistencyWarning
        The consistency ratio is above 0.10; the message names the worst judgements. The weights are returned.

    Raises
    ------
    InputError
        Not square, NaN, not above 0, not reciprocal, more than 15 criteria, or an unknown method or index.

    References
    ----------
    Saaty, T. L. (1980), The Analytic Hierarchy Process, McGraw-Hill. Crawford, G., Williams, C. (1985), A note on the
    analysis of subjective judgment matrices, Journal of Mathematical Psychology 29(4), 387-405. Worst judgements:
    the largest local errors a_ij w_j / w_i under row geometric means, as in Aguarón, J., Moreno-Jiménez, J. M. (2003),
    The geometric consistency index: approximated thresholds, European Journal of Operational Research 147(1), 137-145.

    Examples
    --------
    >>> result = weights_from_comparisons([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]])
    >>> (result.weights * 7).round(9), round(result.consistency_ratio, 9)
    (array([4., 2., 1.]), 0.0)
    """
    array = _check_comparisons(matrix)
    labels = _labels(names, n=len(array))
    if random_index not in RANDOM_INDEX:
        raise InputError(f"random_index is {random_index!r}; expected one of {', '.join(RANDOM_INDEX)}")
    if method not in ("eigenvector", "geometric_mean"):
        raise InputError(f"method is {method!r}; expected 'eigenvector' or 'geometric_mean'")
    weights = _eigenvector(array) if method == "eigenvector" else _row_means(array)
    lambda_max = float(((array * weights).sum(axis=1) / weights).mean())
    ratio = _consistency_ratio(lambda_max, len(array), RANDOM_INDEX[random_index])
    worst = _worst_judgements(array, labels)
    if ratio > ACCEPTED_RATIO:
        named = "; ".join(map(str, worst))
        message = f"consistency ratio {ratio:.3f} is above {ACCEPTED_RATIO:.2f}: judge again, first {named}"
        warnings.warn(message, InconsistencyWarning, stacklevel=2)
    return ComparisonWeights(weights, ratio, lambda_max, worst)


def aggregate_comparisons(matrices: Sequence[ArrayLike], *, weights: ArrayLike | None = None) -> FloatArray:
    """Return one matrix for a group: the geometric mean of everybody's judgements, entry by entry.

    It is the only mean that keeps a matrix reciprocal (Aczél and Saaty 1983).

    Parameters
    ----------
    matrices : sequence of array_like
        One per person, all of one shape, each as `weights_from_comparisons` expects it.
    weights : array_like, optional
        One per person, >= 0; equal unless given.

    Raises
    ------
    InputError
        No matrix, shapes that differ, or a matrix that is none of comparisons.

    References
    ----------
    Aczél, J., Saaty, T. L. (1983), Procedures for synthesizing ratio judgements, Journal of Mathematical Psychology
    27(1), 93-102.

    Examples
    --------
    >>> aggregate_comparisons([[[1, 2], [1 / 2, 1]], [[1, 8], [1 / 8, 1]]])
    array([[1.  , 4.  ], [0.25, 1.  ]])
    """
    arrays = [_check_comparisons(matrix) for matrix in matrices]
    shapes = sorted({array.shape for array in arrays})
    if len(shapes) != 1:
        raise InputError(f"matrices have the shapes {shapes}; expected at least one matrix, and one shape")
    share = normalized_weights(np.ones(len(arrays)) if weights is None else weights, n=len(arrays))
    mean = np.zeros(shapes[0])
    for part, array in zip(share, arrays, strict=True):
        mean += part * np.log(array)
    return np.asarray(np.exp(mean))


def _check_comparisons(matrix: ArrayLike) -> FloatArray:
    array = np.asarray(matrix, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.size == 0:
        raise InputError(f"comparisons have shape {array.shape}, expected a square matrix (criteria, criteria)")
    if len(array) > len(RANDOM_INDEX["saaty"]):
        raise InputError(f"comparisons are of {len(array)} criteria, expected at most 15: compare them in groups")
    if not np.isfinite(array).all() or (array <= 0).any():
        raise InputError("comparisons hold NaN, infinite, zero or negative numbers; expected numbers above 0")
    off = np.argwhere(np.abs(array * array.T - 1) > RECIPROCAL_TOLERANCE)
    if len(off):
        i, j = off[0].tolist()
        raise InputError(
            f"comparisons [{i}, {j}] = {array[i, j]:.6g} and [{j}, {i}] = {array[j, i]:.6g} are not reciprocal; "
            f"expected [{j}, {i}] = 1 / [{i}, {j}] and 1 on the diagonal"
        )
    return array


def _labels(names: Sequence[str] | None, *, n: int) -> list[str]:
    labels = [str(number) for number in range(n)] if names is None else list(names)
    if len(labels) != n:
        raise InputError(f"{len(labels)} names for {n} criteria; expected one name per criterion")
    return labels


def _eigenvector(array: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eig(array)
    # by Perron and Frobenius the largest eigenvalue is real, and its vector has one sign
    principal = np.abs(vectors[:, int(np.argmax(values.real))].real)
    return np.asarray(principal / principal.sum(), dtype=np.float64)


def _row_means(array: FloatArray) -> FloatArray:
    means = np.exp(np.log(array).mean(axis=1))
    return np.asarray(means / means.sum())


def _consistency_ratio(lambda_max: float, n: int, index: Sequence[float]) -> float:
    if n < 3:
        return 0.0
    # rounding may leave lambda_max a hair below n
    return max(lambda_max - n, 0.0) / (n - 1) / index[n - 1]


def _worst_judgements(array: FloatArray, labels: list[str]) -> tuple[Judgement, ...]:
    n = len(array)
    if n < 3:
        return ()
    logs = np.log(array)
    # logs[i, k] + logs[k, j] over all k hold the judgement itself twice (k = i and k = j)
    implied = (logs.sum(axis=1)[:, None] + logs.sum(axis=0)[None, :] - 2 * logs) / (n - 2)
    apart = np.abs(logs - implied).round(9)
    pairs = [pair for pair in combinations(range(n), 2) if apart[pair] > 0]
    pairs.sort(key=lambda pair: -apart[pair])
    return tuple(
        Judgement(labels[i], labels[j], float(array[i, j]), float(np.exp(implied[i, j]))) for i, j in pairs[:WORST]
    )
