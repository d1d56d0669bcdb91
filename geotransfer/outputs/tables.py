"""Tables as they are written: CSV that Excel reads and does not run, JSON, a GeoPackage that explains its columns."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geotransfer.errors import OutputError
from geotransfer.guard.formulas import safe_table
from geotransfer.results.result import Column

__all__ = ["column_record", "describe_columns", "filled", "write_json", "write_table"]


def filled(ranking: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the ranking with text columns free of missing values, so that every format holds the same."""
    text = ["region", "province", "prefecture", "adcode"]
    return ranking.assign(**{c: ranking[c].fillna("").astype(str) for c in text if c in ranking})


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write UTF-8 with BOM (Excel reads Chinese); a text cell that Excel would run as a formula gets a leading '."""
    try:
        safe_table(table).to_csv(path, index=False, encoding="utf-8-sig", float_format="%.12g", lineterminator="\n")
    except OSError as error:
        raise OutputError(f"cannot write {str(path)!r}: {error}; is the folder there, and the file closed?") from error


def describe_columns(columns: tuple[Column, ...], path: Path, *, layer: str = "ranking") -> None:
    """Write title and meaning of the columns by the Schema extension of GeoPackage 1.3 (annex F.9): QGIS shows them."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
            "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
            "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"
        )
        database.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, "
            "extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, "
            "CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
        )
        database.execute(
            "INSERT OR REPLACE INTO gpkg_extensions VALUES "
            "('gpkg_data_columns', NULL, 'gpkg_schema', "
            "'http://www.geopackage.org/spec130/#extension_schema', 'read-write')"
        )
        rows = [(layer, c.name, c.name, c.meaning.zh, _description(c), None, None) for c in columns]
        database.executemany("INSERT OR REPLACE INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _description(column: Column) -> str:
    unit = f" [{column.unit}]" if column.unit else ""
    return f"{column.meaning.en}{unit}; source: {column.source}"


def column_record(column: Column) -> dict[str, Any]:
    """Return what ranking.columns.json says of a column."""
    return {
        "name": column.name,
        "unit": column.unit,
        "meaning": column.meaning.as_dict(),
        "source": column.source,
    }


def write_json(value: Any, path: Path) -> None:
    """Write plain values as UTF-8, one value a line."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
