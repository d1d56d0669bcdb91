"""``geotransfer publish``: a finished run into PostGIS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geotransfer.cli.guards import FOLDER_SANDBOX, guarded
from geotransfer.cli.printing import say

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command of this file to the application."""
    app.command("publish")(_publish)


def _publish(
    directory: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    url: Annotated[str, typer.Argument(help="postgresql://USER@HOST/DATABASE; password in PGPASSWORD or ~/.pgpass.")],
    table: Annotated[str, typer.Argument(help="TABLE or SCHEMA.TABLE; the schema is there already.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the table that is there.")] = False,
    sandbox: Annotated[bool, FOLDER_SANDBOX] = False,
) -> None:
    """Write the ranking of a finished run into a PostGIS table, in one transaction."""
    from geotransfer.outputs.publishing import publish_result
    from geotransfer.outputs.reading import read_result

    guarded(sandbox=sandbox)
    result = read_result(directory, sandbox=sandbox)
    publish_result(result, url, table, replace=replace)
    say(f"{table}  {len(result.ranking)} zones, key zone, index on geom")
