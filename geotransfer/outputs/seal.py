"""The seal of a finished folder: sha256 of its record and of what is read back, so that damage is told, never shown.

It is no signature: whoever changes a folder on purpose can make the seal anew. What a folder may hold is checked
without it, by `geotransfer.outputs.record` and `geotransfer.outputs.ranking`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geotransfer.errors import InputError
from geotransfer.guard.bounded import check_regular

__all__ = ["check_seal", "sealed"]

SEAL = "seal"
SEALED = (
    "ranking.parquet", "ranking.columns.json", "suitability.tif", "excluded.tif", "stability.tif", "rule_areas.parquet",
)  # fmt: skip
"""What is read back, and what says what its columns are. Map and report are written again, CSV and GeoPackage are for
other programs, which leave their marks in them."""


def sealed(record: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the record of a run with a seal: the sha256 of the rest of it, and of the files in `folder`.

    Parameters
    ----------
    record : mapping
        Plain values for JSON.
    folder : Path
        Where the other files have been written.
    """
    return {**record, SEAL: {"record": _digest(record), "files": _files(folder)}}


def check_seal(record: Mapping[str, Any], folder: Path) -> None:
    """Raise `InputError` when a folder is not as it was written; the folder of an older version has no seal.

    Parameters
    ----------
    record : mapping
        What run.json holds.
    folder : Path
        Where it lies.
    """
    if SEAL not in record:
        return
    seal, rest = record[SEAL], {key: value for key, value in record.items() if key != SEAL}
    listed = seal.get("files") if isinstance(seal, dict) else None
    if not isinstance(seal, dict) or not isinstance(listed, dict) or seal.get("record") != _digest(rest):
        raise _changed(folder, ["run.json"])
    found = _files(folder)
    changed = [name for name in sorted({*listed, *found}) if listed.get(name) != found.get(name)]
    if changed:
        raise _changed(folder, changed)


def _files(folder: Path) -> dict[str, str]:
    return {name: _sha256(folder / name) for name in SEALED if (folder / name).exists()}


def _sha256(path: Path) -> str:
    check_regular(path)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"file {str(path)!r} cannot be read: {error.strerror or error}; check its folder") from error


def _digest(record: Mapping[str, Any]) -> str:
    """Return the sha256 of a record, equal before it is written and after it is read."""
    return hashlib.sha256(json.dumps(json.loads(json.dumps(record)), sort_keys=True).encode()).hexdigest()


def _changed(folder: Path, names: list[str]) -> InputError:
    return InputError(
        f"{', '.join(names)} of the finished folder {str(folder)!r}: damaged, edited or gone since the run wrote it; "
        "expected what its seal (in run.json) says. Get the folder again or run the scenario again; if you edited it "
        'yourself and want it read as it is, delete the key "seal" from run.json'
    )
