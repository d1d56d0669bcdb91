"""The zones of a study: administrative areas, or the user's polygons and points, each with its province."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.database import is_address
from geotransfer.catalog.postgis import read_postgis
from geotransfer.catalog.readers import read_features, read_table
from geotransfer.crs import CHINA_ALBERS
from geotransfer.datums import DatumAccuracy, datum_of, warn_of_datum
from geotransfer.divisions.columns import division_columns
from geotransfer.errors import InputError, OffshoreWarning, UnknownNameError
from geotransfer.files import is_there
from geotransfer.siting.parks import is_names_only, match_parks
from geotransfer.spatial.nearest import nearest_zones
from geotransfer.spatial.rasterization import polygonal, reprojected
from geotransfer.spec.scenario import Scenario
from geotransfer.types import IntArray, Level

__all__ = ["Zones", "load_zones"]

NAME_COLUMNS = ("name", "NAME", "Name", "名称", "NAME_CHN", "园区名称")
ID_COLUMNS = ("zone", "adcode", "id")
AREA_COLUMNS = ("area_km2", "area", "面积_km2", "面积")
LARGEST_KM2 = 10_000.0
OFFSHORE_M = 30_000.0


@dataclass(frozen=True, eq=False)
class Zones:
    """The zones of a study.

    Attributes
    ----------
    table : GeoDataFrame
        China Albers; columns zone (str, unique), adcode, name, kind, province, prefecture, prefecture_adcode, region,
        and what the user's file holds beside; polygons (points have become circles).
    shown : GeoSeries
        EPSG:4326, the geometry that goes into the ranking (points stay points).
    own : bool
        True for the user's own zones.
    matched : DataFrame or None
        How parks known by name only were placed (`match_parks`); None for other zones.
    datum : DatumAccuracy or None
        Of the user's file: how far its positions may be off; None for other zones.
    """

    table: gpd.GeoDataFrame
    shown: gpd.GeoSeries
    own: bool
    matched: pd.DataFrame | None = None
    datum: DatumAccuracy | None = None

    def at(self, rows: IntArray) -> Zones:
        """Return some of the zones, by their row numbers, for what is measured of them."""
        table, shown = self.table.iloc[rows], self.shown.iloc[rows]
        return Zones(table.reset_index(drop=True), shown.reset_index(drop=True), self.own)


def load_zones(scenario: Scenario) -> Zones:
    """Return the zones a scenario names.

    Raises
    ------
    InputError
        Neither a level nor a file, a file without usable features, zones outside China.
    """
    if scenario.zones in get_args(Level):
        return _administrative(cast(Level, scenario.zones), scenario)
    if is_address(scenario.zones) and scenario.zones_layer:
        return _own(read_postgis(scenario.zones, scenario.zones_layer), scenario)
    if not is_there(scenario.zones):
        raise InputError(
            f"zones is {scenario.zones!r}, expected {', '.join(map(repr, get_args(Level)))} "
            "or a file of polygons or points; there is no such file"
        )
    if Path(scenario.zones).suffix.lower() == ".csv":
        table = read_table(scenario.zones, encoding=scenario.zones_encoding)
        if is_names_only(table):
            return _named_parks(table, scenario)
    features = read_features(scenario.zones, layer=scenario.zones_layer, encoding=scenario.zones_encoding)
    datum = datum_of(features)
    warn_of_datum(datum, what=f"zones {scenario.zones!r}")
    return replace(_own(features, scenario), datum=datum)


def _administrative(level: Level, scenario: Scenario) -> Zones:
    areas = boundaries(level, within=scenario.within or None)
    if areas.empty:
        raise UnknownNameError(f"within = {list(scenario.within)} leaves no {level}; widen it")
    table = areas.drop(columns="short_name").assign(zone=areas["adcode"], kind=level)
    for column in ("prefecture", "prefecture_adcode"):
        if column not in table:
            table[column] = ""
    return Zones(table.to_crs(CHINA_ALBERS), areas.geometry, own=False)


def _named_parks(table: pd.DataFrame, scenario: Scenario) -> Zones:
    features, report = match_parks(table)
    if features.empty:
        raise InputError(
            f"none of the {len(table)} parks in {scenario.zones!r} names a county or prefecture (the first is "
            f"{report['given'].iloc[0]!r}); add a column province, adcode, or lon and lat"
        )
    return replace(_own(features, scenario), matched=report)


def _own(features: gpd.GeoDataFrame, scenario: Scenario) -> Zones:
    kinds = set(features.geom_type)
    points = kinds <= {"Point"}
    if not points and not kinds <= {"Polygon", "MultiPolygon"}:
        raise InputError(
            f"zones hold {', '.join(sorted(kinds))}; expected polygons, or points, not a mixture and no lines"
        )
    local = reprojected(features, CHINA_ALBERS, what="zones")
    shapes = _circles(local, scenario) if points else _repaired(local.geometry)
    local = local.set_geometry(shapes)
    table = local.assign(zone=_identifiers(features), name=_names(features), kind="point" if points else "polygon")
    table["adcode"] = _text(features["adcode"]) if "adcode" in features else ""
    return Zones(_with_province(table), features.to_crs("EPSG:4326").geometry, own=True)


def _circles(points: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoSeries:
    column = next((c for c in AREA_COLUMNS if c in points), None)
    area = pd.to_numeric(points[column], errors="coerce") if column else pd.Series(np.nan, index=points.index)
    if column:
        bad = points[column].notna() & ~area.between(0, LARGEST_KM2, inclusive="right")
        if bad.any():
            row, value = int(bad.to_numpy().argmax()), points.loc[bad, column].iloc[0]
            raise InputError(
                f"column {column!r} holds {value!r} in row {row + 1}; expected an area in km2, a number above 0 and at "
                f"most {LARGEST_KM2:,.0f}, or nothing (m2 or 亩 are not converted)"
            )
    radius_m = np.sqrt(area.fillna(scenario.point_area_km2).to_numpy() * 1e6 / np.pi)
    # by position: the argument is `resolution` in geopandas 1.0 and 1.1, `quad_segs` in 1.2
    return points.geometry.buffer(radius_m, 32)


def _repaired(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the polygons of each shape; a shape that repairing leaves without area is named."""
    polygons = polygonal(shapes.make_valid().to_numpy())
    flat = np.flatnonzero(~(shapely.area(polygons) > 0))
    if flat.size:
        raise InputError(
            f"zone in row {flat[0] + 1} has no area on China Albers (a collapsed ring, or coordinates beyond the CRS); "
            "expected a polygon with an area: delete or repair it"
        )
    return gpd.GeoSeries(polygons, index=shapes.index, crs=shapes.crs)


def _text(values: pd.Series[Any]) -> pd.Series[str]:
    """Return keys as text; 640502.0, as a spreadsheet or a Shapefile gives it, is 640502."""
    whole = pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all()
    text: pd.Series[str] = (values.astype("Int64") if whole else values).astype(object).where(values.notna(), "")
    return text.astype(str).str.strip().str.replace(r"^(\d+)\.0+$", r"\1", regex=True)


def _identifiers(features: gpd.GeoDataFrame) -> pd.Series[str]:
    for column in ID_COLUMNS:
        if column in features:
            given = _text(features[column])
            if (given != "").all() and given.is_unique:
                return given
            if column == "zone":
                twice = given[given.duplicated() | (given == "")].iloc[0]
                raise InputError(
                    f"column 'zone' holds {twice!r} twice or not at all; expected a unique key in each row"
                )
    return pd.Series([str(i + 1) for i in range(len(features))], index=features.index)


def _names(features: gpd.GeoDataFrame) -> pd.Series[str]:
    column = next((c for c in NAME_COLUMNS if c in features), division_columns(features.columns).get("name"))
    identifiers = _identifiers(features)
    if column is None:
        return identifiers
    names = _text(features[column])
    return names.where(names != "", identifiers)


def _with_province(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each zone the prefecture of its representative point (the nearest within 30 km: points just offshore)."""
    prefectures = boundaries("prefecture").to_crs(table.crs).rename(columns={"name": "_prefecture", "adcode": "_code"})
    columns = ["province", "region", "_prefecture", "_code", "geometry"]
    spots = gpd.GeoDataFrame(geometry=table.representative_point(), index=table.index)
    near = nearest_zones(spots, prefectures, limit_m=OFFSHORE_M)
    if (near["row"] < 0).all():
        raise InputError(
            "no zone lies in China or within 30 km of it; expected zones inside the default layers: check the CRS and "
            "whether lon and lat are swapped (geotransfer layers check FILE says)"
        )
    _warn_of_offshore(near["distance_m"])
    columns = ["province", "region", "_prefecture", "_code"]
    joined = prefectures[columns].reindex(near["row"].where(near["row"] >= 0)).set_axis(table.index)
    own = table.drop(columns=[c for c in ("province", "region", "prefecture", "prefecture_adcode") if c in table])
    return own.assign(
        province=joined["province"].fillna(""),
        region=joined["region"].astype(object).where(joined["region"].notna(), None),
        prefecture=joined["_prefecture"].fillna(""),
        prefecture_adcode=joined["_code"].fillna(""),
    )


def _warn_of_offshore(distance_m: pd.Series[float]) -> None:
    off = distance_m[distance_m > 0]
    if len(off):
        warnings.warn(
            f"{len(off)} of {len(distance_m)} zones lie outside every prefecture, the farthest {off.max() / 1000:.1f} "
            f"km; each is given the nearest one (within {OFFSHORE_M / 1000:.0f} km)",
            OffshoreWarning,
            stacklevel=4,
        )
