"""Lengths on the WGS 84 ellipsoid, and points of zones."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike
from pyproj import Geod

from geotransfer.crs import WGS84, parse_crs
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["geodesic_km", "line_km", "points_of"]

ELLIPSOID = Geod(ellps="WGS84")


def geodesic_km(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Return the length of the geodesics between two arrays of (lon, lat), shape (n, 2), in km.

    Examples
    --------
    >>> geodesic_km([[0.0, 0.0]], [[1.0, 0.0]]).round(3)
    array([111.319])
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    _, _, metres = ELLIPSOID.inv(first[:, 0], first[:, 1], second[:, 0], second[:, 1])
    return np.asarray(metres, dtype=np.float64) / 1000.0


def line_km(line: shapely.Geometry) -> float:
    """Return the length of a line in degrees along its vertices, in km.

    Examples
    --------
    >>> round(line_km(shapely.LineString([(0, 0), (1, 0)])), 3)
    111.319
    """
    return float(ELLIPSOID.geometry_length(line)) / 1000.0


def points_of(zones: gpd.GeoDataFrame, *, what: str) -> FloatArray:
    """Return (lon, lat) of each zone's representative point, shape (n, 2); NaN where the geometry is empty.

    Raises
    ------
    CrsError
        The zones have no CRS.
    InputError
        There are no zones.

    Examples
    --------
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 2, 2)], crs="EPSG:4326")
    >>> points_of(square, what="zones")
    array([[1., 1.]])
    """
    if len(zones) == 0:
        raise InputError(f"{what} hold no feature, expected at least one")
    crs = parse_crs(zones.crs, what=what)
    # in degrees, whatever CRS they come in: the point depends on it
    lonlat = zones.geometry if crs == WGS84 else zones.geometry.to_crs(WGS84)
    points = shapely.point_on_surface(lonlat.to_numpy())
    out = np.full((len(points), 2), np.nan)
    there = ~(shapely.is_empty(points) | shapely.is_missing(points))
    out[there] = shapely.get_coordinates(points[there])
    return out
