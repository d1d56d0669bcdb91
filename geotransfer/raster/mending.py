"""A raster file written anew with one thing put right; cells are copied, never resampled but for a rotation."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from geotransfer.crs import CHINA_ALBERS, parse_crs
from geotransfer.errors import InputError
from geotransfer.raster.faults import check_size, unreadable
from geotransfer.types import Text

__all__ = ["RASTER_STEPS", "mend_raster"]

STRIP_CELLS = 4_000_000
CACHE_MB = 128
RASTER_STEPS = ("north-up", "flip-rows", "flip-columns", "lon180", "nodata=VALUE", "crs=EPSG:...")
Cells = np.ndarray[Any, Any]


def mend_raster(path: str | os.PathLike[str], out: str | os.PathLike[str], *, step: str) -> Text:
    """Write a GeoTIFF that is the raster file with one thing put right, strip by strip; return what was done.

    Parameters
    ----------
    path, out : path
        The file, and the new one; every band, the scale, the offset and the nodata are kept.
    step : str
        ``"nodata=VALUE"`` and ``"crs=EPSG:..."`` state what the file does not; ``"north-up"`` turns rows that run from
        south to north, and resamples a rotated raster (nearest neighbour); ``"flip-rows"`` and ``"flip-columns"`` turn
        the picture and not where it lies; ``"lon180"`` brings longitudes of 0..360 to -180..180.

    Raises
    ------
    InputError
        The step is unknown or does not fit, or the file cannot be read.
    CrsError
        There is no such CRS.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with rasterio.open(folder / "a.tif", "w", driver="GTiff", dtype="int16", count=1, height=2, width=1,
    ...                    crs="EPSG:4326", transform=Affine(1, 0, 100, 0, 1, 30)) as target:
    ...     target.write(np.array([[1], [2]], dtype=np.int16), 1)
    >>> mend_raster(folder / "a.tif", folder / "b.tif", step="north-up").en
    'rows turned: the first is now the northernmost'
    >>> with rasterio.open(folder / "b.tif") as source:
    ...     print(source.read(1).tolist(), source.bounds)
    [[2], [1]] BoundingBox(left=100.0, bottom=30.0, right=101.0, top=32.0)
    """
    name, _, value = step.partition("=")
    try:
        if name in ("nodata", "crs") and value:
            return _restated(Path(path), Path(out), name, value)
        with rasterio.open(path) as source:
            check_size(source, Window(0, 0, source.width, 1), path=path)
            if name == "north-up":
                return _north_up(source, Path(out))
            if name in ("flip-rows", "flip-columns"):
                rows = name == "flip-rows"
                _write(source, Path(out), source.transform, source.width, _turned(source, rows=rows, columns=not rows))
                return Text(
                    zh=f"画面翻转:{'行' if rows else '列'}序颠倒",
                    en=f"picture turned: {'rows' if rows else 'columns'} in reverse order",
                )
            if name == "lon180":
                return _lon180(source, Path(out), path)
    except RasterioError as error:
        raise unreadable(path, error) from error
    raise InputError(f"a raster cannot be converted by {step!r}; expected {', '.join(RASTER_STEPS)}")


def _restated(path: Path, out: Path, name: str, value: str) -> Text:
    crs, number = None, None
    if name == "crs":
        crs = CHINA_ALBERS if value == "china-albers" else parse_crs(value, what="--convert crs=")
    else:
        number = _number(value)
    with rasterio.open(path) as source:
        if number is not None and not _fits(number, source.dtypes[0]):
            raise InputError(
                f"nodata {value} does not fit cells of type {source.dtypes[0]}; expected a value they can hold"
            )
        plain = source.driver == "GTiff"
        if not plain:
            _write(source, out, source.transform, source.width, _turned(source, rows=False, columns=False))
    if plain:
        # every byte of the cells stays as it was
        shutil.copyfile(path, out)
    with rasterio.open(out, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as target:
        if crs is not None:
            target.crs = crs.to_wkt()
            return Text(zh=f"声明坐标系 {crs.name}", en=f"states the CRS {crs.name}")
        target.nodata = number
        return Text(zh=f"声明无数据值 {number:.8g}", en=f"declares the nodata value {number:.8g}")


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise InputError(f"nodata is {value!r}, expected a number such as -9999") from error


def _fits(number: float, dtype: str) -> bool:
    if np.dtype(dtype).kind == "f":
        return bool(not np.isfinite(number) or abs(number) <= float(np.finfo(dtype).max) * (1 + 1e-6))
    limits = np.iinfo(dtype)
    return bool(number == round(number) and limits.min <= number <= limits.max) if np.isfinite(number) else False


def _north_up(source: rasterio.DatasetReader, out: Path) -> Text:
    t = source.transform
    if t.b or t.d:
        with WarpedVRT(source, resampling=Resampling.nearest, nodata=_nodata(source)) as warped:
            _write(warped, out, warped.transform, warped.width, _turned(warped, rows=False, columns=False))
        return Text(zh="按最近邻法消除旋转", en="rotation undone by nearest neighbour")
    rows, columns = t.e > 0, t.a < 0
    origin = t @ (source.width if columns else 0, source.height if rows else 0)
    north_up = Affine(abs(t.a), 0, origin[0], 0, -abs(t.e), origin[1])
    _write(source, out, north_up, source.width, _turned(source, rows=rows, columns=columns))
    if rows:
        return Text(zh="行序翻转:首行现为最北", en="rows turned: the first is now the northernmost")
    return Text(zh="列序翻转:首列现为最西", en="columns turned: the first is now the westernmost")


def _nodata(source: rasterio.DatasetReader) -> float:
    """Return what the corners that a rotation leaves free are filled with."""
    if source.nodata is not None:
        return float(source.nodata)
    kind = np.dtype(source.dtypes[0])
    return -9999.0 if kind.kind in "fi" and kind.itemsize > 1 else float(np.iinfo(kind).max)


def _lon180(source: rasterio.DatasetReader, out: Path, path: object) -> Text:
    t = source.transform
    shift = (180.0 - t.c) / t.a
    if (
        not source.crs
        or not source.crs.is_geographic
        or abs(shift - round(shift)) > 1e-3
        or abs(360 - t.a * source.width) > t.a
    ):
        raise InputError(
            f"raster {str(path)!r} has bounds {tuple(source.bounds)}; lon180 expects degrees, 360 of them, and an edge "
            "of cells at 180: warp it in a GIS"
        )
    first = round(shift)

    def rolled(top: int, rows: int) -> Cells:
        window = Window(0, top, source.width, rows)
        return np.roll(source.read(window=window), -first, axis=2)

    _write(source, out, Affine(t.a, 0, -180.0, 0, t.e, t.f), source.width, rolled)
    moved = source.width - first
    return Text(
        zh=f"经度改为 -180..180:{moved} 列由东缘移到西缘",
        en=f"longitudes moved to -180..180: {moved} columns from the east edge to the west",
    )


def _turned(source: rasterio.DatasetReader, *, rows: bool, columns: bool) -> Callable[[int, int], Cells]:
    """Return a reader of rows counted from the top of the picture as it is to be."""

    def read(top: int, count: int) -> Cells:
        start = source.height - top - count if rows else top
        cells: Cells = source.read(window=Window(0, start, source.width, count))
        return cells[:, :: -1 if rows else 1, :: -1 if columns else 1]

    return read


def _write(
    source: rasterio.DatasetReader, out: Path, transform: Affine, width: int, read: Callable[[int, int], Cells]
) -> None:
    profile = {
        "driver": "GTiff", "dtype": source.dtypes[0], "count": source.count, "height": source.height, "width": width,
        "crs": source.crs, "transform": transform, "nodata": source.nodata, "compress": "DEFLATE", "tiled": True,
        "bigtiff": "IF_SAFER",
    }  # fmt: skip
    rows = max(1, STRIP_CELLS // width // 256) * 256
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(out, "w", **profile) as target:
        target.scales, target.offsets = source.scales, source.offsets
        for top in range(0, source.height, rows):
            count = min(rows, source.height - top)
            target.write(read(top, count), window=Window(0, top, width, count))
