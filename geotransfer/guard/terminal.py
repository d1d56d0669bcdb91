"""Texts of others on a terminal: what would move the cursor, colour, erase or reorder is a sign, not obeyed."""

from __future__ import annotations

import re

__all__ = ["json_text", "printable"]

ESCAPES = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks that turn the direction of writing (Unicode, UAX 9): a name could show as another."""
HIDDEN = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{ESCAPES}]")
"""Beside them the control characters of ISO/IEC 6429, but for tab and line end, and Unicode's line ends."""
IN_JSON = re.compile(rf"[\x7f-\x9f\u2028\u2029{ESCAPES}]")
"""JSON itself escapes those below U+0020."""
PICTURES, DELETE, PICTURE_OF_DELETE, UNKNOWN = 0x2400, 0x7F, "\u2421", "\ufffd"


def printable(text: str) -> str:
    r"""Return a text in which every such character is a sign of one column.

    Examples
    --------
    >>> printable("a\x1b[2Jb\r\u202ec")
    'a␛[2Jb␍�c'
    >>> printable("一\n\tb") == "一\n\tb"
    True
    """
    return HIDDEN.sub(lambda found: _sign(found[0]), text)


def json_text(text: str) -> str:
    r"""Return JSON that reads the same and holds no such character.

    Examples
    --------
    >>> json_text('{"a": "\u202e"}')
    '{"a": "\\u202e"}'
    """
    return IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _sign(character: str) -> str:
    code = ord(character)
    if code == DELETE:
        return PICTURE_OF_DELETE
    return chr(PICTURES + code) if code < ord(" ") else UNKNOWN
