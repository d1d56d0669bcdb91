"""How a zone reaches the network: by lorry from its representative point to its nearest hubs."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.layers import layer_table
from geotransfer.freight.geodesy import geodesic_km
from geotransfer.types import FloatArray, IntArray

__all__ = ["NEAREST", "REACH_KM", "Access", "access_to_hubs", "landmass_of", "on_sphere"]

NEAREST = 8
"""Hubs that a zone is joined to: enough that its prefecture seat, a port and a junction are among them."""
REACH_KM = 500.0
"""Straight line, beyond which a lorry serves no hub; the farthest mainland county (双湖县) lies 470 km from one."""
OFFSHORE_DEGREES = 0.2
"""A point this far from every county still counts to the nearest: simplified coasts cut off points of the shore."""
EARTH_KM = 6371.0


@dataclass(frozen=True, eq=False)
class Access:
    """Hubs within reach of each point.

    Parameters
    ----------
    hub : ndarray
        Rows of the hubs, nearest first, shape (points, n); -1 where there is none.
    km : ndarray
        Length of the way there by lorry; inf where there is none.
    point : ndarray
        (lon, lat) of the points.
    landmass : ndarray
        Name of the land that each point lies on; "" where it is not known or does not matter.
    """

    hub: IntArray
    km: FloatArray
    point: FloatArray
    landmass: NDArray[np.object_]


def access_to_hubs(points: FloatArray, hubs: gpd.GeoDataFrame, *, circuity: float, islands: bool) -> Access:
    """Return the nearest hubs on the same land as each point.

    Parameters
    ----------
    points : ndarray
        (lon, lat), shape (n, 2).
    hubs : GeoDataFrame
        Columns ``landmass``, ``yard``; EPSG:4326 points.
    circuity : float
        Length of the way / geodesic.
    islands : bool
        Whether points reach only hubs of their own landmass, found by county.
    """
    land = landmass_of(points) if islands else np.full(len(points), "", dtype=object)
    hub = np.full((len(points), NEAREST), -1, dtype=np.int64)
    km = np.full((len(points), NEAREST), np.inf)
    place = shapely.get_coordinates(hubs.geometry.to_numpy())
    usable = hubs["yard"].to_numpy(dtype=bool)
    finite = np.isfinite(points).all(axis=1)
    for name in pd.unique(land):
        of_land = np.flatnonzero((land == name) & finite)
        there = np.flatnonzero(usable & (hubs["landmass"].to_numpy() == name)) if islands else np.flatnonzero(usable)
        if of_land.size and there.size:
            hub[of_land], km[of_land] = _nearest(points[of_land], place, there, circuity)
    return Access(hub, km, points, land)


def _nearest(points: FloatArray, place: FloatArray, rows: IntArray, circuity: float) -> tuple[IntArray, FloatArray]:
    hub = np.full((len(points), NEAREST), -1, dtype=np.int64)
    km = np.full((len(points), NEAREST), np.inf)
    _, found = cKDTree(on_sphere(place[rows])).query(on_sphere(points), k=min(NEAREST, len(rows)))
    found = found.reshape(len(points), -1)
    for column in range(found.shape[1]):
        candidate = rows[found[:, column]]
        straight = geodesic_km(points, place[candidate])
        near = straight <= REACH_KM
        hub[near, column] = candidate[near]
        km[near, column] = straight[near] * circuity
    return hub, km


def on_sphere(lonlat: FloatArray) -> FloatArray:
    """Return points of the sphere of the Earth in km: nearest by chord is nearest by arc."""
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    return EARTH_KM * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def landmass_of(points: FloatArray) -> NDArray[np.object_]:
    """Return "mainland" or the island of each point by the county around it; "" outside the country.

    Examples
    --------
    >>> landmass_of(np.array([[106.55, 29.56], [110.3, 19.9], [103.8, 1.3]])).tolist()
    ['mainland', '海南岛', '']
    """
    counties = boundaries("county")
    tree = shapely.STRtree(counties.geometry.to_numpy())
    cells = shapely.points(points)
    land = np.full(len(points), "", dtype=object)
    of = _landmass_by_code(counties["adcode"])
    at, inside = tree.query(cells, predicate="intersects")
    land[at] = of[inside]
    outside = np.flatnonzero((land == "") & np.isfinite(points).all(axis=1))
    if outside.size:
        at, near = tree.query_nearest(cells[outside], max_distance=OFFSHORE_DEGREES, all_matches=False)
        land[outside[at]] = of[near]
    return land


def _landmass_by_code(adcodes: pd.Series[str]) -> NDArray[np.object_]:
    """Return the landmass of each county; a longer code of the table wins over a shorter one."""
    table = layer_table("freight-islands")
    of = np.full(len(adcodes), "mainland", dtype=object)
    prefixes = [(code.rstrip("0"), str(land)) for code, land in zip(table["adcode"], table["landmass"], strict=True)]
    for prefix, land in sorted(prefixes, key=lambda pair: len(pair[0])):
        of[adcodes.str.startswith(prefix).to_numpy()] = land
    return of
