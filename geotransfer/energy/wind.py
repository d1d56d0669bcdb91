"""A screening surface of wind, and what a sited farm makes of it.

The surface orders places; it is no resource map. Its form: the logarithm of the capacity factor is linear in

- the shares of the ground in the wind resource zones 1, 2 and 3 of 2015 (zone 4, the poorest, is the base),
- the logarithm of the distance to the sea (onshore wind falls off behind the coast),
- relief (rough ground brakes the mean wind of a wide area),
- elevation (nearer to the free westerlies),
- exposure, the height above the surroundings (ridges and passes against basins),
- latitude (towards the belt of the westerlies and the Siberian high).

Signs expected before fitting: zones +, sea distance -, relief -, elevation +, exposure +, latitude +. All came out
so but exposure, which a reference of 50 km cells cannot see: its coefficient is next to nothing until a finer one
is fitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import FloatArray

__all__ = [
    "SCREENING_RANGE",
    "WIND_TERMS",
    "WindPredictors",
    "screening_capacity_factor",
    "site_capacity_factor",
]

WIND_TERMS = (
    "zone_1", "zone_2", "zone_3", "log10_sea_km",
    "relief_km", "elevation_km", "exposure_km", "latitude_10deg",
)  # fmt: skip
"""The terms beside the intercept, in the order of the design matrix."""
SCREENING_RANGE = (0.005, 0.65)
"""The range of the surface the coefficients were fitted on (ERA5 annual means over China reach 0.62)."""
SEA_FLOOR_KM = 5.0
"""About half a cell of the 5-minute grid: nearer to the sea the distance is not resolved."""


@dataclass(frozen=True)
class WindPredictors:
    """What the screening surface is made of; arrays of one shape."""

    zone_1: FloatArray
    zone_2: FloatArray
    zone_3: FloatArray
    sea_distance_km: FloatArray
    relief_m: FloatArray
    elevation_m: FloatArray
    exposure_m: FloatArray
    latitude: FloatArray

    def terms(self) -> dict[str, FloatArray]:
        """Return the terms of the regression by name, in the order of `WIND_TERMS`."""
        values = (
            self.zone_1,
            self.zone_2,
            self.zone_3,
            np.log10(np.maximum(self.sea_distance_km, SEA_FLOOR_KM)),
            self.relief_m / 1000.0,
            self.elevation_m / 1000.0,
            self.exposure_m / 1000.0,
            (self.latitude - 35.0) / 10.0,
        )
        return dict(zip(WIND_TERMS, values, strict=True))


def screening_capacity_factor(predictors: WindPredictors, *, coefficients: Mapping[str, float]) -> FloatArray:
    """Return the wind screening index: a capacity factor in kind, for ordering places only.

    Parameters
    ----------
    predictors : WindPredictors
        NaN gives NaN.
    coefficients : mapping
        ``intercept`` and every one of `WIND_TERMS`.

    Raises
    ------
    UnknownNameError
        A coefficient is missing or not one of the terms.

    Examples
    --------
    >>> flat = WindPredictors(*(np.zeros(1) for _ in range(7)), latitude=np.array([35.0]))
    >>> level = dict.fromkeys(WIND_TERMS, 0.0) | {"intercept": np.log(0.2)}
    >>> screening_capacity_factor(flat, coefficients=level)
    array([0.2])
    """
    expected = {"intercept", *WIND_TERMS}
    if set(coefficients) != expected:
        wrong = sorted(expected ^ set(coefficients))
        raise UnknownNameError(f"coefficients differ in {wrong}, expected exactly {sorted(expected)}")
    logarithm = sum(coefficients[name] * term for name, term in predictors.terms().items())
    return np.clip(np.exp(coefficients["intercept"] + np.asarray(logarithm)), *SCREENING_RANGE)


def site_capacity_factor(screening: ArrayLike, *, intercept: float = 0.20, slope: float = 0.5) -> FloatArray:
    """Return the capacity factor of a farm that its builders sited: intercept + slope x screening index.

    Farms stand on the best ground of a county, so the mean of a wind surface is no basis of a price. The two
    numbers are an assumption of this project (low and high: ``layer_table("cost-assumptions")``).

    Parameters
    ----------
    screening : array_like
        Index of `screening_capacity_factor`, 0 to 1; NaN gives NaN.
    intercept, slope : float
        Not negative, with a sum of at most 1.

    Raises
    ------
    InputError
        A screening index outside 0-1, or an intercept and slope that reach outside 0-1.

    Examples
    --------
    >>> site_capacity_factor([0.0, 0.2]).round(2)
    array([0.2, 0.3])
    """
    index = np.asarray(screening, dtype=np.float64)
    if (index < 0).any() or (index > 1).any():
        raise InputError(
            f"screening reaches from {np.nanmin(index):g} to {np.nanmax(index):g}, expected capacity factors "
            "from 0 to 1; divide percent by 100"
        )
    if not (intercept >= 0 and slope >= 0 and intercept + slope <= 1):
        raise InputError(f"intercept is {intercept!r} and slope {slope!r}, expected both >= 0 with a sum of at most 1")
    return np.asarray(intercept + slope * index, dtype=np.float64)
