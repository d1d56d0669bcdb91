"""Accumulated cost from the nearest source over a raster of friction."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import cast

import geopandas as gpd
import numpy as np
import rasterio.features
from numpy.typing import NDArray

from geotransfer.crs import check_projected
from geotransfer.errors import InputError
from geotransfer.raster import Raster
from geotransfer.spatial.rasterization import on_grid_crs
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["accumulated_cost", "cost_distance"]

POOL = 1 << 16
"""Places in the queue to begin with; it doubles when they run out."""
SAMPLE = 100_000
CHEAP_SHARE = 0.1
"""Share of the cells that are cheaper than the step which makes a bucket's width."""
MOST_BUCKETS = 1 << 16


def cost_distance(friction: Raster, sources: gpd.GeoDataFrame) -> Raster:
    """Return the least accumulated cost from each cell to the nearest source.

    A step to one of 8 neighbours costs the mean of the two cells' friction x the distance of their centres. The
    result is exact: that of Dijkstra (1959) on the cells.

    Parameters
    ----------
    friction : Raster
        Cost per CRS unit of length (such as yuan/t/m), >= 0, on a projected CRS; NaN cannot be entered. A diagonal
        step between two such cells is allowed.
    sources : GeoDataFrame
        Points, lines or polygons with a CRS; every cell they touch is a source. Those off the grid or on NaN do not
        count.

    Returns
    -------
    Raster
        float64, in cost; NaN where friction is NaN or no source can be reached.

    Raises
    ------
    CrsError
        The friction is on a geographic CRS, or the sources have none.
    InputError
        Friction is negative or infinite, or no source lies on a cell with friction.

    References
    ----------
    E. W. Dijkstra, A note on two problems in connexion with graphs, Numerische Mathematik 1 (1959) 269-271;
    R. B. Dial, Algorithm 360, Communications of the ACM 12 (1969) 632-633, for the queue.

    Examples
    --------
    >>> from geotransfer.grid import Grid
    >>> grid = Grid.from_bounds((0, 0, 300, 100), resolution=100, crs="EPSG:32648")
    >>> start = gpd.GeoDataFrame(geometry=gpd.points_from_xy([50], [50]), crs="EPSG:32648")
    >>> cost_distance(Raster([[1.0, 3.0, 1.0]], grid), start).values
    array([[  0., 200., 400.]])
    """
    grid = friction.grid
    check_projected(grid.crs, what="friction")
    values = friction.values
    if (values < 0).any() or np.isinf(values).any():
        raise InputError(
            f"friction goes from {np.nanmin(values)} to {np.nanmax(values)}, expected finite values >= 0; "
            "NaN for cells that cannot be entered"
        )
    start = _cells_of(sources, friction)
    if not (start & ~np.isnan(values)).any():
        raise InputError("no source lies on a cell with friction, expected at least one; check the CRS of both")
    return Raster(accumulated_cost(values, start, grid.resolution), grid)


def _cells_of(sources: gpd.GeoDataFrame, friction: Raster) -> BoolArray:
    shapes = on_grid_crs(sources, friction.grid, what="sources").geometry
    shapes = shapes[~(shapes.is_empty | shapes.isna())]
    if shapes.empty:
        raise InputError("sources hold no geometry, expected at least one")
    burnt: NDArray[np.uint8] = rasterio.features.rasterize(
        shapes, out_shape=friction.grid.shape, transform=friction.grid.transform, all_touched=True, dtype="uint8"
    )
    return np.asarray(burnt, dtype=bool)


def accumulated_cost(friction: FloatArray, start: BoolArray, resolution: tuple[float, float]) -> FloatArray:
    """Return the least cost from `start` to every cell; NaN where friction is NaN or there is no way.

    Parameters
    ----------
    friction : ndarray
        Cost per unit of length, >= 0; NaN cannot be entered.
    start : ndarray of bool
        Same shape.
    resolution : tuple of float
        Cell size (x, y).

    Examples
    --------
    >>> accumulated_cost(np.ones((1, 3)), np.array([[True, False, False]]), (2.0, 2.0))
    array([[0., 2., 4.]])
    """
    height, width = friction.shape
    # friction and cost of a cell side by side in memory, and a rim that cannot be entered instead of tests for the edge
    field = np.full((height + 2, width + 2, 2), np.inf)
    field[1:-1, 1:-1, 0] = np.where(np.isnan(friction), np.inf, friction)
    begin = np.zeros(field.shape[:2], dtype=bool)
    begin[1:-1, 1:-1] = start & ~np.isnan(friction)
    offsets, halves = _steps(width + 2, *resolution)
    bucket_width, buckets = _buckets(friction, 2 * halves.min(), 2 * halves.max())
    _kernel()(field.reshape(-1, 2), np.flatnonzero(begin), offsets, halves, bucket_width, buckets)
    cost = field[1:-1, 1:-1, 1]
    return np.where(np.isfinite(cost), cost, np.nan)


def _buckets(friction: FloatArray, side: float, diagonal: float) -> tuple[float, int]:
    """Return the width of a bucket, in cost, and how many (a power of two) hold the dearest step.

    Any width gives the same answer. Wide ones let cells be settled too early and again, narrow ones are mostly empty:
    a cheap step's cost is a fair middle.
    """
    sample = friction.ravel()[:: max(1, friction.size // SAMPLE)]
    sample = sample[sample > 0]
    dearest = float(np.nanmax(friction)) * diagonal
    if dearest == 0:
        return 1.0, 2
    cheap = float(np.quantile(sample, CHEAP_SHARE)) * side if sample.size else dearest
    width = max(cheap, dearest / MOST_BUCKETS)
    # a power of two: the remainder is then a bit mask
    return width, 1 << (int(dearest / width) + 2).bit_length()


def _steps(width: int, dx: float, dy: float) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the offsets of the 8 neighbours in a flat array, and half the distances to them."""
    offsets = [down * width + right for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
    lengths = [math.hypot(right * dx, down * dy) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
    return np.array(offsets, dtype=np.int64), np.array(lengths) / 2.0


def _spread(
    field: FloatArray, start: IntArray, offsets: IntArray, halves: FloatArray, bucket_width: float, buckets: int
) -> None:
    """Fill the costs in `field` (rows of friction, cost) by a queue of buckets whose cells may be settled again.

    A cell leaves the queue in the order of its bucket, not of its cost; when it was too early, a cheaper way puts it
    back. In the end every cell costs the least over its neighbours, which is what Dijkstra's order gives to the last
    bit: sums of floats are monotone. Compiled by numba.
    """
    used = waiting = start.size
    size = max(POOL, used)
    cell, key, after = np.empty(size, np.int64), np.zeros(size), np.arange(-1, size - 1)
    first = np.full(buckets, -1)
    cell[:used] = start
    field[start, 1] = 0.0
    first[0] = used - 1
    free, turn, per_width, mask = -1, 0, 1.0 / bucket_width, buckets - 1
    while waiting:
        bucket = turn & mask
        while first[bucket] >= 0:
            entry = first[bucket]
            first[bucket] = after[entry]
            after[entry] = free
            free = entry
            waiting -= 1
            here, base = cell[entry], key[entry]
            if base != field[here, 1]:
                continue
            own = field[here, 0]
            for step in range(8):
                there = here + offsets[step]
                # most neighbours are behind: the first test spares their sum
                if field[there, 1] <= base:
                    continue
                found = base + (own + field[there, 0]) * halves[step]
                if not found < field[there, 1]:
                    continue
                field[there, 1] = found
                if free < 0:
                    if used == cell.size:
                        cell, key, after = np.append(cell, cell), np.append(key, key), np.append(after, after)
                    free = used
                    after[free] = -1
                    used += 1
                entry, free = free, after[free]
                target = int(found * per_width) & mask
                cell[entry], key[entry], after[entry] = there, found, first[target]
                first[target] = entry
                waiting += 1
        turn += 1


@cache
def _kernel() -> Callable[..., None]:
    """Compile on first use: numba takes a second to import, and the rest of the package does without it."""
    import numba

    try:
        compiled = numba.njit(cache=True)(_spread)
    except RuntimeError:
        # no folder to keep the machine code in: every process compiles
        compiled = numba.njit()(_spread)
    return cast("Callable[..., None]", compiled)
