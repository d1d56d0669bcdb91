"""`Raster`: one float array on one grid, NaN where there is no data; and the only doors to raster files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import ArrayLike
from rasterio._err import CPLE_BaseError  # what GDAL raises when a file is closed; it has no public name
from rasterio.env import ensure_env
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window, from_bounds

from geotransfer.crs import parse_crs
from geotransfer.errors import GridMismatchError, InputError, OutputError
from geotransfer.files import is_there, written_whole
from geotransfer.grid import Grid
from geotransfer.guard.sources import checked_source, is_virtual, raster_drivers
from geotransfer.raster.faults import UNREADABLE, check_fill, check_place, check_size, declares_nodata, unreadable
from geotransfer.types import Bounds, FloatArray

__all__ = ["Raster", "check_same_grid", "raster_blocks", "raster_grid", "read_raster", "read_values", "write_raster"]

NODATA = -9999.0
"""The value on disk that stands for NaN in memory (GIS programs do not all read NaN)."""
STRIP_CELLS = 8_000_000
"""Cells of a raster on disk that are held at a time."""
CACHE_MB = 128
OTHER_NODATA = float(np.finfo(np.float32).min)
"""Takes its place where -9999 is a measured value."""


@dataclass(frozen=True, eq=False)
class Raster:
    """Values on a grid: float64, 2-D, NaN = nodata, not writeable.

    Parameters
    ----------
    values : array_like
        Shape (height, width) of the grid; copied to float64.
    grid : Grid
        Where the cells are.

    Raises
    ------
    GridMismatchError
        When the shape of `values` is not the grid's.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> Raster([[1.0, float("nan")]], grid).values
    array([[ 1., nan]])
    """

    values: FloatArray
    grid: Grid

    def __init__(self, values: ArrayLike, grid: Grid) -> None:
        array = np.array(values, dtype=np.float64)
        if array.shape != grid.shape:
            raise GridMismatchError(
                f"values have shape {array.shape}, grid has {grid.shape}; expected the same (height, width)"
            )
        array.flags.writeable = False
        object.__setattr__(self, "values", array)
        object.__setattr__(self, "grid", grid)

    @classmethod
    def on_disk(cls, values: FloatArray, grid: Grid, *, kept: object = None) -> Raster:
        """Return a raster of values that are mapped from a file: they are neither copied nor held.

        Parameters
        ----------
        values : numpy.memmap
            float64, opened for reading, shape of the grid.
        grid : Grid
            Where the cells are.
        kept : object
            What must live as long as the raster does: the folder its file lies in.
        """
        if values.shape != grid.shape or values.dtype != np.float64 or values.flags.writeable:
            raise GridMismatchError(
                f"values have shape {values.shape} and type {values.dtype}, expected {grid.shape} and float64, not "
                "writeable"
            )
        raster = object.__new__(cls)
        object.__setattr__(raster, "values", values)
        object.__setattr__(raster, "grid", grid)
        object.__setattr__(raster, "_kept", kept)
        return raster

    def __repr__(self) -> str:
        return f"Raster({np.isfinite(self.values).sum()} of {self.grid.size} cells with data, {self.grid!r})"


def check_same_grid(grid: Grid, rasters: Mapping[str, Raster]) -> None:
    """Raise `GridMismatchError` when a raster is not on `grid`.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> check_same_grid(grid, {"slope": Raster([[1, 2]], grid)})
    """
    for name, raster in rasters.items():
        if raster.grid != grid:
            raise GridMismatchError(
                f"raster {name!r} is on {raster.grid!r}, expected {grid!r}; "
                "call align(raster, grid, resampling=...) first"
            )


def read_raster(
    path: str | os.PathLike[str], *, band: int = 1, bounds: Bounds | None = None, remote: bool = False
) -> Raster:
    """Read one band of a raster file; nodata, mask, scale and offset are applied.

    Parameters
    ----------
    path : path
        A file that holds its own cells: GeoTIFF, Erdas Imagine, ASCII grid ...
    band : int
        1 is the first.
    bounds : tuple of float, optional
        (left, bottom, right, top) in the raster's CRS: only the cells that touch them are read.
    remote : bool
        Open anything GDAL reads, also addresses and files that lead to others (VRT, /vsicurl, WMS).

    Returns
    -------
    Raster
        float64, NaN = nodata.

    Raises
    ------
    InputError
        The file is missing, cut off or unreadable, rotated or south up, larger than 1e9 cells, the band does not
        exist, `bounds` do not overlap, every cell is nodata, or no nodata is declared and cells hold -9999 or the like.
    CrsError
        The file has no CRS.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.tif"
    >>> write_raster(Raster([[1.0, 2.0]], Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")), path)
    >>> read_raster(path).values
    array([[1., 2.]])
    """
    values, grid = read_values(path, band=band, bounds=bounds, remote=remote)
    if np.isnan(values).all():
        raise InputError(
            f"raster {str(path)!r} holds no data in band {band}: every cell is nodata; check band and bounds"
        )
    return Raster(values, grid)


def read_values(
    path: str | os.PathLike[str], *, band: int = 1, bounds: Bounds | None = None, remote: bool = False
) -> tuple[FloatArray, Grid]:
    """Return what `read_raster` reads as an array and its grid, also where every cell is NaN: for parts of a raster.

    Raises
    ------
    InputError
        As `read_raster`, but for a part without data.
    CrsError
        The file has no CRS.
    """
    _check_exists(path)
    try:
        with _opened(path, remote=remote) as source:
            if not 1 <= band <= source.count:
                raise InputError(f"raster {str(path)!r} has {source.count} band(s), got band={band}; the first is 1")
            crs = parse_crs(source.crs, what=f"raster {str(path)!r}")
            check_place(source, path=path)
            window = _window(source, bounds, path)
            values = _read_window(source, band, window)
            return values, Grid(source.window_transform(window), values.shape, crs)
    except UNREADABLE as error:
        raise unreadable(path, error) from error


def raster_blocks(path: str | os.PathLike[str], *, band: int = 1, cells: int = 4_000_000) -> Iterator[FloatArray]:
    """Yield the rows of a raster file from north to south, about `cells` values at a time.

    For files larger than the memory: every cell is read once.

    Raises
    ------
    InputError
        The file is missing, or its cells cannot be read (cut off, damaged).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.tif"
    >>> grid = Grid.from_bounds((0, 0, 2, 2), resolution=1, crs="EPSG:32648")
    >>> write_raster(Raster([[1.0, 2.0], [3.0, 4.0]], grid), path)
    >>> [block.sum() for block in raster_blocks(path, cells=2)]
    [np.float64(3.0), np.float64(7.0)]
    """
    _check_exists(path)
    try:
        with _opened(path) as source:
            rows = max(1, cells // source.width)
            for top in range(0, source.height, rows):
                yield _read_window(source, band, Window(0, top, source.width, min(rows, source.height - top)))
    except UNREADABLE as error:
        raise unreadable(path, error) from error


def _check_exists(path: str | os.PathLike[str]) -> None:
    if not is_virtual(os.fspath(path)) and not is_there(path):
        raise InputError(f"raster file {str(path)!r} does not exist; check the path")


@ensure_env  # type: ignore[untyped-decorator]
def _opened(path: str | os.PathLike[str], *, remote: bool = False) -> rasterio.DatasetReader:
    source, drivers = checked_source(path, remote=remote), raster_drivers(remote=remote)
    # rasterio.open takes one driver, its reader several
    return rasterio.open(source) if drivers is None else DatasetReader(source, driver=drivers)


def _read_window(source: rasterio.DatasetReader, band: int, window: Window) -> FloatArray:
    check_size(source, window, path=source.name)
    masked = source.read(band, window=window, masked=True)
    if not declares_nodata(source, band):
        check_fill(np.asarray(masked.data), path=source.name)
    values = np.asarray(masked.astype(np.float64).filled(np.nan), dtype=np.float64)
    # in place: a raster may take a good part of the memory
    values *= source.scales[band - 1]
    values += source.offsets[band - 1]
    values[~np.isfinite(values)] = np.nan
    return values


def raster_grid(path: str | os.PathLike[str]) -> Grid:
    """Return the grid of a raster file without reading its cells.

    Raises
    ------
    InputError
        The file is missing or unreadable.
    CrsError
        The file has no CRS.
    """
    _check_exists(path)
    try:
        with _opened(path) as source:
            crs = parse_crs(source.crs, what=f"raster {str(path)!r}")
            check_place(source, path=path)
            return Grid(source.transform, source.shape, crs)
    except UNREADABLE as error:
        raise unreadable(path, error) from error


def _window(source: rasterio.DatasetReader, bounds: Bounds | None, path: str | os.PathLike[str]) -> Window:
    whole = Window(0, 0, source.width, source.height)
    if bounds is None:
        return whole
    wanted = from_bounds(*bounds, transform=source.transform)
    row0, col0 = max(0, int(np.floor(wanted.row_off))), max(0, int(np.floor(wanted.col_off)))
    row1 = min(source.height, int(np.ceil(wanted.row_off + wanted.height)))
    col1 = min(source.width, int(np.ceil(wanted.col_off + wanted.width)))
    if row0 >= row1 or col0 >= col1:
        raise InputError(
            f"bounds {bounds} do not overlap raster {str(path)!r} with bounds {tuple(source.bounds)}; "
            "bounds are in the raster's CRS"
        )
    return Window(col0, row0, col1 - col0, row1 - row0)


def write_raster(raster: Raster, path: str | os.PathLike[str]) -> None:
    """Write a Cloud-Optimised GeoTIFF (float32, nodata -9999, deflate), atomically.

    Parameters
    ----------
    raster : Raster
        What to write.
    path : path
        Replaced when it exists; nothing half-written stays behind.

    Raises
    ------
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.tif"
    >>> write_raster(Raster([[1.0, float("nan")]], grid), path)
    >>> read_raster(path).values
    array([[ 1., nan]])
    """
    target = Path(path)
    try:
        with written_whole(target) as draft:
            _write_cog(raster, draft)
    except (RasterioError, CPLE_BaseError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"raster cannot be written to {str(target)!r}: {reason}; free space or choose a folder that can be written"
        ) from error


def _write_cog(raster: Raster, path: Path) -> None:
    if isinstance(raster.values, np.memmap):
        _write_large_cog(raster, path)
        return
    nodata = OTHER_NODATA if (raster.values == NODATA).any() else NODATA
    values = np.where(np.isnan(raster.values), nodata, raster.values).astype(np.float32)
    profile = {
        "driver": "COG", "dtype": "float32", "count": 1, "height": values.shape[0], "width": values.shape[1],
        "crs": raster.grid.crs.to_wkt(), "transform": raster.grid.transform, "nodata": nodata,
        "compress": "DEFLATE", "predictor": "YES", "blocksize": 512, "overviews": "AUTO", "resampling": "average",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)


def _strip(values: FloatArray, top: int, rows: int) -> FloatArray:
    """Return rows of a mapped array, read and not mapped: mapped pages would fill the memory one by one."""
    if not isinstance(values, np.memmap):
        return values[top : top + rows]
    width = values.shape[1]
    start = values.offset + top * width * values.itemsize
    strip = np.fromfile(str(values.filename), dtype=values.dtype, count=rows * width, offset=start)
    return np.asarray(strip.reshape(rows, width), dtype=np.float64)


def _write_large_cog(raster: Raster, path: Path) -> None:
    """Write what does not fit into memory: strip by strip into a plain file, which GDAL then copies in parts."""
    height, width = raster.grid.shape
    rows = 512 * max(1, STRIP_CELLS // (512 * width))
    plain = path.with_name(f"{path.stem}-plain.tif")
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "height": height, "width": width, "nodata": NODATA,
        "crs": raster.grid.crs.to_wkt(), "transform": raster.grid.transform, "tiled": True, "blockxsize": 512,
        "blockysize": 512, "compress": "DEFLATE", "zlevel": 1, "bigtiff": "IF_SAFER",
    }  # fmt: skip
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
            with rasterio.open(plain, "w", **profile) as target:
                for top in range(0, height, rows):
                    strip = _strip(raster.values, top, min(rows, height - top))
                    values = np.where(np.isnan(strip), NODATA, strip).astype(np.float32)
                    target.write(values, 1, window=Window(0, top, width, len(strip)))
            rasterio.shutil.copy(
                plain, path, driver="COG", compress="DEFLATE", predictor="YES", blocksize=512, overviews="AUTO",
                resampling="average", bigtiff="IF_SAFER",
            )  # fmt: skip
    finally:
        plain.unlink(missing_ok=True)
