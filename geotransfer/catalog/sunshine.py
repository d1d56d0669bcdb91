"""Winter sunshine and air temperature of the stations of GB 50736-2012, interpolated."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from geotransfer.catalog.altitude import EARTH_RADIUS_KM, chord_positions
from geotransfer.catalog.entries import shipped_bytes
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["interpolate_sunshine", "interpolate_temperature", "station_sunshine", "station_temperature"]

STATION_TABLE = "energy/sunshine_stations.csv"
NEIGHBOURS = 8
POWER = 2.0
LAPSE_K_PER_KM = 6.5
"""Fall of temperature with height in the troposphere of the ICAO standard atmosphere (ISO 2533)."""
FLOOR_KM = 10.0
"""Added to every distance: two stations of one city do not fight over its cell."""


def station_sunshine() -> pd.DataFrame:
    """Return the stations that have a position and a sunshine value.

    Returns
    -------
    DataFrame
        ``lat``, ``lon`` in degrees, ``share`` of the possible hours in winter, 0 to 1.
    """
    table = pd.read_csv(io.BytesIO(shipped_bytes(STATION_TABLE)))
    # a NaN that stays in blanks every cell near it
    known = table.dropna(subset=["lat", "lon", "winter_sunshine_pct"])
    columns = {"lat": known["lat"], "lon": known["lon"], "share": known["winter_sunshine_pct"] / 100.0}
    return pd.DataFrame(columns).reset_index(drop=True)


def station_temperature() -> pd.DataFrame:
    """Return the stations that have a position, a height and an annual mean temperature.

    Returns
    -------
    DataFrame
        ``lat``, ``lon`` in degrees, ``sea_level_c``: degrees Celsius, brought to sea level at 6.5 K/km.
    """
    table = pd.read_csv(io.BytesIO(shipped_bytes(STATION_TABLE)))
    known = table.dropna(subset=["lat", "lon", "elevation_m", "annual_mean_temp_c"])
    level = known["annual_mean_temp_c"] + LAPSE_K_PER_KM * known["elevation_m"] / 1000.0
    return pd.DataFrame({"lat": known["lat"], "lon": known["lon"], "sea_level_c": level}).reset_index(drop=True)


def interpolate_temperature(
    stations: pd.DataFrame,
    latitude: FloatArray,
    longitude: FloatArray,
    elevation_km: FloatArray,
    *,
    skip_within_km: float = 0.0,
) -> FloatArray:
    """Return the annual mean air temperature at places, degrees Celsius.

    Interpolated at sea level as `interpolate_sunshine`, then lowered by 6.5 K for each kilometre of height.

    Parameters
    ----------
    stations : DataFrame
        ``lat``, ``lon``, ``sea_level_c``, none missing; at least one row.
    latitude, longitude, elevation_km : ndarray
        Degrees and kilometres, of one shape; a NaN height gives NaN.
    skip_within_km : float
        Stations nearer than this are left out: for checks against stations.

    Raises
    ------
    InputError
        No station, or one with a missing value.

    Examples
    --------
    >>> one = pd.DataFrame({"lat": [30.0], "lon": [100.0], "sea_level_c": [20.0]})
    >>> interpolate_temperature(one, np.array([30.0]), np.array([101.0]), np.array([2.0]))
    array([7.])
    """
    level = _interpolated(stations, "sea_level_c", latitude, longitude, skip_within_km)
    return np.asarray(level - LAPSE_K_PER_KM * elevation_km, dtype=np.float64)


def interpolate_sunshine(
    stations: pd.DataFrame, latitude: FloatArray, longitude: FloatArray, *, skip_within_km: float = 0.0
) -> FloatArray:
    """Return the sunshine share at places: inverse squared distance over the eight nearest stations.

    The weight is ``1 / (distance + 10 km)^2`` by great circle. Sunshine is a regional field, so no account is
    taken of elevation; that enters with the regression.

    Parameters
    ----------
    stations : DataFrame
        Columns ``lat``, ``lon``, ``share``, none missing; at least one row.
    latitude, longitude : ndarray
        Degrees, of one shape.
    skip_within_km : float
        Stations nearer than this are left out: for checks against stations.

    Raises
    ------
    InputError
        No station, or one with a missing value.

    Examples
    --------
    >>> two = pd.DataFrame({"lat": [30.0, 30.0], "lon": [100.0, 102.0], "share": [0.2, 0.6]})
    >>> interpolate_sunshine(two, np.array([30.0]), np.array([101.0])).round(6)
    array([0.4])
    """
    return _interpolated(stations, "share", latitude, longitude, skip_within_km)


def _interpolated(
    stations: pd.DataFrame, column: str, latitude: FloatArray, longitude: FloatArray, skip_within_km: float
) -> FloatArray:
    if stations.empty or stations[["lat", "lon", column]].isna().to_numpy().any():
        raise InputError(f"stations hold {len(stations)} rows or a missing value; drop the NaN rows first")
    known = stations[column].to_numpy(dtype=np.float64)
    tree = KDTree(chord_positions(stations["lat"].to_numpy(), stations["lon"].to_numpy()))
    count = min(len(stations), NEIGHBOURS if skip_within_km == 0 else 3 * NEIGHBOURS)
    chord, index = tree.query(chord_positions(latitude.ravel(), longitude.ravel()), k=np.arange(1, count + 1))
    distance = 2 * EARTH_RADIUS_KM * np.arcsin(chord / (2 * EARTH_RADIUS_KM))
    usable = distance >= skip_within_km
    usable &= np.cumsum(usable, axis=1) <= NEIGHBOURS
    weight = np.where(usable, (distance + FLOOR_KM) ** -POWER, 0.0)
    mean = (weight * known[index]).sum(axis=1) / weight.sum(axis=1)
    return np.asarray(mean.reshape(latitude.shape), dtype=np.float64)
