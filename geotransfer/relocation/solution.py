"""What a solved plan is: limits of the search, what it found, and how concentrated a plan is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geotransfer.errors import InputError
from geotransfer.relocation.instance import Layout
from geotransfer.types import FloatArray

__all__ = ["Limits", "Solved", "herfindahl_of"]


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


def herfindahl_of(layout: Layout, unknowns: FloatArray, industry: int) -> float:
    """Return the sum of the squared shares of the provinces in what moves of an industry; NaN when nothing does."""
    _, number = layout.groups(layout.instance.province)
    mine = np.flatnonzero(layout.pair_industry == industry)
    tonnes = np.bincount(number[layout.pair_destination[mine]], weights=np.maximum(unknowns[mine], 0.0))
    total = tonnes.sum()
    return float(((tonnes / total) ** 2).sum()) if total > 0 else float("nan")
