"""``geotransfer explain`` and ``geotransfer locate``: what a finished run says about one place, and its best sites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

LANGUAGES = ("zh", "en")


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command("explain")(_explain)


def _explain(
    directory: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    zone: Annotated[str, typer.Argument(help="Key, adcode or name: 630102, 格尔木市, 青海省城东区.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    language: Annotated[str, typer.Option("--lang", help="zh or en.")] = "zh",
) -> None:
    """Say why a place stands where it stands: its score taken apart, rules, room, what would help, who is better."""
    from geotransfer.cli.explanation_tables import print_explanation
    from geotransfer.errors import InputError
    from geotransfer.outputs import read_result
    from geotransfer.siting.explanation import explain

    if language not in LANGUAGES:
        raise InputError(f"--lang is {language!r}; expected zh or en")
    found = explain(read_result(directory), zone)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        print_explanation(found, language=language)
