"""`align`: a raster brought onto another grid."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from rasterio.enums import Resampling
from rasterio.warp import reproject

from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster

__all__ = ["ResamplingMethod", "align"]

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
        There is no default: ``"bilinear"`` suits a smooth field, ``"average"`` a finer one, ``"sum"`` counts,
        ``"nearest"`` or ``"mode"`` classes.

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
    values = np.full(grid.shape, np.nan)
    reproject(
        raster.values, values,
        src_transform=raster.grid.transform, src_crs=raster.grid.crs.to_wkt(), src_nodata=np.nan,
        dst_transform=grid.transform, dst_crs=grid.crs.to_wkt(), dst_nodata=np.nan,
        resampling=Resampling[resampling],
    )  # fmt: skip
    if np.isnan(values).all() and not np.isnan(raster.values).all():
        raise InputError(
            f"raster with bounds {raster.grid.bounds} ({raster.grid.crs.name}) gives no cell of the grid with bounds "
            f"{grid.bounds} ({grid.crs.name}) a value; expected an overlap: check the CRS and the bounds"
        )
    return Raster(values, grid)
