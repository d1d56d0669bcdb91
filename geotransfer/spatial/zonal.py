"""Rasters summarised by zone, with exact shares of the cells a zone's edge cuts (exactextract)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray

from geotransfer.crs import parse_crs
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster
from geotransfer.spatial.covered import SUMMARY, Coverage, CoverageRuns, bands
from geotransfer.spatial.rasterization import checked_zones, polygonal
from geotransfer.spatial.windowed import (
    CELLS_IN_MEMORY,
    RasterFile,
    RasterLike,
    TileReader,
    WindowSource,
    by_tiles,
    check_one_grid,
    opened,
)
from geotransfer.types import BoolArray, FloatArray

__all__ = [
    "STATISTICS",
    "Coverage",
    "KeptWork",
    "coverage",
    "coverage_of_rest",
    "coverage_outside",
    "coverage_runs",
    "covered_share",
    "zonal_statistics",
]

STATISTICS = (
    "count", "coefficient_of_variation", "majority", "max", "mean", "median", "min", "minority",
    "stdev", "sum", "variance", "variety",
)  # fmt: skip
"""The statistics of exactextract that give one number a zone; beside them ``quantile(q=...)``."""
CELLS_OF_EXACTEXTRACT = 30_000_000
"""Its own default; another number would change the last digits of sums over zones that large."""
CELLS_AT_A_TIME = 2_000_000
"""Cells within the bounds of the zones whose pairs are held at once to make runs of them (50 MB)."""
_Columns = dict[tuple[int, str], FloatArray]
"""(Number of the raster, name of the statistic) -> one number a zone."""
_Kept = tuple[CoverageRuns, BoolArray]
QUANTILE = re.compile(r"quantile\(q=(0(\.\d+)?|1(\.0+)?)\)")


class KeptWork(Protocol):
    """What keeps the products of earlier calls: `geotransfer.SharedWork`."""

    def once(self, name: str, parts: Sequence[Any], make: Callable[[], Any]) -> Any:
        """Return what `make` gives, or gave for the same `parts`."""


def zonal_statistics(
    rasters: RasterLike | Mapping[str, RasterLike],
    zones: gpd.GeoDataFrame,
    *,
    stats: Sequence[str] = ("mean",),
    shared: KeptWork | None = None,
) -> pd.DataFrame:
    """Summarise one or several rasters by zone; a cell counts with the share of it that lies in the zone.

    Parameters
    ----------
    rasters : Raster, path, or mapping of name to either
        One raster, or several on one grid (read in one pass). Large files are read by windows and never held whole;
        quantiles of them still hold the cells of one zone at a time.
    zones : GeoDataFrame
        Polygons with a CRS; reprojected to the rasters'.
    stats : sequence of str
        Of `STATISTICS`; ``"quantile(q=0.9)"`` for a quantile. NaN cells never count.
    shared : SharedWork, optional
        Keeps which cells the zones cover, in memory and on disk: the next raster on the same grid costs a fraction.
        It serves ``count``, ``sum``, ``mean``, ``min`` and ``max``, with the same numbers (a zone of millions of cells
        of a large file may differ in the last digit). When other statistics are asked for, all are made as without it.

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
    loaded = {name: opened(raster) for name, raster in named.items()}
    _check_statistics(stats)
    if not loaded:
        raise InputError("rasters is an empty mapping, expected at least one raster")
    grid = next(iter(loaded.values())).grid
    check_one_grid(grid, loaded)
    if shared is not None and set(stats) <= set(SUMMARY):
        found = _from_runs(list(loaded.values()), _kept_runs(zones, grid, shared), stats)
    else:
        found = _extracted(list(loaded.values()), checked_zones(zones, grid), stats)
    names = list(loaded)
    return pd.DataFrame(
        {
            f"{names[i]}_{column}" if isinstance(rasters, Mapping) else column: values
            for (i, column), values in found.items()
        },
        index=zones.index,
    )


def _extracted(loaded: Sequence[Raster | RasterFile], local: gpd.GeoDataFrame, stats: Sequence[str]) -> _Columns:
    """Return the statistics of the rasters by exactextract, in one pass."""
    # exactextract names the columns by the sources only when there are several: so they get numbers
    sources = [_any_source(raster, f"r{i}") for i, raster in enumerate(loaded)]
    cells = CELLS_IN_MEMORY if any(isinstance(r, RasterFile) for r in loaded) else CELLS_OF_EXACTEXTRACT
    # not raster by raster: at the edges of its windows exactextract 0.3 loses a cell now and then
    full = by_tiles(local, loaded[0].grid)
    table = exact_extract(
        sources,
        local.iloc[full],
        list(stats),
        output="pandas",
        strategy="feature-sequential",
        max_cells_in_memory=cells,
    )
    out: _Columns = {}
    for i in range(len(loaded)):
        for column in _column_names(stats):
            got = table[f"r{i}_{column}"] if f"r{i}_{column}" in table else table[column]
            out[i, column] = np.full(len(local), np.nan)
            out[i, column][full] = got.to_numpy(dtype=np.float64)
    return out


def _from_runs(loaded: Sequence[Raster | RasterFile], kept: _Kept, stats: Sequence[str]) -> _Columns:
    """Return the statistics of the rasters by the cells that are known already."""
    runs, empty = kept
    found = [runs.summary(bands(raster)) for raster in loaded]
    return {(i, stat): np.where(empty, np.nan, summary[stat]) for i, summary in enumerate(found) for stat in stats}


def _kept_runs(zones: gpd.GeoDataFrame, grid: Grid, shared: KeptWork) -> _Kept:
    """Return the cells of the zones and which zones are empty, from what is kept of earlier calls where it is."""
    crs = parse_crs(zones.crs, what="zones").to_wkt()
    shapes = hashlib.sha256()
    for shape in shapely.to_wkb(zones.geometry.to_numpy()):
        shapes.update(b"-" if shape is None else shape)

    def make() -> _Kept:
        local = checked_zones(zones, grid)
        return coverage_runs(local, grid), local.is_empty.to_numpy()

    parts = [list(grid.transform)[:6], list(grid.shape), grid.crs.to_wkt(), crs, shapes.hexdigest()]
    kept: _Kept = shared.once("runs", parts, make)
    return kept


def _check_statistics(stats: Sequence[str]) -> None:
    wrong = [s for s in stats if s not in STATISTICS and not QUANTILE.fullmatch(s)]
    if isinstance(stats, str) or not stats or wrong:
        raise InputError(f"stats are {stats!r}, expected a sequence of {', '.join(STATISTICS)}, quantile(q=0.9)")


def _column_names(stats: Sequence[str]) -> list[str]:
    """Return the names exactextract gives: ``quantile(q=0.9)`` becomes ``quantile_90``."""
    probe = Grid.from_bounds((0, 0, 1, 1), resolution=1, crs="EPSG:32648")
    zone = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.5], [0.5]).buffer(0.1), crs="EPSG:32648")
    return [
        str(c) for c in exact_extract(_source(Raster([[1.0]], probe), ""), zone, list(stats), output="pandas").columns
    ]


def _any_source(raster: Raster | RasterFile, name: str) -> NumPyRasterSource | WindowSource:
    if isinstance(raster, RasterFile):
        return WindowSource(raster.grid, TileReader(raster).read, name)
    return _source(raster, name)


def _source(raster: Raster, name: str) -> NumPyRasterSource:
    return NumPyRasterSource(
        raster.values, *raster.grid.bounds, nodata=np.nan, name=name, srs_wkt=raster.grid.crs.to_wkt()
    )


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
    return _cells_of(checked_zones(zones, grid), grid)


def _cells_of(local: gpd.GeoDataFrame, grid: Grid) -> Coverage:
    blank = _source(Raster(np.zeros(grid.shape), grid), "")
    full = np.flatnonzero(~local.is_empty)
    table = exact_extract(blank, local.iloc[full], ["cell_id", "coverage"], output="pandas")
    counts = [len(ids) for ids in table["cell_id"]]
    zone = np.repeat(full.astype(np.int64), counts)
    cell = np.concatenate(table["cell_id"].to_list()).astype(np.int64)
    share = np.concatenate(table["coverage"].to_list()).astype(np.float64)
    order = np.lexsort((cell, zone))
    keep = order[share[order] > 0]
    return Coverage(zone[keep], cell[keep], share[keep], len(local))


def coverage_runs(local: gpd.GeoDataFrame, grid: Grid) -> CoverageRuns:
    """Return the runs of the coverage of zones; some at a time, so that the pairs of all are never held.

    Parameters
    ----------
    local : GeoDataFrame
        `checked_zones`, in the grid's CRS.
    grid : Grid
        Where the cells are.

    Examples
    --------
    >>> import shapely
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1.5, 1)], crs="EPSG:32648")
    >>> coverage_runs(zones, grid).length
    array([1, 1], dtype=int32)
    """
    bounds = local.bounds.fillna(0.0).to_numpy()
    cells = (bounds[:, 2:] - bounds[:, :2]).prod(axis=1) / grid.cell_area
    batch = np.floor(np.cumsum(cells) / CELLS_AT_A_TIME)
    parts = np.split(np.arange(len(local)), np.flatnonzero(np.diff(batch)) + 1)
    return CoverageRuns.joined([CoverageRuns.of(_cells_of(local.iloc[part], grid)) for part in parts])


def coverage_outside(zones: gpd.GeoDataFrame, forbidden: gpd.GeoSeries, grid: Grid, covered: Coverage) -> FloatArray:
    """Return, per pair of `covered`, the share of the cell that lies in the zone and outside the forbidden polygons.

    Exact, also for polygons much smaller than a cell: the polygons are cut out of the zones, not burnt onto the grid.

    Parameters
    ----------
    zones : GeoDataFrame
        The zones `covered` was made of, in the grid's CRS.
    forbidden : GeoSeries
        Polygons in the grid's CRS; they may overlap.
    grid : Grid
        Where the cells are.
    covered : Coverage
        ``coverage(zones, grid)``.

    Returns
    -------
    ndarray
        Shape (pairs,), between 0 and ``covered.share``.

    Examples
    --------
    >>> import shapely
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 2, 1)], crs="EPSG:32648")
    >>> pond = gpd.GeoSeries([shapely.box(0.5, 0, 1.25, 1)], crs="EPSG:32648")
    >>> coverage_outside(zones, pond, grid, coverage(zones, grid))
    array([0.5 , 0.75])
    """
    shapes = zones.geometry.to_numpy()
    hit_zone, hit_polygon = shapely.STRtree(forbidden.to_numpy()).query(shapes, predicate="intersects")
    touched = np.unique(hit_zone)
    if touched.size == 0:
        return covered.share.copy()
    order = np.argsort(hit_zone, kind="stable")
    groups = np.split(hit_polygon[order], np.flatnonzero(np.diff(hit_zone[order])) + 1)
    polygons = forbidden.to_numpy()
    rest = [shapely.difference(shapes[z], shapely.union_all(polygons[g])) for z, g in zip(touched, groups, strict=True)]
    return coverage_of_rest(touched, rest, grid, covered)


def coverage_of_rest(
    touched: NDArray[np.int64], rest: Sequence[shapely.Geometry], grid: Grid, covered: Coverage
) -> FloatArray:
    """Return, per pair of `covered`, the share of the cell that lies in what is left of its zone.

    Parameters
    ----------
    touched : ndarray of int
        Row numbers of the zones that have lost something; of the others all is left.
    rest : sequence of geometries
        What is left of each of them.
    grid, covered : Grid, Coverage
        As of `coverage`.

    Examples
    --------
    >>> import shapely
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 2, 1)], crs="EPSG:32648")
    >>> coverage_of_rest(np.array([0]), [shapely.box(0, 0, 1.25, 1)], grid, coverage(zones, grid))
    array([1.  , 0.25])
    """
    left = covered.share.copy()
    left[np.isin(covered.zone, touched)] = 0.0
    kept = [i for i, shape in enumerate(rest) if shapely.area(shape) > 0]
    if kept:
        pieces = gpd.GeoDataFrame(geometry=polygonal(np.array([rest[i] for i in kept])), crs=grid.crs)
        part = coverage(pieces, grid)
        keys = covered.zone * grid.size + covered.cell
        found = np.searchsorted(keys, touched[kept][part.zone] * grid.size + part.cell)
        left[found] = part.share
    return np.minimum(left, covered.share)


def covered_share(polygons: gpd.GeoSeries, grid: Grid) -> FloatArray:
    """Return the share of each cell that lies in the union of the polygons; shape of the grid.

    Examples
    --------
    >>> import shapely
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> twice = gpd.GeoSeries([shapely.box(0.5, 0, 1, 1), shapely.box(0.5, 0, 1, 1)], crs="EPSG:32648")
    >>> covered_share(twice, grid)
    array([[0.5, 0. ]])
    """
    whole = shapely.box(*grid.bounds)
    parts = shapely.get_parts(shapely.intersection(shapely.union_all(polygons.to_numpy()), whole))
    parts = parts[shapely.area(parts) > 0]
    if len(parts) == 0:
        return np.zeros(grid.shape)
    covered = coverage(gpd.GeoDataFrame(geometry=parts, crs=grid.crs), grid)
    share = np.bincount(covered.cell, weights=covered.share, minlength=grid.size)
    return np.asarray(np.clip(share, 0.0, 1.0).reshape(grid.shape))
