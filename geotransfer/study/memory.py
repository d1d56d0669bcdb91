"""What a study takes of the memory: how many cells it may have at once, and what is said when they are too many."""

from __future__ import annotations

from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.inputs.shared_work import SharedWork
from geotransfer.inputs.zones import Zones
from geotransfer.spec.scenario import Scenario
from geotransfer.study.blocks import check_divisible, largest_zone

__all__ = ["MEMORY_MB", "block_cells", "cells_within", "memory_needed_mb"]

MEMORY_MB = 9000.0
"""What a study may take, unless told otherwise; at 1 km all of China takes 6 GB."""
BASE_MB = 450.0
"""What it takes beside its cells: libraries, boundaries, the freight network."""
CELL_BYTES, CRITERION_BYTES, RULE_BYTES = 130, 18, 21
"""What it takes for each cell, and that for each of its criteria and rules.

Measured, in bytes a cell with all that is left lying from block to block: seven criteria and four rules take 280 in one
piece, 253 to 340 in a block (half or all of it in its zones); with ten rules 395 and 366; three criteria and four rules
186 in a block. What is taken here is at least that.
"""
PART_CELLS = 3_000_000
"""Cells of the grid of a block: more would save little time."""


def memory_needed_mb(scenario: Scenario, cells: float) -> float:
    """Return what a study takes about that has so many cells at once.

    Examples
    --------
    >>> from geotransfer.spec.scenario import scenario
    >>> memory_needed_mb(scenario("aluminium"), 1e7)
    3850.0
    """
    return BASE_MB + cells * _cell_bytes(scenario) / 1e6


def cells_within(scenario: Scenario, memory_mb: float) -> float:
    """Return how many cells a study may have at once.

    Examples
    --------
    >>> from geotransfer.spec.scenario import scenario
    >>> cells_within(scenario("aluminium"), 3850.0)
    10000000.0
    """
    return max(1.0, (memory_mb - BASE_MB) * 1e6 / _cell_bytes(scenario))


def _cell_bytes(scenario: Scenario) -> int:
    rules = sum(rule.active_test is not None for rule in scenario.rules.values())
    return CELL_BYTES + CRITERION_BYTES * len(scenario.criteria) + RULE_BYTES * rules


def block_cells(
    scenario: Scenario, zones: Zones, grid: Grid, *, memory_mb: float, shared: SharedWork | None = None
) -> float | None:
    """Return how many cells a block of zones may have; None where the study fits in one piece.

    What `shared` may keep of other runs takes its part of the memory; a study in blocks does not use it and lets it go.

    Raises
    ------
    InputError
        A single zone takes more memory than there is, for zones are not divided; or the scenario needs all cells at
        once.
    """
    kept = 0.0 if shared is None else shared.memory_mb
    if grid.size <= cells_within(scenario, memory_mb - kept):
        return None
    check_divisible(scenario, grid)
    fitting = cells_within(scenario, memory_mb)
    name, cells = largest_zone(zones, scenario)
    if cells > fitting:
        needed = memory_needed_mb(scenario, cells)
        raise InputError(
            f"zone {name!r} has {cells:.3g} cells of {scenario.grid.resolution:g} m with what lies around it: "
            f"about {needed / 1e3:.1f} GB of memory; the limit is {memory_mb / 1e3:.1f} GB, and a zone is not divided: "
            "expected at least that much (--memory-limit, memory_mb), or coarser cells"
        )
    if shared is not None:
        shared.release()
    return min(PART_CELLS, fitting)
