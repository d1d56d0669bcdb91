"""Raster files that are larger than the memory, as rasters all the same: their values stay on disk."""

from __future__ import annotations

import os

import numpy as np
import rasterio

from geotransfer.errors import OutputError
from geotransfer.files import Scratch
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
    >>> import pathlib, tempfile
    >>> from geotransfer.grid import Grid
    >>> from geotransfer.raster import write_raster
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.tif"
    >>> write_raster(Raster([[1.0, 2.0]], Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:32648")), path)
    >>> mapped_raster(path).values
    memmap([[1., 2.]])
    """
    grid, scratch = raster_grid(path), Scratch()
    target = scratch.path / "values"
    try:
        with target.open("wb") as stream, rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
            for rows in raster_blocks(path, cells=ROWS * grid.shape[1]):
                stream.write(np.ascontiguousarray(rows, dtype=np.float64).data)
    except OSError as error:
        raise OutputError(
            f"raster {str(path)!r} cannot be unpacked into {str(scratch.path.parent)!r}: {error.strerror}; it takes "
            f"{8e-9 * grid.size:.1f} GB: free space, or set TMPDIR to a folder that has it"
        ) from error
    return Raster.on_disk(np.memmap(target, dtype=np.float64, mode="r", shape=grid.shape), grid, kept=scratch)
