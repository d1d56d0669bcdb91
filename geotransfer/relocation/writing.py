"""The files of a matching in one folder, whole or not at all."""

from __future__ import annotations

import math
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from geotransfer.errors import InputError, OutputError
from geotransfer.guard.bounded import read_json
from geotransfer.outputs.folder import sibling_folder, swap_folder
from geotransfer.outputs.tables import column_record, describe_columns, write_json, write_table
from geotransfer.relocation.columns import TABLES, described
from geotransfer.relocation.ledger import Ledger, ledger
from geotransfer.relocation.matching import Matching
from geotransfer.relocation.plan_map import write_plan_map
from geotransfer.relocation.plan_report import plan_report

__all__ = ["FILES", "SOMETIMES", "check_matching_folder", "matching_record", "write_matching"]

KIND = "matching"
ALWAYS = ("flows", "plants", "slack", "ledger", "structure")
FILES = (*(f"{name}.csv" for name in ALWAYS), "flows.gpkg", "plan.columns.json", "map.html", "report.html", "run.json")
"""What a folder holds when there is a plan; without one conflict.json, report.html and run.json. run.json is last."""
SOMETIMES = ("sharing.csv", "front.csv", "conflict.json")


def write_matching(
    matching: Matching, directory: str | os.PathLike[str], *, with_map: bool = True, with_report: bool = True
) -> Path:
    """Write a matching into a folder and return it, whole or not at all.

    A new or empty folder, or one that holds a matching already: it is replaced, files of others in it stay.

    Parameters
    ----------
    matching : Matching
    directory : path
    with_map, with_report : bool
        Whether map.html and report.html are written. There is no map without a plan, or when the run of the first
        industry is gone.

    Raises
    ------
    OutputError
        The folder holds something else, or cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import geotransfer as gt
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> small = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> gt.write_result(gt.run(small), folder / "out")
    >>> smelter = {"result": str(folder / "out"), "smallest_plant": 10, "largest_plant": 50,
    ...            "use": {"electricity": 13400}}
    >>> problem = gt.Problem.from_mapping({
    ...     "schema": 1, "unit": "万t/a", "industries": {"aluminium": smelter},
    ...     "offers": [{"origin": "山东", "industry": "aluminium", "capacity": 50}],
    ... })
    >>> written = gt.write_matching(gt.match(problem), folder / "plan")
    >>> set(FILES) <= {path.name for path in written.iterdir()}
    True
    """
    target = Path(directory).resolve()
    check_matching_folder(target)
    with sibling_folder(target) as folder:
        _write(matching, folder, with_map=with_map, with_report=with_report)
        swap_folder(folder, target, ours=(*FILES, *SOMETIMES))
    return target


def check_matching_folder(directory: str | os.PathLike[str]) -> None:
    """Raise `OutputError` when a matching may not be written to `directory`.

    Examples
    --------
    >>> import tempfile
    >>> check_matching_folder(tempfile.mkdtemp())
    """
    target = Path(directory).resolve()
    if target.is_file():
        raise OutputError(f"output {str(target)!r} is a file, expected a folder; choose another name")
    if target.is_dir() and any(target.iterdir()):
        try:
            read_record(target)
        except InputError as error:
            raise OutputError(
                f"output folder {str(target)!r} holds something else than a matching; expected a new or empty one, or "
                "one with a matching's run.json: choose another"
            ) from error


def read_record(directory: str | os.PathLike[str]) -> dict[str, Any]:
    """Return run.json of a saved matching.

    Raises
    ------
    InputError
        The folder holds no matching.
    """
    try:
        record = read_json(Path(directory) / "run.json")
    except InputError as error:
        raise InputError(f"folder {str(directory)!r} holds no matching: {error}") from error
    if not isinstance(record, dict) or record.get("kind") != KIND:
        raise InputError(f"folder {str(directory)!r} holds no matching (run.json of another kind)")
    return record


def matching_record(matching: Matching) -> dict[str, Any]:
    """Return what run.json says: the problem, the status, the bound, the slack of every constraint."""
    solved, flows = matching.solved, matching.flows
    return {
        "kind": KIND,
        "problem": matching.problem.model_dump(mode="json", by_alias=True),
        "status": solved.status,
        **{key: _number(getattr(solved, key)) for key in ("objective", "bound", "gap", "lp_bound")},
        "seconds": round(solved.seconds, 3),
        "rounds_of_cuts": solved.rounds,
        **{key: _number(float(flows[key].sum(skipna=False))) for key in ("tonnes", "cost_yuan", "co2_change_t")},
        "herfindahl": {name: _number(value) for name, value in matching.herfindahl.items()},
        "herfindahl_above_ceiling": matching.above_ceiling,
        "constraints": [{**asdict(row), "least": _number(row.least)} for row in matching.slack],
        "conflict": None if matching.conflict is None else asdict(matching.conflict),
        "candidates": {str(zone): str(name) for zone, name in matching.places.table["name"].items()},
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _write(matching: Matching, folder: Path, *, with_map: bool, with_report: bool) -> None:
    record, book = matching_record(matching), None
    if matching.conflict is not None:
        write_json(record["conflict"], folder / "conflict.json")
    else:
        book = ledger(matching)
        _write_tables(matching, book, folder)
    if with_map and book is not None:
        write_plan_map(matching, book, folder / "map.html")
    if with_report:
        (folder / "report.html").write_text(plan_report(matching, book), encoding="utf-8", newline="\n")
    write_json(record, folder / "run.json")


def _write_tables(matching: Matching, book: Ledger, folder: Path) -> None:
    tables: dict[str, pd.DataFrame | None] = {
        "flows": matching.flows,
        "plants": matching.plants,
        "slack": matching.slack_table,
        "ledger": book.table,
        "structure": book.structure,
        "sharing": None if book.sharing.empty else book.sharing,
        "front": matching.front_table,
    }
    told = {}
    for name, table in tables.items():
        if table is not None:
            written = described(name, table)
            write_table(written, folder / f"{name}.csv")
            told[f"{name}.csv"] = [column_record(column) for column in TABLES[name] if column.name in written]
    path = folder / "flows.gpkg"
    matching.lines.to_file(path, layer="flows", driver="GPKG", engine="pyogrio", VERSION="1.3")
    describe_columns(TABLES["flows"], path, layer="flows")
    write_json(told, folder / "plan.columns.json")
