"""A PostgreSQL server of the tests' own: a folder of its own, a Unix socket, no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from conftest import find_postgres

PASSWORD = "s3cret-of-the-test"
QUICK = "-c fsync=off -c full_page_writes=off -c listen_addresses='' -c unix_socket_directories="


@contextmanager
def running_server() -> Iterator[str]:
    """Yield the address of a database with PostGIS; the server goes when the block ends."""
    programs = find_postgres()
    if programs is None:
        raise RuntimeError("no PostgreSQL on this machine")
    # a socket's path may have 107 bytes only, so not below pytest's folder
    folder = Path(tempfile.mkdtemp(prefix="gtpg"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data, secret = folder / "data", folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        initialise = ["-D", data, "-U", "planner", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--no-sync"]
        _as_postgres(programs / "initdb", *initialise, "--locale=C.UTF-8")
        _as_postgres(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", f"{QUICK}{folder}", "start")
        try:
            address = f"postgresql://planner:{PASSWORD}@/postgres?host={quote(str(folder), safe='')}"
            _with_postgis(address)
            yield address
        finally:
            _as_postgres(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _with_postgis(address: str) -> None:
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute("CREATE EXTENSION postgis")
        connection.execute("CREATE SCHEMA plan")


def _as_postgres(program: Path, *arguments: str | Path) -> None:
    """Run a program of the server, which refuses to be root."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*user, str(program), *map(str, arguments)], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{program.name} failed: {done.stderr}")
