"""`align`: a raster brought onto another grid."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from rasterio import MemoryFile
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster
from geotransfer.types import FloatArray

__all__ = ["ResamplingMethod", "align", "warped_values"]

EXACT = 1e-6
"""Largest error of a position in cells; 0 would crash GDAL's virtual dataset."""
POINT_KERNEL = {"XSCALE": 1.0, "YSCALE": 1.0}
"""Else GDAL widens the kernel on coarser grids, by a factor that it takes from the window."""

ResamplingMethod = Literal["nearest", "bilinear", "cubic", "average", "sum", "mode", "min", "max"]


def align(raster: Raster, grid: Grid, *, resampling: ResamplingMethod) -> Raster:
    """Return `raster` on `grid`; cells it does not reach are NaN.

    Parameters
    ----------
    raster : Raster
        Any grid, any CRS.
    grid : Grid
        Where the result's cells are.
    resampling : {"nearest", "bilinear", "cubic", "average", "sum", "mode", "min", "max"}
        There is no default: ``"bilinear"`` suits a field on a coarser grid, ``"average"`` one on a finer grid,
        ``"sum"`` counts, ``"nearest"`` or ``"mode"`` classes.

    Returns
    -------
    Raster
        float64 on `grid`.

    Raises
    ------
    InputError
        The method is unknown, or not one cell of the grid gets data (no overlap).

    Examples
    --------
    >>> fine = Raster([[1, 3], [5, 7]], Grid.from_bounds((0, 0, 2, 2), resolution=1, crs="EPSG:32648"))
    >>> coarse = Grid.from_bounds((0, 0, 2, 2), resolution=2, crs="EPSG:32648")
    >>> align(fine, coarse, resampling="average").values
    array([[4.]])
    """
    if resampling not in get_args(ResamplingMethod):
        names = ", ".join(get_args(ResamplingMethod))
        raise InputError(f"resampling is {resampling!r}, expected one of {names}")
    if raster.grid == grid:
        return raster
    values = warped_values(raster, grid, resampling=resampling)
    if np.isnan(values).all() and not np.isnan(raster.values).all():
        raise InputError(
            f"raster with bounds {raster.grid.bounds} ({raster.grid.crs.name}) gives no cell of the grid with bounds "
            f"{grid.bounds} ({grid.crs.name}) a value; expected an overlap: check the CRS and the bounds"
        )
    return Raster(values, grid)


def warped_values(raster: Raster, grid: Grid, *, resampling: ResamplingMethod) -> FloatArray:
    """Return the values `align` gives, also where no cell gets one: for a part of a grid."""
    height, width = raster.grid.shape
    source = {
        "driver": "GTiff", "dtype": "float64", "count": 1, "height": height, "width": width, "nodata": np.nan,
        "crs": raster.grid.crs.to_wkt(), "transform": raster.grid.transform,
    }  # fmt: skip
    # The warper's default approximates positions by up to 0.125 cells, and differently for every window: a county's
    # value would depend on which other counties are studied. `reproject` has no working switch for it (rasterio 1.4).
    with MemoryFile() as memory:
        with memory.open(**source) as dataset:
            dataset.write(raster.values, 1)
        with (
            memory.open() as dataset,
            WarpedVRT(
                dataset, crs=grid.crs.to_wkt(), transform=grid.transform, height=grid.shape[0], width=grid.shape[1],
                resampling=Resampling[resampling], nodata=np.nan, tolerance=EXACT, **POINT_KERNEL,
            ) as warped,
        ):  # fmt: skip
            return np.asarray(warped.read(1), dtype=np.float64)
