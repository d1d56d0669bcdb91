"""The true area of the cells of a grid."""

from __future__ import annotations

import numpy as np
from pyproj import Proj

from geotransfer.crs import metres_per_unit
from geotransfer.errors import CrsError
from geotransfer.grid import Grid
from geotransfer.types import FloatArray

__all__ = ["row_area_km2"]

TOLERANCE = 0.01
"""Largest error of areas that is let pass: UTM stays within 0.3 % in its zone, Web Mercator is off by 70 % at 40 N."""


def row_area_km2(grid: Grid) -> FloatArray:
    """Return the area of one cell of each row, km2, north first.

    On a geographic CRS by the ellipsoid (between two parallels: b^2/2 x width x difference of
    sin/(1 - e^2 sin^2) + artanh(e sin)/e; Snyder 1987, USGS Professional Paper 1395, eq. 3-12), else the squared
    resolution.

    Parameters
    ----------
    grid : Grid
        Any geographic CRS, or a projected one that keeps areas to 1 % over the grid.

    Raises
    ------
    CrsError
        A projection that does not keep areas, such as Web Mercator.

    Examples
    --------
    >>> one_degree = Grid.from_bounds((100, 0, 101, 1), resolution=1, crs="EPSG:4326")
    >>> row_area_km2(one_degree).round()
    array([12308.])
    """
    if grid.crs.is_geographic:
        return _between_parallels(grid)
    _check_equal_area(grid)
    return np.full(grid.shape[0], grid.cell_area * metres_per_unit(grid.crs) ** 2 / 1e6)


def _between_parallels(grid: Grid) -> FloatArray:
    ellipsoid = grid.crs.ellipsoid
    if ellipsoid is None:
        raise CrsError(f"CRS {grid.crs.name!r} has no ellipsoid, expected one; use EPSG:4326")
    a, b = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    edges = np.radians(grid.bounds[3] - grid.resolution[1] * np.arange(grid.shape[0] + 1))
    sine = np.sin(edges)
    e = np.sqrt(1 - (b / a) ** 2)
    q = sine / (1 - (e * sine) ** 2) + (np.arctanh(e * sine) / e if e > 0 else sine)
    return np.asarray(b**2 / 2 * np.radians(grid.resolution[0]) * -np.diff(q) / 1e6, dtype=np.float64)


def _check_equal_area(grid: Grid) -> None:
    left, bottom, right, top = grid.bounds
    x, y = np.meshgrid([left, (left + right) / 2, right], [bottom, (bottom + top) / 2, top])
    projection = Proj(grid.crs)
    longitude, latitude = projection(x.ravel(), y.ravel(), inverse=True)
    inside = np.isfinite(longitude) & np.isfinite(latitude)
    factors = projection.get_factors(np.asarray(longitude)[inside], np.asarray(latitude)[inside])
    scale = np.asarray(factors.areal_scale)
    if scale.size == 0 or (np.abs(scale - 1) > TOLERANCE).any():
        worst = float(np.abs(scale - 1).max()) if scale.size else float("nan")
        raise CrsError(
            f"grid is on {grid.crs.name!r}, where areas are off by up to {worst:.0%}, expected an equal-area or "
            "geographic CRS; align the raster to one first, e.g. geotransfer.crs.CHINA_ALBERS"
        )
