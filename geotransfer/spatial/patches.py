"""Patches: cells of allowed land that hang together, and those that are too small."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import ndimage

from geotransfer.crs import check_projected, metres_per_unit
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster
from geotransfer.types import BoolArray, FloatArray

__all__ = ["drop_small_patches"]

TINY = 1e-9
"""A patch of exactly the area asked for is large enough, whatever the order of its sum."""


def drop_small_patches(allowed: Raster, *, min_area_km2: float, neighbours: Literal[4, 8] = 8) -> Raster:
    """Return the allowed land without the patches that are smaller than an area.

    A patch is made of cells of which something is allowed and that touch each other; its area is what is allowed of
    them. Land of which nobody knows whether it is allowed can make a patch larger: where that decides, the patch is
    unknown too.

    Parameters
    ----------
    allowed : Raster
        Share of each cell that is allowed, 0..1; NaN = unknown. On an equal-area grid.
    min_area_km2 : float
        Area a patch needs, > 0.
    neighbours : {4, 8}
        Whether cells touch by edges only, or also by corners.

    Returns
    -------
    Raster
        0 in small patches, NaN in patches nobody can judge and in unknown cells whose patch would be large enough;
        elsewhere as it was.

    Raises
    ------
    InputError
        Shares outside 0..1, an area that is not above 0, neighbours other than 4 and 8.
    CrsError
        The grid is not projected.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 5000, 1000), resolution=1000, crs="EPSG:32648")
    >>> land = Raster([[1.0, 0.5, 0.0, 1.0, 0.0]], grid)
    >>> drop_small_patches(land, min_area_km2=1.5).values
    array([[1. , 0.5, 0. , 0. , 0. ]])
    """
    _check(allowed, min_area_km2, neighbours)
    check_projected(allowed.grid.crs, what="grid")
    values = allowed.values
    unknown = np.isnan(values)
    surely = np.nan_to_num(values)
    at_most = np.where(unknown, 1.0, values)
    least = min_area_km2 * (1 - TINY)
    cell_km2 = _cell_km2(allowed.grid)
    large = _patch_area(surely, cell_km2, neighbours) >= least
    perhaps = _patch_area(at_most, cell_km2, neighbours) >= least
    out = np.where(perhaps, np.where(large, values, np.nan), 0.0)
    return Raster(np.where(surely + unknown > 0, out, values), allowed.grid)


def _patch_area(share: FloatArray, cell_km2: float, neighbours: int) -> FloatArray:
    """Return the area in km2 of the patch of each cell; 0 outside patches."""
    labels, n = ndimage.label(share > 0, structure=ndimage.generate_binary_structure(2, 2 if neighbours == 8 else 1))
    areas = np.bincount(labels.ravel(), weights=share.ravel(), minlength=n + 1) * cell_km2
    areas[0] = 0.0
    return np.asarray(areas[labels])


def _cell_km2(grid: Grid) -> float:
    return grid.cell_area * metres_per_unit(grid.crs) ** 2 / 1e6


def _check(allowed: Raster, min_area_km2: float, neighbours: int) -> None:
    known: BoolArray = ~np.isnan(allowed.values)
    if ((allowed.values[known] < 0) | (allowed.values[known] > 1)).any():
        low, high = allowed.values[known].min(), allowed.values[known].max()
        raise InputError(f"allowed holds values from {low:g} to {high:g}, expected shares from 0 to 1")
    if not (np.isfinite(min_area_km2) and min_area_km2 > 0):
        raise InputError(f"min_area_km2 is {min_area_km2!r}, expected km2 above 0")
    if neighbours not in (4, 8):
        raise InputError(f"neighbours is {neighbours!r}, expected 4 (edges) or 8 (edges and corners)")
