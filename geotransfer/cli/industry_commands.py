"""``geotransfer industries``: the profiles, each figure with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geotransfer.cli.printing import say, say_json

if TYPE_CHECKING:
    from geotransfer.industry.figures import Figure, Flow
    from geotransfer.industry.profiles import IndustryProfile

__all__ = ["cost_lines", "register"]

MISSING = "缺 / missing"


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command("industries")(_industries)


def _industries(
    name: Annotated[str | None, typer.Argument(help="Name, title or alias, e.g. 电解铝; without one, a list.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Your own profiles (TOML).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """List the industries, or show the figures of one with their sources."""
    from rich.cells import cell_len

    from geotransfer.industry.profiles import industry_names, industry_profile

    if name is None:
        profiles = [industry_profile(known, file=file) for known in industry_names(file=file)]
        if as_json:
            say_json([_plain(profile) for profile in profiles])
            return
        for profile in profiles:
            kwh = profile.needs().kwh
            power = MISSING if kwh is None else f"{kwh:,.0f} kWh/{profile.unit}"
            padding = " " * max(0, 18 - cell_len(power))
            say(f"{profile.name:<22} {power}{padding} {profile.title.zh} / {profile.title.en}")
        return
    profile = industry_profile(name, file=file)
    if as_json:
        say_json(_plain(profile))
        return
    for line in _shown(profile):
        say(line)


def _plain(profile: IndustryProfile) -> dict[str, Any]:
    return profile.model_dump(mode="json", exclude_none=True) | {"missing": [t.as_dict() for t in profile.missing]}


def _shown(profile: IndustryProfile) -> Iterator[str]:
    yield f"{profile.name}  {profile.title.zh} / {profile.title.en}, per {profile.unit}"
    for figure in profile.figures:
        yield from _figure(figure)
    for word, flows in (("运入 in ", profile.inputs), ("运出 out", profile.outputs)):
        for flow in flows:
            yield from _flow(word, flow)
    for text in profile.missing:
        yield f"  ! {text.zh}\n    {text.en}"


def _figure(figure: Figure) -> Iterator[str]:
    grade = "" if figure.grade is None else f" [GB {figure.grade}]"
    span = "" if figure.low is None else f" ({figure.low:g}-{figure.high:g})"
    value = MISSING if figure.value is None and not span else "" if figure.value is None else f"{figure.value:g}"
    year = "" if figure.year is None else f", {figure.year}"
    yield f"  {figure.title.zh} / {figure.title.en}{grade}: {value}{span} {figure.unit}"
    yield f"      {figure.kind}{year}, confidence {figure.confidence}; {figure.source}"


def _flow(word: str, flow: Flow) -> Iterator[str]:
    span = "" if flow.low is None else f" ({flow.low:g}-{flow.high:g})"
    yield f"  {word} {flow.title.zh} / {flow.title.en}: {flow.tonnes:g}{span} t, {flow.goods} {'、'.join(flow.places)}"
    yield f"      confidence {flow.confidence}; {flow.source}"


def cost_lines(record: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield what `geotransfer run` says of the industry: the origin, how the two ranks agree, what is missing."""
    if record is None:
        return
    origin, agreement = record["origin"], record["rank_agreement"]
    if origin is not None and origin.get("cost_yuan_per_unit") is not None:
        unit = record["profile"]["product_unit"]
        yield f"转出地 / origin {origin['name']}: {origin['cost_yuan_per_unit']:,.0f} yuan/{unit}"
    if agreement is not None and agreement["spearman"] is not None:
        yield f"得分名次与成本名次的 Spearman 相关 / ranks by score and by cost: {agreement['spearman']:.2f}"
    for text in record["missing"]:
        yield f"! {text['zh']} / {text['en']}"
