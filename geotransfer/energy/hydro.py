"""Hydro power: what it costs over the wet and the dry season, and whether a 24-hour load can count on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.energy.estimate import Estimate
from geotransfer.energy.price_tables import PowerTables
from geotransfer.errors import InputError
from geotransfer.types import BoolArray, FloatArray

__all__ = ["dry_season_risk", "dry_season_shortfall", "faces_dry_season_cuts", "non_fossil_share", "seasonal_mean"]

MONTHS = 12.0


def seasonal_mean(wet: Estimate, dry: Estimate, *, wet_months: ArrayLike) -> Estimate:
    """Return the price of a load that is the same in all months: the two seasons by their length.

    Parameters
    ----------
    wet, dry : Estimate
        Prices of the seasons, yuan/kWh.
    wet_months : array_like
        Length of the wet season, 0 to 12 months; the rest of the year is dry.

    Raises
    ------
    InputError
        A season outside 0 to 12 months.

    Examples
    --------
    >>> price = seasonal_mean(Estimate(0.2, 0.2, 0.2), Estimate(0.4, 0.4, 0.4), wet_months=3)
    >>> round(float(price.value), 2)
    0.35
    """
    months = np.asarray(wet_months, dtype=np.float64)
    if (months < 0).any() or (months > MONTHS).any():
        raise InputError(f"wet_months reaches {np.nanmax(months):g}, from {np.nanmin(months):g}, expected 0 to 12")
    share = months / MONTHS
    pairs = ((wet.value, dry.value), (wet.low, dry.low), (wet.high, dry.high))
    return Estimate(*(share * early + (1 - share) * late for early, late in pairs))


def non_fossil_share(average_factor: ArrayLike, *, fossil_factor: float) -> FloatArray:
    """Return the share of non-fossil power that a grid factor implies: 1 - average / fossil.

    It holds hydro, wind, sun and nuclear together, in what is consumed: an upper bound for the share of hydro, not
    that share. A factor above the fossil fleet's gives 0.

    Parameters
    ----------
    average_factor : array_like
        Average CO2 of the grid, kg/kWh; NaN gives NaN.
    fossil_factor : float
        CO2 of the fossil fleet, kg/kWh, > 0.

    Raises
    ------
    InputError
        A fossil factor that is not positive.

    Examples
    --------
    >>> non_fossil_share([0.1333, 0.6191], fossil_factor=0.8273).round(3)  # 云南, 山东 in 2023
    array([0.839, 0.252])
    """
    if not fossil_factor > 0:
        raise InputError(f"fossil_factor is {fossil_factor!r}, expected kg CO2/kWh above 0")
    share = 1.0 - np.asarray(average_factor, dtype=np.float64) / fossil_factor
    return np.where(share < 0, 0.0, share)


def dry_season_shortfall(hydro_share: ArrayLike, dry_firmness: ArrayLike) -> FloatArray:
    """Return the share of an area's supply that is missing in the dry season: hydro share x (1 - firmness).

    Parameters
    ----------
    hydro_share : array_like
        Hydro / all generation over the year, 0 to 1.
    dry_firmness : array_like
        Mean hydro output of the dry season / of the year, 0 to 1; NaN (unknown) counts as 1 only where there is no
        hydro, else it gives NaN.

    Raises
    ------
    InputError
        A share outside 0 to 1.

    Examples
    --------
    >>> dry_season_shortfall([0.75, 0.0], [0.6, float("nan")]).round(2)
    array([0.3, 0. ])
    """
    share, firmness = _share("hydro_share", hydro_share), _share("dry_firmness", dry_firmness)
    return np.where(share == 0, 0.0, share * (1.0 - firmness))


def faces_dry_season_cuts(shortfall: ArrayLike, *, tolerated: float, around_the_clock: bool = True) -> BoolArray:
    """Return where a load should expect to be cut back in the dry season (枯水期限电风险).

    Only a load that runs day and night is flagged: one that can pause in the dry months avoids the cut. An unknown
    shortfall (NaN) is not flagged; look at the shortfall itself.

    Parameters
    ----------
    shortfall : array_like
        Of `dry_season_shortfall`.
    tolerated : float
        Share of supply that reserves make up, 0 to 1.
    around_the_clock : bool
        Whether the load runs day and night all year.

    Examples
    --------
    >>> faces_dry_season_cuts([0.30, 0.05], tolerated=0.1).tolist()
    [True, False]
    """
    missing = _share("shortfall", shortfall)
    if not around_the_clock:
        return np.zeros(missing.shape, dtype=bool)
    return np.asarray(missing > tolerated)


def dry_season_risk(area: str | Sequence[str], *, tables: PowerTables, around_the_clock: bool = True) -> BoolArray:
    """Return where a load in these price areas should expect cuts in the dry season (枯水期限电风险).

    Parameters
    ----------
    area : str or sequence of str
        Price area of each zone.
    tables : PowerTables
        The figures.
    around_the_clock : bool
        Whether the load runs day and night all year.

    Raises
    ------
    UnknownNameError
        A name that is no price area.

    Examples
    --------
    >>> from geotransfer.catalog.power import power_tables
    >>> dry_season_risk(["云南", "青海", "山东"], tables=power_tables()).tolist()
    [True, False, False]
    """
    at, figures = tables.index(area), tables.figures
    missing = dry_season_shortfall(figures.hydro_share.value[at], figures.dry_firmness.value[at])
    tolerated = float(tables.parameters.dry_shortfall.value)
    return faces_dry_season_cuts(missing, tolerated=tolerated, around_the_clock=around_the_clock)


def _share(name: str, value: ArrayLike) -> FloatArray:
    share = np.asarray(value, dtype=np.float64)
    if (share < 0).any() or (share > 1).any():
        raise InputError(
            f"{name} reaches from {np.nanmin(share):g} to {np.nanmax(share):g}, expected shares from 0 to 1; "
            "divide percent by 100"
        )
    return share
