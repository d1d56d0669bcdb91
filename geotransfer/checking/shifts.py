"""Whether a layer looks shifted to GCJ-02 or BD-09, told by how far it lies from a reference before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from geotransfer.catalog.boundaries import boundaries
from geotransfer.crs import CHINA_ALBERS, WGS84, bd09_to_wgs84, gcj02_to_wgs84, parse_crs, wgs84_to_gcj02
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["ShiftEstimate", "estimate_shift"]

Verdict = Literal["gcj02", "bd09", "reference", "none", "unknown"]
SAMPLE = 2_000
LEAST = 20
"""Positions below which nothing is said."""
FALL = 0.8
"""The median distance must fall to so much of what it was."""
SIGMAS = 3.0
"""And so many standard deviations of a fair coin must more positions come closer than go farther."""
CHANGE = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
UNDONE: dict[str, CHANGE] = {
    "gcj02": gcj02_to_wgs84,  # type: ignore[dict-item]
    "bd09": bd09_to_wgs84,  # type: ignore[dict-item]
    "reference": wgs84_to_gcj02,  # type: ignore[dict-item]
}
"""Verdict -> what would bring the layer onto the reference; "reference": it is the reference that is shifted."""


@dataclass(frozen=True)
class ShiftEstimate:
    """How well a layer fits a reference as it stands and with a shift undone.

    Attributes
    ----------
    verdict : {"gcj02", "bd09", "reference", "none", "unknown"}
        What the layer looks like; "reference": the reference looks shifted to GCJ-02 against it; "none": not shifted;
        "unknown": the reference cannot tell.
    against : str
        What it was compared with.
    positions : int
        How many were compared.
    as_is : float
        As the layer stands: median distance in m, or for points in their own county the share inside.
    undone : dict
        The same with each shift undone, by verdict.
    closer : dict
        Share of the positions that come closer; of points in their own county: of those that change sides.
    unit : {"m", "1"}
        Of `as_is` and `undone`.
    """

    verdict: Verdict
    against: str
    positions: int
    as_is: float
    undone: dict[str, float]
    closer: dict[str, float]
    unit: Literal["m", "1"] = "m"


def estimate_shift(features: gpd.GeoDataFrame, *, reference: gpd.GeoDataFrame | None = None) -> ShiftEstimate:
    """Estimate whether features look shifted to GCJ-02 or BD-09.

    The distances of up to 2,000 of their vertices to the reference are compared with the distances after undoing each
    shift. A shift is named only when the median falls to 80 % or less and more vertices come closer than chance allows
    (3 standard deviations); a reference that is coarser than the shift (about 500 m), or of other things, cannot tell.

    Parameters
    ----------
    features : GeoDataFrame
        Any CRS; the shift is looked for in its degrees.
    reference : GeoDataFrame, optional
        Of the same things in WGS 84 or CGCS2000: roads for roads or shops, boundaries for boundaries, points for
        points; polygons count by their edges. Without it: the boundaries of the counties, or for points with a column
        ``adcode`` whether they lie in the county of their code.

    Raises
    ------
    CrsError
        Features or reference have no CRS.
    InputError
        There is no reference, and none of the built-in ones suits points without ``adcode``.

    Examples
    --------
    >>> counties = boundaries("county", within="宁夏")
    >>> shifted = counties.set_geometry(counties.geometry.apply(lambda shape: shapely.transform(
    ...     shape, lambda xy: np.column_stack(wgs84_to_gcj02(*xy.T)))))
    >>> found = estimate_shift(shifted)
    >>> found.verdict, round(found.as_is), round(found.undone["gcj02"])
    ('gcj02', 273, 0)
    """
    local = features.to_crs(WGS84) if parse_crs(features.crs, what="features") != WGS84 else features
    if reference is not None:
        return _by_distance(_vertices(local), _edges(reference), "the reference")
    if set(local.geom_type.dropna()) <= {"Point", "MultiPoint"}:
        if "adcode" not in local:
            raise InputError(
                "points without a column adcode have no built-in reference, expected reference=... (roads, or the same "
                "points from another source)"
            )
        return _by_county(local)
    return _by_distance(_vertices(local), _county_edges(), "the county boundaries")


def _vertices(features: gpd.GeoDataFrame) -> FloatArray:
    """Return up to 2,000 vertices, always the same ones, shape (n, 2)."""
    xy = shapely.get_coordinates(features.geometry.to_numpy())
    xy = np.asarray(xy[np.isfinite(xy).all(axis=1)], dtype=np.float64)
    if len(xy) <= SAMPLE:
        return xy
    return np.asarray(xy[np.sort(np.random.default_rng(0).choice(len(xy), SAMPLE, replace=False))])


def _edges(reference: gpd.GeoDataFrame) -> shapely.STRtree:
    """Return points, or the segments of lines and rings, in China Albers."""
    crs = parse_crs(reference.crs, what="reference")
    shapes = reference.geometry.to_crs(CHINA_ALBERS) if crs != CHINA_ALBERS else reference.geometry
    parts = shapely.get_parts(shapes.dropna().to_numpy())
    rings = [shapely.get_rings(parts[shapely.get_type_id(parts) == 3]), parts[shapely.get_type_id(parts) == 1]]
    xy, of = shapely.get_coordinates(np.concatenate(rings), return_index=True)
    starts = np.flatnonzero(of[1:] == of[:-1])
    segments = shapely.linestrings(np.stack([xy[starts], xy[starts + 1]], axis=1)) if len(starts) else np.array([])
    tree = np.concatenate([parts[shapely.get_type_id(parts) == 0], segments])
    if not len(tree):
        raise InputError("reference holds no points, lines or polygons, expected at least one")
    return shapely.STRtree(tree)


@cache
def _county_edges() -> shapely.STRtree:
    return _edges(boundaries("county"))


def _by_distance(xy: FloatArray, tree: shapely.STRtree, against: str) -> ShiftEstimate:
    if len(xy) < LEAST:
        return ShiftEstimate("unknown", against, len(xy), float("nan"), {}, {})
    to_metres = Transformer.from_crs(WGS84, CHINA_ALBERS, always_xy=True)

    def metres(lon: FloatArray, lat: FloatArray) -> FloatArray:
        spots = shapely.points(np.column_stack(to_metres.transform(lon, lat)))
        return np.asarray(tree.query_nearest(spots, all_matches=False, return_distance=True)[1])

    before = metres(xy[:, 0], xy[:, 1])
    after = {name: metres(*undo(xy[:, 0], xy[:, 1])) for name, undo in UNDONE.items()}
    medians = {name: float(np.median(values)) for name, values in after.items()}
    nearer = {name: int((values < before).sum()) for name, values in after.items()}
    farther = {name: int((values > before).sum()) for name, values in after.items()}
    closer = {name: nearer[name] / max(1, nearer[name] + farther[name]) for name in after}
    sigmas = {name: _sigmas(nearer[name], farther[name]) for name in after}
    verdict = _verdict(float(np.median(before)), medians, sigmas)
    return ShiftEstimate(verdict, against, len(xy), float(np.median(before)), medians, closer)


def _sigmas(more: int, less: int) -> float:
    """By how many standard deviations of a fair coin `more` exceeds `less`."""
    return (more - less) / max(1.0, float(np.sqrt(more + less)))


def _verdict(as_is: float, medians: dict[str, float], sigmas: dict[str, float]) -> Verdict:
    best = min(medians, key=lambda name: medians[name])
    if medians[best] <= FALL * as_is and sigmas[best] >= SIGMAS:
        return best  # type: ignore[return-value]
    fits = all(as_is <= FALL * medians[name] and sigmas[name] <= -SIGMAS for name in ("gcj02", "bd09"))
    return "none" if fits else "unknown"


def _by_county(points: gpd.GeoDataFrame) -> ShiftEstimate:
    """Compare how many points lie in the county of their adcode; only those that change sides can tell."""
    against = "the county of their adcode"
    counties = boundaries("county").set_index("adcode").geometry
    codes = points["adcode"].astype(str).str.replace(r"\.0$", "", regex=True).str[:6]
    known = points[codes.isin(counties.index) & ~points.is_empty]
    shapes = counties.reindex(codes[known.index]).to_numpy()
    spots = shapely.centroid(known.geometry.to_numpy())
    lon, lat = shapely.get_x(spots), shapely.get_y(spots)
    if len(known) < LEAST:
        return ShiftEstimate("unknown", against, len(known), float("nan"), {}, {}, "1")
    shapely.prepare(shapes)
    inside = shapely.contains_xy(shapes, lon, lat)
    undone, closer, sigmas = {}, {}, {}
    for name in ("gcj02", "bd09"):
        then = shapely.contains_xy(shapes, *UNDONE[name](lon, lat))
        into, out = int((then & ~inside).sum()), int((inside & ~then).sum())
        undone[name], closer[name], sigmas[name] = float(then.mean()), into / max(1, into + out), _sigmas(into, out)
    best = max(undone, key=lambda name: undone[name])
    verdict: Verdict = "unknown"
    if sigmas[best] >= SIGMAS:
        verdict = best  # type: ignore[assignment]
    elif max(sigmas.values()) <= -SIGMAS:
        verdict = "none"
    return ShiftEstimate(verdict, against, len(known), float(pd.Series(inside).mean()), undone, closer, "1")
