"""Capacity-factor rasters pass through with a named unit and a check."""

import numpy as np
import pytest

from geotransfer.energy.capacity_factor import capacity_factor, check_capacity_factor
from geotransfer.errors import InputError, UnknownNameError


def test_shares_and_percent_by_hand():
    np.testing.assert_allclose(capacity_factor([0.3, np.nan], technology="wind", unit="1"), [0.3, np.nan])
    np.testing.assert_allclose(capacity_factor([30.0, np.nan], technology="wind", unit="%"), [0.3, np.nan])


def test_all_missing_passes():
    assert np.isnan(capacity_factor([np.nan], technology="solar", unit="1")).all()


@pytest.mark.parametrize(
    ("values", "technology", "unit", "message"),
    [
        ([24.0, 30.0], "wind", "1", r"median 27, expected 0.005-0.7 for wind; check the unit \(1\?\)"),
        ([0.24, 0.3], "wind", "%", r"median 0.0027, expected 0.005-0.7 for wind; check the unit \(%\?\)"),
        ([0.6, 0.7], "solar", "1", "expected 0.05-0.4 for solar"),
        ([0.3, 0.3, -9999.0], "wind", "1", "from -9999 to 0.3, expected 0 to 1; .* nodata"),
        ([0.3, 0.3, 1.2], "wind", "1", "from 0.3 to 1.2, expected 0 to 1"),
        ([0.3], "wind", "MW", "unit is 'MW', expected one of 1, %"),
    ],
)
def test_what_is_no_capacity_factor(values, technology, unit, message):
    with pytest.raises(InputError, match=message):
        capacity_factor(values, technology=technology, unit=unit)


def test_unknown_technology():
    with pytest.raises(UnknownNameError, match="technology is 'hydro', expected one of solar, wind"):
        check_capacity_factor([0.3], technology="hydro", what="raster", unit="1")
