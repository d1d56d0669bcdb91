"""The unknowns a matching is solved in: tonnes by way, or the same problem in totals of origins and plants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from geotransfer.relocation.blocks import Block
from geotransfer.relocation.instance import Layout
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["Unknowns", "unknowns_of"]

SAME = 1e-11
"""Two coefficients are the same when they differ by less than this share of the largest one of the block."""


@dataclass(frozen=True, eq=False)
class Unknowns:
    """The unknowns of a `Layout`, by way or in totals; in either case with the number of plants by industry.

    In totals: where every row and the cost have, for the tonnes x from origin o to place d, coefficients of the form
    ``p_o + q_d`` within an industry, only the sums ``a_o = sum_d x_od`` and ``b_d = sum_o x_od`` enter:
    ``sum (p_o + q_d) x_od = sum p_o a_o + sum q_d b_d``. Every plan has such sums with ``sum a = sum b`` by industry,
    and any such sums are those of a plan (filled from the north-west corner). So the best plan and every bound are the
    same, with origins + plants in place of origins x places unknowns.

    The number of plants makes dense rows sparse: "another plant far away" is "more plants than those near".

    Attributes
    ----------
    layout : Layout
    by_way : bool
        False: in totals. The order of the unknowns is tonnes (ways, or origins then plants), plants, ways used (by
        way only), number of plants by industry.
    """

    layout: Layout
    by_way: bool

    @property
    def n_tonnes(self) -> int:
        """How many unknowns are tonnes."""
        return self.layout.n_pairs if self.by_way else len(self.layout.instance.origins) + self.layout.n_plants

    @property
    def n_whole(self) -> int:
        """How many unknowns are 0 or 1."""
        return self.layout.size - self.layout.n_pairs if self.by_way else self.layout.n_plants

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return self.n_tonnes + self.n_whole + len(self._industries)

    @cached_property
    def _industries(self) -> tuple[tuple[IntArray, IntArray, IntArray], ...]:
        """By industry: its origins, its plants, and its ways; the ways have the shape (origins, plants) in totals."""
        layout, found = self.layout, []
        for industry in np.unique(layout.pair_industry):
            ways = np.flatnonzero(layout.pair_industry == industry)
            found.append((np.unique(layout.pair_origin[ways]), np.flatnonzero(layout.plant_industry == industry), ways))
        return tuple(found)

    @cached_property
    def balance(self) -> sp.csr_array:
        """Rows that are 0: what leaves origins and arrives at plants, and the plants less their number; by industry."""
        rows = sp.lil_array((2 * len(self._industries), self.size))
        n_plants, counts = self.layout.n_plants, self.n_tonnes + self.n_whole
        for k, (origins, plants, _) in enumerate(self._industries):
            rows[[2 * k], self.n_tonnes + plants] = 1.0
            rows[2 * k, counts + k] = -1.0
            if not self.by_way:
                rows[[2 * k + 1], origins] = 1.0
                rows[[2 * k + 1], self.n_tonnes - n_plants + plants] = -1.0
        return sp.csr_array(rows)

    def matrix(self, matrix: sp.csr_array) -> sp.csr_array | None:
        """Return a matrix of the layout's unknowns in these; None where totals do not tell it."""
        layout, by_column = self.layout, sp.csc_array(matrix)
        n_pairs, n_plants = layout.n_pairs, layout.n_plants
        tonnes = by_column[:, :n_pairs] if self.by_way else self._in_totals(by_column)
        used = by_column[:, n_pairs + n_plants :]
        if tonnes is None or (not self.by_way and used.nnz):
            return None
        plants, counts = self._counted(sp.csr_array(by_column[:, n_pairs : n_pairs + n_plants]))
        whole = [plants, used] if self.by_way else [plants]
        return sp.csr_array(sp.hstack([tonnes, *whole, counts], format="csr"))

    def _in_totals(self, by_column: sp.csc_array) -> sp.csr_array | None:
        n_origins = len(self.layout.instance.origins)
        size = SAME * float(np.abs(by_column.data).max(initial=0.0))
        columns, parts = [], []
        for origins, plants, ways in self._industries:
            split = _split([sp.csr_array(by_column[:, row]) for row in ways.reshape(len(origins), -1)], size)
            if split is None:
                return None
            columns += [origins, n_origins + plants]
            parts += list(split)
        return _placed(sp.hstack(parts, format="coo"), np.concatenate(columns), self.n_tonnes)

    def _counted(self, plants: sp.csr_array) -> tuple[sp.csr_array, sp.csr_array]:
        """Return rows of plants less what most plants of an industry have in common, and that by industry."""
        parts, columns, common = [], [], []
        for _, mine, _ in self._industries:
            rest, usual = _less_usual(sp.csr_array(plants[:, mine]))
            parts.append(rest)
            columns.append(mine)
            common.append(usual)
        placed = _placed(sp.hstack(parts, format="coo"), np.concatenate(columns), self.layout.n_plants)
        return placed, sp.csr_array(np.column_stack(common))

    def open_plants(self, solution: FloatArray) -> BoolArray:
        """Shape (plants,): those that a solution opens."""
        return np.asarray(solution[self.n_tonnes : self.n_tonnes + self.layout.n_plants] > 0.5)

    def columns_of_plants(self, plants: BoolArray) -> BoolArray:
        """Shape (size,): the unknowns that are left when only some plants may open."""
        layout = self.layout
        if self.by_way:
            ways = plants[layout.pair_plant]
            kept = [ways, plants, *([ways] if layout.lots else [])]
        else:
            kept = [np.ones(len(layout.instance.origins), dtype=bool), plants, plants]
        return np.concatenate([*kept, np.ones(len(self._industries), dtype=bool)])

    def to_layout(self, solution: FloatArray) -> FloatArray:
        """Return the layout's unknowns; ways filled from the north-west corner."""
        layout = self.layout
        if self.by_way:
            return np.asarray(solution[: layout.size])
        n_origins, found = len(layout.instance.origins), np.zeros(layout.size)
        for origins, plants, ways in self._industries:
            found[ways] = _corner(solution[origins], solution[n_origins + plants]).ravel()
        found[layout.n_pairs : layout.n_pairs + layout.n_plants] = solution[
            self.n_tonnes : self.n_tonnes + self.n_whole
        ]
        return found


def unknowns_of(layout: Layout, costs: FloatArray, blocks: Sequence[Block]) -> Unknowns:
    """Return the unknowns to solve in: totals where the cost and every block allow it, else ways."""
    totals, instance = Unknowns(layout, by_way=False), layout.instance
    complete = all(
        (instance.open[mine] == instance.open[mine][0]).all()
        for mine in (instance.industry == k for k in np.unique(layout.pair_industry))
    )
    every = [sp.csr_array(costs[None, :]), *(block.matrix for block in blocks)]
    fits = complete and all(totals.matrix(matrix) is not None for matrix in every)
    return totals if fits else Unknowns(layout, by_way=True)


def _placed(parts: sp.coo_array, columns: IntArray, n: int) -> sp.csr_array:
    return sp.csr_array((parts.data, (parts.row, columns[parts.col])), shape=(parts.shape[0], n))


def _split(by_origin: Sequence[sp.csr_array], size: float) -> tuple[sp.csr_array, sp.csr_array] | None:
    """Return p (rows, origins) and q (rows, plants) of coefficients p + q; None where there are none."""
    first, n = by_origin[0], by_origin[0].shape[1]
    p = np.zeros((first.shape[0], len(by_origin)))
    for k, other in enumerate(by_origin[1:], start=1):
        apart = sp.csr_array(other - first)
        apart.data[np.abs(apart.data) <= size] = 0.0
        apart.eliminate_zeros()
        counts = np.diff(apart.indptr)
        if not np.isin(counts, (0, n)).all():
            return None
        values = apart.data.reshape(-1, n)
        if values.size and np.ptp(values, axis=1).max() > size:
            return None
        p[counts == n, k] = values.mean(axis=1)
    q, usual = _less_usual(first)
    return sp.csr_array(p + usual[:, None]), q


def _less_usual(rows: sp.csr_array) -> tuple[sp.csr_array, FloatArray]:
    """Return rows less the coefficient that more than half of the columns have in common, and that coefficient."""
    n, usual = rows.shape[1], np.zeros(rows.shape[0])
    dense = np.flatnonzero(2 * np.diff(rows.indptr) > n)
    if not len(dense):
        return rows, usual
    values = rows[dense].toarray()
    for k, row in enumerate(values):
        numbers, counts = np.unique(row, return_counts=True)
        if 2 * counts.max() > n:
            usual[dense[k]] = numbers[counts.argmax()]
    less = sp.coo_array(values - usual[dense][:, None])
    others = np.ones(rows.shape[0])
    others[dense] = 0.0
    kept = sp.csr_array(sp.diags_array(others) @ rows)
    kept.eliminate_zeros()
    return sp.csr_array(kept + sp.csr_array((less.data, (dense[less.row], less.col)), shape=rows.shape)), usual


def _corner(leaves: FloatArray, arrives: FloatArray) -> FloatArray:
    """Return flows (origins, plants) with the given sums: the overlaps of two rows of intervals, end to end."""
    a, b = np.maximum(leaves, 0.0), np.maximum(arrives, 0.0)
    if a.sum() > 0:
        a = a * (b.sum() / a.sum())
    ends_a, ends_b = np.cumsum(a), np.cumsum(b)
    ends = np.minimum(ends_a[:, None], ends_b[None, :])
    starts = np.maximum((ends_a - a)[:, None], (ends_b - b)[None, :])
    return np.asarray(np.maximum(ends - starts, 0.0))
