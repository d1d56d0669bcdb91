from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer import Grid, Raster, write_raster, zonal_statistics
from geotransfer.errors import CrsError, GridMismatchError, InputError
from geotransfer.spatial.zonal import Coverage, coverage

UTM = "EPSG:32648"
GRID = Grid.from_bounds((0, 0, 3, 3), resolution=1, crs=UTM)
VALUES = np.arange(1.0, 10).reshape(3, 3)  # 1 2 3 / 4 5 6 / 7 8 9


def zones(*boxes: tuple[float, float, float, float], index: list[str] | None = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.box(*b) for b in boxes], crs=UTM, index=index)


def test_three_by_three_by_hand() -> None:
    # the box covers 0.5 x 0.5 of cell 4 and of the three around it: rows 1-2, columns 0-1
    table = zonal_statistics(Raster(VALUES, GRID), zones((0.5, 0.5, 1.5, 1.5)), stats=("mean", "sum", "count"))
    assert table.loc[0].tolist() == [(4 + 5 + 7 + 8) / 4, (4 + 5 + 7 + 8) / 4, 1.0]


def test_one_raster_one_name_mapping_two_names() -> None:
    raster = Raster(VALUES, GRID)
    box = zones((0, 0, 3, 3), index=["a"])
    assert zonal_statistics(raster, box).columns.tolist() == ["mean"]
    table = zonal_statistics({"x": raster, "y": Raster(VALUES * 2, GRID)}, box, stats=("mean", "quantile(q=0.5)"))
    assert table.columns.tolist() == ["x_mean", "x_quantile_50", "y_mean", "y_quantile_50"]
    assert table.index.tolist() == ["a"]
    assert table.loc["a", ["x_mean", "y_mean"]].tolist() == [5, 10]
    only = zonal_statistics({"x": raster}, box)
    assert only.columns.tolist() == ["x_mean"]


def test_nan_cells_do_not_count_and_zones_without_data_are_nan() -> None:
    values = VALUES.copy()
    values[:, 2] = np.nan
    table = zonal_statistics(Raster(values, GRID), zones((1, 2, 3, 3), (2, 0, 3, 3)))
    assert table["mean"].tolist()[0] == 2
    assert np.isnan(table["mean"][1])


def test_a_path_and_a_raster_give_the_same(tmp_path: Path) -> None:
    write_raster(Raster(VALUES, GRID), tmp_path / "a.tif")
    box = zones((0.2, 0.1, 2.2, 1.9))
    pd.testing.assert_frame_equal(
        zonal_statistics(tmp_path / "a.tif", box), zonal_statistics(Raster(VALUES, GRID), box)
    )


@settings(deadline=None, max_examples=25)
@given(st.floats(0, 2), st.floats(0, 2), st.floats(0.05, 1), st.floats(0.05, 1))
def test_coverage_agrees_with_shapely(x: float, y: float, width: float, height: float) -> None:
    box = shapely.box(x, y, x + width, y + height)
    covered = coverage(gpd.GeoDataFrame(geometry=[box], crs=UTM), GRID)
    expected = {
        row * 3 + col: shapely.box(col, 2 - row, col + 1, 3 - row).intersection(box).area
        for row in range(3)
        for col in range(3)
    }
    got = dict(zip(covered.cell.tolist(), covered.share.tolist(), strict=True))
    for cell, share in expected.items():
        assert got.get(cell, 0.0) == pytest.approx(share, abs=1e-6)


def test_coverage_totals_and_means_by_hand() -> None:
    covered = Coverage(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1.0, 0.5, 0.5]), 3)
    assert covered.total(np.ones(3)).tolist() == [1.5, 0.5, 0]
    means = covered.mean(np.array([2.0, 8.0, np.nan]))
    assert means[0] == (2 + 0.5 * 8) / 1.5
    assert np.isnan(means[1:]).all()


@pytest.mark.parametrize("cells", [1, 4, 100])
def test_a_large_file_is_read_in_windows_with_the_same_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    values = np.random.default_rng(1).normal(size=(30, 40))
    values[3:5, 7:20] = np.nan
    grid = Grid.from_bounds((0, 0, 40, 30), resolution=1, crs=UTM)
    write_raster(Raster(values, grid), tmp_path / "a.tif")
    boxes = zones((0.2, 0.1, 22.2, 11.9), (1.1, 1.1, 1.9, 1.9), (0, 0, 40, 30), (8.2, 25.4, 9.1, 26.3))
    stats = ("mean", "sum", "count", "max", "stdev", "median", "quantile(q=0.9)")
    monkeypatch.setattr("geotransfer.spatial.windowed.TILE", 7)
    monkeypatch.setattr("geotransfer.spatial.windowed.KEPT_TILES", 3)
    whole = zonal_statistics({"a": tmp_path / "a.tif", "b": tmp_path / "a.tif"}, boxes, stats=stats[:5])
    median = zonal_statistics(tmp_path / "a.tif", boxes, stats=stats)
    monkeypatch.setattr("geotransfer.spatial.windowed.LARGE_CELLS", 10)
    monkeypatch.setattr("geotransfer.spatial.zonal.CELLS_IN_MEMORY", cells)
    parts = zonal_statistics({"a": tmp_path / "a.tif", "b": tmp_path / "a.tif"}, boxes, stats=stats[:5])
    pd.testing.assert_frame_equal(parts, whole, rtol=1e-12, atol=1e-12)
    pd.testing.assert_frame_equal(zonal_statistics(tmp_path / "a.tif", boxes, stats=stats), median)


def test_bad_input() -> None:
    raster = Raster(VALUES, GRID)
    with pytest.raises(InputError, match="zones hold no feature"):
        zonal_statistics(raster, zones((0, 0, 1, 1)).iloc[:0])
    with pytest.raises(InputError, match="do not overlap"):
        zonal_statistics(raster, zones((10, 10, 11, 11)))
    with pytest.raises(InputError, match="zones hold Point, expected polygons"):
        zonal_statistics(raster, gpd.GeoDataFrame(geometry=gpd.points_from_xy([1], [1]), crs=UTM))
    with pytest.raises(InputError, match="stats are"):
        zonal_statistics(raster, zones((0, 0, 1, 1)), stats=("average",))
    with pytest.raises(InputError, match="empty mapping"):
        zonal_statistics({}, zones((0, 0, 1, 1)))
    with pytest.raises(CrsError, match="zones has no CRS"):
        zonal_statistics(raster, gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)]))
    other = Raster([[1.0]], Grid.from_bounds((0, 0, 3, 3), resolution=3, crs=UTM))
    with pytest.raises(GridMismatchError, match="'y' is on"):
        zonal_statistics({"x": raster, "y": other}, zones((0, 0, 1, 1)))
