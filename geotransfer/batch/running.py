"""`run_batch`: what is to be done, what is done already, who does the rest, and the tables over all of it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geotransfer.batch.cluster import connected, run_on_cluster
from geotransfer.batch.folder import BatchFolder
from geotransfer.batch.processes import run_here, run_in_processes
from geotransfer.batch.sweep import Case
from geotransfer.batch.task import Report, Task, make_task
from geotransfer.errors import InputError
from geotransfer.inputs.execution import versions
from geotransfer.inputs.shared_work import SharedWork
from geotransfer.spec.scenario import Scenario

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["BatchProgress", "BatchReport", "run_batch"]

TABLES_SECONDS = 15.0
"""How often the tables are written while a batch runs."""


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is.

    Attributes
    ----------
    total, finished, failed, kept : int
        Scenarios; finished by this call; failed; finished before it.
    seconds : float
        Since the first one was begun.
    """

    total: int
    finished: int
    failed: int
    kept: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the pace so far; None before the first scenario is done.

        Examples
        --------
        >>> BatchProgress(total=10, finished=2, failed=0, kept=3, seconds=4.0).seconds_left
        10.0
        """
        done = self.finished + self.failed
        return None if done == 0 else self.seconds / done * (self.total - self.kept - done)


@dataclass(frozen=True)
class BatchReport:
    """What a batch did.

    Attributes
    ----------
    out : Path
        Its folder.
    scenarios, failures : DataFrame
        As in scenarios.csv and failures.csv.
    finished, failed, kept : int
        Scenarios finished by this call, failed, finished before it.
    seconds : float
        Of this call.
    working_seconds : float
        Of all workers, in scenarios.
    workers : int or None
        None on a cluster.
    """

    out: Path
    scenarios: pd.DataFrame = field(repr=False)
    failures: pd.DataFrame = field(repr=False)
    finished: int
    failed: int
    kept: int
    seconds: float
    working_seconds: float
    workers: int | None

    @property
    def overhead_seconds(self) -> float | None:
        """Time of the workers that no scenario took, for each scenario: their start, handing out, tables."""
        done = self.finished + self.failed
        if self.workers is None or done == 0:
            return None
        return (self.seconds * min(self.workers, done) - self.working_seconds) / done

    def summary(self) -> pd.DataFrame:
        """Return summary.parquet: one row for each scenario and zone."""
        return pd.read_parquet(self.out / "summary.parquet")


def run_batch(
    scenarios: Iterable[Scenario | Case],
    *,
    out: str | os.PathLike[str],
    client: Client | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    scheduler_file: str | None = None,
    memory_limit_mb: float | None = None,
    progress: Callable[[BatchProgress], None] | None = None,
) -> BatchReport:
    """Run many scenarios into one folder; what is finished there already is not done again.

    Each scenario lies in ``scenarios/<id>``, whole or not there; the id changes with the scenario, the content of the
    files it names and the code. One that fails does not stop the others. Steps that scenarios have in common are done
    once (see `SharedWork`).

    Parameters
    ----------
    scenarios : iterable of Scenario or Case
        What to run; `read_cases` reads files and sweeps. Equal ones are run once.
    out : path
        Folder of the batch; new, empty, or that of a batch.
    client : distributed.Client, optional
        Of a Dask cluster whose workers have geotransfer and see `out` under the same path. It stays open.
    workers : int
        Processes of this machine; 1 works in this process. In a script, more than one only below
        ``if __name__ == "__main__":``.
    scheduler, scheduler_file : str, optional
        Address of a running Dask scheduler, or the file that holds it; instead of `client`.
    memory_limit_mb : float, optional
        What all workers of this machine together, or one worker of a cluster, may hold.
    progress : callable, optional
        Told after each scenario.

    Returns
    -------
    BatchReport
        Also after failures: ``report.failed`` and ``report.failures`` say which.

    Raises
    ------
    OutputError
        Another batch writes into `out`, `out` holds something else, the disk is full.
    InputError
        No scenario, no worker, workers that cannot be started, a scheduler that does not answer.
    MissingExtra
        A scheduler without dask[distributed].

    Examples
    --------
    >>> import tempfile
    >>> import geotransfer as gt
    >>> small = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> sweep = [small.with_overrides({"criteria.people.weight": weight}) for weight in (0.1, 0.3)]
    >>> report = run_batch(sweep, out=tempfile.mkdtemp())
    >>> report.finished, report.failed, report.summary()["scenario"].nunique()
    (2, 0, 2)
    """
    if workers < 1:
        raise InputError(f"workers is {workers}, expected at least 1")
    given = [name for name, value in (("client", client), ("scheduler", scheduler), ("file", scheduler_file)) if value]
    if len(given) > 1:
        raise InputError(f"got {' and '.join(given)}, expected one cluster: client, scheduler or scheduler_file")
    cases = [case if isinstance(case, Case) else Case(case.name, case) for case in scenarios]
    if not cases:
        raise InputError("there is no scenario, expected at least one")
    start = time.perf_counter()
    folder = BatchFolder(Path(out).resolve())
    with folder.held():
        each = None if memory_limit_mb is None else memory_limit_mb / (1 if given else workers)
        plan = _planned(cases, folder, each)
        if given:
            reports = _on_cluster(plan.to_do, client, scheduler, scheduler_file)
        else:
            reports = run_here(plan.to_do) if workers == 1 else run_in_processes(plan.to_do, workers=workers)
        with closing(reports):
            _followed(plan, reports, progress)
        folder.settle_summary(plan.done)
        tables = plan.write_tables()
    done = [report for report in plan.reports.values() if not report.error]
    return BatchReport(
        folder.root,
        *tables,
        finished=len(done),
        failed=len(tables[1]),
        kept=len(plan.kept),
        seconds=time.perf_counter() - start,
        working_seconds=sum(report.seconds for report in plan.reports.values()),
        workers=None if given else workers,
    )


def _on_cluster(
    tasks: Sequence[Task], given: Client | None, scheduler: str | None, scheduler_file: str | None
) -> Generator[Report]:
    if not tasks:
        return
    client = given or connected(scheduler=scheduler, scheduler_file=scheduler_file)
    address, security = client.scheduler.address, client.security
    try:
        yield from run_on_cluster(
            tasks,
            client,
            connect=lambda: connected(
                scheduler=None if scheduler_file else scheduler or address,
                scheduler_file=scheduler_file,
                security=security,
            ),
        )
    finally:
        if given is None:
            client.close()


@dataclass(eq=False)
class _Plan:
    """The cases of a batch, their tasks, and what became of them."""

    folder: BatchFolder
    cases: list[tuple[Case, Task | None]]
    kept: frozenset[str]
    reports: dict[str, Report] = field(default_factory=dict)

    @property
    def tasks(self) -> dict[str, Task]:
        """The tasks by id, each once."""
        return {task.id: task for _, task in self.cases if task is not None}

    @property
    def to_do(self) -> list[Task]:
        return [task for id, task in self.tasks.items() if id not in self.kept]

    @property
    def done(self) -> list[str]:
        return [id for id in self.tasks if id in self.kept or (id in self.reports and not self.reports[id].error)]

    def write_tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Write the tables of the batch, and return scenarios and failures."""
        rows = [self._row(case, task) for case, task in self.cases]
        table = pd.DataFrame(rows)
        names = ["scenario", "base", "overrides", "error_type", "error", "attempts", "log"]
        failed = table[table["status"].isin(["failed", "invalid"])]
        failures = pd.DataFrame({name: failed[name] for name in names})
        scenarios = table.drop(columns=["error_type", "error", "log"])
        facts = {"schema": 1, "scenarios": list(self.tasks), "versions": versions()}
        self.folder.write_tables(scenarios, failures, facts)
        return scenarios, failures

    def _row(self, case: Case, task: Task | None) -> dict[str, Any]:
        row: dict[str, Any] = {
            "scenario": "" if task is None else task.id,
            "base": case.base,
            "name": "" if case.scenario is None else case.scenario.name,
            "overrides": json.dumps(case.overrides, ensure_ascii=False),
        }
        report = None if task is None else self.reports.get(task.id)
        error, kind = (case.error, "InputError") if task is None else ("", "")
        status = "invalid" if task is None else "finished" if task.id in self.kept else "waiting"
        if report is not None:
            error, kind, status = report.error, report.kind, "failed" if report.error else "finished"
        row |= {"status": status, "seconds": None if report is None else report.seconds}
        row["attempts"] = 0 if report is None else report.attempts
        row["peak_memory_mb"] = None if report is None else report.peak_memory_mb
        row |= {"error_type": kind, "error": error, "log": "" if task is None else f"logs/{task.id}.log"}
        return row | {key: _cell(value) for key, value in case.overrides.items()}


def _cell(value: Any) -> Any:
    """Return a value as a cell of a table: lists and tables as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | tuple) else str(value)


def _planned(cases: Sequence[Case], folder: BatchFolder, memory_mb: float | None) -> _Plan:
    known = SharedWork(disk=False)
    made = [
        (
            case,
            None
            if case.scenario is None
            else make_task(case.scenario, out=folder.root, memory_mb=memory_mb, known=known),
        )
        for case in cases
    ]
    kept = frozenset(id for id in {task.id for _, task in made if task is not None} if folder.is_finished(id))
    return _Plan(folder, made, kept)


def _followed(plan: _Plan, reports: Iterator[Report], progress: Callable[[BatchProgress], None] | None) -> None:
    """Take the reports as they come; tell of them, and keep the tables fresh. What comes in between, they are right."""
    start = written = time.monotonic()
    finished = failed = 0
    total, invalid = len(plan.tasks), sum(task is None for _, task in plan.cases)
    plan.write_tables()
    try:
        for report in reports:
            plan.reports[report.id] = report
            failed, finished = failed + bool(report.error), finished + (not report.error)
            now = time.monotonic()
            if progress is not None:
                progress(BatchProgress(total + invalid, finished, failed, len(plan.kept) + invalid, now - start))
            if now - written > TABLES_SECONDS:
                plan.write_tables()
                written = now
    finally:
        plan.write_tables()
