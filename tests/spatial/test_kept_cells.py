"""The cells of zones, kept: the numbers of exactextract to the last digit, never those of other zones, never needed."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer import Grid, Raster, SharedWork, write_raster, zonal_statistics
from geotransfer.errors import CrsError, InputError
from geotransfer.spatial.covered import SUMMARY, Coverage, CoverageRuns
from geotransfer.spatial.zonal import coverage, coverage_runs

UTM = "EPSG:32648"
GRID = Grid.from_bounds((0, 0, 9, 7), resolution=1, crs=UTM)
VALUES = np.random.default_rng(1).normal(size=(7, 9))
VALUES[2:4, 1:7] = np.nan
RASTER = Raster(VALUES, GRID)
BOXES = ((0.2, 0.1, 8.2, 5.9), (0, 0, 9, 7), (2, 4, 3, 5), (-3, 1.5, 30, 3.25), (20, 20, 21, 21))
WORD = st.floats(-1, 9.5)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "work"


def zones(*boxes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.box(*b) for b in boxes], crs=UTM)


def test_two_cells_by_hand() -> None:
    # row 0 lies wholly in the zone, of row 1 a quarter
    grid = Grid.from_bounds((0, 0, 2, 2), resolution=1, crs=UTM)
    raster = Raster([[1, 2], [np.nan, 8]], grid)
    table = zonal_statistics(raster, zones((0, 0.75, 2, 2)), stats=SUMMARY, shared=SharedWork(disk=False))
    assert table.loc[0].to_dict() == {
        "count": 1 + 1 + 0.25, "sum": 1 + 2 + 0.25 * 8, "mean": (1 + 2 + 0.25 * 8) / 2.25, "min": 1, "max": 8
    }  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(WORD, WORD, WORD, WORD), min_size=1, max_size=4))
def test_with_and_without_give_the_same_bits(corners: list[tuple[float, float, float, float]]) -> None:
    lines = [shapely.LineString([(a, b), (c, d), (b, c)]).buffer(0.4) for a, b, c, d in corners]
    shapes = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1), *lines, None, shapely.Polygon()], crs=UTM)
    with_it = zonal_statistics({"a": RASTER}, shapes, stats=SUMMARY, shared=SharedWork(disk=False))
    pd.testing.assert_frame_equal(with_it, zonal_statistics({"a": RASTER}, shapes, stats=SUMMARY), check_exact=True)


def test_runs_are_the_cells_of_the_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = zones(*BOXES)
    covered = coverage(shapes, GRID)
    runs = CoverageRuns.of(covered)
    cells = [np.arange(a, a + n) for a, n in zip(runs.start, runs.length, strict=True)]
    assert np.concatenate(cells).tolist() == covered.cell.tolist()
    assert np.repeat(runs.share, runs.length).tolist() == covered.share.tolist()
    bounds = np.concatenate([[0], np.cumsum(runs.length)])[runs.first]
    assert np.diff(bounds).tolist() == np.bincount(covered.zone, minlength=len(shapes)).tolist()
    # the whole raster is one run, over the ends of its rows
    assert runs.length[runs.first[1] : runs.first[2]].tolist() == [63]
    for at_a_time in (1, 70, 1e9):
        monkeypatch.setattr("geotransfer.spatial.zonal.CELLS_AT_A_TIME", at_a_time)
        parts = coverage_runs(shapes, GRID)
        for name in ("first", "start", "length", "share"):
            assert getattr(parts, name).tolist() == getattr(runs, name).tolist()


def test_a_share_that_is_no_short_number_is_kept_whole() -> None:
    covered = Coverage(np.array([0, 1]), np.array([3, 3]), np.array([0.1, 0.5]), 2)
    assert CoverageRuns.of(covered).share.tolist() == [0.1, 0.5]
    assert CoverageRuns.of(covered).summary([np.ones((2, 3))])["count"].tolist() == [0.1, 0.5]


def test_a_large_file_is_read_in_bands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_raster(RASTER, tmp_path / "a.tif")
    # a file holds 32-bit numbers
    whole = zonal_statistics(tmp_path / "a.tif", zones(*BOXES), stats=SUMMARY)
    monkeypatch.setattr("geotransfer.spatial.windowed.LARGE_CELLS", 10)
    for height in (1, 2, 7, 100):
        monkeypatch.setattr("geotransfer.spatial.covered.TILE", height)
        found = zonal_statistics(tmp_path / "a.tif", zones(*BOXES), stats=SUMMARY, shared=SharedWork(disk=False))
        pd.testing.assert_frame_equal(found, whole, check_exact=True)


def test_the_next_raster_makes_no_cells(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, shapes = SharedWork(), zones(*BOXES)
    zonal_statistics(RASTER, shapes, shared=work)
    other = Raster(VALUES**2, GRID)
    expected = zonal_statistics(other, shapes, stats=("max", "mean"))

    def forbidden(*arguments: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr("geotransfer.spatial.zonal.coverage_runs", forbidden)
    # from memory, and as another process finds it on the disk
    for kept in (work, SharedWork()):
        found = zonal_statistics(other, shapes, stats=("max", "mean"), shared=kept)
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_other_zones_and_grids_have_cells_of_their_own(folder: Path) -> None:
    grids = [
        GRID,
        Grid.from_bounds((1, 0, 10, 7), resolution=1, crs=UTM),
        Grid.from_bounds((0, 0, 9, 7), resolution=0.5, crs=UTM),
        Grid.from_bounds((0, 0, 9, 7), resolution=1, crs="EPSG:32649"),
    ]
    moved = zones(*BOXES).translate(0, 1e-6).to_frame("geometry")
    # the same numbers in another system are other places
    elsewhere = zones(*BOXES).set_crs("EPSG:32649", allow_override=True)
    cases = [(Raster(np.arange(float(g.size)).reshape(g.shape), g), zones(*BOXES)) for g in grids[:3]]
    cases += [(RASTER, moved), (Raster(VALUES, grids[3]), elsewhere), (RASTER, zones(*BOXES[:4]))]
    for raster, shapes in cases:
        found = zonal_statistics(raster, shapes, stats=SUMMARY, shared=SharedWork())
        pd.testing.assert_frame_equal(found, zonal_statistics(raster, shapes, stats=SUMMARY), check_exact=True)
    assert len(list(folder.glob("runs-*.bin"))) == len(cases)


@pytest.mark.parametrize("damage", ["empty", "half", "flipped", "longer"])
def test_damaged_cells_are_made_again(folder: Path, damage: str) -> None:
    expected = zonal_statistics(RASTER, zones(*BOXES), shared=SharedWork())
    (path,) = folder.glob("*.bin")
    good = path.read_bytes()
    flipped = bytearray(good)
    # the share of a cell, not the header
    flipped[-64] ^= 1
    broken = {"empty": b"", "half": good[: len(good) // 2], "flipped": bytes(flipped), "longer": good + b"x"}
    path.write_bytes(broken[damage])
    found = zonal_statistics(RASTER, zones(*BOXES), shared=SharedWork())
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert path.read_bytes() == good


def test_other_statistics_are_made_as_without_it() -> None:
    stats = ("mean", "quantile(q=0.9)", "stdev")
    found = zonal_statistics(RASTER, zones(*BOXES), stats=stats, shared=SharedWork(disk=False))
    pd.testing.assert_frame_equal(found, zonal_statistics(RASTER, zones(*BOXES), stats=stats), check_exact=True)


def test_bad_zones_are_refused_and_not_kept(folder: Path) -> None:
    with pytest.raises(CrsError, match="zones has no CRS"):
        zonal_statistics(RASTER, zones(*BOXES).set_crs(None, allow_override=True), shared=SharedWork())
    for shapes, words in ((zones(*BOXES).iloc[:0], "hold no feature"), (zones((20, 20, 21, 21)), "do not overlap")):
        with pytest.raises(InputError, match=words):
            zonal_statistics(RASTER, shapes, shared=SharedWork())
    assert not list(folder.glob("*.bin"))
