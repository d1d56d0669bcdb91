"""`publish_result`: the ranking of a finished run into PostGIS, for QGIS, GeoServer and SQL."""

from __future__ import annotations

from geotransfer.catalog.postgis_writing import write_postgis
from geotransfer.results.result import Column, Result
from geotransfer.types import Text

__all__ = ["publish_result"]


def publish_result(result: Result, url: str, table: str, *, replace: bool = False) -> None:
    """Write the ranking of a result into a table of a PostGIS database, with what its columns mean.

    The table has the primary key ``zone``, a spatial index, the result's title and notes as its comment, and meaning,
    unit and source as the comments of its columns. All of it is one transaction (`write_postgis`).

    Parameters
    ----------
    result : Result
        Of `run`, or of `read_result`.
    url : str
        ``postgresql://USER@HOST:PORT/DATABASE``; the password may stand in PGPASSWORD or ~/.pgpass.
    table : str
        ``"table"`` or ``"schema.table"``.
    replace : bool
        Whether a table of this name may be replaced.

    Raises
    ------
    OutputError
        The table is there and `replace` is False, or the database refused.
    InputError, FetchError, MissingExtra
        As for `write_postgis`.

    Examples
    --------
    >>> import geotransfer as gt
    >>> publish_result(gt.read_result("out"), "postgresql://planner@localhost/land", "plan.ranking")  # doctest: +SKIP
    """
    write_postgis(
        result.ranking,
        url,
        table,
        replace=replace,
        key="zone",
        comment=_comment(result),
        column_comments={column.name: _meaning(column) for column in result.columns},
    )


def _comment(result: Result) -> str:
    record = result.provenance["result"]
    notes = [record["scenario"]["title"], *filter(None, (record["headline"], record["screening_note"]))]
    texts = [Text(**note) for note in notes]
    return "\n".join([*(text.zh for text in texts), *(text.en for text in texts), "geotransfer"])


def _meaning(column: Column) -> str:
    unit = f" [{column.unit}]" if column.unit else ""
    return f"{column.meaning.zh} / {column.meaning.en}{unit}; {column.source}"
