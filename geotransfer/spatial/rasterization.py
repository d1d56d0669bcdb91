"""Vectors burnt onto a grid: values of a column, and what a set of features excludes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geotransfer.crs import check_projected, metres_per_unit, parse_crs
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.grid import Grid
from geotransfer.raster import Raster

__all__ = ["buffered", "checked_zones", "excluded_by", "on_grid_crs", "polygonal", "rasterize", "reprojected"]


def reprojected(features: gpd.GeoDataFrame, crs: CRS, *, what: str) -> gpd.GeoDataFrame:
    """Return `features` in another CRS.

    Raises
    ------
    InputError
        A position has no place in it: its numbers lie beyond the CRS it states.

    Examples
    --------
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([105.0], [0.0]), crs="EPSG:4326")
    >>> round(reprojected(point, CRS.from_epsg(32648), what="features").geometry.x[0])
    500000
    """
    local = features.to_crs(crs)
    xy, of = shapely.get_coordinates(local.geometry.to_numpy(), return_index=True)
    lost = ~np.isfinite(xy).all(axis=1)
    if lost.any():
        raise InputError(
            f"{what} have coordinates in row {of[lost][0] + 1} that lie beyond {features.crs.name!r}; expected "
            "positions that have a place on the ground: geotransfer layers check FILE says what is wrong"
        )
    return local


def on_grid_crs(features: gpd.GeoDataFrame, grid: Grid, *, what: str = "features") -> gpd.GeoDataFrame:
    """Return `features` in the CRS of `grid`; raise `CrsError` when they have none.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 2, 2), resolution=1, crs="EPSG:32648")
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([105.0], [0.0]), crs="EPSG:4326")
    >>> round(on_grid_crs(point, grid).geometry.x[0])
    500000
    """
    crs = parse_crs(features.crs, what=what)
    local = features if crs == grid.crs else reprojected(features, grid.crs, what=what)
    invalid = ~(local.geometry.is_valid | local.geometry.isna())
    if not invalid.any():
        return local
    # a crossed ring loses a part of itself in a buffer or a difference
    return local.set_geometry(local.geometry.where(~invalid, local.geometry.make_valid()))


def polygonal(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the polygons of each geometry; lines and points that repairing or cutting left are dropped.

    Examples
    --------
    >>> import shapely
    >>> mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(5, 5)])
    >>> polygonal(np.array([mixed]))[0].geom_type
    'MultiPolygon'
    """
    out = np.array(shapes, dtype=object)
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(out), (3, 6))):
        parts = shapely.get_parts(shapely.get_parts(out[i]))
        out[i] = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
    return out


def checked_zones(zones: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    """Return the polygons of `zones` in the CRS of `grid`; a zone without geometry is an empty polygon.

    Raises
    ------
    InputError
        No zone, no polygon, or none that overlaps the grid.
    CrsError
        The zones have no CRS.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 2, 2), resolution=1, crs="EPSG:32648")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1), None], crs="EPSG:32648")
    >>> checked_zones(zones, grid).is_empty.tolist()
    [False, True]
    """
    if len(zones) == 0:
        raise InputError("zones hold no feature, expected at least one polygon")
    local = gpd.GeoDataFrame(geometry=on_grid_crs(zones, grid, what="zones").geometry.to_numpy(), crs=grid.crs)
    if local.is_empty.all() | local.geometry.isna().all():
        raise InputError("zones hold no geometry, expected at least one polygon")
    # a zone without geometry covers nothing
    local.loc[local.geometry.isna(), "geometry"] = shapely.Polygon()
    broken = np.isin(local.geom_type, ["GeometryCollection"])
    local.loc[broken, "geometry"] = polygonal(local.geometry.to_numpy()[broken])
    kinds = sorted(set(local.geom_type.dropna()) - {"Polygon", "MultiPolygon"})
    if kinds:
        raise InputError(
            f"zones hold {', '.join(kinds)}, expected polygons; buffer points first, e.g. gdf.buffer(metres)"
        )
    left, bottom, right, top = local.total_bounds
    west, south, east, north = grid.bounds
    if left >= east or right <= west or bottom >= north or top <= south:
        raise InputError(
            f"zones with bounds {(left, bottom, right, top)} do not overlap the raster with bounds {grid.bounds} "
            f"({grid.crs.name}); check that both lie where they should"
        )
    return local


def buffered(features: gpd.GeoDataFrame, grid: Grid, *, buffer_m: float) -> gpd.GeoDataFrame:
    """Return `features` in the CRS of `grid`, grown by a buffer in metres.

    Raises
    ------
    InputError
        `buffer_m` is negative or not finite.
    CrsError
        A buffer is asked for on a grid whose lengths are not lengths on the ground.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 2, 2), resolution=1, crs="EPSG:32648")
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.0], [0.0]), crs="EPSG:32648")
    >>> round(buffered(point, grid, buffer_m=10).area[0])
    314
    """
    if not (np.isfinite(buffer_m) and buffer_m >= 0):
        raise InputError(f"buffer_m is {buffer_m!r}, expected metres >= 0")
    local = on_grid_crs(features, grid)
    if buffer_m == 0:
        return local
    check_projected(grid.crs, what="grid")
    # 32 segments a quarter: the circle's area is off by 0.04 %
    # by position: the argument is `resolution` in geopandas 1.0 and 1.1, `quad_segs` in 1.2
    return local.set_geometry(local.geometry.buffer(buffer_m / metres_per_unit(grid.crs), 32))


def rasterize(features: gpd.GeoDataFrame, grid: Grid, *, column: str) -> Raster:
    """Burn a numeric column: a cell takes the value of the feature that holds its centre.

    Where features overlap the later row wins; cells outside every feature are NaN.

    Parameters
    ----------
    features : GeoDataFrame
        Any CRS; reprojected to the grid's.
    grid : Grid
        Where the cells are.
    column : str
        A numeric column; rows whose value is missing leave NaN.

    Raises
    ------
    UnknownNameError
        There is no such column.
    InputError
        The column is not numeric.
    CrsError
        The features have no CRS.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> import shapely
    >>> half = gpd.GeoDataFrame({"v": [7.0]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:32648")
    >>> rasterize(half, grid, column="v").values
    array([[ 7., nan]])
    """
    if column not in features.columns:
        raise UnknownNameError(f"features have no column {column!r}; they have {', '.join(map(str, features.columns))}")
    if not pd.api.types.is_numeric_dtype(features[column]):
        raise InputError(f"column {column!r} is of type {features[column].dtype}, expected numbers; encode it first")
    return Raster(
        _burn(on_grid_crs(features, grid), grid, features[column].to_numpy(dtype=np.float64, na_value=np.nan)),
        grid,
    )


def _burn(features: gpd.GeoDataFrame, grid: Grid, values: np.ndarray) -> np.ndarray:
    out = np.full(grid.shape, np.nan)
    left, bottom, right, top = grid.bounds
    west, south, east, north = features.bounds.to_numpy().T
    # what lies elsewhere burns nothing, and turning it into coordinates takes most of the time; NaN where it is empty
    keep = (west <= right) & (east >= left) & (south <= top) & (north >= bottom)
    # a missing value is burnt too: the later row wins even when it is unknown
    shapes = list(zip(features.geometry[keep], values[keep], strict=True))
    if shapes:
        rasterio.features.rasterize(shapes, out=out, transform=grid.transform)
    return out


def excluded_by(features: gpd.GeoDataFrame, grid: Grid, *, buffer_m: float = 0.0) -> Raster:
    """Return 1 where the features, grown by a buffer, hold the cell's centre, and 0 elsewhere.

    The vector is buffered, never the raster: a ring of cells grown by dilation loses a third of its area. Features
    outside the grid still reach in.

    Parameters
    ----------
    features : GeoDataFrame
        Points, lines or polygons with a CRS.
    grid : Grid
        On a projected CRS in metres when `buffer_m` is not 0.
    buffer_m : float
        Metres, >= 0.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 3, 1), resolution=1, crs="EPSG:32648")
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.5], [0.5]), crs="EPSG:32648")
    >>> excluded_by(point, grid, buffer_m=1.2).values
    array([[1., 1., 0.]])
    """
    local = buffered(features, grid, buffer_m=buffer_m)
    return Raster(np.nan_to_num(_burn(local, grid, np.ones(len(local)))), grid)
