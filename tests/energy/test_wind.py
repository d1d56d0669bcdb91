"""The screening surface by hand, and the siting transform."""

import math

import numpy as np
import pytest

from geotransfer.energy.wind import (
    SCREENING_RANGE,
    WIND_TERMS,
    WindPredictors,
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
