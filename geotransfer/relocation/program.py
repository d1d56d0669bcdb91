"""A matching as the arrays HiGHS takes: one matrix, bounds, and columns for Herfindahl ceilings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp

from geotransfer.errors import InputError
from geotransfer.relocation.blocks import Block
from geotransfer.relocation.instance import Layout
from geotransfer.relocation.totals import Unknowns
from geotransfer.types import BoolArray, FloatArray

__all__ = ["Ceiling", "Program", "Tangent", "program_of"]

Tangent = tuple[int, int, float]
"""Number of the ceiling, number of the province, share at which the parabola is touched."""
LARGEST = "largest plant"
"""The block that says a plant without a size is not open."""
FIRST_TANGENTS = 4
"""Shares at which each parabola is touched from the start: that many equal steps up to the largest share allowed."""


@dataclass(frozen=True)
class Ceiling:
    """A Herfindahl ceiling in a program: tonnes by province Z, a bound s of Z^2 / T by province, all tonnes T.

    ``sum (Z / T)^2 <= H`` is ``sum s <= H T`` with ``s T >= Z^2``; the latter is cut by tangents
    ``s >= 2 a Z - a^2 T``, which hold for every share a. Touching each province's parabola by itself needs few rounds
    (Vielma, J. P., Dunning, I., Huchette, J. and Lubin, M. (2017), Extended formulations in mixed integer conic
    quadratic programming, Mathematical Programming Computation 9: 369-418).

    Attributes
    ----------
    industry : int
    ceiling : float
    first : int
        Column of Z of the first province; s follows after all Z, then T.
    n : int
        Provinces that have a plant of the industry.
    """

    industry: int
    ceiling: float
    first: int
    n: int

    def tangent(self, province: int, share: float, size: int) -> sp.csr_array:
        """Return the row ``s - 2 a Z + a^2 T``, which is at least 0."""
        columns = self.first + np.array([self.n + province, province, 2 * self.n])
        return sp.csr_array(([1.0, -2.0 * share, share**2], ([0, 0, 0], columns)), shape=(1, size))

    def shares(self, solution: FloatArray) -> FloatArray:
        """Shape (n,): shares of the provinces in a solution; zeros where nothing moves."""
        tonnes = np.maximum(solution[self.first : self.first + self.n], 0.0)
        return np.asarray(tonnes / tonnes.sum() if tonnes.sum() > 0 else tonnes)


@dataclass(frozen=True, eq=False)
class Program:
    """``min costs @ x`` with ``low <= matrix @ x <= high``, x >= 0, some x 0 or 1.

    Attributes
    ----------
    unknowns : Unknowns
        What the first columns are; the others belong to `ceilings`.
    costs : ndarray
        Shape (columns,).
    matrix : sparse array
        Shape (rows, columns).
    low, high : ndarray
        Shape (rows,).
    ceilings : tuple of Ceiling
    """

    unknowns: Unknowns
    costs: FloatArray
    matrix: sp.csr_array
    low: FloatArray
    high: FloatArray
    ceilings: tuple[Ceiling, ...] = ()

    @property
    def whole(self) -> BoolArray:
        """Shape (columns,): those that are 0 or 1."""
        found = np.zeros(len(self.costs), dtype=bool)
        found[self.unknowns.n_tonnes : self.unknowns.n_tonnes + self.unknowns.n_whole] = True
        return found

    def with_tangents(self, tangents: Sequence[Tangent]) -> Program:
        """Return the program with more cuts of its ceilings."""
        if not tangents:
            return self
        size, n = len(self.costs), len(tangents)
        rows = [self.ceilings[k].tangent(province, share, size) for k, province, share in tangents]
        return replace(
            self,
            matrix=sp.csr_array(sp.vstack([self.matrix, *rows], format="csr")),
            low=np.concatenate([self.low, np.zeros(n)]),
            high=np.concatenate([self.high, np.full(n, np.inf)]),
        )

    def solved(self, *, seconds: float, gap: float, plants: BoolArray | None = None) -> OptimizeResult:
        """Solve with whole numbers; with `plants` (plants,) only those may open."""
        kept = self._kept(plants)
        whole = self.whole[kept]
        found = milp(
            self.costs[kept],
            constraints=LinearConstraint(self.matrix[:, np.flatnonzero(kept)], self.low, self.high),
            integrality=whole.astype(int),
            bounds=Bounds(0.0, np.where(whole, 1.0, np.inf)),
            options={"time_limit": max(seconds, 0.1), "mip_rel_gap": gap},
        )
        return self._spread(found, kept)

    def relaxed(self, *, seconds: float, whole: FloatArray | None = None) -> OptimizeResult:
        """Solve without whole numbers; ``lower.marginals`` are the reduced costs.

        With the solution `whole` (columns,), its numbers 0 and 1 are kept as they are, and only tonnes are sought.
        """
        kept, least, most = self._kept(None), np.zeros(len(self.costs)), np.where(self.whole, 1.0, np.inf)
        if whole is not None:
            kept = self._kept(self.unknowns.open_plants(whole))
            least, most = (np.where(self.whole, np.round(whole), bound) for bound in (least, most))
        same = self.low == self.high
        up, down = np.isfinite(self.high) & ~same, np.isfinite(self.low) & ~same
        matrix = self.matrix[:, np.flatnonzero(kept)]
        found = linprog(
            self.costs[kept],
            A_ub=sp.vstack([matrix[up], -matrix[down]], format="csr"),
            b_ub=np.concatenate([self.high[up], -self.low[down]]),
            A_eq=matrix[same],
            b_eq=self.low[same],
            bounds=np.column_stack([least, most])[kept],
            method="highs",
            options={"time_limit": max(seconds, 0.1)},
        )
        return self._spread(found, kept)

    def _kept(self, plants: BoolArray | None) -> BoolArray:
        """Return the columns that are left when only some plants may open, as a mask."""
        if plants is None:
            return np.ones(len(self.costs), dtype=bool)
        others = np.ones(len(self.costs) - self.unknowns.size, dtype=bool)
        return np.concatenate([self.unknowns.columns_of_plants(plants), others])

    def _spread(self, found: OptimizeResult, kept: BoolArray) -> OptimizeResult:
        if found.x is not None:
            x = np.zeros(len(self.costs))
            x[kept] = found.x
            found.x = x
        return found


def program_of(
    unknowns: Unknowns, costs: FloatArray, blocks: Sequence[Block], ceilings: Mapping[int, float]
) -> Program:
    """Return a matching in the given unknowns, with the first tangents of its ceilings."""
    n_extra, ceilinged, rows = _ceilings(unknowns, ceilings)
    matrices = [_wide(_in(unknowns, block.matrix), n_extra) for block in blocks]
    rows += _linked(unknowns, blocks, n_extra)
    matrices += [_wide(unknowns.balance, n_extra), *(matrix for matrix, _, _ in rows)]
    n = unknowns.balance.shape[0]
    program = Program(
        unknowns,
        np.concatenate([_in(unknowns, sp.csr_array(costs[None, :])).toarray().ravel(), np.zeros(n_extra)]),
        sp.csr_array(sp.vstack(matrices, format="csr")),
        np.concatenate([*(block.low for block in blocks), np.zeros(n), *(low for _, low, _ in rows)]),
        np.concatenate([*(block.high for block in blocks), np.zeros(n), *(high for _, _, high in rows)]),
        ceilinged,
    )
    steps = range(1, FIRST_TANGENTS + 1)
    return program.with_tangents([
        (k, province, step / FIRST_TANGENTS * float(np.sqrt(one.ceiling)))
        for k, one in enumerate(ceilinged) for province in range(one.n) for step in steps
    ])  # fmt: skip


def _linked(
    unknowns: Unknowns, blocks: Sequence[Block], n_extra: int
) -> list[tuple[sp.csr_array, FloatArray, FloatArray]]:
    """Return, by way, that an origin sends no more than it offers to a plant, and nothing to one that is not open.

    That follows from the plants' largest sizes for plants that are 0 or 1; the relaxation is far tighter with it (the
    strong formulation of the p-median and of facility location; Cornuejols, G., Fisher, M. L. and Nemhauser, G. L.
    (1977), Location of bank accounts to optimize float, Management Science 23(8): 789-810).
    """
    layout, n = unknowns.layout, unknowns.layout.n_pairs
    if not unknowns.by_way or not any(block.name == LARGEST for block in blocks):
        return []
    each = np.arange(n)
    offer = layout.instance.offer[layout.pair_origin] / layout.unit_t
    columns = np.concatenate([each, n + layout.pair_plant])
    values = np.concatenate([np.ones(n), -offer])
    matrix = sp.csr_array((values, (np.tile(each, 2), columns)), shape=(n, unknowns.size + n_extra))
    return [(matrix, np.full(n, -np.inf), np.zeros(n))]


def _in(unknowns: Unknowns, matrix: sp.csr_array) -> sp.csr_array:
    found = unknowns.matrix(matrix)
    if found is None:
        raise InputError("a constraint cannot be told in totals of origins and plants; solve it by way")
    return found


def _wide(matrix: sp.csr_array, columns: int) -> sp.csr_array:
    return sp.csr_array(sp.hstack([matrix, sp.csr_array((matrix.shape[0], columns))], format="csr"))


def _ceilings(
    unknowns: Unknowns, ceilings: Mapping[int, float]
) -> tuple[int, tuple[Ceiling, ...], list[tuple[sp.csr_array, FloatArray, FloatArray]]]:
    """Return how many columns the ceilings add, the ceilings, and the rows that say what Z, s and T are."""
    layout, first, found, parts = unknowns.layout, unknowns.size, [], []
    for industry, ceiling in ceilings.items():
        tonnes = _by_province(layout, industry)
        if tonnes is not None:
            found.append(Ceiling(industry, ceiling, first, tonnes.shape[0]))
            parts.append(_in(unknowns, tonnes))
            first += 2 * tonnes.shape[0] + 1
    n_extra, rows = first - unknowns.size, []
    for one, tonnes in zip(found, parts, strict=True):
        z, s, t = one.first + np.arange(one.n), one.first + one.n + np.arange(one.n), one.first + 2 * one.n
        each = np.arange(one.n)
        own = sp.csr_array((np.ones(one.n), (each, z)), shape=(one.n, first))
        whole = sp.csr_array(([*np.ones(one.n), -1.0], ([0] * (one.n + 1), [*z, t])), shape=(1, first))
        limit = sp.csr_array(([*np.ones(one.n), -one.ceiling], ([0] * (one.n + 1), [*s, t])), shape=(1, first))
        rows += [
            (sp.csr_array(_wide(tonnes, n_extra) - own), np.zeros(one.n), np.zeros(one.n)),
            (whole, np.zeros(1), np.zeros(1)),
            (limit, np.full(1, -np.inf), np.zeros(1)),
        ]
    return n_extra, tuple(found), rows


def _by_province(layout: Layout, industry: int) -> sp.csr_array | None:
    """Return rows that sum the tonnes of an industry by province; None where it has no way."""
    _, number = layout.groups(layout.instance.province)
    mine = np.flatnonzero(layout.pair_industry == industry)
    if not len(mine):
        return None
    provinces, place = np.unique(number[layout.pair_destination[mine]], return_inverse=True)
    return layout.of_flows(place, 1.0, pairs=mine, n=len(provinces))
