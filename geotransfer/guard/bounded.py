"""Files of others whose size is looked at before they are read: JSON that nests or states what no run writes."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from geotransfer.errors import InputError

__all__ = ["LARGEST", "MAX_JSON", "check_regular", "read_json"]

MAX_JSON = 32_000_000
"""Bytes. The run.json of 2,891 counties has 0.2 MB."""
MAX_PARTS = 2_000_000
"""Commas and brackets: each is about a hundred bytes of memory."""
DEEPEST = 40
LARGEST = 1e30
"""No number of a run is larger; beyond it sums and squares become infinite."""


def check_regular(path: Path) -> int:
    """Return the size of a plain file in bytes.

    Raises
    ------
    InputError
        It is not there, or it is a folder, a pipe or a device, which might never end.

    Examples
    --------
    >>> check_regular(Path("nowhere"))
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: file 'nowhere' cannot be read: No such file or directory; check the path
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"file {str(path)!r} cannot be read: {reason}; check the path") from error
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{str(path)!r} is a folder, a pipe or a device, expected a file")
    return found.st_size


def read_json(path: Path, *, most: int = MAX_JSON) -> Any:
    """Return what a JSON file holds: finite numbers up to 1e30, whole characters, at most 40 levels.

    Parameters
    ----------
    path : Path
        UTF-8.
    most : int
        Bytes that are read at most.

    Raises
    ------
    InputError
        It is none, or larger, deeper or longer than what is written here.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.json"
    >>> _ = path.write_text('{"a": [1, NaN]}')
    >>> read_json(path)
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: '.../a.json' cannot be read: it holds NaN, expected a number; ...
    """
    size = check_regular(path)
    if size > most:
        raise _unreadable(path, f"it has {size:,} bytes, expected at most {most:,}")
    try:
        content = path.read_bytes()
        parts = sum(content.count(sign) for sign in (b",", b"[", b"{"))
        if parts > MAX_PARTS:
            raise _unreadable(path, f"it holds {parts:,} values, expected at most {MAX_PARTS:,}")
        values = json.loads(content, parse_constant=_no_number)
    except RecursionError as error:
        raise _unreadable(path, f"it is nested more than {DEEPEST} deep") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    except MemoryError as error:
        raise _unreadable(path, "it asks for more memory than there is") from error
    wrong = _wrong(values, 0)
    if wrong:
        raise _unreadable(path, wrong)
    return values


def _no_number(text: str) -> float:
    raise ValueError(f"it holds {text}, expected a number")


def _wrong(value: Any, depth: int) -> str:
    """Say what of plain values no run writes; "" where all is well."""
    if depth > DEEPEST:
        return f"it is nested more than {DEEPEST} deep"
    if isinstance(value, dict):
        parts: list[Any] = [*value, *value.values()]
    elif isinstance(value, list):
        parts = value
    else:
        return _wrong_leaf(value)
    return next(filter(None, (_wrong(part, depth + 1) for part in parts)), "")


def _wrong_leaf(value: Any) -> str:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return f"it holds half a character in {value[:40]!r}"
        return ""
    if isinstance(value, int | float) and not abs(value) <= LARGEST:
        return f"it holds the number {str(value)[:40]}, expected at most {LARGEST:g}"
    return ""


def _unreadable(path: Path, reason: str) -> InputError:
    return InputError(
        f"{str(path)!r} cannot be read: {reason}; expected JSON as a run writes it: get it again, or run again"
    )
