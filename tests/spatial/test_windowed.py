from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from geotransfer import Grid, Raster, write_raster, zonal_statistics
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import CrsError, GridMismatchError, InputError
from geotransfer.spatial import windowed
from geotransfer.spatial.cell_area import row_area_km2
from geotransfer.spatial.windowed import RasterFile, zonal_resource_area

ALBERS = Grid.from_bounds((0, 3_000_000, 60_000, 3_040_000), resolution=10_000, crs=CHINA_ALBERS)  # 4 rows, 6 columns
SHARES = np.linspace(0.05, 0.5, 24).reshape(4, 6)


def box(left: float, bottom: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(1e4 * left, 3e6 + 1e4 * bottom, 1e4 * right, 3e6 + 1e4 * top)


def zones(*shapes: shapely.Polygon | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CHINA_ALBERS, index=[f"z{i}" for i in range(len(shapes))])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_raster(Raster(SHARES, ALBERS), tmp_path / "cf.tif")
    return tmp_path / "cf.tif"


@pytest.fixture
def _tiny_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a large one, read a few cells at a time."""
    monkeypatch.setattr(windowed, "LARGE_CELLS", 0)
    monkeypatch.setattr(windowed, "CELLS_IN_MEMORY", 5)
    monkeypatch.setattr("geotransfer.spatial.zonal.CELLS_IN_MEMORY", 5)


def test_every_window_of_a_file_is_what_was_written(file: Path) -> None:
    raster = RasterFile(file, ALBERS)
    for top in range(4):
        for left in range(6):
            window = (slice(top, 4), slice(left, 6))
            np.testing.assert_array_equal(raster.read(window), SHARES.astype(np.float32)[window])


@pytest.mark.usefixtures("_tiny_windows")
def test_windows_do_not_change_zonal_statistics(file: Path) -> None:
    areas = zones(box(0.3, 0.2, 5.7, 3.9), box(2, 2, 3, 3), None)
    stats = ("mean", "max", "quantile(q=0.9)")
    whole = zonal_statistics(Raster(SHARES.astype(np.float32), ALBERS), areas, stats=stats)
    pd.testing.assert_frame_equal(zonal_statistics(file, areas, stats=stats), whole, rtol=1e-12)


@pytest.mark.usefixtures("_tiny_windows")
def test_windows_do_not_change_the_resource(file: Path) -> None:
    areas = zones(box(0.3, 0.2, 5.7, 3.9), box(2, 2, 3, 3), None)
    by_window = zonal_resource_area(file, areas, density_mw_km2=3.0)
    whole = zonal_resource_area(Raster(SHARES.astype(np.float32), ALBERS), areas, density_mw_km2=3.0)
    pd.testing.assert_frame_equal(by_window, whole, rtol=1e-12)
    assert by_window.index.tolist() == ["z0", "z1", "z2"]


def test_two_cells_by_hand() -> None:
    # half of a cell of 100 km2 at 0.2 and a whole one at 0.4, of which rules leave 50 % and 100 %
    values, rules = np.full((4, 6), np.nan), np.ones((4, 6))
    values[0, :2], rules[0, 0] = (0.2, 0.4), 0.5
    area = zones(box(0.5, 3, 2, 4))
    found = zonal_resource_area(Raster(values, ALBERS), area, density_mw_km2=30.0, eligible=Raster(rules, ALBERS)).loc[
        "z0"
    ]
    km2 = 0.5 * 100 * 0.5 + 100
    energy = 0.5 * 100 * 0.5 * 0.2 + 100 * 0.4
    assert found["eligible_km2"] == pytest.approx(km2)
    assert found["capacity_factor"] == pytest.approx(energy / km2)
    assert found["resource_gw"] == pytest.approx(km2 * 30 / 1000)
    assert found["resource_twh"] == pytest.approx(energy * 30 * 8760 / 1e6)
    assert found["unknown_km2"] == 0


def test_unknown_land_is_neither_counted_nor_forgotten() -> None:
    cover = np.ones((4, 6))
    cover[3, 0] = np.nan
    found = zonal_resource_area(
        Raster(np.full((4, 6), 0.3), ALBERS), zones(box(0, 0, 2, 1)), density_mw_km2=3.0,
        land_cover=Raster(cover, ALBERS),
    ).loc["z0"]  # fmt: skip
    assert found[["eligible_km2", "unknown_km2"]].tolist() == pytest.approx([100, 100])


def test_only_land_cover_gives_the_name() -> None:
    raster, cover = Raster(SHARES, ALBERS), Raster(np.full((4, 6), 0.25), ALBERS)
    area = zones(box(0, 0, 6, 4))
    bare = zonal_resource_area(raster, area, density_mw_km2=3.0)
    covered = zonal_resource_area(raster, area, density_mw_km2=3.0, land_cover=cover)
    assert bare.columns[-2:].tolist() == ["resource_gw", "resource_twh"]
    assert covered.columns[-2:].tolist() == ["technical_potential_gw", "technical_potential_twh"]
    assert covered["technical_potential_twh"].iloc[0] == pytest.approx(0.25 * bare["resource_twh"].iloc[0])


def test_a_zone_without_eligible_land() -> None:
    none = Raster(np.zeros((4, 6)), ALBERS)
    found = zonal_resource_area(Raster(SHARES, ALBERS), zones(box(0, 0, 1, 1)), density_mw_km2=3.0, eligible=none).loc[
        "z0"
    ]
    assert found["resource_twh"] == 0
    assert np.isnan(found["capacity_factor"])


def test_percent_and_other_grids() -> None:
    area = zones(box(0, 0, 6, 4))
    with pytest.raises(InputError, match=r"capacity_factor reaches from 5 to 50, expected shares .* divide percent"):
        zonal_resource_area(Raster(100 * SHARES, ALBERS), area, density_mw_km2=3.0)
    other = Raster(np.ones((2, 3)), Grid.from_bounds(ALBERS.bounds, resolution=20_000, crs=CHINA_ALBERS))
    with pytest.raises(GridMismatchError, match=r"raster 'eligible' is on .* call align"):
        zonal_resource_area(Raster(SHARES, ALBERS), area, density_mw_km2=3.0, eligible=other)


def test_cells_of_degrees_against_geodesics() -> None:
    grid = Grid.from_bounds((100, 30, 101, 32), resolution=1, crs="EPSG:4326")
    for row, south in enumerate((31, 30)):
        # the parallels bend away from geodesics: many points along them
        east, west = np.linspace(100, 101, 2001), np.linspace(101, 100, 2001)
        ring = (np.r_[east, west], np.r_[np.full(2001, south), np.full(2001, south + 1)])
        area, _ = Geod(ellps="WGS84").polygon_area_perimeter(*ring)
        assert row_area_km2(grid)[row] == pytest.approx(area / 1e6, rel=1e-6)


def test_albers_cells_are_what_they_seem_and_mercator_is_refused() -> None:
    np.testing.assert_allclose(row_area_km2(ALBERS), 100.0)
    mercator = Grid.from_bounds((11_000_000, 4_000_000, 11_020_000, 4_020_000), resolution=10_000, crs="EPSG:3857")
    with pytest.raises(CrsError, match=r"areas are off by up to .* expected an equal-area or geographic CRS"):
        row_area_km2(mercator)
