"""Shapes that are faulty or unusual: found with a number, mended with a report."""

from __future__ import annotations

import struct
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import wkt

import geotransfer as gt
from geotransfer.checking.coverage import coverage_findings, mean_width_m, overlaps
from geotransfer.checking.geometry import shape_findings, split_at_antimeridian
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError

BOW = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
SQUARE = shapely.box(2000, 0, 3000, 1000)


def frame(*shapes: shapely.Geometry | None, crs: int | None = 32648) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def codes(features: gpd.GeoDataFrame) -> list[str]:
    return [one.code for one in shape_findings(features)]


def test_a_good_layer_has_no_findings() -> None:
    assert shape_findings(frame(SQUARE, shapely.box(0, 0, 1, 1))) == []


def test_invalid_shapes_are_counted_with_the_area_that_mending_changes() -> None:
    found = shape_findings(frame(BOW, SQUARE))
    assert [one.code for one in found] == ["invalid"]
    # two triangles of 1000 x 500 / 2 m2 each; as computed their signed areas cancel out
    assert "changes 0.5 km2 in all" in found[0].what.en
    assert found[0].number == 1


def test_mending_keeps_valid_shapes_and_says_what_it_did() -> None:
    spike = wkt.loads("POLYGON ((0 0, 1000 0, 1000 500, 2000 500, 1000 500, 1000 1000, 0 1000, 0 0))")
    mended, report = gt.mend_geometry(frame(SQUARE, BOW, spike, None))
    assert mended.geometry[0] is SQUARE or mended.geometry[0].equals(SQUARE)
    assert report.index.tolist() == [1, 2]
    assert report["parts"].tolist() == [2, 1]
    assert report["area_km2_after"].tolist() == [0.5, 1.0]
    assert report["dropped"].tolist() == [0, 1]  # the line that the spike becomes
    assert mended.geometry[[0, 1, 2]].is_valid.all()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=12))
def test_mending_any_ring_gives_valid_polygons_or_says_that_nothing_is_left(corners: list[tuple[int, int]]) -> None:
    ring = shapely.Polygon(corners)
    mended, report = gt.mend_geometry(frame(ring))
    assert mended.geometry[0].is_valid
    if not ring.is_valid:
        assert len(report) == 1
        assert report["area_km2_after"].iloc[0] == pytest.approx(mended.area[0] / 1e6)
    again, second = gt.mend_geometry(mended)
    assert len(second) == 0
    assert again.geometry[0].equals_exact(mended.geometry[0])


def test_areas_of_degrees_are_areas_on_the_ground() -> None:
    bow = shapely.Polygon([(105, 35), (106, 36), (106, 35), (105, 36)])
    _, report = gt.mend_geometry(frame(bow, crs=4326))
    whole = gpd.GeoSeries([bow.buffer(0).convex_hull, shapely.make_valid(bow)], crs=4326).to_crs(CHINA_ALBERS)
    assert report["area_km2_after"].iloc[0] == pytest.approx(whole.area[1] / 1e6)


@pytest.mark.parametrize(
    ("shapes", "code", "number"),
    [
        ([SQUARE, None, shapely.Polygon()], "empty", 2),
        ([SQUARE, shapely.Point(1, 1)], "mixed", 2),
        ([shapely.GeometryCollection([SQUARE, shapely.Point(1, 1)])], "mixed", 1),
        ([wkt.loads("POINT Z (1 2 3)"), wkt.loads("POINT M (1 2 3)")], "z-or-m", 2),
        ([SQUARE, SQUARE, BOW.convex_hull], "duplicates", 1),
        ([shapely.Point(np.nan, 1), shapely.Point(1, 1)], "not-finite", 1),
    ],
)
def test_what_is_unusual_is_counted(shapes: list[shapely.Geometry | None], code: str, number: int) -> None:
    found = {one.code: one for one in shape_findings(frame(*shapes))}
    assert found[code].number == number


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    broken = frame(shapely.Point(105, 37), shapely.LineString([(105, 37), (np.inf, 38)]), crs=4326)
    broken.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="no finite numbers, the first in row 2"):
        gt.read_features(tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"1 features have coordinates .* the first in row 2"):
        gt.mend_geometry(broken)
    assert gt.check_layer(tmp_path / "a.parquet")["not-finite"].number == 1


def test_across_the_antimeridian() -> None:
    # 20 x 10 degrees around 180 E, drawn from 170 E to 170 W; as it stands it covers 340 degrees
    across = shapely.Polygon([(170, 0), (-170, 0), (-170, 10), (170, 10)])
    assert codes(frame(across, crs=4326)) == ["antimeridian"]
    assert codes(frame(across, crs=32648)) == []
    parts = split_at_antimeridian(np.array([across, shapely.box(100, 0, 101, 1)]))
    assert parts[0].area == pytest.approx(200)
    assert sorted(part.bounds for part in parts[0].geoms) == [(-180, 0, -170, 10), (170, 0, 180, 10)]
    assert parts[1].equals(shapely.box(100, 0, 101, 1))


# --- coverage --------------------------------------------------------------------------------------


def test_overlaps_gaps_and_slivers_are_measured() -> None:
    # 1 km squares: the second overlaps the first by a strip of 50 m, between two others a gap of 1000 x 20 m
    tiles = frame(
        shapely.box(0, 0, 1000, 1000), shapely.box(950, 0, 2000, 1000), shapely.box(0, 1000, 2000, 2000),
        shapely.box(-1000, 0, 0, 490), shapely.box(-1000, 510, 0, 2000), shapely.box(-1100, 0, -1000, 2000),
    )  # fmt: skip
    found = {one.code: one for one in coverage_findings(tiles)}
    assert found["overlaps"].number == pytest.approx(0.05)
    assert "1 overlaps, 0.05 km2 in all, the largest 0.05, 1 of them slivers" in found["overlaps"].what.en
    assert found["gaps"].number == pytest.approx(0.02)
    assert found["gaps"].severity == "warning"
    # the last is 100 x 2000 m: 2 x 200,000 / 4,200 = 95 m wide in the mean
    assert found["slivers"].number == 1


def test_an_enclave_is_a_note_and_tiles_are_silent() -> None:
    ring = shapely.box(0, 0, 9000, 9000).difference(shapely.box(3000, 3000, 6000, 6000))
    found = coverage_findings(frame(ring))
    assert [(one.code, one.severity, one.number) for one in found] == [("gaps", "note", 9)]
    assert coverage_findings(frame(shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000))) == []
    assert coverage_findings(frame(shapely.Point(0, 0))) == []


@given(st.integers(1, 99), st.integers(1, 5))
def test_overlap_of_a_row_of_squares_is_what_it_was_made(width: int, count: int) -> None:
    step = 100 - width
    row = np.array([shapely.box(i * step, 0, i * step + 100, 100) for i in range(2)] * 1)
    assert shapely.area(overlaps(row)).sum() == pytest.approx(width * 100)
    apart = np.array([shapely.box(i * 200, 0, i * 200 + 100, 100) for i in range(count)])
    assert len(overlaps(apart)) == 0


def test_mean_width_of_a_strip() -> None:
    assert mean_width_m(np.array([shapely.box(0, 0, 100_000, 50)]))[0] == pytest.approx(50, rel=1e-3)


# --- files -----------------------------------------------------------------------------------------

CIRCLE = [(105.0, 37.0), (106.0, 38.0), (107.0, 37.0), (106.0, 36.0), (105.0, 37.0)]


def curve_polygon() -> bytes:
    """Return the WKB of a circle of radius 1 as two arcs (OGC 06-103r4: CurvePolygon 10, CircularString 8)."""
    ring = struct.pack("<BII", 1, 8, 5) + b"".join(struct.pack("<dd", *corner) for corner in CIRCLE)
    return struct.pack("<BII", 1, 10, 1) + ring


def test_curves_are_read_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "curve.gpkg"
    pyogrio.raw.write(
        path, np.array([curve_polygon()], dtype=object), [np.array(["a"], dtype=object)], ["name"],
        geometry_type="Unknown", crs="EPSG:4326", driver="GPKG",
    )  # fmt: skip
    circle = gt.read_features(path).geometry[0]
    # 4 degrees a segment: 90 of them
    assert circle.area == pytest.approx(np.pi, rel=1e-3)
    assert len(circle.exterior.coords) == 91


def test_curves_in_geoparquet_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "curve.parquet"
    frame(shapely.Point(105, 37), crs=4326).to_parquet(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    column = table.schema.get_field_index("geometry")
    pq.write_table(table.set_column(column, "geometry", pa.array([curve_polygon()], type=pa.binary())), path)
    with pytest.raises(InputError, match=r"cannot be read as GeoParquet: .*onlinear"):
        gt.read_features(path)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".parquet"])
def test_heights_are_read_and_run_through(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"z{suffix}"
    zones = frame(shapely.force_3d(shapely.box(105.5, 37, 106, 37.5), 1000), crs=4326)
    zones.to_parquet(path) if suffix == ".parquet" else zones.to_file(path)
    assert shapely.has_z(gt.read_features(path).geometry.to_numpy()).all()
    assert "z-or-m" in gt.check_layer(path).codes
    report = gt.convert_layer(path, tmp_path / "flat.gpkg", steps=["flat"])
    assert report["flat"].number == 1
    assert not gt.read_features(tmp_path / "flat.gpkg").has_z.any()


def test_measures_of_geoparquet_are_left_out(tmp_path: Path) -> None:
    frame(wkt.loads("POINT ZM (105 37 5 6)"), crs=4326).to_parquet(tmp_path / "m.parquet")
    read = gt.read_features(tmp_path / "m.parquet")
    assert read.geometry[0].wkt == "POINT (105 37)"
    read.to_file(tmp_path / "m.gpkg")  # with measures this would fail


def test_a_polygon_of_a_million_vertices(tmp_path: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    radius = 2 + 0.2 * np.sin(50 * angle)
    big = shapely.polygons(np.column_stack([105 + radius * np.cos(angle), 35 + radius * np.sin(angle)]))
    frame(big, crs=4490).to_file(tmp_path / "big.gpkg")
    report = gt.check_layer(tmp_path / "big.gpkg")
    assert report["large"].number == 1_000_001
    assert report.worst != "error"


@pytest.mark.data
def test_the_provinces_with_20_invalid_shapes(shared_data: Path) -> None:
    path = next((shared_data / "admin" / "CHN_full_adm").glob("*.shp"))
    report = gt.check_layer(path)
    assert report["invalid"].number == 20
    assert report["overlaps"].number == pytest.approx(1.54, abs=0.01)
    mended, rows = gt.mend_geometry(gt.read_features(path))
    assert len(rows) == 20
    assert mended.is_valid.all()
    assert (rows["area_km2_after"] - rows["area_km2_before"]).abs().sum() == pytest.approx(2.99, abs=0.01)
