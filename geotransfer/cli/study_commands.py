"""``geotransfer run``, ``scenarios``, ``map`` and ``report``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from geotransfer.cli.guards import ALLOW_REMOTE, SANDBOX, guarded
from geotransfer.cli.industry_commands import cost_lines
from geotransfer.cli.progress import stage_progress

if TYPE_CHECKING:
    from geotransfer.results.result import Result
    from geotransfer.spec.scenario import Scenario

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command("run")(_run)
    app.command("scenarios")(_scenarios)
    app.command("map")(_map)
    app.command("report")(_report)


def _run(
    scenario: Annotated[str, typer.Argument(help="A built-in name (see `geotransfer scenarios`) or a .toml file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the result.")],
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a key of the scenario, e.g. grid.resolution=25000."),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option("--from", metavar="PLACE", help="Where the plant moves from: 山东, 蒙西, 滨州市."),
    ] = None,
    sandbox: Annotated[bool, SANDBOX] = False,
    allow_remote: Annotated[bool, ALLOW_REMOTE] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Times, memory; tracebacks.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Rank the zones of a scenario and write tables, rasters, map and report."""
    from geotransfer.outputs.folder import check_target, write_result
    from geotransfer.study.assembly import run

    guarded(sandbox=sandbox, allow_remote=allow_remote)
    study = _from(_load(scenario, assignments or [], sandbox=sandbox), origin)
    check_target(out)
    with stage_progress(quiet=quiet) as progress:
        result = run(study, progress=progress)
        progress("writing", 1, 1)
        write_result(result, out)
    if not quiet:
        _summarise(result, out, verbose=verbose)


def _from(study: Scenario, origin: str | None) -> Scenario:
    """Return the scenario with another origin of its industry."""
    from geotransfer.errors import InputError

    if origin is None:
        return study
    if study.industry is None:
        raise InputError(
            f"--from names {origin!r}, but the scenario {study.name!r} has no industry to move; give it a table "
            "[industry], e.g. --set industry.profile=cement_clinker"
        )
    return study.with_overrides({"industry.origin": origin})


def _load(name: str, assignments: list[str], *, sandbox: bool = False) -> Scenario:
    from geotransfer.guard.sandbox import check_values
    from geotransfer.spec.overrides import parse_assignment
    from geotransfer.spec.scenario import Scenario, scenario

    own = name.endswith(".toml") or Path(name).is_file()
    study = Scenario.from_file(name, sandbox=sandbox) if own else scenario(name)
    if assignments:
        study = study.with_overrides(dict(parse_assignment(text) for text in assignments))
    if sandbox and own:
        check_values(study.model_dump(mode="json"), Path(name).resolve().parent, resolved=True)
    return study


def _summarise(result: Result, out: Path, *, verbose: bool) -> None:
    record = result.provenance["result"]
    counts = record["counts"]
    typer.echo(f"{result.scenario.title.zh} / {result.scenario.title.en}")
    typer.echo(f"  ranked {counts['ranked']}, excluded {counts['excluded']}, unknown {counts['unknown']}")
    for text in (record["headline"], record["screening_note"]):
        if text is not None:
            typer.echo(f"  {text['zh']}\n  {text['en']}")
    if outside := record["outside_study"]:
        typer.echo(f"  {len(outside)} of your zones lie outside the study area (within) and are ranked all the same: ")
        typer.echo(f"    {', '.join(outside[:10])}{' ...' if len(outside) > 10 else ''}")
    for line in _parks(record.get("parks")):
        typer.echo(f"  {line}")
    for line in _by_province(counts["by_province"]):
        typer.echo(f"  {line}")
    for row in result.ranking.head(10).itertuples():
        if row.status == "ranked":
            typer.echo(f"  {row.rank:>4}  {row.score:.3f}  {row.province} {row.prefecture} {row.name}")
    for line in cost_lines(record.get("industry")):
        typer.echo(f"  {line}")
    for stage in result.provenance["execution"]["stages"] if verbose else ():
        typer.echo(f"  {stage['name']:<12} {stage['seconds']:>8.3f} s  peak {stage['peak_memory_mb']} MB")
    typer.echo(f"  map    {(out / 'map.html').resolve()}\n  report {(out / 'report.html').resolve()}")


def _parks(record: dict[str, Any] | None) -> Iterator[str]:
    """Yield how parks known by name only were placed; those that are at a prefecture or nowhere are named."""
    if record is None:
        return
    n = record["counts"]
    places, lost = (n["county"], n["prefecture"]), (n["ambiguous"], n["unmatched"])
    yield "园区按名称落到县 {}、落到地级 {}, 有歧义 {}, 未匹配 {}".format(*places, *lost)
    yield "parks by name: at a county {}, at a prefecture {}, ambiguous {}, unmatched {}".format(*places, *lost)
    for park in record["parks"]:
        if park["how"] == "prefecture":
            yield f"  {park['given']} -> {park['province']}{park['name']} (整个地级区域 / the whole prefecture)"
        elif park["how"] != "county":
            candidates = f": {park['candidates']}" if park["candidates"] else ""
            yield f"  {park['given']}: 未落点, 未参评 / not placed, not ranked ({park['how']}{candidates})"


def _by_province(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield lines of three provinces each: ranked / excluded / unknown."""
    cells = [f"{r['province'] or '?'} {r['ranked']}/{r['excluded']}/{r['unknown']}" for r in rows]
    if cells:
        yield "ranked/excluded/unknown by province"
    for start in range(0, len(cells), 3):
        yield "   ".join(cells[start : start + 3])


def _scenarios() -> None:
    """List the built-in scenarios."""
    from geotransfer.spec.scenario import scenario, scenario_names

    for name in scenario_names():
        study = scenario(name)
        typer.echo(f"{name:<18} {study.title.zh} / {study.title.en}")


def _map(directory: Annotated[Path, typer.Argument(help="Folder of a finished run.")]) -> None:
    """Write map.html of a finished run again."""
    from geotransfer.outputs.folder import write_map

    typer.echo(str(write_map(directory)))


def _report(
    directory: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    pdf: Annotated[bool, typer.Option("--pdf", help="Print report.pdf too; needs Chromium, Chrome or Edge.")] = False,
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language of the PDF.")] = "zh",
) -> None:
    """Write report.html of a finished run again, and report.pdf with --pdf."""
    from geotransfer.outputs.folder import write_report

    for path in write_report(directory, pdf=pdf, language=lang):
        typer.echo(str(path))
