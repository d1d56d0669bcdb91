"""Raster files that are larger than the memory, as rasters all the same: their values stay on disk."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

import numpy as np
import rasterio

from geotransfer.errors import OutputError
from geotransfer.raster.values import Raster, raster_blocks, raster_grid

__all__ = ["mapped_raster"]

ROWS = 512
"""Read at a time: the tiles of most files are that high."""
CACHE_MB = 64


def mapped_raster(path: str | os.PathLike[str]) -> Raster:
    """Return the first band of a raster file; its values are unpacked into a temporary file and read as they are used.

    Parameters
    ----------
    path : path
        As of `read_raster`. All cells may be nodata.

    Raises
    ------
    InputError
        The file is missing or unreadable.
    OutputError
        The folder for temporary files has no room: 8 bytes a cell.

    Examples
    --------
    >>> import pathlib
    >>> from geotransfer.grid import Grid
    >>> from geotransfer.raster import write_raster
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.tif"
    >>> write_raster(Raster([[1.0, 2.0]], Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")), path)
    >>> mapped_raster(path).values
    memmap([[1., 2.]])
    """
    grid = raster_grid(path)
    folder = Path(tempfile.mkdtemp(prefix="geotransfer-raster-"))
    try:
        with (folder / "values").open("wb") as stream, rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
            for rows in raster_blocks(path, cells=ROWS * grid.shape[1]):
                stream.write(np.ascontiguousarray(rows, dtype=np.float64).data)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise OutputError(
            f"raster {str(path)!r} cannot be unpacked into {str(folder.parent)!r}: {error.strerror}; it takes "
            f"{8e-9 * grid.size:.1f} GB: free space, or set TMPDIR to a folder that has it"
        ) from error
    raster = Raster.on_disk(np.memmap(folder / "values", dtype=np.float64, mode="r", shape=grid.shape), grid)
    weakref.finalize(raster, shutil.rmtree, folder, ignore_errors=True)
    return raster
