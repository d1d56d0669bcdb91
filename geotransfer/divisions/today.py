"""Names and codes of administrative divisions, matched to today's provinces, prefectures and counties.

Nothing is guessed and nothing is dropped: what fits several divisions, or none, is said with the candidates.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any, get_args

import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.provinces import province_spellings
from geotransfer.divisions.guesses import likeness
from geotransfer.divisions.index import DivisionIndex, simplified
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import Level
from geotransfer.words import place_words

__all__ = ["LEVELS", "Division", "match_divisions", "plain_text", "province_named", "short_named", "today_index"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""From the widest to the narrowest."""
COLUMNS = ("given", "adcode", "name", "province", "how", "candidates", "level")
CODE = re.compile(r"([0-9]{6})(?:0{6})?(?:\.0+)?")
"""Six digits, the twelve of the statistical office, or a number that a spreadsheet made a float."""
SEPARATORS = re.compile(r"[\s\-_/\\·,、>|]+")
GUESSES = 3
ALIKE = 0.4
"""Least likeness of a guess, of 1."""
COMPARED = 40
"""Names that share most characters with an unmatched one; only these are compared letter by letter."""


@dataclass(frozen=True)
class Division:
    """One province, prefecture or county of today.

    Attributes
    ----------
    level : {"province", "prefecture", "county"}
    adcode, name, short_name : str
    province, prefecture : str
        Full names; the prefecture of a province is "".
    """

    level: Level
    adcode: str
    name: str
    short_name: str
    province: str
    prefecture: str

    @property
    def qualified(self) -> str:
        """Province, prefecture and name in one, e.g. 江苏省南京市鼓楼区."""
        return "".join([*reversed(place_words(self.name, self.prefecture, self.province)), self.name])

    @property
    def prefectures(self) -> tuple[str, ...]:
        """The prefecture of a county; of a wider division none."""
        return (self.prefecture,) if self.level == "county" and self.prefecture else ()


def match_divisions(
    names: Iterable[object],
    *,
    level: Level | Sequence[Level] = "county",
    province: str | Iterable[object] | None = None,
) -> pd.DataFrame:
    """Match names or codes to the divisions of today; `join_divisions` takes those of other years, and pinyin.

    Parameters
    ----------
    names : iterable
        Full name (朝阳区), short name (宝坻), qualified name (内蒙古包头市东河区, 甘肃兰州), or adcode (text, number).
    level : {"county", "prefecture", "province"} or several of them
        What the names are names of. A short name that a wider division has as well (吉林, 西安) is ambiguous.
    province : str or iterable, optional
        Name, short name or adcode of the province: one for all, or one for each name ("" or missing: any).

    Returns
    -------
    DataFrame
        One row per given value, in the given order: ``given``, ``adcode``, ``name``, ``province`` and ``level`` of the
        division ("" where none is certain), ``how`` ("adcode", "full name", "short name", "qualified name",
        "ambiguous", "unmatched") and ``candidates``: the divisions an ambiguous value fits, or the nearest guesses
        for an unmatched one, each as adcode and qualified name, joined by "; ".

    Raises
    ------
    InputError
        `level` is none of the three, or there are not as many provinces as names.
    UnknownNameError
        One province for all, which does not exist.

    Examples
    --------
    >>> match_divisions(["朝阳区", "宝坻", "内蒙古包头市东河区", 620102.0])[["adcode", "how"]].to_numpy().tolist()
    [['', 'ambiguous'], ['120115', 'short name'], ['150202', 'qualified name'], ['620102', 'adcode']]
    >>> match_divisions(["朝阳区"]).loc[0, "candidates"]
    '110105 北京市朝阳区; 220104 吉林省长春市朝阳区'
    >>> match_divisions(["朝阳区"], province="吉林").loc[0, "adcode"]
    '220104'
    """
    wanted = (level,) if isinstance(level, str) else tuple(level)
    if not wanted or not set(wanted) <= set(LEVELS):
        raise InputError(f"level is {level!r}, expected {', '.join(map(repr, LEVELS))} or several of them")
    values = list(names)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    rows = []
    for value, within in zip(values, _provinces(province, len(values)), strict=True):
        key = (plain_text(value), within)
        if key not in found:
            found[key] = _match(*key, wanted)
        rows.append((value, *found[key]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"given": object})


def short_named(name: str, *, level: Level = "county") -> list[str]:
    """Return the adcodes of the divisions of one level that have this short name.

    Examples
    --------
    >>> short_named("朝阳")
    ['110105', '211321', '220104']
    """
    index = today_index()
    return [index.rows[i].adcode for i in index.short.get(name, []) if index.rows[i].level == level]


def _provinces(province: str | Iterable[object] | None, n: int) -> Iterator[str] | list[str]:
    """Return the full name of each value's province; "" for any, and what was given where there is none."""
    if province is None:
        return repeat("", n)
    if isinstance(province, str):
        name = province_named(plain_text(province))
        if name is None:
            near = "; ".join(_guesses(plain_text(province), LEVELS[:1]))
            hint = f"did you mean {near}? " if near else ""
            raise UnknownNameError(f"province {province!r} does not exist; {hint}give a name such as 内蒙古")
        return repeat(name, n)
    plain = [plain_text(value) for value in province]
    if len(plain) != n:
        raise InputError(f"there are {len(plain)} provinces for {n} names; expected one each, or one for all")
    names = {value: province_named(value) or value for value in set(plain)}
    return [names[value] for value in plain]


@cache
def province_named(plain: str) -> str | None:
    """Return the full name of a province by adcode, name, its beginning or English name; "" for "", None for none.

    Examples
    --------
    >>> province_named("内蒙古"), province_named("InnerMongolia"), province_named("幽州")
    ('内蒙古自治区', '内蒙古自治区', None)
    """
    if not plain:
        return ""
    index = today_index()
    for table in (index.code, index.full, index.short):
        rows = [i for i in table.get(simplified(plain), []) if index.rows[i].level == "province"]
        if rows:
            return index.rows[rows[0]].name
    spelt = province_spellings().get(plain.lower())
    # 内蒙, 广西壮族: nothing else begins so
    begun = [row.name for row in index.rows if row.level == "province" and row.name.startswith(simplified(plain))]
    return spelt or (begun[0] if len(begun) == 1 and len(plain) > 1 else None)


def plain_text(value: object) -> str:
    """Return the value as text without spaces and separators, a code as six digits; missing as ""."""
    if value is None or value is pd.NA or value != value:
        return ""
    text = SEPARATORS.sub("", unicodedata.normalize("NFKC", str(value)))
    code = CODE.fullmatch(str(value).strip()) or CODE.fullmatch(text)
    return code.group(1) if code else text


def _match(name: str, within: str, wanted: Sequence[Level]) -> tuple[str, ...]:
    """Return adcode, name, province, how, candidates and level."""
    index = today_index()
    if within and province_named(within) is None:
        return ("", "", "", "unmatched", "; ".join(_guesses(within, LEVELS[:1])), "")
    plain = simplified(name)
    for how, table, short in (
        ("adcode", index.code, False),
        ("full name", index.full, False),
        ("short name", index.short, True),
        ("qualified name", index.qualified_full, False),
        ("qualified name", index.qualified_short, True),
    ):
        rows = [index.rows[i] for i in table.get(plain, ()) if within in ("", index.rows[i].province)]
        fitting = _distinct([row for row in rows if row.level in wanted], wanted)
        if not fitting:
            continue
        # 西安 is a district of 辽源, but nobody would mean it
        rivals = _distinct([row for row in rows if row.level in _at_or_above(wanted)], wanted) if short else fitting
        if len(rivals) == 1:
            one = fitting[0]
            return (one.adcode, one.name, one.province, how, "", one.level)
        return ("", "", "", "ambiguous", "; ".join(map(_label, rivals)), "")
    return ("", "", "", "unmatched", "; ".join(_guesses(plain, _at_or_above(wanted), within)), "")


def _distinct(rows: Sequence[Division], wanted: Sequence[Level]) -> list[Division]:
    """Return each division once, by code: 北京市 is a province, and a prefecture of the same code."""
    order = {level: place for place, level in enumerate(dict.fromkeys((*wanted, *LEVELS)))}
    best: dict[str, Division] = {}
    for row in sorted(rows, key=lambda row: order[row.level]):
        best.setdefault(row.adcode, row)
    return [best[code] for code in sorted(best)]


def _at_or_above(wanted: Sequence[Level]) -> tuple[Level, ...]:
    return LEVELS[: max(LEVELS.index(level) for level in wanted) + 1]


def _label(division: Division) -> str:
    return f"{division.adcode} {division.qualified}"


def _guesses(name: str, levels: Collection[Level], within: str = "") -> list[str]:
    """Return the divisions spelt most alike, those of the province first; for a code, what lies near it."""
    index = today_index()
    if CODE.fullmatch(name):
        others = index.code.get(name, []) or [i for code, i in _codes() if code[:4] == name[:4]]
        return [_label(row) for row in _distinct([index.rows[i] for i in others], LEVELS)[:GUESSES]]
    shared = Counter(i for letter in set(name) for i in _letters().get(letter, ()))
    near = [i for i, _ in shared.most_common() if index.rows[i].level in levels]
    near = [*near[:COMPARED], *[i for i in near[COMPARED:] if index.rows[i].province == within]]
    scored = sorted((-_likeness(name, index.rows[i]), index.rows[i].adcode, i) for i in near)
    alike = [index.rows[i] for score, _, i in scored if -score >= ALIKE]
    return list(dict.fromkeys(map(_label, alike)))[:GUESSES]


def _likeness(name: str, division: Division) -> float:
    return max(likeness(name, other) / 100.0 for other in (division.name, division.qualified))


def _codes() -> list[tuple[str, int]]:
    return [(row.adcode, i) for i, row in enumerate(today_index().rows) if row.level == "county"]


@cache
def today_index() -> DivisionIndex[Division]:
    """Return the index of all provinces, prefectures and counties of today, from the widest."""
    return DivisionIndex.of(division for level in LEVELS for division in _divisions(level))


@cache
def _letters() -> Mapping[str, Sequence[int]]:
    """Return character -> the rows whose name holds it."""
    letters: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(today_index().rows):
        for letter in set(row.name):
            letters[letter].append(i)
    return dict(letters)


def _divisions(level: Level) -> Iterator[Division]:
    table: Any = boundaries(level)
    prefecture = table["prefecture"] if level != "province" else [""] * len(table)
    for values in zip(table["adcode"], table["name"], table["short_name"], table["province"], prefecture, strict=True):
        yield Division(level, *values)
