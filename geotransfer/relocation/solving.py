"""The matching as a mixed-integer program, solved by HiGHS within a time; Herfindahl ceilings by cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from geotransfer.relocation.blocks import Block, herfindahl_cut
from geotransfer.relocation.instance import Layout
from geotransfer.relocation.search import Search
from geotransfer.relocation.solution import Limits, Solved, herfindahl_of
from geotransfer.types import FloatArray

__all__ = ["solve", "with_ceilings"]


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
    search = Search(layout, costs, blocks, ceilings, limits)
    found = search.run()
    if found.unknowns is None:
        return found, search.cuts_that_rule_out() if ceilings else []
    plan = found.unknowns
    moving = [k for k in ceilings if np.isfinite(herfindahl_of(layout, plan, k))]
    return found, [herfindahl_cut(layout, industry, ceilings[industry], plan) for industry in moving]
