"""The steps that mend a vector layer, each a function of features that says what it did."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geotransfer.catalog.mojibake import find_mojibake, text_columns, unmangled
from geotransfer.checking.geometry import crosses_antimeridian, mend_geometry, split_at_antimeridian
from geotransfer.checking.positions import china, in_wgs84
from geotransfer.checking.report import Finding, note
from geotransfer.crs import CHINA_ALBERS, WGS84, bd09_to_wgs84, gcj02_to_wgs84, parse_crs
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["FEATURE_STEPS", "named_crs", "take_step"]

XY = Callable[[FloatArray], FloatArray]


def take_step(features: gpd.GeoDataFrame, step: str) -> tuple[gpd.GeoDataFrame, Finding]:
    """Return features after one step, and what it did.

    Parameters
    ----------
    features : GeoDataFrame
        With or without a CRS.
    step : str
        One of `FEATURE_STEPS`, or ``"crs=..."`` with anything that names a CRS.

    Raises
    ------
    InputError
        There is no such step, or it needs a CRS and there is none.

    Examples
    --------
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([39.9], [116.4]), crs="EPSG:4490")
    >>> mended, done = take_step(point, "swap")
    >>> mended.geometry[0].wkt, done.what.en
    ('POINT (116.4 39.9)', 'swapped x and y of 1 features')
    """
    if step.startswith("crs="):
        return _state_crs(features, step.removeprefix("crs="))
    if step not in FEATURE_STEPS:
        raise InputError(
            f"a vector layer cannot be converted by {step!r}; expected {', '.join(FEATURE_STEPS)} or crs=EPSG:..."
        )
    return FEATURE_STEPS[step](features)


def named_crs(name: str) -> CRS:
    """Return a CRS by code, WKT or PROJ text; ``china-albers`` is the one this package computes in.

    Raises
    ------
    CrsError
        There is none.
    """
    return CHINA_ALBERS if name == "china-albers" else parse_crs(name, what="--convert crs=")


def _moved(features: gpd.GeoDataFrame, change: XY, *, crs: CRS | None) -> gpd.GeoDataFrame:
    """Return features with x and y of every vertex changed, heights kept."""
    shapes = features.geometry.to_numpy()

    def changed(xyz: FloatArray) -> FloatArray:
        return np.column_stack([change(xyz[:, :2]), xyz[:, 2:]])

    out = np.array(shapes, dtype=object)
    high = shapely.has_z(shapes)
    out[high] = shapely.transform(out[high], changed, include_z=True)
    out[~high] = shapely.transform(out[~high], changed)
    return features.set_geometry(gpd.GeoSeries(out, index=features.index, crs=crs))


def _unshifted(features: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, Finding]:
    crs = parse_crs(features.crs, what="the layer")
    local = features if crs.is_geographic else features.to_crs(WGS84)
    undo = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}[name]
    before = shapely.get_coordinates(local.geometry.to_numpy())
    moved = _moved(local, lambda xy: np.column_stack(undo(xy[:, 0], xy[:, 1])), crs=WGS84)
    after = shapely.get_coordinates(moved.geometry.to_numpy())
    shifted = int((np.abs(after - before).max(axis=1, initial=0) > 0).sum())
    shown = {"gcj02": "GCJ-02", "bd09": "BD-09"}[name]
    zh, en = f"{shown} → WGS 84:{shifted} 个顶点", f"{shown} to WGS 84: {shifted} vertices moved"
    return moved, note(name, zh, en, shifted, "vertices")


def _swapped(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Finding]:
    moved = _moved(features, lambda xy: xy[:, ::-1], crs=features.crs)
    n = len(moved)
    return moved, note("swap", f"交换了 {n} 个要素的 x、y", f"swapped x and y of {n} features", n, "features")


def _swapped_outside(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Finding]:
    """Swap only features whose vertices lie outside China and inside when swapped."""
    crs = parse_crs(features.crs, what="the layer")

    def inside(of: gpd.GeoDataFrame) -> FloatArray:
        xy, row = shapely.get_coordinates(of.geometry.to_numpy(), return_index=True)
        lon, lat = (xy[:, 0], xy[:, 1]) if crs.is_geographic else in_wgs84(crs, xy[:, 0], xy[:, 1])
        share = pd.Series(china().holds(lon, lat)).groupby(row).mean()
        return np.asarray(share.reindex(range(len(of))).fillna(0.0), dtype=np.float64)

    turned = _swapped(features)[0]
    chosen = (inside(features) == 0) & (inside(turned) > 0)
    shapes = np.where(chosen, turned.geometry.to_numpy(), features.geometry.to_numpy())
    out = features.set_geometry(gpd.GeoSeries(shapes, index=features.index, crs=features.crs))
    n = int(chosen.sum())
    return out, note("swap-outside", f"交换了 {n} 个要素的 x、y", f"swapped x and y of {n} features", n, "features")


def _flipped(features: gpd.GeoDataFrame, axis: int) -> tuple[gpd.GeoDataFrame, Finding]:
    sign = np.array([-1.0, 1.0]) if axis == 0 else np.array([1.0, -1.0])
    name = "xy"[axis]
    moved = _moved(features, lambda xy: xy * sign, crs=features.crs)
    return moved, note(f"flip-{name}", f"{name} 改号", f"changed the sign of {name}", len(moved), "features")


def _state_crs(features: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, Finding]:
    crs = named_crs(name)
    was = "无" if features.crs is None else features.crs.name
    was_en = "none" if features.crs is None else features.crs.name
    stated = features.set_crs(crs, allow_override=True)
    return stated, note("crs", f"声明坐标系:{was} → {crs.name}(坐标未变)",
                        f"states the CRS {crs.name} instead of {was_en}; coordinates unchanged", None, "")  # fmt: skip


def _valid(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Finding]:
    mended, report = mend_geometry(features)
    change = float((report["area_km2_after"] - report["area_km2_before"]).abs().sum())
    dropped = int(report["dropped"].sum())
    zh = f"修复 {len(report)} 个要素,面积共变动 {change:.4g} 平方公里,去掉 {dropped} 个线或点"
    en = f"mended {len(report)} features, changing {change:.4g} km2 in all; dropped {dropped} lines and points"
    return mended, note("valid", zh, en, len(report), "features")


def _flat(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Finding]:
    shapes = features.geometry.to_numpy()
    n = int((shapely.has_z(shapes) | shapely.has_m(shapes)).sum())
    flat = features.set_geometry(gpd.GeoSeries(shapely.force_2d(shapes), index=features.index, crs=features.crs))
    return flat, note("flat", f"去掉 {n} 个要素的 Z、M", f"dropped Z and M of {n} features", n, "features")


def _without_empty(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Finding]:
    empty = features.geometry.isna() | features.geometry.is_empty
    n = int(empty.sum())
    said = note("drop-empty", f"删去 {n} 个无几何的要素", f"dropped {n} features without geometry", n, "features")
    return features[~empty], said


def _split(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Finding]:
    shapes = features.geometry.to_numpy()
    n = int(crosses_antimeridian(shapes).sum())
    out = gpd.GeoSeries(split_at_antimeridian(shapes), index=features.index, crs=features.crs)
    said = note("antimeridian", f"在 180° 处分开 {n} 个要素", f"split {n} features at 180", n, "features")
    return features.set_geometry(out), said


def mended_text(table: pd.DataFrame) -> tuple[pd.DataFrame, Finding]:
    """Return a table with its mojibake undone, column names too; what is no mojibake stays.

    Examples
    --------
    >>> table, done = mended_text(pd.DataFrame({"name": ["鍖椾含", "南京"]}))
    >>> table["name"].tolist(), done.number
    (['北京', '南京'], 1)
    """
    columns = [c for c in text_columns(table) if c != "geometry"]
    texts = [*map(str, table.columns), *(cell for c in columns for cell in table[c].dropna())]
    found = find_mojibake(texts)
    if found is None or not found.was:
        return table, note("text", "没有可复原的乱码", "no mojibake that can be undone", 0, "texts")
    right = {text: better for text in set(texts) if (better := unmangled(text, found.read_as, found.was)) is not None}
    out = table.copy()
    for column in columns:
        out[column] = table[column].map(lambda cell: right.get(cell, cell))
    n = sum(text in right for text in texts)
    en = f"{found.was} that was read as {found.read_as}: {n} texts put right"
    out = out.rename(columns={c: right[c] for c in table.columns if c in right})
    return out, note("text", f"{found.was} 曾被当作 {found.read_as}:复原 {n} 处", en, n, "texts")


FEATURE_STEPS: dict[str, Callable[[gpd.GeoDataFrame], tuple[gpd.GeoDataFrame, Finding]]] = {
    "gcj02": lambda features: _unshifted(features, "gcj02"),
    "bd09": lambda features: _unshifted(features, "bd09"),
    "swap": _swapped,
    "swap-outside": _swapped_outside,
    "flip-x": lambda features: _flipped(features, 0),
    "flip-y": lambda features: _flipped(features, 1),
    "valid": _valid,
    "flat": _flat,
    "drop-empty": _without_empty,
    "antimeridian": _split,
    "text": lambda features: mended_text(features),
}
"""Name -> what it does."""
