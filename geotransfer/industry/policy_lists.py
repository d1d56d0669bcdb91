"""A user's own list of places, read and checked: nothing that cannot be placed or dated is taken silently."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geotransfer.catalog.readers import read_table
from geotransfer.divisions.today import match_divisions
from geotransfer.errors import InputError
from geotransfer.industry.policy_areas import division_chains
from geotransfer.industry.policy_tables import PolicyDirection, policy_date

__all__ = ["ListedPlace", "PolicyList", "listed_directions", "read_policy_list"]

COLUMNS = {
    "adcode": ("adcode", "行政区划代码", "区划代码", "代码"),
    "name": ("name", "名称", "地区", "place"),
    "province": ("province", "省份", "省"),
    "direction": ("direction", "状态", "方向", "类别"),
    "edition": ("edition", "版本"),
    "valid_from": ("valid_from", "生效日期", "施行日期"),
    "valid_to": ("valid_to", "失效日期"),
    "source": ("source", "来源", "依据"),
}
WORDS: dict[str, PolicyDirection] = {
    **dict.fromkeys(("encouraged", "鼓励", "鼓励类", "优先承接"), "encouraged"),
    **dict.fromkeys(("allowed", "允许", "允许类"), "allowed"),
    **dict.fromkeys(("banned", "禁止", "禁止类", "不再承接", "逐步退出", "淘汰类"), "banned"),
    **dict.fromkeys(("unknown", "未知"), "unknown"),
}
SHOWN = 5


@dataclass(frozen=True)
class ListedPlace:
    """One row of a user's list.

    Attributes
    ----------
    row : int
        In the file, the first below the header is 1.
    adcode, given : str
        The place, and how the file wrote it.
    direction : {"encouraged", "allowed", "banned", "unknown"}
    valid_from, valid_to : date or None
        None = always, or without end.
    edition, source : str
    """

    row: int
    adcode: str
    given: str
    direction: PolicyDirection
    valid_from: date | None
    valid_to: date | None
    edition: str
    source: str

    def in_force(self, day: date) -> bool:
        """Whether the row holds on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class PolicyList:
    """A user's list: its file's name, and its rows."""

    name: str
    places: tuple[ListedPlace, ...]


def read_policy_list(path: str | os.PathLike[str]) -> PolicyList:
    r"""Read a user's list of places.

    Parameters
    ----------
    path : path
        CSV, UTF-8, with a column ``adcode`` or ``name`` (名称), ``direction`` (状态: encouraged 鼓励, allowed 允许,
        banned 禁止, unknown 未知) and ``source`` (来源); ``province`` (省份), ``edition``, ``valid_from`` and
        ``valid_to`` if you like. A name may be that of a county, a prefecture or a province.

    Raises
    ------
    InputError
        A column is missing, a place is unknown or ambiguous (with the nearest guesses), a direction or a day cannot be
        read, a row that bans names no source, two rows of one place contradict each other.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "ours.csv"
    >>> _ = path.write_text("名称,状态,来源\n内蒙古包头市,禁止,某市文件\n", encoding="utf-8")
    >>> [(place.adcode, place.direction) for place in read_policy_list(path).places]
    [('150200', 'banned')]
    """
    table, what = read_table(path), f"list {Path(path).name!r}"
    found = {key: next((c for c in names if c in table.columns), None) for key, names in COLUMNS.items()}
    _check_columns(found, table, what)
    values = {key: _texts(table, column) for key, column in found.items()}
    places = tuple(
        ListedPlace(
            row=i + 1,
            adcode=adcode,
            given=values["name"][i] or values["adcode"][i],
            direction=_direction(values["direction"][i], f"{what} row {i + 1}"),
            valid_from=_day(values["valid_from"][i], f"{what} row {i + 1}: valid_from"),
            valid_to=_day(values["valid_to"][i], f"{what} row {i + 1}: valid_to"),
            edition=values["edition"][i],
            source=values["source"][i],
        )
        for i, adcode in enumerate(_adcodes(values, what))
    )
    _check_rows(places, what)
    return PolicyList(Path(path).name, places)


def listed_directions(
    lists: Iterable[PolicyList], adcodes: Iterable[str], *, on_date: date
) -> list[tuple[str, ListedPlace] | None]:
    """Return, for each place, the name of the list and the row that decides, or None.

    The row of the narrowest division decides (a county's over its province's); of equals, a ban, then the first list.
    """
    by_code: dict[str, list[tuple[str, ListedPlace]]] = {}
    for one in lists:
        for place in one.places:
            if place.in_force(on_date):
                by_code.setdefault(place.adcode, []).append((one.name, place))
    decided: list[tuple[str, ListedPlace] | None] = []
    for chain in division_chains(adcodes):
        here = next((by_code[code] for code in chain.codes if code in by_code), [])
        decided.append(next((entry for entry in here if entry[1].direction == "banned"), here[0] if here else None))
    return decided


def _check_columns(found: dict[str, str | None], table: pd.DataFrame, what: str) -> None:
    has = ", ".join(map(str, table.columns))
    if found["adcode"] is None and found["name"] is None:
        raise InputError(f"{what} has the columns {has}; expected one named adcode or name (名称)")
    for key, hint in (("direction", "direction (状态)"), ("source", "source (来源)")):
        if found[key] is None:
            raise InputError(f"{what} has the columns {has}; expected one named {hint}")
    if table.empty:
        raise InputError(f"{what} has no rows, expected at least one")


def _texts(table: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(table)
    values: pd.Series[Any] = table[column].astype(object)
    return [str(value).strip() for value in values.where(values.notna(), "")]


def _adcodes(values: dict[str, list[str]], what: str) -> list[str]:
    given = [code or name for code, name in zip(values["adcode"], values["name"], strict=True)]
    matched = match_divisions(given, level=("county", "prefecture", "province"), province=values["province"])
    bad = [f"row {i}: {_misplaced(row)}" for i, row in enumerate(matched.to_dict("records"), 1) if not row["adcode"]]
    if bad:
        more = f" and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
        raise InputError(f"{what} names places that are not certain: {'; '.join(bad[:SHOWN])}{more}; give the adcode")
    return [str(code) for code in matched["adcode"]]


def _misplaced(row: dict[Any, Any]) -> str:
    how = "one of" if row["how"] == "ambiguous" else "near it"
    return f"{row['given']!r} is {row['how']}" + (f" ({how}: {row['candidates']})" if row["candidates"] else "")


def _direction(text: str, what: str) -> PolicyDirection:
    direction = WORDS.get(text.lower())
    if direction is None:
        raise InputError(
            f"{what} has the direction {text!r}; "
            "expected encouraged (鼓励), allowed (允许), banned (禁止) or unknown (未知)"
        )
    return direction


def _day(text: str, what: str) -> date | None:
    return policy_date(text, what=what) if text else None


def _check_rows(places: tuple[ListedPlace, ...], what: str) -> None:
    by_code: dict[str, list[ListedPlace]] = {}
    for place in places:
        if place.direction == "banned" and not place.source:
            raise InputError(f"{what} row {place.row} bans {place.given!r} without a source; say which document does")
        if place.valid_from and place.valid_to and place.valid_from > place.valid_to:
            raise InputError(
                f"{what} row {place.row} holds from {place.valid_from} to {place.valid_to}; expected the first day "
                "before the last"
            )
        for other in by_code.setdefault(place.adcode, []):
            if other.direction != place.direction and _overlap(other, place):
                raise InputError(
                    f"{what} contradicts itself: {place.given!r} is {other.direction} in row {other.row} and "
                    f"{place.direction} in row {place.row} at the same time; keep one, or give valid_from and valid_to"
                )
        by_code[place.adcode].append(place)


def _overlap(a: ListedPlace, b: ListedPlace) -> bool:
    first, last = date.min, date.max
    return (a.valid_from or first) <= (b.valid_to or last) and (b.valid_from or first) <= (a.valid_to or last)
