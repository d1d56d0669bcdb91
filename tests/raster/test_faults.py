"""Rasters that are wrong: each is read rightly or refused, and the refusal says what is wrong and the way out."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from geotransfer import read_raster
from geotransfer.errors import InputError
from geotransfer.raster import raster_grid

NORTH_UP = Affine(0.1, 0, 100, 0, -0.1, 40)
RAMP = np.arange(60 * 70, dtype=np.float32).reshape(60, 70)


def write(path: Path, values: np.ndarray[Any, Any], **changes: Any) -> Path:
    profile = {
        "driver": "GTiff", "dtype": values.dtype.name, "count": 1, "height": values.shape[0],
        "width": values.shape[1], "crs": "EPSG:4326", "transform": NORTH_UP, **changes,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
    return path


def restated(path: Path, *, width: int, height: int) -> Path:
    """Change what the header of a small GeoTIFF says about its size (tags 256 and 257), and nothing else."""
    raw = bytearray(path.read_bytes())
    directory = struct.unpack("<I", raw[4:8])[0]
    for number in range(struct.unpack("<H", raw[directory : directory + 2])[0]):
        entry = directory + 2 + 12 * number
        tag = struct.unpack("<H", raw[entry : entry + 2])[0]
        if tag in (256, 257):
            struct.pack_into("<HII", raw, entry + 2, 4, 1, width if tag == 256 else height)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("value", "kind"),
    [(-9999, "float32"), (-9999, "int16"), (-32768, "int16"), (-2147483648, "int32"), (3.4028235e38, "float32"),
     (-3.4028235e38, "float32"), (9.96921e36, "float32"), (1e30 * 2, "float64")],
)  # fmt: skip
def test_undeclared_nodata_is_refused_with_its_share_until_it_is_declared(
    tmp_path: Path, value: float, kind: str
) -> None:
    values = (RAMP % 1000).astype(kind)
    values[:15] = value
    path = write(tmp_path / "a.tif", values)
    with pytest.raises(InputError, match=r"no nodata, and 25\.0 % of the cells.*--convert nodata="):
        read_raster(path)
    declared = write(tmp_path / "b.tif", values, nodata=float(np.array(value, dtype=kind)))
    read = read_raster(declared)
    assert np.isnan(read.values[:15]).all()
    np.testing.assert_array_equal(read.values[15:], values[15:])


def test_a_measured_value_like_nodata_is_kept_where_another_one_is_declared(tmp_path: Path) -> None:
    values = np.array([[-9999, 5, -1]], dtype=np.int32)
    assert read_raster(write(tmp_path / "a.tif", values, nodata=-1)).values[0, 0] == -9999


@pytest.mark.parametrize("value", [255, 0])
def test_bytes_are_no_suspicion(tmp_path: Path, value: int) -> None:
    assert read_raster(write(tmp_path / "a.tif", np.full((2, 2), value, dtype=np.uint8))).values[0, 0] == value


@pytest.mark.parametrize(
    ("transform", "what"),
    [(Affine(0.1, 0, 100, 0, 0.1, 34), "rows from south to north"), (Affine(-0.1, 0, 107, 0, -0.1, 40), "mirrored"),
     (Affine(0.1, 0.02, 100, 0.02, -0.1, 40), "is rotated")],
)  # fmt: skip
def test_turned_rasters_are_refused_with_the_command(tmp_path: Path, transform: Affine, what: str) -> None:
    path = write(tmp_path / "a.tif", RAMP, transform=transform)
    for reader in (read_raster, raster_grid):
        with pytest.raises(InputError, match=f"{what}.*expected north up without rotation.*--convert north-up"):
            reader(path)


def test_metres_with_a_crs_in_degrees_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", RAMP, transform=Affine(1000, 0, 500_000, 0, -1000, 4_000_000))
    with pytest.raises(InputError, match=r"states a CRS in degrees.*500000.*the CRS is another one"):
        read_raster(path)


def test_longitudes_from_0_to_360_are_read_where_china_is(tmp_path: Path) -> None:
    values = np.tile(np.arange(360, dtype=np.float32), (180, 1))
    path = write(tmp_path / "a.tif", values, transform=Affine(1, 0, 0, 0, -1, 90))
    china = read_raster(path, bounds=(100, 30, 101, 31))
    assert china.values.tolist() == [[100.0]]
    # a grid of points, whose outermost cells reach half a cell beyond the pole
    points = write(tmp_path / "b.tif", values, transform=Affine(1, 0, -0.5, 0, -181 / 180, 90.5))
    assert read_raster(points).grid.bounds[3] == 90.5


@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_truncated_file_is_refused(tmp_path: Path, tiled: bool, part: float) -> None:
    tiles = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate"} if tiled else {}
    values = np.random.default_rng(0).random((600, 700), dtype=np.float32)
    path = write(tmp_path / "a.tif", values, **tiles)
    np.testing.assert_array_equal(read_raster(path).values, values)
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    with pytest.raises(InputError, match=r"cannot be read as a raster.*expected a whole file: get it again"):
        read_raster(path)


def test_a_header_that_lies_about_the_size(tmp_path: Path) -> None:
    plain = {"crs": "EPSG:32648"}
    with pytest.raises(InputError, match=r"states blocks of 35 x \d+ cells .*the first has"):
        read_raster(restated(write(tmp_path / "a.tif", RAMP, **plain), width=35, height=60))
    with pytest.raises(InputError, match=r"cannot be read as a raster: .*the file has \d+ bytes"):
        read_raster(restated(write(tmp_path / "b.tif", RAMP, **plain), width=70, height=120))
    with pytest.raises(InputError, match=r"states 30000 x 30000 cells .*cut off or its header lies"):
        read_raster(restated(write(tmp_path / "c.tif", RAMP, compress="deflate", **plain), width=30_000, height=30_000))
    with pytest.raises(InputError, match=r"holds 4e\+10 cells there, expected at most 1e\+09"):
        read_raster(restated(write(tmp_path / "d.tif", RAMP, **plain), width=200_000, height=200_000))


def test_a_huge_sparse_file_is_read_by_parts(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "height": 100_000, "width": 100_000, "nodata": 0,
               "crs": "EPSG:32648", "transform": Affine(10, 0, 0, 0, -10, 1e6), "sparse_ok": True, "tiled": True,
               "compress": "deflate"}  # fmt: skip
    with rasterio.open(tmp_path / "a.tif", "w", **profile) as target:
        target.write(np.ones((16, 16), dtype=np.uint8), 1, window=rasterio.windows.Window(0, 0, 16, 16))
    with pytest.raises(InputError, match=r"expected at most 1e.09 at once; read a part with bounds"):
        read_raster(tmp_path / "a.tif")
    assert read_raster(tmp_path / "a.tif", bounds=(0, 999_900, 100, 1_000_000)).values.sum() == 100


@pytest.mark.parametrize(("scale", "offset"), [(0.1, 0.0), (28.0, -450.0), (-2.0, 7.0)])
def test_whole_numbers_with_scale_and_offset(tmp_path: Path, scale: float, offset: float) -> None:
    path = write(tmp_path / "a.tif", np.array([[10, -32768, 300]], dtype=np.int16), nodata=-32768)
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (scale,), (offset,)
    np.testing.assert_allclose(read_raster(path).values, [[10 * scale + offset, np.nan, 300 * scale + offset]])
