"""Capacity factors of PV by hand; temperature; yields whose unit is wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.catalog.layers import layer_table
from geotransfer.energy.pv_yield import PvModule, pv_capacity_factor, pvout_capacity_factor, temperature_factor
from geotransfer.energy.sun import (
    extraterrestrial_radiation,
    optimum_tilt_gain,
    plane_irradiance,
    tracking_gain,
)
from geotransfer.errors import InputError

CLEARNESS = 1600 / extraterrestrial_radiation(40.0)


def test_fixed_plant_by_hand():
    expected = 1600 * optimum_tilt_gain(40.0, CLEARNESS) * 0.8 / 8760
    assert pv_capacity_factor(1600.0, 40.0, performance_ratio=0.8) == pytest.approx(expected, rel=1e-14)


def test_tracking_plant_with_temperature_by_hand():
    power = plane_irradiance(40.0, CLEARNESS, mount="tracking")
    cell = 10.0 + 6.0 + power / (25.0 + 6.84 * 1.0)
    expected = 1600 * tracking_gain(40.0, CLEARNESS) * 0.8 / 8760 * (1 - 0.0035 * (cell - 25))
    got = pv_capacity_factor(1600.0, 40.0, performance_ratio=0.8, mount="tracking", air_temperature_c=10.0)
    assert got == pytest.approx(float(expected), rel=1e-14)


def test_cell_of_faiman():
    # Faiman (2008): 800 W/m2 at 1 m/s warm a module by 800 / (25 + 6.84) = 25.1 K
    module = PvModule(power_per_k=-0.01, daylight_warmer_k=0.0)
    assert temperature_factor(20.0, 800.0, module=module) == pytest.approx(1 - 0.01 * (20 + 800 / 31.84 - 25))


def test_wind_cools():
    calm, windy = (temperature_factor(20.0, 800.0, module=PvModule(wind_m_s=w)) for w in (0.0, 5.0))
    assert windy > calm


def test_defaults_are_the_table():
    table = layer_table("yield-assumptions").set_index("parameter")["value"]
    assert PvModule().power_per_k == table["pv_power_per_k"]
    assert PvModule().daylight_warmer_k == table["pv_daylight_warmer_k"]


def test_kelvin_is_caught():
    with pytest.raises(InputError, match=r"from 283 to 283, .* subtract 273.15 from kelvin"):
        temperature_factor(283.0, 500.0)


@pytest.mark.parametrize("ratio", [0.0, 80.0, float("nan")])
def test_performance_ratio_that_is_no_share(ratio):
    with pytest.raises(InputError, match=r"performance_ratio is .* expected a share in \(0, 1\]"):
        pv_capacity_factor(1600.0, 40.0, performance_ratio=ratio)


def test_unknown_mount():
    with pytest.raises(InputError, match="mount is 'dual', expected one of fixed, tracking"):
        pv_capacity_factor(1600.0, 40.0, performance_ratio=0.8, mount="dual")


def test_pvout_by_hand():
    np.testing.assert_allclose(pvout_capacity_factor([1752.0, np.nan], unit="kWh/kWp/year"), [0.2, np.nan])
    np.testing.assert_allclose(pvout_capacity_factor([4.8], unit="kWh/kWp/day"), [4.8 / 24])


@pytest.mark.parametrize(
    ("value", "unit", "message"),
    [
        (4.8, "kWh/kWp/year", r"expected 0.05-0.4 for solar; check the unit \(kWh/kWp/year\?\)"),
        (1752.0, "kWh/kWp/day", r"expected 0.05-0.4 for solar; check the unit \(kWh/kWp/day\?\)"),
        (1752.0, "kWh", "unit is 'kWh', expected one of kWh/kWp/year, kWh/kWp/day"),
    ],
)
def test_pvout_in_another_unit(value, unit, message):
    with pytest.raises(InputError, match=message):
        pvout_capacity_factor([value], unit=unit)


@settings(deadline=None)  # the first call loads pvlib
@given(st.floats(18, 53), st.floats(900, 1900), st.floats(-5, 25))
def test_warmth_costs_and_tracking_gains(latitude, ghi, air):
    def share(mount, temperature):
        return float(
            pv_capacity_factor(ghi, latitude, performance_ratio=0.82, mount=mount, air_temperature_c=temperature)
        )

    assert share("fixed", air) > share("fixed", air + 1)
    assert 0 < share("fixed", air) < share("tracking", air) < 0.45
