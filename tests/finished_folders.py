"""A finished folder in somebody else's hands: its record and its tables edited, sealed anew or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq

from geotransfer.outputs.seal import sealed


def record_of(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return record


def write_record(folder: Path, record: dict[str, Any], *, seal: bool = True) -> None:
    """Write run.json; a stranger can seal what they changed."""
    record = {key: value for key, value in record.items() if key != "seal"}
    whole = sealed(record, folder) if seal else record
    (folder / "run.json").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def edit_record(folder: Path, change: Callable[[dict[str, Any]], object], *, seal: bool = True) -> None:
    record = record_of(folder)
    change(record)
    write_record(folder, record, seal=seal)


def edit_ranking(folder: Path, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], *, seal: bool = True) -> None:
    changed = change(gpd.read_parquet(folder / "ranking.parquet"))
    changed.to_parquet(folder / "ranking.parquet", index=False)
    write_record(folder, record_of(folder), seal=seal)


def edit_cells(folder: Path, column: str, values: Callable[[list[Any]], Any], *, seal: bool = True) -> None:
    """Replace a column of ranking.parquet by any Arrow values."""
    table = pq.read_table(folder / "ranking.parquet")
    made = values(table[column].to_pylist())
    array = made if isinstance(made, pa.Array) else pa.array(made)
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, array), folder / "ranking.parquet")
    write_record(folder, record_of(folder), seal=seal)
