"""The ways the names of divisions are written, and an index of them: the one that every search for a name goes through.

`match_divisions` (names of today), `join_divisions` (names of any year) and `match_parks` (names that another text
begins with) ask it; they differ in which divisions they put in and in what they make of several answers.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, Protocol, TypeVar

import pandas as pd

from geotransfer.catalog.entries import shipped_bytes
from geotransfer.types import Level

__all__ = ["DivisionIndex", "Named", "plain_forms", "short_forms", "simplified", "without_label"]

KIND = re.compile(r"(自治县|自治旗|自治州|自治区|地区|林区|特区|新区|矿区|省|市|县|区|旗|盟|州)$")
PLAIN_KIND = re.compile(r"(?:自治县|自治旗|自治州|林区|地区|市|县|区|旗|盟)$")
"""What is left out of a name inside another one: 井陉矿区 is not called 井陉 there, that is 井陉县."""
AUTONOMOUS = ("自治县", "自治旗", "自治州", "自治区")
SHORTEST = 2
"""Characters of a short name: 易县 is not called 易."""
LABEL = re.compile(r"市辖区\((.+)\)")
"""All districts of a city as one row: 市辖区(东营市)."""
TRADITIONAL_TABLE = "divisions/traditional_characters.csv"


class Named(Protocol):
    """What the index needs to know of a division."""

    @property
    def level(self) -> Level:
        """Province, prefecture or county."""

    @property
    def adcode(self) -> str:
        """Six digits."""

    @property
    def name(self) -> str:
        """In full."""

    @property
    def short_name(self) -> str:
        """As the boundary layer has it; "" where it has none."""

    @property
    def province(self) -> str:
        """Full name."""

    @property
    def prefectures(self) -> tuple[str, ...]:
        """Full names of the prefectures a county has belonged to."""


T = TypeVar("T", bound=Named)


def short_forms(name: str, short_name: str = "") -> frozenset[str]:
    """Return what a division is also called: without its kind (市, 县, 旗 ...), without its peoples.

    Examples
    --------
    >>> sorted(short_forms("长阳土家族自治县", "长阳"))
    ['长阳', '长阳县', '长阳土家族', '长阳土家族县', '长阳自治县']
    """
    short = short_name or name
    stems = {KIND.sub("", name), KIND.sub("", short)}
    forms = {short, *stems}
    for ending in AUTONOMOUS:
        if name.endswith(ending):
            forms |= {stem + shown for stem in stems for shown in (ending, ending[-1])}
    return frozenset(form for form in forms if len(form) >= SHORTEST and form != name)


def plain_forms(name: str, short_name: str = "") -> tuple[str, ...]:
    """Return the ways a division's name begins the name of something in it, the longest first.

    Examples
    --------
    >>> plain_forms("浠水县", "浠水"), plain_forms("易县", "易县")
    (('浠水县', '浠水'), ('易县',))
    """
    short = short_name or name
    forms = {name, short, PLAIN_KIND.sub("", name), PLAIN_KIND.sub("", short)}
    return tuple(sorted((form for form in forms if len(form) >= SHORTEST), key=lambda form: (-len(form), form)))


def without_label(name: str) -> str:
    """Return the city of a row that stands for all its districts; other names as they are.

    Examples
    --------
    >>> without_label("市辖区(东营市)"), without_label("市辖区")
    ('东营市', '市辖区')
    """
    found = LABEL.fullmatch(name)
    return found.group(1) if found else name


def simplified(text: str) -> str:
    """Return a name with those traditional characters replaced that have one simplified form among names of divisions.

    Examples
    --------
    >>> simplified("臺北市"), simplified("乾縣")
    ('台北市', '乾县')
    """
    return text.translate(_simplifications())


@cache
def _simplifications() -> dict[int, str]:
    table = pd.read_csv(io.BytesIO(shipped_bytes(TRADITIONAL_TABLE)), dtype=str)
    return {ord(old): new for old, new in zip(table["traditional"], table["simplified"], strict=True)}


@dataclass(frozen=True, eq=False)
class DivisionIndex(Generic[T]):
    """Divisions, and the rows that each way of writing may mean.

    Attributes
    ----------
    rows : tuple
        The divisions.
    code, full, short : mapping of text to rows
        Adcode; full name; without kind or peoples.
    qualified_full, qualified_short : mapping of text to rows
        Behind the province, the prefecture or both, which may themselves be short.
    """

    rows: tuple[T, ...]
    code: Mapping[str, Sequence[int]]
    full: Mapping[str, Sequence[int]]
    short: Mapping[str, Sequence[int]]
    qualified_full: Mapping[str, Sequence[int]]
    qualified_short: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, rows: Iterable[T]) -> DivisionIndex[T]:
        """Build the index; every table lists the rows in the order given."""
        divisions = tuple(rows)
        tables: list[dict[str, list[int]]] = [defaultdict(list) for _ in range(5)]
        code, full, short, qualified_full, qualified_short = tables
        shorts: dict[tuple[Level, str], tuple[str, ...]] = {
            (row.level, row.name): ("", row.name, *short_forms(row.name, row.short_name))
            for row in divisions
            if row.level != "county"
        }
        for i, row in enumerate(divisions):
            forms = short_forms(row.name, row.short_name)
            code[row.adcode].append(i)
            full[row.name].append(i)
            for form in forms:
                short[form].append(i)
            for front in _fronts(row, shorts):
                qualified_full[front + row.name].append(i)
                for form in forms:
                    qualified_short[front + form].append(i)
        return cls(divisions, *(dict(table) for table in tables))


def _fronts(row: Named, shorts: Mapping[tuple[Level, str], tuple[str, ...]]) -> set[str]:
    """Return what may stand before the name: its province, a prefecture of it, or both, in full or short."""
    wide = shorts.get(("province", row.province), ("", row.province)) if row.level != "province" else ("",)
    near = [form for name in row.prefectures for form in shorts.get(("prefecture", name), ("", name))]
    return {a + b for a in wide for b in ("", *near)} - {""}
