"""From eligible land to power and energy: area x density x capacity factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["RESOURCE", "TECHNICAL_POTENTIAL", "ResourceArea", "resource_area"]

HOURS = 8760.0
DENSEST_MW_KM2 = 200.0
"""Modules side by side on flat ground give about 200 MW/km2 (20 % efficiency at 1 kW/m2)."""
TECHNICAL_POTENTIAL = "technical potential"
RESOURCE = "resource without land cover"
"""What the result may be called: land cover decides (cropland, forest, water and towns are no sites)."""


@dataclass(frozen=True, eq=False)
class ResourceArea:
    """What land could carry; arrays of one shape.

    Attributes
    ----------
    name : str
        ``"technical potential"`` where land cover was given, else ``"resource without land cover"``.
    km2 : ndarray
        Eligible land.
    gw : ndarray
        Rated power on it.
    twh : ndarray
        Energy of a year, TWh/a.
    """

    name: str
    km2: FloatArray
    gw: FloatArray
    twh: FloatArray


def resource_area(
    eligible_km2: ArrayLike,
    capacity_factor: ArrayLike,
    *,
    density_mw_km2: float,
    land_cover: ArrayLike | None = None,
) -> ResourceArea:
    """Return the power and the yearly energy of eligible land, element by element (zones or cells).

    GW = km2 x density / 1,000; TWh/a = GW x capacity factor x 8,760 h / 1,000.

    Parameters
    ----------
    eligible_km2 : array_like
        Land that no rule excludes, km2, >= 0; NaN stays NaN.
    capacity_factor : array_like
        0 to 1, broadcast with the area.
    density_mw_km2 : float
        Rated power per km2 of land; the table yield-assumptions has 3.0 (1.3-4.7) for wind, 33 (20-50) for PV.
    land_cover : array_like, optional
        Share of the eligible land whose cover admits plants, 0 to 1. Without it the result is no technical potential
        and is not called so.

    Raises
    ------
    InputError
        A negative area, a capacity factor or share outside 0-1, or a density no plant has.

    Examples
    --------
    >>> farm = resource_area([100.0], [0.25], density_mw_km2=3.0)
    >>> farm.name, farm.gw, farm.twh.round(3)
    ('resource without land cover', array([0.3]), array([0.657]))
    """
    if not 0 < density_mw_km2 <= DENSEST_MW_KM2:
        raise InputError(
            f"density_mw_km2 is {density_mw_km2!r}, expected MW per km2 above 0 and up to {DENSEST_MW_KM2:g}; "
            "W/m2 is the same number, kW/km2 a thousand times it"
        )
    area, share = (np.asarray(x, dtype=np.float64) for x in (eligible_km2, capacity_factor))
    _check_range("eligible_km2", area, high=np.inf)
    _check_range("capacity_factor", share, high=1.0)
    cover = np.asarray(1.0 if land_cover is None else land_cover, dtype=np.float64)
    _check_range("land_cover", cover, high=1.0)
    km2, share = np.broadcast_arrays(area * cover, share)
    gw = km2 * density_mw_km2 / 1000.0
    name = RESOURCE if land_cover is None else TECHNICAL_POTENTIAL
    return ResourceArea(name, km2, gw, gw * share * HOURS / 1000.0)


def _check_range(name: str, values: FloatArray, *, high: float) -> None:
    if (values < 0).any() or (values > high).any():
        raise InputError(
            f"{name} reaches from {np.nanmin(values):g} to {np.nanmax(values):g}, expected 0 to {high:g}; "
            "check the unit and the nodata value"
        )
