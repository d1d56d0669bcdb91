"""Parks known by name only, placed on the county (or prefecture) that their name begins with; nothing is guessed.

A park's name is a division's name and more (湖北浠水经开区): the search here is for the longest name it begins with.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.readers import LAT_NAMES, LON_NAMES
from geotransfer.checking.table_positions import plane_columns
from geotransfer.divisions.front import division_in_front, division_of_code
from geotransfer.divisions.today import Division
from geotransfer.errors import InputError, UnreadPositionsWarning
from geotransfer.types import Level

__all__ = ["is_names_only", "match_parks", "parks_record"]

PARK_COLUMNS = ("name", "park", "园区", "园区名称", "名称", "开发区")
PROVINCE_COLUMNS = ("province", "省", "省份", "省级行政区")


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
        "unmatched"), candidates, note (a code that is none of today's).

    Raises
    ------
    InputError
        No column of names.

    Warns
    -----
    UnreadPositionsWarning
        The table has coordinates by names other than lon and lat.

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
    _warn_of_coordinates(table)
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


def _warn_of_coordinates(table: pd.DataFrame) -> None:
    columns = plane_columns(table)
    if columns is not None:
        warnings.warn(
            f"parks are placed by name; the coordinates in the columns {' and '.join(columns)} are not read: "
            "geotransfer layers check FILE says which CRS fits, and --convert makes lon and lat of them",
            UnreadPositionsWarning,
            stacklevel=3,
        )


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
    division, candidates = division_of_code(code), list[Division]()
    note = f"adcode {code} is no prefecture or county of today; the name was taken" if code and not division else ""
    if division is None:
        division, candidates = division_in_front(given, province_given)
    if division is not None:
        found = {"adcode": division.adcode, "name": division.name, "province": division.province, "how": division.level}
        return {**row, **found, "candidates": "", "note": note}, division
    listed = ";".join(f"{candidate.adcode} {candidate.qualified}" for candidate in candidates)
    nothing = {"adcode": "", "name": "", "province": "", "how": "ambiguous" if candidates else "unmatched"}
    return {**row, **nothing, "candidates": listed, "note": note}, None


@cache
def _land(level: Level) -> gpd.GeoSeries:
    return boundaries(level).set_index("adcode").geometry
