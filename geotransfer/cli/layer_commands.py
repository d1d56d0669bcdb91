"""``geotransfer layers list``, ``info``, ``fetch`` and ``check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geotransfer.cli.printing import say, say_json
from geotransfer.errors import InputError

__all__ = ["app"]

app = typer.Typer(help="The layers that ship or can be fetched: what, from where, how good.", no_args_is_help=True)
LANGUAGES = ("zh", "en")


@app.command("list")
def _list() -> None:
    """List the layers of the catalogue; the last column says of those to fetch whether they are here."""
    from geotransfer.catalog.entries import layer_entry, layer_ids
    from geotransfer.catalog.fetched import fetched_on

    for name in layer_ids():
        entry = layer_entry(name)
        day = fetched_on(name)
        state = "" if entry.download is None else f"  [{f'fetched {day}' if day else 'not fetched'}]"
        say(
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
            say(f"{key:<14} {text}")


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
            say(f"{name}  {entry.title.zh} / {entry.title.en}")
            say(f"  source  {entry.source.zh} / {entry.source.en}")
            say(f"  licence {entry.licence.zh} / {entry.licence.en}")
    with stage_progress(quiet=quiet) as progress:
        files = fetch_layers(layers, from_file=from_file, force=force, accept_change=accept_change, report=progress)
    if not quiet:
        for file in files:
            say(f"{file.entry.id}  {'fetched' if file.new else 'was here, unchanged'}  sha256 {file.sha256}")
            say(f"  {file.path}")


@app.command("check")
def _check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A vector, table or raster file of your own.")],
    reference: Annotated[
        Path | None,
        typer.Option("--reference", metavar="FILE", help="The same things, rightly placed; for a raster a raster."),
    ] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="Of a file that holds several.")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of the text, e.g. GB18030.")] = None,
    band: Annotated[int, typer.Option("--band", help="Of a raster; 1 is the first.")] = 1,
    convert: Annotated[
        list[str] | None,
        typer.Option("--convert", metavar="STEP", help="Put one thing right, e.g. gcj02; may be repeated. Needs -o."),
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="NEW", help="Where --convert writes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    language: Annotated[str, typer.Option("--lang", help="zh or en.")] = "zh",
) -> None:
    """Say whether a file is what it says: encoding, CRS, GCJ-02, shapes, nodata ... Exit code 1 on an error found.

    Nothing is changed but by --convert, which writes a new file and checks that.
    """
    from geotransfer.checking.conversion import convert_layer
    from geotransfer.checking.layer import check_layer
    from geotransfer.cli.check_table import print_report

    if language not in LANGUAGES:
        raise InputError(f"--lang is {language!r}; expected zh or en")
    if (out is None) != (not convert):
        raise InputError("--convert and -o go together; expected both, e.g. --convert gcj02 -o new.gpkg, or neither")
    done = None
    if convert and out is not None:
        done = convert_layer(file, out, steps=convert, layer=layer, encoding=encoding)
        file, layer, encoding = out, None, None
    report = check_layer(file, reference=reference, layer=layer, encoding=encoding, band=band)
    if as_json:
        record = report.as_record() | ({} if done is None else {"converted": done.as_record()["findings"]})
        say_json(record)
    else:
        if done is not None:
            print_report(done, language=language)
        print_report(report, language=language)
    if report.worst == "error":
        raise typer.Exit(1)
