"""Horizontal irradiation by a clearness-index regression; the capacity factor of a fixed plant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.energy.sun import extraterrestrial_radiation, optimum_tilt_gain
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["SolarCoefficients", "check_ghi", "global_horizontal", "pv_capacity_factor"]

HOURS = 8760.0
GHI_RANGE = (600.0, 2800.0)
"""kWh/m2/a; long-term means of land lie within (Global Solar Atlas 2: high deserts reach 2,700)."""
CLEARNESS_RANGE = (0.2, 0.8)
"""Annual means outside do not occur on Earth: a cloudy subpolar coast has 0.3, a high desert 0.75."""


@dataclass(frozen=True)
class SolarCoefficients:
    """Annual clearness index = intercept + sunshine x s + elevation_km x e + latitude x degrees north.

    The form of Ångström (1924) and Prescott (1940), widened by elevation (a thinner atmosphere) and latitude
    (the station sunshine is that of winter only).
    """

    intercept: float
    sunshine: float
    elevation_km: float
    latitude: float

    def clearness(self, sunshine: ArrayLike, elevation_km: ArrayLike, latitude: ArrayLike) -> FloatArray:
        """Return the clearness index, held within `CLEARNESS_RANGE`; NaN gives NaN.

        Examples
        --------
        >>> float(SolarCoefficients(0.2, 0.3, 0.02, 0.004).clearness(0.5, 1.0, 30.0).round(3))
        0.49
        """
        s, e, lat = (np.asarray(x, dtype=np.float64) for x in (sunshine, elevation_km, latitude))
        if (s < 0).any() or (s > 1).any():
            raise InputError(
                f"sunshine reaches from {np.nanmin(s):g} to {np.nanmax(s):g}, expected a share from 0 to 1; "
                "divide percent by 100"
            )
        index = self.intercept + self.sunshine * s + self.elevation_km * e + self.latitude * lat
        return np.clip(index, *CLEARNESS_RANGE)


def global_horizontal(
    sunshine: ArrayLike, elevation_km: ArrayLike, latitude: ArrayLike, *, coefficients: SolarCoefficients
) -> FloatArray:
    """Return the annual global horizontal irradiation, kWh/m2/a.

    Parameters
    ----------
    sunshine : array_like
        Winter sunshine as a share of the possible hours, 0 to 1.
    elevation_km : array_like
        Kilometres above the sea.
    latitude : array_like
        Degrees north.
    coefficients : SolarCoefficients
        Of the clearness index.

    Raises
    ------
    InputError
        A share outside 0-1 or a latitude beyond the poles.

    Examples
    --------
    >>> coefficients = SolarCoefficients(0.2, 0.3, 0.02, 0.004)
    >>> float(global_horizontal(0.5, 1.0, 30.0, coefficients=coefficients).round())
    1574.0
    """
    clearness = coefficients.clearness(sunshine, elevation_km, latitude)
    return np.asarray(extraterrestrial_radiation(latitude) * clearness, dtype=np.float64)


def check_ghi(ghi: ArrayLike) -> FloatArray:
    """Return `ghi` as an array; raise when its median is no annual irradiation in kWh/m2.

    Raises
    ------
    InputError
        The median lies outside 600-2,800 kWh/m2/a; the message names the unit it looks like.

    Examples
    --------
    >>> check_ghi([1500.0])
    array([1500.])
    >>> check_ghi([4.1])
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: ghi has the median 4.1, expected 600-2800 kWh/m2 per year; it looks like
    kWh/m2 per day: multiply by 365.25
    """
    values = np.asarray(ghi, dtype=np.float64)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return values
    median = float(np.median(known))
    if GHI_RANGE[0] <= median <= GHI_RANGE[1] and known.min() >= 0:
        return values
    raise InputError(
        f"ghi has the median {median:g}, expected {GHI_RANGE[0]:g}-{GHI_RANGE[1]:g} kWh/m2 per year; "
        f"{_looks_like(median)}"
    )


def _looks_like(median: float) -> str:
    if 1.5 <= median <= 8:
        return "it looks like kWh/m2 per day: multiply by 365.25"
    if 8 < median <= 30:
        return "it looks like MJ/m2 per day: multiply by 365.25 / 3.6"
    if 70 <= median <= 330:
        return "it looks like a mean in W/m2: multiply by 8.766"
    if 2800 < median <= 10000:
        return "it looks like MJ/m2 per year: divide by 3.6"
    return "check the unit and the nodata value"


def pv_capacity_factor(ghi: ArrayLike, latitude: ArrayLike, *, performance_ratio: float) -> FloatArray:
    """Return the annual capacity factor of a fixed plant at its best tilt, per kW of modules (DC).

    CF = GHI x gain of the tilt x performance ratio / 8,760 h: one kW of modules gives one kW at 1 kW/m2
    (IEC 61724-1, final yield = reference yield x performance ratio).

    Parameters
    ----------
    ghi : array_like
        kWh/m2/a, checked by `check_ghi`.
    latitude : array_like
        Degrees north.
    performance_ratio : float
        Energy after all losses / energy at rated efficiency, in (0, 1].

    Raises
    ------
    InputError
        The median of `ghi` is no annual irradiation, or the performance ratio is outside (0, 1].

    Examples
    --------
    >>> float(pv_capacity_factor(1600.0, 40.0, performance_ratio=0.8).round(3))
    0.172
    """
    if not 0 < performance_ratio <= 1:
        raise InputError(f"performance_ratio is {performance_ratio!r}, expected a share in (0, 1], e.g. 0.8")
    values = check_ghi(ghi)
    clearness = values / extraterrestrial_radiation(latitude)
    hours = values * optimum_tilt_gain(latitude, clearness) * performance_ratio
    return np.asarray(hours / HOURS, dtype=np.float64)
