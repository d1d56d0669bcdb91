from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.graph import MCP_Geometric

from geotransfer import Grid, Raster, cost_distance
from geotransfer.errors import CrsError, InputError
from geotransfer.spatial import cost_distance as module
from geotransfer.spatial.cost_distance import accumulated_cost

UTM = "EPSG:32648"
NAN = float("nan")

# The worked example of the manual of GRASS GIS r.cost (raster/r.cost/r.cost.md, "EXAMPLES", output not using -k):
# 6 x 7 cells of size 1, start in row 4, column 5; the manual prints whole numbers.
GRASS_INPUT = np.array(
    [
        [2, 2, 1, 1, 5, 5, 5],
        [2, 2, 8, 8, 5, 2, 1],
        [7, 1, 1, 8, 2, 2, 2],
        [8, 7, 8, 8, 8, 8, 5],
        [8, 8, 1, 1, 5, 3, 9],
        [8, 1, 1, 2, 5, 3, 9],
    ],
    dtype=float,
)
GRASS_OUTPUT = np.array(
    [
        [22, 21, 21, 20, 17, 15, 14],
        [20, 19, 22, 20, 15, 12, 11],
        [22, 18, 17, 18, 13, 11, 9],
        [21, 14, 13, 12, 8, 6, 6],
        [16, 13, 8, 7, 4, 0, 6],
        [14, 9, 8, 9, 6, 3, 8],
    ],
    dtype=float,
)


def raster(values: np.ndarray | list, *, resolution: float = 1.0, crs: str = UTM) -> Raster:
    array = np.atleast_2d(np.asarray(values, dtype=float))
    height, width = array.shape
    return Raster(
        array, Grid.from_bounds((0, 0, width * resolution, height * resolution), resolution=resolution, crs=crs)
    )


def at(*places: tuple[float, float], crs: str = UTM) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.Point(place) for place in places], crs=crs)


def by_skimage(friction: np.ndarray, start: np.ndarray, resolution: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
    """A heap and Dijkstra's order; negative costs cannot be entered."""
    peer = MCP_Geometric(np.where(np.isnan(friction), -1.0, friction), sampling=resolution[::-1])
    cells = np.argwhere(start & ~np.isnan(friction))
    cost, _ = peer.find_costs(cells)
    return np.where(np.isfinite(cost), cost, NAN)


# --- by hand and published ------------------------------------------------------------------------


def test_all_42_cells_of_the_manual_of_r_cost() -> None:
    cost = cost_distance(raster(GRASS_INPUT), at((5.5, 1.5))).values
    # the manual prints whole numbers, halves upward (12.5 as 13)
    np.testing.assert_array_equal(np.floor(cost + 0.5), GRASS_OUTPUT)


def test_a_step_costs_the_mean_of_two_cells_times_their_distance() -> None:
    cost = cost_distance(raster([[1, 3], [5, 7]], resolution=10), at((5, 15))).values
    assert cost[0, 0] == 0
    assert cost[0, 1] == pytest.approx(10 * (1 + 3) / 2)
    assert cost[1, 0] == pytest.approx(10 * (1 + 5) / 2)
    assert cost[1, 1] == pytest.approx(10 * math.sqrt(2) * (1 + 7) / 2)


def test_cells_that_are_not_square() -> None:
    friction = np.ones((3, 3))
    start = np.zeros((3, 3), dtype=bool)
    start[1, 1] = True
    cost = accumulated_cost(friction, start, (2.0, 5.0))
    assert (cost[1, 0], cost[0, 1], cost[0, 0]) == (2.0, 5.0, pytest.approx(math.hypot(2, 5)))


def test_a_wall_is_walked_around_but_not_a_wall_of_corners() -> None:
    walled = np.ones((5, 5))
    walled[:, 2] = NAN
    assert np.isnan(cost_distance(raster(walled), at((0.5, 2.5))).values[:, 2:]).all()
    walled[4, 2] = 1
    assert np.isfinite(cost_distance(raster(walled), at((0.5, 2.5))).values[:, 3:]).all()
    diagonal = np.array([[1, NAN], [NAN, 1]])
    assert cost_distance(raster(diagonal), at((0.5, 1.5))).values[1, 1] == pytest.approx(math.sqrt(2))


def test_lines_and_polygons_start_from_every_cell_they_touch() -> None:
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0.5, 0.5), (4.5, 0.5)])], crs=UTM)
    assert cost_distance(raster(np.ones((3, 5))), line).values.tolist() == [[2] * 5, [1] * 5, [0] * 5]
    box = gpd.GeoDataFrame(geometry=[shapely.box(0.1, 0.1, 1.9, 0.9)], crs=UTM)
    assert cost_distance(raster(np.ones((1, 4))), box).values.tolist() == [[0, 0, 1, 2]]


def test_free_cells_cost_nothing() -> None:
    assert cost_distance(raster(np.zeros((3, 4))), at((0.5, 0.5))).values.tolist() == [[0] * 4] * 3
    road = np.array([[5, 0, 0, 0, 5]], dtype=float)
    assert cost_distance(raster(road), at((0.5, 0.5))).values.tolist() == [[0, 2.5, 2.5, 2.5, 5]]


# --- against an independent implementation --------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 25),
    st.integers(1, 25),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.2, 0.5]),
    st.sampled_from([1.0, 4.0, 12.0]),
    st.sampled_from([(1.0, 1.0), (2.0, 3.0), (0.1, 0.1)]),
)
def test_random_grids_cost_what_skimage_says(
    height: int, width: int, seed: int, blocked: float, spread: float, resolution: tuple[float, float]
) -> None:
    rng = np.random.default_rng(seed)
    friction = np.exp(spread * rng.normal(size=(height, width)))
    friction[rng.random(friction.shape) < blocked] = NAN
    start = rng.random(friction.shape) < 0.1
    start[rng.integers(height), rng.integers(width)] = True
    if not (start & ~np.isnan(friction)).any():
        return
    found = accumulated_cost(friction, start, resolution)
    np.testing.assert_allclose(found, by_skimage(friction, start, resolution), rtol=1e-12)


def test_a_larger_grid_that_fills_the_queue() -> None:
    rng = np.random.default_rng(7)
    friction = rng.uniform(0.5, 50, size=(300, 400))
    start = rng.random(friction.shape) < 0.7
    start[150:] = False
    found = accumulated_cost(friction, start, (1.0, 1.0))
    assert start.sum() * 1.0 > 0.3 * friction.size
    np.testing.assert_allclose(found, by_skimage(friction, start), rtol=1e-12)


def test_the_queue_doubles_and_the_width_of_buckets_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    friction = rng.uniform(0.1, 9, size=(60, 70))
    start = np.zeros(friction.shape, dtype=bool)
    start[30, 30] = True
    expected = accumulated_cost(friction, start, (1.0, 1.0))
    for share, buckets in ((0.0, 1 << 16), (1.0, 1 << 16), (0.5, 1), (0.5, 8), (0.1, 50)):
        monkeypatch.setattr(module, "CHEAP_SHARE", share)
        monkeypatch.setattr(module, "BUCKETS", buckets)
        np.testing.assert_array_equal(accumulated_cost(friction, start, (1.0, 1.0)), expected)
    monkeypatch.undo()
    monkeypatch.setattr(module, "POOL", 1)
    np.testing.assert_array_equal(accumulated_cost(friction, start, (1.0, 1.0)), expected)


def test_a_barrier_a_million_times_as_dear_does_not_stall_it() -> None:
    rng = np.random.default_rng(11)
    friction = rng.uniform(0.5, 2, size=(200, 300))
    friction[:, ::10] = 1e6
    friction[::7, 5::31] = 1e-9
    start = np.zeros(friction.shape, dtype=bool)
    start[100, 155] = True
    np.testing.assert_allclose(accumulated_cost(friction, start, (1.0, 1.0)), by_skimage(friction, start), rtol=1e-12)


# --- laws -----------------------------------------------------------------------------------------

GRIDS = st.builds(lambda seed: np.random.default_rng(seed).uniform(0.1, 10, size=(12, 15)), st.integers(0, 2**32 - 1))


@settings(max_examples=25, deadline=None)
@given(GRIDS, st.integers(0, 11), st.integers(0, 14), st.integers(0, 11), st.integers(0, 14))
def test_there_and_back_cost_the_same(friction: np.ndarray, r1: int, c1: int, r2: int, c2: int) -> None:
    def cost(row: int, column: int) -> np.ndarray:
        start = np.zeros(friction.shape, dtype=bool)
        start[row, column] = True
        return accumulated_cost(friction, start, (1.0, 1.0))

    assert cost(r1, c1)[r2, c2] == pytest.approx(cost(r2, c2)[r1, c1], rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(GRIDS, st.floats(0.1, 100), st.randoms())
def test_scaling_more_sources_and_more_friction(friction: np.ndarray, factor: float, random: object) -> None:
    start = np.zeros(friction.shape, dtype=bool)
    start[3, 4] = True
    once = accumulated_cost(friction, start, (1.0, 1.0))
    np.testing.assert_allclose(accumulated_cost(friction * factor, start, (1.0, 1.0)), once * factor, rtol=1e-9)
    more = start.copy()
    more[random.randrange(12), random.randrange(15)] = True
    assert (accumulated_cost(friction, more, (1.0, 1.0)) <= once).all()
    dearer = friction.copy()
    dearer[random.randrange(12), random.randrange(15)] += 5
    assert (accumulated_cost(dearer, start, (1.0, 1.0)) >= once - 1e-12).all()


# --- bad input ------------------------------------------------------------------------------------


def test_bad_input() -> None:
    good = raster(np.ones((3, 3)))
    with pytest.raises(CrsError, match="friction is in the geographic CRS"):
        cost_distance(raster(np.ones((2, 2)), crs="EPSG:4326"), at((0.5, 0.5), crs="EPSG:4326"))
    with pytest.raises(CrsError, match="sources has no CRS"):
        cost_distance(good, at((0.5, 0.5)).set_crs(None, allow_override=True))
    with pytest.raises(InputError, match=r"friction goes from -1.0 to 1.0, expected finite values >= 0"):
        cost_distance(raster([[1, -1]]), at((0.5, 0.5)))
    with pytest.raises(InputError, match=r"friction goes from 1.0 to inf"):
        cost_distance(raster([[1, float("inf")]]), at((0.5, 0.5)))
    with pytest.raises(InputError, match="no source lies on a cell with friction"):
        cost_distance(good, at((50, 50)))
    with pytest.raises(InputError, match="no source lies on a cell with friction"):
        cost_distance(raster([[1, NAN]]), at((1.5, 0.5)))
    with pytest.raises(InputError, match="sources hold no geometry"):
        cost_distance(good, at((0.5, 0.5)).iloc[:0])


def test_sources_of_another_crs_are_reprojected() -> None:
    grid = Grid.from_bounds((500_000, 3_000_000, 503_000, 3_001_000), resolution=1000, crs=UTM)
    start = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_500], [3_000_500]), crs=UTM).to_crs("EPSG:4326")
    assert cost_distance(Raster(np.ones((1, 3)), grid), start).values.tolist() == [[0, 1000, 2000]]
