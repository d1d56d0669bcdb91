"""Area x density x capacity factor by hand, and what the result may be called."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.catalog.layers import layer_table
from geotransfer.energy.potential import RESOURCE, TECHNICAL_POTENTIAL, resource_area
from geotransfer.errors import InputError


def test_a_thousand_square_kilometres_by_hand():
    found = resource_area([1000.0, 0.0], 0.25, density_mw_km2=3.0)
    np.testing.assert_allclose(found.gw, [1000 * 3 / 1000, 0])
    np.testing.assert_allclose(found.twh, [3 * 0.25 * 8760 / 1000, 0])


def test_only_land_cover_makes_it_a_technical_potential():
    bare = resource_area([100.0], [0.2], density_mw_km2=30.0)
    covered = resource_area([100.0], [0.2], density_mw_km2=30.0, land_cover=[0.4])
    assert (bare.name, covered.name) == (RESOURCE, TECHNICAL_POTENTIAL)
    np.testing.assert_allclose(covered.twh, 0.4 * bare.twh)
    np.testing.assert_allclose(covered.km2, [40.0])


def test_what_is_missing_stays_missing():
    found = resource_area([np.nan, 10.0], [0.2, np.nan], density_mw_km2=3.0)
    assert np.isnan(found.twh).all()
    np.testing.assert_array_equal(found.gw, [np.nan, 0.03])


@pytest.mark.parametrize(
    ("area", "share", "cover", "message"),
    [
        (-1.0, 0.2, None, "eligible_km2 reaches from -1 to -1"),
        (1.0, 20.0, None, "capacity_factor reaches from 20 to 20, expected 0 to 1"),
        (1.0, 0.2, 40.0, "land_cover reaches from 40 to 40, expected 0 to 1"),
    ],
)
def test_ranges(area, share, cover, message):
    with pytest.raises(InputError, match=message):
        resource_area(area, share, density_mw_km2=3.0, land_cover=cover)


@pytest.mark.parametrize("density", [0.0, -3.0, 3000.0, float("nan")])
def test_a_density_no_plant_has(density):
    with pytest.raises(InputError, match=r"density_mw_km2 is .* kW/km2 a thousand times it"):
        resource_area(1.0, 0.2, density_mw_km2=density)


def test_the_densities_of_the_table_pass():
    table = layer_table("yield-assumptions").set_index("parameter")
    for name in ("wind_density_mw_km2", "pv_density_mw_km2"):
        for column in ("low", "value", "high"):
            assert resource_area(1.0, 0.2, density_mw_km2=table.loc[name, column]).gw > 0


@given(st.floats(0, 1e6), st.floats(0, 1), st.floats(0.1, 100))
def test_energy_is_linear_and_never_above_full_power(area, share, density):
    one, two = (resource_area(a, share, density_mw_km2=density) for a in (area, 2 * area))
    assert two.twh == pytest.approx(2 * one.twh)
    assert one.twh <= one.gw * 8.76 * (1 + 1e-12)
