"""The files of a matching in one folder, whole or not at all."""

from __future__ import annotations

import json
import math
import os
import secrets
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from geotransfer.errors import InputError, OutputError
from geotransfer.files import settle
from geotransfer.formulas import safe_table
from geotransfer.outputs import WRITE_ERRORS
from geotransfer.relocation.ledger import ledger
from geotransfer.relocation.matching import Matching

__all__ = ["FILES", "matching_record", "write_matching"]

KIND = "matching"
FILES = ("flows.csv", "flows.gpkg", "plants.csv", "slack.csv", "ledger.csv", "structure.csv", "run.json")
"""What a folder holds when there is a plan; without one conflict.json and run.json. run.json is written last."""


def write_matching(matching: Matching, directory: str | os.PathLike[str]) -> Path:
    """Write a matching into a folder and return it.

    A new or empty folder, or one that holds a matching already, which is replaced.

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
    _check(target)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir(mode=0o700)
        _write(matching, draft)
        settle(draft)
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    except WRITE_ERRORS as error:
        raise OutputError(
            f"the matching cannot be written to {str(target)!r}: {error}; choose another folder"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _check(target: Path) -> None:
    if target.is_file():
        raise OutputError(f"output {str(target)!r} is a file, expected a folder; choose another name")
    if target.is_dir() and any(target.iterdir()):
        known = {*FILES, "conflict.json", "front.csv", "front.svg"}
        strange = [item.name for item in target.iterdir() if item.name not in known]
        if strange or not (target / "run.json").exists():
            raise OutputError(
                f"output folder {str(target)!r} holds something else than a matching; expected a new or empty one"
            )
        read_record(target)


def read_record(directory: str | os.PathLike[str]) -> dict[str, Any]:
    """Return run.json of a saved matching.

    Raises
    ------
    InputError
        The folder holds no matching.
    """
    try:
        record = json.loads((Path(directory) / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"folder {str(directory)!r} holds no matching: {error}") from error
    if not isinstance(record, dict) or record.get("kind") != KIND:
        raise InputError(f"folder {str(directory)!r} holds no matching (run.json of another kind)")
    return record


def matching_record(matching: Matching) -> dict[str, Any]:
    """Return what run.json says: the problem, the status, the bound, the slack of every constraint."""
    solved = matching.solved
    return {
        "kind": KIND,
        "problem": matching.problem.model_dump(mode="json", by_alias=True),
        "status": solved.status,
        "objective": _number(solved.objective),
        "bound": _number(solved.bound),
        "gap": _number(solved.gap),
        "seconds": round(solved.seconds, 3),
        "rounds_of_cuts": solved.rounds,
        "tonnes": float(matching.flows["tonnes"].sum()),
        "cost_yuan": float(matching.flows["cost_yuan"].sum()),
        "co2_change_t": _number(float(matching.flows["co2_change_t"].sum(skipna=False))),
        "herfindahl": {name: _number(value) for name, value in matching.herfindahl.items()},
        "herfindahl_above_ceiling": matching.above_ceiling,
        "constraints": [{**asdict(row), "least": _number(row.least)} for row in matching.slack],
        "conflict": None if matching.conflict is None else asdict(matching.conflict),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _write(matching: Matching, folder: Path) -> None:
    record = matching_record(matching)
    if matching.conflict is not None:
        _json(record["conflict"], folder / "conflict.json")
    else:
        _table(matching.flows, folder / "flows.csv")
        matching.lines.to_file(folder / "flows.gpkg", layer="flows", driver="GPKG", engine="pyogrio")
        _table(matching.plants, folder / "plants.csv")
        book = ledger(matching)
        _table(book.table, folder / "ledger.csv")
        _table(book.structure, folder / "structure.csv")
        _write_slack(matching, folder)
        if matching.front is not None:
            _write_front(matching, folder)
    _json(record, folder / "run.json")


def _table(table: pd.DataFrame, path: Path) -> None:
    """Write UTF-8 with BOM, which Excel reads; a text cell that Excel would run as a formula gets a leading '."""
    safe_table(table).to_csv(path, index=False, encoding="utf-8-sig", float_format="%.12g", lineterminator="\n")


def _write_slack(matching: Matching, folder: Path) -> None:
    _table(pd.DataFrame([asdict(row) for row in matching.slack]), folder / "slack.csv")


def _write_front(matching: Matching, folder: Path) -> None:
    if matching.front is not None:
        table = pd.DataFrame({"cost_yuan": matching.front.cost, "co2_change_t": matching.front.co2})
        _table(table, folder / "front.csv")


def _json(value: Any, path: Path) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
