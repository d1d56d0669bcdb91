"""Files that are small and would take all memory, or never end: refused by what they state, before they are read."""

from __future__ import annotations

import os
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.geometry import Point, box

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.guard import parquet
from geotransfer.guard.bounded import check_regular, read_json
from geotransfer.guard.parquet import read_flat_parquet
from geotransfer.guard.wkb import is_plain_wkb, is_shallow_wkb

NEST = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00"
SHAPES = [
    Point(1, 2), Point(1, 2, 3), shapely.LineString([(0, 0), (1, 1)]), box(0, 0, 1, 1),
    box(0, 0, 9, 9).difference(box(1, 1, 2, 2)), shapely.MultiPoint([(0, 0), (1, 1)]),
    shapely.MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]), shapely.MultiLineString([[(0, 0), (1, 1)]]),
    shapely.Polygon(), shapely.MultiPolygon(), shapely.Point(),
]  # fmt: skip


def test_a_json_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.touch()
    os.truncate(path, 1_000_000_000)
    tracemalloc.start()
    with pytest.raises(InputError, match="has 1,000,000,000 bytes, expected at most 32,000,000"):
        read_json(path)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or devices among its files")
def test_what_never_ends_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "zero"):
        for read in (check_regular, read_json, read_flat_parquet):
            with pytest.raises(InputError, match="is a folder, a pipe or a device, expected a file"):
                read(path)
    with pytest.raises(InputError, match="No such file"):
        check_regular(tmp_path / "none")
    with pytest.raises(InputError, match="cannot be read: embedded null"):
        check_regular(Path("a\0b"))


def bomb(kind: str) -> pa.Table:
    if kind == "one text many times":
        codes = pa.array([0] * 100_000, pa.int32())
        return pa.table({"a": pa.DictionaryArray.from_arrays(codes, ["x" * 1_000_000])})
    if kind == "one long text":
        return pa.table({"a": ["x" * 60_000_000]})
    if kind == "many rows":
        return pa.table({"a": pa.nulls(6_000_000, pa.bool_())})
    if kind == "many columns":
        return pa.table({f"c{k}": pa.nulls(1, pa.bool_()) for k in range(5_001)})
    if kind == "a list":
        return pa.table({"a": [[1, 2]]})
    return pa.table({"a": [{"b": 1}]})


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("one text many times", r"bytes and would take 100,000,000,000 of memory"),
        ("one long text", r"bytes and would take 60,\d+,\d+ of memory"),
        ("many rows", "states 6,000,000 rows of 1 columns"),
        ("many columns", "states 1 rows of 5,001 columns"),
        ("a list", "column 'a' holds list"),
        ("a structure", "column 'a' holds struct"),
    ],
)
def test_a_table_is_looked_at_before_it_is_read(kind: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(bomb(kind), path, compression="zstd", use_dictionary=kind == "one text many times")
    assert path.stat().st_size < 2_500_000
    before = pa.total_allocated_bytes()
    with pytest.raises(InputError, match=told):
        read_flat_parquet(path)
    assert pa.total_allocated_bytes() - before < 50_000_000


def test_rows_times_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_TOTAL", 8_000_000)
    pq.write_table(pa.table({f"c{k}": pa.nulls(50_000, pa.bool_()) for k in range(21)}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="would take 8,400,000 of memory"):
        read_flat_parquet(tmp_path / "a.parquet")


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="two of its columns have one name"):
        read_flat_parquet(tmp_path / "a.parquet")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"\xff\xff\xff\x7fPAR1", b"a,b\n1,2\n"])
def test_what_is_no_table(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_flat_parquet(tmp_path / "a.parquet")


def test_an_honest_table_is_read_as_it_is(tmp_path: Path) -> None:
    table = pa.table({
        "text": ["a", None, "a"], "long": pa.array(["a", "b", None], pa.large_string()), "bytes": [b"", b"\0", None],
        "code": pa.array(["x", "x", "y"]).dictionary_encode(), "n": [1, None, 3], "f": [0.5, None, 1e300],
        "yes": [True, None, False], "nothing": pa.nulls(3),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    assert read_flat_parquet(tmp_path / "a.parquet").to_pydict() == table.to_pydict()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("flavor", ["iso", "extended"])
@pytest.mark.parametrize("order", [0, 1])
def test_shapes_that_are_plain(shape: shapely.Geometry, flavor: str, order: int) -> None:
    packed = shapely.to_wkb(shape, flavor=flavor, byte_order=order)
    assert is_plain_wkb(packed)
    assert not is_plain_wkb(packed[:-1])
    assert not is_plain_wkb(packed + b"\0")


@pytest.mark.parametrize(
    "packed",
    [
        b"", b"\x01", b"\x02\x01\x00\x00\x00", NEST * 3, NEST * 200_000, b"\x01\x06" + NEST[2:] * 200_000,
        b"\x01\x03\x00\x00\x00\xff\xff\xff\xff", b"\x01\x03\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\xff",
        b"\x01\x06\x00\x00\x00\xff\xff\xff\xff", b"\x01\x11\x00\x00\x00\x00\x00\x00\x00", bytes(9),
        shapely.to_wkb(shapely.GeometryCollection([Point(0, 0)])),
        b"\x01\x04\x00\x00\x00\x01\x00\x00\x00" + shapely.to_wkb(box(0, 0, 1, 1)),
    ],
    ids=lambda packed: f"{len(packed)} {packed[:6].hex()}",
)  # fmt: skip
def test_shapes_that_are_not(packed: bytes) -> None:
    assert not is_plain_wkb(packed)


def test_collections_are_shapes_too_but_not_without_end() -> None:
    shape: shapely.Geometry = Point(0, 0)
    for _ in range(8):
        shape = shapely.GeometryCollection([shape, box(0, 0, 1, 1)])
        assert is_shallow_wkb(shapely.to_wkb(shape))
    assert not is_shallow_wkb(shapely.to_wkb(shapely.GeometryCollection([shape])))
    assert is_plain_wkb(shapely.to_wkb(shapely.set_srid(Point(0, 0), 4326), include_srid=True))


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (NEST * 200_000, "it holds a shape that nests without end"),
        (b"\x01\x06" + NEST[2:] * 200_000, "it holds a shape that nests without end"),
        (b"\x01\x03\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\xff", "cannot be read|invalid|expected"),
        (bytes(60_000_000), "would take 60,"),
        ((NEST * 200_000).hex(), "it holds shapes as texts"),
        (pa.array([NEST * 200_000]).dictionary_encode(), "it holds a shape that nests without end"),
        (pa.array([NEST * 200_000], pa.binary(len(NEST) * 200_000)), "it holds a shape that nests without end"),
    ],
    ids=["collections", "polygons", "a lie", "zeros", "text", "code", "one length"],
)  # fmt: skip
def test_a_geoparquet_that_ends_the_process(shape: Any, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4326").to_parquet(path)
    table = pq.read_table(path)
    place = table.column_names.index("geometry")
    column = shape if isinstance(shape, pa.Array) else pa.array([shape])
    told_by = table.schema.metadata
    table = table.set_column(place, "geometry", column).replace_schema_metadata(told_by)
    pq.write_table(table, path, compression="zstd")
    with pytest.raises(InputError, match=told):
        gt.read_features(path)


def test_a_geoparquet_that_repeats_one_shape(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4326").to_parquet(path)
    shape = shapely.to_wkb(shapely.LineString([(k, 0) for k in range(60_000)]))
    shapes = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000, pa.int32()), pa.array([shape]))
    table = pa.table({"name": ["a"] * 3_000, "geometry": shapes})
    pq.write_table(table.replace_schema_metadata(pq.read_schema(path).metadata), path, compression="zstd")
    assert path.stat().st_size < 1_000_000
    before = pa.total_allocated_bytes()
    with pytest.raises(InputError, match="would take more than 2,880"):
        gt.read_features(path)
    assert pa.total_allocated_bytes() - before < 50_000_000


def test_an_honest_geoparquet_is_read(tmp_path: Path) -> None:
    shapes = [shape for shape in SHAPES if shape.geom_type.endswith("Polygon") and not shape.is_empty]
    gpd.GeoDataFrame({"photo": [b"\x01\x07" + bytes(7)] * 3}, geometry=shapes, crs="EPSG:4326").to_parquet(
        tmp_path / "a.parquet"
    )
    assert len(gt.read_features(tmp_path / "a.parquet")) == 3
