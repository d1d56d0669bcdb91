"""The county or prefecture that another name begins with: 湖北浠水经开区 lies in 浠水县. Nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from geotransfer.divisions.index import plain_forms, simplified
from geotransfer.divisions.today import Division, plain_text, province_named, today_index

__all__ = ["division_in_front", "division_of_code"]

TOO_PLAIN = ("城区", "郊区", "矿区", "新区")
"""Names of counties that are words too: they count only behind their prefecture."""
LEVELS = ("prefecture", "county")


def division_of_code(code: str) -> Division | None:
    """Return the prefecture or county of today that has a code; a ".0" of a spreadsheet does not matter.

    Examples
    --------
    >>> division_of_code("220104.0").name, division_of_code("999999")
    ('朝阳区', None)
    """
    index = today_index()
    rows = (index.rows[i] for i in index.code.get(plain_text(code), ()))
    return next((row for row in rows if row.level in LEVELS), None)


def division_in_front(text: str, province: str = "") -> tuple[Division | None, list[Division]]:
    """Return the division whose name a text begins with, or None and those it may be.

    The longest name counts, alone or behind its province or prefecture. A name that a prefecture shares with one of
    its own counties is the prefecture.

    Parameters
    ----------
    text : str
        E.g. the name of a park.
    province : str
        Name, English name or code of the province it lies in; "" for any.

    Examples
    --------
    >>> division_in_front("湖北浠水经开区")[0].name, division_in_front("合肥包河工业园")[0].name
    ('浠水县', '包河区')
    >>> [found.qualified for found in division_in_front("大通工业园")[1]]
    ['安徽省淮南市大通区', '青海省西宁市大通回族土族自治县']
    """
    plain = simplified(re.sub(r"\s+", "", text))
    within, rest = _province(plain, province)
    if within is None and province:
        return None, []
    hits = list(_hits(rest, within))
    if not hits and within is not None and rest != plain:
        # 吉林经开区, 上海市北工业园区: the province's name is all there is, and a prefecture's too
        hits = [hit for hit in _hits(plain, within) if hit[1].level == "prefecture"]
    if not hits:
        return None, []
    best = max(length for length, _ in hits)
    return _only(list(dict.fromkeys(division for length, division in hits if length == best)))


def _only(tied: list[Division]) -> tuple[Division | None, list[Division]]:
    """Return the division that is meant among those of one spelling, or None and all of them."""
    if len(tied) == 1:
        return tied[0], []
    above = [division for division in tied if division.level == "prefecture"]
    if len(above) == 1 and all(division.prefecture == above[0].name for division in tied):
        # 潜江市 is prefecture and county in one
        same = [division for division in tied if division.level == "county" and division.name == above[0].name]
        return (same[0] if same else above[0]), []
    return None, tied


def _province(plain: str, given: str) -> tuple[str | None, str]:
    """Return the full name of the province, and the text without it in front."""
    named = province_named(plain_text(given)) if given else None
    for row in today_index().rows:
        if row.level == "province" and (row.name == named or (not given and plain.startswith(row.short_name))):
            front = next((name for name in (row.name, row.short_name) if plain.startswith(name)), "")
            return row.name, plain[len(front) :]
    return None, plain


def _hits(text: str, province: str | None) -> Iterator[tuple[int, Division]]:
    """Yield (length, division) for every division that a text begins with, alone or behind its prefecture.

    A name in the middle is no place: 新兴 in 漕河泾新兴技术开发区.
    """
    inside = [(division, forms) for division, forms in _forms() if province in (None, division.province)]
    begun = [(division, _beginning(forms, text)) for division, forms in inside]
    above = {(d.province, d.name): form for d, form in begun if form and d.level == "prefecture"}
    for division, form in begun:
        if form and not (division.level == "county" and form in TOO_PLAIN):
            yield len(form), division
    for division, forms in inside:
        front = above.get((division.province, division.prefecture))
        if front is not None and division.level == "county":
            behind = next((form for form in forms if form in text[len(front) :]), None)
            if behind:
                yield len(front) + len(behind), division


def _beginning(forms: tuple[str, ...], text: str) -> str | None:
    return next((form for form in forms if text.startswith(form)), None)


@cache
def _forms() -> tuple[tuple[Division, tuple[str, ...]], ...]:
    return tuple((row, plain_forms(row.name, row.short_name)) for row in today_index().rows if row.level in LEVELS)
