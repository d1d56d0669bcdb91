"""Whether several methods name the same zones, and whether a ranking holds when an alternative comes or goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.acceptability import checked_scores
from geotransfer.mcda.ranking import rank
from geotransfer.mcda.screening import spearman_matrix
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["Agreement", "RankReversals", "agreement", "rank_reversals"]


@dataclass(frozen=True, eq=False)
class Agreement:
    """Ranks of several methods side by side.

    Attributes
    ----------
    methods : tuple of str
        In the order given.
    ranks : ndarray of int
        Shape (zones, methods); 1 best, equal scores share the better rank, -1 unknown.
    in_top : ndarray of bool
        Shape (zones, methods): among the first n.
    share : ndarray
        Shape (zones,): share of the methods that put the zone into the top.
    always : ndarray of int
        Positions of the zones that are in the top under every method.
    ever : ndarray of int
        Positions of the zones that are in the top under any.
    spearman : ndarray
        Shape (methods, methods): rank correlation over the zones that every method knows; NaN for fewer than three.
    """

    methods: tuple[str, ...]
    ranks: IntArray
    in_top: BoolArray
    share: FloatArray
    always: IntArray
    ever: IntArray
    spearman: FloatArray


def agreement(scores_by_method: Mapping[str, ArrayLike], n: int) -> Agreement:
    """Return which of the top `n` zones stay under every method.

    Parameters
    ----------
    scores_by_method : mapping of str to array_like
        Name of the method -> one score per zone, best high (for VIKOR pass ``-q``); NaN: unknown, in no top.
    n : int
        Size of the top; zones that tie with the n-th are in it.

    Raises
    ------
    InputError
        No method, scores of different length, `n` below 1.

    Examples
    --------
    >>> found = agreement({"sum": [0.9, 0.8, 0.1], "product": [0.7, 0.9, 0.8]}, n=2)
    >>> found.always, found.ever, found.share
    (array([1]), array([0, 1, 2]), array([0.5, 1. , 0.5]))
    """
    if not scores_by_method or n < 1:
        raise InputError(f"got {len(scores_by_method)} methods and n = {n}; expected at least one of each")
    columns = {name: np.asarray(scores, dtype=np.float64) for name, scores in scores_by_method.items()}
    shapes = {name: column.shape for name, column in columns.items()}
    if len(set(shapes.values())) > 1:
        raise InputError(f"scores have the shapes {shapes}; expected one score per zone from every method")
    ranks = np.column_stack([rank(column) for column in columns.values()])
    in_top = (ranks >= 1) & (ranks <= n)
    known = (ranks >= 1).all(axis=1)
    return Agreement(
        methods=tuple(columns),
        ranks=ranks,
        in_top=in_top,
        share=np.asarray(in_top.mean(axis=1)),
        always=np.flatnonzero(in_top.all(axis=1)),
        ever=np.flatnonzero(in_top.any(axis=1)),
        spearman=spearman_matrix(-ranks[known].astype(np.float64)),
    )


@dataclass(frozen=True, eq=False)
class RankReversals:
    """How many of the other zones changed their rank among themselves.

    Attributes
    ----------
    zones : ndarray of int
        Positions of the zones that were deleted or copied, one after the other.
    moved_by_deletion : ndarray of int
        Shape (tests,): zones whose rank among the rest changed when the zone was deleted.
    moved_by_copy : ndarray of int
        Shape (tests,): zones whose rank among the originals changed when a copy of the zone was added.
    """

    zones: IntArray
    moved_by_deletion: IntArray
    moved_by_copy: IntArray

    @property
    def share(self) -> float:
        """Share of the tests in which any rank changed."""
        return float(np.concatenate([self.moved_by_deletion > 0, self.moved_by_copy > 0]).mean())


def rank_reversals(
    matrix: ArrayLike,
    aggregate: Callable[[FloatArray], ArrayLike],
    *,
    zones: Sequence[int] | None = None,
    first: int | None = None,
) -> RankReversals:
    """Delete and copy zones one by one, and count whose rank among the others changes.

    Parameters
    ----------
    matrix : array_like
        Shape (zones, criteria), at least two zones.
    aggregate : callable
        A matrix of any number of zones -> one score per zone, best high, for example
        ``lambda m: topsis(m, weights, directions=directions)``.
    zones : sequence of int, optional
        Positions to delete and to copy; all when None (2 x zones calls of `aggregate`).
    first : int, optional
        Only zones that were among the first so many before are looked at.

    References
    ----------
    Triantaphyllou, E. (2000), Multi-criteria decision making methods: a comparative study, Kluwer, chapter 9; Belton,
    V. and Gear, T. (1983), On a short-coming of Saaty's method of analytic hierarchies, Omega 11(3), 228-230 (copies).

    Examples
    --------
    A weighted sum of fixed scores never reverses.

    >>> from geotransfer import weighted_sum
    >>> rank_reversals([[1, 0], [0, 1], [0.4, 0.4]], lambda m: weighted_sum(m, [2, 1])).share
    0.0
    """
    table = checked_scores(matrix, name="matrix")
    tested = np.arange(len(table)) if zones is None else np.asarray(zones, dtype=np.int64)
    if len(table) < 2 or (tested < 0).any() or (tested >= len(table)).any():
        raise InputError(f"matrix has {len(table)} zones and zones are {tested.tolist()}; expected two or more, in it")
    before = np.asarray(aggregate(table), dtype=np.float64)
    looked_at = rank(before) <= (len(table) if first is None else first)
    deleted, copied = [], []
    for zone in tested:
        rest = np.arange(len(table)) != zone
        after = np.asarray(aggregate(table[rest]), dtype=np.float64)
        deleted.append(np.count_nonzero((rank(before[rest]) != rank(after))[looked_at[rest]]))
        after = np.asarray(aggregate(np.vstack([table, table[zone]])), dtype=np.float64)[:-1]
        copied.append(np.count_nonzero((rank(before) != rank(after))[looked_at]))
    return RankReversals(tested, np.array(deleted, dtype=np.int64), np.array(copied, dtype=np.int64))
