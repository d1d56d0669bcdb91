"""Cost against CO2: the cheapest plan under one ceiling of CO2 after the other (epsilon-constraint)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geotransfer.errors import InputError
from geotransfer.relocation.solution import Solved
from geotransfer.types import FloatArray

__all__ = ["Front", "epsilon_front"]


@dataclass(frozen=True, eq=False)
class Front:
    """Plans between the cheapest and the one of least CO2.

    Attributes
    ----------
    cost, co2 : ndarray
        Shape (points,), in the units of the two objectives; CO2 falls, cost rises.
    plans : tuple of Solved
        One per point.
    """

    cost: FloatArray
    co2: FloatArray
    plans: tuple[Solved, ...]


def epsilon_front(
    solve: Callable[[FloatArray, float], Solved], *, cost: FloatArray, co2: FloatArray, points: int
) -> Front:
    """Return the front of cost against CO2.

    Parameters
    ----------
    solve : callable
        ``solve(costs, ceiling)`` -> the plan with the lowest ``costs @ unknowns`` and ``co2 @ unknowns <= ceiling``.
    cost, co2 : ndarray
        Shape (unknowns,): what one unit of each unknown costs and emits.
    points : int
        How many plans, at least 2: the two ends and what lies between, at equal steps of CO2.

    References
    ----------
    Haimes, Y. Y., Lasdon, L. S. and Wismer, D. A. (1971), On a bicriterion formulation of the problems of integrated
    system identification and system optimization, IEEE Trans. Systems, Man, and Cybernetics 1(3): 296-297. The end of
    least CO2 is the cheapest among its like (lexicographic; Mavrotas, G. (2009), Applied Mathematics and Computation
    213(2): 455-465).
    """
    if points < 2:
        raise InputError(f"points is {points!r}, expected at least 2: the cheapest plan and the one of least CO2")
    cheapest = solve(cost, np.inf)
    cleanest = solve(co2, np.inf)
    if cheapest.unknowns is None or cleanest.unknowns is None:
        return Front(np.empty(0), np.empty(0), ())
    high, low = float(co2 @ cheapest.unknowns), float(co2 @ cleanest.unknowns)
    step = max(abs(high), abs(low), 1.0)
    ceilings = np.linspace(high, low, points)[1:] + 1e-9 * step
    found = [cheapest, *(solve(cost, float(ceiling)) for ceiling in ceilings)]
    plans = [(plan, plan.unknowns) for plan in found if plan.unknowns is not None]
    values = np.array([[cost @ unknowns, co2 @ unknowns] for _, unknowns in plans])
    return Front(values[:, 0], values[:, 1], tuple(plan for plan, _ in plans))
