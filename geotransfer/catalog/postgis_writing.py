"""`write_postgis`: features into a table of a PostGIS database, all of them or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.catalog.database import checked_name, driver, opened, said_safely, table_identifier
from geotransfer.errors import CrsError, InputError, OutputError

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composed, Identifier

__all__ = ["write_postgis"]

DRAFT = "geotransfer_draft"
"""A temporary table, which each connection has for itself."""


def write_postgis(
    features: gpd.GeoDataFrame,
    url: str,
    table: str,
    *,
    replace: bool = False,
    key: str | None = None,
    comment: str = "",
    column_comments: Mapping[str, str] | None = None,
) -> None:
    """Write features into a table of a PostGIS database, all of them or nothing.

    Everything is one transaction: others see the old rows until it ends, and after a failure the old table is there as
    it was. Where the table has the same columns, its rows are replaced, and its views and rights stay; else it is
    dropped and made again, which the database refuses while views need it.

    Parameters
    ----------
    features : GeoDataFrame
        With a CRS that has an EPSG code. The geometry's column is called ``geom``; NaN becomes NULL.
    url : str
        As for `read_postgis`.
    table : str
        ``"table"`` or ``"schema.table"``; the schema is there already. A spatial index is made.
    replace : bool
        Whether a table of this name may be replaced.
    key : str, optional
        A column that names each feature once; it becomes the primary key.
    comment : str
        Of the table.
    column_comments : mapping, optional
        Column -> comment.

    Raises
    ------
    InputError
        No feature, a name that is none, a column that cannot be written.
    CrsError
        No EPSG code.
    OutputError
        The table is there and `replace` is False, or the database refused.
    FetchError, MissingExtra
        As for `read_postgis`.

    Examples
    --------
    >>> import geotransfer as gt
    >>> write_postgis(gt.boundaries("county"), "postgresql://planner@localhost/land", "counties")  # doctest: +SKIP
    """
    psycopg = driver()

    target = table_identifier(table)
    columns = _columns(features)
    srid, kind = _srid(features), _kind(features)
    comments = {name: text for name, text in (column_comments or {}).items() if name in columns}
    if key is not None and key not in columns:
        raise InputError(f"key is {key!r}, which is no column; expected one of {', '.join(columns)}")
    with opened(url) as connection:
        try:
            _copy(connection, features, columns, f"geometry({kind}, {srid})")
            _put(connection, target, columns, f"geometry({kind}, {srid})", replace=replace, key=key)
            _comment(connection, target, comment, comments)
        except psycopg.Error as error:
            raise OutputError(f"table {table!r} was not written: {said_safely(error, url)}") from None


def _columns(features: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the type of each column in SQL."""
    names = [str(name) for name in features.columns if name != features.geometry.name]
    for name in names:
        checked_name(name, what="column")
    if "geom" in names or len(set(names)) < len(names):
        raise InputError("a column is called 'geom', or two have one name; rename them: geom is the geometry")
    return {name: _type(features[name]) for name in names}


def _type(column: pd.Series[Any]) -> str:
    kinds = pd.api.types
    if kinds.is_bool_dtype(column):
        return "boolean"
    if kinds.is_integer_dtype(column):
        return "bigint"
    if kinds.is_float_dtype(column):
        return "double precision"
    return "timestamp with time zone" if isinstance(column.dtype, pd.DatetimeTZDtype) else "text"


def _srid(features: gpd.GeoDataFrame) -> int:
    if features.empty:
        raise InputError("there are no features, expected at least one")
    code = features.crs.to_epsg() if features.crs is not None else None
    if code is None:
        raise CrsError("the CRS of the features has no EPSG code, PostGIS needs one; use features.to_crs('EPSG:4326')")
    return int(code)


def _kind(features: gpd.GeoDataFrame) -> str:
    kinds = set(features.geom_type.dropna())
    if len(kinds) == 1:
        return str(next(iter(kinds)))
    return "MultiPolygon" if kinds == {"Polygon", "MultiPolygon"} else "Geometry"


def _copy(connection: Connection[Any], features: gpd.GeoDataFrame, columns: dict[str, str], shape: str) -> None:
    """Put the features into a table that the end of the transaction drops."""
    from psycopg.sql import SQL, Identifier

    draft = Identifier(DRAFT)
    connection.execute(SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(draft, _defined(columns, shape)))
    names = SQL(", ").join(Identifier(name) for name in (*columns, "geom"))
    statement = SQL("COPY {} ({}) FROM STDIN").format(draft, names)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _values(features, columns, multi=shape.startswith("geometry(MultiPolygon")):
            copy.write_row(row)


def _values(features: gpd.GeoDataFrame, columns: dict[str, str], *, multi: bool) -> Iterator[tuple[Any, ...]]:
    shapes = features.geometry.to_numpy()
    if multi:
        shapes = np.array([shapely.multipolygons([s]) if s and s.geom_type == "Polygon" else s for s in shapes])
    plain = [_plain(features[name], kind) for name, kind in columns.items()]
    coded = shapely.to_wkb(shapely.set_srid(shapes, _srid(features)), hex=True, include_srid=True)
    return zip(*plain, coded.tolist(), strict=True)


def _plain(column: pd.Series[Any], kind: str) -> list[Any]:
    missing = column.isna()
    values = column.astype(object).tolist()
    made = str if kind == "text" else lambda value: value.item() if isinstance(value, np.generic) else value
    return [None if gone else made(value) for gone, value in zip(missing, values, strict=True)]


def _put(
    connection: Connection[Any],
    target: Identifier,
    columns: dict[str, str],
    shape: str,
    *,
    replace: bool,
    key: str | None,
) -> None:
    """Move the draft's rows into the table, which is made, emptied, or made again."""
    from psycopg.sql import SQL, Identifier

    before = _existing(connection, target)
    if before is not None and not replace:
        raise OutputError(
            f"table {target.as_string(connection)} is there already; say that it is to be replaced "
            "(replace=True, on the command line --replace)"
        )
    if before is not None and before == _existing(connection, Identifier("pg_temp", DRAFT)):
        connection.execute(SQL("DELETE FROM {}").format(target))
    else:
        connection.execute(SQL("DROP TABLE IF EXISTS {}").format(target))
        connection.execute(SQL("CREATE TABLE {} ({})").format(target, _defined(columns, shape)))
        connection.execute(SQL("CREATE INDEX ON {} USING gist (geom)").format(target))
        if key is not None:
            connection.execute(SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(target, Identifier(key)))
    connection.execute(SQL("INSERT INTO {} SELECT * FROM {}").format(target, Identifier(DRAFT)))


def _existing(connection: Connection[Any], table: Identifier) -> list[tuple[Any, ...]] | None:
    """Return the columns of a table with their types, or None where there is no such table."""
    number = connection.execute("SELECT to_regclass(%s)::oid", (table.as_string(connection),)).fetchone()
    if number is None or number[0] is None:
        return None
    return connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        number,
    ).fetchall()


def _defined(columns: dict[str, str], shape: str) -> Composed:
    from psycopg.sql import SQL, Identifier

    # the types are ours, the names are checked and quoted
    pairs = [SQL("{} ").format(Identifier(name)) + SQL(kind) for name, kind in {**columns, "geom": shape}.items()]
    return SQL(", ").join(pairs)


def _comment(connection: Connection[Any], table: Identifier, text: str, columns: Mapping[str, str]) -> None:
    from psycopg.sql import SQL, Identifier, Literal

    if text:
        connection.execute(SQL("COMMENT ON TABLE {} IS {}").format(table, Literal(text)))
    for name, said in columns.items():
        connection.execute(SQL("COMMENT ON COLUMN {}.{} IS {}").format(table, Identifier(name), Literal(said)))
    connection.execute(SQL("ANALYZE {}").format(table))
