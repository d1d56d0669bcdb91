"""Special areas: old revolutionary bases, resource-exhausted cities, demonstration zones, ecological counties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import get_args

import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.divisions.join import former_division
from geotransfer.divisions.today import match_divisions
from geotransfer.errors import InputError
from geotransfer.industry.policy_tables import policy_table
from geotransfer.types import Level, Text

__all__ = ["DivisionChain", "SpecialAreaList", "division_chains", "special_area_lists", "special_areas"]


@dataclass(frozen=True)
class DivisionChain:
    """A division with those that contain it.

    Attributes
    ----------
    codes : tuple of str
        Adcodes, the narrowest first: county, prefecture, province; empty for a place outside China.
    region : str
        "east", "central", "west", "northeast", or "".
    """

    codes: tuple[str, ...] = ()
    region: str = ""


@dataclass(frozen=True)
class SpecialAreaList:
    """One kind of special area, and how much of its list is known.

    Attributes
    ----------
    kind : str
        As ``policy_special_area`` names it.
    title, note : Text
    bonus : bool
        Whether the criterion 政策 counts it: old revolutionary bases and border areas, which the opinion of 2022 names,
        and resource-exhausted cities, which stand with them among 特殊类型地区.
    known, total : int or None
        Places in the table, and on the whole list; None = not known.
    source : str
    """

    kind: str
    title: Text
    note: Text
    bonus: bool
    known: int
    total: int | None
    source: str


def special_areas(adcodes: Iterable[object]) -> pd.DataFrame:
    """Return the special areas that places are known to belong to.

    A county belongs to what its prefecture is listed as. Only sourced rows are in the tables, and no list is complete:
    a place that is not listed is *not known* to be one, which is not the same as not being one.

    Parameters
    ----------
    adcodes : iterable
        Of counties, prefectures or provinces; "" for a place without one.

    Returns
    -------
    DataFrame
        One row per code, in order: ``adcode``, ``kinds`` (joined by ";", "" = not listed), ``title`` and ``title_en``,
        ``bonus`` (1 where one of the kinds counts for the criterion 政策, else 0), ``source``.

    Raises
    ------
    InputError
        A code that no division has.

    Examples
    --------
    >>> special_areas(["451000", "513431", "150202"])[["kinds", "bonus"]].to_numpy().tolist()
    [['old_revolutionary_city', 1], ['ecology_function_county', 0], ['', 0]]
    """
    codes = [str(code) for code in adcodes]
    return pd.DataFrame(
        [(code, *_found(chain.codes)) for code, chain in zip(codes, division_chains(codes), strict=True)],
        columns=["adcode", "kinds", "title", "title_en", "bonus", "source"],
    )


@cache
def special_area_lists() -> tuple[SpecialAreaList, ...]:
    """Return the kinds of special areas.

    Examples
    --------
    >>> [(a.kind, a.known, a.total) for a in special_area_lists() if a.bonus]
    [('old_revolutionary_city', 16, 20), ('resource_exhausted_city', 36, 69), ('border_area', 0, None)]
    """
    return tuple(
        SpecialAreaList(
            row["kind"],
            Text(zh=row["title"], en=row["title_en"]),
            Text(zh=row["note"], en=row["note_en"]),
            row["bonus"] == "yes",
            int(row["known"]),
            int(row["total"]) if row["total"] else None,
            row["source"],
        )
        for row in policy_table("policy-special-area-lists").to_dict("records")
    )


def division_chains(adcodes: Iterable[str]) -> list[DivisionChain]:
    """Return each place with the divisions that contain it; an empty chain for "".

    Raises
    ------
    InputError
        A code that no division has; the message gives the nearest.

    Examples
    --------
    >>> division_chains(["150202"])
    [DivisionChain(codes=('150202', '150200', '150000'), region='west')]
    """
    table, chains = _chains(), []
    for code in adcodes:
        if code not in table:
            near = str(match_divisions([code])["candidates"].iloc[0])
            near_it = former_division(code) or (f"near it: {near}" if near else "expected six digits")
            raise InputError(
                f"adcode {code!r} is no division of today; {near_it}; match_divisions finds the code of a name"
            )
        chains.append(table[code])
    return chains


@cache
def _chains() -> dict[str, DivisionChain]:
    provinces = boundaries("province").set_index("name")["adcode"]
    chains = {"": DivisionChain()}
    levels: tuple[Level, ...] = get_args(Level)
    for level in levels:
        table = boundaries(level)
        wider = table["prefecture_adcode"] if level == "county" else table["adcode"]
        for code, near, province, region in zip(
            table["adcode"], wider, table["province"], table["region"], strict=True
        ):
            codes = tuple(dict.fromkeys((code, near, provinces[province])))
            chains.setdefault(code, DivisionChain(codes, region or ""))
    return chains


@cache
def _listed() -> dict[str, list[tuple[str, str]]]:
    """Return, by adcode, the kind and the source of each row that stands for the whole division."""
    listed: dict[str, list[tuple[str, str]]] = {}
    rows = policy_table("policy-special-areas")
    for row in rows[rows["match"] != "part"].itertuples():
        listed.setdefault(str(row.adcode), []).append((str(row.kind), str(row.source)))
    zones = policy_table("policy-demonstration-zones")
    for row in zones[zones["status"] == "established"].itertuples():
        for code in str(row.adcodes).split(";"):
            listed.setdefault(code, []).append(("demonstration_zone", str(row.source)))
    parks = policy_table("policy-parks-yangtze-2016")
    for row in parks[parks["match"] == "county"].itertuples():
        listed.setdefault(str(row.adcode), []).append(("demonstration_park", str(row.source)))
    return listed


def _found(codes: tuple[str, ...]) -> tuple[str, str, str, int, str]:
    entries = dict(entry for code in codes for entry in _listed().get(code, ()))
    lists = [area for area in special_area_lists() if area.kind in entries]
    return (
        ";".join(area.kind for area in lists),
        "、".join(area.title.zh for area in lists),
        ", ".join(area.title.en for area in lists),
        int(any(area.bonus for area in lists)),
        "; ".join(dict.fromkeys(entries[area.kind] for area in lists)),
    )
