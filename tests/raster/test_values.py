from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from geotransfer import Grid, Raster, read_raster, write_raster
from geotransfer.errors import CrsError, GridMismatchError, InputError, OutputError
from geotransfer.raster import check_same_grid

GRID = Grid.from_bounds((0, 0, 4, 3), resolution=1, crs="EPSG:32648")
VALUES = np.array([[1.0, 2, 3, 4], [5, np.nan, 7, 8], [9, 10, 11, 12]])


def test_values_are_copied_and_frozen() -> None:
    source = VALUES.copy()
    raster = Raster(source, GRID)
    source[0, 0] = 99
    assert raster.values[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        raster.values[0, 0] = 5


def test_shape_must_fit_the_grid() -> None:
    with pytest.raises(GridMismatchError, match=r"shape \(2, 2\), grid has \(3, 4\)"):
        Raster(np.zeros((2, 2)), GRID)


def test_round_trip_is_a_valid_cog(tmp_path: Path) -> None:
    big = Raster(
        np.arange(600.0 * 700).reshape(600, 700), Grid.from_bounds((0, 0, 700, 600), resolution=1, crs=GRID.crs)
    )
    write_raster(big, tmp_path / "a.tif")
    back = read_raster(tmp_path / "a.tif")
    assert back.grid == big.grid
    np.testing.assert_array_equal(back.values, big.values)
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.block_shapes == [(512, 512)]
        assert source.overviews(1) == [2]
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]


def test_nodata_and_mask_become_nan(tmp_path: Path) -> None:
    write_raster(Raster(VALUES, GRID), tmp_path / "a.tif")
    np.testing.assert_array_equal(read_raster(tmp_path / "a.tif").values, VALUES)


def test_scale_and_offset_are_applied(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "height": 1, "width": 2, "nodata": 255}
    path = tmp_path / "packed.tif"
    with rasterio.open(path, "w", crs="EPSG:4326", transform=Affine(1, 0, 0, 0, -1, 1), **profile) as target:
        target.write(np.array([[10, 255]], dtype=np.uint8), 1)
        target.scales, target.offsets = (28.0,), (-450.0,)
    np.testing.assert_array_equal(read_raster(path).values, [[28 * 10 - 450, np.nan]])


def test_bounds_read_the_cells_they_touch(tmp_path: Path) -> None:
    write_raster(Raster(VALUES, GRID), tmp_path / "a.tif")
    part = read_raster(tmp_path / "a.tif", bounds=(1.5, 0.5, 2.5, 1.5))
    assert part.grid.bounds == (1, 0, 3, 2)
    np.testing.assert_array_equal(part.values, VALUES[1:, 1:3])


def test_bad_files_and_arguments(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_raster(tmp_path / "none.tif")
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(InputError, match="cannot be read as a raster"):
        read_raster(tmp_path / "text.tif")
    write_raster(Raster(VALUES, GRID), tmp_path / "a.tif")
    with pytest.raises(InputError, match=r"has 1 band\(s\), got band=2"):
        read_raster(tmp_path / "a.tif", band=2)
    with pytest.raises(InputError, match="do not overlap"):
        read_raster(tmp_path / "a.tif", bounds=(100, 100, 101, 101))
    write_raster(Raster(np.full((3, 4), np.nan), GRID), tmp_path / "empty.tif")
    with pytest.raises(InputError, match="every cell is nodata"):
        read_raster(tmp_path / "empty.tif")


def test_a_raster_without_crs_is_refused(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": 1, "width": 1}
    with pytest.warns(NotGeoreferencedWarning), rasterio.open(tmp_path / "a.tif", "w", **profile) as target:
        target.write(np.ones((1, 1), dtype=np.float32), 1)
    with pytest.warns(NotGeoreferencedWarning), pytest.raises(CrsError, match="has no CRS"):
        read_raster(tmp_path / "a.tif")


def test_writing_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_raster(Raster(VALUES, GRID), tmp_path / "no" / "a.tif")


def test_rasters_on_two_grids_name_the_way_out() -> None:
    other = Grid.from_bounds((0, 0, 4, 3), resolution=0.5, crs=GRID.crs)
    with pytest.raises(GridMismatchError, match=r"'slope' is on .* call align"):
        check_same_grid(other, {"slope": Raster(VALUES, GRID)})
