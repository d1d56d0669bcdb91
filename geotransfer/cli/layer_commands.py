"""``geotransfer layers list``, ``info`` and ``fetch``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(help="The layers that ship or can be fetched: what, from where, how good.", no_args_is_help=True)


@app.command("list")
def _list() -> None:
    """List the layers of the catalogue; the last column says of those to fetch whether they are here."""
    from geotransfer.catalog.entries import layer_entry, layer_ids
    from geotransfer.catalog.fetched import fetched_on

    for name in layer_ids():
        entry = layer_entry(name)
        day = fetched_on(name)
        state = "" if entry.download is None else f"  [{f'fetched {day}' if day else 'not fetched'}]"
        typer.echo(
            f"{name:<26} {entry.kind:<9} {entry.quality:<11} {entry.unit:<10} "
            f"{entry.title.zh} / {entry.title.en}{state}"
        )


@app.command("info")
def _info(layer: Annotated[str, typer.Argument(help="Identifier, see `geotransfer layers list`.")]) -> None:
    """Print all that is known of one layer."""
    from geotransfer.catalog.entries import layer_entry
    from geotransfer.catalog.fetched import fetch_facts

    for key, value in (layer_entry(layer).as_record() | fetch_facts(layer)).items():
        text = " / ".join(filter(None, value.values())) if isinstance(value, dict) else value
        if text not in ("", None):
            typer.echo(f"{key:<14} {text}")


@app.command("fetch")
def _fetch(
    layers: Annotated[list[str], typer.Argument(metavar="ID...", help="Layers with the provider `download`.")],
    from_file: Annotated[
        Path | None,
        typer.Option("--from-file", metavar="PATH", help="Take this file instead of the network; same checks."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Fetch again what is here.")] = False,
    accept_change: Annotated[
        bool, typer.Option("--accept-change", help="Take a file whose sha256 is not the one recorded at first.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Bring layers into the user's cache (GEOTRANSFER_CACHE_DIR moves it) and check what came."""
    from geotransfer.catalog.entries import layer_entry
    from geotransfer.catalog.fetched import fetch_layers
    from geotransfer.cli.progress import stage_progress

    if not quiet:
        for name in layers:
            entry = layer_entry(name)
            typer.echo(f"{name}  {entry.title.zh} / {entry.title.en}")
            typer.echo(f"  source  {entry.source.zh} / {entry.source.en}")
            typer.echo(f"  licence {entry.licence.zh} / {entry.licence.en}")
    with stage_progress(quiet=quiet) as progress:
        files = fetch_layers(layers, from_file=from_file, force=force, accept_change=accept_change, report=progress)
    if not quiet:
        for file in files:
            typer.echo(f"{file.entry.id}  {'fetched' if file.new else 'was here, unchanged'}  sha256 {file.sha256}")
            typer.echo(f"  {file.path}")
