"""Raster files on the study grid, also those that are larger than the memory."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator

import numpy as np
from affine import Affine
from pyproj import Transformer

from geotransfer.crs import metres_per_unit
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster, raster_grid, read_raster, read_values
from geotransfer.spatial.alignment import ResamplingMethod, align, warped_values
from geotransfer.types import Bounds, FloatArray

__all__ = ["Conversion", "aligned_file", "overlaps", "scaled_by", "suited_resampling"]

Conversion = Callable[[FloatArray], FloatArray]
"""Values of a raster -> what is to be resampled in their place; the same shape."""
MOST_CELLS = 20_000_000
"""Cells of a file that are held at a time (160 MB, and as much again while they are warped)."""


def suited_resampling(source: Grid, grid: Grid) -> ResamplingMethod:
    """Return "average" where `source` is finer than `grid` (in metres), else "bilinear"."""
    metres = source.resolution[1] * metres_per_unit(source.crs)
    return "average" if metres < 0.75 * grid.resolution[1] else "bilinear"


def aligned_file(
    path: str | os.PathLike[str],
    grid: Grid,
    *,
    band: int = 1,
    resampling: ResamplingMethod | None = None,
    convert: Conversion | None = None,
    most_cells: int = MOST_CELLS,
    part: bool = False,
) -> Raster:
    """Return a raster file on a projected grid, reading of it what the grid needs, in parts where that is much.

    A cell has the same value whether it is read in parts or not, but for rounding (under 1e-9 of the values' range).

    Parameters
    ----------
    path : path
        Anything GDAL reads.
    grid : Grid
        Where the result's cells are.
    band : int
        1 is the first.
    resampling : str, optional
        Without it `suited_resampling`.
    convert : callable, optional
        Applied to the file's own cells before they are resampled.
    most_cells : int
        Of the file, held at a time, about: a margin comes on top.
    part : bool
        The grid is a part of a study: it is no mistake when the file has no data there.

    Raises
    ------
    InputError
        The file is unreadable or does not overlap the grid.
    CrsError
        It has no CRS.
    """
    whole = raster_grid(path)
    method = resampling or suited_resampling(whole, grid)
    needed = _needed(whole, grid)
    if needed is None:
        # what lies elsewhere is read as a whole: `align` then says what does not overlap
        return align(_converted(read_raster(path, band=band), convert), grid, resampling=method)
    cells = _cells(needed, whole)
    if cells <= most_cells and not part:
        return align(_converted(read_raster(path, band=band, bounds=needed), convert), grid, resampling=method)
    values = np.full(grid.shape, np.nan)
    side = max(1, int(math.sqrt(min(1.0, most_cells / cells) * grid.size)) + (cells <= most_cells))
    for rows, columns in _tiles(grid.shape, side):
        tile = _window(grid, rows, columns)
        bounds = _needed(whole, tile)
        if bounds is not None:
            window = _converted(Raster(*read_values(path, band=band, bounds=bounds)), convert)
            values[rows, columns] = warped_values(window, tile, resampling=method)
    if np.isnan(values).all() and not part:
        raise InputError(f"raster {str(path)!r} gives no cell of the grid with bounds {grid.bounds} a value")
    return Raster(values, grid)


def overlaps(path: str | os.PathLike[str], grid: Grid) -> bool:
    """Whether a raster file lies where `grid` is, about."""
    return _needed(raster_grid(path), grid) is not None


def scaled_by(factor: float, *, then: Conversion | None = None) -> Conversion | None:
    """Return the conversion that multiplies and then does what `then` does; None where nothing is to be done.

    Examples
    --------
    >>> scaled_by(2.0)(np.array([1.5])), scaled_by(1.0)
    (array([3.]), None)
    """
    if factor == 1.0:
        return then
    return lambda values: values * factor if then is None else then(values * factor)


def _converted(raster: Raster, convert: Conversion | None) -> Raster:
    return raster if convert is None else Raster(convert(raster.values), raster.grid)


def _needed(whole: Grid, grid: Grid) -> Bounds | None:
    """Bounds in the raster's CRS of what `grid` needs, with a margin; None where the raster lies elsewhere."""
    margin = 2 * max(whole.resolution) + 2 * grid.resolution[0] / metres_per_unit(whole.crs)
    to_raster = Transformer.from_crs(grid.crs, whole.crs, always_xy=True)
    left, bottom, right, top = to_raster.transform_bounds(*grid.bounds)
    needed = (left - margin, bottom - margin, right + margin, top + margin)
    west, south, east, north = whole.bounds
    apart = needed[0] >= east or needed[2] <= west or needed[1] >= north or needed[3] <= south
    return None if apart or not np.isfinite(needed).all() else needed


def _cells(needed: Bounds, whole: Grid) -> float:
    """How many cells of the raster lie within the bounds, about."""
    west, south, east, north = whole.bounds
    width = min(needed[2], east) - max(needed[0], west)
    height = min(needed[3], north) - max(needed[1], south)
    return width * height / (whole.resolution[0] * whole.resolution[1])


def _tiles(shape: tuple[int, int], side: int) -> Iterator[tuple[slice, slice]]:
    for row in range(0, shape[0], side):
        for column in range(0, shape[1], side):
            yield slice(row, min(row + side, shape[0])), slice(column, min(column + side, shape[1]))


def _window(grid: Grid, rows: slice, columns: slice) -> Grid:
    transform = grid.transform @ Affine.translation(columns.start, rows.start)
    return Grid(transform, (rows.stop - rows.start, columns.stop - columns.start), grid.crs)
