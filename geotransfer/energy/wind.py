"""A screening index of wind, what a sited farm makes of it, and capacity factors from mean speeds.

The screening index orders places; it is no resource map. Its form: the logarithm of the capacity factor is linear in

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

from geotransfer.energy.power_curve import PowerCurve, weibull_capacity_factor
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import FloatArray

__all__ = [
    "SCREENING_RANGE",
    "WIND_TERMS",
    "WindPredictors",
    "air_density_ratio",
    "mean_speed_capacity_factor",
    "rugged_zone_value",
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
LAPSE_K_M, SEA_LEVEL_K, DENSITY_EXPONENT = 0.0065, 288.15, 4.25588
"""Troposphere of the ICAO standard atmosphere (ISO 2533)."""
SPEED_STEP = 0.01
HIGHEST_SPEED = 40.0
"""m/s, end of the table; thick air below sea level speeds the fastest mean up by a few percent."""
FASTEST_MEAN, FASTEST_FIELD = 30.0, 14.0
"""m/s: no cell and no field has a higher annual mean (Global Wind Atlas: ridges about 25, the windiest coasts 12)."""


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


def air_density_ratio(elevation_m: ArrayLike) -> FloatArray:
    """Return the density of the air / 1.225 kg/m3 by height in the ICAO standard atmosphere (ISO 2533).

    (1 - 0.0065 h / 288.15)^(g M / (R 0.0065) - 1): exponent 4.25588.

    Parameters
    ----------
    elevation_m : array_like
        Metres above the sea, -1,000 to 11,000 (troposphere); NaN gives NaN.

    Raises
    ------
    InputError
        A height outside the troposphere.

    Examples
    --------
    >>> air_density_ratio([0.0, 3000.0]).round(4)
    array([1.    , 0.7421])
    """
    height = np.asarray(elevation_m, dtype=np.float64)
    if (height < -1000).any() or (height > 11000).any():
        raise InputError(
            f"elevation_m reaches from {np.nanmin(height):g} to {np.nanmax(height):g}, expected -1000 to 11000 m; "
            "check the unit and the nodata value"
        )
    return np.asarray((1 - LAPSE_K_M * height / SEA_LEVEL_K) ** DENSITY_EXPONENT, dtype=np.float64)


def mean_speed_capacity_factor(
    mean_speed: ArrayLike,
    *,
    curve: PowerCurve,
    k: float,
    losses: float,
    elevation_m: ArrayLike | None = None,
) -> FloatArray:
    """Return the capacity factor of farms where the wind has these mean speeds.

    Weibull winds through the curve, less losses. Thin air counts as slower wind: speed x (density ratio)^(1/3), the
    normalisation of IEC 61400-12-1 for turbines with active control, applied to the mean and so to the whole
    distribution (at the cut-out it errs a little to the good side). Values come from a table in steps of 0.01 m/s,
    within 1e-6 of `weibull_capacity_factor`, so that a raster of all China does not take hours.

    Parameters
    ----------
    mean_speed : array_like
        m/s at the height of the hub, e.g. Global Wind Atlas at 100 m; NaN gives NaN.
    curve : PowerCurve
        ``iec_power_curve("III")`` for light winds.
    k : float
        Shape of the distribution; the table yield-assumptions has 2.0 (1.6-2.4).
    losses : float
        Wakes, availability, electrical: share of the gross energy, in [0, 1); 0.12 (0.08-0.18) is this project's.
    elevation_m : array_like, optional
        Metres above the sea; without it the air is that of sea level.

    Raises
    ------
    InputError
        Speeds that are no annual means in m/s, losses that are no share, a height outside the troposphere.

    Examples
    --------
    >>> from geotransfer.energy.power_curve import iec_power_curve
    >>> low, high = mean_speed_capacity_factor([6.0, 7.0], curve=iec_power_curve("III"), k=2.0, losses=0.12).round(2)
    >>> bool(0.2 < low < high < 0.5)
    True
    """
    if not 0 <= losses < 1:
        raise InputError(f"losses is {losses!r}, expected a share in [0, 1), e.g. 0.12")
    speed = _check_speed(mean_speed)
    if elevation_m is not None:
        speed = np.asarray(speed * np.cbrt(air_density_ratio(elevation_m)), dtype=np.float64)
    nodes = np.linspace(0.0, HIGHEST_SPEED, round(HIGHEST_SPEED / SPEED_STEP) + 1)
    table = weibull_capacity_factor(curve, nodes, k=k)
    return np.asarray((1 - losses) * np.interp(speed, nodes, table), dtype=np.float64)


def _check_speed(mean_speed: ArrayLike) -> FloatArray:
    speed = np.asarray(mean_speed, dtype=np.float64)
    known = speed[np.isfinite(speed)]
    if known.size == 0 or (known.min() >= 0 and known.max() <= FASTEST_MEAN and np.median(known) <= FASTEST_FIELD):
        return speed
    raise InputError(
        f"mean_speed reaches from {known.min():g} to {known.max():g} with the median {np.median(known):g}, expected "
        "annual means in m/s; divide km/h by 3.6, check the nodata value and that it is no power density"
    )


def rugged_zone_value(mean: ArrayLike, high: ArrayLike, relief_m: ArrayLike, *, from_relief_m: float) -> FloatArray:
    """Return the value that stands for a zone: its mean, or a high quantile of its cells where relief is high.

    In rough country farms stand on the ridges and a mean over valleys says nothing of them. Use with
    ``zonal_statistics(..., stats=("mean", "quantile(q=0.9)"))``.

    Parameters
    ----------
    mean, high : array_like
        Of each zone, e.g. mean and 90th percentile of its cells.
    relief_m : array_like
        Mean relief index of each zone, metres (layer ``relief``); NaN keeps the mean.
    from_relief_m : float
        From here on the high value counts; 300 (200-500) is this project's assumption for the layer ``relief``.

    Examples
    --------
    >>> rugged_zone_value([0.2, 0.2], [0.3, 0.3], [50.0, 600.0], from_relief_m=300.0)
    array([0.2, 0.3])
    """
    low, top, relief = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (mean, high, relief_m)))
    return np.where(relief >= from_relief_m, top, low)
