"""One name or code, of any year since 2000, looked up among the divisions: what it was, and what it is today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from geotransfer.catalog.provinces import province_spellings
from geotransfer.divisions.history import BOUNDARY_YEAR, Unit, division_history
from geotransfer.divisions.index import DivisionIndex, simplified, without_label
from geotransfer.divisions.spelling import (
    is_latin,
    latin_keys,
    read_latin,
    romanised_names,
    without_kind,
)
from geotransfer.divisions.today import LEVELS
from geotransfer.types import Level

__all__ = ["Found", "Question", "look_up"]

Table = Mapping[str, Sequence[int]]
LONG = 4
"""Characters from which a name that is nearly the code's is taken for it."""
UNLISTED = "台湾省"
"""Its changes are not in the table: no other suffix is tried there."""


@dataclass(frozen=True)
class Question:
    """What a row of a table says of its division: plain text, "" where it says nothing.

    Attributes
    ----------
    name, code : str
    province : str
        Full name of today, or "".
    year : int or None
    levels : tuple of {"county", "prefecture", "province"}
    """

    name: str
    code: str
    province: str
    year: int | None
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Found:
    """What a question leads to.

    Attributes
    ----------
    status : {"placed", "changed", "split", "ambiguous", "conflict", "unmatched"}
    how : str
        What matched, e.g. "adcode and name", "full name", "pinyin"; "" where nothing did.
    unit : Unit or None
        The division that was meant, under the name and code it had.
    today : tuple of Unit
        What stands for it today: one where placed or changed, several where split, else none.
    candidates : tuple of Unit
        What an ambiguous or contradictory row may mean; of an unmatched one the divisions of other levels that have
        its name or code.
    named : bool
        Whether a division, of any level, has the name.
    stray : str
        The code, where no list since 2000 has it: it was left aside.
    """

    status: str
    how: str = ""
    unit: Unit | None = None
    today: tuple[Unit, ...] = ()
    candidates: tuple[Unit, ...] = ()
    named: bool = False
    stray: str = ""


def look_up(question: Question) -> Found:
    """Look one row up by its code and its name, whichever it has.

    A code and a name that mean different divisions are a conflict: neither is taken. A code that no list since 2000
    has (0, a typing error) is left aside where there is a name.

    Examples
    --------
    >>> found = look_up(Question("乐都县", "", "青海省", 2010, ("county",)))
    >>> found.status, found.how, found.unit.key, found.today[0].key
    ('changed', 'full name', ('632123', '乐都县'), ('630202', '乐都区'))
    """
    plain = replace(question, name=simplified(without_label(question.name)))
    coded, wider = _by_code(plain)
    how, named = _by_name(plain) if plain.name else ("", [])
    known = bool(coded or wider or not plain.code)
    found = _decided(plain, coded, wider, named, how)
    others = _of_other_levels(plain) if plain.name and found.status == "unmatched" and not named else []
    if others:
        found = replace(found, candidates=_distinct([*found.candidates, *others]))
    return replace(found, named=bool(named or others), stray="" if known else question.code)


def _decided(question: Question, coded: list[Unit], wider: list[Unit], named: list[Unit], how: str) -> Found:
    """Weigh what the code and what the name leads to."""
    if how == "other level" or not (question.name or coded):
        return Found("conflict" if coded else "unmatched", candidates=_distinct([*coded, *named, *wider]))
    if not question.name:
        return _settled(coded, "adcode")
    if not (coded or wider):
        return _settled(named, how) if named else Found("unmatched")
    pair = [unit for unit in _of_code(question) if unit.name == question.name]
    if pair:
        # code and name together say which, whatever the year: 342201 宿州市 of 1998 is not 341300 宿州市
        return _settled(_one_level(pair), "adcode and name")
    aims = {_aim(unit) for unit in coded}
    both = [unit for unit in named if _aim(unit) in aims]
    if both:
        return _settled([unit for unit in both if unit.adcode == question.code] or both, "adcode and name")
    near = [] if named else [unit for unit in coded if _nearly(question.name, unit.name)]
    return (
        _settled(near, "adcode, name nearly")
        if near
        else Found("conflict", candidates=_distinct([*coded, *named, *wider]))
    )


def _of_other_levels(question: Question) -> list[Unit]:
    """Return the divisions that have the name but are none of the wanted levels: 襄樊 is no county."""
    for level in LEVELS:
        if level not in question.levels:
            units = _by_name(replace(question, levels=(level,)))[1]
            if found := [unit for unit in units if unit.level == level]:
                return found
    return []


def _by_code(question: Question) -> tuple[list[Unit], list[Unit]]:
    """Return the divisions of the wanted levels that have had the code, and where there are none those of others.

    A code of a city with 01 at its end is that of all its districts (市辖区).
    """
    fitting = _of_code(question)
    return (_one_level(_timely(fitting, question.year)), []) if fitting else ([], _one_level(_coded(question)))


def _of_code(question: Question) -> list[Unit]:
    """Return the divisions that have had the code, of the wanted levels and in the province where one is given."""
    units = _coded(question)
    return [u for u in units if u.level in question.levels and question.province in ("", u.province)]


def _coded(question: Question) -> list[Unit]:
    index, code = _index(), question.code
    if code not in index.code and code.endswith("01"):
        code = f"{code[:4]}00"
    return [index.rows[i] for i in index.code.get(code, ())]


def _nearly(given: str, name: str) -> bool:
    """Return whether a name of four characters or more is cut off, or has one character wrong, missing or added."""
    if len(given) < LONG:
        return False
    if name.startswith(given):
        return True
    short, long = sorted((given, name), key=len)
    if len(short) == len(long):
        return sum(a != b for a, b in zip(short, long, strict=True)) == 1
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _settled(units: Sequence[Unit], how: str) -> Found:
    """Return the one thing the units lead to, or that there are several."""
    if len({_aim(unit) for unit in units}) > 1:
        return Found("ambiguous", how, candidates=_distinct(units))
    history = division_history()
    unit = max(units, key=lambda unit: (unit.until, unit.since))
    today = history.today(unit)
    if len(today) > 1:
        return Found("split", how, unit, today, candidates=today)
    same = today[0].name == unit.name and all(change.kind == "layer code" for change in history.path(unit))
    return Found("placed" if same else "changed", how, unit, today)


def _aim(unit: Unit) -> tuple[str, ...]:
    return tuple(today.adcode for today in division_history().today(unit))


def _distinct(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple({unit.key: unit for unit in sorted(units, key=lambda unit: unit.adcode)}.values())


def _fitting(rows: Iterable[int], question: Question, levels: Collection[Level] = ()) -> list[Unit]:
    units = [_index().rows[i] for i in rows]
    wanted = levels or question.levels
    return [unit for unit in units if unit.level in wanted and question.province in ("", unit.province)]


def _timely(units: list[Unit], year: int | None) -> list[Unit]:
    """Return those a table of this year may name; all of them where there are none."""
    return [unit for unit in units if year is not None and unit.in_year(year)] or units


def _alive(units: list[Unit], question: Question) -> list[Unit]:
    """Return those of the table's year, else of the boundaries': 达川市 of 1999 is not the 达川区 of 2013."""
    year = question.year or BOUNDARY_YEAR
    return [unit for unit in units if unit.in_year(year) and unit.province != UNLISTED]


def _by_name(question: Question) -> tuple[str, list[Unit]]:
    """Return how the name matched, and the divisions that have it."""
    if not is_latin(question.name):
        return _by_chinese(question)
    official = province_spellings().get("".join(question.name.split()).lower())
    if question.levels == ("province",) and official:
        return "pinyin", [unit for unit in _index().rows if unit.level == "province" and unit.name == official]
    return _by_latin(question)


def _by_chinese(question: Question) -> tuple[str, list[Unit]]:
    index, name = _index(), question.name
    above = LEVELS[: max(LEVELS.index(level) for level in question.levels) + 1]
    for how, table, levels in (
        ("full name", index.full, question.levels),
        ("other level", index.full, above),
        ("short name", index.short, above),
        ("qualified name", index.qualified_full, question.levels),
        ("qualified name", index.qualified_short, above),
        ("other suffix", _stem_index(), question.levels),
    ):
        key = without_kind(name)[0] if how == "other suffix" else name
        units = _fitting(table.get(key, ()), question, levels)
        units = _alive(units, question) if how == "other suffix" else _timely(units, question.year)
        # 西安 is a district of 辽源, but nobody would mean it; one of the wanted level must be among them
        if units and (how == "other level" or any(unit.level in question.levels for unit in units)):
            return how, _one_level(units)
    return "", []


def _by_latin(question: Question) -> tuple[str, list[Unit]]:
    index, latin = _latin_index(), read_latin(question.name)
    above = LEVELS[: max(LEVELS.index(level) for level in question.levels) + 1]
    whole = [key for key in latin.keys if key[1]]
    for how, keys, levels in (
        ("pinyin", ["".join(key) for key in whole], question.levels),
        ("other level", ["".join(key) for key in whole], above),
        ("pinyin without suffix", [stem for stem, kind in latin.keys if not kind], above),
        ("pinyin, other suffix", [stem for stem, kind in latin.keys if kind], question.levels),
    ):
        rows = dict.fromkeys(i for key in keys for i in index.get(key, ()))
        units = _within(_fitting(rows, question, levels), latin.above)
        units = _alive(units, question) if how.endswith("other suffix") else _timely(units, question.year)
        if units and (how == "other level" or any(unit.level in question.levels for unit in units)):
            return how, _one_level(units)
    return "", []


def _within(units: list[Unit], above: str) -> list[Unit]:
    """Return those whose prefecture is the one in brackets; all of them where none is."""
    if not above:
        return units
    near = [unit for unit in units if any(above == stem for name in unit.prefectures for stem, _ in latin_keys(name))]
    return near or units


def _one_level(units: list[Unit]) -> list[Unit]:
    """Return each division once: 东莞市 is a prefecture, and a county of the same code."""
    order = {level: place for place, level in enumerate(reversed(LEVELS))}
    once: dict[tuple[str, str], Unit] = {}
    for unit in sorted(units, key=lambda unit: order[unit.level]):
        once.setdefault(unit.key, unit)
    return list(once.values())


@cache
def _index() -> DivisionIndex[Unit]:
    return DivisionIndex.of(division_history().units)


@cache
def _stem_index() -> Table:
    """Return name without its kind -> divisions."""
    table: dict[str, list[int]] = defaultdict(list)
    for i, unit in enumerate(_index().rows):
        table[without_kind(unit.name)[0]].append(i)
    return dict(table)


@cache
def _latin_index() -> Table:
    """Return stem, and stem with kind -> divisions: pinyin in every reading, and romanised."""
    table: dict[str, list[int]] = defaultdict(list)
    for i, unit in enumerate(_index().rows):
        stem, kind = without_kind(unit.name)
        romanised = romanised_names().get((unit.province, stem), ())
        for key, own in dict.fromkeys((*latin_keys(unit.name), *((key, kind) for key in romanised))):
            table[key].append(i)
            table[key + own].append(i)
    return dict(table)
