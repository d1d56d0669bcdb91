"""The suitability raster as one picture over the map: a PNG in Web Mercator, written into the page."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.warp import transform_bounds

from geotransfer.raster import Raster
from geotransfer.types import FloatArray, Text

__all__ = ["RAMP", "cells_json"]

RAMP = ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84")
"""ColorBrewer YlGnBu, as in templates/atlas.js."""
CELLS = Text(zh="栅格得分 (原权重, 分位数分级)", en="Score of the cells (the run's weights, quantile classes)")
PIXELS = 900
"""Longest side of the picture: about 5 km a pixel for all of China."""
MERCATOR = CRS.from_epsg(3857)


def cells_json(suitability: Raster | None, breaks: list[float]) -> dict[str, Any] | None:
    """Return the suitability raster as the page reads it; None where there is none, or no pixel has a score.

    Parameters
    ----------
    suitability : Raster or None
        Score 0..1 of the cell; NaN is transparent.
    breaks : list of float
        Upper bounds of the classes of the zones' score: the cells are coloured by the same.

    Returns
    -------
    dict or None
        ``title``; ``picture``, a data: address of a PNG in EPSG:3857; ``corners``, [[south, west], [north, east]] in
        degrees.

    Examples
    --------
    >>> from geotransfer.grid import Grid
    >>> grid = Grid.from_bounds((100, 30, 102, 31), resolution=1, crs="EPSG:4326")
    >>> cells_json(Raster([[0.2, 0.8]], grid), [0.5, 1.0])["picture"][:22]
    'data:image/png;base64,'
    """
    if suitability is None or not breaks:
        return None
    values, bounds = _in_mercator(suitability)
    if not np.isfinite(values).any():
        return None
    png = _png(_classes(values, breaks), len(breaks))
    west, south, east, north = transform_bounds(MERCATOR.to_wkt(), "EPSG:4326", *bounds)
    return {
        "title": CELLS.as_dict(),
        "picture": f"data:image/png;base64,{b64encode(png).decode('ascii')}",
        "corners": [[south, west], [north, east]],
    }


def _in_mercator(raster: Raster) -> tuple[FloatArray, tuple[float, float, float, float]]:
    """Return the values on square pixels of Web Mercator, nearest cell, and the picture's bounds in metres."""
    to_mercator = Transformer.from_crs(raster.grid.crs, MERCATOR, always_xy=True)
    west, south, east, north = to_mercator.transform_bounds(*raster.grid.bounds, densify_pts=51)
    pixel = max(east - west, north - south) / PIXELS
    height, width = int(np.ceil((north - south) / pixel)), int(np.ceil((east - west) / pixel))
    # cell by cell, for a raster may lie on disk: warping would hold all of it
    x, y = np.meshgrid(west + (np.arange(width) + 0.5) * pixel, north - (np.arange(height) + 0.5) * pixel)
    from_mercator = Transformer.from_crs(MERCATOR, raster.grid.crs, always_xy=True)
    column, row = ~raster.grid.transform @ from_mercator.transform(x, y)
    inside = (column >= 0) & (column < raster.grid.shape[1]) & (row >= 0) & (row < raster.grid.shape[0])
    out = np.full((height, width), np.nan)
    out[inside] = raster.values[row[inside].astype(np.int64), column[inside].astype(np.int64)]
    return out, (west, north - height * pixel, west + width * pixel, north)


def _classes(values: FloatArray, breaks: list[float]) -> NDArray[np.uint8]:
    """Return 0 for NaN, else 1 + the class whose upper bound is the first at or above the value."""
    number = np.minimum(np.searchsorted(breaks, values), len(breaks) - 1) + 1
    return np.where(np.isfinite(values), number, 0).astype(np.uint8)


def _png(classes: NDArray[np.uint8], count: int) -> bytes:
    """Return an indexed PNG, class 0 transparent (W3C PNG specification: chunks IHDR, PLTE, tRNS, IDAT, IEND)."""
    height, width = classes.shape
    rows = np.hstack([np.zeros((height, 1), dtype=np.uint8), classes])  # each row begins with its filter: none
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)  # 8 bits, palette, not interlaced
    chunks = [(b"IHDR", header), (b"PLTE", _palette(count)), (b"tRNS", b"\x00")]
    chunks += [(b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _palette(count: int) -> bytes:
    """Return red, green and blue of class 0 (not seen) and of each class, from the whole ramp as in atlas.js."""
    last = len(RAMP) - 1
    places = [last if count == 1 else int(np.floor(k * last / (count - 1) + 0.5)) for k in range(count)]
    return bytes(3) + b"".join(bytes.fromhex(RAMP[at][1:]) for at in places)
