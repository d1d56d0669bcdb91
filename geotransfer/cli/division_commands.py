"""``geotransfer layers divisions``: a table of another year joined to today's divisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geotransfer.cli.printing import say

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["register"]

TABLES = (".csv", ".txt")
SHOWN = 12
"""Headers named where none is known."""


def register(app: typer.Typer) -> None:
    """Add the command of this file to `geotransfer layers`."""
    app.command("divisions")(_divisions)


def _divisions(
    file: Annotated[Path, typer.Argument(help="Table (CSV) or features (Shapefile, GeoPackage ...).")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the joined table here (CSV).")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Column of the names; found by its header.")] = None,
    adcode: Annotated[str | None, typer.Option("--adcode", help="Column of the codes; found by its header.")] = None,
    province: Annotated[str | None, typer.Option("--province", help="Column of the provinces.")] = None,
    year: Annotated[int | None, typer.Option("--year", help="Whose divisions the table names, 1990 or later.")] = None,
    level: Annotated[
        list[str] | None, typer.Option("--level", help="county (default), prefecture, province; may be repeated.")
    ] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of the file, e.g. GB18030.")] = None,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="For polygons: write their area shares in today's counties (CSV).")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="Of the report and of division_change: zh or en.")] = "zh",
    limit: Annotated[int, typer.Option("--limit", help="Most rows shown per section of the report.")] = 10,
) -> None:
    """Join a table of another year to today's divisions: print what was matched how, write the joined table."""
    from geotransfer.divisions.areas import area_weights
    from geotransfer.divisions.columns import division_columns
    from geotransfer.divisions.join import join_divisions
    from geotransfer.errors import InputError
    from geotransfer.outputs.tables import write_table

    for target in filter(None, (output, weights)):
        if target.resolve() == file.resolve():
            raise InputError(f"{str(target)!r} is the table that is read; name another file to write to")
    table = _read(file, encoding)
    columns = division_columns(table.columns)
    chosen = {"name": name, "adcode": adcode, "province": province}
    if name is None and adcode is None:
        chosen = {what: given or columns.get(what) for what, given in chosen.items()}
        if not (chosen["name"] or chosen["adcode"]):
            raise InputError(
                f"no column of {file.name} is known by its header to hold names or codes; it has "
                f"{', '.join(map(str, table.columns[:SHOWN]))}{', ...' if len(table.columns) > SHOWN else ''}: "
                "say which with --name or --adcode; where titles stand above the header, geotransfer layers check says "
                "how to take them out"
            )
    joined, report = join_divisions(table, **chosen, year=year, level=level or "county", language=lang)  # type: ignore[arg-type]
    say(f"{file.name}: " + ", ".join(f"{what}={column}" for what, column in chosen.items() if column))
    say(report.summary(lang, limit=limit))
    if output is not None:
        write_table(joined.drop(columns="geometry", errors="ignore"), output)
        say(str(output))
    if weights is not None:
        write_table(area_weights(_polygons(table)), weights)
        say(str(weights))


def _read(file: Path, encoding: str | None) -> pd.DataFrame:
    from geotransfer.catalog.readers import read_features, read_table
    from geotransfer.checking.layer import NOT_READ
    from geotransfer.errors import InputError

    way = NOT_READ.get(file.suffix.lower())
    if way is not None:
        raise InputError(f"{file.name} is {way.en} ({way.zh})")
    if file.suffix.lower() in TABLES:
        return read_table(file, encoding=encoding)
    features: pd.DataFrame = read_features(file, encoding=encoding)
    return features


def _polygons(table: pd.DataFrame):  # type: ignore[no-untyped-def]
    from geopandas import GeoDataFrame

    from geotransfer.errors import InputError

    if not isinstance(table, GeoDataFrame):
        raise InputError("--weights needs polygons; the file is a table without them")
    return table
