"""Clearness by hand, and units that are caught."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.energy.solar import SolarCoefficients, check_ghi, ghi_per_year, global_horizontal, solar_terms
from geotransfer.energy.sun import extraterrestrial_radiation
from geotransfer.errors import InputError

COEFFICIENTS = SolarCoefficients(
    intercept=0.11, sunshine=0.41, sunshine_squared=-0.15, elevation_km=0.022, latitude=0.005, south_deg=0.014
)


def test_irradiation_by_hand():
    clearness = 0.11 + 0.41 * 0.6 - 0.15 * 0.6**2 + 0.022 * 1.5 + 0.005 * 38
    expected = clearness * extraterrestrial_radiation(38.0)
    assert global_horizontal(0.6, 1.5, 38.0, coefficients=COEFFICIENTS) == pytest.approx(expected, rel=1e-14)


def test_south_of_25_degrees_by_hand():
    clearness = 0.11 + 0.41 * 0.4 - 0.15 * 0.4**2 + 0.005 * 19 + 0.014 * (25 - 19)
    assert COEFFICIENTS.clearness(0.4, 0.0, 19.0) == pytest.approx(clearness, rel=1e-14)
    assert [float(term) for term in solar_terms(0.4, 0.0, 25.0)][-1] == 0.0


def test_clearness_stays_physical_and_missing_stays_missing():
    index = COEFFICIENTS.clearness([1.0, 0.0, np.nan], [20.0, -2.0, 0.0], [50.0, 25.0, 30.0])
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


def test_daily_means_become_yearly_sums():
    np.testing.assert_allclose(ghi_per_year([4.0, np.nan], unit="kWh/m2/day"), [4.0 * 365.25, np.nan])
    np.testing.assert_array_equal(ghi_per_year([1461.0], unit="kWh/m2/year"), [1461.0])


@pytest.mark.parametrize(
    ("value", "unit", "message"),
    [
        (4.0, "kWh/m2/year", "it looks like kWh/m2 per day"),
        (1500.0, "kWh/m2/day", "expected 600-2800"),
        (1500.0, "kWh", "unit is 'kWh', expected one of kWh/m2/year, kWh/m2/day"),
    ],
)
def test_a_wrong_unit_is_caught_and_never_guessed(value, unit, message):
    with pytest.raises(InputError, match=message):
        ghi_per_year([value], unit=unit)


@settings(deadline=None)  # the first call loads pvlib
@given(st.floats(0, 0.95), st.floats(0, 5), st.floats(18, 53))
def test_more_sunshine_and_height_give_more(sunshine, elevation, latitude):
    here = float(global_horizontal(sunshine, elevation, latitude, coefficients=COEFFICIENTS))
    assert 0 < here < extraterrestrial_radiation(latitude)
    assert float(global_horizontal(sunshine + 0.05, elevation, latitude, coefficients=COEFFICIENTS)) >= here
    assert float(global_horizontal(sunshine, elevation + 0.1, latitude, coefficients=COEFFICIENTS)) >= here
