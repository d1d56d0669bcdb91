"""Parks known by name only, placed on the county (or prefecture) that their name begins with; nothing is guessed.

A park's name is a division's name and more (湖北浠水经开区): the search here is for the longest name it begins with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.readers import LAT_NAMES, LON_NAMES
from geotransfer.errors import InputError
from geotransfer.types import Level

__all__ = ["is_names_only", "match_parks", "parks_record"]

PARK_COLUMNS = ("name", "park", "园区", "园区名称", "名称", "开发区")
PROVINCE_COLUMNS = ("province", "省", "省份", "省级行政区")
KIND = re.compile(r"(?:自治县|自治旗|自治州|林区|地区|市|县|区|旗|盟)$")
SHORTEST = 2
TOO_PLAIN = ("城区", "郊区", "矿区", "新区")
"""Names of counties that are words too: they count only behind their prefecture."""


@dataclass(frozen=True)
class Division:
    """A county or prefecture and the ways its name is written, the longest first."""

    level: Level
    adcode: str
    name: str
    province: str
    prefecture: str
    spellings: tuple[str, ...]


def is_names_only(table: pd.DataFrame) -> bool:
    """Return whether a table holds a column of names and no coordinates.

    Examples
    --------
    >>> is_names_only(pd.DataFrame({"park": ["昆明高新区"]})), is_names_only(pd.DataFrame({"name": ["A"], "lon": [1]}))
    (True, False)
    """
    lower = {str(column).strip().lower() for column in table.columns}
    return _column(table, PARK_COLUMNS) is not None and not lower & {*LON_NAMES, *LAT_NAMES}


def match_parks(table: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Place parks that have a name but no coordinates.

    The longest name of a county or prefecture that the park's name begins with is taken, behind the province if that
    stands in front, and inside the province that is given; a county behind its prefecture counts as one longer name. A
    name that a prefecture shares with one of its own counties is the prefecture. A column adcode is believed.

    Parameters
    ----------
    table : DataFrame
        Columns name or park (园区, 园区名称, 名称), and province (省, 省份) where known; others are kept.

    Returns
    -------
    zones : GeoDataFrame
        EPSG:4326: a row for each park that has its place, the land of its county or prefecture; columns of `table`, and
        name, adcode, division, placed_at ("county" | "prefecture"). A park is smaller than this land.
    report : DataFrame
        A row for each park: given, province_given, adcode, name, province, how ("county" | "prefecture" | "ambiguous" |
        "unmatched"), candidates.

    Raises
    ------
    InputError
        No column of names.

    Examples
    --------
    >>> zones, report = match_parks(pd.DataFrame({"park": ["湖北浠水经开区", "昆明高新区", "未来工业园"]}))
    >>> report[["name", "how"]].to_numpy().tolist()
    [['浠水县', 'county'], ['昆明市', 'prefecture'], ['', 'unmatched']]
    >>> zones["name"].tolist()
    ['湖北浠水经开区', '昆明高新区']
    """
    column = _column(table, PARK_COLUMNS)
    if column is None:
        raise InputError(
            f"the table has the columns {', '.join(map(str, table.columns))}; expected one of {', '.join(PARK_COLUMNS)}"
        )
    provinces, codes = _texts(table, _column(table, PROVINCE_COLUMNS)), _texts(table, _column(table, ("adcode",)))
    names = _texts(table, column)
    found = [_matched(*given) for given in zip(names, provinces, codes, strict=True)]
    report = pd.DataFrame([row for row, _ in found])
    placed = [division for _, division in found]
    keep = [i for i, division in enumerate(placed) if division is not None]
    own = [c for c in (column, "adcode", "name", "division", "placed_at", "geometry") if c in table]
    zones = table.drop(columns=own).iloc[keep].reset_index(drop=True)
    divisions = [division for division in placed if division is not None]
    zones = zones.assign(
        name=[names[i] for i in keep],
        adcode=[division.adcode for division in divisions],
        division=[division.name for division in divisions],
        placed_at=[division.level for division in divisions],
    )
    land = [_land(division.level).loc[division.adcode] for division in divisions]
    return gpd.GeoDataFrame(zones, geometry=land, crs="EPSG:4326"), report


def parks_record(report: pd.DataFrame | None) -> dict[str, Any] | None:
    """Return what run.json keeps of a report of `match_parks`.

    Examples
    --------
    >>> parks_record(match_parks(pd.DataFrame({"park": ["昆明高新区"]}))[1])["counts"]
    {'county': 0, 'prefecture': 1, 'ambiguous': 0, 'unmatched': 0}
    """
    if report is None:
        return None
    kinds = ("county", "prefecture", "ambiguous", "unmatched")
    return {
        "counts": {kind: int((report["how"] == kind).sum()) for kind in kinds},
        "parks": [{str(key): str(value) for key, value in row.items()} for row in report.to_dict("records")],
    }


def _column(table: pd.DataFrame, wanted: Sequence[str]) -> str | None:
    """Return the first column of such a name; 'province (as read)' is a province too."""
    for name in wanted:
        for column in table.columns:
            if re.split(r"[\s(\uff08]", str(column).strip().lower())[0] == name:
                return str(column)
    return None


def _texts(table: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(table)
    return [str(value).strip() for value in table[column].fillna("")]


def _matched(given: str, province_given: str, code: str) -> tuple[dict[str, str], Division | None]:
    """Return a row of the report, and the division where there is one."""
    row = {"given": given, "province_given": province_given}
    division = _by_code(code)
    candidates: list[Division] = []
    if division is None:
        division, candidates = _division_of(given, province_given)
    if division is not None:
        found = {"adcode": division.adcode, "name": division.name, "province": division.province, "how": division.level}
        return {**row, **found, "candidates": ""}, division
    listed = ";".join(f"{c.adcode} {''.join(dict.fromkeys((c.province, c.prefecture, c.name)))}" for c in candidates)
    nothing = {"adcode": "", "name": "", "province": "", "how": "ambiguous" if candidates else "unmatched"}
    return {**row, **nothing, "candidates": listed}, None


def _by_code(code: str) -> Division | None:
    digits = re.sub(r"\.0$", "", code)
    return next((division for division in _divisions() if division.adcode == digits), None)


def _division_of(given: str, province_given: str) -> tuple[Division | None, list[Division]]:
    """Return the division that a park's name holds, or None and those it may be."""
    plain = re.sub(r"\s+", "", given)
    province, rest = _province(plain, province_given)
    if province is None and province_given:
        return None, []
    hits = _hits(rest, province)
    if not hits and province is not None and rest != plain:
        # 吉林经开区, 上海市北工业园区: the province's name is all there is, and a prefecture's too
        hits = [hit for hit in _hits(plain, province) if hit[1].level == "prefecture"]
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
    """Return the full name of the province, and the park's name without it in front."""
    for full, short in _provinces():
        if given in (full, short) or (not given and plain.startswith(short)):
            front = full if plain.startswith(full) else short if plain.startswith(short) else ""
            return full, plain[len(front) :]
    return None, plain


def _hits(name: str, province: str | None) -> list[tuple[int, Division]]:
    """Return (length, division) for every division that `name` begins with, alone or behind its prefecture.

    A name in the middle is no place: 新兴 in 漕河泾新兴技术开发区.
    """
    inside = [division for division in _divisions() if province is None or division.province == province]
    begun = [(division, _spelled(division, name)) for division in inside]
    above = {(d.province, d.name): s for d, s in begun if s and d.level == "prefecture"}
    hits = [(len(s), d) for d, s in begun if s and not (d.level == "county" and s in TOO_PLAIN)]
    for division in inside:
        front = above.get((division.province, division.prefecture))
        if front is not None and division.level == "county":
            behind = next((s for s in division.spellings if s in name[len(front) :]), None)
            hits += [(len(front) + len(behind), division)] if behind else []
    return hits


def _spelled(division: Division, name: str) -> str | None:
    return next((spelling for spelling in division.spellings if name.startswith(spelling)), None)


@cache
def _divisions() -> tuple[Division, ...]:
    found = []
    for level in ("prefecture", "county"):
        areas = boundaries(level)
        columns = ("adcode", "name", "short_name", "province", "prefecture")
        for code, name, short, province, prefecture in areas[list(columns)].itertuples(index=False, name=None):
            spellings = {name, short, KIND.sub("", name), KIND.sub("", short)}
            longest_first = sorted((s for s in spellings if len(s) >= SHORTEST), key=lambda s: (-len(s), s))
            found.append(Division(level, code, name, province, prefecture, tuple(longest_first)))
    return tuple(found)


@cache
def _provinces() -> tuple[tuple[str, str], ...]:
    return tuple(boundaries("province")[["name", "short_name"]].itertuples(index=False, name=None))


@cache
def _land(level: Level) -> gpd.GeoSeries:
    return boundaries(level).set_index("adcode").geometry
