"""Divisions of other years: which existed when, what became of them, and what stands for them in today's boundaries.

All changes of codes and names since 2000, and the names that counties gave up in the 1990s. The boundary layer is of
2023; a division that was set up later is led back to what it was made of.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.entries import shipped_bytes
from geotransfer.types import Level, Text

__all__ = ["BOUNDARY_YEAR", "CHANGE_TABLE", "KINDS", "Change", "History", "Unit", "division_history"]

CHANGE_TABLE = "divisions/division_changes.csv"
BOUNDARY_YEAR = 2023
"""The boundaries are of a day between April 2023 (米林市, 错那市) and December 2024 (和安县, 和康县)."""
EVER = 9999
DIRECT = "90"
"""Third and fourth digit of counties directly under their province."""
KINDS: Mapping[str, Text] = {
    "recoded": Text(zh="代码变更", en="recoded"),
    "renamed": Text(zh="更名", en="renamed"),
    "county to district": Text(zh="撤县设区", en="county to district"),
    "city to district": Text(zh="撤市设区", en="city to district"),
    "county to city": Text(zh="撤县设市", en="county to city"),
    "district to county": Text(zh="撤区设县", en="district to county"),
    "prefecture to city": Text(zh="撤地设市", en="prefecture to city"),
    "merged": Text(zh="合并", en="merged"),
    "split": Text(zh="分拆", en="split"),
    "set up": Text(zh="析置", en="set up from a part"),
    "layer code": Text(zh="边界图层代码不同", en="other code in the boundary layer"),
}
"""As the table writes the kind of a change -> as it is shown."""
_Key = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """One row of the table: in this year the first division, or a part of it, became the second.

    Attributes
    ----------
    year : int
        The change belongs to the state at the end of this year.
    kind : str
        A key of ``KINDS``. After "set up" the first division goes on, smaller; after all others it is gone.
    """

    year: int
    before: _Key
    after: _Key
    kind: str

    def in_words(self, language: str = "en") -> str:
        """Return e.g. ``2013 county to district: 632123 乐都县 > 630202 乐都区``."""
        kind = KINDS[self.kind].as_dict()[language]
        return f"{self.year} {kind}: {' '.join(self.before)} > {' '.join(self.after)}"


@dataclass(frozen=True)
class Unit:
    """One division under one code and one name.

    Attributes
    ----------
    level : {"province", "prefecture", "county"}
    adcode, name, province : str
    since, until : int
        First and last year in which a table may name it; 0 is before 2000, 9999 is still. A year of change counts for
        both the old and the new name.
    prefectures : tuple of str
        Names that its prefecture has had.
    """

    level: Level
    adcode: str
    name: str
    province: str
    since: int = 0
    until: int = EVER
    prefectures: tuple[str, ...] = ()
    short_name: str = ""

    @property
    def key(self) -> _Key:
        """Code and name."""
        return (self.adcode, self.name)

    @property
    def label(self) -> str:
        """Code and qualified name, and its years where it is gone, e.g. ``632123 青海省海东地区乐都县 (-2013)``."""
        near = self.prefectures[0] if self.prefectures else ""
        near = "" if near in (self.name, self.province) else near
        wide = "" if self.province == self.name else self.province
        shown = self.until != EVER or self.since > BOUNDARY_YEAR
        years = f" ({self.since or ''}-{'' if self.until == EVER else self.until})" if shown else ""
        return f"{self.adcode} {wide}{near}{self.name}{years}"

    def in_year(self, year: int) -> bool:
        """Return whether a table of this year may name it."""
        return self.since <= year <= self.until


@dataclass(frozen=True, eq=False)
class History:
    """All divisions since 2000 and the changes between them."""

    units: tuple[Unit, ...]
    changes: tuple[Change, ...]
    layer: Mapping[str, Unit]
    _found: dict[tuple[Level, _Key], tuple[Unit, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def _out(self) -> Mapping[_Key, tuple[Change, ...]]:
        return _grouped(self.changes, lambda change: change.before, skip="set up")

    @cached_property
    def _into(self) -> Mapping[_Key, tuple[Change, ...]]:
        return _grouped(self.changes, lambda change: change.after, skip="")

    def path(self, unit: Unit) -> tuple[Change, ...]:
        """Return the changes that lead from a division to today's, in order; () where it is one of today's."""
        path: list[Change] = []
        for key in (todo := [unit.key]):
            for change in self._next(key, unit.level):
                if change not in path:
                    path.append(change)
                    todo.append(change.after)
        return tuple(path)

    def today(self, unit: Unit) -> tuple[Unit, ...]:
        """Return what stands for a division in the boundaries: one, several where it was split, () where none does."""
        if (unit.level, unit.key) not in self._found:
            ends = dict.fromkeys(self._ends(unit.key, unit.level))
            found = {u.adcode: u for key in ends for u in self._in_layer(key, unit.level)}
            self._found[unit.level, unit.key] = tuple(found[code] for code in sorted(found))
        return self._found[unit.level, unit.key]

    def absorbed(self, unit: Unit, year: int) -> tuple[Change, ...]:
        """Return the changes after `year` in which one of today's divisions took in others or gave a part away."""
        took = [c for c in self._into.get(unit.key, ()) if c.kind in ("merged", "split")]
        gave = [c for c in self.changes if c.kind == "set up" and c.before == unit.key]
        return tuple(c for c in (*took, *gave) if year < c.year <= BOUNDARY_YEAR)

    def _next(self, key: _Key, level: Level) -> list[Change]:
        """Return the changes up to the boundaries' year that ended a division, those of its own level."""
        ended = [c for c in self._out.get(key, ()) if c.year <= BOUNDARY_YEAR]
        return ended if level == "county" else [c for c in ended if c.after[0].endswith("00")]

    def _ends(self, key: _Key, level: Level) -> list[_Key]:
        nexts = [change.after for change in self._next(key, level)]
        return [end for after in nexts for end in self._ends(after, level)] if nexts else [key]

    def _in_layer(self, key: _Key, level: Level) -> list[Unit]:
        here = self.layer.get(f"{level} {key[0]}")
        if here is not None:
            return [here]
        later = [c.after for c in self._out.get(key, ()) if c.after != key]
        before = [c.before for c in self._into.get(key, ())]
        codes = dict.fromkeys(code for code, _ in (*before, *later))
        return [self.layer[f"{level} {code}"] for code in codes if f"{level} {code}" in self.layer]


@cache
def division_history() -> History:
    """Return the divisions and their changes.

    Examples
    --------
    >>> history = division_history()
    >>> old = next(unit for unit in history.units if unit.key == ("632123", "乐都县"))
    >>> [unit.key for unit in history.today(old)], old.until
    ([('630202', '乐都区')], 2013)
    """
    table = pd.read_csv(io.BytesIO(shipped_bytes(CHANGE_TABLE)), dtype={"from_adcode": str, "to_adcode": str})
    columns = ("year", "from_adcode", "from_name", "to_adcode", "to_name", "kind")
    changes = tuple(
        Change(int(year), (code, name), (to_code, to_name), kind)
        for year, code, name, to_code, to_name, kind in zip(*(table[column] for column in columns), strict=True)
    )
    layer = _layer()
    since, until = _years(changes, table["new"] == "yes")
    provinces = {unit.adcode[:2]: unit.name for unit in layer.values() if unit.level == "province"}
    prefectures = _prefecture_names(changes, layer.values())
    units = dict.fromkeys((unit.level, unit.key) for unit in layer.values())
    both = {unit.adcode for unit in layer.values() if unit.level == "county"} | {
        change.before[0] for change in changes if change.kind == "split" and not change.after[0].endswith("00")
    }
    for key in dict.fromkeys(key for change in changes for key in (change.before, change.after)):
        if key[0].endswith("0000"):
            continue  # a new city under a whole province
        wide: list[Level] = ["prefecture"] if key[0].endswith("00") else []
        narrow: list[Level] = ["county"] if key[0] in both or not wide else []
        units.update(dict.fromkeys((level, key) for level in (*wide, *narrow)))
    rows = [
        Unit(
            level, *key, provinces[key[0][:2]], since.get(key, 0), until.get(key, EVER),
            tuple(prefectures.get(key[0][:4], ())) if level == "county" else (), _short(layer, level, key),
        )
        for level, key in units
    ]  # fmt: skip
    return History(tuple(rows), changes, layer)


def _grouped(changes: Iterable[Change], key: Any, *, skip: str) -> dict[_Key, tuple[Change, ...]]:
    groups: dict[_Key, list[Change]] = defaultdict(list)
    for change in changes:
        if change.kind != skip:
            groups[key(change)].append(change)
    return {name: tuple(group) for name, group in groups.items()}


def _layer() -> dict[str, Unit]:
    """Return "level adcode" -> division of the boundary layer."""
    units = {}
    for level in ("province", "prefecture", "county"):
        table: Any = boundaries(level)
        near = table["prefecture"] if level == "county" else [""] * len(table)
        for code, name, short, province, prefecture in zip(
            table["adcode"], table["name"], table["short_name"], table["province"], near, strict=True
        ):
            above = (prefecture,) if prefecture else ()
            units[f"{level} {code}"] = Unit(level, code, name, province, prefectures=above, short_name=short)
    return units


def _years(changes: Iterable[Change], new: Iterable[bool]) -> tuple[dict[_Key, int], dict[_Key, int]]:
    since: dict[_Key, int] = {}
    until: dict[_Key, int] = {}
    for change, is_new in zip(changes, new, strict=True):
        if is_new:
            since[change.after] = min(change.year, since.get(change.after, EVER))
        if change.kind not in ("set up", "layer code"):
            until[change.before] = change.year
    return since, until


def _prefecture_names(changes: Iterable[Change], layer: Iterable[Unit]) -> dict[str, list[str]]:
    """Return the first four digits -> the names of that prefecture, the latest first."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for unit in layer:
        if unit.level == "county" and unit.adcode[2:4] != DIRECT:
            names[unit.adcode[:4]].update(dict.fromkeys(unit.prefectures))
    for change in sorted(changes, key=lambda change: -change.year):
        for code, name in (change.after, change.before):
            if code.endswith("00") and not code.endswith("0000"):
                names[code[:4]][name] = None
    return {code: list(known) for code, known in names.items()}


def _short(layer: Mapping[str, Unit], level: Level, key: _Key) -> str:
    unit = layer.get(f"{level} {key[0]}")
    return unit.short_name if unit is not None and unit.name == key[1] else ""
