"""Text, TOML and JSON that people and programs wrote: plain values, or one error that says what is wrong."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from geotransfer.catalog.encodings import guess_encoding
from geotransfer.errors import InputError

__all__ = ["parse_json", "parse_toml", "read_toml", "utf8_text"]

UNREADABLE = (ValueError, RecursionError)
"""No TOML or JSON, no UTF-8, a number of thousands of digits; brackets nested beyond the interpreter's depth."""


def utf8_text(path: str | os.PathLike[str], *, what: str, expected: str) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Raises
    ------
    InputError
        It cannot be read, or is text of another encoding: the message begins with `what`, says which encoding the
        bytes look like, and ends with what is `expected`.

    Examples
    --------
    >>> utf8_text("nowhere.csv", what="offers", expected="a CSV in UTF-8")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: offers 'nowhere.csv' cannot be read: ...; expected a CSV in UTF-8
    """
    try:
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{what} {str(path)!r} cannot be read: {reason}; expected {expected}") from error
    try:
        # Notepad and Excel put a byte order mark in front
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        guess = guess_encoding(raw)
        looks = ""
        if guess is not None and guess.name != "UTF-8":
            looks = f", it looks like {guess.name}, beginning {guess.example!r}"
        raise InputError(
            f"{what} {str(path)!r} cannot be read: it is not UTF-8{looks}; expected {expected}: save it again as UTF-8 "
            "(Excel: CSV UTF-8; Notepad: Save as, encoding UTF-8)"
        ) from error


def parse_toml(text: str, *, what: str) -> dict[str, Any]:
    """Return the values of a TOML text.

    Raises
    ------
    InputError
        It is none; the message begins with `what`.

    Examples
    --------
    >>> parse_toml("a = 1", what="scenario")
    {'a': 1}
    """
    try:
        return tomllib.loads(text)
    except UNREADABLE as error:
        raise InputError(
            f"{what} cannot be read, it is not valid TOML: {_reason(error)}; expected lines such as key = 1"
        ) from error


def read_toml(path: str | os.PathLike[str], *, what: str) -> dict[str, Any]:
    """Return the values of a TOML file in UTF-8, with or without a byte order mark.

    Raises
    ------
    InputError
        The file is missing, cannot be read or is no TOML; the message begins with `what`.
    """
    text = utf8_text(path, what=what, expected="TOML in UTF-8")
    return parse_toml(text, what=f"{what} {str(path)!r}")


def parse_json(content: str | bytes, *, what: str) -> Any:
    """Return the values of a JSON text.

    Raises
    ------
    InputError
        It is none, or not in UTF-8; the message begins with `what`.

    Examples
    --------
    >>> parse_json(b"[1, null]", what="record")
    [1, None]
    """
    try:
        return json.loads(content)
    except UNREADABLE as error:
        raise InputError(f"{what} is no JSON that can be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
