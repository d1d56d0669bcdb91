"""Rasters too large for memory: read window by window, by exactextract, as it walks over the zones."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from exactextract import exact_extract
from exactextract.raster import RasterSource

from geotransfer.energy.potential import resource_area
from geotransfer.errors import GridMismatchError, InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster, raster_grid, read_raster, read_values
from geotransfer.spatial.cell_area import row_area_km2
from geotransfer.spatial.rasterization import checked_zones
from geotransfer.types import FloatArray, IntArray

__all__ = [
    "CELLS_IN_MEMORY",
    "LARGE_CELLS",
    "RasterFile",
    "RasterLike",
    "TileReader",
    "WindowSource",
    "by_tiles",
    "check_one_grid",
    "opened",
    "zonal_resource_area",
]

CELLS_IN_MEMORY = 4_000_000
"""A window holds at most so many cells (32 MB a layer): zones with more are read in parts."""
LARGE_CELLS = 20_000_000
"""A file with more cells is never held whole (160 MB)."""
TILE = 512
"""Side of a tile in cells; that of most tiled files."""
KEPT_TILES = 40
"""Of each file (80 MB): two bands of China at 0.01 degrees have 26."""
RasterLike = Raster | str | os.PathLike[str]
Window = tuple[slice, slice]
Reader = Callable[[Window], FloatArray]


@dataclass(frozen=True)
class RasterFile:
    """A raster file that is read by windows; nothing stays open in between."""

    path: str | os.PathLike[str]
    grid: Grid

    def read(self, window: Window) -> FloatArray:
        """Return the values of a window (rows, columns), NaN = nodata."""
        rows, columns = window
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        if 0 in shape:
            # exactextract asks for these where a zone only touches the raster
            return np.empty(shape)
        width, height = self.grid.resolution
        left, top = self.grid.bounds[0], self.grid.bounds[3]
        # a quarter of a cell inside, so that no rounding asks for a neighbour
        bounds = (
            left + (columns.start + 0.25) * width,
            top - (rows.stop - 0.25) * height,
            left + (columns.stop - 0.25) * width,
            top - (rows.start + 0.25) * height,
        )
        return read_values(self.path, bounds=bounds)[0]


class TileReader:
    """Reads windows of a file tile by tile, and keeps the tiles used last: neighbouring zones share them."""

    def __init__(self, file: RasterFile) -> None:
        self._file = file
        self._tiles: OrderedDict[tuple[int, int], FloatArray] = OrderedDict()

    def read(self, window: Window) -> FloatArray:
        """Return the values of a window (rows, columns), NaN = nodata."""
        rows, columns = window
        values = np.empty((max(0, rows.stop - rows.start), max(0, columns.stop - columns.start)))
        if values.size == 0:
            return values
        for down in range(rows.start // TILE, (rows.stop - 1) // TILE + 1):
            for right in range(columns.start // TILE, (columns.stop - 1) // TILE + 1):
                tile = self._tile(down, right)
                here, there = _common(rows, down, tile.shape[0]), _common(columns, right, tile.shape[1])
                values[here[0], there[0]] = tile[here[1], there[1]]
        return values

    def _tile(self, down: int, right: int) -> FloatArray:
        found = self._tiles.get((down, right))
        if found is None:
            height, width = self._file.grid.shape
            rows = slice(down * TILE, min((down + 1) * TILE, height))
            columns = slice(right * TILE, min((right + 1) * TILE, width))
            found = self._tiles[down, right] = self._file.read((rows, columns))
            if len(self._tiles) > KEPT_TILES:
                self._tiles.popitem(last=False)
        self._tiles.move_to_end((down, right))
        return found


def _common(wanted: slice, tile: int, length: int) -> tuple[slice, slice]:
    """Return where the cells of a tile lie in the window, and which of the tile they are."""
    first, last = max(wanted.start, tile * TILE), min(wanted.stop, tile * TILE + length)
    return slice(first - wanted.start, last - wanted.start), slice(first - tile * TILE, last - tile * TILE)


def by_tiles(zones: gpd.GeoDataFrame, grid: Grid) -> IntArray:
    """Return the rows of the zones that are not empty, neighbours after each other: band by band, west to east."""
    bounds = zones.bounds.to_numpy()
    band = np.floor((grid.bounds[3] - bounds[:, 3]) / (TILE * grid.resolution[1]))
    full = np.flatnonzero(~zones.is_empty)
    return np.asarray(full[np.lexsort((full, bounds[full, 0], band[full]))])


def opened(raster: RasterLike) -> Raster | RasterFile:
    """Return a raster as it is, a small file as a raster, a large one as a `RasterFile`.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 1, 1), resolution=1, crs="EPSG:32648")
    >>> opened(Raster([[1.0]], grid)).values
    array([[1.]])
    """
    if isinstance(raster, Raster):
        return raster
    grid = raster_grid(raster)
    return RasterFile(raster, grid) if grid.size > LARGE_CELLS else read_raster(raster)


def check_one_grid(grid: Grid, rasters: Mapping[str, Raster | RasterFile]) -> None:
    """Raise `GridMismatchError` when a raster is not on `grid`.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> check_one_grid(grid, {"slope": Raster([[1, 2]], grid)})
    """
    for name, raster in rasters.items():
        if raster.grid != grid:
            raise GridMismatchError(
                f"raster {name!r} is on {raster.grid!r}, expected {grid!r}; "
                "call align(raster, grid, resampling=...) first"
            )


class WindowSource(RasterSource):  # type: ignore[misc]  # exactextract has no types
    """What exactextract reads: the grid, and a function that gives the values of a window, NaN = nodata."""

    def __init__(self, grid: Grid, read: Reader, name: str) -> None:
        super().__init__()
        self._grid, self._read = grid, read
        self.set_name(name)

    def res(self) -> tuple[float, float]:
        """Return the cell size."""
        return self._grid.resolution

    def extent(self) -> tuple[float, float, float, float]:
        """Return the bounds."""
        return self._grid.bounds

    def srs_wkt(self) -> str:
        """Return the CRS."""
        return str(self._grid.crs.to_wkt())

    def nodata_value(self) -> float:
        """Return NaN."""
        return float("nan")

    def read_window(self, x0: int, y0: int, nx: int, ny: int) -> FloatArray:
        """Return the values of a window, row 0 north."""
        return np.ascontiguousarray(self._read((slice(y0, y0 + ny), slice(x0, x0 + nx))))


def zonal_resource_area(
    capacity_factor: RasterLike,
    zones: gpd.GeoDataFrame,
    *,
    density_mw_km2: float,
    eligible: RasterLike | None = None,
    land_cover: RasterLike | None = None,
) -> pd.DataFrame:
    """Return per zone what its eligible land could carry; files are read by windows, whatever their size.

    Parameters
    ----------
    capacity_factor : Raster or path
        0 to 1; NaN = unknown.
    zones : GeoDataFrame
        Polygons with a CRS; reprojected to the raster's.
    density_mw_km2 : float
        Rated power per km2 of land (see `resource_area`).
    eligible : Raster or path, optional
        Share of each cell that no rule excludes, 0 to 1, on the same grid; NaN = unknown. Without it all land counts.
    land_cover : Raster or path, optional
        Share of each cell whose cover admits plants, 0 to 1, on the same grid; NaN = unknown. Only with it the columns
        are called technical potential.

    Returns
    -------
    DataFrame
        Index = ``zones.index``; ``eligible_km2``, ``unknown_km2`` (land of the zone on the grid where an input is
        unknown; it does not count), ``capacity_factor`` (mean over the eligible land, NaN where there is none), and
        ``resource_gw``, ``resource_twh`` or ``technical_potential_gw``, ``technical_potential_twh``.

    Raises
    ------
    InputError
        Values outside 0-1, no zones, or zones outside the raster.
    GridMismatchError
        The rasters are on different grids.
    CrsError
        Projected rasters whose cells have no common area.

    Examples
    --------
    >>> import shapely
    >>> grid = Grid.from_bounds((0, 0, 20_000, 10_000), resolution=10_000, crs="EPSG:6933")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 15_000, 10_000)], crs="EPSG:6933")
    >>> table = zonal_resource_area(Raster([[0.2, 0.4]], grid), zones, density_mw_km2=3.0)
    >>> table[["eligible_km2", "resource_gw", "resource_twh"]].round(3)
       eligible_km2  resource_gw  resource_twh
    0         150.0         0.45         1.051
    """
    given = {"capacity_factor": capacity_factor, "eligible": eligible, "land_cover": land_cover}
    rasters = {name: opened(raster) for name, raster in given.items() if raster is not None}
    grid = rasters["capacity_factor"].grid
    check_one_grid(grid, rasters)
    sums = _sums(rasters, checked_zones(zones, grid))
    area, weighted = sums["area"], sums["weighted"]
    share = np.divide(weighted, area, out=np.full_like(area, np.nan), where=area > 0)
    cover = None if land_cover is None else 1.0  # it is in the area already
    found = resource_area(area, np.nan_to_num(share), density_mw_km2=density_mw_km2, land_cover=cover)
    label = "resource" if cover is None else "technical_potential"
    columns = {
        "eligible_km2": area,
        "unknown_km2": sums["unknown"],
        "capacity_factor": share,
        f"{label}_gw": found.gw,
        f"{label}_twh": found.twh,
    }
    return pd.DataFrame(columns, index=zones.index)


def _sums(rasters: Mapping[str, Raster | RasterFile], local: gpd.GeoDataFrame) -> dict[str, FloatArray]:
    """Return sums over each zone, km2: known eligible land, the same x capacity factor, unknown land."""
    grid = rasters["capacity_factor"].grid
    layers = _Layers(rasters, row_area_km2(grid))
    sources = [WindowSource(grid, getattr(layers, name), name) for name in ("area", "weighted", "unknown")]
    full = np.flatnonzero(~local.is_empty)
    table = exact_extract(sources, local.iloc[full], ["sum"], output="pandas", max_cells_in_memory=CELLS_IN_MEMORY)
    sums = {}
    for name in ("area", "weighted", "unknown"):
        sums[name] = np.zeros(len(local))
        sums[name][full] = np.nan_to_num(table[f"{name}_sum"].to_numpy(dtype=np.float64))
    return sums


class _Layers:
    """The three summands of a window; the last window is kept, for exactextract asks for each in turn."""

    def __init__(self, rasters: Mapping[str, Raster | RasterFile], row_area: FloatArray) -> None:
        self._rasters, self._row_area = rasters, row_area
        self._window: Window | None = None
        self._values: tuple[FloatArray, FloatArray, FloatArray] | None = None

    def area(self, window: Window) -> FloatArray:
        return self._read(window)[0]

    def weighted(self, window: Window) -> FloatArray:
        return self._read(window)[1]

    def unknown(self, window: Window) -> FloatArray:
        return self._read(window)[2]

    def _read(self, window: Window) -> tuple[FloatArray, FloatArray, FloatArray]:
        if self._values is None or window != self._window:
            self._window, self._values = window, self._made(window)
        return self._values

    def _made(self, window: Window) -> tuple[FloatArray, FloatArray, FloatArray]:
        values = {name: _shares(name, raster, window) for name, raster in self._rasters.items()}
        share = values.pop("capacity_factor")
        cell = np.broadcast_to(self._row_area[window[0], np.newaxis], share.shape)
        area = cell.copy()
        for factor in values.values():
            area *= factor
        known = np.isfinite(share) & np.isfinite(area)
        area = np.where(known, area, 0.0)
        return area, area * np.where(known, share, 0.0), np.where(known, 0.0, cell)


def _shares(name: str, raster: Raster | RasterFile, window: Window) -> FloatArray:
    values = raster.values[window] if isinstance(raster, Raster) else raster.read(window)
    if (values < 0).any() or (values > 1).any():
        raise InputError(
            f"{name} reaches from {np.nanmin(values):g} to {np.nanmax(values):g}, expected shares from 0 to 1; "
            "divide percent by 100, check the nodata value"
        )
    return values
