"""A PostgreSQL database: address, connection, names; no password in any message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from geotransfer.errors import FetchError, InputError, MissingExtra

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Identifier

__all__ = [
    "checked_name",
    "driver",
    "has_password",
    "is_address",
    "opened",
    "said_safely",
    "table_identifier",
    "without_passwords",
]

SCHEMES = ("postgresql://", "postgres://")
SECRET = re.compile(r"(postgres(?:ql)?://[^:/@\s'\"]*:)[^\s'\"]*(@)|([?&]password=)[^&\s'\"]*")
NAME = re.compile(r"[^\W\d]\w*")
LONGEST_BYTES = 63
"""Of a PostgreSQL identifier (NAMEDATALEN - 1); it cuts longer ones off silently."""
CONNECT_SECONDS = 10
LOCK_TIMEOUT = "30s"


def is_address(text: str) -> bool:
    """Return whether a text is the address of a PostgreSQL database.

    Examples
    --------
    >>> is_address("postgresql://planner@localhost/land"), is_address("zones.gpkg")
    (True, False)
    """
    return text.startswith(SCHEMES)


def has_password(address: str) -> bool:
    """Return whether an address holds a password.

    Examples
    --------
    >>> has_password("postgresql://planner:secret@localhost/land"), has_password("postgresql://planner@localhost/land")
    (True, False)
    """
    parts = urlsplit(address)
    return parts.password is not None or "password" in parse_qs(parts.query)


def without_passwords(text: str) -> str:
    """Return a text with the passwords of the addresses in it replaced by stars.

    Examples
    --------
    >>> without_passwords("zones='postgresql://planner:secret@localhost/land'")
    "zones='postgresql://planner:***@localhost/land'"
    """
    return SECRET.sub(lambda found: f"{found[3]}***" if found[3] else f"{found[1]}***{found[2]}", text)


def checked_name(name: str, *, what: str) -> str:
    """Return a name of a table, schema or column if it is one: letters (any script), digits, underscores.

    Raises
    ------
    InputError
        It is none, or PostgreSQL would cut it off.

    Examples
    --------
    >>> checked_name("得分", what="column")
    '得分'
    >>> checked_name('x"; DROP TABLE parks; --', what="column")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: column name 'x"; DROP TABLE parks; --' is refused; expected letters, digits and ...
    """
    if not NAME.fullmatch(name) or len(name.encode()) > LONGEST_BYTES:
        raise InputError(
            f"{what} name {name!r} is refused; expected letters, digits and underscores, no digit first, at most "
            f"{LONGEST_BYTES} bytes: rename it"
        )
    return name


def table_identifier(table: str) -> Identifier:
    """Return ``"table"`` or ``"schema.table"`` quoted for SQL.

    Raises
    ------
    InputError
        Not one or two names.
    """
    driver()
    from psycopg.sql import Identifier

    parts = table.split(".")
    if len(parts) > 2:
        raise InputError(f"table {table!r} has {len(parts)} parts; expected 'table' or 'schema.table'")
    return Identifier(*(checked_name(part, what="table") for part in parts))


@contextmanager
def opened(address: str) -> Iterator[Connection[Any]]:
    """Yield a connection whose one transaction is kept when the block ends without error, and undone otherwise.

    Raises
    ------
    InputError
        The address is none of PostgreSQL.
    FetchError
        There is no connection.
    """
    psycopg = driver()
    if not is_address(address):
        raise InputError("the address of the database is not understood; expected postgresql://USER@HOST/DATABASE")
    try:
        connection = psycopg.connect(address, connect_timeout=CONNECT_SECONDS, application_name="geotransfer")
    except psycopg.Error as error:
        # the driver's own error may repeat the address, so it does not stay behind ours
        raise FetchError(
            f"no connection to the database: {said_safely(error, address)}; check that it runs and that "
            "USER@HOST/DATABASE is right; the password may stand in PGPASSWORD or ~/.pgpass"
        ) from None
    with connection:
        connection.execute("SELECT set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
        yield connection


def said_safely(error: Exception, address: str) -> str:
    """Return the first line of a database's error without the address and its password."""
    psycopg = driver()
    try:
        secret = str(psycopg.conninfo.conninfo_to_dict(address).get("password") or "")
    except psycopg.Error:
        return "the address cannot be read (not shown, it may hold a password)"
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    for hidden in filter(None, (address, secret)):
        said = said.replace(hidden, "***")
    return said


def driver() -> ModuleType:
    """Return psycopg.

    Raises
    ------
    MissingExtra
        It is not installed.
    """
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtra("PostGIS needs psycopg; pip install 'geotransfer[postgis]'") from error
    return psycopg
