"""One scenario of a batch: what a worker is given, what it does, what it tells. The same code on every worker."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from geotransfer.batch.folder import BatchFolder
from geotransfer.errors import GeotransferError, InputError
from geotransfer.guard.sources import redacted
from geotransfer.inputs.execution import peak_memory_mb
from geotransfer.inputs.fingerprints import code_fingerprint, input_fingerprints
from geotransfer.inputs.shared_work import MEMORY_MB, SharedWork
from geotransfer.outputs.folder import write_tables
from geotransfer.spec.scenario import Scenario
from geotransfer.study.assembly import run
from geotransfer.study.memory import MEMORY_MB as MEMORY_MB_OF_A_RUN

__all__ = ["Report", "Task", "make_task", "run_task"]

ID_LENGTH = 16
SHARE_OF_MEMORY = 0.3
"""Of the memory limit, for what is kept from scenario to scenario."""


@dataclass(frozen=True)
class Task:
    """What a worker is given: plain values.

    Attributes
    ----------
    id : str
        Content hash of the scenario, of the files it names and of the code.
    scenario : dict
        What `Scenario.from_mapping` takes.
    inputs : dict
        sha256 of the files and fetched layers it names.
    code : str
        Fingerprint of the code it was planned with.
    out : str
        Folder of the batch.
    memory_mb : float or None
        What a worker may hold.
    """

    id: str
    scenario: dict[str, Any]
    inputs: dict[str, str]
    code: str
    out: str
    memory_mb: float | None = None


@dataclass(frozen=True)
class Report:
    """What a worker tells of a task.

    Attributes
    ----------
    id : str
        Of the task.
    seconds : float
        What it took on the worker.
    error, kind : str
        What went wrong and its type; "" when it is finished.
    peak_memory_mb : float or None
        Of the worker so far.
    attempts : int
        How often it was begun.
    """

    id: str
    seconds: float
    error: str = ""
    kind: str = ""
    peak_memory_mb: float | None = None
    attempts: int = field(default=1, compare=False)


def make_task(
    scenario: Scenario, *, out: Path, memory_mb: float | None = None, known: SharedWork | None = None
) -> Task:
    """Return the task of a scenario; its id changes with the scenario, the content of its inputs, and the code.

    Examples
    --------
    >>> import geotransfer as gt
    >>> study = gt.scenario("aluminium")
    >>> one = make_task(study, out=Path("a"))
    >>> two = make_task(study.with_overrides({"site_area_km2": 50}), out=Path("a"))
    >>> len(one.id), one.id == two.id
    (16, False)
    """
    values = scenario.model_dump(mode="json")
    inputs = input_fingerprints(values, digest=None if known is None else known.file_sha256)
    code = code_fingerprint()
    text = json.dumps([values, inputs, code], ensure_ascii=False)
    id = hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]
    return Task(id, values, inputs, code, str(out), memory_mb)


@cache
def _kept(memory_mb: float) -> SharedWork:
    """Return what the scenarios of this process share."""
    return SharedWork(memory_mb=memory_mb)


def run_task(task: Task) -> Report:
    """Run one scenario and write it, whole or not at all; whatever goes wrong is told, not raised."""
    start = time.perf_counter()
    error = kind = ""
    with _log(task) as log:
        try:
            _run(task, log)
        except GeotransferError as mistake:
            error, kind = redacted(str(mistake)), type(mistake).__name__
        except Exception as ours:  # noqa: BLE001  one scenario's accident must not end the others: it is told in full
            error, kind = redacted(f"an error of ours: {ours}"), type(ours).__name__
            _say(log, traceback.format_exc())
        seconds = round(time.perf_counter() - start, 3)
        if error and BatchFolder(Path(task.out)).is_finished(task.id):
            # a worker that was given up for lost came first
            error = kind = ""
        _say(log, f"{seconds:8.3f} s  {error or 'finished'}")
    return Report(task.id, seconds, error, kind, peak_memory_mb())


def _run(task: Task, log: TextIO | None) -> None:
    if task.code != code_fingerprint():
        raise InputError(
            "this worker has another geotransfer, or other libraries, than the batch was planned with; expected the "
            "same on all machines: install the same versions and start the workers again"
        )
    folder = BatchFolder(Path(task.out))
    study = Scenario.from_mapping(task.scenario)
    start = time.perf_counter()
    memory = MEMORY_MB if task.memory_mb is None else min(MEMORY_MB, SHARE_OF_MEMORY * task.memory_mb)
    kept = _kept(memory)
    result = run(
        study,
        progress=lambda stage, _done, _total: _say(log, f"{time.perf_counter() - start:8.3f} s  {stage}"),
        shared=kept,
        memory_mb=MEMORY_MB_OF_A_RUN if task.memory_mb is None else task.memory_mb,
    )
    if input_fingerprints(task.scenario, digest=kept.file_sha256) != task.inputs:
        raise InputError("a file that the scenario names was changed during the batch; run the batch again")
    folder.clear(task.id)
    folder.write_part(task.id, result.ranking)
    write_tables(result, folder.scenario(task.id))


@contextmanager
def _log(task: Task) -> Iterator[TextIO | None]:
    path = BatchFolder(Path(task.out)).log(task.id)
    try:
        stream = path.open("a", encoding="utf-8")
    except OSError:
        # a log that cannot be written is no reason to stop
        yield None
        return
    try:
        yield stream
    finally:
        with suppress(OSError):
            stream.close()


def _say(log: TextIO | None, line: str) -> None:
    if log is not None:
        with suppress(OSError):
            log.write(redacted(line) + "\n")
            log.flush()
