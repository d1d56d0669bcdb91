"""Interpolation of the stations by hand; missing values do not spread."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.catalog.altitude import EARTH_RADIUS_KM
from geotransfer.catalog.layers import layer_table
from geotransfer.catalog.sunshine import (
    interpolate_sunshine,
    interpolate_temperature,
    station_sunshine,
    station_temperature,
)
from geotransfer.errors import InputError

DEGREE_KM = EARTH_RADIUS_KM * np.pi / 180


def test_two_stations_by_hand():
    stations = pd.DataFrame({"lat": [0.0, 0.0], "lon": [100.0, 103.0], "share": [0.2, 0.8]})
    near, far = (DEGREE_KM + 10) ** -2, (2 * DEGREE_KM + 10) ** -2
    expected = (near * 0.2 + far * 0.8) / (near + far)
    assert interpolate_sunshine(stations, np.array([0.0]), np.array([101.0]))[0] == pytest.approx(expected, rel=1e-12)


def test_stations_with_missing_values_are_dropped_first():
    table = layer_table("sunshine-stations")
    missing = table[["lat", "lon", "winter_sunshine_pct"]].isna().any(axis=1)
    assert missing.any(), "the table has lost its gaps: the test says nothing"
    stations = station_sunshine()
    assert len(stations) == (~missing).sum()
    assert np.isfinite(stations.to_numpy()).all()


def test_missing_value_is_refused():
    stations = pd.DataFrame({"lat": [0.0], "lon": [100.0], "share": [np.nan]})
    with pytest.raises(InputError, match="drop the NaN rows first"):
        interpolate_sunshine(stations, np.array([0.0]), np.array([100.0]))


def test_near_stations_can_be_left_out():
    stations = pd.DataFrame({"lat": [0.0, 0.0], "lon": [100.0, 103.0], "share": [0.2, 0.8]})
    assert interpolate_sunshine(stations, np.array([0.0]), np.array([100.0]), skip_within_km=1.0)[0] == pytest.approx(
        0.8
    )


@settings(deadline=None)
@given(st.floats(18, 53), st.floats(74, 135))
def test_never_outside_the_stations(latitude, longitude):
    stations = station_sunshine()
    share = interpolate_sunshine(stations, np.array([latitude]), np.array([longitude]))[0]
    assert stations["share"].min() <= share <= stations["share"].max()


def test_temperature_by_hand():
    stations = pd.DataFrame({"lat": [0.0, 0.0], "lon": [100.0, 102.0], "sea_level_c": [20.0, 24.0]})
    got = interpolate_temperature(stations, np.zeros(2), np.full(2, 101.0), np.array([1.0, np.nan]))
    np.testing.assert_allclose(got, [(20 + 24) / 2 - 6.5, np.nan])


def test_stations_tell_each_other_their_temperature():
    table = layer_table("sunshine-stations").dropna(subset=["lat", "lon", "elevation_m", "annual_mean_temp_c"])
    lat, lon, height = (table[name].to_numpy() for name in ("lat", "lon", "elevation_m"))
    others = interpolate_temperature(station_temperature(), lat, lon, height / 1000, skip_within_km=0.1)
    error = others - table["annual_mean_temp_c"].to_numpy()
    assert np.sqrt(np.mean(error**2)) < 1.1  # the catalogue says 1.0 K
