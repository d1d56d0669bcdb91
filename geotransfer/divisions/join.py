"""A table of another year joined to the divisions of today, by name, by code or by both.

Nothing is guessed and no row is lost: what is not certain stays without a code, and the report says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import get_args

import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.provinces import province_spellings
from geotransfer.divisions.guesses import nearest, nearest_name
from geotransfer.divisions.history import BOUNDARY_YEAR, Unit, division_history
from geotransfer.divisions.lookup import Found, Question, look_up
from geotransfer.divisions.report import ROWS, DivisionReport, changes_in, check_language, notes_in
from geotransfer.divisions.spelling import is_latin, spelt
from geotransfer.divisions.today import plain_text, province_named
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import Level

__all__ = ["JOINED", "former_codes", "former_division", "join_divisions"]

JOINED = ("adcode", "name", "province", "status", "how", "change", "candidates", "note")
"""Columns that are added, each behind ``division_``."""
LEVELS: tuple[Level, ...] = get_args(Level)
FIRST_YEAR = 1990
SURE, APART = 85.0, 10.0
"""Likeness (0-100) from which a province is read as the nearest name, and how far behind every other must be."""
GUESSES = 3
TWO = 2
"""Digits of a province's own code (15, 内蒙古)."""


def join_divisions(
    frame: pd.DataFrame,
    *,
    name: str | None = None,
    adcode: str | None = None,
    province: str | None = None,
    year: int | None = None,
    level: Level | Sequence[Level] = "county",
    language: str = "en",
) -> tuple[pd.DataFrame, DivisionReport]:
    """Join a table to the divisions of today.

    Parameters
    ----------
    frame : DataFrame
        One division per row. It is not changed.
    name, adcode, province : str, optional
        Its columns. The name may be full, short, qualified, former, English or pinyin, with or without tone and
        suffix; the code six digits, as text or number; the province a name, English name or code. With both a name
        and a code a row is placed where they agree. Names in Latin letters need pypinyin.
    year : int, optional
        Whose divisions the table names, 1990 or later; codes are known since the end of 1999. Without it a name or a
        code that has meant two divisions is ambiguous.
    level : {"county", "prefecture", "province"} or several of them
        What the rows are. Tables that hold a city's districts as one row need ``("county", "prefecture")``.
    language : {"en", "zh"}
        Of ``division_change`` and ``division_note``.

    Returns
    -------
    joined : DataFrame
        The table, same rows, index and order, with ``division_adcode``, ``division_name`` and ``division_province``
        of today ("" where the row is not placed), ``division_status`` ("placed", "changed", "split", "ambiguous",
        "conflict", "unmatched"), ``division_how``, ``division_change`` (what happened since, year by year) and
        ``division_candidates``: the parts a division was divided among, what an ambiguous or contradictory row may
        mean, or the nearest spellings with their likeness (0-100); each as adcode and name, joined by "; ".
        ``division_note``: a code that no list has and that was left aside, or that the name is one of another level.
    report : DivisionReport
        Counts and rows; ``report.summary("zh")`` or ``("en")`` is text.

    Raises
    ------
    InputError
        Neither `name` nor `adcode` is given, the table has such columns already, `level`, `year` or `language` is out
        of range.
    UnknownNameError
        A column that the table does not have.
    MissingExtra
        Names in Latin letters, and pypinyin is not installed.

    Examples
    --------
    >>> table = pd.DataFrame({"county": ["乐都县", "双流", "邢台县"], "code": [632123, 510122, 130521]})
    >>> joined, report = join_divisions(table, name="county", adcode="code", year=2012)
    >>> joined["division_adcode"].tolist(), joined["division_status"].tolist()
    (['630202', '510116', ''], ['changed', 'changed', 'split'])
    >>> print(report.summary("en", limit=0).splitlines()[1])
             2  changed since, one division today
    """
    levels = _checked(frame, (name, adcode, province), year, level)
    check_language(language)
    n = len(frame)
    provinces, read_as = _provinces(frame[province] if province else [None] * n)
    names = [_name(value) for value in frame[name]] if name else [""] * n
    codes = [_code(value) for value in frame[adcode]] if adcode else [""] * n
    # a code says its province itself; a name in a province that is none is not looked for elsewhere
    provinces = ["" if code and province_named(p) is None else p for code, p in zip(codes, provinces, strict=True)]
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    rows = []
    for key in zip(names, codes, provinces, strict=True):
        if key not in found:
            found[key] = _row(Question(*key, year, levels))
        rows.append(found[key])
    table = pd.DataFrame(rows, columns=["was", *JOINED, "stray", "other_level"], index=frame.index).astype(object)
    given = [" ".join(filter(None, key[:2])) for key in zip(names, codes, provinces, strict=True)]
    report = table.drop(columns="province")
    report.insert(0, "given", given)
    added = table[list(JOINED)].assign(
        change=[changes_in(text, language) for text in table["change"]],
        note=[
            notes_in(stray, level_, language)
            for stray, level_ in zip(table["stray"], table["other_level"], strict=True)
        ],
    )
    return frame.join(added.add_prefix("division_")), DivisionReport(report[list(ROWS)], read_as)


def former_division(name: str) -> str:
    """Return in words what became of a division that is gone; "" where the name or code was none, or several.

    Examples
    --------
    >>> former_division("通州市")
    '320683 江苏省南通市通州市 (-2009) is today 320612 江苏省南通市通州区'
    """
    text = plain_text(name)
    which = ("", text) if text.isdigit() else (text, "")
    found = look_up(Question(*which, "", None, ("prefecture", "county")))
    if found.status not in ("changed", "split") or found.unit is None or found.how not in ("full name", "adcode"):
        return ""
    return f"{found.unit.label} is today {'; '.join(unit.label for unit in found.today)}"


def former_codes(codes: Iterable[str]) -> list[str]:
    """Return those codes that counties have had and have no longer.

    Examples
    --------
    >>> former_codes(["632123", "630202", "999999"])
    ['632123']
    """
    units = [unit for unit in division_history().units if unit.level == "county"]
    had, have = {unit.adcode for unit in units}, set(boundaries("county")["adcode"])
    return [code for code in codes if code in had and code not in have]


def _checked(
    frame: pd.DataFrame, columns: Iterable[str | None], year: int | None, level: Level | Sequence[Level]
) -> tuple[Level, ...]:
    """Return the levels, from the widest."""
    name, adcode, province = columns
    if name is None and adcode is None:
        raise InputError("neither name nor adcode is given; name the column that says which division a row is")
    for column in filter(None, (name, adcode, province)):
        if column not in frame.columns:
            raise UnknownNameError(f"the table has no column {column!r}; it has {', '.join(map(str, frame.columns))}")
    taken = [f"division_{column}" for column in JOINED if f"division_{column}" in frame.columns]
    if taken:
        raise InputError(f"the table has the columns {', '.join(taken)} already; drop or rename them")
    if year is not None and not FIRST_YEAR <= year <= 2100:
        raise InputError(f"year is {year}, expected {FIRST_YEAR} or later, the years of the table of changes")
    wanted = (level,) if isinstance(level, str) else tuple(level)
    if not wanted or not set(wanted) <= set(LEVELS):
        raise InputError(f"level is {level!r}, expected {', '.join(map(repr, LEVELS))} or several of them")
    return tuple(known for known in LEVELS if known in wanted)


def _name(value: object) -> str:
    """Return a name as plain text; one in Latin letters keeps its spaces."""
    text = "" if value is None or value is pd.NA or value != value else " ".join(str(value).split())
    return text if is_latin(text) else plain_text(value)


def _code(value: object) -> str:
    """Return a code as six digits, "" where it is missing or 0."""
    code = plain_text(value)
    return "" if not code.strip("0") or code == "0.0" else code


def _provinces(values: Iterable[object]) -> tuple[list[str], dict[str, tuple[str, float]]]:
    """Return the full name of each row's province, and how those that are no known name were read."""
    given = list(values)
    plain = [plain_text(value) for value in given]
    read: dict[str, tuple[str, float]] = {}
    names: dict[str, str] = {}
    for value, text in zip(given, plain, strict=True):
        if text not in names:
            code = f"{text}0000" if text.isdigit() and len(text) == TWO else text
            known = province_named(code) if text.strip("0") else ""
            if known is None:
                nearest_one = nearest_name(text.lower(), province_spellings(), least=SURE, apart=APART)
                read[str(value).strip()] = nearest_one
                known = nearest_one[0] or text
            names[text] = known
    return [names[text] for text in plain], read


def _row(question: Question) -> dict[str, str]:
    """Return was, the added columns, and what the note is about."""
    found = look_up(question)
    one = found.today[0] if len(found.today) == 1 else None
    other = _other_level(found, question)
    return {
        "was": found.unit.label if found.unit else "",
        "adcode": one.adcode if one else "",
        "name": one.name if one else "",
        "province": one.province if one else "",
        "status": found.status,
        "how": found.how if found.unit else "",
        "change": _changes(found, question.year),
        "candidates": _candidates(found, question),
        "note": notes_in(found.stray, other, "en"),
        "stray": found.stray,
        "other_level": other,
    }


def _other_level(found: Found, question: Question) -> str:
    """Return the level of what an unplaced row names, where that is none of the wanted ones; else ""."""
    levels = {unit.level for unit in found.candidates}
    if found.status not in ("unmatched", "conflict") or len(levels) != 1 or levels & set(question.levels):
        return ""
    return levels.pop()


def _changes(found: Found, year: int | None) -> str:
    if found.unit is None:
        return ""
    history = division_history()
    changes = list(history.path(found.unit))
    if year is not None and found.status in ("placed", "changed"):
        changes += [c for c in history.absorbed(found.today[0], year) if c not in changes]
    if not changes and found.status == "changed":
        return f"{found.unit.since} set up after the boundaries of {BOUNDARY_YEAR}"
    return "; ".join(change.in_words() for change in changes)


def _candidates(found: Found, question: Question) -> str:
    labels = [unit.label for unit in found.candidates]
    if found.status in ("unmatched", "conflict") and question.name and not found.named:
        labels += [label for label in _guesses(question) if label.rsplit(" (", 1)[0] not in set(labels)]
    return "; ".join(labels)


def _guesses(question: Question) -> list[str]:
    """Return the divisions spelt most alike, those of the province where it is known, each with its likeness."""
    if not question.name:
        return []
    within = question.province if province_named(question.province) else ""
    spellings, units = _spellings(is_latin(question.name), within, question.levels)
    name = question.name.lower() if is_latin(question.name) else question.name
    best: dict[str, float] = {}
    for place, score in nearest(name, spellings, limit=2 * GUESSES):
        best.setdefault(units[place].label, score)
    return [f"{label} ({score:.0f})" for label, score in list(best.items())[:GUESSES]]


@cache
def _spellings(latin: bool, province: str, levels: tuple[Level, ...]) -> tuple[list[str], list[Unit]]:
    units = [u for u in division_history().units if u.level in levels and province in ("", u.province)]
    pairs = [(text, unit) for unit in units for text in (spelt(unit.name) if latin else [unit.name])]
    return [text for text, _ in pairs], [unit for _, unit in pairs]
