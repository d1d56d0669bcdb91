"""What a study takes of the memory: how many cells it may have at once, and what is said when they are too many."""

from __future__ import annotations

from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.spec.scenario import Scenario
from geotransfer.study.blocks import largest_block
from geotransfer.study.zones import Zones

__all__ = ["MEMORY_MB", "block_cells", "cells_within"]

MEMORY_MB = 9000.0
"""What a study may take, unless told otherwise; at 1 km all of China takes 6 GB."""
BASE_MB = 500.0
"""What it takes beside its cells (measured: 0.3 GB of libraries, boundaries, the freight network)."""
CELL_BYTES = 300
"""What it takes for each cell (measured with seven criteria and four rules: 5.3 GB at 18 million cells)."""
PART_CELLS = 3_000_000
"""Cells of the box around a block: more would save little time."""


def cells_within(memory_mb: float) -> float:
    """Return how many cells a study may have at once.

    Examples
    --------
    >>> cells_within(3500.0)
    10000000.0
    """
    return max(1.0, (memory_mb - BASE_MB) * 1e6 / CELL_BYTES)


def block_cells(scenario: Scenario, zones: Zones, grid: Grid, *, memory_mb: float) -> float:
    """Return how many cells the box around a block of zones may have.

    Raises
    ------
    InputError
        A single zone takes more memory than there is: zones are not divided.
    """
    most = min(PART_CELLS, cells_within(memory_mb))
    size, name = largest_block(scenario, zones, grid, most_cells=most)
    if size > cells_within(memory_mb):
        needed = BASE_MB + size * CELL_BYTES / 1e6
        raise InputError(
            f"zone {name!r} with what lies around it has {size:.3g} cells of {grid.resolution[0]:g} m, which take about "
            f"{needed / 1e3:.1f} GB of memory; the limit is {memory_mb / 1e3:.1f} GB and a zone is not divided: give at "
            f"least that much (--memory-limit, memory_mb=), or take coarser cells"
        )
    return most
