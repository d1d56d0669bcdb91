"""Accumulated cost from the nearest source over a raster of friction."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import rasterio.features
from numpy.typing import NDArray

from geotransfer.crs import check_projected
from geotransfer.errors import InputError
from geotransfer.raster import Raster
from geotransfer.spatial.compilation import compiled
from geotransfer.spatial.rasterization import on_grid_crs
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["accumulated_cost", "cost_distance"]

POOL = 1 << 16
"""Places in the queue to begin with; it doubles when they run out."""
BUCKETS = 1 << 16
"""Of the queue. Steps dearer than all of them together wait until the cheaper ones are done."""
SAMPLE = 100_000
CHEAP_SHARE = 0.1
"""Share of the cells that are cheaper than the step which makes a bucket's width."""


def cost_distance(friction: Raster, sources: gpd.GeoDataFrame) -> Raster:
    """Return the least accumulated cost from each cell to the nearest source.

    A step to one of 8 neighbours costs the mean of the two cells' friction x the distance of their centres. The
    result is exact: that of Dijkstra (1959) on the cells.

    Parameters
    ----------
    friction : Raster
        Cost per CRS unit of length (such as yuan/t/m), >= 0, on a projected CRS; NaN cannot be entered. A diagonal
        step between two such cells is allowed. Values that span more than some ten decades are slow.
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
    _spread(field.reshape(-1, 2), np.flatnonzero(begin), offsets, halves, _cheap_step(friction, 2 * halves.min()))
    cost = field[1:-1, 1:-1, 1]
    return np.where(np.isfinite(cost), cost, np.nan)


def _cheap_step(friction: FloatArray, side: float) -> float:
    """Return the cost of a cheap step, the width of a bucket.

    Any width gives the same answer. In a wide bucket cells are settled too early and again, narrow ones are mostly
    empty.
    """
    sample = friction.ravel()[:: max(1, friction.size // SAMPLE)]
    sample = sample[sample > 0]
    return float(np.quantile(sample, CHEAP_SHARE)) * side if sample.size else 1.0


def _spread(field: FloatArray, start: IntArray, offsets: IntArray, halves: FloatArray, width: float) -> None:
    """Fill the costs in `field` from `start`, one window of buckets after the other.

    A window that the costs of all waiting cells do not fit into has wider buckets: a wall of cells a million times as
    dear as the rest is one window more, not a million.
    """
    field[start, 1] = 0.0
    waiting = start
    while waiting.size:
        costs = field[waiting, 1]
        low, high = float(costs.min()), float(costs.max())
        width = max(width, 2.0 * (high - low) / BUCKETS)
        queue = _queue(waiting, costs, ((costs - low) / width).astype(np.int64))
        waiting = np.unique(compiled(_drain)(field, offsets, halves, low, 1.0 / width, *queue, len(waiting)))


Queue = tuple[IntArray, IntArray, IntArray, FloatArray, IntArray]


def _queue(cells: IntArray, costs: FloatArray, bucket: IntArray) -> Queue:
    """Return the queue of `cells`: first and last entry of each bucket, and cell, cost and next entry of each entry.

    -1 is no entry; the bucket behind the last takes what is too dear for the window.
    """
    order = np.argsort(bucket, kind="stable")
    of, entry = bucket[order], np.arange(len(cells))
    size = max(POOL, len(cells))
    cell, after, key = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size)
    cell[: len(cells)], key[: len(cells)] = cells[order], costs[order]
    after[: len(cells)] = np.where(np.append(of[1:] == of[:-1], False), entry + 1, -1)
    first, last = np.full(BUCKETS + 1, -1), np.full(BUCKETS + 1, -1)
    first[of[::-1]] = entry[::-1]
    last[of] = entry
    return first, last, cell, key, after


def _steps(width: int, dx: float, dy: float) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the offsets of the 8 neighbours in a flat array, and half the distances to them."""
    offsets = [down * width + right for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
    lengths = [math.hypot(right * dx, down * dy) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
    return np.array(offsets, dtype=np.int64), np.array(lengths) / 2.0


def _drain(
    field: FloatArray, offsets: IntArray, halves: FloatArray, low: float, per_width: float, first: IntArray,
    last: IntArray, cell: IntArray, key: FloatArray, after: IntArray, used: int,
) -> IntArray:  # fmt: skip
    """Spread costs in `field` (rows of friction, cost) until all buckets but the one behind the last are empty.

    A queue of buckets (Dial 1969) whose cells may be settled again: a cell leaves in the order of its bucket, not of
    its cost, within a bucket first come first served; when it was too early, a cheaper way puts it back. In the end
    every cell costs the least over its neighbours, which is what Dijkstra's order gives to the last bit: sums of
    floats are monotone. Returns the cells behind the last bucket. Compiled by numba.
    """
    free, far, beyond = -1, first.size - 1, 0
    for bucket in range(far):
        while first[bucket] >= 0:
            entry = first[bucket]
            here, base, first[bucket] = cell[entry], key[entry], after[entry]
            after[entry], free = free, entry
            own = field[here, 0]
            # an entry whose cell has become cheaper since is stale
            for step in range(8 if base == field[here, 1] else 0):
                there = here + offsets[step]
                # most neighbours are behind: the first test spares their sum
                if field[there, 1] <= base:
                    continue
                found = base + (own + field[there, 0]) * halves[step]
                if found >= field[there, 1]:
                    continue
                field[there, 1] = found
                if free < 0:
                    if used == cell.size:
                        cell, key, after = np.append(cell, cell), np.append(key, key), np.append(after, after)
                    after[used], free = -1, used
                    used += 1
                entry, free = free, after[free]
                target = int(min((found - low) * per_width, float(far)))
                beyond += target == far
                cell[entry], key[entry], after[entry] = there, found, -1
                if first[target] < 0:
                    first[target] = entry
                else:
                    after[last[target]] = entry
                last[target] = entry
    left, entry = np.empty(beyond, np.int64), first[far]
    for at in range(beyond):
        left[at] = cell[entry]
        entry = after[entry]
    return left
