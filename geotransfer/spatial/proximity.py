"""Distance from every cell to the nearest feature."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from geotransfer.crs import check_projected
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster
from geotransfer.spatial.rasterization import on_grid_crs
from geotransfer.types import FloatArray

__all__ = ["distance_to"]


def distance_to(features: gpd.GeoDataFrame, grid: Grid, *, max_distance: float | None = None) -> Raster:
    """Return the exact distance from each cell's centre to the nearest feature, in CRS units.

    Parameters
    ----------
    features : GeoDataFrame
        Points, lines or polygons with a CRS; features outside the grid count. Inside a polygon the distance is 0.
    grid : Grid
        On a projected CRS: degrees are no distance.
    max_distance : float, optional
        Cells farther away are NaN.

    Raises
    ------
    CrsError
        The grid is geographic, or the features have no CRS.
    InputError
        There are no features, or `max_distance` is not positive.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 3, 1), resolution=1, crs="EPSG:32648")
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.5], [0.5]), crs="EPSG:32648")
    >>> distance_to(point, grid).values
    array([[0., 1., 2.]])
    """
    check_projected(grid.crs, what="grid")
    if max_distance is not None and not max_distance > 0:
        raise InputError(f"max_distance is {max_distance!r}, expected a positive length in CRS units")
    geometry = on_grid_crs(features, grid).geometry
    geometry = geometry[~(geometry.is_empty | geometry.isna())]
    if geometry.empty:
        raise InputError("features hold no geometry, expected at least one to measure the distance to")
    x, y = np.meshgrid(grid.x, grid.y)
    centres = np.column_stack([x.ravel(), y.ravel()])
    parts = geometry.explode(ignore_index=True)
    points_only = bool((parts.geom_type == "Point").all())
    distance = _to_points(parts, centres) if points_only else _to_shapes(parts, centres)
    if max_distance is not None:
        distance[distance > max_distance] = np.nan
    return Raster(distance.reshape(grid.shape), grid)


def _to_points(points: gpd.GeoSeries, centres: FloatArray) -> FloatArray:
    tree = cKDTree(shapely.get_coordinates(points.to_numpy()))
    distance, _ = tree.query(centres)
    return np.asarray(distance, dtype=np.float64)


def _to_shapes(shapes: gpd.GeoSeries, centres: FloatArray) -> FloatArray:
    tree = shapely.STRtree(shapes.to_numpy())
    cells = shapely.points(centres)
    nearest = tree.nearest(cells)
    return np.asarray(shapely.distance(cells, shapes.to_numpy()[nearest]), dtype=np.float64)
