"""What a spreadsheet's cells hold: numbers in full-width digits, with thousands, 万, %; codes; signs for none."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geotransfer.errors import InputError

__all__ = ["CODE_COLUMN", "numbers_of", "parse_number"]

FACTORS = {"": 1.0, "万": 1e4, "亿": 1e8, "万亿": 1e12}
MISSING = frozenset(
    ("-", "--", "---", "—", "——", "–", "―", "─", "/", "\\", "…", "……", "...", "N/A", "NA", "n/a", "#N/A",
     "#DIV/0!", "#VALUE!", "#REF!",
     "#NAME?", "无", "暂无", "缺", "不详", "null", "NULL", "None", "nan", "NaN")
)  # fmt: skip
"""What people write into a cell of a column of numbers that has none."""
NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(\.\d+)?([eE][+-]?\d+)?(万亿|万|亿|%|‰)?")
CODE_COLUMN = re.compile(r"^(adcode|zone|id|code|.*(代码|编码|编号|邮编))$", re.IGNORECASE)
"""Digits that are a name: a leading zero counts."""
LOST_DIGITS = re.compile(r"\d(\.\d+)?[eE]\+\d+")


@dataclass(frozen=True)
class _Change:
    """What was converted in one column."""

    column: str
    kind: str
    cells: int
    example: str
    became: str


def parse_number(text: str) -> tuple[float, tuple[str, ...]] | None:
    """Return the number a cell holds and what had to be done to see it; None where it holds none.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    (float, tuple of str) or None
        The value, and of "full-width", "spaces", "quoted", "brackets" (a negative number), "thousands", "万", "亿",
        "万亿", "%", "‰" those that apply.

    Examples
    --------
    >>> parse_number("1,234.5"), parse_number("３．５万"), parse_number("45%")
    ((1234.5, ('thousands',)), (35000.0, ('full-width', '万')), (0.45, ('%',)))
    >>> parse_number("(1,200)"), parse_number("3.5万吨"), parse_number("12,5")
    ((-1200.0, ('brackets', 'thousands')), None, None)
    """
    done: list[str] = []
    plain = unicodedata.normalize("NFKC", text).replace("−", "-")
    if plain != text:
        done.append("full-width")
    stripped = plain.strip().strip("\u200b\ufeff").replace("\xa0", "")
    if re.search(r"\s", stripped) or stripped != plain:
        done.append("spaces")
    stripped = re.sub(r"(?<=\d)\s+(?=\d{3}(\D|$))|\s+(?=[万亿%‰])", "", stripped)
    quoted = re.fullmatch(r'="?([^"]*)"?|\'(.*)', stripped)
    if quoted:
        done.append("quoted")
        stripped = quoted.group(1) if quoted.group(1) is not None else quoted.group(2)
    bracketed = re.fullmatch(r"\((.+)\)", stripped)
    if bracketed:
        done.append("brackets")
        stripped = bracketed.group(1)
    found = NUMBER.fullmatch(stripped)
    if found is None:
        return None
    sign, whole, fraction, power, unit = found.groups()
    if "," in whole:
        done.append("thousands")
    if unit:
        done.append(unit)
    number = float(f"{sign}{whole.replace(',', '')}{fraction or ''}{power or ''}")
    if not math.isfinite(number):
        return None
    # 45 / 100 is the float nearest to 0.45, 45 * 0.01 is not
    scaled = number / 100 if unit == "%" else number / 1000 if unit == "‰" else number * FACTORS[unit or ""]
    return (-scaled if bracketed else scaled), tuple(done)


def numbers_of(text: pd.DataFrame, *, what: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table of text with its numbers as numbers, and what was converted; see `read_excel_csv`.

    Raises
    ------
    InputError
        A column mixes percentages and plain numbers, or codes lost digits.

    Examples
    --------
    >>> table, report = numbers_of(pd.DataFrame({"v": ["1,200", "-"]}), what="a.csv")
    >>> table["v"].tolist(), report["kind"].tolist()
    ([1200.0, nan], ['thousands', 'missing'])
    """
    changes: list[_Change] = []
    out: dict[str, Sequence[str] | np.ndarray] = {}
    for column in map(str, text.columns):
        cells = [cell if isinstance(cell, str) else "" for cell in text[column]]
        take = _codes if CODE_COLUMN.match(column) else _column
        out[column] = take(cells, column, what, changes)
    report = pd.DataFrame(changes, columns=["column", "kind", "cells", "example", "became"])
    return pd.DataFrame(out, index=text.index), report


def _codes(cells: Sequence[str], column: str, what: str, changes: list[_Change]) -> Sequence[str]:
    lost = [cell for cell in cells if LOST_DIGITS.fullmatch(cell.strip())]
    if lost:
        raise InputError(
            f"{what} holds {lost[0]!r} in the column of codes {column!r} ({len(lost)} cells): the spreadsheet has lost "
            "their digits; expected text: format the column as text and save again"
        )
    plain = [re.sub(r'^=?["\']?|"$', "", unicodedata.normalize("NFKC", cell).strip()) for cell in cells]
    changed = [(old, new) for old, new in zip(cells, plain, strict=True) if old != new]
    if changed:
        changes.append(_Change(column, "code", len(changed), *changed[0]))
    return plain


def _column(cells: Sequence[str], column: str, what: str, changes: list[_Change]) -> Sequence[str] | np.ndarray:
    found = [parse_number(cell) for cell in cells]
    filled = [i for i, cell in enumerate(cells) if cell.strip()]
    numbers = [i for i in filled if found[i] is not None]
    none = [i for i in filled if found[i] is None and _says_none(cells[i])]
    rest = sorted(set(filled) - {*numbers, *none})
    if not numbers or rest:
        if len(numbers) > len(rest):
            changes.append(_Change(column, "left as text", len(rest), cells[rest[0]], cells[rest[0]]))
        return cells
    read = {i: pair for i, pair in enumerate(found) if pair is not None}
    _check_percentages(cells, read, column, what)
    for kind, count in Counter(kind for _, done in read.values() for kind in done).items():
        first = next(i for i, (_, done) in read.items() if kind in done)
        changes.append(_Change(column, kind, count, cells[first], f"{read[first][0]:.12g}"))
    if none:
        changes.append(_Change(column, "missing", len(none), cells[none[0]], ""))
    return np.array([read[i][0] if i in read else np.nan for i in range(len(cells))])


def _says_none(cell: str) -> bool:
    return bool({cell.strip(), unicodedata.normalize("NFKC", cell).strip()} & MISSING)


def _check_percentages(
    cells: Sequence[str], read: dict[int, tuple[float, tuple[str, ...]]], column: str, what: str
) -> None:
    percent = [i for i, (_, done) in read.items() if {"%", "‰"} & set(done)]
    plain = [i for i, (value, done) in read.items() if value != 0 and not {"%", "‰"} & set(done)]
    if percent and plain:
        raise InputError(
            f"{what} holds {cells[percent[0]]!r} and {cells[plain[0]]!r} in the column {column!r}; expected "
            "percentages or plain numbers, not both: which of them is the share cannot be told"
        )
