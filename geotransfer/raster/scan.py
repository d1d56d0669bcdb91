"""What a raster file states and what its cells hold, as they stand in the file: no nodata, scale or CRS is applied."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from geotransfer.crs import parse_crs
from geotransfer.errors import InputError
from geotransfer.files import is_there
from geotransfer.raster.faults import UNREADABLE, check_size, declares_nodata, unreadable
from geotransfer.types import BoolArray, Bounds, FloatArray

__all__ = ["CellScan", "RasterFacts", "raster_facts", "raster_on", "raster_overview", "scan_cells"]

MOST_CELLS = 400_000_000
"""A larger file is looked at strip by strip with gaps in between: 4e8 cells take about 10 s."""
STRIP_CELLS = 4_000_000
CACHE_MB = 128


@dataclass(frozen=True)
class RasterFacts:
    """What a raster file states.

    Attributes
    ----------
    driver : str
        GDAL's name of the format.
    shape : tuple of int
        (height, width).
    bands : int
        How many.
    dtype : str
        Of the cells in the file.
    crs : pyproj.CRS or None
        None where it states none.
    transform : affine.Affine
        Cell corner, (column, row) -> (x, y).
    bounds : tuple of float
        As GDAL gives them: of a south-up raster bottom > top.
    nodata : float or None
        Declared for the band.
    declares_nodata : bool
        By a value, a mask or an alpha band.
    scale, offset : float
        Value in the file times scale plus offset is the value.
    tiled : bool
        In tiles, else in strips.
    length : int or None
        Bytes of the file.
    """

    driver: str
    shape: tuple[int, int]
    bands: int
    dtype: str
    crs: CRS | None
    transform: Affine
    bounds: Bounds
    nodata: float | None
    declares_nodata: bool
    scale: float
    offset: float
    tiled: bool
    length: int | None

    @property
    def cells(self) -> int:
        """How many cells a band has."""
        return self.shape[0] * self.shape[1]

    def xy(self, steps: int = 15) -> FloatArray:
        """Return `steps` x `steps` points spread over the inside of the raster, shape (n, 2)."""
        height, width = self.shape
        parts = (np.arange(steps) + 0.5) / steps
        columns, rows = np.meshgrid(parts * width, parts * height)
        a, b, c, d, e, f = tuple(self.transform)[:6]
        return np.column_stack([(a * columns + b * rows + c).ravel(), (d * columns + e * rows + f).ravel()])


@dataclass(frozen=True)
class CellScan:
    """What the cells of a band hold, as they stand in the file; declared nodata left out.

    Attributes
    ----------
    seen : int
        Cells looked at.
    valid : int
        Of them not declared nodata and finite.
    lowest, highest : float
        NaN where no cell is valid.
    lowest_count, highest_count : int
        Cells that hold them.
    next_lowest, next_highest : float
        The nearest other value; NaN where there is none.
    """

    seen: int
    valid: int
    lowest: float
    lowest_count: int
    next_lowest: float
    highest: float
    highest_count: int
    next_highest: float


def raster_facts(path: str | os.PathLike[str], *, band: int = 1) -> RasterFacts:
    """Return what a raster file states, without reading its cells.

    Raises
    ------
    InputError
        The file is missing or no raster, or has no such band.
    """
    if not is_there(path):
        raise InputError(f"raster file {str(path)!r} does not exist; check the path")
    try:
        with rasterio.open(path) as source:
            if not 1 <= band <= source.count:
                raise InputError(f"raster {str(path)!r} has {source.count} band(s), got band={band}; the first is 1")
            height, width = source.block_shapes[band - 1]
            return RasterFacts(
                source.driver, source.shape, source.count, source.dtypes[band - 1],
                None if source.crs is None else parse_crs(source.crs, what=f"raster {str(path)!r}"), source.transform,
                _bounds(source), source.nodatavals[band - 1], declares_nodata(source, band),
                source.scales[band - 1], source.offsets[band - 1], width != source.width and height > 1,
                Path(path).stat().st_size,
            )  # fmt: skip
    except UNREADABLE as error:
        raise unreadable(path, error) from error


def _bounds(source: rasterio.DatasetReader) -> Bounds:
    """Return what GDAL calls the bounds; of a rotated raster the corners' box."""
    t, (height, width) = source.transform, source.shape
    if not t.b and not t.d:
        return (t.c, t.f + t.e * height, t.c + t.a * width, t.f)
    x, y = zip(*(t @ corner for corner in ((0, 0), (width, 0), (0, height), (width, height))), strict=True)
    return (min(x), min(y), max(x), max(y))


def scan_cells(path: str | os.PathLike[str], *, band: int = 1) -> CellScan:
    """Return the lowest and highest values of a band and how many cells hold them, reading every cell once.

    A band of more than 4e8 cells is read in strips with gaps between them.

    Raises
    ------
    InputError
        Cells cannot be read: the file is cut off, damaged, or states more than it holds.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.tif"
    >>> with rasterio.open(path, "w", driver="GTiff", dtype="int16", count=1, height=1, width=4, crs="EPSG:4326",
    ...                    transform=Affine(1, 0, 100, 0, -1, 40)) as target:
    ...     target.write(np.array([[-9999, -9999, 3, 5]], dtype=np.int16), 1)
    >>> scan = scan_cells(path)
    >>> scan.lowest, scan.lowest_count, scan.next_lowest, scan.highest
    (-9999.0, 2, 3.0, 5.0)
    """
    seen = valid = 0
    low: tuple[float, int, float] = (np.nan, 0, np.nan)
    high: tuple[float, int, float] = (np.nan, 0, np.nan)
    # GDAL would keep 5 % of the machine's memory in blocks that are read once
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
        for values, kept in _strips(path, band):
            seen += values.size
            inside = values[kept].astype(np.float64)
            valid += inside.size
            if inside.size:
                low = _merged(low, _lowest(inside))
                high = _merged(high, _lowest(-inside))
    return CellScan(seen, valid, low[0], low[1], low[2], -high[0], high[1], -high[2])


def _strips(path: str | os.PathLike[str], band: int) -> Iterator[tuple[np.ndarray[Any, Any], BoolArray]]:
    """Yield cells as they stand in the file, and which of them are finite and not declared nodata."""
    try:
        with rasterio.open(path) as source:
            block = source.block_shapes[band - 1][0]
            rows = max(1, STRIP_CELLS // source.width // block) * block
            gaps = max(1, source.width * source.height // MOST_CELLS)
            for top in range(0, source.height, rows * gaps):
                window = Window(0, top, source.width, min(rows, source.height - top))
                check_size(source, window, path=path)
                masked = source.read(band, window=window, masked=True)
                yield masked.data, ~np.ma.getmaskarray(masked) & np.isfinite(masked.data)
    except UNREADABLE as error:
        raise unreadable(path, error) from error


def _lowest(values: FloatArray) -> tuple[float, int, float]:
    """Return the lowest value, how many have it, and the next one."""
    lowest = values.min()
    others = values[values > lowest]
    return float(lowest), int(values.size - others.size), float(others.min()) if others.size else np.nan


def _merged(one: tuple[float, int, float], other: tuple[float, int, float]) -> tuple[float, int, float]:
    lowest = float(np.fmin(one[0], other[0]))
    count = sum(part[1] for part in (one, other) if part[0] == lowest)
    rest = [value for part in (one, other) for value in (part[0], part[2]) if value > lowest]
    return lowest, count, min(rest, default=np.nan)


def raster_overview(path: str | os.PathLike[str], *, band: int = 1, side: int = 256) -> FloatArray:
    """Return a small picture of a band: every n-th cell, NaN = declared nodata, without scale and offset.

    Raises
    ------
    InputError
        Cells cannot be read.
    """
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(path) as source:
            shape = (min(side, source.height), min(side, source.width))
            masked = source.read(band, out_shape=shape, masked=True, resampling=Resampling.nearest)
            return np.asarray(masked.astype(np.float64).filled(np.nan), dtype=np.float64)
    except UNREADABLE as error:
        raise unreadable(path, error) from error


def raster_on(path: str | os.PathLike[str], *, crs: CRS, transform: Affine, shape: tuple[int, int]) -> FloatArray:
    """Return the first band of a raster on a small grid, NaN = nodata, without scale and offset.

    Unlike `align` the grid may be turned, and the whole raster is never held.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    try:
        with (
            rasterio.open(path) as source,
            WarpedVRT(
                source, crs=crs.to_wkt(), transform=transform, height=shape[0], width=shape[1],
                resampling=Resampling.nearest, add_alpha=source.nodata is None,
            ) as warped,
        ):  # fmt: skip
            return np.asarray(warped.read(1, masked=True).astype(np.float64).filled(np.nan), dtype=np.float64)
    except UNREADABLE as error:
        raise unreadable(path, error) from error
