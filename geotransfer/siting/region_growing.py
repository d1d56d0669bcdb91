"""Regions of a wanted size grown cell by cell from seeds, by a trade-off of score and compactness."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geotransfer.mcda.ranking import RANK_DECIMALS
from geotransfer.spatial.compilation import compiled
from geotransfer.types import FloatArray, IntArray

__all__ = ["RegionSize", "Regions", "grow_regions", "seed_cells"]

WORK = 300_000_000
"""Looks at a frontier cell that one growing may take, about a second: beyond, seeds are the best cell of each block."""


@dataclass(frozen=True)
class RegionSize:
    """How large a region is, in cells.

    Attributes
    ----------
    wanted : int
        What it grows to.
    fewest : int
        What is accepted where the land does not suffice.
    most : int
        Beyond `wanted` it takes cells that do not lower its mean score, up to so many.
    """

    wanted: int
    fewest: int
    most: int


@dataclass(frozen=True, eq=False)
class Regions:
    """Candidate regions, the best first: by mean score, then the larger one, then the seed further north and west.

    Attributes
    ----------
    cells : ndarray of int
        Shape (regions, most): flat indices of the cells in the order they joined, -1 behind the last.
    sizes : ndarray of int
        Shape (regions,).
    means : ndarray
        Shape (regions,): mean score, rounded to 12 decimals.
    """

    cells: IntArray
    sizes: IntArray
    means: FloatArray

    def of(self, region: int) -> IntArray:
        """Return the cells of one region."""
        return np.asarray(self.cells[region, : self.sizes[region]])


def seed_cells(scores: FloatArray, size: RegionSize) -> IntArray:
    """Return the cells regions grow from: all that have a score, or the best of each block where they are too many.

    Examples
    --------
    >>> seed_cells(np.array([[0.1, np.nan, 0.3]]), RegionSize(1, 1, 1))
    array([0, 2])
    """
    frontier = 4.0 * math.sqrt(size.most) + 4.0
    affordable = max(1, int(WORK / (size.most * frontier)))
    known = np.flatnonzero(~np.isnan(scores))
    if len(known) <= affordable:
        return known.astype(np.int64)
    side = math.ceil(math.sqrt(len(known) / affordable))
    width = scores.shape[1]
    blocks = (known // width // side) * math.ceil(width / side) + known % width // side
    order = np.lexsort((known, -scores.ravel()[known], blocks))
    first = np.r_[True, np.diff(blocks[order]) != 0]
    return np.sort(known[order[first]]).astype(np.int64)


def grow_regions(
    scores: FloatArray, size: RegionSize, *, compactness: float, resolution: tuple[float, float] = (1.0, 1.0)
) -> Regions:
    """Grow a region from each seed.

    The region takes, of the cells that share an edge with it, again and again the one with the highest

        (1 - compactness) x score - compactness x distance to the region's middle / radius of a circle of that area

    (equal ones: the higher score, then the cell further north and west).

    Parameters
    ----------
    scores : ndarray
        Shape (height, width); NaN cannot be taken.
    size : RegionSize
        In cells.
    compactness : float
        0 takes the best cells that touch, 1 the nearest ones whatever their score.
    resolution : tuple of float
        Cell size (x, y).

    References
    ----------
    Brookes, C. J. (1997), A parameterized region-growing programme for site allocation on raster suitability maps,
    International Journal of Geographical Information Science 11(4), 375-396, for growing from seeds by suitability and
    shape; the distance is taken here from the middle of what has grown, not from the seed.

    Examples
    --------
    >>> line = np.array([[0.9, 0.8, np.nan, 0.7, 0.6]])
    >>> regions = grow_regions(line, RegionSize(2, 2, 2), compactness=0.5)
    >>> regions.means
    array([0.85, 0.85, 0.65, 0.65])
    """
    height, width = scores.shape
    # a rim that cannot be taken instead of tests for the edge
    field = np.full((height + 2, width + 2), np.nan)
    field[1:-1, 1:-1] = np.round(scores, RANK_DECIMALS)
    seeds = seed_cells(scores, size)
    rows, columns = seeds // width, seeds % width
    start = (rows + 1) * (width + 2) + columns + 1
    dx, dy = resolution
    radius = math.sqrt(size.wanted * dx * dy / math.pi)
    cells = np.full((len(seeds), size.most), -1, dtype=np.int64)
    sizes = np.zeros(len(seeds), dtype=np.int64)
    totals = np.zeros(len(seeds))
    mine = np.zeros(field.size, dtype=np.int64)
    limits = np.array([size.wanted, size.most], dtype=np.int64)
    compiled(_grow)(field.ravel(), width + 2, start, limits, compactness, dx / radius, dy / radius, mine, cells, sizes,
                    totals)  # fmt: skip
    return _sorted(cells, sizes, totals, size.fewest, width)


def _sorted(cells: IntArray, sizes: IntArray, totals: FloatArray, fewest: int, width: int) -> Regions:
    """Return the regions that are large enough, best first, with cells counted without the rim."""
    enough = sizes >= fewest
    cells, sizes = cells[enough], sizes[enough]
    means = np.round(totals[enough] / np.maximum(sizes, 1), RANK_DECIMALS)
    order = np.lexsort((np.arange(len(sizes)), -sizes, -means))
    inner = (cells // (width + 2) - 1) * width + cells % (width + 2) - 1
    return Regions(np.where(cells >= 0, inner, -1)[order], sizes[order], means[order])


def _grow(
    field: FloatArray, width: int, seeds: IntArray, limits: IntArray, compactness: float, dx: float, dy: float,
    mine: IntArray, cells: IntArray, sizes: IntArray, totals: FloatArray,
) -> None:  # fmt: skip
    """Fill `cells`, `sizes` and `totals`, seed by seed; compiled by numba. `mine` says which seed touched a cell."""
    wanted, most = limits[0], limits[1]
    frontier = np.zeros(4 * most + 4, dtype=np.int64)
    steps = np.array([-width, -1, 1, width])
    for s in range(seeds.size):
        seed, stamp = seeds[s], s + 1
        row, column = float(seed // width), float(seed % width)
        frontier[0], waiting, count, total = seed, 1, 0, 0.0
        mine[seed] = stamp
        while waiting > 0 and count < most:
            best, best_value = 0, -np.inf
            for i in range(waiting):
                cell = frontier[i]
                away = math.sqrt(((cell // width - row) * dy) ** 2 + ((cell % width - column) * dx) ** 2)
                value = (1.0 - compactness) * field[cell] - compactness * away
                other = frontier[best]
                tie = field[cell] > field[other] or (field[cell] == field[other] and cell < other)
                if value > best_value or (value == best_value and tie):
                    best, best_value = i, value
            cell = frontier[best]
            if count >= wanted and field[cell] * count < total:
                break
            waiting -= 1
            frontier[best] = frontier[waiting]
            cells[s, count] = cell
            count += 1
            total += field[cell]
            row += (cell // width - row) / count
            column += (cell % width - column) / count
            for step in steps:
                there = cell + step
                if mine[there] != stamp and not math.isnan(field[there]):
                    mine[there] = stamp
                    frontier[waiting] = there
                    waiting += 1
        sizes[s], totals[s] = count, total
