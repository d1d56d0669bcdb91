"""``geotransfer match``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geotransfer.cli.guards import SANDBOX, guarded
from geotransfer.cli.printing import say

if TYPE_CHECKING:
    from geotransfer.relocation.matching import Matching

__all__ = ["register"]

ROUNDING = 1e-6
"""Of tonnes, plants and the like a year."""


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command("match")(_match)


def _match(
    problem: Annotated[Path, typer.Argument(help="A problem (.toml); with --evaluate the folder of a plan.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for the plan; with --evaluate a CSV.")] = None,
    happened: Annotated[
        Path | None, typer.Option("--evaluate", help="CSV of what happened: origin, industry, zone, tonnes (and unit).")
    ] = None,
    with_map: Annotated[bool, typer.Option("--map/--no-map", help="Write map.html.")] = True,
    with_report: Annotated[bool, typer.Option("--report/--no-report", help="Write report.html.")] = True,
    sandbox: Annotated[bool, SANDBOX] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Times and memory; tracebacks.")] = False,
) -> None:
    """Match capacity that leaves its place with places that may take it; exit code 3 when nothing fits."""
    if happened is not None:
        _evaluate(problem, happened, out)
        return
    if out is None:
        raise typer.BadParameter("say where the plan goes: -o FOLDER")
    from geotransfer.relocation.matching import match
    from geotransfer.relocation.problem import Problem
    from geotransfer.relocation.writing import check_matching_folder, write_matching

    guarded(sandbox=sandbox)
    check_matching_folder(out)
    times = [time.perf_counter()]
    plan = match(Problem.from_file(problem, sandbox=sandbox))
    times.append(time.perf_counter())
    folder = write_matching(plan, out, with_map=with_map, with_report=with_report)
    times.append(time.perf_counter())
    _summarise(plan)
    if verbose:
        _tell_times(plan, *times)
    say(f"  files  {folder}")
    for name in ("map.html", "report.html"):
        if (folder / name).exists():
            say(f"  {name.removesuffix('.html'):<6} {folder / name}")
    if plan.conflict is not None:
        raise typer.Exit(3)


def _tell_times(plan: Matching, start: float, matched: float, written: float) -> None:
    from geotransfer.inputs.execution import peak_memory_mb

    spent = {"reading": matched - start - plan.solved.seconds, "search": plan.solved.seconds}
    for name, seconds in {**spent, "writing": written - matched}.items():
        say(f"  {name:<12} {max(seconds, 0.0):>8.3f} s")
    say(f"  {'peak':<12} {peak_memory_mb()} MB")


def _evaluate(plan: Path, happened: Path, out: Path | None) -> None:
    from geotransfer.errors import InputError
    from geotransfer.outputs.tables import write_table
    from geotransfer.relocation.evaluation import evaluate_matching

    if out is not None and out.resolve() == happened.resolve():
        raise InputError(f"-o {str(out)!r} is the table that is read; name another file")
    table = evaluate_matching(plan, happened)
    if out is not None:
        write_table(table, out)
    say(table.to_string(index=False))
    say(f"planned {table['planned_t'].sum():,.0f} t/a, happened {table['happened_t'].sum():,.0f} t/a")
    if silent := int((table["verdict"] == "not reported").sum()):
        say(f"{silent} 条计划未见填报, 按 0 计 / {silent} planned ways have no row in the CSV and count as 0")


def _summarise(plan: Matching) -> None:
    solved = plan.solved
    title = plan.problem.title
    if title:
        say(title if isinstance(title, str) else f"{title.zh} / {title.en}")
    if plan.conflict is not None:
        say("  无可行方案; 下列约束不能同时成立 / no plan; these constraints cannot hold together:")
        say(f"    {'; '.join(plan.conflict.names)}")
        for give in plan.conflict.concessions:
            say(f"    {give.name} ({give.label}): {give.amount:,.4g} {give.unit}")
        return
    say(
        f"  {solved.status}, gap {solved.gap:.2%}, bound {solved.bound:,.6g}, objective {solved.objective:,.6g}, "
        f"{solved.seconds:.1f} s, {solved.rounds} rounds of cuts"
    )
    flows = plan.flows
    for origin, province, name, industry, tonnes in zip(
        *(flows[column] for column in ("origin", "province", "name", "industry", "tonnes")), strict=True
    ):
        say(f"  {origin} -> {province} {name}  {industry}  {tonnes:>12,.0f} t/a")
    for slack in plan.slack:
        state = f"binds in {slack.binding} of {slack.rows}" if slack.binding else "has room"
        say(f"  {slack.name}: {state}, least {_whole(slack.least):,.4g} {slack.unit} ({slack.label})")


def _whole(number: float) -> float:
    """Return 0 for what only the solver's rounding makes differ from it."""
    return 0.0 if abs(number) < ROUNDING else number
