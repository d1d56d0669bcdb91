"""Interpolation of the stations by hand; missing values do not spread."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.catalog.altitude import EARTH_RADIUS_KM
from geotransfer.catalog.layers import layer_table
from geotransfer.catalog.sunshine import interpolate_sunshine, station_sunshine
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
