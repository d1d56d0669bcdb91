"""The matching as a mixed-integer program, solved by HiGHS within a time; Herfindahl ceilings by cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geotransfer.errors import InputError
from geotransfer.relocation.blocks import Block, herfindahl_cut
from geotransfer.relocation.instance import Layout
from geotransfer.types import FloatArray

__all__ = ["Limits", "Solved", "herfindahl_of", "solve", "with_ceilings"]


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
        "optimal" (within the gap), "time limit" or "round limit" (the best found), "infeasible".
    rounds : int
        Of cuts.
    lp_bound : float
        Lowest objective without whole numbers (the relaxation at the root, Herfindahl ceilings included).
    """

    unknowns: FloatArray | None
    objective: float
    bound: float
    gap: float
    seconds: float
    status: str
    rounds: int = 0
    lp_bound: float = float("nan")


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

    Raises
    ------
    InputError
        No plan was found in time.
    """
    return with_ceilings(layout, costs, blocks, ceilings={}, limits=limits)[0]


def with_ceilings(
    layout: Layout,
    costs: FloatArray,
    blocks: Sequence[Block],
    *,
    ceilings: Mapping[int, float],
    limits: Limits,
) -> tuple[Solved, list[Block]]:
    """Return the plan with the lowest cost under Herfindahl ceilings by industry, and the cuts that tell of them.

    A ceiling is quadratic: the plan is solved with cuts of it, cut off where it breaks it, and solved again, at most
    `ROUNDS` times within the time there is. Use `herfindahl_of` for what is left above a ceiling. See `Search` for
    how the plan is found and why the bound holds.

    Returns
    -------
    tuple
        The plan; one cut per ceiling, that in the direction of the plan, whose slack is that of the ceiling itself
        (``sqrt(H) T - |Z|``). When nothing fits, the cuts that rule every plan out.
    """
    from geotransfer.relocation.search import Search

    search = Search(layout, costs, blocks, ceilings, limits)
    found = search.run()
    if found.unknowns is None:
        return found, search.cuts_that_rule_out() if ceilings else []
    plan = found.unknowns
    moving = [k for k in ceilings if np.isfinite(herfindahl_of(layout, plan, k))]
    return found, [herfindahl_cut(layout, industry, ceilings[industry], plan) for industry in moving]


def herfindahl_of(layout: Layout, unknowns: FloatArray, industry: int) -> float:
    """Return the sum of the squared shares of the provinces in what moves of an industry; NaN when nothing does."""
    _, number = layout.groups(layout.instance.province)
    mine = np.flatnonzero(layout.pair_industry == industry)
    tonnes = np.bincount(number[layout.pair_destination[mine]], weights=np.maximum(unknowns[mine], 0.0))
    total = tonnes.sum()
    return float(((tonnes / total) ** 2).sum()) if total > 0 else float("nan")
