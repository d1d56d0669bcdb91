"""Whether a file is the layer the catalogue speaks of, before it takes the place of a good one."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.catalog.entries import DownloadSource, LayerEntry
from geotransfer.crs import parse_crs
from geotransfer.energy.solar import check_ghi
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import raster_blocks, raster_grid
from geotransfer.types import FloatArray

__all__ = ["check_plausible", "check_raster_file", "is_zip"]

SAMPLE_CELLS = 1_000_000
"""Enough for a median; the lowest and highest value are taken from every cell."""
TIFF_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
OTHER_UNITS = {
    "a value per day": 365.25,
    "a value per year, where one per day is expected": 1 / 365.25,
    "a percentage": 0.01,
    "MJ": 1 / 3.6,
}
"""What a file in another unit would have to be multiplied by."""


def is_zip(path: Path) -> bool:
    """Return whether the file begins like a zip archive."""
    return _beginning(path).startswith(b"PK\x03\x04")


def check_raster_file(path: Path, entry: LayerEntry, source: DownloadSource) -> None:
    """Raise when the file is not the layer: kind, CRS, area, every cell readable and in range, plausible median.

    Every cell is read, a few rows at a time, because a file that was cut off still opens.

    Raises
    ------
    InputError
        The message says what was got and what was expected.
    """
    head = _beginning(path)
    if not head.startswith(TIFF_MAGIC):
        kind = "a web page" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "no GeoTIFF"
        raise InputError(f"the file for layer {entry.id!r} is {kind}, expected a GeoTIFF; see {source.page}")
    grid = raster_grid(path)
    _check_place(grid, entry, source)
    check_plausible(_scan(path, grid, entry, source), entry, source)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(64)


def _check_place(grid: Grid, entry: LayerEntry, source: DownloadSource) -> None:
    expected = parse_crs(entry.crs, what=f"layer {entry.id!r}")
    if grid.crs != expected:
        raise InputError(
            f"the file for layer {entry.id!r} is in {grid.crs.name}, expected {expected.name}; "
            "a file of another kind can be used as your own: source = {kind='raster', file=...}"
        )
    left, bottom, right, top = grid.bounds
    west, south, east, north = source.covers
    if left > west or bottom > south or right < east or top < north:
        raise InputError(
            f"the file for layer {entry.id!r} has the bounds {grid.bounds}, expected to cover {source.covers}; "
            "is it of another country?"
        )


def _scan(path: Path, grid: Grid, entry: LayerEntry, source: DownloadSource) -> FloatArray:
    """Read every cell; return a sample in the entry's unit."""
    low, high = source.cell_range
    step = max(1, math.isqrt(grid.size // SAMPLE_CELLS))
    sample = []
    for block in raster_blocks(path):
        block *= source.scale
        known = block[np.isfinite(block)]
        if known.size and not (low <= known.min() and known.max() <= high):
            raise InputError(
                f"the file for layer {entry.id!r} holds values from {known.min():g} to {known.max():g} {entry.unit}, "
                f"expected {low:g} to {high:g}; another unit than {source.file_unit}, or another nodata value?"
            )
        part = block[::step, ::step]
        sample.append(part[np.isfinite(part)])
    return np.concatenate(sample)


def check_plausible(values: ArrayLike, entry: LayerEntry, source: DownloadSource) -> None:
    """Raise when the median of `values` (in the entry's unit, NaN left out) is not that of the quantity.

    Raises
    ------
    InputError
        No value, or the median is outside the entry's range; the message names the unit it looks like.
    """
    array = np.asarray(values, dtype=np.float64)
    known = array[np.isfinite(array)]
    if known.size == 0:
        raise InputError(f"the file for layer {entry.id!r} holds no value; expected {entry.title.en}")
    if entry.unit == "kWh/m2/a":
        check_ghi(known)
    low, high = source.median_range
    median = float(np.median(known))
    if low <= median <= high:
        return
    likely = [name for name, factor in OTHER_UNITS.items() if low <= median * factor <= high]
    hint = f"it looks like {' or '.join(likely)}" if likely else "check the unit and what the file holds"
    raise InputError(
        f"the file for layer {entry.id!r} has the median {median:g} {entry.unit}, expected {low:g} to {high:g}; {hint}"
    )
