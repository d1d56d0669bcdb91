"""Coordinate reference systems: the equal-area default for China, checks, and the shifted Chinese datums.

Areas and distances are only taken on a projected CRS: a Web Mercator area is off by a factor of 1.7 at 40 N.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pyproj import CRS
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import AlbersEqualAreaConversion
from pyproj.exceptions import CRSError

from geotransfer.errors import CrsError, InputError
from geotransfer.types import BoolArray, FloatArray

__all__ = [
    "CHINA_ALBERS",
    "WGS84",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "check_projected",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "metres_per_unit",
    "parse_crs",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

WGS84 = CRS.from_epsg(4326)
CHINA_ALBERS: CRS = ProjectedCRS(
    AlbersEqualAreaConversion(
        latitude_first_parallel=25,
        latitude_second_parallel=47,
        latitude_false_origin=0,
        longitude_false_origin=105,
    ),
    name="China Albers equal area (WGS 84)",
    geodetic_crs=WGS84,
)
"""Albers equal area with the standard parallels 25 N and 47 N and the central meridian 105 E that national
thematic maps of China use; metres; areas exact, lengths within 4 % between 18 N and 53.5 N."""


def parse_crs(crs: Any, *, what: str) -> CRS:
    """Return a ``pyproj.CRS`` for anything ``CRS.from_user_input`` takes.

    Parameters
    ----------
    crs : Any
        EPSG code, WKT, PROJ string, ``pyproj.CRS``, ``rasterio.crs.CRS``.
    what : str
        What carries the CRS; the first words of the error.

    Raises
    ------
    CrsError
        When the CRS is missing or cannot be read.

    Examples
    --------
    >>> parse_crs("EPSG:4490", what="features").name
    'China Geodetic Coordinate System 2000'
    """
    if crs is None:
        raise CrsError(f"{what} has no CRS; expected one, nothing is guessed: set it, e.g. gdf.set_crs('EPSG:4490')")
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise CrsError(
            f"{what} has a CRS that cannot be read: {crs!r} ({error}); give an EPSG code or a WKT"
        ) from error


def check_projected(crs: CRS, *, what: str) -> None:
    """Raise `CrsError` when lengths in the units of `crs` are not metres on the ground.

    Examples
    --------
    >>> check_projected(CHINA_ALBERS, what="grid")
    >>> check_projected(WGS84, what="grid")
    Traceback (most recent call last):
        ...
    geotransfer.errors.CrsError: grid is in the geographic CRS 'WGS 84' (degrees), expected a projected one; align it to a projected grid first, e.g. geotransfer.crs.CHINA_ALBERS
    """  # noqa: E501
    if crs.is_geographic:
        raise CrsError(
            f"{what} is in the geographic CRS {crs.name!r} (degrees), expected a projected one; "
            "align it to a projected grid first, e.g. geotransfer.crs.CHINA_ALBERS"
        )
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    if "Mercator" in method and "Transverse" not in method and "Oblique" not in method:
        raise CrsError(
            f"{what} is in {crs.name!r}, a metre of which is 0.77 m on the ground at 40 N; expected true lengths; "
            "align it to one first, e.g. geotransfer.crs.CHINA_ALBERS"
        )


def metres_per_unit(crs: CRS) -> float:
    """Return how many metres a unit of `crs` is; a degree counts as 111,195 m (a sphere of 6,371 km).

    Examples
    --------
    >>> metres_per_unit(CHINA_ALBERS)
    1.0
    """
    return 111_195.0 if crs.is_geographic else float(crs.axis_info[0].unit_conversion_factor)


SHIFT_BOUNDS = (72.004, 0.8293, 137.8347, 55.8271)
"""(west, south, east, north) in degrees: outside, public transcriptions of the shift leave coordinates as they are."""
_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_FREQUENCY = math.pi * 3000.0 / 180.0
_ITERATIONS = 10

Degrees = float | FloatArray


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 to GCJ-02, the datum of Chinese web maps (Gaode, Tencent); up to 700 m.

    Parameters
    ----------
    lon, lat : float or array_like
        Degrees; scalars give scalars. Outside `SHIFT_BOUNDS` unchanged.

    Returns
    -------
    (lon, lat)
        Degrees of GCJ-02.

    Notes
    -----
    GCJ-02 was never published; this is the polynomial and sine series on the Krasovsky ellipsoid that public
    transcriptions share (first known: "EvilTransform", 2013).

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(116.3912, 39.9075)
    >>> round(lon, 6), round(lat, 6)
    (116.397441, 39.908901)
    """
    x, y = _degrees(lon, lat)
    east, north = _shift(x, y)
    return _like(x + east, y + north)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Undo `wgs84_to_gcj02` to 1e-9 degrees by fixed-point iteration; see there.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(116.3912, 39.9075))
    >>> round(lon, 9), round(lat, 9)
    (116.3912, 39.9075)
    """
    x, y = _degrees(lon, lat)
    true_x, true_y = x, y
    for _ in range(_ITERATIONS):
        east, north = _shift(true_x, true_y)
        true_x, true_y = x - east, y - north
    return _like(true_x, true_y)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift GCJ-02 to BD-09, the datum of Baidu maps, by the transcription that public code shares; see above.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(116.397441, 39.908903)
    >>> round(lon, 5), round(lat, 5)
    (116.40381, 39.91525)
    """
    x, y = _degrees(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_FREQUENCY)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_FREQUENCY)
    inside = _inside(x, y)
    return _like(
        np.where(inside, radius * np.cos(angle) + 0.0065, x), np.where(inside, radius * np.sin(angle) + 0.006, y)
    )


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Undo `gcj02_to_bd09` to 1e-9 degrees by fixed-point iteration.

    Examples
    --------
    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(104.06, 30.67))
    >>> round(lon, 9), round(lat, 9)
    (104.06, 30.67)
    """
    x, y = _degrees(lon, lat)
    true_x, true_y = x, y
    for _ in range(_ITERATIONS):
        bd_x, bd_y = gcj02_to_bd09(true_x, true_y)
        true_x, true_y = true_x + (x - bd_x), true_y + (y - bd_y)
    return _like(true_x, true_y)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 to BD-09, by way of GCJ-02.

    Examples
    --------
    >>> wgs84_to_bd09(2.35, 48.85)
    (2.35, 48.85)
    """
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Undo `wgs84_to_bd09`.

    Examples
    --------
    >>> lon, lat = bd09_to_wgs84(*wgs84_to_bd09(87.62, 43.82))
    >>> round(lon, 9), round(lat, 9)
    (87.62, 43.82)
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _degrees(lon: ArrayLike, lat: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.shape != y.shape:
        raise InputError(f"lon has shape {x.shape}, lat has {y.shape}; expected the same")
    return x, y


def _like(x: FloatArray, y: FloatArray) -> tuple[Degrees, Degrees]:
    return (float(x), float(y)) if np.ndim(x) == 0 else (np.asarray(x), np.asarray(y))


def _inside(lon: FloatArray, lat: FloatArray) -> BoolArray:
    west, south, east, north = SHIFT_BOUNDS
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _shift(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the shift in degrees (east, north) at WGS 84 positions; 0 outside the bounds."""
    u, v = lon - 105.0, lat - 35.0
    root, product = np.sqrt(np.abs(u)), u * v
    common = 20.0 * (_sine(6.0, u) + _sine(2.0, u))
    north_m = -100.0 + 2.0 * u + 3.0 * v + 0.2 * v**2 + 0.1 * product + 0.2 * root
    north_m = north_m + (common + 20.0 * _sine(1, v) + 40.0 * _sine(1 / 3, v)) * 2 / 3
    north_m = north_m + (160.0 * _sine(1 / 12, v) + 320.0 * _sine(1 / 30, v)) * 2 / 3
    east_m = 300.0 + u + 2.0 * v + 0.1 * u**2 + 0.1 * product + 0.1 * root
    east_m = east_m + (common + 20.0 * _sine(1, u) + 40.0 * _sine(1 / 3, u)) * 2 / 3
    east_m = east_m + (150.0 * _sine(1 / 12, u) + 300.0 * _sine(1 / 30, u)) * 2 / 3
    phi = np.radians(lat)
    w = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / w**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(w) * np.cos(phi)
    inside = _inside(lon, lat)
    return (
        np.where(inside, np.degrees(east_m / parallel_m), 0.0),
        np.where(inside, np.degrees(north_m / meridian_m), 0.0),
    )


def _sine(frequency: float, x: FloatArray) -> FloatArray:
    return np.asarray(np.sin(frequency * math.pi * x))
