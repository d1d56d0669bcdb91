"""Progress on the terminal; silence elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from geotransfer.inputs.execution import Progress as ReportProgress

if TYPE_CHECKING:
    from geotransfer.batch.running import BatchProgress

__all__ = ["batch_line", "batch_progress", "stage_progress"]


@contextmanager
def stage_progress(*, quiet: bool) -> Iterator[ReportProgress]:
    """Yield a callable that shows ``(stage, done, total)`` as a bar on stderr when that is a terminal."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield _silent
        return
    columns = (TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def show(stage: str, done: int, total: int) -> None:
            # a total of 0 is one nobody knows
            bar.update(task, description=stage, completed=done, total=total or None)

        yield show


def _silent(stage: str, done: int, total: int) -> None:
    """Show nothing."""


@contextmanager
def batch_progress(*, quiet: bool) -> Iterator[Callable[[BatchProgress], None]]:
    """Yield a callable that shows how far a batch is: a bar on a terminal, else a line now and then; all on stderr."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _state: None
        return
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("planning", total=None)

        def show(state: BatchProgress) -> None:
            done = state.kept + state.finished + state.failed
            bar.update(task, description=batch_line(state), completed=done, total=state.total)

        yield show


class _Lines:
    """Prints a line when a twentieth more is done, and the first and the last."""

    def __init__(self, console: Console) -> None:
        self._console, self._shown = console, -1

    def __call__(self, state: BatchProgress) -> None:
        step = 20 * (state.kept + state.finished + state.failed) // state.total
        if step > self._shown:
            self._shown = step
            self._console.print(batch_line(state), highlight=False)


def batch_line(state: BatchProgress) -> str:
    """Return how far a batch is in one line.

    Examples
    --------
    >>> from geotransfer.batch.running import BatchProgress
    >>> batch_line(BatchProgress(total=10, finished=2, failed=1, kept=3, seconds=6.0))
    '6/10, 1 failed, 2.0 s each, about 0:00:08 left'
    """
    done = state.finished + state.failed
    failed = f", {state.failed} failed" if state.failed else ""
    left = state.seconds_left
    if left is None:
        return f"{state.kept}/{state.total}"
    pace = f"{state.seconds / done:.1f} s each, about {timedelta(seconds=round(left))} left"
    return f"{state.kept + done}/{state.total}{failed}, {pace}"
