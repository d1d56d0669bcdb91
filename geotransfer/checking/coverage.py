"""Polygons that should tile an area: how much they overlap, how much they leave open, how thin their slivers are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geotransfer.checking.geometry import metric_crs, not_finite
from geotransfer.checking.report import Finding, note, warning
from geotransfer.spatial.rasterization import polygonal
from geotransfer.types import FloatArray, Text

__all__ = ["coverage_findings", "mean_width_m", "overlaps"]

MOST_VERTICES = 3_000_000
"""Above it overlaps and gaps are not measured: 425,000 vertices of 2,891 counties take 2 s."""
SLIVER_M = 100.0
"""Mean width below which a part, an overlap or a gap is a sliver; a 1 : 250,000 map has 0.4 mm for it."""
SLIVER_KM2 = 1.0
LEAST_M2 = 1.0
Shapes = NDArray[np.object_]


def coverage_findings(features: gpd.GeoDataFrame) -> list[Finding]:
    """Return overlaps, gaps and slivers of a polygon layer with an area each; nothing for other layers.

    Areas are measured in the layer's CRS where it is projected, else in China Albers.
    """
    present = features[~(features.geometry.isna() | features.geometry.is_empty)]
    if not len(present) or not present.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"]).all():
        return []
    vertices = int(shapely.get_num_coordinates(present.geometry.to_numpy()).sum())
    if vertices > MOST_VERTICES:
        zh = f"{vertices:,} 个顶点,重叠与缝隙未测"
        return [note("coverage-unmeasured", zh, f"{vertices:,} vertices: overlaps and gaps not measured", vertices,
                     "vertices", Text(zh="先简化", en="simplify the layer first"))]  # fmt: skip
    local = present.geometry if present.crs is None else present.geometry.to_crs(metric_crs(present.crs))
    shapes = polygonal(local[~not_finite(local.to_numpy())].make_valid().to_numpy())
    return [*_overlap_findings(shapes), *_gap_findings(shapes), *_sliver_findings(shapes)]


def overlaps(shapes: Shapes) -> Shapes:
    """Return the parts that two polygons of a layer share, larger than 1 m2.

    Examples
    --------
    >>> shared = overlaps(np.array([shapely.box(0, 0, 10, 10), shapely.box(8, 0, 20, 10), shapely.box(20, 0, 30, 10)]))
    >>> shapely.area(shared).tolist()
    [20.0]
    """
    # edges that do not match their neighbours: only these polygons can overlap another one
    suspect = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    if not len(suspect):
        return np.array([], dtype=object)
    of, other = shapely.STRtree(shapes).query(shapes[suspect])
    one = suspect[of]
    once = (one < other) | (~np.isin(other, suspect) & (one != other))
    shared = shapely.intersection(shapes[one[once]], shapes[other[once]])
    return np.asarray(shared[shapely.area(shared) > LEAST_M2])


def mean_width_m(shapes: Shapes) -> FloatArray:
    """Return twice the area by the perimeter: the width of a long strip.

    Examples
    --------
    >>> round(float(mean_width_m(np.array([shapely.box(0, 0, 10_000, 10)]))[0]), 2)
    9.99
    """
    return np.asarray(2 * shapely.area(shapes) / np.maximum(shapely.length(shapes), 1e-12))


def _overlap_findings(shapes: Shapes) -> list[Finding]:
    shared = overlaps(shapes)
    if not len(shared):
        return []
    area, thin = shapely.area(shared) / 1e6, int((mean_width_m(shared) < SLIVER_M).sum())
    zh = f"{len(area)} 处重叠,共 {area.sum():.4g} 平方公里,最大 {area.max():.4g},其中 {thin} 处是细条"
    en = f"{len(area)} overlaps, {area.sum():.4g} km2 in all, the largest {area.max():.4g}, {thin} of them slivers"
    way = Text(zh="重叠处会重复计入;请在 GIS 中修整边界", en="what overlaps counts twice; mend the edges in a GIS")
    return [warning("overlaps", zh, en, round(float(area.sum()), 6), "km2", way)]


def _gap_findings(shapes: Shapes) -> list[Finding]:
    merged = shapely.get_parts(shapely.union_all(shapes))
    holes = [shapely.polygons(ring) for part in merged for ring in part.interiors]
    if not holes:
        return []
    gaps = np.array(holes, dtype=object)
    area, thin = shapely.area(gaps) / 1e6, int((mean_width_m(gaps) < SLIVER_M).sum())
    zh = f"要素之间有 {len(area)} 处空洞,共 {area.sum():.4g} 平方公里,最大 {area.max():.4g},其中 {thin} 处是细缝"
    en = f"{len(area)} gaps inside, {area.sum():.4g} km2 in all, the largest {area.max():.4g}, {thin} of them slivers"
    way = Text(zh="飞地、湖泊无妨;细缝请修整", en="enclaves and lakes are fine; mend the slivers")
    severity = warning if thin else note
    return [severity("gaps", zh, en, round(float(area.sum()), 6), "km2", way)]


def _sliver_findings(shapes: Shapes) -> list[Finding]:
    parts = shapely.get_parts(shapes)
    area = shapely.area(parts)
    thin = (mean_width_m(parts) < SLIVER_M) & (area < SLIVER_KM2 * 1e6)
    if not thin.any():
        return []
    total = float(area[thin].sum()) / 1e6
    zh = f"{int(thin.sum())} 个部分平均宽度不足 {SLIVER_M:.0f} 米(共 {total:.4g} 平方公里)"
    en = f"{int(thin.sum())} parts are less than {SLIVER_M:.0f} m wide in the mean ({total:.4g} km2 in all)"
    way = Text(zh="小岛无妨;细条请删去", en="islets are fine; delete slivers")
    return [note("slivers", zh, en, int(thin.sum()), "parts", way)]
