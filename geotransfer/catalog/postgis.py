"""`read_postgis`: features of a PostGIS database, read in a read-only transaction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.catalog.database import driver, opened, said_safely, table_identifier
from geotransfer.errors import CrsError, InputError

if TYPE_CHECKING:
    from psycopg import Connection

__all__ = ["read_postgis"]

QUERY = re.compile(r"\s*(select|with)\s", re.IGNORECASE)
SPATIAL = ("geometry", "geography")
NUMERIC = 1700
"""The type's number, the same in every PostgreSQL (pg_type.dat)."""


def read_postgis(url: str, source: str, *, geometry: str | None = None) -> gpd.GeoDataFrame:
    """Read features from a PostGIS database; the transaction is read-only.

    Parameters
    ----------
    url : str
        ``postgresql://USER@HOST:PORT/DATABASE``. The password may stand in PGPASSWORD or ~/.pgpass; no message and no
        record of geotransfer repeats it.
    source : str
        A table or view, ``"table"`` or ``"schema.table"``, or one statement that begins with SELECT or WITH.
    geometry : str, optional
        The column with the geometry; needed when there are several.

    Returns
    -------
    GeoDataFrame
        In the CRS of the column, whose name becomes ``geometry``; NUMERIC becomes float.

    Raises
    ------
    InputError
        No such table, no geometry, several of them, no feature, or SQL that fails.
    CrsError
        The geometry has no SRID, or several.
    FetchError
        There is no connection.
    MissingExtra
        psycopg is not installed.

    Examples
    --------
    >>> read_postgis("mysql://planner@localhost/land", "plan.parks")
    Traceback (most recent call last):
    ...
    geotransfer.errors.InputError: the address of the database is not understood; expected postgresql://USER@HOST/DATABASE
    >>> parks = read_postgis("postgresql://planner@localhost/land", "plan.parks")  # doctest: +SKIP
    """
    psycopg = driver()

    with opened(url) as connection:
        try:
            connection.execute("SET TRANSACTION READ ONLY")
            columns, rows = _rows(connection, _query(connection, source), geometry)
            return _features(connection, columns, rows, source)
        except psycopg.Error as error:
            raise InputError(f"{source!r} cannot be read from the database: {said_safely(error, url)}") from None


def _query(connection: Connection[Any], source: str) -> bytes:
    """Return a subquery; what is prepared holds one statement only, so that nothing can follow it."""
    if QUERY.match(source):
        return source.strip().rstrip(";").encode()
    if len(source.split()) > 1:
        raise InputError(f"{source!r} is refused; expected the name of a table, or one statement of SELECT or WITH")
    return b"SELECT * FROM " + table_identifier(source).as_bytes(connection)


def _rows(connection: Connection[Any], query: bytes, geometry: str | None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return column names, the geometry's first, and rows with the geometry as EWKB."""
    from psycopg.sql import SQL, Identifier

    inner = b"(" + query + b"\n) AS source"
    empty = connection.execute(b"SELECT * FROM " + inner + b" LIMIT 0", prepare=True)
    kinds = {row[0] for row in connection.execute("SELECT oid FROM pg_type WHERE typname = ANY(%s)", (list(SPATIAL),))}
    described = [(column.name, column.type_code) for column in empty.description or ()]
    spatial = [name for name, kind in described if kind in kinds]
    chosen = _geometry_column(spatial, geometry)
    others = {name: kind for name, kind in described if kind not in kinds}
    wanted = [SQL("ST_AsEWKB({}::geometry)").format(Identifier(chosen))]
    for name, kind in others.items():
        wanted.append(SQL("{}::double precision" if kind == NUMERIC else "{}").format(Identifier(name)))
    select = b"SELECT " + SQL(", ").join(wanted).as_bytes(connection) + b" FROM " + inner
    return [chosen, *others], connection.execute(select, prepare=True).fetchall()


def _geometry_column(spatial: list[str], wanted: str | None) -> str:
    if wanted is not None and wanted not in spatial:
        raise InputError(f"there is no geometry column {wanted!r}; it has {', '.join(spatial) or 'none'}")
    if wanted is None and len(spatial) != 1:
        found = f"the geometry columns {', '.join(spatial)}; say which one with geometry=..." if spatial else "none"
        raise InputError(f"expected one geometry column, got {found}")
    return wanted or spatial[0]


def _features(
    connection: Connection[Any], columns: list[str], rows: list[tuple[Any, ...]], source: str
) -> gpd.GeoDataFrame:
    if not rows or all(row[0] is None for row in rows):
        raise InputError(f"{source!r} holds no feature with a geometry, expected at least one")
    shapes = shapely.from_wkb([None if row[0] is None else bytes(row[0]) for row in rows])
    numbers = np.unique(shapely.get_srid(shapes[~shapely.is_missing(shapes)])).tolist()
    if len(numbers) > 1:
        raise CrsError(f"{source!r} holds the SRIDs {', '.join(map(str, numbers))}; expected one: use ST_Transform")
    table = pd.DataFrame([row[1:] for row in rows], columns=columns[1:])
    return gpd.GeoDataFrame(table, geometry=shapely.set_srid(shapes, 0), crs=_crs(connection, numbers[0], source))


def _crs(connection: Connection[Any], srid: int, source: str) -> str:
    found = connection.execute(
        "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s", (srid,)
    ).fetchone()
    if found is None:
        raise CrsError(
            f"the geometry of {source!r} has the SRID {srid}, which is no CRS; set it with UpdateGeometrySRID"
        )
    return f"EPSG:{found[1]}" if found[0] == "EPSG" else str(found[2])
