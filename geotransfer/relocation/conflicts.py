"""Which constraints of a matching cannot hold together, and by how much they would have to give way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from geotransfer.errors import InputError
from geotransfer.relocation.blocks import Block
from geotransfer.relocation.instance import Layout
from geotransfer.relocation.solution import Limits
from geotransfer.relocation.solving import solve
from geotransfer.types import FloatArray

__all__ = ["Concession", "Conflict", "find_conflict"]

TEST_SECONDS = 20.0
"""For each question whether a set of constraints can hold; one that takes longer is taken as one that can."""
VISIBLE = 1e-6


@dataclass(frozen=True)
class Concession:
    """One row that would have to give way: the constraint, what it is about, and by how much in its unit."""

    name: str
    label: str
    amount: float
    unit: str


@dataclass(frozen=True)
class Conflict:
    """Why there is no plan.

    Attributes
    ----------
    names : tuple of str
        Constraints that cannot hold together, while any of them can be dropped to let the rest hold (an irreducible
        set; there may be others).
    concessions : tuple of Concession
        The least, in shares of what each row asks, that would have to give way for a plan to exist.
    """

    names: tuple[str, ...]
    concessions: tuple[Concession, ...]


def find_conflict(layout: Layout, blocks: Sequence[Block], *, seconds: float = TEST_SECONDS) -> Conflict:
    """Return a smallest set of constraints that cannot hold together, found by leaving out one after the other.

    Physical rows (an offer, a plant's size) are never given up.

    References
    ----------
    Chinneck, J. W. (2008), Feasibility and Infeasibility in Optimization, Springer: elastic programs and the deletion
    filter.
    """
    limits = Limits(seconds, 0.5)
    kept = [block for block in blocks if not block.physical]
    always = [block for block in blocks if block.physical]
    costs = np.zeros(layout.size)
    for block in list(kept):
        rest = [other for other in kept if other is not block]
        if _cannot_hold(layout, costs, [*always, *rest], limits):
            kept = rest
    return Conflict(tuple(block.name for block in kept), tuple(_concessions(layout, always, kept, limits)))


def _cannot_hold(layout: Layout, costs: FloatArray, blocks: Sequence[Block], limits: Limits) -> bool:
    try:
        return solve(layout, costs, blocks, limits=limits).status == "infeasible"
    except InputError:
        # no plan within the time: not known to be impossible
        return False


def _concessions(layout: Layout, always: Sequence[Block], soft: Sequence[Block], limits: Limits) -> list[Concession]:
    """Solve with every soft row allowed to give way, at a price for each share of what it asks."""
    n_rows = sum(len(block.labels) for block in soft)
    if not n_rows:
        return []
    sizes = np.concatenate([_asked(block) for block in soft])
    n = layout.size
    rows = [LinearConstraint(_wide(block.matrix, n_rows), block.low, block.high) for block in always]
    first = 0
    for block in soft:
        m = len(block.labels)
        own = np.arange(first, first + m)
        give = sp.csr_array((np.ones(m), (np.arange(m), own)), shape=(m, n_rows))
        # row + give >= low, row - give <= high: what gives way on one side may do so on the other
        rows.append(LinearConstraint(sp.hstack([block.matrix, give], format="csr"), block.low, np.full(m, np.inf)))
        rows.append(LinearConstraint(sp.hstack([block.matrix, -give], format="csr"), np.full(m, -np.inf), block.high))
        first += m
    costs = np.concatenate([np.zeros(n), 1.0 / sizes])
    integer = np.concatenate([np.zeros(layout.n_pairs), np.ones(n - layout.n_pairs), np.zeros(n_rows)])
    upper = np.concatenate([np.where(integer[:n] > 0, 1.0, np.inf), np.full(n_rows, np.inf)])
    found = milp(
        costs,
        constraints=rows,
        integrality=integer,
        bounds=Bounds(0.0, upper),
        options={"time_limit": limits.seconds, "mip_rel_gap": 0.01},
    )
    return [] if found.x is None else _told(soft, found.x[n:], sizes)


def _told(soft: Sequence[Block], given: FloatArray, sizes: FloatArray) -> list[Concession]:
    told = []
    first = 0
    for block in soft:
        for row, label in enumerate(block.labels):
            amount = float(given[first + row])
            if amount > VISIBLE * sizes[first + row]:
                told.append(Concession(block.name, label, amount * block.scale, block.unit))
        first += len(block.labels)
    return told


def _asked(block: Block) -> FloatArray:
    """Return what each row asks, for a price by share: its bound, or where that is 0 its largest coefficient."""
    bounds = np.where(np.isfinite(block.high), block.high, np.where(np.isfinite(block.low), block.low, 0.0))
    largest = np.asarray(abs(block.matrix).max(axis=1).todense()).ravel()
    return np.asarray(np.where(np.abs(bounds) > 0, np.abs(bounds), np.where(largest > 0, largest, 1.0)))


def _wide(matrix: sp.csr_array, columns: int) -> sp.csr_array:
    return sp.csr_array(sp.hstack([matrix, sp.csr_array((matrix.shape[0], columns))], format="csr"))
