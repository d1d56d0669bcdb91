"""The screening surface by hand, and the siting transform."""

import math

import numpy as np
import pytest

from geotransfer.energy.power_curve import iec_power_curve, weibull_capacity_factor
from geotransfer.energy.wind import (
    SCREENING_RANGE,
    WIND_TERMS,
    WindPredictors,
    air_density_ratio,
    mean_speed_capacity_factor,
    rugged_zone_value,
    screening_capacity_factor,
    site_capacity_factor,
)
from geotransfer.errors import InputError, UnknownNameError

COEFFICIENTS = {
    "intercept": -1.0,
    "zone_1": 0.8,
    "zone_2": 0.6,
    "zone_3": 0.2,
    "log10_sea_km": -0.5,
    "relief_km": -2.0,
    "elevation_km": 0.2,
    "exposure_km": 0.1,
    "latitude_10deg": 0.4,
}


def predictors(**changes):
    values = {
        "zone_1": 0.5,
        "zone_2": 0.25,
        "zone_3": 0.25,
        "sea_distance_km": 100.0,
        "relief_m": 300.0,
        "elevation_m": 1500.0,
        "exposure_m": 50.0,
        "latitude": 45.0,
    }
    return WindPredictors(**{name: np.array([value]) for name, value in (values | changes).items()})


def test_surface_by_hand():
    logarithm = -1 + 0.8 / 2 + 0.6 / 4 + 0.2 / 4 - 0.5 * 2 - 2 * 0.3 + 0.2 * 1.5 + 0.1 * 0.05 + 0.4 * 1
    result = screening_capacity_factor(predictors(), coefficients=COEFFICIENTS)
    assert result[0] == pytest.approx(math.exp(logarithm), rel=1e-14)


def test_the_coast_is_not_infinitely_windy():
    at_sea = screening_capacity_factor(predictors(sea_distance_km=0.0), coefficients=COEFFICIENTS)
    near = screening_capacity_factor(predictors(sea_distance_km=5.0), coefficients=COEFFICIENTS)
    assert at_sea == near


def test_surface_stays_in_its_range():
    low = screening_capacity_factor(predictors(relief_m=9000.0), coefficients=COEFFICIENTS)
    high = screening_capacity_factor(predictors(elevation_m=90000.0), coefficients=COEFFICIENTS)
    assert (low[0], high[0]) == SCREENING_RANGE


def test_missing_predictor_gives_missing_index():
    assert np.isnan(screening_capacity_factor(predictors(relief_m=np.nan), coefficients=COEFFICIENTS))[0]


def test_missing_and_surplus_coefficients():
    wrong = {name: value for name, value in COEFFICIENTS.items() if name != "relief_km"} | {"roughness": 1.0}
    with pytest.raises(UnknownNameError, match=r"differ in \['relief_km', 'roughness'\]"):
        screening_capacity_factor(predictors(), coefficients=wrong)


def test_terms_keep_their_order():
    assert tuple(predictors().terms()) == WIND_TERMS


def test_siting_transform_by_hand():
    np.testing.assert_allclose(site_capacity_factor([0.0, 0.1, np.nan, 1.0]), [0.2, 0.25, np.nan, 0.7])
    assert site_capacity_factor(0.2, intercept=0.15, slope=0.3) == pytest.approx(0.21)


def test_screening_in_percent():
    with pytest.raises(InputError, match=r"screening reaches from 7 to 23, .* divide percent by 100"):
        site_capacity_factor([7.0, 23.0])


@pytest.mark.parametrize(("intercept", "slope"), [(-0.1, 0.5), (0.2, -0.5), (0.6, 0.5), (math.nan, 0.5)])
def test_transform_that_leaves_the_unit_interval(intercept, slope):
    with pytest.raises(InputError, match="expected both >= 0 with a sum of at most 1"):
        site_capacity_factor(0.1, intercept=intercept, slope=slope)


def test_density_of_the_standard_atmosphere():
    # ISO 2533: 1.2250 kg/m3 at sea level, 1.1116 at 1 km, 0.9091 at 3 km, 0.7361 at 5 km of geopotential height
    published = np.array([1.2250, 1.1116, 0.9091, 0.7361]) / 1.2250
    np.testing.assert_allclose(air_density_ratio([0, 1000, 3000, 5000]), published, atol=1e-4)
    assert np.isnan(air_density_ratio(np.nan))


def test_height_in_feet_or_nodata():
    with pytest.raises(InputError, match=r"from -9999 to 0, expected -1000 to 11000 m; .* nodata"):
        air_density_ratio([0.0, -9999.0])


def test_mean_speed_by_hand():
    curve = iec_power_curve("III")
    slowed = 7.0 * (0.9091 / 1.2250) ** (1 / 3)
    expected = (1 - 0.12) * weibull_capacity_factor(curve, [7.0, slowed], k=2.1)
    got = [mean_speed_capacity_factor(7.0, curve=curve, k=2.1, losses=0.12, elevation_m=h) for h in (0.0, 3000.0)]
    np.testing.assert_allclose(got, expected, atol=2e-5)  # four digits of the published density


def test_the_table_is_the_closed_form():
    speed = np.linspace(0.003, 14, 777)
    for iec_class in ("I", "II", "III"):
        curve = iec_power_curve(iec_class)
        table = mean_speed_capacity_factor(speed, curve=curve, k=1.9, losses=0.0)
        np.testing.assert_allclose(table, weibull_capacity_factor(curve, speed, k=1.9), atol=1e-6)


@pytest.mark.parametrize("speeds", [[20.0, 25.0], [6.0, 6.0, -9999.0], [6.0, 6.0, 250.0]])
def test_speeds_that_are_no_annual_means(speeds):
    with pytest.raises(InputError, match=r"expected annual means in m/s; divide km/h by 3.6"):
        mean_speed_capacity_factor(speeds, curve=iec_power_curve("II"), k=2.0, losses=0.1)


@pytest.mark.parametrize("losses", [-0.1, 1.0, 12.0, math.nan])
def test_losses_that_are_no_share(losses):
    with pytest.raises(InputError, match=r"losses is .* expected a share in \[0, 1\)"):
        mean_speed_capacity_factor(7.0, curve=iec_power_curve("II"), k=2.0, losses=losses)


def test_all_missing_speeds_pass():
    assert np.isnan(mean_speed_capacity_factor([np.nan], curve=iec_power_curve("I"), k=2.0, losses=0.1)).all()


def test_high_cells_stand_for_rugged_zones():
    got = rugged_zone_value([0.1, 0.1, 0.1], [0.2, 0.2, 0.2], [299.9, 300.0, np.nan], from_relief_m=300.0)
    np.testing.assert_array_equal(got, [0.1, 0.2, 0.1])
