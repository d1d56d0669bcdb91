"""`write_result`: the tables, rasters, map and report of a run in one folder, whole or not at all."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from rasterio.errors import RasterioError

from geotransfer.errors import InputError, OutputError
from geotransfer.files import settle, written_whole
from geotransfer.guard.bounded import check_regular, read_json
from geotransfer.inputs.execution import Stopwatch
from geotransfer.maps import suitability_map, write_offline
from geotransfer.outputs.reading import MANIFEST, is_ours, read_result
from geotransfer.outputs.seal import sealed
from geotransfer.outputs.tables import column_record, describe_columns, filled, write_json, write_table
from geotransfer.raster import write_raster
from geotransfer.report import print_pdf, render_report
from geotransfer.results.result import Result

__all__ = [
    "FILES", "TABLES", "check_target", "is_whole", "sibling_folder", "swap_folder", "write_map",
    "write_report", "write_result", "write_table", "write_tables",
]  # fmt: skip

FILES = (
    "ranking.csv", "ranking.gpkg", "ranking.parquet", "ranking.columns.json", "suitability.tif", "excluded.tif",
    "rule_areas.parquet", "map.html", "report.html", "run.json",
)  # fmt: skip
"""What a finished folder holds; run.json is written last and means complete."""
TABLES = (
    "ranking.csv", "ranking.parquet", "ranking.columns.json", "suitability.tif", "excluded.tif",
    "rule_areas.parquet", "run.json", "files.json",
)  # fmt: skip
"""What `write_tables` leaves: enough for `read_result` and `write_map`."""
SOMETIMES = ("stability.tif",)
"""What it holds beside when the scenario draws weights."""

STAGES = ("tables", "rasters", "map", "report")

WRITE_ERRORS = (
    OSError, DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, RasterioError, sqlite3.Error,
    pa.ArrowException,
)  # fmt: skip


def write_result(result: Result, directory: str | os.PathLike[str]) -> None:
    """Write a result into a folder, atomically.

    Everything is written to a sibling folder first; a new `directory` is one rename away, an existing one is replaced
    only if it holds a run.json of ours.

    Parameters
    ----------
    result : Result
        Of `run`.
    directory : path
        Receives `FILES`.

    Raises
    ------
    OutputError
        The folder cannot be written, holds something else, or the disk is full; nothing half-written stays behind.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import geotransfer as gt
    >>> small = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "out"
    >>> gt.write_result(gt.run(small), folder)
    >>> set(FILES) <= {path.name for path in folder.iterdir()}
    True
    """
    target = Path(directory).resolve()
    check_target(target)
    watch = Stopwatch(STAGES)
    with sibling_folder(target) as folder:
        with watch.stage("tables"):
            _write_tables(result, folder)
        with watch.stage("rasters"):
            _write_rasters(result, folder)
        with watch.stage("map"):
            write_offline(suitability_map(result), folder / "map.html")
        with watch.stage("report"):
            (folder / "report.html").write_text(render_report(result), encoding="utf-8", newline="\n")
        write_json(sealed(_with_stages(result.provenance, watch), folder), folder / "run.json")
        swap_folder(folder, target)


def write_tables(result: Result, directory: str | os.PathLike[str]) -> None:
    """Write tables, rasters and run.json of a result into a folder, without map and report; whole or not at all.

    The shapes of the zones are not written again: `read_result` takes them from where the scenario has them.

    Parameters
    ----------
    result : Result
        Of `run`.
    directory : path
        Receives `TABLES`; replaced as `write_result` does.

    Raises
    ------
    OutputError
        As `write_result`.
    """
    target = Path(directory).resolve()
    check_target(target)
    watch = Stopwatch(STAGES)
    with sibling_folder(target) as folder:
        with watch.stage("tables"):
            frame = filled(result.ranking)
            table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
            write_table(table, folder / "ranking.csv")
            table.to_parquet(folder / "ranking.parquet", index=False)
            _write_rule_areas(result, folder)
            write_json([column_record(c) for c in result.columns], folder / "ranking.columns.json")
        with watch.stage("rasters"):
            _write_rasters(result, folder)
        write_json(sealed(_with_stages(result.provenance, watch), folder), folder / "run.json")
        write_json({path.name: _facts(path) for path in sorted(folder.iterdir())}, folder / MANIFEST)
        swap_folder(folder, target)


def is_whole(directory: str | os.PathLike[str]) -> bool:
    """Whether a folder of `write_tables` holds every file as it was written: all are read, and no clock is trusted.

    Examples
    --------
    >>> is_whole("nowhere")
    False
    """
    folder = Path(directory)
    try:
        listed = read_json(folder / MANIFEST)
        # a plain name: a stranger's list does not lead elsewhere
        plain = isinstance(listed, dict) and "run.json" in listed and all(Path(name).name == name for name in listed)
        return plain and all(_facts(folder / name) == facts for name, facts in listed.items())
    except (OSError, InputError):
        return False


def _facts(path: Path) -> dict[str, Any]:
    check_regular(path)
    # by parts: the rasters of a large study are hundreds of MB
    with path.open("rb") as stream:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def _write_rule_areas(result: Result, folder: Path) -> None:
    if result.rule_areas is not None:
        result.rule_areas.to_parquet(folder / "rule_areas.parquet", index=False)


def _write_rasters(result: Result, folder: Path) -> None:
    write_raster(result.suitability, folder / "suitability.tif")
    write_raster(result.excluded, folder / "excluded.tif")
    if result.stability is not None:
        write_raster(result.stability, folder / "stability.tif")


def _with_stages(provenance: dict[str, Any], watch: Stopwatch) -> dict[str, Any]:
    """Return the record of the run with the stages of writing behind its own."""
    execution = provenance["execution"]
    return {**provenance, "execution": {**execution, "stages": [*execution["stages"], *watch.records]}}


def check_target(directory: str | os.PathLike[str]) -> None:
    """Raise `OutputError` when a result may not be written to `directory`.

    Examples
    --------
    >>> import tempfile
    >>> check_target(tempfile.mkdtemp())
    """
    target = Path(directory).resolve()
    if target.is_file():
        raise OutputError(f"output {str(target)!r} is a file, expected a folder; choose another name")
    if target.is_dir() and any(target.iterdir()) and not is_ours(target):
        raise OutputError(
            f"output folder {str(target)!r} holds something else than a geotransfer result; expected a new or empty "
            "folder, or one with our run.json: choose another"
        )


@contextmanager
def sibling_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target`; whatever happens, it is gone afterwards."""
    folder: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(target)
        folder = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        # private while it is written; in its place it is as readable as any folder of the user's
        folder.mkdir(mode=0o700)
        yield folder
    except WRITE_ERRORS as error:
        # one of our own errors names the draft, which the user never sees: take what stands behind it
        cause = error.__cause__ if isinstance(error, OutputError) and error.__cause__ else error
        reason = getattr(cause, "strerror", None) or str(cause)
        raise OutputError(
            f"the result cannot be written to {str(target)!r}: {reason}; nothing was changed. Free space, close the "
            "files in Excel or QGIS, or choose another folder"
        ) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(target: Path) -> None:
    """Remove the drafts that runs killed more than an hour ago left beside `target`."""
    for draft in target.parent.glob(f".{glob.escape(target.name)}.*"):
        ours = re.fullmatch(r"[0-9a-f]{12}", draft.name.rpartition(".")[2]) is not None
        if ours and draft.is_dir() and time.time() - draft.stat().st_mtime > 3600:
            shutil.rmtree(draft, ignore_errors=True)


def swap_folder(folder: Path, target: Path, *, ours: Collection[str] = (*FILES, *TABLES, *SOMETIMES)) -> None:
    """Put `folder` in the place of `target`; the old one is removed only when the new one stands.

    Files of the old one that are not `ours` move to the new one.
    """
    settle(folder)
    if not target.exists():
        folder.rename(target)
        return
    old = target.with_name(f".{target.name}.{secrets.token_hex(6)}.old")
    target.rename(old)
    try:
        folder.rename(target)
    except OSError:
        old.rename(target)
        raise
    for item in old.iterdir():
        # a QGIS project or a note that somebody keeps beside the result stays
        if item.name not in ours:
            item.rename(target / item.name)
    shutil.rmtree(old, ignore_errors=True)


def _write_tables(result: Result, folder: Path) -> None:
    frame = filled(result.ranking)
    write_table(pd.DataFrame(frame.drop(columns=frame.geometry.name)), folder / "ranking.csv")
    frame.to_parquet(folder / "ranking.parquet", index=False)
    _write_rule_areas(result, folder)
    frame.to_file(folder / "ranking.gpkg", layer="ranking", driver="GPKG", engine="pyogrio", VERSION="1.3")
    describe_columns(result.columns, folder / "ranking.gpkg")
    write_json([column_record(c) for c in result.columns], folder / "ranking.columns.json")


def write_map(directory: str | os.PathLike[str], *, sandbox: bool = False) -> Path:
    """Write map.html of a finished result again and return its path; `sandbox` as for `read_result`."""
    path = Path(directory) / "map.html"
    write_offline(suitability_map(read_result(directory, sandbox=sandbox)), path)
    return path


def write_report(
    directory: str | os.PathLike[str],
    *,
    pdf: bool = False,
    language: Literal["zh", "en"] = "zh",
    sandbox: bool = False,
) -> list[Path]:
    """Write report.html of a finished result again, and report.pdf when asked for; return their paths.

    Parameters
    ----------
    directory : path
        Of a finished result.
    pdf : bool
        Print it too; needs Chromium, Chrome or Edge.
    language : {"zh", "en"}
        Of the PDF; the page holds both.
    sandbox : bool
        As for `read_result`.

    Raises
    ------
    InputError
        The folder holds no complete result.
    OutputError
        No browser to print with.
    """
    page = Path(directory) / "report.html"
    html = render_report(read_result(directory, sandbox=sandbox))
    written = [page]
    if pdf:
        written.append(Path(directory) / "report.pdf")
        print_pdf(html, written[-1], language=language)
    # a draft takes its place: a link in the folder of somebody else is replaced, not followed
    with written_whole(page) as draft:
        draft.write_text(html, encoding="utf-8", newline="\n")
    return written
