"""Horizontal irradiation: by a clearness-index regression, or from a file whose unit the caller names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.energy.sun import extraterrestrial_radiation
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["GhiUnit", "SolarCoefficients", "check_ghi", "ghi_per_year", "global_horizontal", "solar_terms"]

GhiUnit = Literal["kWh/m2/year", "kWh/m2/day"]
DAYS = 365.25
GHI_RANGE = (600.0, 2800.0)
"""kWh/m2/a; long-term means of land lie within (Global Solar Atlas 2: high deserts reach 2,700)."""
CLEARNESS_RANGE = (0.2, 0.8)
"""Annual means outside do not occur on Earth: a cloudy subpolar coast has 0.3, a high desert 0.75."""


SOUTH_OF = 25.0
"""Degrees north, about the Nanling range: where winter's stationary front and its cloud lie to the north of a place."""


@dataclass(frozen=True)
class SolarCoefficients:
    """Annual clearness index as a sum of terms; s is the winter sunshine of the stations, 0 to 1.

    intercept + sunshine x s + sunshine_squared x s^2 + elevation_km x e + latitude x degrees north
    + south_deg x degrees south of 25 N.

    The form of Ångström (1924) and Prescott (1940) with the quadratic term of Akinoglu and Ecevit (1990). Signs
    expected before fitting, and found: sunshine +; its square - (thin cloud lets light through: clearness rises
    fastest where sunshine is scarce); elevation + (a thinner atmosphere); south of 25 N + (winter is the overcast
    season there, so its share understates the year). The sign of latitude was not foreseen; it is +.
    """

    intercept: float
    sunshine: float
    sunshine_squared: float
    elevation_km: float
    latitude: float
    south_deg: float

    def clearness(self, sunshine: ArrayLike, elevation_km: ArrayLike, latitude: ArrayLike) -> FloatArray:
        """Return the clearness index, held within `CLEARNESS_RANGE`; NaN gives NaN.

        Examples
        --------
        >>> float(SolarCoefficients(0.2, 0.4, -0.2, 0.02, 0.004, 0.0).clearness(0.5, 1.0, 30.0).round(3))
        0.49
        """
        terms = solar_terms(sunshine, elevation_km, latitude)
        values = (self.sunshine, self.sunshine_squared, self.elevation_km, self.latitude, self.south_deg)
        index = self.intercept + sum(value * term for value, term in zip(values, terms, strict=True))
        return np.clip(np.asarray(index, dtype=np.float64), *CLEARNESS_RANGE)


def solar_terms(sunshine: ArrayLike, elevation_km: ArrayLike, latitude: ArrayLike) -> tuple[FloatArray, ...]:
    """Return the terms beside the intercept, in the order of `SolarCoefficients`.

    Raises
    ------
    InputError
        A sunshine share outside 0-1.

    Examples
    --------
    >>> [float(term) for term in solar_terms(0.5, 1.0, 20.0)]
    [0.5, 0.25, 1.0, 20.0, 5.0]
    """
    s, e, lat = (np.asarray(x, dtype=np.float64) for x in (sunshine, elevation_km, latitude))
    if (s < 0).any() or (s > 1).any():
        raise InputError(
            f"sunshine reaches from {np.nanmin(s):g} to {np.nanmax(s):g}, expected a share from 0 to 1; "
            "divide percent by 100"
        )
    return s, s**2, e, lat, np.asarray(np.maximum(SOUTH_OF - lat, 0.0), dtype=np.float64)


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
    >>> coefficients = SolarCoefficients(0.2, 0.4, -0.2, 0.02, 0.004, 0.0)
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


def ghi_per_year(ghi: ArrayLike, *, unit: GhiUnit) -> FloatArray:
    """Return irradiation in kWh/m2/a from values in a unit the caller names.

    Global Solar Atlas offers GHI as a daily mean and as a yearly sum under one name: the unit is never guessed.

    Parameters
    ----------
    ghi : array_like
        Long-term means; NaN stays NaN.
    unit : {"kWh/m2/year", "kWh/m2/day"}
        Of `ghi`.

    Raises
    ------
    InputError
        An unknown unit, or values that are no yearly irradiation once converted (see `check_ghi`).

    Examples
    --------
    >>> ghi_per_year([4.0], unit="kWh/m2/day")
    array([1461.])
    """
    factors = {"kWh/m2/year": 1.0, "kWh/m2/day": DAYS}
    if unit not in factors:
        raise InputError(f"unit is {unit!r}, expected one of {', '.join(factors)}; see the file's documentation")
    return check_ghi(np.asarray(ghi, dtype=np.float64) * factors[unit])
