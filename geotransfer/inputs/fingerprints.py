"""Fingerprints: of the code, and of every file that a scenario names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from geotransfer.catalog.fetched import downloadable_layers, fetched_file
from geotransfer.errors import InputError
from geotransfer.inputs.execution import versions

__all__ = ["code_fingerprint", "file_sha256", "input_fingerprints"]

FILE_KEYS = ("zones", "file", "extent_file", "lcoe_file")
"""Keys whose value may be a folder that is read as a file (a geodatabase)."""
NOT_FETCHED = "not fetched"
PACKAGE = Path(__file__).resolve().parents[1]


@cache
def code_fingerprint() -> str:
    """Return the sha256 of the code and the tables of geotransfer and of the versions below it."""
    digest = hashlib.sha256(json.dumps(versions(), sort_keys=True).encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(b"\n".join(path.read_bytes().splitlines()))
    for name, item in _tables(files("geotransfer.layers"), ""):
        digest.update(name.encode())
        digest.update(item.read_bytes())
    return digest.hexdigest()


def _tables(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir() and item.name != "__pycache__":
            yield from _tables(item, f"{prefix}{item.name}/")
        elif item.is_file() and not item.name.endswith((".py", ".pyc")):
            yield f"{prefix}{item.name}", item


def input_fingerprints(values: Any, *, digest: Callable[[Path], str] | None = None) -> dict[str, str]:
    """Return the sha256 of every file and every fetched layer that plain values name, at any depth.

    Any text that is the path of a file counts, so that no list of keys has to be kept; the layers that ship are part
    of the code.

    Examples
    --------
    >>> input_fingerprints({"source": {"kind": "raster", "layer": "relief"}})
    {}
    """
    found: dict[str, str] = {}
    for key, text in _texts(values, ""):
        if text in _fetchable():
            found[text] = found.get(text) or _fetched_sha256(text)
        elif _is_file(key, text) and text not in found:
            found[text] = (digest or file_sha256)(Path(text))
    return dict(sorted(found.items()))


def _texts(values: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(values, str):
        yield key, values
    elif isinstance(values, Mapping):
        for name, part in values.items():
            yield from _texts(part, str(name))
    elif isinstance(values, list | tuple):
        for part in values:
            yield from _texts(part, key)


@cache
def _fetchable() -> frozenset[str]:
    return frozenset(downloadable_layers())


def _fetched_sha256(layer: str) -> str:
    try:
        file = fetched_file(layer)
    except InputError:
        # the run will say so
        return NOT_FETCHED
    return NOT_FETCHED if file is None else file.sha256


def _is_file(key: str, text: str) -> bool:
    if not text or len(text) > 1000 or "\n" in text:
        return False
    try:
        path = Path(text)
        return path.is_file() or (key in FILE_KEYS and path.is_dir())
    except (OSError, ValueError):
        # a sentence that is no name of a file
        return False


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file; of a Shapefile that of all its members, of a folder that of all its files.

    Raises
    ------
    InputError
        It cannot be read.
    """
    digest = hashlib.sha256()
    members = [path]
    if path.is_dir():
        members = sorted(p for p in path.rglob("*") if p.is_file())
    elif path.suffix.lower() == ".shp":
        members = sorted(p for p in path.parent.iterdir() if p.name.startswith(f"{path.stem}."))
    for member in members:
        try:
            with member.open("rb") as stream:
                for block in iter(lambda: stream.read(1 << 20), b""):
                    digest.update(block)
        except OSError as error:
            raise InputError(
                f"file {str(member)!r} cannot be read: {error.strerror or error}; check the path"
            ) from error
    return digest.hexdigest()
