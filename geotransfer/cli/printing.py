"""The one way of the commands to a terminal: names, titles and messages may come from anybody's file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from geotransfer.guard.terminal import json_text, printable

__all__ = ["SafeConsole", "say", "say_json"]


def say(text: str, *, err: bool = False) -> None:
    """Print a line (see `printable`)."""
    typer.echo(printable(text), err=err)


def say_json(value: Any, *, indent: int = 1) -> None:
    """Print plain values as JSON and nothing else."""
    typer.echo(json_text(json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)))


class SafeConsole(Console):
    """A console whose colours are its own: text is printed as `say` does."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of what is printed."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)
