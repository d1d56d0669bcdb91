"""The sandbox: a scenario, sweep or problem of a stranger reaches only files below its own folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from geotransfer.errors import InputError
from geotransfer.guard.sources import is_virtual, redacted

__all__ = ["check_inside", "check_name", "check_values", "file_texts"]

FILE_KEYS = frozenset({"file", "extent_file", "lcoe_file", "lists", "zones", "result", "offers", "table", "base"})
"""Keys whose text names a file or a folder."""
WORDS = frozenset({"county", "prefecture", "province", ""})
"""What ``zones`` may say beside a file."""
TITLES = frozenset({"zh", "en"})
DEEPEST = 60


def check_name(text: str, *, what: str = "a path") -> None:
    """Raise when a text, as a file says it, is more than the plain name of something below the file's folder.

    Raises
    ------
    InputError
        Absolute, climbing by ``..``, beginning with ``~``, an address, a database, one of GDAL's virtual files.

    Examples
    --------
    >>> check_name("data/parks.gpkg")
    >>> check_name("../parks.gpkg")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: a path is '../parks.gpkg', which the sandbox refuses: it climbs out by '..'; ...
    """
    plain = text.replace("\\", "/")
    if is_virtual(text) or re.match(r"[A-Za-z][A-Za-z0-9_+.-]+:", text):
        reason = "it is an address, a database or a virtual file"
    elif PurePosixPath(plain).is_absolute() or PureWindowsPath(text).drive or plain.startswith("~"):
        reason = "it is absolute"
    elif ".." in PurePosixPath(plain).parts:
        reason = "it climbs out by '..'"
    elif "\0" in text:
        reason = "it holds a NUL"
    else:
        return
    raise _refused(what, text, reason)


def check_inside(path: str | Path, folder: Path, *, what: str = "a path") -> None:
    """Raise when a file, or what belongs to it, lies outside `folder` once links are followed.

    A Shapefile's other parts, what lies beside a raster under its name, and all of a folder belong to it.

    Raises
    ------
    InputError
        The message names the part.
    """
    file, root = Path(path), folder.resolve()
    for part in _family(file):
        if not part.resolve().is_relative_to(root):
            raise _refused(what, str(path), f"{part.name!r} lies outside {str(root)!r}, links followed")


def check_values(values: Any, folder: Path, *, resolved: bool = False) -> None:
    """Check every text of plain values that names a file.

    Parameters
    ----------
    values : mapping
        What a TOML file holds, or a scenario with its paths resolved.
    folder : Path
        Of the TOML file.
    resolved : bool
        Whether paths are those a run opens (relative to where it runs), not those the file says.

    Raises
    ------
    InputError
        A path that leads out, or tiles that would put the user's own key into the map.
    """
    for key, text in file_texts(values):
        named = key.rpartition(".")[2]
        if named == "tiles":
            raise _refused(key, text, "tiles put your own key into the map")
        if named in FILE_KEYS and text not in WORDS:
            if not resolved:
                check_name(text, what=key)
            check_inside(text if resolved else folder / text, folder, what=key)
        elif named not in TITLES and _is_file(text):
            # contents of whatever names a file go into the fingerprint of a scenario
            check_inside(text, folder, what=key)


def file_texts(values: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (dotted key, text) of every text in plain values."""
    if depth > DEEPEST:
        raise InputError(f"{key[:80]!r} is nested more than {DEEPEST} deep; expected a scenario")
    if isinstance(values, str):
        yield key, values
    elif isinstance(values, Mapping):
        for name, part in values.items():
            yield from file_texts(part, f"{key}.{name}" if key else str(name), depth + 1)
    elif isinstance(values, list | tuple):
        for part in values:
            yield from file_texts(part, key, depth + 1)


def _family(file: Path) -> Iterator[Path]:
    yield file
    if file.is_dir():
        yield from file.rglob("*")
    elif file.parent.is_dir():
        yield from (other for other in file.parent.iterdir() if other.name.startswith(f"{file.stem}."))


def _is_file(text: str) -> bool:
    if len(text) > 1000 or "/" not in text.replace("\\", "/") or "\n" in text:
        return False
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def _refused(what: str, text: str, reason: str) -> InputError:
    return InputError(
        f"{what} is {redacted(text)!r}, which the sandbox refuses: {reason}; expected a file below the folder of the "
        "scenario: put it there, or run without --sandbox if you trust the file"
    )
