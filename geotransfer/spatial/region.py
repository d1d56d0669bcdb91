"""A part of the plane described by polygons, cut out exactly, shape by shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geotransfer.grid import Grid
from geotransfer.spatial.rasterization import polygonal
from geotransfer.spatial.zonal import Coverage, coverage_of_rest, covered_share
from geotransfer.types import BoolArray, FloatArray

__all__ = ["Region", "coverage_beyond", "region_share"]


@dataclass(frozen=True, eq=False)
class Region:
    """Inside `polygons` (or outside them), as far as it lies within others and is not spared.

    Attributes
    ----------
    polygons : GeoSeries or None
        In one projected CRS with the rest; None = everywhere.
    inverse : bool
        Whether the region lies outside the polygons.
    within, spared : GeoSeries or None
        The region ends at the edge of `within`, and leaves out `spared`.
    """

    polygons: gpd.GeoSeries | None
    inverse: bool = False
    within: gpd.GeoSeries | None = None
    spared: gpd.GeoSeries | None = None

    @property
    def plain(self) -> bool:
        """Whether the polygons alone are the region."""
        return self.polygons is not None and not self.inverse and self.within is None and self.spared is None

    def parts(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return the part of the region in each shape; empty where there is none.

        Examples
        --------
        >>> lake = gpd.GeoSeries([shapely.box(1, 0, 3, 1)])
        >>> Region(lake, inverse=True).parts(np.array([shapely.box(0, 0, 2, 1)]))[0].bounds
        (0.0, 0.0, 1.0, 1.0)
        """
        part = shapes.copy()
        if self.polygons is not None:
            part = _cut(shapely.intersection, part, *_nearby(self.polygons, shapes), whole=None)
        if self.inverse:
            part = polygonal(shapely.difference(shapes, part))
        if self.within is not None:
            part = _cut(shapely.intersection, part, *_nearby(self.within, shapes), whole=None)
        if self.spared is not None:
            part = _cut(shapely.difference, part, *_nearby(self.spared, shapes), whole=shapely.Polygon())
        return part


def _cut(
    operation: Callable[..., NDArray[np.object_]],
    part: NDArray[np.object_],
    others: NDArray[np.object_],
    covered: BoolArray,
    *,
    whole: shapely.Geometry | None,
) -> NDArray[np.object_]:
    """Return the parts cut by others; where one of these covers the shape, `whole` (None = the part itself)."""
    out = part.copy()
    # where polygons only touch, lines and points remain, which the next cut cannot take
    out[~covered] = polygonal(operation(part[~covered], others[~covered]))
    if whole is not None:
        out[covered] = whole
    return out


def _nearby(polygons: gpd.GeoSeries, shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], BoolArray]:
    """Return the union of those polygons that touch each shape, and which shapes one of them covers.

    A province has far more corners than the counties in it: only those on its border need to be cut.
    """
    all_of = polygons.to_numpy()
    hit_shape, hit_polygon = shapely.STRtree(all_of).query(shapes, predicate="intersects")
    shapely.prepare(all_of)
    covered = np.zeros(len(shapes), dtype=bool)
    covered[hit_shape[shapely.covers(all_of[hit_polygon], shapes[hit_shape])]] = True
    rest = ~covered[hit_shape]
    hit_shape, hit_polygon = hit_shape[rest], hit_polygon[rest]
    unions = np.full(len(shapes), shapely.Polygon(), dtype=object)
    order = np.argsort(hit_shape, kind="stable")
    for place in np.unique(hit_shape):
        first, last = np.searchsorted(hit_shape[order], [place, place + 1])
        unions[place] = shapely.union_all(all_of[hit_polygon[order[first:last]]])
    return unions, covered


def coverage_beyond(regions: Sequence[Region], zones: gpd.GeoDataFrame, grid: Grid, covered: Coverage) -> FloatArray:
    """Return, per pair of `covered`, the share of the cell that lies in the zone and in none of the regions.

    Parameters
    ----------
    regions : sequence of Region
        In the grid's CRS; they may overlap.
    zones : GeoDataFrame
        The zones `covered` was made of, in the grid's CRS.
    grid : Grid
        Where the cells are.
    covered : Coverage
        ``coverage(zones, grid)``.

    Examples
    --------
    >>> from geotransfer.spatial.zonal import coverage
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 2, 1)], crs="EPSG:32648")
    >>> park = gpd.GeoSeries([shapely.box(0.5, 0, 1.25, 1)], crs="EPSG:32648")
    >>> coverage_beyond([Region(park, inverse=True)], zones, grid, coverage(zones, grid))
    array([0.5 , 0.25])
    """
    shapes = zones.geometry.to_numpy()
    parts = np.array([region.parts(shapes) for region in regions], dtype=object).reshape(len(regions), len(shapes))
    lost = parts[0] if len(regions) == 1 else shapely.union_all(parts, axis=0)
    areas = shapely.area(lost)
    touched = np.flatnonzero(areas > 0)
    left = np.full(len(shapes), shapely.Polygon(), dtype=object)
    cut = (areas > 0) & (areas < shapely.area(shapes) * (1.0 - 1e-12))
    left[cut] = shapely.difference(shapes[cut], lost[cut])
    return coverage_of_rest(touched, list(left[touched]), grid, covered)


def region_share(regions: Sequence[Region], grid: Grid) -> FloatArray:
    """Return the share of each cell that lies in one of the regions or more; shape of the grid.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> region_share([Region(gpd.GeoSeries([shapely.box(0, 0, 0.5, 1)], crs="EPSG:32648"), inverse=True)], grid)
    array([[0.5, 1. ]])
    """
    if all(region.plain for region in regions):
        polygons = [region.polygons.to_numpy() for region in regions if region.polygons is not None]
    else:
        whole = np.array([shapely.box(*grid.bounds)], dtype=object)
        polygons = [region.parts(whole) for region in regions]
    return covered_share(gpd.GeoSeries(np.concatenate(polygons), crs=grid.crs), grid)
