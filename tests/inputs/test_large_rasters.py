"""A raster file read in parts gives what it gives when it is read as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geotransfer import Grid, Raster, align, write_raster
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.inputs.large_rasters import aligned_file, suited_resampling
from geotransfer.raster import read_raster
from geotransfer.study import large_rasters

STUDY = Grid.from_bounds((-300_000, 3_600_000, 300_000, 4_100_000), resolution=20_000, crs=CHINA_ALBERS)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise over a part of the study area, with holes; finer than the study grid by about 10."""
    grid = Grid.from_bounds((103, 33, 108, 38), resolution=0.02, crs="EPSG:4326")
    values = np.random.default_rng(7).normal(size=grid.shape)
    values[values > 2] = np.nan
    values[:100, :100] = np.nan
    target = tmp_path_factory.mktemp("large") / "a.tif"
    write_raster(Raster(values, grid), target)
    return target


@pytest.mark.parametrize("resampling", [None, "average", "bilinear", "nearest", "max"])
@pytest.mark.parametrize("most_cells", [60_000, 5_000, 600])
def test_in_parts_as_in_one_piece(path: Path, resampling: str | None, most_cells: int) -> None:
    whole = align(read_raster(path), STUDY, resampling=resampling or "average")
    parts = aligned_file(path, STUDY, resampling=resampling, most_cells=most_cells)
    assert parts.grid == STUDY
    assert 0 < np.isfinite(whole.values).sum() < STUDY.size
    # the warper sees other origins, so the shares of cut cells differ in their last digits; NaN stands where it stood
    np.testing.assert_allclose(parts.values, whole.values, rtol=0, atol=1e-9)
    np.testing.assert_allclose(aligned_file(path, STUDY, resampling=resampling).values, whole.values, rtol=0, atol=1e-9)


def test_no_part_is_larger_than_asked_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    def noted(*arguments, **options):
        values, grid = read(*arguments, **options)
        sizes.append(values.size)
        return values, grid

    read = large_rasters.read_values
    monkeypatch.setattr(large_rasters, "read_values", noted)
    aligned_file(path, STUDY, most_cells=20_000)
    # a margin of two cells of both grids on each side comes on top
    assert len(sizes) >= 4
    assert max(sizes) < 2 * 20_000 < 250 * 250


def test_raster_that_lies_elsewhere(path: Path) -> None:
    away = Grid.from_bounds((0, 0, 100_000, 100_000), resolution=20_000, crs=CHINA_ALBERS)
    with pytest.raises(InputError, match="gives no cell of the grid"):
        aligned_file(path, away)


def test_raster_without_a_value_where_the_study_is(tmp_path: Path) -> None:
    grid = Grid.from_bounds((103, 33, 108, 38), resolution=0.02, crs="EPSG:4326")
    values = np.full(grid.shape, np.nan)
    values[-1, -1] = 1.0
    write_raster(Raster(values, grid), tmp_path / "a.tif")
    north = Grid.from_bounds((-150_000, 3_950_000, 150_000, 4_100_000), resolution=20_000, crs=CHINA_ALBERS)
    with pytest.raises(InputError, match=r"a.tif' gives no cell of the grid"):
        aligned_file(tmp_path / "a.tif", north, most_cells=5_000)


def test_suited_resampling() -> None:
    coarse = Grid.from_bounds((0, 0, 10, 10), resolution=1, crs="EPSG:32648")
    assert suited_resampling(coarse, Grid.from_bounds((0, 0, 10, 10), resolution=2, crs="EPSG:32648")) == "average"
    assert suited_resampling(coarse, coarse) == "bilinear"
