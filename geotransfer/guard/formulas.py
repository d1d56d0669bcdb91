"""Cells that a spreadsheet would run: made text by an apostrophe, as OWASP asks, and read back as they were."""

from __future__ import annotations

import re

import pandas as pd

__all__ = ["as_given", "as_text", "safe_table"]

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SIGNS = "=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"
"""OWASP, CSV Injection, and ASVS 5.0 1.2.10; the last four are full-width, as Chinese input methods write them."""
RISK = re.compile(rf"(^|[;\t\r\n])( *'*)(?=[{SIGNS}])")
"""At the beginning, and behind what a spreadsheet may take for the end of a cell; an own apostrophe gets another."""
MADE = re.compile(rf"(^|[;\t\r\n])( *'*)'(?=[{SIGNS}])")


def as_text(cell: str) -> str:
    """Return a cell with an apostrophe before each sign that would make it a formula; numbers stay numbers.

    Examples
    --------
    >>> [as_text(cell) for cell in ("=1+1", "-3.5", "包头市", "a;@x", "-3+cmd|x")]
    ["'=1+1", '-3.5', '包头市', "a;'@x", "'-3+cmd|x"]
    """
    return cell if NUMBER.fullmatch(cell) else RISK.sub(r"\1\2'", cell)


def as_given(cell: str) -> str:
    """Return what `as_text` was given.

    Examples
    --------
    >>> as_given("'=1+1"), as_given("-3.5"), as_given("'tis")
    ('=1+1', '-3.5', "'tis")
    """
    return MADE.sub(r"\1\2", cell)


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts and names of columns run nowhere; missing texts are empty.

    Examples
    --------
    >>> safe_table(pd.DataFrame({"=a": ["@x", None], "b": [-1.5, 2.0]})).to_dict("list")
    {"'=a": ["'@x", ''], 'b': [-1.5, 2.0]}
    """
    table = table.copy()
    for column in table.columns:
        if not pd.api.types.is_numeric_dtype(table[column]):
            cells = table[column].fillna("").astype(str).map(as_text)
            # a lone CR is not quoted by the writer and would begin a row
            table[column] = cells.str.replace("\r\n?", "\n", regex=True)
    return table.rename(columns=lambda name: as_text(str(name)))
