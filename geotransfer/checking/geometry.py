"""Shapes that are faulty or unusual: empty, invalid, across the antimeridian, with heights, very large; and mended."""

from __future__ import annotations

from collections import Counter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geotransfer.checking.report import Finding, error, note, warning
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.types import BoolArray, Text

__all__ = [
    "crosses_antimeridian", "mend_geometry", "metric_crs", "not_finite", "shape_findings", "split_at_antimeridian",
]  # fmt: skip

LARGE = 1_000_000
"""Vertices of one shape above which it is worth knowing: testing 10 million takes 18 s."""
Shapes = NDArray[np.object_]
WAY_VALID = Text(zh="--convert valid -o 新文件", en="--convert valid -o NEW")


def metric_crs(crs: CRS | None) -> CRS:
    """Return the CRS areas are measured in: the layer's own where it is projected, else China Albers (equal area).

    Examples
    --------
    >>> metric_crs(CRS(4490)) == CHINA_ALBERS, metric_crs(CRS(4526)).to_epsg()
    (True, 4526)
    """
    return CHINA_ALBERS if crs is None or crs.is_geographic else crs


def shape_findings(features: gpd.GeoDataFrame) -> list[Finding]:
    """Return what is faulty or unusual about the shapes of a layer."""
    shapes: Shapes = features.geometry.to_numpy()
    broken = not_finite(shapes)
    if broken.any():
        return [*_broken_numbers(shapes), *shape_findings(features[~broken])]
    return [
        *_missing(shapes), *_invalid(features), *_kinds(shapes), *_heights(shapes),
        *_antimeridian(shapes, features.crs), *_large(shapes), *_twice(shapes),
    ]  # fmt: skip


def _missing(shapes: Shapes) -> list[Finding]:
    empty = int((shapely.is_missing(shapes) | shapely.is_empty(shapes)).sum())
    if not empty:
        return []
    way = Text(zh="--convert drop-empty -o 新文件,或补上", en="--convert drop-empty -o NEW, or complete them")
    zh, en = f"{empty} 个要素没有几何", f"{empty} of {len(shapes)} features have no geometry"
    return [error("empty", zh, en, empty, "features", way)]


def not_finite(shapes: Shapes) -> BoolArray:
    """Return which shapes have an x or y that is no finite number: GEOS can do nothing with them.

    Examples
    --------
    >>> not_finite(np.array([shapely.Point(np.nan, 1), shapely.Point(1, 1), None])).tolist()
    [True, False, False]
    """
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    out = np.zeros(len(shapes), dtype=bool)
    out[of[~np.isfinite(xy).all(axis=1)]] = True
    return out


def _broken_numbers(shapes: Shapes) -> list[Finding]:
    bad = int(not_finite(shapes).sum())
    if not bad:
        return []
    zh, en = f"{bad} 个要素的坐标不是有限数", f"{bad} features have coordinates that are no finite numbers"
    return [error("not-finite", zh, en, bad, "features", Text(zh="删除或重新取得", en="delete them or get them again"))]


def _invalid(features: gpd.GeoDataFrame) -> list[Finding]:
    shapes = features.geometry.to_numpy()
    invalid = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    if not invalid.any():
        return []
    reasons = Counter(reason.split("[")[0] for reason in shapely.is_valid_reason(shapes[invalid]))
    top = ", ".join(f"{reason} {n}" for reason, n in reasons.most_common(3))
    _, mended = mend_geometry(features.loc[invalid])
    change = float((mended["area_km2_after"] - mended["area_km2_before"]).abs().sum())
    zh = f"{int(invalid.sum())} 个要素几何无效({top});修复使面积共变动 {change:.4g} 平方公里"
    en = f"{int(invalid.sum())} features are invalid ({top}); mending changes {change:.4g} km2 in all"
    return [warning("invalid", zh, en, int(invalid.sum()), "features", WAY_VALID)]


def _kinds(shapes: Shapes) -> list[Finding]:
    present = shapes[~shapely.is_missing(shapes)]
    kinds = Counter(one.geom_type.removeprefix("Multi") for one in present)
    if len(kinds) <= 1 and "GeometryCollection" not in kinds:
        return []
    listed = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    way = Text(zh="按几何类型分开存放", en="keep each kind in a layer of its own")
    return [warning("mixed", f"几何类型混杂:{listed}", f"the kinds are mixed: {listed}", len(kinds), "kinds", way)]


def _heights(shapes: Shapes) -> list[Finding]:
    z, m = int(shapely.has_z(shapes).sum()), int(shapely.has_m(shapes).sum())
    if not z and not m:
        return []
    zh, en = (
        f"{z} 个要素带高程 Z、{m} 个带量测值 M;面积和距离不用它们",
        (f"{z} features have heights (Z), {m} measures (M); areas and distances do not use them"),
    )
    way = Text(zh="不需要时:--convert flat -o 新文件", en="where they are not wanted: --convert flat -o NEW")
    return [note("z-or-m", zh, en, z + m, "features", way)]


def crosses_antimeridian(shapes: Shapes) -> BoolArray:
    """Return which shapes in degrees are wider than half the globe: they were drawn across 180 degrees.

    Examples
    --------
    >>> crosses_antimeridian(np.array([shapely.box(-179, 0, 179, 1), shapely.box(100, 0, 101, 1)])).tolist()
    [True, False]
    """
    bounds = shapely.bounds(shapes)
    return np.asarray(bounds[:, 2] - bounds[:, 0] > 180)


def _antimeridian(shapes: Shapes, crs: CRS | None) -> list[Finding]:
    if crs is None or not crs.is_geographic:
        return []
    across = int(crosses_antimeridian(shapes).sum())
    if not across:
        return []
    way = Text(
        zh="--convert antimeridian -o 新文件 在 180° 处分开", en="--convert antimeridian -o NEW splits them there"
    )
    zh, en = f"{across} 个要素跨越 180° 经线", f"{across} features lie across 180 degrees and wrap around the globe"
    return [error("antimeridian", zh, en, across, "features", way)]


def split_at_antimeridian(shapes: Shapes) -> Shapes:
    """Return polygons that were drawn across 180 degrees as two parts, one on each side; others as they are.

    Examples
    --------
    >>> across = shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    >>> parts = split_at_antimeridian(np.array([across]))[0]
    >>> sorted(part.bounds for part in parts.geoms)
    [(-180.0, 0.0, -179.0, 1.0), (179.0, 0.0, 180.0, 1.0)]
    """
    out = np.array(shapes, dtype=object)
    for i in np.flatnonzero(crosses_antimeridian(out)):
        whole = shapely.make_valid(shapely.transform(out[i], _eastward))
        west = shapely.intersection(whole, shapely.box(180, -90, 540, 90))
        moved = shapely.transform(west, lambda xy: xy - np.array([360.0, 0.0]))
        out[i] = shapely.union(shapely.intersection(whole, shapely.box(-180, -90, 180, 90)), moved)
    return out


def _eastward(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes from 0 to 360."""
    return np.column_stack([np.where(xy[:, 0] < 0, xy[:, 0] + 360, xy[:, 0]), xy[:, 1:]])


def _large(shapes: Shapes) -> list[Finding]:
    most = int(shapely.get_num_coordinates(shapes).max(initial=0))
    if most < LARGE:
        return []
    way = Text(zh="先简化,例如 gdf.simplify(…)", en="simplify it first, e.g. gdf.simplify(...)")
    zh, en = f"最大的要素有 {most:,} 个顶点", f"the largest feature has {most:,} vertices"
    return [note("large", zh, en, most, "vertices", way)]


def _twice(shapes: Shapes) -> list[Finding]:
    present = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    twice = len(present) - len(set(shapely.to_wkb(present)))
    if not twice:
        return []
    zh, en = f"{twice} 个要素与别的要素几何完全相同", f"{twice} features have the very shape of another one"
    return [warning("duplicates", zh, en, twice, "features", Text(zh="请核对", en="look at them"))]


def mend_geometry(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Make invalid shapes valid, and say what that did to each.

    Lines and points that mending a polygon leaves over are dropped; the column ``dropped`` counts them.

    Parameters
    ----------
    features : GeoDataFrame
        Any CRS, or none; areas are taken in China Albers where it is not projected.

    Returns
    -------
    (GeoDataFrame, DataFrame)
        The features, valid ones untouched; and a row for each mended one, with its index: ``reason``,
        ``area_km2_before``, ``area_km2_after``, ``parts`` and ``dropped``.

    Raises
    ------
    InputError
        A shape has coordinates that are no finite numbers.

    Examples
    --------
    >>> bow = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    >>> mended, report = mend_geometry(gpd.GeoDataFrame(geometry=[bow], crs="EPSG:32648"))
    >>> report[["reason", "area_km2_before", "area_km2_after", "parts"]].to_numpy().tolist()
    [['Self-intersection', 0.0, 0.5, 2]]
    """
    shapes: Shapes = features.geometry.to_numpy()
    broken = np.flatnonzero(not_finite(shapes))
    if len(broken):
        raise InputError(
            f"{len(broken)} features have coordinates that are no finite numbers, the first in row {broken[0] + 1}; "
            "expected finite ones: delete them or get them again"
        )
    rows = np.flatnonzero(~(shapely.is_valid(shapes) | shapely.is_missing(shapes)))
    before = shapes[rows]
    after, dropped = _mended(before)
    report = pd.DataFrame(
        {
            "reason": [reason.split("[")[0] for reason in shapely.is_valid_reason(before)],
            "area_km2_before": _area_km2(before, features.crs), "area_km2_after": _area_km2(after, features.crs),
            "parts": shapely.get_num_geometries(after), "dropped": dropped,
        },
        index=features.index[rows],
    )  # fmt: skip
    out = np.array(shapes, dtype=object)
    out[rows] = after
    return features.set_geometry(gpd.GeoSeries(out, index=features.index, crs=features.crs)), report


def _mended(shapes: Shapes) -> tuple[Shapes, NDArray[np.int64]]:
    """Return valid shapes of the same dimension, and how many parts of a lower one each lost."""
    out, dropped = np.array(shapely.make_valid(shapes), dtype=object), np.zeros(len(shapes), dtype=np.int64)
    for i, dimension in enumerate(shapely.get_dimensions(shapes)):
        parts = shapely.get_parts(shapely.get_parts(out[i]))
        same = shapely.get_dimensions(parts) == dimension
        if same.all() or not same.any():
            continue
        dropped[i] = int((~same).sum())
        out[i] = shapely.union_all(parts[same])
    return out, dropped


def _area_km2(shapes: Shapes, crs: Any) -> NDArray[np.float64]:
    local = gpd.GeoSeries(shapes, crs=crs)
    if crs is not None and crs.is_geographic:
        local = local.to_crs(metric_crs(crs))
    return np.asarray(local.area.to_numpy() / 1e6, dtype=np.float64)
