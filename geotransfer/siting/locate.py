"""`locate_sites`: the best few sites of a wanted size on the cells of a suitability raster."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.catalog.boundaries import boundaries
from geotransfer.crs import check_projected, metres_per_unit
from geotransfer.errors import FewerSitesWarning, InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster
from geotransfer.siting.region_growing import Regions, RegionSize, grow_regions
from geotransfer.siting.site_selection import Spacing, select_regions
from geotransfer.spatial.rasterization import rasterize
from geotransfer.types import FloatArray, IntArray

__all__ = ["locate_sites"]

COUNTY_WITHIN_M = 30_000.0


def locate_sites(
    suitability: Raster,
    *,
    count: int,
    area_km2: float,
    min_area_km2: float | None = None,
    max_area_km2: float | None = None,
    min_spacing_km: float = 0.0,
    compactness: float = 0.5,
    within: gpd.GeoDataFrame | str | Sequence[str] | None = None,
) -> gpd.GeoDataFrame:
    """Return the best `count` sites: regions of touching cells, with a high mean score, no two too near.

    Candidates grow from every cell (`region_growing.grow_regions`), then as many as asked are chosen by their mean
    score and kept apart (`site_selection.select_regions`); where sites are missing then, more candidates grow on the
    land that is free. Deterministic; equal means are taken in the order larger, further north, further west. A
    heuristic: it does not prove that there is nothing better.

    Parameters
    ----------
    suitability : Raster
        Score of each cell, on a projected CRS; NaN where nothing may stand (`Result.suitability`).
    count : int
        Sites wanted, >= 1.
    area_km2 : float
        Area of a site; it is met to half a cell.
    min_area_km2, max_area_km2 : float, optional
        Where the eligible land around a seed does not suffice, a site down to the least area is accepted; beyond
        `area_km2` a site takes further cells as long as they do not lower its mean, up to the largest. Both are
        `area_km2` unless given.
    min_spacing_km : float
        Least gap between the edges of two sites; with 0 they may touch.
    compactness : float
        0 takes the best cells that touch, 1 the nearest to the seed whatever their score.
    within : GeoDataFrame, str or sequence of str, optional
        Only cells whose centre lies inside these polygons, or inside the provinces, prefectures or regions named.

    Returns
    -------
    GeoDataFrame
        In the CRS of the raster, best first: site (1 ...), score (mean of its cells), score_min, score_max, area_km2,
        cells, compactness (4 pi area / perimeter squared, 1 for a circle, 0.79 for a square), nearest_km (gap to the
        nearest other site; NaN for a single one), name, prefecture, province (the county its middle lies in), lon,
        lat (of that point), geometry. ``attrs["asked"]`` holds `count`.

    Raises
    ------
    InputError
        Numbers that do not fit, no eligible cell, or an area larger than all eligible land.
    CrsError
        The raster is on a geographic CRS.

    Warns
    -----
    FewerSitesWarning
        Fewer sites than asked were found.

    References
    ----------
    Brookes, C. J. (1997), A parameterized region-growing programme for site allocation on raster suitability maps,
    International Journal of Geographical Information Science 11(4), 375-396. The same idea stands behind the tool
    Locate Regions of ArcGIS Spatial Analyst (its reference pages).

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 3_000_000, 4000, 3_001_000), resolution=1000, crs="EPSG:32648")
    >>> sites = locate_sites(Raster([[0.9, 0.7, float("nan"), 0.5]], grid), count=2, area_km2=1, min_spacing_km=1)
    >>> sites["score"].tolist(), sites["nearest_km"].tolist()
    ([0.9, 0.5], [2.0, 2.0])
    """
    grid = suitability.grid
    check_projected(grid.crs, what="suitability")
    km = 1000.0 / metres_per_unit(grid.crs)
    cell_km2 = grid.cell_area / km**2
    scores = _eligible(suitability, within)
    size = _region_size(area_km2, min_area_km2, max_area_km2, cell_km2)
    _check(scores, size, count, min_spacing_km, compactness, cell_km2)
    spacing = Spacing.of(min_spacing_km * km, grid.resolution)
    chosen = _chosen(scores, size, count, spacing, compactness, grid)
    if len(chosen) < count:
        warnings.warn(_fewer(len(chosen), count, area_km2, min_spacing_km), FewerSitesWarning, stacklevel=2)
    return _table(chosen, scores, grid, cell_km2, count)


def _eligible(suitability: Raster, within: gpd.GeoDataFrame | str | Sequence[str] | None) -> FloatArray:
    """Return the scores, NaN outside `within`."""
    if within is None:
        return suitability.values
    areas = within
    if not isinstance(areas, gpd.GeoDataFrame):
        areas = boundaries("prefecture", within=[areas] if isinstance(areas, str) else list(areas))
    inside = rasterize(areas.assign(_inside=1.0), suitability.grid, column="_inside").values
    return np.where(inside == 1.0, suitability.values, np.nan)


def _region_size(area: float, least: float | None, most: float | None, cell_km2: float) -> RegionSize:
    """Return the areas in cells; raise when they do not rise from above 0."""
    least, most = area if least is None else least, area if most is None else most
    if not (0 < least <= area <= most < math.inf):
        raise InputError(
            f"areas are {least:g} (least), {area:g} (asked) and {most:g} km2 (largest); expected numbers above 0 that "
            "do not fall"
        )
    fewest, wanted, largest = (max(1, round(a / cell_km2)) for a in (least, area, most))
    return RegionSize(wanted, fewest, largest)


def _check(
    scores: FloatArray, size: RegionSize, count: int, spacing_km: float, compactness: float, cell_km2: float
) -> None:
    if count < 1:
        raise InputError(f"count is {count}, expected the number of sites, 1 or more")
    if not 0 <= spacing_km < math.inf:
        raise InputError(f"min_spacing_km is {spacing_km}, expected kilometres, 0 or more")
    if not 0 <= compactness <= 1:
        raise InputError(f"compactness is {compactness}, expected 0 (best cells) to 1 (nearest cells)")
    eligible = int(np.isfinite(scores).sum())
    if not eligible:
        raise InputError(
            "no cell is eligible: all are excluded, unknown or outside `within`; loosen the rules or widen the area"
        )
    if size.fewest > eligible:
        raise InputError(
            f"a site of {size.fewest * cell_km2:,.0f} km2 is larger than all eligible land ({eligible * cell_km2:,.0f} "
            "km2); ask for a smaller area"
        )


def _chosen(
    scores: FloatArray, size: RegionSize, count: int, spacing: Spacing, compactness: float, grid: Grid
) -> list[IntArray]:
    """Return the cells of each site, best first."""
    sites: list[IntArray] = []
    free = scores
    while len(sites) < count:
        regions = grow_regions(free, size, compactness=compactness, resolution=grid.resolution)
        if not len(regions.sizes):
            break
        found = select_regions(regions, grid.shape, count=count - len(sites), spacing=spacing)
        sites += [np.sort(regions.of(region)) for region in found]
        # candidates that overlapped the chosen ones may grow elsewhere on what is left
        free = _left(free, regions, found, spacing)
    return sorted(sites, key=lambda cells: (-round(float(scores.ravel()[cells].mean()), 12), -len(cells), cells[0]))


def _left(free: FloatArray, regions: Regions, found: list[int], spacing: Spacing) -> FloatArray:
    """Return the scores without what the chosen regions block."""
    left = free.copy()
    height, width = free.shape
    for region in found:
        rows, columns = np.divmod(regions.of(region), width)
        r, c = rows[:, None] + spacing.down, columns[:, None] + spacing.right
        inside = (r >= 0) & (r < height) & (c >= 0) & (c < width)
        left[r[inside], c[inside]] = np.nan
    return left


def _fewer(found: int, count: int, area_km2: float, spacing_km: float) -> str:
    return (
        f"{found} of {count} sites of {area_km2:g} km2 with a gap of {spacing_km:g} km were found / 只找到 {found} 处, "
        f"少于要求的 {count} 处; ask for a smaller area or gap, or let the area vary (min_area_km2)"
    )


def _table(sites: list[IntArray], scores: FloatArray, grid: Grid, cell_km2: float, count: int) -> gpd.GeoDataFrame:
    shapes = np.array([_outline(cells, grid) for cells in sites], dtype=object)
    flat = scores.ravel()
    perimeter = shapely.length(shapes)
    area = shapely.area(shapes)
    table = pd.DataFrame(
        {
            "site": np.arange(1, len(sites) + 1),
            "score": [round(float(flat[cells].mean()), 12) for cells in sites],
            "score_min": [float(flat[cells].min()) for cells in sites],
            "score_max": [float(flat[cells].max()) for cells in sites],
            "area_km2": [round(len(cells) * cell_km2, 6) for cells in sites],
            "cells": [len(cells) for cells in sites],
            "compactness": np.round(4 * math.pi * area / perimeter**2, 6) if len(sites) else [],
            "nearest_km": _gaps(shapes) / (1000.0 / metres_per_unit(grid.crs)),
        }
    )
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=grid.crs)
    frame = _placed(frame)
    frame.attrs["asked"] = count
    return frame


def _outline(cells: IntArray, grid: Grid) -> shapely.Geometry:
    """Return the union of the squares of some cells."""
    rows, columns = np.divmod(cells, grid.shape[1])
    left, top = grid.transform @ (0.0, 0.0)
    dx, dy = grid.transform.a, grid.transform.e
    x, y = left + columns * dx, top + rows * dy
    return shapely.union_all(shapely.box(np.minimum(x, x + dx), np.minimum(y, y + dy), np.maximum(x, x + dx),
                                         np.maximum(y, y + dy)))  # fmt: skip


def _gaps(shapes: np.ndarray) -> FloatArray:
    """Return the distance of each shape to the nearest other one; NaN when there is no other."""
    gaps = np.full(len(shapes), np.nan)
    for i in range(len(shapes)):
        others = np.delete(shapes, i)
        if len(others):
            gaps[i] = shapely.distance(shapes[i], others).min()
    return gaps


def _placed(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each site the county of a point in its middle (the nearest within 30 km), and that point in degrees."""
    spots = gpd.GeoDataFrame(geometry=sites.representative_point(), crs=sites.crs)
    degrees = spots.to_crs("EPSG:4326").geometry
    columns = ["name", "prefecture", "province"]
    if len(sites):
        near = degrees.total_bounds
        counties = boundaries("county").cx[near[0] - 1 : near[2] + 1, near[1] - 1 : near[3] + 1].to_crs(sites.crs)
        found = gpd.sjoin_nearest(spots, counties[[*columns, "geometry"]], how="left", max_distance=COUNTY_WITHIN_M)
        names = found.loc[~found.index.duplicated(), columns].fillna("")
    else:
        names = pd.DataFrame(columns=columns, dtype=str)
    placed = sites.assign(**{c: names[c] for c in columns}, lon=degrees.x.round(6), lat=degrees.y.round(6))
    return placed[[*(c for c in placed.columns if c != "geometry"), "geometry"]]
