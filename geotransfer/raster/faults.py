"""What a raster file may be wrong in, seen on opening it: its size, its place, values that stand for none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import MaskFlags
from rasterio.errors import RasterBlockError, RasterioError
from rasterio.windows import Window

from geotransfer.errors import InputError
from geotransfer.grid import MAX_CELLS
from geotransfer.guard.sources import redacted

__all__ = [
    "FILL_VALUES",
    "HUGE",
    "UNREADABLE",
    "check_fill",
    "check_place",
    "check_size",
    "declares_nodata",
    "unreadable",
]

FILL_VALUES = (-9999.0, -32768.0, -99999.0, -999999.0, -2147483648.0)
"""Values programs write for "no data", which no quantity has by chance as its lowest: ESRI grids (-9999), SRTM and
other 16-bit elevations (-32768), the lowest whole number of 32 bits."""
HUGE = 1e30
"""3.4e38 (the largest float32: ESRI, GDAL), 9.97e36 (netCDF) and 1e30 (Surfer has 1.70141e38) stand for "no data"."""
UNREADABLE = (RasterioError, UnicodeDecodeError, MemoryError)
"""What a damaged raster ends in: GDAL's errors, a CRS that is no text, more cells than there is memory for."""
WORTH_A_LOOK = 200_000_000
"""Bytes of memory above which the size a file states is compared with its length."""
MOST_PACKED = 2_000
"""Deflate packs 1,032 to 1 at best, in the limit; a file that states more than twice that holds no such cells."""


def check_size(source: rasterio.DatasetReader, window: Window, *, path: object) -> None:
    """Raise before memory is taken for cells that a file states and cannot hold, or that are too many.

    Raises
    ------
    InputError
        More than 1e9 cells at once; over 200 MB of memory from a file that is 2,000 times shorter than what it states;
        blocks that are longer or shorter than the header says (uncompressed GeoTIFF).
    """
    cells = int(window.width) * int(window.height)
    if cells > MAX_CELLS:
        raise InputError(
            f"raster {str(path)!r} holds {cells:.3g} cells there, expected at most {MAX_CELLS:.0e} at once; "
            "read a part with bounds=..., or make it coarser"
        )
    stated = source.width * source.height * source.count * np.dtype(source.dtypes[0]).itemsize
    length = _length(path)
    if length is not None and cells * 8 > WORTH_A_LOOK and stated > MOST_PACKED * length:
        raise InputError(
            f"raster {str(path)!r} states {source.width} x {source.height} cells ({stated:.3g} bytes) but the file has "
            f"{length} bytes; expected a file that holds what it states: it is cut off or its header lies, get it again"
        )
    _check_first_block(source, path)


def _check_first_block(source: rasterio.DatasetReader, path: object) -> None:
    if source.driver != "GTiff" or source.compression is not None or source.count > 1 or not source.block_shapes:
        return
    height, width = source.block_shapes[0]
    rows = min(height, source.height) if width == source.width else height
    expected = rows * width * np.dtype(source.dtypes[0]).itemsize
    try:
        found = source.block_size(1, 0, 0)
    except RasterBlockError:
        # a block that was never written is empty, and no fault
        return
    if found != expected:
        raise InputError(
            f"raster {str(path)!r} states blocks of {width} x {rows} cells ({expected} bytes), the first has {found} "
            "bytes; expected the same: its header lies about the width, the height or the type of cells; get it again"
        )


def _length(path: object) -> int | None:
    try:
        return Path(str(path)).stat().st_size
    except OSError:
        return None


def check_place(source: rasterio.DatasetReader, *, path: object) -> None:
    """Raise when rows do not run from north to south, or the corners of a raster in degrees are no degrees.

    Longitudes may run from 0 to 360.

    Raises
    ------
    InputError
        Rotated, south up or mirrored; or longitudes outside -360..360 or latitudes outside -90..90 (half a degree and
        the half cell of a grid of points are let pass).
    """
    transform = source.transform
    if transform.b or transform.d or not (transform.a > 0 > transform.e):
        turned = "is rotated" if transform.b or transform.d else "has its rows from south to north, or is mirrored"
        raise InputError(
            f"raster {str(path)!r} {turned} (transform {tuple(transform)[:6]}), expected north up without rotation: "
            "geotransfer layers check FILE --convert north-up -o NEW"
        )
    if source.crs is None or not source.crs.is_geographic:
        return
    left, bottom, right, top = source.bounds
    slack = 0.5 + max(abs(transform.a), abs(transform.e))
    if left < -360 - slack or right > 360 + slack or bottom < -90 - slack or top > 90 + slack:
        raise InputError(
            f"raster {str(path)!r} states a CRS in degrees and has bounds {tuple(source.bounds)}; expected longitudes "
            "of -180..360 and latitudes of -90..90: the CRS is another one (metres?); geotransfer layers check says "
            "which fit, --convert crs=EPSG:... writes it"
        )


def declares_nodata(source: rasterio.DatasetReader, band: int) -> bool:
    """Return whether a file says which of its cells hold nothing: a nodata value, a mask or an alpha band."""
    return source.nodatavals[band - 1] is not None or MaskFlags.all_valid not in source.mask_flag_enums[band - 1]


def check_fill(values: np.ndarray[Any, Any], *, path: object) -> None:
    """Raise when values of a file that declares no nodata hold what programs write for it.

    Parameters
    ----------
    values : ndarray
        As they stand in the file, before scale and offset.
    path : path
        What the error calls it.

    Raises
    ------
    InputError
        The lowest value is one of `FILL_VALUES`, or one is beyond 1e30.

    Examples
    --------
    >>> check_fill(np.array([-1.0, 2.0]), path="a.tif")
    >>> check_fill(np.array([-9999.0, 2.0, 3.0]), path="a.tif")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: raster 'a.tif' declares no nodata, and 33.3 % of the cells read are -9999, which programs write for "no data"; nothing is guessed: declare it, geotransfer layers check FILE --convert nodata=-9999 -o NEW (a file where it is measured declares another value)
    """  # noqa: E501
    if values.size == 0 or values.dtype.kind not in "if" or values.dtype.itemsize < 2:
        return
    value = _fill_value(values)
    if value is None:
        return
    share = 100 * float((values == value).mean())
    raise InputError(
        f"raster {str(path)!r} declares no nodata, and {share:.1f} % of the cells read are {value:.8g}, which programs "
        'write for "no data"; nothing is guessed: declare it, geotransfer layers check FILE --convert '
        f"nodata={value:.8g} -o NEW (a file where it is measured declares another value)"
    )


def _fill_value(values: np.ndarray[Any, Any]) -> float | None:
    lowest, highest = float(np.fmin.reduce(values, axis=None)), float(np.fmax.reduce(values, axis=None))
    if lowest in FILL_VALUES or -np.inf < lowest < -HUGE:
        return lowest
    return highest if HUGE < highest < np.inf else None


def unreadable(path: str | os.PathLike[str], error: Exception) -> InputError:
    """Return the error for a file that GDAL cannot open or whose cells it cannot read, with GDAL's own reason."""
    if isinstance(error, MemoryError):
        return InputError(
            f"raster {str(path)!r} needs more memory than there is ({error or 'nothing left'}); expected cells that "
            "fit: read a part with bounds=..., or make it coarser; if its size is a surprise, its header lies"
        )
    reason = "its CRS is no text" if isinstance(error, UnicodeDecodeError) else str(error.__cause__ or error)
    length = _length(path)
    cut = "" if length is None or error.__cause__ is None else f"; the file has {length} bytes: cut off or damaged?"
    told = f"raster file {str(path)!r} cannot be read as a raster: {reason}{cut}; expected a whole file: get it again"
    return InputError(redacted(told))
