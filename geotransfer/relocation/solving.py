"""The matching as a mixed-integer program, solved by HiGHS; cuts for a Herfindahl ceiling; who stands in whose way."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from geotransfer.errors import InputError
from geotransfer.relocation.blocks import Block, herfindahl_cut
from geotransfer.relocation.instance import Layout
from geotransfer.types import FloatArray

__all__ = ["Limits", "Solved", "herfindahl_of", "solve", "with_ceilings"]

ROUNDS = 20
"""Rounds of cuts for a Herfindahl ceiling; what is left above it is reported."""
CEILING_TOLERANCE = 1e-6
INFEASIBLE, TIME_LIMIT = 2, 1


@dataclass(frozen=True)
class Limits:
    """How long and how exactly to solve."""

    seconds: float = 300.0
    gap: float = 0.01

    def __post_init__(self) -> None:
        if not self.seconds > 0 or not 0 <= self.gap < 1:
            raise InputError(f"limits are {self.seconds!r} s and gap {self.gap!r}; expected seconds > 0, 0 <= gap < 1")


@dataclass(frozen=True, eq=False)
class Solved:
    """What the solver found.

    Attributes
    ----------
    unknowns : ndarray or None
        Shape (size of the layout,); None when nothing fits.
    objective, bound : float
        Of the best plan found, and what no plan can beat; both in the objective's unit.
    gap : float
        ``|objective - bound| / |objective|``.
    seconds : float
        Wall time, all rounds together.
    status : str
        "optimal" (within the gap), "time limit" (the best found), "infeasible".
    rounds : int
        Of cuts.
    """

    unknowns: FloatArray | None
    objective: float
    bound: float
    gap: float
    seconds: float
    status: str
    rounds: int = 0


def solve(layout: Layout, costs: FloatArray, blocks: Sequence[Block], *, limits: Limits) -> Solved:
    """Return the plan with the lowest cost.

    Parameters
    ----------
    layout : Layout
        Of the instance.
    costs : ndarray
        Shape (size of the layout,): cost of one unit of each unknown.
    blocks : sequence of Block
        What the plan must keep.
    limits : Limits
        Time and gap.
    """
    start = time.perf_counter()
    found = _milp(layout, costs, blocks, limits)
    seconds = time.perf_counter() - start
    if found.x is None:
        if found.status == TIME_LIMIT:
            raise InputError(
                f"no plan was found within {limits.seconds:g} s; give more time, or fewer destinations or constraints"
            )
        return Solved(None, np.nan, np.nan, np.nan, seconds, "infeasible")
    objective = float(costs @ found.x)
    bound = float(found.mip_dual_bound) if found.mip_dual_bound is not None else objective
    gap = abs(objective - bound) / max(abs(objective), 1e-12)
    return Solved(found.x, objective, bound, gap, seconds, "time limit" if found.status == TIME_LIMIT else "optimal")


def _milp(
    layout: Layout, costs: FloatArray, blocks: Sequence[Block], limits: Limits, *, whole: bool = True
) -> OptimizeResult:
    integer = np.ones(layout.size)
    integer[: layout.n_pairs] = 0
    upper = np.where(integer > 0, 1.0, np.inf)
    integer *= whole
    rows = [LinearConstraint(block.matrix, block.low, block.high) for block in blocks]
    options = {"time_limit": limits.seconds, "mip_rel_gap": limits.gap}
    return milp(costs, constraints=rows, integrality=integer, bounds=Bounds(0.0, upper), options=options)


def with_ceilings(
    layout: Layout,
    costs: FloatArray,
    blocks: Sequence[Block],
    *,
    ceilings: Mapping[int, float],
    limits: Limits,
) -> tuple[Solved, list[Block]]:
    """Return the plan with the lowest cost under Herfindahl ceilings by industry, and the cuts that it took.

    A ceiling is quadratic: the plan is solved without it, cut off where it breaks it, and solved again, at most
    `ROUNDS` times within the time there is. Use `herfindahl_of` for what is left above a ceiling.
    """
    cuts, seconds = _cuts_of_relaxation(layout, costs, blocks, ceilings, limits)
    for done in range(ROUNDS + 1):
        left = Limits(max(limits.seconds - seconds, 1.0), limits.gap)
        found = solve(layout, costs, [*blocks, *cuts], limits=left)
        seconds += found.seconds
        broken = [] if found.unknowns is None else _broken(layout, found.unknowns, ceilings)
        if not broken or done == ROUNDS or seconds >= limits.seconds or found.unknowns is None:
            break
        cuts += [herfindahl_cut(layout, industry, ceilings[industry], found.unknowns) for industry in broken]
    status = found.status
    return Solved(found.unknowns, found.objective, found.bound, found.gap, seconds, status, done), cuts


def _cuts_of_relaxation(
    layout: Layout, costs: FloatArray, blocks: Sequence[Block], ceilings: Mapping[int, float], limits: Limits
) -> tuple[list[Block], float]:
    """Return the cuts that the problem without whole numbers asks for, and the seconds they took: each is cheap."""
    start = time.perf_counter()
    cuts: list[Block] = []
    for _ in range(ROUNDS if ceilings else 0):
        found = _milp(layout, costs, [*blocks, *cuts], limits, whole=False)
        broken = [] if found.x is None else _broken(layout, found.x, ceilings)
        if not broken or time.perf_counter() - start > limits.seconds / 10:
            break
        cuts += [herfindahl_cut(layout, industry, ceilings[industry], found.x) for industry in broken]
    return cuts, time.perf_counter() - start


def _broken(layout: Layout, unknowns: FloatArray, ceilings: Mapping[int, float]) -> list[int]:
    shares = {industry: herfindahl_of(layout, unknowns, industry) for industry in ceilings}
    return [industry for industry, index in shares.items() if index > ceilings[industry] * (1 + CEILING_TOLERANCE)]


def herfindahl_of(layout: Layout, unknowns: FloatArray, industry: int) -> float:
    """Return the sum of the squared shares of the provinces in what moves of an industry; NaN when nothing does."""
    _, number = layout.groups(layout.instance.province)
    mine = np.flatnonzero(layout.pair_industry == industry)
    tonnes = np.bincount(number[layout.pair_destination[mine]], weights=np.maximum(unknowns[mine], 0.0))
    total = tonnes.sum()
    return float(((tonnes / total) ** 2).sum()) if total > 0 else float("nan")
