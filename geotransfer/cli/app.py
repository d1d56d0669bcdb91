"""The application: its groups of commands, and how errors end."""

from __future__ import annotations

import io
import sys
import traceback
import warnings
from types import TracebackType
from typing import Annotated, TextIO

import typer

from geotransfer.cli import (
    batch_commands,
    diagnosis_commands,
    division_commands,
    industry_commands,
    layer_commands,
    match_commands,
    publish_command,
    qgis_commands,
    route_commands,
    siting_commands,
    study_commands,
)
from geotransfer.cli.printing import say
from geotransfer.errors import GeotransferError
from geotransfer.guard.sources import redacted

__all__ = ["app", "main"]

app = typer.Typer(
    name="geotransfer",
    help="Where should an energy-intensive plant move, how good is each place, and why?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
study_commands.register(app)
batch_commands.register(app)
route_commands.register(app)
siting_commands.register(app)
industry_commands.register(app)
diagnosis_commands.register(app)
match_commands.register(app)
publish_command.register(app)
division_commands.register(layer_commands.app)
app.add_typer(layer_commands.app, name="layers")
app.add_typer(qgis_commands.app, name="qgis")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say(f"geotransfer {version('geotransfer')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Suitability maps for the relocation of energy-intensive industry."""


def main() -> None:
    """Run the command line; exit code 2 for the user's mistake, 1 for ours."""
    for stream in (sys.stdout, sys.stderr):
        # a console or pipe that knows no Chinese shows "?", and the run does not fail for it
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    warnings.showwarning = _one_line
    verbose = any(arg in ("-v", "--verbose") for arg in sys.argv[1:])
    sys.excepthook = _verbose_hook if verbose else _one_paragraph
    # typer's own call would put its hook in the place of ours
    command = typer.main.get_command(app)
    try:
        command()
    except GeotransferError as error:
        if verbose:
            say(redacted(traceback.format_exc()), err=True)
        else:
            say(redacted(f"geotransfer: {error}"), err=True)
        sys.exit(2)


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning as a sentence, without the line of code that raised it."""
    del filename, lineno, file, line
    if not issubclass(category, DeprecationWarning | PendingDeprecationWarning):
        say(redacted(f"geotransfer: warning: {message}"), err=True)


def _one_paragraph(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    say(
        f"geotransfer: an error of ours, {kind.__name__}: {redacted(str(error))}. Run again with -v for the traceback "
        "and report it.",
        err=True,
    )


def _verbose_hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    say(redacted("".join(traceback.format_exception(kind, error, trace))), err=True)
