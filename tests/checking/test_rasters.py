"""Rasters that are faulty or unusual: each fault is found, with a number, by `check_layer`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

import geotransfer as gt
from geotransfer.checking.rasters import suspected_nodata
from geotransfer.crs import CHINA_ALBERS
from geotransfer.raster.scan import scan_cells

NORTH_UP = Affine(0.5, 0, 73, 0, -0.5, 54)
SHAPE = (102, 124)
RAMP = np.add.outer(np.arange(SHAPE[0]), np.arange(SHAPE[1])).astype(np.float32)


def write(path: Path, values: np.ndarray[Any, Any], **changes: Any) -> Path:
    profile = {
        "driver": "GTiff", "dtype": values.dtype.name, "count": 1, "height": values.shape[0],
        "width": values.shape[1], "crs": "EPSG:4326", "transform": NORTH_UP, **changes,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
    return path


@pytest.fixture(scope="module")
def china(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Elevation of China's land, nodata elsewhere, as the package ships it."""
    path = tmp_path_factory.mktemp("rasters") / "elevation.tif"
    gt.write_raster(gt.layer_raster("ghi"), path)
    return path


def test_a_good_raster(tmp_path: Path, china: Path) -> None:
    assert gt.check_layer(write(tmp_path / "a.tif", RAMP)).findings == ()
    report = gt.check_layer(china)
    assert set(report.codes) == {"nodata", "orientation"}
    assert report["orientation"].number > 0.9


@pytest.mark.parametrize(
    ("value", "kind", "severity"),
    [
        (-9999, "float32", "error"), (-32768, "int16", "error"), (3.4028235e38, "float32", "error"),
        (255, "uint8", "warning"), (65535, "uint16", "warning"), (-999, "float32", "warning"),
        (-99, "int16", "warning"), (1e20, "float32", "warning"),
    ],
)  # fmt: skip
def test_undeclared_nodata_is_suspected(tmp_path: Path, value: float, kind: str, severity: str) -> None:
    values = (RAMP % 40).astype(kind)
    values[:51, :62] = value
    report = gt.check_layer(write(tmp_path / "a.tif", values))
    one = report["nodata-undeclared"]
    assert (one.severity, one.number) == (severity, 25.0)
    assert f"--convert nodata={np.array(value, dtype=kind).item():.8g}" in one.way_out.en
    gt.convert_layer(tmp_path / "a.tif", tmp_path / "b.tif", steps=[f"nodata={value}"])
    assert gt.check_layer(tmp_path / "b.tif")["nodata"].number == 25
    read = gt.read_raster(tmp_path / "b.tif").values
    assert np.isnan(read[:51, :62]).all()
    np.testing.assert_array_equal(read[51:], (RAMP % 40)[51:])


@pytest.mark.parametrize(
    ("values", "kind"), [(np.arange(256) % 256, "uint8"), (np.arange(-1000, 1000), "int16"), ([255, 0, 254], "uint8")]
)
def test_values_in_a_row_with_the_others_are_no_suspicion(tmp_path: Path, values: Any, kind: str) -> None:
    path = write(tmp_path / "a.tif", np.resize(np.asarray(values), SHAPE).astype(kind))
    assert suspected_nodata(scan_cells(path), kind) is None


@pytest.mark.parametrize(
    ("transform", "code", "number"),
    [(Affine(0.5, 0, 73, 0, 0.5, 3), "south-up", None), (Affine(-0.5, 0, 135, 0, -0.5, 54), "south-up", None),
     (Affine(0.433, 0.25, 80, 0.25, -0.433, 40), "rotated", 30.0)],
)  # fmt: skip
def test_turned_rasters_and_their_way_out(tmp_path: Path, transform: Affine, code: str, number: float | None) -> None:
    path = write(tmp_path / "a.tif", RAMP, transform=transform, nodata=-1)
    one = gt.check_layer(path)[code]
    assert one.severity == "error"
    assert one.number is None or one.number == pytest.approx(number, abs=0.1)
    gt.convert_layer(path, tmp_path / "b.tif", steps=["north-up"])
    mended = gt.read_raster(tmp_path / "b.tif")
    if code == "south-up":
        flip = (-1, 1) if transform.e > 0 else (1, -1)
        np.testing.assert_array_equal(mended.values, RAMP[:: flip[0], :: flip[1]])
        assert mended.grid.bounds == (73, 3, 135, 54)
    else:
        # a cell's value lies where its centre was
        for row, column in ((10, 10), (50, 60), (90, 110)):
            x, y = transform @ (column + 0.5, row + 0.5)
            i, j = (int(v) for v in np.floor(~mended.grid.transform @ (x, y)))
            assert abs(mended.values[j, i] - RAMP[row, column]) <= 2


@pytest.mark.parametrize("turn", ["upside down", "mirrored"])
def test_a_picture_that_stands_wrong_while_its_file_says_north_up(tmp_path: Path, china: Path, turn: str) -> None:
    with rasterio.open(china) as source:
        values, profile = source.read(1), source.profile
    wrong = values[::-1] if turn == "upside down" else values[:, ::-1]
    path = write(tmp_path / "a.tif", wrong.copy(), transform=profile["transform"], nodata=profile["nodata"])
    one = gt.check_layer(path)["upside-down"]
    assert turn in one.what.en
    assert one.number > 0.9
    step = "flip-rows" if turn == "upside down" else "flip-columns"
    assert f"--convert {step}" in one.way_out.en
    gt.convert_layer(path, tmp_path / "b.tif", steps=[step])
    np.testing.assert_array_equal(gt.read_raster(tmp_path / "b.tif").values, gt.read_raster(china).values)
    # told by the values of a raster that is right, too
    report = gt.check_layer(path, reference=china)
    assert report["upside-down"].number == pytest.approx(1, abs=0.01)
    assert gt.check_layer(china, reference=china)["orientation"].number == pytest.approx(1, abs=0.01)


def test_a_picture_with_foreign_land_is_only_doubted(tmp_path: Path) -> None:
    # elevation of all land between 73 and 136 E: half of it is not China's, turned or not
    right = gt.layer_raster("elevation")
    turned = np.where(np.isfinite(right.values), right.values, -9999.0).astype(np.float32)[::-1].copy()
    path = write(tmp_path / "a.tif", turned, transform=right.grid.transform, nodata=-9999.0)
    one = gt.check_layer(path)["orientation-doubtful"]
    assert one.severity == "warning"
    assert "--reference" in one.way_out.en
    gt.write_raster(right, tmp_path / "b.tif")
    assert "orientation" in gt.check_layer(tmp_path / "b.tif").codes
    assert "upside-down" in gt.check_layer(path, reference=tmp_path / "b.tif").codes


def test_a_crs_that_is_another_one(tmp_path: Path) -> None:
    metres = Affine(50_000, 0, -2_500_000, 0, -50_000, 6_000_000)
    one = gt.check_layer(write(tmp_path / "a.tif", RAMP, transform=metres))["metres"]
    assert one.severity == "error"
    assert "china-albers" in one.way_out.en
    degrees = gt.check_layer(write(tmp_path / "b.tif", RAMP, crs=CHINA_ALBERS.to_wkt()))["degrees"]
    assert degrees.number > 30
    gt.convert_layer(tmp_path / "b.tif", tmp_path / "c.tif", steps=["crs=EPSG:4490"])
    assert gt.read_raster(tmp_path / "c.tif").grid.crs.to_epsg() == 4490


def test_without_a_crs(tmp_path: Path) -> None:
    report = gt.check_layer(write(tmp_path / "a.tif", RAMP, crs=None))
    assert report.codes[0] == "no-crs"
    assert "crs=EPSG:4490" in report["reading"].way_out.en


def test_longitudes_from_0_to_360(tmp_path: Path) -> None:
    values = np.tile(np.arange(360, dtype=np.int16), (180, 1))
    path = write(tmp_path / "a.tif", values, transform=Affine(1, 0, 0, 0, -1, 90))
    assert gt.check_layer(path)["lon-360"].number == 360
    gt.convert_layer(path, tmp_path / "b.tif", steps=["lon180"])
    moved = gt.read_raster(tmp_path / "b.tif")
    assert moved.grid.bounds == (-180, -90, 180, 90)
    assert moved.values[0, [0, 179, 180, 359]].tolist() == [180, 359, 0, 179]


def test_scale_and_offset_are_told_and_a_scale_of_nothing_is_an_error(tmp_path: Path) -> None:
    for scale, severity in ((0.1, "note"), (0.0, "error")):
        path = write(tmp_path / f"{severity}.tif", RAMP.astype(np.int16))
        with rasterio.open(path, "r+") as target:
            target.scales, target.offsets = (scale,), (5.0,)
        assert gt.check_layer(path)["scale"].severity == severity
    gt.convert_layer(tmp_path / "note.tif", tmp_path / "flipped.tif", steps=["flip-rows"])
    np.testing.assert_allclose(gt.read_raster(tmp_path / "flipped.tif").values, RAMP[::-1] * 0.1 + 5)


def test_truncated_empty_and_constant(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.random.default_rng(0).random((600, 700)).astype(np.float32))
    path.write_bytes(path.read_bytes()[:500_000])
    one = gt.check_layer(path)["unreadable"]
    assert one.severity == "error"
    assert "the file has 500000 bytes: cut off or damaged?" in one.what.en
    assert (
        gt.check_layer(write(tmp_path / "b.tif", np.full(SHAPE, -1, np.int16), nodata=-1))["no-data"].severity
        == "error"
    )
    assert gt.check_layer(write(tmp_path / "c.tif", np.full(SHAPE, 7, np.int16)))["constant"].number == 7
    (tmp_path / "d.tif").write_text("no raster")
    assert gt.check_layer(tmp_path / "d.tif").codes == ("unreadable",)


@pytest.mark.parametrize("tiled", [False, True])
def test_the_scan_reads_every_cell_of_strips_and_tiles(tmp_path: Path, tiled: bool) -> None:
    values = np.random.default_rng(1).integers(0, 30_000, (700, 900)).astype(np.int16)
    values[3, 4], values[699, 899] = -5, 32_000
    tiles = {"tiled": True, "blockxsize": 256, "blockysize": 256} if tiled else {}
    scan = scan_cells(write(tmp_path / "a.tif", values, **tiles))
    assert (scan.seen, scan.valid) == (630_000, 630_000)
    assert (scan.lowest, scan.lowest_count, scan.next_lowest) == (-5, 1, 0)
    assert (scan.highest, scan.highest_count) == (32_000, 1)


@pytest.mark.data
@pytest.mark.parametrize("name", ["population/pop_density_china.tif", "resource/era5_wcf_mean_2009_2020_china.tif"])
def test_real_rasters_have_no_error(shared_data: Path, name: str) -> None:
    report = gt.check_layer(shared_data / name)
    assert report.worst in (None, "note")
