"""Names as they are typed on a Latin keyboard: full pinyin and initials, where pypinyin is installed (extra: names)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

__all__ = ["pinyin_keys"]


def pinyin_keys(names: Sequence[str]) -> list[str] | None:
    """Return "full initials" of each name, in lower case; None where pypinyin is not installed.

    Characters that are not Chinese are left out.

    Examples
    --------
    >>> pinyin_keys(["贺兰县"]) in (["helanxian hlx"], None)
    True
    """
    if find_spec("pypinyin") is None:
        return None
    lazy = import_module("pypinyin").lazy_pinyin
    syllables = [lazy(name, errors="ignore") for name in names]
    return [" ".join(["".join(parts), "".join(part[0] for part in parts)]).strip() for parts in syllables]
