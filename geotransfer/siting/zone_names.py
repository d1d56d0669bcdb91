"""Which zone somebody means: by its key, its adcode, or its name, alone or behind its province or prefecture."""

from __future__ import annotations

import re
from difflib import get_close_matches

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.divisions.join import join_divisions
from geotransfer.errors import InputError, MissingExtra, UnknownNameError

__all__ = ["find_zone"]

MOST_SHOWN = 12
CODE = re.compile(r"\b\d{6}\b")
SEPARATORS = re.compile(r"[\s·,，、/]+")
PROVINCE_ENDINGS = re.compile(r"(?:维吾尔自治区|壮族自治区|回族自治区|特别行政区|自治区|省|市)$")
PREFECTURE_ENDINGS = re.compile(r"(?:市|地区|盟)$")


def find_zone(ranking: gpd.GeoDataFrame, wanted: str) -> int:
    """Return the row of the zone that `wanted` names.

    Parameters
    ----------
    ranking : GeoDataFrame
        With the columns zone, adcode, name, prefecture, province.
    wanted : str
        Key, adcode, name (``"包头市"``), or a name behind its province or prefecture (``"青海省城东区"``,
        ``"西宁 城东区"``); the end of a name may be left out where that leaves one zone.

    Raises
    ------
    InputError
        Several zones have the name; the message lists them.
    UnknownNameError
        None has it; the message lists those that are written most alike.

    Examples
    --------
    >>> table = pd.DataFrame({"zone": ["630102", "140403"], "adcode": ["630102", "140403"], "name": "城东区"})
    >>> table = table.assign(prefecture=["西宁市", "甲市"], province=["青海省", "乙省"])
    >>> find_zone(table, "西宁城东区")
    0
    """
    sought = SEPARATORS.sub("", wanted)
    for column in ("zone", "adcode"):
        found = [row for row, key in enumerate(ranking[column].astype(str)) if key and key in (sought, wanted)]
        if len(found) == 1:
            return found[0]
    places = list(_places(ranking).itertuples(index=False, name=None))
    for fits in (_fully, _in_part):
        found = [row for row, place in enumerate(places) if fits(sought, *place)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                f"zone {wanted!r} fits {len(found)} zones: {_listed(ranking, found)}; give the adcode or key, or the "
                "province in front of the name"
            )
    raise UnknownNameError(_unknown(ranking, wanted, sought))


def _places(ranking: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame({c: ranking[c].fillna("").astype(str) for c in ("name", "prefecture", "province")})


def _fronts(prefecture: str, province: str) -> set[str]:
    """Return what may stand in front of a name: nothing, the province, the prefecture, both; full or short."""
    provinces = {province, PROVINCE_ENDINGS.sub("", province)}
    prefectures = {prefecture, PREFECTURE_ENDINGS.sub("", prefecture)}
    return {"", *provinces, *prefectures, *(a + b for a in provinces for b in prefectures)}


def _fully(sought: str, name: str, prefecture: str, province: str) -> bool:
    plain = SEPARATORS.sub("", name)
    return any(sought == front + plain for front in _fronts(prefecture, province))


def _in_part(sought: str, name: str, prefecture: str, province: str) -> bool:
    """Return whether at least two signs of a name's beginning are given: 大通 for 大通回族土族自治县."""
    plain = SEPARATORS.sub("", name)
    return any(
        len(sought) >= len(front) + 2 and (front + plain).startswith(sought) for front in _fronts(prefecture, province)
    )


def _listed(ranking: gpd.GeoDataFrame, rows: list[int]) -> str:
    places = _places(ranking)
    shown = [f"{ranking['zone'].iloc[row]} {_full(places.iloc[row])}" for row in rows[:MOST_SHOWN]]
    return ", ".join(shown) + (" ..." if len(rows) > MOST_SHOWN else "")


def _full(place: pd.Series[str]) -> str:
    parts = dict.fromkeys((place["province"], place["prefecture"], place["name"]))
    return "".join(part for part in parts if part)


def _unknown(ranking: gpd.GeoDataFrame, wanted: str, sought: str) -> str:
    full = [_full(place) for _, place in _places(ranking).iterrows()]
    rows: dict[int, None] = {}
    for spellings, cutoff in ((ranking["name"].astype(str).tolist(), 0.5), (full, 0.6)):
        for near in get_close_matches(sought, spellings, n=3, cutoff=cutoff):
            rows[spellings.index(near)] = None
    hint = f"nearest: {_listed(ranking, list(rows))}; " if rows else _as_division(ranking, wanted)
    return (
        f"zone {wanted!r} is not in this result of {len(ranking)} zones; {hint}give its key, adcode or name as in "
        "ranking.csv (zones outside `within` are not in the study)"
    )


def _as_division(ranking: gpd.GeoDataFrame, wanted: str) -> str:
    """Say which division of China a name means that is no zone, in Chinese, pinyin or code, by the zones in it."""
    asked, (name, code) = pd.DataFrame({"is": [wanted]}), (None, "is") if wanted.isdigit() else ("is", None)
    try:
        joined, _ = join_divisions(asked, name=name, adcode=code, level=("county", "prefecture", "province"))
    except MissingExtra:
        return ""
    status, *found = joined.loc[0, [f"division_{word}" for word in ("status", "adcode", "name", "candidates")]].map(str)
    if status not in ("placed", "changed", "ambiguous"):
        return ""
    own, called, candidates = found
    starts = tuple(re.sub(r"(00){1,2}$", "", one) for one in CODE.findall(f"{own} {candidates}"))
    rows = [int(row) for row in np.flatnonzero(ranking["adcode"].astype(str).str.startswith(starts))]
    return f"nearest: {_listed(ranking, rows)}; " if rows else f"it is {own} {called}, which has no zone here; "
