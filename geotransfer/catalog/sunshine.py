"""Winter sunshine of the stations of GB 50736-2012, interpolated."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from geotransfer.catalog.altitude import EARTH_RADIUS_KM, chord_positions
from geotransfer.catalog.entries import shipped_bytes
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["interpolate_sunshine", "station_sunshine"]

STATION_TABLE = "energy/sunshine_stations.csv"
NEIGHBOURS = 8
POWER = 2.0
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
    if stations.empty or stations[["lat", "lon", "share"]].isna().to_numpy().any():
        raise InputError(f"stations hold {len(stations)} rows or a missing value; drop the NaN rows first")
    share = stations["share"].to_numpy(dtype=np.float64)
    tree = KDTree(chord_positions(stations["lat"].to_numpy(), stations["lon"].to_numpy()))
    count = min(len(stations), NEIGHBOURS if skip_within_km == 0 else 3 * NEIGHBOURS)
    chord, index = tree.query(chord_positions(latitude.ravel(), longitude.ravel()), k=np.arange(1, count + 1))
    distance = 2 * EARTH_RADIUS_KM * np.arcsin(chord / (2 * EARTH_RADIUS_KM))
    usable = distance >= skip_within_km
    usable &= np.cumsum(usable, axis=1) <= NEIGHBOURS
    weight = np.where(usable, (distance + FLOOR_KM) ** -POWER, 0.0)
    mean = (weight * share[index]).sum(axis=1) / weight.sum(axis=1)
    return np.asarray(mean.reshape(latitude.shape), dtype=np.float64)
