"""``geotransfer batch`` and ``diff``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geotransfer.cli.guards import ALLOW_REMOTE, SANDBOX, guarded
from geotransfer.cli.progress import batch_progress

if TYPE_CHECKING:
    from geotransfer.batch.running import BatchReport

__all__ = ["register"]

SOME_FAILED = 3
"""Exit code when scenarios failed and the others are finished; 2 is a mistake in the call, 1 an error of ours."""
UNITS = {"": 1e-6, "b": 1e-6, "k": 1e-3, "kb": 1e-3, "m": 1.0, "mb": 1.0, "g": 1e3, "gb": 1e3}


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command("batch")(_batch)
    app.command("diff")(_diff)


def _batch(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="FILE|DIR|NAME...", help="Scenarios, sweeps (a .toml with `base`), folders of them."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the batch; run again to go on.")],
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes of this machine (1).")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A running Dask scheduler: tcp://host:8786.")
    ] = None,
    scheduler_file: Annotated[
        str | None, typer.Option("--scheduler-file", metavar="F", help="File a Dask scheduler has written.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a key in every scenario, e.g. grid.resolution=25000."),
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option("--memory-limit", metavar="SIZE", help="What the workers may hold, e.g. 4GB.")
    ] = None,
    sandbox: Annotated[bool, SANDBOX] = False,
    allow_remote: Annotated[bool, ALLOW_REMOTE] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Times and memory; tracebacks.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run many scenarios; what is finished is kept, what fails does not stop the others (exit code 3)."""
    from geotransfer.batch.running import run_batch
    from geotransfer.batch.sweep import read_cases
    from geotransfer.errors import InputError
    from geotransfer.spec.overrides import parse_assignment

    if workers is not None and (scheduler or scheduler_file):
        raise InputError("got --workers and a scheduler, expected one of both")
    guarded(sandbox=sandbox, allow_remote=allow_remote)
    cases = read_cases(sources, overrides=dict(parse_assignment(text) for text in assignments or []), sandbox=sandbox)
    with batch_progress(quiet=quiet) as progress:
        report = run_batch(
            cases,
            out=out,
            workers=1 if workers is None else workers,
            scheduler=scheduler,
            scheduler_file=scheduler_file,
            memory_limit_mb=None if memory_limit is None else parse_size_mb(memory_limit),
            progress=progress,
        )
    if not quiet:
        _summarise(report, verbose=verbose)
    if report.failed:
        raise typer.Exit(SOME_FAILED)


def parse_size_mb(text: str) -> float:
    """Return a size in MB.

    Raises
    ------
    InputError
        It is no size.

    Examples
    --------
    >>> parse_size_mb("4GB"), parse_size_mb("512 MB")
    (4000.0, 512.0)
    """
    from geotransfer.errors import InputError

    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", text)
    if found is None or found[2].lower() not in UNITS or float(found[1]) == 0:
        raise InputError(f"--memory-limit got {text!r}, expected a size such as 4GB or 800MB")
    return float(found[1]) * UNITS[found[2].lower()]


def _summarise(report: BatchReport, *, verbose: bool) -> None:
    typer.echo(f"  finished {report.finished}, finished before {report.kept}, failed {report.failed}")
    for row in report.failures.head(5).to_dict("records"):
        typer.echo(f"  failed {row['scenario'] or row['base']!s} {row['overrides']}: {row['error']}")
    if report.failed:
        typer.echo(f"  failures {report.out / 'failures.csv'}")
    if verbose:
        overhead = report.overhead_seconds
        typer.echo(f"  {report.seconds:.1f} s, of which the workers computed {report.working_seconds:.1f} s")
        if overhead is not None:
            typer.echo(f"  beside computing {overhead:.3f} s a scenario")
    typer.echo(f"  summary  {report.out / 'summary.parquet'}\n  scenarios {report.out / 'scenarios.csv'}")


def _diff(
    first: Annotated[Path, typer.Argument(metavar="OUT_A", help="Folder of a finished run.")],
    second: Annotated[Path, typer.Argument(metavar="OUT_B", help="Folder of another one.")],
    top: Annotated[int, typer.Option("--top", metavar="N", help="How many zones to print.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON and nothing else.")] = False,
) -> None:
    """Say which zones changed rank between two runs, and why: which criterion, input, weight or rule."""
    import json

    from geotransfer.outputs.folder import read_result
    from geotransfer.results.difference import difference

    found = difference(read_result(first), read_result(second))
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1, allow_nan=False))
        return
    for line in found.lines(top=top):
        typer.echo(line)
