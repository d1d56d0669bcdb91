"""Finished folders, damaged: bytes, values of run.json, cells of its tables; sealed anew or not; through every door."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import fuzz_mutation
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

import geotransfer as gt
from geotransfer.errors import GeotransferError

Seed = dict[str, bytes]
Random = np.random.Generator
NEST = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00"
"""A collection that holds one more."""
SHAPES: tuple[bytes | None, ...] = (
    None, b"", b"\x01", NEST * 20_000, b"\x01\x06" + NEST[2:] * 20_000, b"\x01\x03\x00\x00\x00\xff\xff\xff\xff",
    *(shapely.to_wkb(shapely.from_wkt(text)) for text in (
        "POINT EMPTY", "POLYGON EMPTY", "POINT (105 37)", "POINT Z (105 37 1)", "LINESTRING (105 37, 106 38)",
        "POLYGON ((105 36, 106 37, 106 36, 105 37, 105 36))", "POLYGON ((105 36, 105 36, 105 36, 105 36))",
        "POLYGON ((-1e300 36, 106 1e300, 106 36, -1e300 36))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((0 0, 9 0, 9 9, 0 0)))",
        "GEOMETRYCOLLECTION (POINT (105 37))", "POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))",
    )),
    shapely.to_wkb(shapely.Point(np.nan, np.inf)),
)  # fmt: skip
STRINGS = (
    "", "ranked", "weighted_sum", "owa", "captive_coal", "rail", "<script>alert(1)</script>", "$\\frac{", "{x!r}",
    "{0}", "%s", "\x00", "\x1b[2J", "\u202e", "长" * 2000, "combined", "promethee_ii", "best_site", "no_room", "power",
    "a;b",
)  # fmt: skip
CELLS: tuple[Any, ...] = (
    None, np.nan, np.inf, -np.inf, 1e308, 1e30, -1.0, 0.0, 0.5, 1.0, 2.0, 1e-300, "", "ranked", "excluded", "unknown",
    "<script>alert(1)</script>", "$\\frac{", "a;b", "\x00", "=1+1", "no_room", "长" * 2000, True, [1], {"a": 1},
)  # fmt: skip


def damaged_folder(seeds: list[Seed], random: Random) -> tuple[Seed, Seed]:
    """Return a folder and what became of it."""
    one = seeds[random.integers(len(seeds))]
    way = random.random()
    if way < 0.5:
        damage = same_kind if random.random() < 0.6 else fuzz_mutation.damaged_tree
        record = damage(json.loads(one["run.json"]), random)
        return one, {**one, "run.json": json.dumps(record).encode()}
    if way < 0.8:
        name = "rule_areas.parquet" if random.random() < 0.15 else "ranking.parquet"
        return one, {**one, name: damaged_table(one[name], random)}
    return one, fuzz_mutation.damaged_parts(one, random, text=(".json", ".csv"))


def same_kind(tree: Any, random: Random) -> Any:
    """Return a tree of JSON with one to four values replaced by odd ones of the same type: what types let pass."""
    spots = list(fuzz_mutation._spots(tree))
    for _ in range(int(random.integers(1, 5))):
        node, key = spots[random.integers(len(spots))]
        value = node[key]
        if isinstance(value, bool) or value is None:
            node[key] = None if value else not value
        elif isinstance(value, int | float):
            values = [0, 1, -1, 10**12, 7] if isinstance(value, int) else [0.0, 1.0, -1.0, 1e30, -1e30, 1e-300, 0.5]
            node[key] = values[random.integers(len(values))]
        elif isinstance(value, str):
            node[key] = STRINGS[random.integers(len(STRINGS))]
        elif isinstance(value, list):
            node[key] = [[], value * 2, value[:1], value[::-1]][random.integers(4)]
        else:
            node[key] = [{}, {**value, "more": 1}, {f"{k}_": v for k, v in value.items()}][random.integers(3)]
        spots = list(fuzz_mutation._spots(tree))
    return tree


def damaged_table(content: bytes, random: Random) -> bytes:
    """Return a Parquet file, whole, with one to three columns, rows or cells that are not what they were."""
    table = pq.read_table(io.BytesIO(content))
    columns = {name: table[name].to_pylist() for name in table.column_names}
    for _ in range(int(random.integers(1, 4))):
        name = list(columns)[random.integers(len(columns))] if columns else "a"
        TABLE_WAYS[random.integers(len(TABLE_WAYS))](columns, name, random)
    kinds = {field.name: field.type for field in table.schema}
    kept = table.schema.metadata if random.random() < 0.5 else None
    arrays = {name: _array(values, kinds.get(name)) for name, values in columns.items()}
    out = io.BytesIO()
    pq.write_table(pa.table(arrays).replace_schema_metadata(kept), out)
    return out.getvalue()


def _array(values: list[Any], kind: pa.DataType | None) -> pa.Array:
    for wanted in (kind, None):
        try:
            return pa.array(values, type=wanted)
        except (pa.ArrowException, OverflowError, ValueError, TypeError):
            continue
    return pa.array([None if value is None else str(value) for value in values])


def _cell(columns: dict[str, list[Any]], name: str, random: Random) -> None:
    values = SHAPES if name == "geometry" else CELLS
    if columns.get(name):
        columns[name][int(random.integers(len(columns[name])))] = values[random.integers(len(values))]


def _column(columns: dict[str, list[Any]], name: str, random: Random) -> None:
    values = SHAPES if name == "geometry" else CELLS
    columns[name] = [values[random.integers(len(values))]] * len(columns.get(name, []))


def _gone(columns: dict[str, list[Any]], name: str, random: Random) -> None:
    columns.pop(name, None)


def _other_name(columns: dict[str, list[Any]], name: str, random: Random) -> None:
    columns[f"{name}_"] = columns.pop(name, [])


def _rows(columns: dict[str, list[Any]], name: str, random: Random) -> None:
    n = len(columns.get(name, []))
    order = [[], [0], list(range(n - 1)), [*range(n), 0], list(range(n))[::-1]][random.integers(5)]
    for values in columns.values():
        values[:] = [values[row] for row in order if row < len(values)]


def _swap(columns: dict[str, list[Any]], name: str, random: Random) -> None:
    other = list(columns)[random.integers(len(columns))] if columns else name
    columns[name], columns[other] = columns.get(other, []), columns.get(name, [])


TABLE_WAYS: tuple[Callable[[dict[str, list[Any]], str, Random], None], ...] = (
    _cell, _cell, _cell, _cell, _column, _gone, _other_name, _rows, _swap,
)  # fmt: skip


def seal(folder: Path) -> None:
    """Seal a folder as it is, as somebody who changes it on purpose can."""
    from geotransfer.outputs.seal import sealed

    path = folder / "run.json"
    try:
        record = json.loads(path.read_bytes())
        record.pop("seal", None)
        path.write_text(json.dumps(sealed(record, folder)), encoding="utf-8")
    except (GeotransferError, OSError, ValueError, TypeError, AttributeError, RecursionError):
        return


def unseal(folder: Path) -> None:
    """Leave the folder without a seal, as an older version wrote it."""
    path = folder / "run.json"
    try:
        record = json.loads(path.read_bytes())
        record.pop("seal", None)
        path.write_text(json.dumps(record), encoding="utf-8")
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return


def use_folder(bad: Path, good: Path, problem: Mapping[str, Any]) -> None:
    """Push a folder through `explain`, `diff`, map, report and `match`; raise the first of our errors if all refuse."""
    from geotransfer.outputs.folder import write_map, write_report
    from geotransfer.outputs.reading import read_result
    from geotransfer.relocation.problem import Problem
    from geotransfer.results.difference import difference
    from geotransfer.siting.explanation import explain

    result = read_result(bad)
    zones = result.ranking["zone"]
    doors: list[Callable[[], object]] = [
        lambda: [json.dumps(explain(result, zones.iloc[row]).as_dict(), allow_nan=False) for row in (0, -1)],
        lambda: difference(read_result(good), result).as_dict(),
        lambda: [*difference(result, read_result(good)).lines()],
        lambda: write_map(bad),
        lambda: write_report(bad),
        lambda: gt.match(Problem.from_mapping({**problem, "industries": _industries(problem, bad)})),
    ]  # fmt: skip
    if zones.empty:
        doors = doors[1:]
    errors = []
    for door in doors:
        try:
            door()
        except GeotransferError as error:
            errors.append(error)
    if len(errors) == len(doors):
        raise errors[0]


def _industries(problem: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    return {name: {**one, "result": str(folder)} for name, one in problem["industries"].items()}
