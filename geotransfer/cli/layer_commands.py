"""``geotransfer layers list`` and ``info``."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(help="The layers that ship: what, from where, how good.", no_args_is_help=True)


@app.command("list")
def _list() -> None:
    """List the layers of the catalogue."""
    from geotransfer.catalog.entries import layer_entry, layer_ids

    for name in layer_ids():
        entry = layer_entry(name)
        typer.echo(
            f"{name:<26} {entry.kind:<9} {entry.quality:<11} {entry.unit:<10} {entry.title.zh} / {entry.title.en}"
        )


@app.command("info")
def _info(layer: Annotated[str, typer.Argument(help="Identifier, see `geotransfer layers list`.")]) -> None:
    """Print all that is known of one layer."""
    from geotransfer.catalog.entries import layer_entry

    for key, value in layer_entry(layer).as_record().items():
        text = " / ".join(filter(None, value.values())) if isinstance(value, dict) else value
        if text not in ("", None):
            typer.echo(f"{key:<14} {text}")
