"""Tasks on processes of this machine (standard library, spawned): one that dies is replaced, its task begun again."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import cast

from geotransfer.batch.task import Report, Task, run_task
from geotransfer.errors import InputError

__all__ = ["run_here", "run_in_processes"]

ATTEMPTS = 3
"""A task whose worker died so often is a failure."""
ONE_CORE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "GDAL_NUM_THREADS")
"""A worker computes on one core: several that each take all of them are slower than one."""
READY = "ready"


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: tuple[Task, int] | None = None
    ready: bool = False


def run_here(tasks: Sequence[Task]) -> Generator[Report]:
    """Yield the reports of tasks that are run one after another in this process."""
    for task in tasks:
        yield run_task(task)


def run_in_processes(tasks: Sequence[Task], *, workers: int) -> Generator[Report]:
    """Yield the reports of tasks as they are finished, in no order.

    A process that dies (killed, out of memory) is replaced; its task is begun again, up to three times.

    Raises
    ------
    InputError
        The processes cannot be started.
    """
    waiting = deque((task, 1) for task in tasks)
    crew: list[_Worker] = []
    # twice where none has ever begun: it is no accident then
    stillborn, patience = 0, 1
    try:
        while waiting or any(worker.task for worker in crew):
            while len(crew) < min(workers, len(waiting) + sum(w.task is not None for w in crew)):
                crew.append(_start())
            for pipe in wait([worker.pipe for worker in crew]):
                worker = next(w for w in crew if w.pipe is pipe)
                message = _received(worker)
                if isinstance(message, Report):
                    yield replace(message, attempts=worker.task[1] if worker.task else 1)
                    worker.task = None
                elif message is None:
                    crew.remove(worker)
                    stillborn += not worker.ready
                    if stillborn > patience:
                        raise _cannot_start()
                    yield from _begun_again(worker, waiting)
                    continue
                worker.ready, patience = True, ATTEMPTS
                _give(worker, waiting)
    finally:
        _dismiss(crew)


def _begun_again(worker: _Worker, waiting: deque[tuple[Task, int]]) -> Iterator[Report]:
    """Put the task of a dead worker first in the row, or give it up."""
    worker.process.join()
    worker.pipe.close()
    if worker.task is None:
        return
    task, attempt = worker.task
    if attempt < ATTEMPTS:
        waiting.appendleft((task, attempt + 1))
        return
    code = worker.process.exitcode
    how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
    error = f"its worker process ended {how}, {attempt} times; out of memory? Take fewer workers or coarser cells"
    yield Report(task.id, 0.0, error, "WorkerDied", attempts=attempt)


def _received(worker: _Worker) -> Report | str | None:
    """Return what a worker says; None when it is dead."""
    try:
        return cast("Report | str", worker.pipe.recv())
    except (EOFError, OSError):
        return None


def _give(worker: _Worker, waiting: deque[tuple[Task, int]]) -> None:
    worker.task = waiting.popleft() if waiting else None
    # a worker that died in the meantime is noticed when it is listened to
    with suppress(OSError):
        worker.pipe.send(None if worker.task is None else worker.task[0])


def _start() -> _Worker:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    with _one_core():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _one_core() -> Iterator[None]:
    """Let processes started in the block compute on one core each, unless the user has said otherwise."""
    unset = [name for name in ONE_CORE if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))
    try:
        yield
    finally:
        for name in unset:
            os.environ.pop(name, None)


def _serve(pipe: Connection) -> None:
    """Work until there is no more to do, or nobody to tell: when the batch is killed, its workers end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        pipe.send(READY)
        while (task := pipe.recv()) is not None:
            pipe.send(run_task(task))


def _dismiss(crew: list[_Worker]) -> None:
    for worker in crew:
        with suppress(OSError):
            worker.pipe.send(None)
        if worker.task is not None:
            # a result is written whole or not at all
            worker.process.terminate()
        worker.pipe.close()
    for worker in crew:
        worker.process.join()


def _cannot_start() -> InputError:
    return InputError(
        "worker processes end before they begin; expected that they can be started: a script calls run_batch(...) "
        "below `if __name__ == '__main__':`, or with workers=1"
    )
