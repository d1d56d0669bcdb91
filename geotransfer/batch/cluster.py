"""Tasks on a Dask cluster: the same task code; lost workers and a scheduler that is started again are lived through."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geotransfer.batch.folder import BatchFolder
from geotransfer.batch.task import Report, Task, run_task
from geotransfer.errors import InputError, MissingExtra

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["connected", "run_on_cluster"]

PATIENCE_SECONDS = 120.0
"""How long a scheduler that went away is waited for."""
ANSWER_SECONDS = 10.0
"""How long it may take to answer."""
CHECK_SECONDS = 3.0
"""How often it is asked whether it is there while nothing is finished."""
POLL_SECONDS = 0.02
ROUNDS = 10
"""How often the tasks are handed out again after the scheduler was lost."""


def connected(*, scheduler: str | None = None, scheduler_file: str | None = None, security: Any = None) -> Client:
    """Return a client of a running scheduler.

    Raises
    ------
    MissingExtra
        Dask distributed is not installed.
    InputError
        No scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtra(
            "a Dask scheduler needs dask[distributed], which is not installed; run: "
            "pip install 'geotransfer[distributed]' (--workers N needs nothing)"
        ) from error
    # a file names an address, and would be waited for until it appears
    if scheduler_file is not None and not Path(scheduler_file).is_file():
        raise InputError(
            f"scheduler file {scheduler_file!r} does not exist; `dask scheduler --scheduler-file` writes it"
        )
    try:
        return Client(
            scheduler,
            scheduler_file=scheduler_file,
            set_as_default=False,
            timeout=ANSWER_SECONDS,
            security=security,
        )
    except (OSError, ValueError) as error:
        raise InputError(
            f"the scheduler {scheduler or scheduler_file} does not answer: {error}; expected the address of a running "
            "`dask scheduler`, such as tcp://host:8786"
        ) from error


def run_on_cluster(tasks: Sequence[Task], client: Client, *, connect: Callable[[], Client]) -> Iterator[Report]:
    """Yield the reports of tasks as they are finished, in no order.

    Dask gives the task of a lost worker to another one. A scheduler that is lost is waited for, and what is not
    finished is handed out again.

    Parameters
    ----------
    tasks : sequence of Task
    client : Client
        It stays open.
    connect : callable
        Gives another client of the same scheduler when the connection is lost.

    Raises
    ------
    InputError
        The scheduler stays away; what is finished is finished.
    """
    left = {task.id: task for task in tasks}
    current = client
    try:
        for number in range(ROUNDS):
            for report in _one_round(list(left.values()), current, number):
                yield _checked(report, left.pop(report.id))
            if not left:
                return
            if current is not client:
                current.close()
            current = _reconnected(connect)
            for task in [task for task in left.values() if _is_seen(task)]:
                # it was finished, but nobody was there to hear it
                yield Report(left.pop(task.id).id, 0.0)
    finally:
        if current is not client:
            current.close()
    raise InputError(f"the scheduler was lost {ROUNDS} times; {len(left)} scenarios are left: run the batch again")


def _one_round(tasks: list[Task], client: Client, number: int) -> Iterator[Report]:
    """Yield reports until all are there or the scheduler is lost."""
    from distributed import as_completed

    by_key = {f"geotransfer-{task.id}-{number}": task for task in tasks}
    futures = {}
    # a connection that breaks, a client that is closed: what is missing is handed out in the next round
    with suppress(OSError, RuntimeError):
        futures = {key: client.submit(run_task, task, key=key, pure=False) for key, task in by_key.items()}
        ready = as_completed(list(futures.values()), loop=client.loop)
        checked = time.monotonic()
        while futures:
            found = ready.next_batch(block=False) if not ready.is_empty() else []
            for future in found:
                del futures[future.key]
                report = _told(future, by_key[future.key])
                if report is not None:
                    yield report
            if not found:
                time.sleep(POLL_SECONDS)
                if time.monotonic() - checked > CHECK_SECONDS:
                    if not _answers(client):
                        return
                    checked = time.monotonic()


def _told(future: Any, task: Task) -> Report | None:
    """Return what a future tells; None when the scheduler was lost with it."""
    if future.status == "finished":
        report = future.result()
        return report if isinstance(report, Report) else None
    if future.status != "error":
        return None
    error = future.exception()
    return Report(task.id, 0.0, f"on the cluster: {error}", type(error).__name__)


def _answers(client: Client) -> bool:
    if client.status != "running":
        return False
    try:
        client.sync(client.scheduler.identity, callback_timeout=ANSWER_SECONDS)
    except (OSError, RuntimeError):
        return False
    return True


def _reconnected(connect: Callable[[], Client]) -> Client:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return connect()
        except InputError as error:
            if time.monotonic() > end:
                raise InputError(
                    f"the scheduler was lost and stays away for {PATIENCE_SECONDS:.0f} s; finished scenarios are kept: "
                    "start it and run the batch again"
                ) from error
            time.sleep(1.0)


def _is_seen(task: Task) -> bool:
    return BatchFolder(Path(task.out)).is_finished(task.id)


def _checked(report: Report, task: Task) -> Report:
    """Return the report; one of success only when the result can be seen from here."""
    if report.error or _is_seen(task):
        return report
    error = (
        f"a worker says it is finished, but {task.out!r} does not hold it here; expected a folder that all machines "
        "share under one path"
    )
    return Report(report.id, report.seconds, error, "NotShared")
