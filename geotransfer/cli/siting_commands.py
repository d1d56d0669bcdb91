"""``geotransfer explain`` and ``geotransfer locate``: what a finished run says about one place, and its best sites."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geotransfer.cli.guards import FOLDER_SANDBOX, guarded
from geotransfer.cli.printing import say, say_json
from geotransfer.errors import InputError

__all__ = ["register"]

LANGUAGES = ("zh", "en")


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command("explain")(_explain)
    app.command("locate")(_locate)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise InputError(f"--lang is {language!r}; expected zh or en")


def _explain(
    directory: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    zone: Annotated[str, typer.Argument(help="Key, adcode or name: 630102, 格尔木市, 青海省城东区.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    language: Annotated[str, typer.Option("--lang", help="zh or en.")] = "zh",
    sandbox: Annotated[bool, FOLDER_SANDBOX] = False,
) -> None:
    """Say why a place stands where it stands: its score taken apart, rules, room, what would help, who is better."""
    from geotransfer.cli.explanation_tables import print_explanation
    from geotransfer.outputs.reading import read_result
    from geotransfer.siting.explanation import explain

    _check_language(language)
    guarded(sandbox=sandbox)
    found = explain(read_result(directory, sandbox=sandbox), zone)
    if as_json:
        say_json(found.as_dict())
    else:
        print_explanation(found, language=language)


def _locate(
    directory: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    count: Annotated[int, typer.Option("-n", "--count", help="Sites wanted.")],
    area: Annotated[float, typer.Option("--area", metavar="KM2", help="Area of a site in km2.")],
    least: Annotated[
        float | None, typer.Option("--min-area", metavar="KM2", help="Enough where land is short.")
    ] = None,
    most: Annotated[float | None, typer.Option("--max-area", metavar="KM2", help="Up to it good cells join.")] = None,
    spacing: Annotated[float, typer.Option("--min-spacing", metavar="KM", help="Least gap between two sites.")] = 0.0,
    compactness: Annotated[float, typer.Option("--compactness", help="0 best cells, 1 nearest cells.")] = 0.5,
    within: Annotated[
        list[str] | None, typer.Option("--within", help="Only in this province or prefecture; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="FILE.gpkg or FILE.csv for the sites.")] = None,
    language: Annotated[str, typer.Option("--lang", help="zh or en.")] = "zh",
    sandbox: Annotated[bool, FOLDER_SANDBOX] = False,
) -> None:
    """Find the best sites of a size on the cells of a finished run, kept apart from each other."""
    from geotransfer.cli.site_table import print_sites
    from geotransfer.outputs.reading import read_result
    from geotransfer.outputs.sites import check_sites_file, write_sites
    from geotransfer.siting.locate import locate_sites

    _check_language(language)
    if out is not None:
        check_sites_file(out)
    guarded(sandbox=sandbox)
    sites = locate_sites(
        read_result(directory, sandbox=sandbox).suitability,
        count=count,
        area_km2=area,
        min_area_km2=least,
        max_area_km2=most,
        min_spacing_km=spacing,
        compactness=compactness,
        within=within or None,
    )
    print_sites(sites, language=language)
    if out is not None:
        write_sites(sites, out)
        say(str(out.resolve()))
