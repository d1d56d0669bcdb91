"""Rasters summarised by zone, with exact shares of the cells a zone's edge cuts (exactextract)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster, check_same_grid, read_raster
from geotransfer.spatial.rasterization import on_grid_crs
from geotransfer.types import FloatArray, IntArray

__all__ = ["STATISTICS", "Coverage", "coverage", "zonal_statistics"]

STATISTICS = (
    "count", "coefficient_of_variation", "majority", "max", "mean", "median", "min", "minority",
    "quantile", "stdev", "sum", "variance", "variety",
)  # fmt: skip
"""The statistics of exactextract that give one number a zone."""

RasterLike = Raster | str | os.PathLike[str]


def zonal_statistics(
    rasters: RasterLike | Mapping[str, RasterLike],
    zones: gpd.GeoDataFrame,
    *,
    stats: Sequence[str] = ("mean",),
) -> pd.DataFrame:
    """Summarise one or several rasters by zone; a cell counts with the share of it that lies in the zone.

    Parameters
    ----------
    rasters : Raster, path, or mapping of name to either
        One raster, or several on one grid (read in one pass).
    zones : GeoDataFrame
        Polygons with a CRS; reprojected to the rasters'.
    stats : sequence of str
        Of `STATISTICS`; ``"quantile(q=0.9)"`` for a quantile. NaN cells never count.

    Returns
    -------
    DataFrame
        Index = ``zones.index``; columns the names in `stats`, or ``name_stat`` for a mapping. NaN where a zone holds
        no cell with data.

    Raises
    ------
    InputError
        No zones, an unknown statistic, zones that are not polygons, no zone overlaps the rasters.
    GridMismatchError
        The rasters are on different grids.

    Examples
    --------
    >>> import shapely
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1.5, 1)], crs="EPSG:32648")
    >>> zonal_statistics(Raster([[10, 40]], grid), zones, stats=("mean", "max"))
       mean   max
    0  20.0  40.0
    """
    named = dict(rasters) if isinstance(rasters, Mapping) else {"": rasters}
    loaded = {name: r if isinstance(r, Raster) else read_raster(r) for name, r in named.items()}
    _check_statistics(stats)
    if not loaded:
        raise InputError("rasters is an empty mapping, expected at least one raster")
    grid = next(iter(loaded.values())).grid
    check_same_grid(grid, **loaded)
    local = _checked_zones(zones, grid)
    # exactextract names the columns by the sources only when there are several: so they get numbers
    sources = [_source(raster, f"r{i}") for i, raster in enumerate(loaded.values())]
    columns = _column_names(stats)
    table = exact_extract(sources, local[["geometry"]], list(stats), output="pandas", strategy="feature-sequential")
    out = pd.DataFrame(index=zones.index)
    for i, name in enumerate(loaded):
        for column in columns:
            got = table[f"r{i}_{column}"] if f"r{i}_{column}" in table else table[column]
            out[f"{name}_{column}" if isinstance(rasters, Mapping) else column] = got.to_numpy(dtype=np.float64)
    return out


def _check_statistics(stats: Sequence[str]) -> None:
    wrong = [s for s in stats if s.split("(")[0] not in STATISTICS]
    if isinstance(stats, str) or not stats or wrong:
        raise InputError(f"stats are {stats!r}, expected a sequence of {', '.join(STATISTICS)}")


def _column_names(stats: Sequence[str]) -> list[str]:
    """Return the names exactextract gives: ``quantile(q=0.9)`` becomes ``quantile_90``."""
    probe = Grid.from_bounds((0, 0, 1, 1), resolution=1, crs="EPSG:32648")
    zone = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.5], [0.5]).buffer(0.1), crs="EPSG:32648")
    return [
        str(c) for c in exact_extract(_source(Raster([[1.0]], probe), ""), zone, list(stats), output="pandas").columns
    ]


def _source(raster: Raster, name: str) -> NumPyRasterSource:
    return NumPyRasterSource(
        raster.values, *raster.grid.bounds, nodata=np.nan, name=name, srs_wkt=raster.grid.crs.to_wkt()
    )


def _checked_zones(zones: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    if len(zones) == 0:
        raise InputError("zones hold no feature, expected at least one polygon")
    local = on_grid_crs(zones, grid, what="zones")
    kinds = sorted(set(local.geom_type.dropna()) - {"Polygon", "MultiPolygon"})
    if kinds:
        raise InputError(
            f"zones hold {', '.join(kinds)}, expected polygons; buffer points first, e.g. gdf.buffer(metres)"
        )
    left, bottom, right, top = local.total_bounds
    west, south, east, north = grid.bounds
    if left >= east or right <= west or bottom >= north or top <= south:
        raise InputError(
            f"zones with bounds {(left, bottom, right, top)} do not overlap the raster with bounds {grid.bounds} "
            f"({grid.crs.name}); check that both lie where they should"
        )
    return local


@dataclass(frozen=True, eq=False)
class Coverage:
    """Which cells a zone covers and how much of each: a sparse (zones x cells) table sorted by zone.

    Attributes
    ----------
    zone, cell : ndarray of int64
        Row number of the zone; flat index of the cell (row x width + column). Shape (pairs,).
    share : ndarray of float64
        Share of the cell that lies in the zone, in (0, 1].
    n_zones : int
        Number of zones, also those that cover no cell.
    """

    zone: IntArray
    cell: IntArray
    share: FloatArray
    n_zones: int

    def total(self, values: FloatArray) -> FloatArray:
        """Return per zone the sum of share x value over its cells; `values` has one number per pair."""
        weights = self.share * values
        return np.bincount(self.zone, weights=weights, minlength=self.n_zones).astype(np.float64, copy=False)

    def mean(self, values: FloatArray) -> FloatArray:
        """Return per zone the mean of the values of its pairs, weighted by share; NaN pairs do not count."""
        known = ~np.isnan(values)
        weight = self.total(known.astype(np.float64))
        with np.errstate(invalid="ignore"):
            return np.asarray(self.total(np.where(known, values, 0.0)) / np.where(weight > 0, weight, np.nan))


def coverage(zones: gpd.GeoDataFrame, grid: Grid) -> Coverage:
    """Return the exact share of every cell in every zone.

    Parameters
    ----------
    zones : GeoDataFrame
        Polygons with a CRS; reprojected to the grid's.
    grid : Grid
        Where the cells are.

    Examples
    --------
    >>> import shapely
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1.5, 1)], crs="EPSG:32648")
    >>> covered = coverage(zones, grid)
    >>> covered.cell, covered.share
    (array([0, 1]), array([1. , 0.5]))
    """
    local = _checked_zones(zones, grid)
    blank = _source(Raster(np.zeros(grid.shape), grid), "")
    table = exact_extract(blank, local[["geometry"]], ["cell_id", "coverage"], output="pandas")
    counts = [len(ids) for ids in table["cell_id"]]
    zone = np.repeat(np.arange(len(local), dtype=np.int64), counts)
    cell = np.concatenate(table["cell_id"].to_list()).astype(np.int64)
    share = np.concatenate(table["coverage"].to_list()).astype(np.float64)
    keep = share > 0
    return Coverage(zone[keep], cell[keep], share[keep], len(local))
