"""The sun above the atmosphere against a second formula, and the gain of a tilt against its limits."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.energy.sun import (
    MEAN_DAYS,
    MONTH_DAYS,
    altitude_file,
    extraterrestrial_radiation,
    optimum_tilt_gain,
    plane_irradiance,
    tracking_gain,
)
from geotransfer.errors import InputError


def almanac(latitude):
    """Annual kWh/m2 with the low-precision Sun of the Astronomical Almanac (page C5), minute by minute, for 2001.

    Not Cooper's declination: it takes summer and winter for equally long, which costs 1 % at 40 N.
    """
    total = 0.0
    height_angle = np.radians(15 * ((np.arange(24 * 60) + 0.5) / 60 - 12))
    for day in range(366, 366 + 365):
        anomaly = np.radians(357.529 + 0.98560028 * day)
        mean = 280.459 + 0.98564736 * day
        longitude = np.radians(mean + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
        distance = 1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2 * anomaly)
        delta = np.arcsin(np.sin(np.radians(23.439)) * np.sin(longitude))
        phi = np.radians(latitude)
        sine = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(height_angle)
        total += 1366.1 / distance**2 * np.maximum(sine, 0).mean() * 24 / 1000
    return total


@pytest.mark.parametrize("latitude", [-35.0, 0.0, 20.0, 40.0, 70.0])
def test_annual_radiation_against_a_second_formula(latitude):
    assert extraterrestrial_radiation(latitude) == pytest.approx(almanac(latitude), rel=2e-3)


def test_daily_radiation_of_the_equator_by_hand():
    # at the equator each day gives 24/pi x normal x cos(declination); cos(23.45 deg) = 0.917 bounds the year
    ceiling = 365 * 24 / np.pi * 1.367
    assert 0.917 * ceiling < extraterrestrial_radiation(0.0) < ceiling


def test_shape_and_missing_values_are_kept():
    grid = np.array([[30.0, np.nan], [30.0, 50.0]])
    result = extraterrestrial_radiation(grid)
    assert result.shape == (2, 2)
    assert np.isnan(result[0, 1])
    assert result[0, 0] == result[1, 0] > result[1, 1]
    assert extraterrestrial_radiation(30.0).shape == ()


def test_latitude_beyond_the_pole():
    with pytest.raises(InputError, match=r"latitude holds 105.0, expected degrees from -90 to 90; are x and y swapped"):
        extraterrestrial_radiation([30.0, 105.0])


@settings(deadline=None)  # the first call loads pvlib
@given(st.floats(0, 59), st.floats(0.31, 0.79))
def test_the_best_tilt_never_loses_and_gains_with_clearness_and_latitude(latitude, clearness):
    gain = float(optimum_tilt_gain(latitude, clearness))
    assert 1.0 <= gain < 2.2
    assert float(optimum_tilt_gain(latitude + 1, clearness)) >= gain - 1e-9
    assert float(optimum_tilt_gain(latitude, clearness + 0.01)) >= gain - 1e-9


def test_gain_of_cities():
    # Beijing (40 N, clearness 0.5): published optimum-tilt gains lie about 1.15-1.20; Chongqing about 1.0-1.05
    assert float(optimum_tilt_gain(39.9, 0.5)) == pytest.approx(1.16, abs=0.04)
    assert float(optimum_tilt_gain(29.5, 0.3)) == pytest.approx(1.03, abs=0.02)
    assert np.isnan(optimum_tilt_gain(30.0, np.nan))


@settings(deadline=None)
@given(st.floats(0, 55), st.floats(0.3, 0.8))
def test_tracking_beats_the_best_fixed_tilt_and_stays_below_full_tracking(latitude, clearness):
    # a plane that always faces the sun gets at most 1 / mean cosine of the horizontal beam; 1.8 bounds it to 55 N
    assert float(optimum_tilt_gain(latitude, clearness)) < float(tracking_gain(latitude, clearness)) < 1.8


def test_tracking_gain_of_published_size():
    # single-axis tracking brings 15-25 % more than the best fixed tilt in sunny mid-latitudes
    ratio = float(tracking_gain(38.0, 0.6) / optimum_tilt_gain(38.0, 0.6))
    assert 1.15 < ratio < 1.25


def test_plane_irradiance_of_a_horizontal_sky_by_hand():
    # at the equator the best tilt is flat: sum of squares / sum of the level irradiance over the mean days
    from pvlib import irradiance, solarposition

    squares, total = 0.0, 0.0
    hours = np.radians(np.arange(-172.5, 180, 15))
    for day, days in zip(MEAN_DAYS, MONTH_DAYS, strict=True):
        zenith = solarposition.solar_zenith_analytical(0.0, hours, solarposition.declination_spencer71(int(day)))
        level = 0.6 * irradiance.get_extra_radiation(int(day), method="spencer") * np.cos(zenith)
        level = np.where(np.cos(zenith) > 0.05, level, 0.0)
        squares, total = squares + days * (level**2).sum(), total + days * level.sum()
    assert plane_irradiance(0.0, 0.6, mount="fixed") == pytest.approx(squares / total, rel=1e-6)


def test_mean_days_make_a_year():
    assert MONTH_DAYS.sum() == 365
    assert MEAN_DAYS.size == 12


def test_import_does_not_load_pvlib():
    code = "import sys, geotransfer.energy.sun, geotransfer.energy.pv_yield; print('pvlib' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_altitude_file_is_there():
    assert altitude_file().is_file()
