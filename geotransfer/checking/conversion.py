"""`convert_layer`: a file written anew with what `check_layer` found put right, and only what is told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from geotransfer.catalog.spreadsheets import read_excel_csv, sheet_rows
from geotransfer.checking.features import read_as_well_as_possible
from geotransfer.checking.layer import kind_of
from geotransfer.checking.placement import crs_findings
from geotransfer.checking.report import Finding, LayerReport, note
from geotransfer.checking.steps import mended_text, take_step
from geotransfer.checking.table_positions import features_of_table, lonlat_columns, without_dms
from geotransfer.checking.tables import CELL_KINDS
from geotransfer.errors import InputError, OutputError
from geotransfer.files import written_whole
from geotransfer.raster.mending import mend_raster
from geotransfer.types import Text

__all__ = ["convert_layer"]

TABLE_STEPS = ("text", "dms")
WRITABLE = (".gpkg", ".geojson", ".parquet", ".csv")


def convert_layer(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    steps: Sequence[str],
    layer: str | None = None,
    encoding: str | None = None,
) -> LayerReport:
    r"""Write a new file in which what `check_layer` found is put right, step by step in the order given.

    Parameters
    ----------
    path : path
        A vector, table or raster file; it stays as it is.
    out : path
        The new file; it must not exist. Vectors: ``.gpkg``, ``.geojson``, ``.parquet``; points and tables: ``.csv``
        (UTF-8 with a byte order mark); rasters: ``.tif``.
    steps : sequence of str
        Vectors and tables with lon and lat: ``"gcj02"``, ``"bd09"`` (to WGS 84), ``"swap"``, ``"swap-outside"``,
        ``"flip-x"``, ``"flip-y"``, ``"crs=EPSG:..."`` (states it, moves nothing), ``"valid"``, ``"flat"``,
        ``"drop-empty"``, ``"antimeridian"``, ``"text"`` (mojibake).
        Tables with columns x and y (metres of a projection): ``"crs=..."`` makes lon and lat of them, after ``"swap"``
        where x is the northing. ``"dms"``: 106°32′29″ in lon and lat to decimal degrees.
        Tables: ``"sheet"`` or ``"sheet=TITLES,HEADERS,NOTES"`` (numbers, merged headers; see `read_excel_csv`),
        ``"text"``.
        Rasters: ``"nodata=VALUE"``, ``"crs=EPSG:..."``, ``"north-up"``, ``"flip-rows"``, ``"flip-columns"``,
        ``"lon180"``.
    layer, encoding : str, optional
        As for `read_features`.

    Returns
    -------
    LayerReport
        Of the new file: a note for each step with what it did, and to how many.

    Raises
    ------
    InputError
        A step is unknown or does not fit, the file cannot be read, `out` exists or has another ending.
    OutputError
        The new file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("name,lon,lat\n甲园,106.503,29.5\n", encoding="utf-8")
    >>> convert_layer(folder / "a.csv", folder / "b.csv", steps=["gcj02"])["gcj02"].what.en
    'GCJ-02 to WGS 84: 1 vertices moved'
    """
    source, target = Path(path), Path(out)
    if not source.exists():
        raise InputError(f"file {str(path)!r} does not exist; check the path")
    if not steps:
        raise InputError("steps is empty, expected at least one, e.g. 'gcj02'; check_layer names those that fit")
    if target.exists():
        raise InputError(f"file {str(out)!r} exists; expected a new name, nothing is overwritten")
    kind = kind_of(source)
    endings = (".tif", ".tiff") if kind == "raster" else (".csv",) if _is_sheet(steps) else WRITABLE
    if target.suffix.lower() not in endings:
        raise InputError(f"out is {str(out)!r}, expected a name that ends in {', '.join(endings)}")
    try:
        if kind == "raster":
            return LayerReport.of(out, "raster", _raster(source, target, steps))
        if kind == "table":
            return LayerReport.of(out, "table", _table(source, target, steps, encoding))
        features, _ = read_as_well_as_possible(source, layer=layer, encoding=encoding)
        return LayerReport.of(out, "features", _features(features, target, steps))
    except (OSError, DataSourceError, DataLayerError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"{str(out)!r} cannot be written: {reason}; choose another folder or format") from error


def _is_sheet(steps: Sequence[str]) -> bool:
    return any(step.partition("=")[0] == "sheet" for step in steps)


def _raster(source: Path, target: Path, steps: Sequence[str]) -> list[Finding]:
    done: list[Finding] = []
    drafts: list[Path] = []
    try:
        for number, step in enumerate(steps):
            draft = target.with_name(f".{target.stem}.{number}{target.suffix}")
            drafts.append(draft)
            said = mend_raster(drafts[-2] if number else source, draft, step=step)
            done.append(note(step.partition("=")[0], said.zh, said.en, None, ""))
        drafts.pop().replace(target)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return done


def _features(features: gpd.GeoDataFrame, target: Path, steps: Sequence[str]) -> list[Finding]:
    done = []
    for step in steps:
        features, said = take_step(features, step)
        done.append(said)
    _write_features(features, target)
    return done


def _table(source: Path, target: Path, steps: Sequence[str], encoding: str | None) -> list[Finding]:
    """Convert a table; steps that move positions need the columns lon and lat, and change them."""
    done: list[Finding] = []
    table, rest = _read(source, steps, encoding, done)
    for step in [step for step in rest if step in TABLE_STEPS]:
        table, said = mended_text(table) if step == "text" else without_dms(table, what=repr(str(source)))
        done.append(said)
    moves = [step for step in rest if step not in TABLE_STEPS]
    points = features_of_table(table)
    if points is None and (moves or target.suffix.lower() != ".csv"):
        needs = (
            f", which {moves[0]!r} needs; expected degrees there" if moves else "; expected an out that ends in .csv"
        )
        raise InputError(f"{str(source)!r} has no columns lon and lat{needs}")
    if points is not None and moves:
        for step in moves:
            points, said = take_step(points, step)
            done.append(said)
    if target.suffix.lower() != ".csv":
        _write_features(_placed(points, source), target)
        return done
    if points is not None and moves:
        table = _with_positions(table, _placed(points, source), done)
    with written_whole(target) as draft:
        table.to_csv(draft, index=False, encoding="utf-8-sig")
    return done


def _placed(points: gpd.GeoDataFrame | None, source: Path) -> gpd.GeoDataFrame:
    if points is None or points.crs is None:
        raise InputError(
            f"the coordinates of {str(source)!r} have no CRS; expected a step that states it, such as crs=EPSG:4526: "
            "geotransfer layers check names those that fit"
        )
    return points


def _read(
    source: Path, steps: Sequence[str], encoding: str | None, done: list[Finding]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the table, by the layout that a step ``sheet`` tells, and the other steps."""
    sheet = next((step for step in steps if step.partition("=")[0] == "sheet"), None)
    if sheet is None:
        rows, _ = sheet_rows(source, encoding=encoding)
        cells = [(row + [""] * len(rows[0]))[: len(rows[0])] for row in rows[1:]]
        return pd.DataFrame(cells, columns=rows[0], dtype=object), list(steps)
    titles, headers, notes = _layout(sheet)
    table, report = read_excel_csv(source, encoding=encoding, skip_rows=titles, header_rows=headers, note_rows=notes)
    for column, kind, cells_, example, became in report.itertuples(index=False, name=None):
        shown = CELL_KINDS.get(kind, Text(zh=f"“{kind}”", en=kind))
        zh, en = f"列“{column}”:{shown.zh},{cells_} 个单元格", f"column {column!r}: {kind}, {cells_} cells"
        done.append(note("sheet", f"{zh}({example} → {became})", f"{en} ({example} -> {became})", int(cells_), "cells"))
    if not len(report):
        done.append(note("sheet", "没有需要换算的单元格", "no cell had to be converted", 0, "cells"))
    return table, [step for step in steps if step != sheet]


def _layout(step: str) -> tuple[int, int, int]:
    value = step.partition("=")[2]
    if not value:
        return 0, 1, 0
    parts = value.split(",")
    if len(parts) != 3 or not all(part.strip().isdigit() for part in parts):
        raise InputError(f"step {step!r}: expected sheet=TITLES,HEADERS,NOTES, three whole numbers such as sheet=1,2,0")
    titles, headers, notes = map(int, parts)
    return titles, headers, notes


def _with_positions(table: pd.DataFrame, moved: gpd.GeoDataFrame, done: list[Finding]) -> pd.DataFrame:
    """Return the table with its columns of longitude and latitude, new ones where it had metres."""
    lon, lat = lonlat_columns(table) or ("lon", "lat")
    local = moved.to_crs("EPSG:4326").geometry
    if not moved.crs.is_geographic:
        zh, en = (
            f"由 {moved.crs.name} 换算,写入列 {lon}、{lat}(度)",
            f"degrees, from {moved.crs.name}, are in {lon} and {lat}",
        )
        done.append(note("positions", zh, en, len(moved), "rows"))
    datum = crs_findings(moved.crs, lon=local.x.to_numpy(), lat=local.y.to_numpy())
    done += [one for one in datum if one.code == "datum"]
    out = table.copy()
    # a row without a position stays as it is; nine digits are 0.1 mm
    for column, values in ((lon, local.x), (lat, local.y)):
        out[column] = out[column].astype(object) if column in out else pd.Series("", index=out.index, dtype=object)
        out.loc[moved.index, column] = values.round(9).astype(object)
    return out


def _write_features(features: gpd.GeoDataFrame, target: Path) -> None:
    suffix = target.suffix.lower()
    with written_whole(target) as draft:
        if suffix == ".parquet":
            features.to_parquet(draft)
        elif suffix == ".gpkg":
            features.to_file(draft, layer=target.stem, driver="GPKG", engine="pyogrio", VERSION="1.3")
        elif suffix == ".geojson":
            local = features.to_crs("EPSG:4326") if features.crs is not None else features
            local.to_file(draft, driver="GeoJSON", engine="pyogrio")
        else:
            _as_table(features).to_csv(draft, index=False, encoding="utf-8-sig")


def _as_table(features: gpd.GeoDataFrame) -> pd.DataFrame:
    if set(features.geom_type) != {"Point"}:
        raise InputError(f"a .csv holds points, the layer has {', '.join(sorted(set(features.geom_type)))}; use .gpkg")
    local = features.to_crs("EPSG:4326").geometry
    plain = pd.DataFrame(features.drop(columns=[features.geometry.name, *({"lon", "lat"} & set(features.columns))]))
    return plain.assign(lon=local.x.round(9), lat=local.y.round(9))
