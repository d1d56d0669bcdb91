from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label

import geotransfer as gt
from geotransfer.errors import CrsError, FewerSitesWarning, InputError
from geotransfer.siting.region_growing import Regions, RegionSize, grow_regions, seed_cells
from geotransfer.siting.site_selection import Spacing, select_regions

N = np.nan


def raster(values: list[list[float]] | np.ndarray, resolution: float = 1000.0) -> gt.Raster:
    height, width = np.shape(values)
    bounds = (300_000, 4_000_000, 300_000 + width * resolution, 4_000_000 + height * resolution)
    return gt.Raster(values, gt.Grid.from_bounds(bounds, resolution=resolution, crs="EPSG:32648"))


def gap(a: np.ndarray, b: np.ndarray, width: int) -> float:
    """Least distance of the edges of two sets of cells, in cells."""
    apart = [
        np.hypot(max(abs(i // width - j // width) - 1, 0), max(abs(i % width - j % width) - 1, 0)) for i in a for j in b
    ]
    return float(min(apart))


def best_of_all(regions: Regions, width: int, count: int, least: float) -> tuple[int, float]:
    """(sites, sum of means) of the best choice, by trying every one."""
    sets = [regions.of(i) for i in range(len(regions.sizes))]
    fits = np.array([[not set(a) & set(b) and gap(a, b, width) >= least for b in sets] for a in sets])
    best = (0, 0.0)
    for size in range(1, count + 1):
        for choice in itertools.combinations(range(len(sets)), size):
            if all(fits[i, j] for i, j in itertools.combinations(choice, 2)):
                best = max(best, (size, round(float(regions.means[list(choice)].sum()), 9)))
    return best


def random_field(seed: int, *, largest: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    field = rng.random(tuple(rng.integers(2, largest + 1, 2))).round(2)
    field[rng.random(field.shape) < 0.25] = N
    return field


# growing, by hand


def test_the_middle_decides_with_full_compactness() -> None:
    flat = np.full((3, 3), 0.5)
    flat[0, 0] = 0.9
    regions = grow_regions(flat, RegionSize(4, 4, 4), compactness=1.0)
    # from the corner: its right neighbour (both neighbours are equal, the northern cell comes first), then the square
    corner = next(regions.of(i) for i in range(9) if regions.of(i)[0] == 0)
    assert sorted(corner) == [0, 1, 3, 4]
    assert regions.means[0] == pytest.approx((0.9 + 3 * 0.5) / 4)


def test_the_score_decides_without_compactness() -> None:
    ridge = np.array([[0.1, 0.2, 0.1], [0.1, 0.8, 0.1], [0.9, 0.7, 0.1]])
    regions = grow_regions(ridge, RegionSize(3, 3, 3), compactness=0.0)
    # from 0.9: only 0.7 and 0.1 touch it, then 0.8 beside 0.7
    assert sorted(regions.of(0)) == [4, 6, 7]
    assert regions.means[0] == 0.8


def test_a_region_does_not_cross_what_is_excluded_nor_a_corner() -> None:
    field = np.array([[0.9, N], [N, 0.9]])
    assert len(grow_regions(field, RegionSize(2, 2, 2), compactness=0.5).sizes) == 0
    assert len(grow_regions(field, RegionSize(2, 1, 2), compactness=0.5).sizes) == 2


def test_beyond_the_wanted_area_only_cells_that_do_not_lower_the_mean() -> None:
    row = np.array([[0.5, 0.6, 0.7, 0.1]])
    regions = grow_regions(row, RegionSize(1, 1, 4), compactness=0.0)
    by_seed = {int(regions.of(i)[0]): regions.of(i).tolist() for i in range(4)}
    assert by_seed == {0: [0, 1, 2], 1: [1, 2], 2: [2], 3: [3, 2, 1, 0]}


def test_too_many_seeds_are_thinned_to_the_best_of_each_block(monkeypatch: pytest.MonkeyPatch) -> None:
    field = np.arange(16, dtype=float).reshape(4, 4) / 16
    # looks at the frontier: 8 a cell of a region of 1 cell; four regions may be grown
    monkeypatch.setattr("geotransfer.siting.region_growing.WORK", 4 * 8)
    assert seed_cells(field, RegionSize(1, 1, 1)).tolist() == [5, 7, 13, 15]


# choosing, by hand


def test_the_best_middle_gives_way_to_two_good_ends() -> None:
    row = raster([[0.8, 0.9, 0.8, 0.1]])
    sites = gt.locate_sites(row, count=2, area_km2=1, min_spacing_km=1)
    # greedy: 0.9 and 0.1; the two at its sides are better together
    assert sites["score"].tolist() == [0.8, 0.8]
    assert sites["nearest_km"].tolist() == [1.0, 1.0]
    assert gt.locate_sites(row, count=2, area_km2=1)["score"].tolist() == [0.9, 0.8]
    assert gt.locate_sites(row, count=1, area_km2=1, min_spacing_km=1)["score"].tolist() == [0.9]


def test_equal_sites_are_taken_from_the_north_west() -> None:
    sites = gt.locate_sites(raster(np.full((2, 3), 0.5)), count=2, area_km2=1)
    assert sites.geometry.centroid.x.tolist() == [300_500, 301_500]
    assert sites.geometry.centroid.y.tolist() == [4_001_500, 4_001_500]


def test_what_is_left_after_the_candidates_is_used() -> None:
    # without compactness all six candidates want 0.8 or 0.4 of the middle row; beside 0.8, 0.2, 0.4 there is room for
    # one more site, which grows only on the land that is left: 0.2, 0.4, 0.2
    field = raster([[0.8, 0.2], [0.2, 0.4], [0.4, 0.2]])
    sites = gt.locate_sites(field, count=2, area_km2=3, compactness=0.0)
    assert sites["score"].tolist() == pytest.approx([1.4 / 3, 0.8 / 3])


def test_the_table_says_where_and_how_large() -> None:
    values = np.full((4, 4), N)
    values[:2, :2] = [[0.9, 0.8], [0.7, 0.6]]
    sites = gt.locate_sites(raster(values, 5000.0), count=1, area_km2=100)
    (site,) = sites.itertuples()
    assert (site.site, site.cells, site.area_km2) == (1, 4, 100.0)
    assert (site.score, site.score_min, site.score_max) == (pytest.approx(0.75), 0.6, 0.9)
    assert site.compactness == pytest.approx(np.pi / 4, abs=1e-6)
    assert np.isnan(site.nearest_km)
    assert site.geometry.equals(shapely.box(300_000, 4_010_000, 310_000, 4_020_000))
    spot = sites.geometry.representative_point().to_crs(4326)
    assert (site.lon, site.lat) == (pytest.approx(spot.x[0], abs=1e-5), pytest.approx(spot.y[0], abs=1e-5))
    county = gt.boundaries("county").to_crs(sites.crs)
    assert site.name == county.loc[county.contains(sites.representative_point()[0]), "name"].item()
    assert sites.attrs["asked"] == 1


# where the rules cannot be met


def test_fewer_sites_than_asked_is_said() -> None:
    with pytest.warns(FewerSitesWarning, match=r"1 of 2 sites of 1 km2 with a gap of 5 km were found / 只找到 1 处"):
        sites = gt.locate_sites(raster([[0.9, 0.8, 0.7]]), count=2, area_km2=1, min_spacing_km=5)
    assert sites["score"].tolist() == [0.9]
    with pytest.warns(FewerSitesWarning, match="0 of 1"):
        none = gt.locate_sites(raster([[0.9, N, 0.7]]), count=1, area_km2=2)
    assert len(none) == 0
    assert {"score", "name", "lon"} <= set(none.columns)


def test_a_site_may_be_smaller_where_that_is_allowed() -> None:
    sites = gt.locate_sites(raster([[0.9, N, 0.7, 0.7]]), count=2, area_km2=2, min_area_km2=1)
    assert sites["area_km2"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"count": 0}, "count is 0"),
        ({"count": -3}, "count is -3"),
        ({"area_km2": 0.0}, "areas are 0"),
        ({"area_km2": N}, "areas are nan"),
        ({"min_area_km2": 5.0}, "areas are 5 "),
        ({"max_area_km2": 0.5}, "0.5 km2 "),
        ({"area_km2": 50.0}, r"a site of 50 km2 is larger than all eligible land \(3 km2\)"),
        ({"min_spacing_km": -1.0}, "min_spacing_km is -1"),
        ({"compactness": 1.5}, "compactness is 1.5"),
        ({"within": "海南"}, "no cell is eligible"),
    ],
)
def test_bad_input(change: dict[str, float], words: str) -> None:
    asked = {"count": 1, "area_km2": 1.0, **change}
    with pytest.raises(InputError, match=words):
        gt.locate_sites(raster([[0.9, 0.8, 0.7]]), **asked)


def test_nothing_eligible_and_a_geographic_crs() -> None:
    with pytest.raises(InputError, match="no cell is eligible"):
        gt.locate_sites(raster([[N, N]]), count=1, area_km2=1)
    degrees = gt.Raster([[0.5]], gt.Grid.from_bounds((100, 30, 101, 31), resolution=1, crs=4326))
    with pytest.raises(CrsError, match="suitability"):
        gt.locate_sites(degrees, count=1, area_km2=1)


def test_within_polygons_counts_cells_by_their_centre() -> None:
    row = raster([[0.9, 0.8, 0.7]])
    # from a little behind the middle of the first cell on
    area = gpd.GeoDataFrame(geometry=[shapely.box(300_600, 4_000_000, 303_000, 4_001_000)], crs="EPSG:32648")
    sites = gt.locate_sites(row, count=1, area_km2=1, within=area.to_crs(4326))
    assert sites["score"].tolist() == [0.8]


# laws

FIELDS = arrays(float, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.sampled_from([N, 0.2, 0.5, 0.8, 1]))


@pytest.mark.filterwarnings("ignore::geotransfer.errors.FewerSitesWarning")
@settings(max_examples=60, deadline=None)
@given(
    FIELDS, st.integers(1, 4), st.integers(1, 4), st.sampled_from([0.0, 1.0, 1.5, 3.0]), st.sampled_from([0, 0.5, 1])
)
def test_sites_keep_the_rules(field: np.ndarray, count: int, cells: int, spacing: float, compactness: float) -> None:
    size = RegionSize(cells, cells, cells)
    regions = grow_regions(field, size, compactness=compactness)
    chosen = [
        regions.of(i) for i in select_regions(regions, field.shape, count=count, spacing=Spacing.of(spacing, (1, 1)))
    ]
    assert len(chosen) <= count
    for site in chosen:
        assert len(set(site)) == cells
        assert not np.isnan(field.ravel()[site]).any()
        mask = np.zeros(field.shape, dtype=bool)
        mask.ravel()[site] = True
        assert label(mask)[1] == 1
    for a, b in itertools.combinations(chosen, 2):
        assert not set(a) & set(b)
        assert gap(a, b, field.shape[1]) >= spacing


@pytest.mark.parametrize("seed", range(40))
def test_small_fields_get_the_best_of_all_choices(seed: int) -> None:
    field = random_field(seed, largest=4)
    for cells, count, least in itertools.product((1, 2, 3), (1, 2, 3), (0.0, 1.0, 2.0)):
        regions = grow_regions(field, RegionSize(cells, cells, cells), compactness=0.5)
        chosen = select_regions(regions, field.shape, count=count, spacing=Spacing.of(least, (1.0, 1.0)))
        worth = (len(chosen), round(float(regions.means[chosen].sum()), 9))
        assert worth == best_of_all(regions, field.shape[1], count, least)


@pytest.mark.filterwarnings("ignore::geotransfer.errors.FewerSitesWarning")
@pytest.mark.parametrize("seed", range(15))
def test_loosened_spacing_is_never_worse(seed: int) -> None:
    field = raster(random_field(100 + seed, largest=12))
    if np.isfinite(field.values).sum() < 4:
        pytest.fail("the field has too little land for this test: choose another seed")
    before = (0, 0.0)
    for spacing in (4.0, 3.0, 2.0, 1.0, 0.0):
        sites = gt.locate_sites(field, count=4, area_km2=3, min_spacing_km=spacing)
        now = (len(sites), round(float(sites["score"].mean()), 9) if len(sites) else 0.0)
        assert now >= before
        before = now


def test_twice_is_the_same_and_order_does_not_matter() -> None:
    field = random_field(7, largest=12)
    first, second = (gt.locate_sites(raster(field), count=3, area_km2=2, min_spacing_km=1) for _ in range(2))
    assert first.equals(second)
    flipped = gt.locate_sites(raster(field[::-1, ::-1]), count=3, area_km2=2, min_spacing_km=1)
    assert flipped["score"].tolist() == first["score"].tolist()


# the real raster


def test_sites_on_the_counties(aluminium: gt.Result) -> None:
    raster_, excluded = aluminium.suitability, aluminium.excluded
    sites = gt.locate_sites(raster_, count=6, area_km2=500, min_spacing_km=100, within=["内蒙古", "宁夏"])
    assert len(sites) == 6
    assert set(sites["province"]) <= {"内蒙古自治区", "宁夏回族自治区"}
    assert (sites["area_km2"] - 500).abs().max() <= raster_.grid.cell_area / 1e6
    shapes = sites.geometry.to_numpy()
    apart = [shapely.distance(a, b) for a, b in itertools.combinations(shapes, 2)]
    assert min(apart) >= 100_000 - 1e-6
    assert (sites.geom_type == "Polygon").all()
    assert (np.diff(sites["score"]) <= 0).all()
    burnt = gt.rasterize(sites.assign(one=1.0), raster_.grid, column="one").values == 1
    assert burnt.sum() == sites["cells"].sum()
    assert (excluded.values[burnt] == 0).all()
    assert raster_.values[burnt].mean() == pytest.approx(sites["score"].mean(), abs=1e-9)
