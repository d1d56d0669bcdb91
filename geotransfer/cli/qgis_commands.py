"""``geotransfer qgis``: the plugin into a profile, or into a zip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geotransfer.cli.printing import say

__all__ = ["app"]

app = typer.Typer(help="The plugin for QGIS.", no_args_is_help=True)


@app.command("install")
def _install(
    profile: Annotated[str, typer.Option("--profile", help="Profile of QGIS.")] = "default",
    python: Annotated[str | None, typer.Option("--python", help="The Python with geotransfer; this one.")] = None,
) -> None:
    """Copy the plugin into a profile of QGIS and point it to this environment."""
    from geotransfer.qgis.installing import PLUGIN, install_plugin

    say(str(install_plugin(profile=profile, python=python)))
    say(f"enable it in QGIS: Plugins > Manage and install > geotransfer ({PLUGIN})")


@app.command("zip")
def _zip(out: Annotated[Path, typer.Option("-o", "--out", help="A .zip file.")] = Path("geotransfer_qgis.zip")) -> None:
    """Write the plugin as a zip for the plugin manager of QGIS."""
    from geotransfer.qgis.installing import zip_plugin

    say(str(zip_plugin(out)))


@app.command("style")
def _style(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished run.")]) -> None:
    """Write ranking.qml and suitability.qml beside the files of a finished run."""
    from geotransfer.qgis.study_tasks import style_folder

    for path in style_folder(folder):
        say(str(path))
