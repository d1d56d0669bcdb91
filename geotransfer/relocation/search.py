"""How the best plan is looked for within a time: a relaxation, a small problem, then the whole one."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import OptimizeResult

from geotransfer.errors import InputError
from geotransfer.relocation.blocks import Block, herfindahl_cut
from geotransfer.relocation.instance import Layout
from geotransfer.relocation.program import Program, Tangent, program_of
from geotransfer.relocation.solution import Limits, Solved, herfindahl_of
from geotransfer.relocation.totals import Unknowns, unknowns_of
from geotransfer.types import BoolArray, FloatArray

__all__ = ["Search"]

CUT_SECONDS = 10.0
"""For one step of finding out that ceilings rule every plan out."""
ROUNDS = 20
"""Rounds of cuts for a Herfindahl ceiling; what is left above it is reported."""
CEILING_TOLERANCE = 1e-6
INFEASIBLE, TIME_LIMIT = 2, 1
FIRST_SHARE, ROUND_SHARE = 0.2, 0.5
"""Of the time that is left: for the small problem, and for one round of the whole one when there are ceilings."""
EXTRA_PLANTS = 40
"""Plants by industry that the small problem may open beside those of the relaxation: the nearest in reduced cost."""


@dataclass(eq=False)
class Search:
    """One search for the best plan; `run` it once.

    1. The problem is told in totals where that is exact (`Unknowns`). A smallest lot cannot be told in totals: it is
       left out at first, which can only lower the bound, and put back when a plan's ways are filled.
    2. The relaxation without whole numbers, with cuts of the ceilings where it breaks them, gives `lp_bound`.
    3. A small problem, with the plants the relaxation uses and those nearest in reduced cost, gives a first plan. Its
       bound says nothing of the whole problem and is not used. Often the plan is within the gap of `lp_bound` already.
    4. Else the whole problem is solved, in rounds when there are ceilings.

    A plan that breaks a ceiling, or whose ways were not filled yet, is filled again with its own plants only (`_fill`).

    Why the bound holds: it is the highest of bounds of problems that every plan that keeps all rules also solves: the
    relaxation, and the whole problem under cuts. A cut removes no such plan (tangents of a convex function), leaving
    out a rule removes none, and totals are the same problem.
    """

    layout: Layout
    costs: FloatArray
    blocks: Sequence[Block]
    ceilings: Mapping[int, float]
    limits: Limits
    tangents: list[Tangent] = field(default_factory=list)
    bound: float = -np.inf
    lp_bound: float = float("nan")
    best: FloatArray | None = None
    loose: FloatArray | None = None
    rounds: int = 0

    def run(self) -> Solved:
        """Return what was found.

        Raises
        ------
        InputError
            No plan was found in time.
        """
        self._start = time.perf_counter()
        self._prepare()
        lowest = self._relaxation()
        if lowest.status == INFEASIBLE:
            return self._told("infeasible")
        if lowest.x is not None:
            self._small(lowest)
        if not self._good_enough():
            fits = self._whole()
            if not fits:
                return self._told("infeasible")
        if self.best is None and self.loose is None:
            raise InputError(
                f"no plan was found within {self.limits.seconds:g} s; give more time, or fewer destinations or "
                "constraints"
            )
        if self._good_enough(1e-6):
            return self._told("optimal")
        return self._told("round limit" if self._left() > 0 else "time limit")

    def _prepare(self) -> None:
        """Choose the unknowns, and leave out what they cannot tell."""
        layout = self.layout
        of_ways = [block for block in self.blocks if block.matrix[:, layout.n_pairs + layout.n_plants :].nnz]
        rest = [block for block in self.blocks if block not in of_ways]
        self._unknowns = unknowns_of(layout, self.costs, rest)
        self._partial = bool(of_ways) and not self._unknowns.by_way
        kept = rest if self._partial else self.blocks
        self._program = program_of(self._unknowns, self.costs, kept, self.ceilings)
        self._by_way = self._program
        if self._partial:
            self._by_way = program_of(Unknowns(layout, by_way=True), self.costs, self.blocks, self.ceilings)

    def _relaxation(self) -> OptimizeResult:
        for _ in range(ROUNDS):
            found = self._cut(self._program).relaxed(seconds=self._left())
            if found.x is None or not self._touch(self._program, found.x) or self._left() < 0.9 * self.limits.seconds:
                break
        if found.status == 0:
            self.lp_bound = self.bound = float(found.fun)
        return found

    def _small(self, lowest: OptimizeResult) -> None:
        plants = self._promising(lowest)
        if plants.all():
            return
        found = self._cut(self._program).solved(
            seconds=self._left() * FIRST_SHARE, gap=self.limits.gap / 2, plants=plants
        )
        if found.x is not None:
            self._keep(found.x)

    def _promising(self, lowest: OptimizeResult) -> BoolArray:
        """Shape (plants,): those the relaxation uses, and the nearest in reduced cost of each industry."""
        unknowns, n = self._unknowns, self.layout.n_plants
        used = lowest.x[unknowns.n_tonnes : unknowns.n_tonnes + n] > 1e-9
        price = lowest.lower.marginals[unknowns.n_tonnes : unknowns.n_tonnes + n].copy()
        if not unknowns.by_way:
            price += lowest.lower.marginals[unknowns.n_tonnes - n : unknowns.n_tonnes]
        chosen = used.copy()
        for industry in np.unique(self.layout.plant_industry):
            mine = np.flatnonzero((self.layout.plant_industry == industry) & ~used)
            chosen[mine[np.argsort(price[mine], kind="stable")[:EXTRA_PLANTS]]] = True
        return np.asarray(chosen)

    def _whole(self) -> bool:
        """Solve the whole problem; return False when nothing fits."""
        program, by_way = self._program, self._unknowns.by_way or not self._partial
        while True:
            share = ROUND_SHARE if self.ceilings or not by_way else 1.0
            gap = self.limits.gap / 2 if self.ceilings or not by_way else self.limits.gap
            found = self._cut(program).solved(seconds=self._left() * share, gap=gap)
            if found.status == INFEASIBLE:
                return self.best is not None
            if found.mip_dual_bound is not None:
                self.bound = max(self.bound, float(found.mip_dual_bound))
            clean = found.x is not None and self._keep(found.x, program=program)
            if self._good_enough() or self._left() <= 0 or self.rounds >= ROUNDS:
                return True
            if clean and by_way:
                return True
            if clean:
                program, by_way = self._by_way, True
            self.rounds += 1

    def _keep(self, x: FloatArray, *, program: Program | None = None) -> bool:
        """Remember a solution as a plan, filled again if need be; return whether it breaks no ceiling."""
        program = self._program if program is None else program
        broken = self._touch(program, x)
        whole = program is self._by_way
        if whole and not broken:
            self._remember(program.unknowns.to_layout(x))
        else:
            self._fill(x if whole else None, program.unknowns.open_plants(x))
        return not broken

    def _fill(self, x: FloatArray | None, plants: BoolArray) -> None:
        """Remember a plan with some plants only, every rule kept: by tonnes alone from a solution, else anew."""
        for _ in range(ROUNDS):
            if x is not None and self._fill_tonnes(x):
                return
            found = self._cut(self._by_way).solved(
                seconds=min(self._left(), self.limits.seconds * FIRST_SHARE), gap=self.limits.gap / 4, plants=plants
            )
            x = found.x
            if x is None or self._left() <= 0:
                return

    def _fill_tonnes(self, x: FloatArray) -> bool:
        """Remember the best tonnes for the plants and ways of a solution; return whether there are any."""
        self.loose = self._by_way.unknowns.to_layout(x)
        for _ in range(ROUNDS):
            found = self._cut(self._by_way).relaxed(seconds=self._left(), whole=x)
            if found.x is None:
                return False
            if not self._touch(self._by_way, found.x):
                self._remember(self._by_way.unknowns.to_layout(found.x))
                return True
        return False

    def _touch(self, program: Program, x: FloatArray) -> bool:
        """Add the tangents that a solution asks for; return whether it breaks a ceiling."""
        broken = False
        for k, one in enumerate(program.ceilings):
            shares = one.shares(x)
            if (shares**2).sum() > one.ceiling * (1 + CEILING_TOLERANCE):
                broken = True
                self.tangents += [(k, int(p), float(shares[p])) for p in np.flatnonzero(shares)]
        return broken

    def _cut(self, program: Program) -> Program:
        return program.with_tangents(self.tangents)

    def _remember(self, plan: FloatArray) -> None:
        if self.best is None or self.costs @ plan < self.costs @ self.best:
            self.best = plan

    def _left(self) -> float:
        return self.limits.seconds - (time.perf_counter() - self._start)

    def _gap(self, plan: FloatArray) -> float:
        objective = float(self.costs @ plan)
        return abs(objective - min(self.bound, objective)) / max(abs(objective), 1e-12)

    def _good_enough(self, rounding: float = 1e-9) -> bool:
        return self.best is not None and self._gap(self.best) <= self.limits.gap + rounding

    def _told(self, status: str) -> Solved:
        seconds, nan = time.perf_counter() - self._start, float("nan")
        plan = self.loose if self.best is None else self.best
        if status == "infeasible" or plan is None:
            return Solved(None, nan, nan, nan, seconds, "infeasible", self.rounds, self.lp_bound)
        objective = float(self.costs @ plan)
        bound = min(self.bound, objective)
        return Solved(plan, objective, bound, self._gap(plan), seconds, status, self.rounds, self.lp_bound)

    def cuts_that_rule_out(self) -> list[Block]:
        """Return cuts of the ceilings under which no plan is left, found at the least concentrated plans without them.

        At the least concentrated plan Z* every other plan has ``Z* . Z >= |Z*|^2`` (first-order condition of the
        least norm over a convex set, tonnes in all given), so that the cut in its direction rules all of them out.
        """
        cuts: list[Block] = []
        for _ in range(ROUNDS):
            found = _least_concentrated(self.layout, [*self.blocks, *cuts], list(self.ceilings), seconds=CUT_SECONDS)
            if found is None:
                break
            broken = [k for k, most in self.ceilings.items() if herfindahl_of(self.layout, found, k) > most]
            cuts += [herfindahl_cut(self.layout, k, self.ceilings[k], found) for k in broken]
            if not broken or self._left() < -CUT_SECONDS:
                break
        return cuts


def _least_concentrated(
    layout: Layout, blocks: Sequence[Block], industries: Sequence[int], *, seconds: float
) -> FloatArray | None:
    """Return the plan with the smallest sum of Z^2 / T, by tangents; None where nothing fits."""
    costs = np.zeros(layout.size)
    unknowns = unknowns_of(layout, costs, blocks)
    # a ceiling of 1 holds for every plan: only its parabolas are wanted
    program = program_of(unknowns, costs, blocks, dict.fromkeys(industries, 1.0))
    weights = program.costs.copy()
    for one in program.ceilings:
        weights[one.first + one.n : one.first + 2 * one.n] = 1.0
    tangents: list[Tangent] = []
    program = replace(program, costs=weights)
    for _ in range(ROUNDS):
        found = program.with_tangents(tangents).solved(seconds=seconds, gap=1e-4)
        if found.x is None:
            return None
        for k, one in enumerate(program.ceilings):
            tangents += [(k, int(p), float(share)) for p, share in enumerate(one.shares(found.x)) if share > 0]
        told = sum(float(found.x[one.first + one.n : one.first + 2 * one.n].sum()) for one in program.ceilings)
        real = sum(float((one.shares(found.x) ** 2).sum() * found.x[one.first + 2 * one.n]) for one in program.ceilings)
        if real <= told * (1 + 1e-3) + 1e-9:
            break
    return unknowns.to_layout(found.x)
