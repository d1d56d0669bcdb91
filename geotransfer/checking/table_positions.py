"""The columns of a table that hold positions: degrees, metres of a projection, degrees with minutes and seconds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.cells import parse_number
from geotransfer.catalog.readers import LAT_NAMES, LON_NAMES
from geotransfer.checking.report import Finding, error, note
from geotransfer.crs import WGS84
from geotransfer.errors import InputError
from geotransfer.types import Text

__all__ = [
    "degrees_of", "features_of_table", "is_place", "lonlat_columns", "place_columns", "plane_columns", "plane_findings",
    "without_dms",
]  # fmt: skip

PLANE_NAMES = (
    ("x", "y"), ("x坐标", "y坐标"), ("坐标x", "坐标y"), ("东坐标", "北坐标"), ("横坐标", "纵坐标"),
    ("easting", "northing"), ("east", "north"), ("point_x", "point_y"), ("xcoord", "ycoord"),
)  # fmt: skip
"""First and second coordinate as the columns of a survey call them; surveyors' x is the northing."""
DMS = re.compile(
    r"([EWNS东西南北]?[经纬]?)(\d{1,3})[°度d: ]"
    r"(?:(\d{1,2}(?:\.\d+)?)(?:['′分m: ](?:(\d{1,2}(?:\.\d+)?)(?:\"|''|′′|秒|s)?)?)?)?\s*([EWNS]?)",
    re.IGNORECASE,
)
"""106°32′29.3″, 东经106度32分29秒, 106 32 29.3, 106°32.5'E."""
MINUTES = 60.0


def lonlat_columns(table: pd.DataFrame) -> tuple[str, str] | None:
    """Return the columns of longitude and latitude, None where one is missing."""
    return _pair(table, LON_NAMES, LAT_NAMES)


def plane_columns(table: pd.DataFrame) -> tuple[str, str] | None:
    """Return the columns that hold coordinates by other names (x and y, 东坐标 and 北坐标 ...), numbers both.

    Examples
    --------
    >>> plane_columns(pd.DataFrame({"X": ["4260932.7"], "Y": ["35634409.1"]}))
    ('X', 'Y')
    >>> plane_columns(pd.DataFrame({"x": ["甲"], "y": ["3"]})) is None
    True
    """
    for first, second in PLANE_NAMES:
        pair = _pair(table, (first,), (second,))
        if pair and all(any(parse_number(str(cell)) is not None for cell in table[c].dropna()) for c in pair):
            return pair
    return None


def place_columns(table: pd.DataFrame) -> tuple[str, str] | None:
    """Return the columns of positions, lon and lat before all others."""
    return lonlat_columns(table) or plane_columns(table)


def _pair(table: pd.DataFrame, first: Sequence[str], second: Sequence[str]) -> tuple[str, str] | None:
    lower = {re.sub(r"\s*[(\uff08].*", "", str(c).strip().lower()): str(c) for c in reversed(list(table.columns))}
    found = [next((lower[name] for name in names if name in lower), None) for names in (first, second)]
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def is_place(column: str) -> bool:
    """Return whether a column is called as a reader of positions expects it."""
    return column.strip().lower() in (*LON_NAMES, *LAT_NAMES)


def features_of_table(text: pd.DataFrame) -> gpd.GeoDataFrame | None:
    """Return the points of a table, cells that are no numbers left out; None where it has no positions.

    Columns lon and lat are degrees of WGS 84; of others (x and y) the CRS is not known.
    """
    columns = place_columns(text)
    if columns is None:
        return None
    x, y = (pd.to_numeric(text[c], errors="coerce") for c in columns)
    numbers = (np.isfinite(x) & np.isfinite(y)).to_numpy()
    if not numbers.any():
        return None
    crs = WGS84 if lonlat_columns(text) else None
    return gpd.GeoDataFrame(text.loc[numbers], geometry=gpd.points_from_xy(x[numbers], y[numbers]), crs=crs)


def plane_findings(text: pd.DataFrame) -> list[Finding]:
    """Return that a table's positions stand in columns that no run reads, or that it has none."""
    if lonlat_columns(text) is not None or text.empty:
        return []
    columns = plane_columns(text)
    if columns is None:
        way = Text(
            zh="有名称或代码时:geotransfer layers divisions 对应到县,或按园区名称放置",
            en="with names or codes: geotransfer layers divisions joins it to counties; parks are placed by name",
        )
        return [
            note(
                "no-positions",
                "没有坐标列(lon、lat 或 经度、纬度)",
                "no columns of positions (lon, lat)",
                None,
                "",
                way,
            )
        ]
    both = "、".join(columns)
    zh = f"坐标在列 {both} 中:运行时不读取,只认 lon、lat(经度、纬度,单位度)"
    en = f"positions are in the columns {', '.join(columns)}: a run reads only lon and lat, in degrees"
    way = Text(
        zh="--convert crs=EPSG:… -o 新文件.csv 换算为 lon、lat(x 为北时先 --convert swap)",
        en="--convert crs=EPSG:... -o NEW.csv makes lon and lat of them (with --convert swap first where x is north)",
    )
    return [error("plane-columns", zh, en, len(text), "rows", way)]


def degrees_of(cell: str) -> float | None:
    """Return degrees that are written with minutes and seconds as a number; None where they are not.

    Examples
    --------
    >>> degrees_of("106°32′24″"), degrees_of("东经106度30分"), degrees_of("38 28.5 N"), degrees_of("106.5")
    (106.54, 106.5, 38.475, None)
    >>> degrees_of("33°30'S"), degrees_of("106°75′")
    (-33.5, None)
    """
    # NFKC makes two primes of a double one
    found = DMS.fullmatch(re.sub(r"(?<=[°度'′分])\s+", "", unicodedata.normalize("NFKC", cell).strip()))
    if found is None:
        return None
    before, degrees, minutes, seconds, behind = found.groups()
    parts = [float(part or 0) for part in (degrees, minutes, seconds)]
    if max(parts[1:]) >= MINUTES or not (minutes or before or behind):
        return None
    side = f"{before}{behind}".upper()
    value = round(parts[0] + parts[1] / MINUTES + parts[2] / MINUTES**2, 9)
    return -value if any(letter in side for letter in "WS西南") else value


def without_dms(table: pd.DataFrame, *, what: str) -> tuple[pd.DataFrame, Finding]:
    """Return a table whose longitudes and latitudes are decimal degrees, and how many cells that changed.

    Raises
    ------
    InputError
        It has no such columns.
    """
    columns = lonlat_columns(table)
    if columns is None:
        raise InputError(
            f"{what} has no columns lon and lat, which 'dms' needs; expected 106°32′29″ and the like there"
        )
    out, changed = table.copy(), 0
    for column in columns:
        read = [degrees_of(str(cell)) for cell in table[column]]
        changed += sum(value is not None for value in read)
        out[column] = [
            cell if value is None else f"{value:.9g}" for cell, value in zip(table[column], read, strict=True)
        ]
    zh, en = f"度分秒 → 十进制度:{changed} 个单元格", f"degrees, minutes and seconds to degrees: {changed} cells"
    return out, note("dms", zh, en, changed, "cells")
