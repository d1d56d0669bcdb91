"""The sun above the atmosphere and on a tilted plane. The only module that imports pvlib.

Symbols and equation numbers are those of J. A. Duffie and W. A. Beckman, *Solar Engineering of Thermal
Processes*, 4th ed. (Wiley, 2013), chapters 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = [
    "Mount",
    "altitude_file",
    "extraterrestrial_radiation",
    "optimum_tilt_gain",
    "plane_irradiance",
    "tracking_gain",
]

Mount = Literal["fixed", "tracking"]
"""A fixed south-facing plane at its best tilt, or rows that turn about a horizontal north-south axis."""
ALBEDO = 0.2
"""Ground reflectance, the usual value for bare and grassy ground (Duffie & Beckman, section 2.15)."""
TABLE_LATITUDE = np.arange(0.0, 61.0, 5.0)
TABLE_CLEARNESS = np.arange(0.3, 0.81, 0.1)
"""The range of the diffuse share, Erbs et al. (1982)."""
TABLE_TILT = np.arange(0.0, 61.0, 5.0)
# Klein's mean day of each month and the days of the month (Duffie & Beckman, table 1.6.1)
MEAN_DAYS = np.array([17, 47, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344])
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
LOWEST_COSINE = 0.05
TRACKER_LIMIT = 60.0
"""Degrees to either side: the usual reach of single-axis trackers (project assumption)."""
GROUND_COVER = 0.35
"""Width of a row / distance of the rows: how early rows turn back not to shade each other (project assumption)."""
HOUR_ANGLES = np.arange(-172.5, 180.0, 15.0)
"""Middle of each solar hour, degrees."""


def extraterrestrial_radiation(latitude: ArrayLike) -> FloatArray:
    """Return the annual radiation on a horizontal plane above the atmosphere, kWh/m2/a.

    The daily integral (Duffie & Beckman, eq. 1.10.3) summed over 365 days; Earth-sun distance and
    declination by Spencer (1971).

    Parameters
    ----------
    latitude : array_like
        Degrees north, -90 to 90, any shape; NaN gives NaN.

    Raises
    ------
    InputError
        A latitude beyond the poles.

    Examples
    --------
    >>> extraterrestrial_radiation([20, 30, 40, 50]).round()
    array([3454., 3211., 2887., 2499.])
    """
    from pvlib.irradiance import get_extra_radiation
    from pvlib.solarposition import declination_spencer71

    # a grid has one value for each row of cells
    degrees, index = np.unique(_check_latitude(latitude), return_inverse=True)
    days = np.arange(1, 366)
    normal = np.asarray(get_extra_radiation(days, method="spencer"))  # W/m2
    declination = np.asarray(declination_spencer71(days))
    phi = np.radians(degrees)
    total = np.zeros(degrees.shape)
    for power, delta in zip(normal, declination, strict=True):
        sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(delta), -1.0, 1.0))
        height = np.cos(phi) * np.cos(delta) * np.sin(sunset) + sunset * np.sin(phi) * np.sin(delta)
        total += 24.0 / np.pi * power * height
    return np.asarray(total[index].reshape(np.shape(latitude)) / 1000.0, dtype=np.float64)


def _check_latitude(latitude: ArrayLike) -> FloatArray:
    degrees = np.asarray(latitude, dtype=np.float64)
    if (np.abs(degrees) > 90).any():
        worst = degrees[np.abs(degrees) > 90].flat[0]
        raise InputError(f"latitude holds {worst}, expected degrees from -90 to 90; are x and y swapped?")
    return degrees


def optimum_tilt_gain(latitude: ArrayLike, clearness: ArrayLike) -> FloatArray:
    """Return the yearly irradiation of the best fixed south-facing tilt divided by the horizontal one.

    Computed once on a table of latitude 0-60 N, clearness 0.3-0.8 and tilt 0-60 degrees: every solar hour
    of Klein's twelve mean days at a constant clearness, diffuse share by Erbs, Klein and Duffie (1982),
    transposition by Hay and Davies (1980), ground reflectance 0.2. Between the nodes the gain of the best
    tilt is interpolated linearly. A clearness that is the same in all months is the rough part: where
    winters are the clear season the gain is underrated.

    Parameters
    ----------
    latitude : array_like
        Degrees north; beyond 0-60 the nearest end of the table counts.
    clearness : array_like
        Annual horizontal irradiation / extraterrestrial radiation; beyond 0.3-0.8 the nearest end counts.

    Examples
    --------
    >>> optimum_tilt_gain([0.0, 40.0], 0.6).round(2)
    array([1.  , 1.19])
    """
    return _interpolated(latitude, clearness, _planes("fixed").gain)


def tracking_gain(latitude: ArrayLike, clearness: ArrayLike) -> FloatArray:
    """Return the yearly irradiation of rows on a horizontal north-south axis divided by the horizontal one.

    The same sky as `optimum_tilt_gain`; the rows follow the sun from east to west within 60 degrees and turn back
    where they would shade each other (Anderson and Mikofski 2020, NREL/TP-5K00-76626; ground cover ratio 0.35).

    Parameters
    ----------
    latitude : array_like
        Degrees north; beyond 0-60 the nearest end of the table counts.
    clearness : array_like
        Annual horizontal irradiation / extraterrestrial radiation; beyond 0.3-0.8 the nearest end counts.

    Examples
    --------
    >>> bool(tracking_gain(30.0, 0.6) > optimum_tilt_gain(30.0, 0.6) > 1)
    True
    """
    return _interpolated(latitude, clearness, _planes("tracking").gain)


def plane_irradiance(latitude: ArrayLike, clearness: ArrayLike, *, mount: Mount) -> FloatArray:
    """Return the irradiance of the plane that the year's energy meets on average, W/m2.

    The mean of the irradiance weighted by itself: hours count by the energy they bring, as for the temperature of a
    module. At a clearness that is the same in all hours; real skies alternate, so it is on the low side.

    Parameters
    ----------
    latitude, clearness : array_like
        As in `tracking_gain`.
    mount : {"fixed", "tracking"}
        How the modules stand.

    Examples
    --------
    >>> bool(400 < plane_irradiance(40.0, 0.55, mount="fixed") < 700)
    True
    """
    return _interpolated(latitude, clearness, _planes(mount).irradiance)


def _interpolated(latitude: ArrayLike, clearness: ArrayLike, values: FloatArray) -> FloatArray:
    from scipy.interpolate import RegularGridInterpolator

    degrees, index = np.broadcast_arrays(_check_latitude(latitude), np.asarray(clearness, dtype=np.float64))
    # without the check of bounds, which takes NaN for a value outside
    table = RegularGridInterpolator((TABLE_LATITUDE, TABLE_CLEARNESS), values, bounds_error=False)
    nodes = (
        np.clip(degrees, TABLE_LATITUDE[0], TABLE_LATITUDE[-1]),
        np.clip(index, TABLE_CLEARNESS[0], TABLE_CLEARNESS[-1]),
    )
    return np.asarray(table(nodes), dtype=np.float64)


@dataclass(frozen=True)
class _Planes:
    """Of one mount: plane / horizontal irradiation and mean irradiance, shape (latitude, clearness)."""

    gain: FloatArray
    irradiance: FloatArray


@dataclass(frozen=True)
class _Sky:
    """One mean day, axes (latitude, clearness, tilt, hour): sun in degrees, irradiance in W/m2."""

    zenith: FloatArray
    azimuth: FloatArray
    level: FloatArray
    diffuse: FloatArray
    beam: FloatArray
    extra: float


@cache
def _planes(mount: Mount) -> _Planes:
    level, plane, squared = (np.zeros((TABLE_LATITUDE.size, TABLE_CLEARNESS.size, 1)) for _ in range(3))
    for day, days in zip(MEAN_DAYS, MONTH_DAYS, strict=True):
        sky = _sky(int(day))
        facing = _south() if mount == "fixed" else _turning(sky)
        power = _on_plane(sky, *facing)
        level = level + days * sky.level.sum(axis=3)
        plane = plane + days * power.sum(axis=3)
        squared = squared + days * (power**2).sum(axis=3)
    best = np.argmax(plane, axis=2)[:, :, np.newaxis]
    gain, mean = np.take_along_axis(plane / level, best, 2), np.take_along_axis(squared / plane, best, 2)
    return _Planes(gain[:, :, 0], mean[:, :, 0])


def _sky(day: int) -> _Sky:
    from pvlib import irradiance, solarposition

    latitude, clearness, hour = np.radians(TABLE_LATITUDE), TABLE_CLEARNESS, np.radians(HOUR_ANGLES)
    latitude, clearness, _, hour = np.meshgrid(latitude, clearness, [0.0], hour, indexing="ij", sparse=True)
    declination = solarposition.declination_spencer71(day)
    zenith = solarposition.solar_zenith_analytical(latitude, hour, declination)
    azimuth = np.degrees(solarposition.solar_azimuth_analytical(latitude, hour, declination, zenith))
    cosine = np.cos(zenith)
    extra = float(irradiance.get_extra_radiation(day, method="spencer"))
    # below 3 degrees of height a quotient by the cosine says nothing, and there is next to no energy
    level = np.where(cosine > LOWEST_COSINE, clearness * extra * cosine, 0.0)
    sunset = np.arccos(np.clip(-np.tan(latitude) * np.tan(declination), -1.0, 1.0))
    diffuse = _diffuse_share(clearness, np.degrees(sunset)) * level
    beam = (level - diffuse) / np.maximum(cosine, LOWEST_COSINE)
    return _Sky(np.degrees(zenith), azimuth, level, diffuse, beam, extra)


def _south() -> tuple[FloatArray, FloatArray]:
    """Tilts and azimuth of the fixed planes, degrees."""
    return TABLE_TILT[np.newaxis, np.newaxis, :, np.newaxis], np.full((1, 1, 1, 1), 180.0)


def _turning(sky: _Sky) -> tuple[FloatArray, FloatArray]:
    """Tilt and azimuth of the rows in each hour, degrees; flat at night."""
    from pvlib import tracking

    turned = tracking.singleaxis(
        sky.zenith.ravel(), sky.azimuth.ravel(), axis_tilt=0, axis_azimuth=180,
        max_angle=TRACKER_LIMIT, backtrack=True, gcr=GROUND_COVER,
    )  # fmt: skip
    tilt, azimuth = (
        np.nan_to_num(turned[name]).reshape(sky.zenith.shape) for name in ("surface_tilt", "surface_azimuth")
    )
    return tilt, azimuth


def _on_plane(sky: _Sky, tilt: FloatArray, azimuth: FloatArray) -> FloatArray:
    from pvlib import irradiance

    facing = irradiance.aoi_projection(tilt, azimuth, sky.zenith, sky.azimuth)
    above = irradiance.haydavies(tilt, azimuth, sky.diffuse, sky.beam, sky.extra, sky.zenith, sky.azimuth)
    ground = irradiance.get_ground_diffuse(tilt, sky.level, albedo=ALBEDO)
    return np.asarray(sky.beam * np.maximum(facing, 0.0) + above + ground, dtype=np.float64)


def _diffuse_share(clearness: FloatArray, sunset: FloatArray) -> FloatArray:
    """Diffuse share of a month's horizontal irradiation: Erbs et al. (1982); Duffie & Beckman, eq. 2.12.1.

    The monthly form, because the clearness is a mean: the hourly one takes every day for half cloudy.
    """
    k = clearness
    winter = 1.391 - 3.560 * k + 4.189 * k**2 - 2.137 * k**3
    summer = 1.311 - 3.022 * k + 3.427 * k**2 - 1.821 * k**3
    return np.where(sunset <= 81.4, winter, summer)


def altitude_file() -> Path:
    """Return the 5-minute altitude grid that pvlib ships, without importing pvlib.

    HDF5, data set ``Altitude``, uint8, (2160, 4320), north first, west first: metres = 28 x code - 450, code
    255 is sea.

    Examples
    --------
    >>> altitude_file().name
    'Altitude.h5'
    """
    spec = find_spec("pvlib")
    if spec is None or spec.origin is None:
        raise InputError("pvlib is not installed, expected its altitude grid; reinstall geotransfer")
    return Path(spec.origin).parent / "data" / "Altitude.h5"
