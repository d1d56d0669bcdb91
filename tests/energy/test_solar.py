"""Clearness by hand, and units that are caught."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.energy.solar import SolarCoefficients, check_ghi, global_horizontal, pv_capacity_factor
from geotransfer.energy.sun import extraterrestrial_radiation, optimum_tilt_gain
from geotransfer.errors import InputError

COEFFICIENTS = SolarCoefficients(intercept=0.19, sunshine=0.29, elevation_km=0.021, latitude=0.0032)


def test_irradiation_by_hand():
    clearness = 0.19 + 0.29 * 0.6 + 0.021 * 1.5 + 0.0032 * 38
    expected = clearness * extraterrestrial_radiation(38.0)
    assert global_horizontal(0.6, 1.5, 38.0, coefficients=COEFFICIENTS) == pytest.approx(expected, rel=1e-14)


def test_clearness_stays_physical_and_missing_stays_missing():
    index = COEFFICIENTS.clearness([1.0, 0.0, np.nan], [20.0, 0.0, 0.0], [50.0, 0.0, 30.0])
    np.testing.assert_array_equal(index, [0.8, 0.2, np.nan])


def test_sunshine_in_percent():
    with pytest.raises(InputError, match=r"sunshine reaches from 64 to 64, expected a share .* divide percent by 100"):
        global_horizontal(64.0, 0.0, 40.0, coefficients=COEFFICIENTS)


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([3.5, 4.1, 5.0], "kWh/m2 per day: multiply by 365.25"),
        ([14.0, 15.0], "MJ/m2 per day"),
        ([170.0], "W/m2: multiply by 8.766"),
        ([5400.0, 6000.0], "MJ/m2 per year: divide by 3.6"),
        ([15000.0], "check the unit and the nodata value"),
        ([1500.0, 1600.0, -9999.0], "check the unit and the nodata value"),
    ],
)
def test_units_that_are_not_per_year(values, unit):
    with pytest.raises(InputError, match=rf"expected 600-2800 kWh/m2 per year; .*{unit}"):
        check_ghi(values)


def test_all_missing_passes():
    assert np.isnan(check_ghi([np.nan])).all()


def test_capacity_factor_by_hand():
    gain = optimum_tilt_gain(40.0, 1600 / extraterrestrial_radiation(40.0))
    expected = 1600 * gain * 0.8 / 8760
    assert pv_capacity_factor(1600.0, 40.0, performance_ratio=0.8) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("ratio", [0.0, 80.0, float("nan")])
def test_performance_ratio_that_is_no_share(ratio):
    with pytest.raises(InputError, match=r"performance_ratio is .* expected a share in \(0, 1\]"):
        pv_capacity_factor(1600.0, 40.0, performance_ratio=ratio)


@settings(deadline=None)  # the first call loads pvlib
@given(st.floats(0, 0.95), st.floats(0, 5), st.floats(18, 53))
def test_more_sunshine_and_height_give_more(sunshine, elevation, latitude):
    here = float(global_horizontal(sunshine, elevation, latitude, coefficients=COEFFICIENTS))
    assert 0 < here < extraterrestrial_radiation(latitude)
    assert float(global_horizontal(sunshine + 0.05, elevation, latitude, coefficients=COEFFICIENTS)) >= here
    assert float(global_horizontal(sunshine, elevation + 0.1, latitude, coefficients=COEFFICIENTS)) >= here
