"""A small picture of the scores as SVG, for paper: zones by class, the national outline and lines over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from geotransfer.catalog.boundaries import boundaries, national_lines
from geotransfer.crs import CHINA_ALBERS
from geotransfer.types import FloatArray, IntArray

__all__ = ["RAMP", "LegendClass", "legend_classes", "minimap_svg"]

RAMP = ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84")
"""ColorBrewer YlGnBu, the seven classes of the map: safe for the colour-blind, readable on a grey printer."""
EXCLUDED, UNKNOWN, LAND, LINE = "#cdd1d5", "url(#hatch)", "#f4f4f1", "#3e4c59"
TOLERANCE_DEG = 0.06
METRES_PER_STEP = 5000.0
"""One unit of the picture: under half a millimetre of the printed page."""
FLOW, WIDEST = "#d55e00", 14.0
"""Colour of the flows (Okabe and Ito's vermilion), and the width of the largest."""
DOT = "h2v2h-2z"
"""What stands for an island that is smaller than one unit."""


@dataclass(frozen=True)
class LegendClass:
    """One class of the score: its bounds and its colour."""

    low: float
    high: float
    colour: str


def legend_classes(scores: FloatArray) -> list[LegendClass]:
    """Return the classes of the map (atlas.js): quantiles, lowest first; NaN is left out, equal bounds are merged.

    Examples
    --------
    >>> import numpy as np
    >>> [round(c.high, 1) for c in legend_classes(np.arange(8.0))]
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    """
    known = scores[np.isfinite(scores)]
    if known.size == 0:
        return []
    bounds = np.unique(np.quantile(known, np.arange(1, len(RAMP) + 1) / len(RAMP)))
    lows = [known.min(), *bounds[:-1]]
    return [
        LegendClass(float(low), float(high), colour)
        for low, high, colour in zip(lows, bounds, _ramp(len(bounds)), strict=True)
    ]


def _ramp(classes: int) -> list[str]:
    """Return colours from the whole ramp."""
    last = len(RAMP) - 1
    return [RAMP[int(k * last / (classes - 1) + 0.5) if classes > 1 else last] for k in range(classes)]


def minimap_svg(ranking: gpd.GeoDataFrame, *, flows: gpd.GeoDataFrame | None = None) -> Markup:
    """Return the scores of a ranking as an SVG element; without text, so that nothing in it needs escaping.

    Parameters
    ----------
    ranking : GeoDataFrame
        Of a result.
    flows : GeoDataFrame, optional
        Lines with a column ``tonnes``, drawn over all as wide as their tonnes; a ring at the end of each.
    """
    land = _projected(np.asarray(boundaries("province").geometry, dtype=object))
    lines = national_lines().to_crs(CHINA_ALBERS).geometry
    left, bottom, right, top = np.asarray(shapely.total_bounds([*land, *lines])) + np.array([-1, -1, 1, 1]) * 5e4
    picture = _Picture(left=float(left), top=float(top))
    width, height = (round(span / METRES_PER_STEP) for span in (right - left, top - bottom))
    body = [
        f'<path d="{picture.areas(land)}" fill="{LAND}"/>',
        *_zones(ranking, picture),
        f'<path d="{picture.areas(land)}" fill="none" stroke="{LINE}" stroke-width="1.6"/>',
        f'<path d="{picture.lines(lines)}" fill="none" stroke="{LINE}" stroke-width="3"/>',
        *([] if flows is None else _flows(flows, picture)),
    ]
    return Markup(
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="示意图 Schematic map" stroke-linejoin="round">'
        '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="8" height="8" fill="#fff"/><rect width="2" height="8" fill="#8a949e"/></pattern></defs>'
        f"{''.join(body)}</svg>"
    )


def _zones(ranking: gpd.GeoDataFrame, picture: _Picture) -> Iterator[str]:
    shapes = np.asarray(ranking.to_crs("EPSG:4326").geometry, dtype=object)
    areal = np.isin(shapely.get_type_id(shapes), (3, 6))
    projected = _projected(np.where(areal, shapes, shapely.MultiPolygon()))
    points = gpd.GeoSeries(shapes[~areal], crs="EPSG:4326").to_crs(CHINA_ALBERS)
    fills = _fills(ranking)
    for fill in np.unique(fills):
        chosen = fills == fill
        if path := picture.areas(projected[chosen & areal]):
            edge = "#cdd1d5" if fill == UNKNOWN else fill
            yield f'<path d="{path}" fill="{fill}" stroke="{edge}" stroke-width="0.7"/>'
        yield from picture.circles(points[fills[~areal] == fill], str(fill))


def _flows(flows: gpd.GeoDataFrame, picture: _Picture) -> Iterator[str]:
    tonnes = flows["tonnes"].to_numpy(dtype=np.float64)
    lines = np.asarray(flows.to_crs(CHINA_ALBERS).geometry, dtype=object)
    for line, width in zip(lines, np.maximum(3.0, WIDEST * tonnes / max(tonnes.max(initial=0.0), 1.0)), strict=True):
        path, (x, y) = picture.lines(gpd.GeoSeries([line])), picture.steps(line)[-1]
        for colour, wide in (("#fff", width + 4), (FLOW, width)):
            yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{wide:.1f}"/>'
        yield f'<circle cx="{x}" cy="{y}" r="10" fill="#fff" stroke="{FLOW}" stroke-width="5"/>'


def _fills(ranking: gpd.GeoDataFrame) -> NDArray[np.str_]:
    scores = ranking["score"].to_numpy(dtype=np.float64)
    classes = legend_classes(scores)
    bounds = [one.high for one in classes[:-1]]
    colours = np.array([one.colour for one in classes] or [UNKNOWN])
    known = np.isfinite(scores)
    fills = np.where(known, colours[np.searchsorted(bounds, np.where(known, scores, 0.0))], UNKNOWN)
    fills[(ranking["status"] == "excluded").to_numpy()] = EXCLUDED
    return fills


def _projected(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    simple = shapely.coverage_simplify(shapes, TOLERANCE_DEG)
    return np.asarray(gpd.GeoSeries(simple, crs="EPSG:4326").to_crs(CHINA_ALBERS), dtype=object)


@dataclass(frozen=True)
class _Picture:
    left: float
    top: float

    def steps(self, shape: shapely.Geometry) -> IntArray:
        x, y = shapely.get_coordinates(shape).T
        steps = np.column_stack([(x - self.left), (self.top - y)]) / METRES_PER_STEP
        return np.rint(steps).astype(np.int64)

    def areas(self, shapes: NDArray[np.object_]) -> str:
        rings = shapely.get_rings(shapely.get_parts(shapes))
        return "".join(self._path(ring, closed=True) for ring in rings)

    def lines(self, shapes: gpd.GeoSeries) -> str:
        parts = shapely.get_parts(np.asarray(shapes, dtype=object))
        return "".join(self._path(part, closed=False) for part in parts)

    def circles(self, points: gpd.GeoSeries, fill: str) -> Iterator[str]:
        for point in points:
            if point is not None and not point.is_empty:
                x, y = self.steps(point.representative_point())[0]
                yield f'<circle cx="{x}" cy="{y}" r="8" fill="{fill}" stroke="#fff"/>'

    def _path(self, line: shapely.Geometry, *, closed: bool) -> str:
        steps = self.steps(line)
        moved = np.any(np.diff(steps, axis=0) != 0, axis=1)
        x, y = steps[0]
        if moved.sum() < 2 and closed:
            return f"M{x} {y}{DOT}"
        deltas = np.diff(steps, axis=0)[moved]
        if closed:
            deltas = deltas[:-1]
        drawn = "".join(f"{dx}{dy:+d}" if n == 0 or dx < 0 else f" {dx}{dy:+d}" for n, (dx, dy) in enumerate(deltas))
        return f"M{x} {y}l{drawn}{'z' if closed else ''}"
