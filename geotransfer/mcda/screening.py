"""Whether criteria say the same thing twice: correlations and variance inflation before they are weighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["Collinearity", "collinearity", "pearson_matrix", "spearman_matrix"]

HIGH_CORRELATION = 0.7
"""Above it collinearity distorts estimates badly: Dormann, C. F. et al. (2013), Ecography 36(1), 27-46."""
HIGH_VIF = 10.0
"""Marquardt, D. W. (1970), Technometrics 12(3), 591-612; O'Brien (2007), Quality & Quantity 41, 673-690, on its use."""


@dataclass(frozen=True, eq=False)
class Collinearity:
    """How far criteria depend on each other.

    Attributes
    ----------
    names : tuple of str
        Of the criteria.
    zones : int
        Zones without a gap, over which everything is taken.
    pearson, spearman : ndarray
        Shape (criteria, criteria); NaN for a constant criterion.
    vif : ndarray
        Shape (criteria,): 1 / (1 - R^2) of a criterion on all others; inf when they determine it, NaN when constant.
    """

    names: tuple[str, ...]
    zones: int
    pearson: FloatArray
    spearman: FloatArray
    vif: FloatArray

    def pairs(self, above: float = HIGH_CORRELATION) -> list[tuple[str, str, float]]:
        """Return (criterion, criterion, Spearman) where its absolute value is `above` or more, the strongest first."""
        first, second = np.triu_indices(len(self.names), k=1)
        rows = [
            (self.names[i], self.names[j], float(self.spearman[i, j]))
            for i, j in zip(first, second, strict=True)
            if abs(self.spearman[i, j]) >= above
        ]
        return sorted(rows, key=lambda row: -abs(row[2]))

    def inflated(self, above: float = HIGH_VIF) -> list[str]:
        """Return the criteria whose variance inflation is `above` or more."""
        return [name for name, vif in zip(self.names, self.vif, strict=True) if vif >= above]


def collinearity(matrix: ArrayLike, *, names: Sequence[str] | None = None) -> Collinearity:
    """Return correlations and variance inflation factors of the criteria.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria), values or scores; zones with a NaN are left out.
    names : sequence of str, optional
        Of the criteria; "0", "1", ... when None.

    Raises
    ------
    InputError
        Fewer than three zones without a gap, or names that do not fit.

    Examples
    --------
    >>> found = collinearity([[1, 2, 1], [2, 4, 0], [3, 6, 1], [4, 8, 1]], names=["sun", "altitude", "coast"])
    >>> found.pairs()
    [('sun', 'altitude', 1.0)]
    >>> found.inflated()
    ['sun', 'altitude']
    """
    table = np.asarray(matrix, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] == 0 or np.isinf(table).any():
        raise InputError(f"matrix has shape {table.shape}, expected (zones, criteria) without infinite values")
    labels = tuple(str(k) for k in range(table.shape[1])) if names is None else tuple(names)
    if len(labels) != table.shape[1]:
        raise InputError(f"there are {len(labels)} names for {table.shape[1]} criteria")
    known = table[~np.isnan(table).any(axis=1)]
    if len(known) < 3:
        raise InputError(f"{len(known)} of {len(table)} zones have every criterion; expected at least 3")
    pearson = pearson_matrix(known)
    return Collinearity(labels, len(known), pearson, spearman_matrix(known), _variance_inflation(pearson))


def pearson_matrix(matrix: FloatArray) -> FloatArray:
    """Return the product-moment correlations of the columns; NaN for a constant one or fewer than three rows.

    Examples
    --------
    >>> pearson_matrix(np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]))
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    criteria = matrix.shape[1]
    if len(matrix) < 3:
        return np.full((criteria, criteria), np.nan)
    centred = matrix - matrix.mean(axis=0)
    # a constant column is constant up to the rounding of its mean
    constant = np.ptp(matrix, axis=0) == 0
    length = np.where(constant, np.nan, np.sqrt((centred**2).sum(axis=0)))
    unit = centred / length
    # einsum: a BLAS product depends on the number of threads
    product = np.clip(np.einsum("zi,zj->ij", unit, unit), -1.0, 1.0)
    return np.asarray(np.round(product, 12))


def spearman_matrix(matrix: FloatArray) -> FloatArray:
    """Return the rank correlations of the columns; equal values share the mean of their ranks.

    Spearman, C. (1904), The proof and measurement of association between two things, Am. J. Psychology 15, 72-101.

    Examples
    --------
    >>> spearman_matrix(np.array([[1.0, 10.0], [2.0, 1000.0], [3.0, 1001.0]]))[0, 1]
    np.float64(1.0)
    """
    return pearson_matrix(np.column_stack([_mean_ranks(column) for column in matrix.T]))


def _mean_ranks(column: FloatArray) -> FloatArray:
    _, group, counts = np.unique(column, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[group])


def _variance_inflation(pearson: FloatArray) -> FloatArray:
    """Diagonal of the inverse of the correlation matrix, from its eigenvalues: inf where one of them is 0."""
    vif = np.full(len(pearson), np.nan)
    used = np.flatnonzero(~np.isnan(np.diag(pearson)))
    if not len(used):
        return vif
    eigenvalues, vectors = np.linalg.eigh(pearson[np.ix_(used, used)])
    null = eigenvalues < 1e-10 * len(used)
    inverse = np.divide(1.0, eigenvalues, out=np.zeros_like(eigenvalues), where=~null)
    finite = (vectors**2 * inverse).sum(axis=1)
    determined = (vectors[:, null] ** 2).sum(axis=1) > 1e-6
    vif[used] = np.where(determined, np.inf, np.round(finite, 9))
    return vif
