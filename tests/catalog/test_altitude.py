"""Terrain: the orientation is pinned, the sea is no mountain, the window has no seam."""

import numpy as np
import pytest

from geotransfer.catalog import altitude
from geotransfer.catalog.altitude import MODEL_GRID, chord_positions


def cell(latitude, longitude):
    return int((54 - latitude) * 12), int((longitude - 73) * 12)


def test_grid():
    assert MODEL_GRID.shape == (612, 756)
    assert MODEL_GRID.bounds == pytest.approx((73, 3, 136, 54), abs=1e-9)


def test_altitude_runs_north_to_south():
    # Lhasa; the code there is 162: 28 x 162 - 450
    assert altitude.elevation()[cell(29.65, 91.1)] == 4086 == 28 * 162 - 450


@pytest.mark.parametrize(
    ("place", "low", "high"),
    [((27.99, 86.93), 5500, 8000), ((42.7, 89.2), -450, 100), ((39.9, 116.4), 0, 120), ((29.56, 106.55), 150, 500)],
)
def test_places_everyone_knows(place, low, high):
    # Qomolangma, the Turpan depression, Beijing, Chongqing
    assert low <= altitude.elevation()[cell(*place)] <= high


def test_sea_is_missing_and_no_mountain():
    height = altitude.elevation()
    assert np.isnan(height[cell(30.0, 125.0)])
    assert np.nanmax(height) < 6690  # what code 255 would be, read naively


def test_relief_by_hand():
    height, relief = altitude.elevation(), altitude.relief()
    row, column = cell(29.65, 91.1)
    window = height[row - 1 : row + 2, column - 1 : column + 2]
    assert relief[row, column] == window.max() - window.min()
    np.testing.assert_array_equal(np.isnan(relief), np.isnan(height))
    assert np.nanmin(relief) == 0


def test_relief_of_the_coast_leaves_the_sea_out():
    height, relief = altitude.elevation(), altitude.relief()
    row, column = cell(38.88, 121.6)  # Dalian
    window = height[row - 1 : row + 2, column - 1 : column + 2]
    assert np.isnan(window).any()
    assert relief[row, column] == np.nanmax(window) - np.nanmin(window)


def test_exposure_is_high_above_low_and_flat_on_the_plain():
    exposure = altitude.exposure()
    assert exposure[cell(27.99, 86.93)] > 500
    assert exposure[cell(42.7, 89.2)] < -500
    assert abs(exposure[cell(35.5, 115.5)]) < 30


def test_distance_to_the_sea():
    distance = altitude.sea_distance_km()
    assert distance[cell(30.0, 125.0)] == 0
    assert distance[cell(39.9, 116.4)] == pytest.approx(150, abs=25)  # Beijing to the Bohai
    # the place of Asia farthest from the sea lies in the north of Xinjiang, some 2,500 km from it
    assert 2300 < distance.max() < 2700
    assert distance[cell(29.65, 91.1)] < 800  # Lhasa to the Bay of Bengal


def test_chord_of_a_quarter():
    poles = chord_positions(np.array([90.0, 0.0]), np.array([0.0, 10.0]))
    assert np.linalg.norm(poles[0] - poles[1]) == pytest.approx(altitude.EARTH_RADIUS_KM * np.sqrt(2))
