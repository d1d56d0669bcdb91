"""Progress on the terminal; silence elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from geotransfer.study.execution import Progress as ReportProgress

__all__ = ["stage_progress"]


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
