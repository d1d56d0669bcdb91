"""Which weight moves the rank of a zone: Sobol indices over all weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError, MissingExtra
from geotransfer.mcda.acceptability import checked_scores, totals
from geotransfer.mcda.rank_counts import row_slices
from geotransfer.mcda.ranking import RANK_DECIMALS
from geotransfer.types import FloatArray, IntArray

__all__ = ["RankSensitivity", "rank_sensitivity", "simplex_weights"]


@dataclass(frozen=True, eq=False)
class RankSensitivity:
    """Shares of the variance of a zone's rank.

    Attributes
    ----------
    zones : ndarray of int
        Positions of the zones.
    first, total : ndarray
        Shape (zones, criteria): first-order and total indices; NaN for a zone whose rank never changes.
    first_error, total_error : ndarray
        Half-widths of their 95 % intervals, by bootstrap.
    """

    zones: IntArray
    first: FloatArray
    total: FloatArray
    first_error: FloatArray
    total_error: FloatArray


def simplex_weights(importances: ArrayLike) -> FloatArray:
    """Map independent numbers in (0, 1) to weights that sum to 1: ``-log(1 - u)``, divided by their sum.

    Exponential variates over their sum are uniform on the simplex (Devroye, L. (1986), Non-uniform random variate
    generation, Springer, chapter V, on uniform spacings). A higher u means a higher weight of its criterion.

    Examples
    --------
    >>> simplex_weights([[0.5, 0.5], [0.75, 0.5]]).round(2)
    array([[0.5 , 0.5 ],
           [0.67, 0.33]])
    """
    exponential = -np.log1p(-np.asarray(importances, dtype=np.float64))
    return np.asarray(exponential / exponential.sum(axis=-1, keepdims=True))


def rank_sensitivity(
    scores: ArrayLike,
    *,
    zones: Sequence[int],
    seed: int,
    samples: int = 1024,
    aggregate: Callable[[FloatArray, FloatArray], FloatArray] | None = None,
) -> RankSensitivity:
    """Return Sobol indices of the ranks of some zones under weights uniform on the simplex.

    Weights that sum to 1 are not independent, and Sobol indices need independent inputs: they are taken for the
    importances u of `simplex_weights`, one per criterion, before they are made to sum to 1. A total index far above
    the first-order one says that the importance matters together with others; total indices add up to more than 1.

    Parameters
    ----------
    scores : array_like
        Shape (zones, criteria), finite, best high.
    zones : sequence of int
        Positions of the zones whose rank is looked at.
    seed : int
        Of the scrambled Sobol sequence and of the bootstrap.
    samples : int
        A power of 2; the ranks are taken samples x (criteria + 2) times.
    aggregate : callable, optional
        Scores (zones, criteria) and weights (criteria,) -> one total per zone, best high; the weighted sum when None.

    Raises
    ------
    MissingExtra
        SALib is not installed.
    InputError
        Fewer than two criteria, `samples` not a power of 2, a zone that does not exist.

    References
    ----------
    Saltelli, A. et al. (2010), Variance based sensitivity analysis of model output, Computer Physics Communications
    181(2), 259-270. Computed by SALib (Iwanaga, T., Usher, W. and Herman, J. (2022), SESMO 4, 18155).

    Examples
    --------
    By symmetry two criteria matter alike.

    >>> found = rank_sensitivity([[1, 0], [0, 1]], zones=[0], seed=1, samples=256)
    >>> bool(abs(found.first[0, 0] - found.first[0, 1]) < 0.1)
    True
    """
    table = checked_scores(scores)
    positions = np.asarray(zones, dtype=np.int64)
    criteria = table.shape[1]
    if criteria < 2:
        raise InputError("scores have one criterion, whose weight is always 1; expected at least two")
    if positions.ndim != 1 or (positions < 0).any() or (positions >= len(table)).any():
        raise InputError(f"zones are {list(zones)}; expected positions between 0 and {len(table) - 1}")
    if samples < 2 or samples & (samples - 1):
        raise InputError(f"samples are {samples}; expected a power of 2, for example 1024")
    sample, analyze = _salib()
    problem = {"num_vars": criteria, "names": [str(k) for k in range(criteria)], "bounds": [[0.0, 1.0]] * criteria}
    importances = sample.sample(problem, samples, calc_second_order=False, seed=seed)
    weights = simplex_weights(np.clip(importances, 1e-12, 1.0 - 1e-12))
    ranks = _ranks_of(table, positions, weights, aggregate)
    columns = [_indices(analyze, problem, column, seed) for column in ranks.T]
    return RankSensitivity(positions, *(np.array([column[key] for column in columns]) for key in INDEX_NAMES))


INDEX_NAMES = ("S1", "ST", "S1_conf", "ST_conf")


def _salib() -> tuple[ModuleType, ModuleType]:
    try:
        from SALib.analyze import sobol as analyze
        from SALib.sample import sobol as sample
    except ImportError as error:
        raise MissingExtra("rank_sensitivity needs SALib; pip install 'geotransfer[analysis]'") from error
    return sample, analyze


def _ranks_of(
    table: FloatArray,
    positions: IntArray,
    weights: FloatArray,
    aggregate: Callable[[FloatArray, FloatArray], FloatArray] | None,
) -> FloatArray:
    """Return ranks of shape (draws, positions): 1 + the number of zones with a higher total."""
    by_criterion = np.ascontiguousarray(table.T)
    ranks = np.empty((len(weights), len(positions)))
    for rows in row_slices(len(weights), len(table)):
        if aggregate is None:
            found = totals(weights[rows], by_criterion)
        else:
            found = np.array([aggregate(table, drawn) for drawn in weights[rows]])
        total = np.round(found, RANK_DECIMALS)
        for column, zone in enumerate(positions):
            ranks[rows, column] = 1 + (total > total[:, [zone]]).sum(axis=1)
    return ranks


def _indices(analyze: ModuleType, problem: dict[str, object], ranks: FloatArray, seed: int) -> dict[str, FloatArray]:
    if np.ptp(ranks) == 0:
        return {key: np.full(int(str(problem["num_vars"])), np.nan) for key in INDEX_NAMES}
    # + 1: SALib takes a seed of 0 for none
    found = analyze.analyze(problem, ranks, calc_second_order=False, seed=seed + 1)
    return {key: np.asarray(found[key], dtype=np.float64) for key in INDEX_NAMES}
