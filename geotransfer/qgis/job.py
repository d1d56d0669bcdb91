"""One job of the plugin, in geotransfer's own environment: ``python -I -m geotransfer.qgis.job JOB.json``.

The plugin runs inside QGIS, whose numpy, PROJ and GDAL are its own; so it writes what it wants into a JSON file, starts
this module in another process and reads JSON lines from its output: ``{"say": ..., "share": ...}`` while it works, then
``{"done": {...}}`` or ``{"error": ...}``.
"""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from geotransfer.errors import GeotransferError, InputError

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Run the job of a file; 0 done, 2 the user's mistake (told in one paragraph)."""
    sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)  # type: ignore[union-attr]
    warnings.showwarning = lambda message, *_rest: _print({"say": f"warning: {message}", "share": None})
    try:
        job = _read(arguments)
        if job.get("task") == "check":
            return _check()
        from geotransfer.qgis.tasks import TASKS

        task = TASKS.get(str(job.get("task")))
        if task is None:
            raise InputError(f"task {job.get('task')!r} is unknown to this version; expected one of {', '.join(TASKS)}")
        done = task(job["parameters"], lambda say, share: _print({"say": say, "share": share}))
    except GeotransferError as error:
        _print({"error": str(error)})
        return 2
    _print({"done": asdict(done)})
    return 0


def _read(arguments: list[str]) -> dict[str, Any]:
    if len(arguments) != 1:
        raise InputError(f"expected one argument, the job's JSON file, got {len(arguments)}")
    try:
        job: dict[str, Any] = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"job file {arguments[0]!r} cannot be read: {error}") from error
    return job


def _check() -> int:
    values = {"version": version("geotransfer"), "python": sys.version.split()[0]}
    # in the shape of `Done`, whose module takes seconds to import
    _print({"done": {"files": {}, "styles": {}, "lines": [], "values": values}})
    return 0


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
