from __future__ import annotations

import errno
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geotransfer.errors import InputError, OutputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster, mapped, mapped_raster, read_raster, write_raster
from geotransfer.types import FloatArray


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A raster of more rows than are read at a time, with nodata."""
    grid = Grid.from_bounds((0, 0, 3, 1100), resolution=1, crs="EPSG:32648")
    values = np.random.default_rng(1).uniform(size=grid.shape)
    values[::7, 1] = np.nan
    write_raster(Raster(values, grid), tmp_path / "a.tif")
    return tmp_path / "a.tif"


def test_values_and_grid_are_those_of_the_file(path: Path) -> None:
    whole, on_disk = read_raster(path), mapped_raster(path)
    assert on_disk.grid == whole.grid
    assert isinstance(on_disk.values, np.memmap)
    assert not on_disk.values.flags.writeable
    np.testing.assert_array_equal(on_disk.values, whole.values)


def test_the_temporary_file_goes_with_the_raster(path: Path) -> None:
    raster = mapped_raster(path)
    folder = Path(str(raster.values.filename)).parent  # type: ignore[attr-defined]
    assert folder.is_dir()
    del raster
    gc.collect()
    assert not folder.exists()


def test_a_raster_of_nodata_only_is_read(tmp_path: Path) -> None:
    grid = Grid.from_bounds((0, 0, 2, 2), resolution=1, crs="EPSG:32648")
    write_raster(Raster(np.full((2, 2), np.nan), grid), tmp_path / "a.tif")
    assert np.isnan(mapped_raster(tmp_path / "a.tif").values).all()


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist; check the path"):
        mapped_raster(tmp_path / "a.tif")


def test_a_full_disk(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: Any, **__: Any) -> Iterator[FloatArray]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(mapped, "raster_blocks", full)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(OutputError, match=r"cannot be unpacked into .* No space left on device; it takes 0\.0 GB"):
        mapped_raster(path)
    gc.collect()
    assert list(tmp_path.glob("geotransfer-scratch-*")) == []
