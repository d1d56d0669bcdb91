"""Capacity factors from files (ERA5, MERRA-2, Global Wind Atlas): the unit is named, the range is checked."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import FloatArray

__all__ = ["CapacityFactorUnit", "Technology", "capacity_factor", "check_capacity_factor"]

Technology = Literal["solar", "wind"]
CapacityFactorUnit = Literal["1", "%"]
MEDIAN_RANGE = {"solar": (0.05, 0.4), "wind": (0.005, 0.7)}
"""Of a field of annual means: from a cloudy subpolar coast to tracking in a desert; from a sheltered basin in coarse
reanalysis (ERA5 means over China: 0.004-0.62) to the windiest coasts in Global Wind Atlas."""


def capacity_factor(values: ArrayLike, *, technology: Technology, unit: CapacityFactorUnit) -> FloatArray:
    """Return capacity factors as shares from values in a unit the caller names.

    For rasters of annual means: ERA5 or MERRA-2 capacity factors, Global Wind Atlas IEC classes 1-3.

    Parameters
    ----------
    values : array_like
        NaN stays NaN.
    technology : {"solar", "wind"}
        Decides the range of the check.
    unit : {"1", "%"}
        Of `values`; never guessed.

    Raises
    ------
    InputError
        An unknown unit, values outside 0-1, or a median that no field of this technology has.

    Examples
    --------
    >>> capacity_factor([24.0, 30.0], technology="wind", unit="%")
    array([0.24, 0.3 ])
    """
    factors = {"1": 1.0, "%": 0.01}
    if unit not in factors:
        raise InputError(f"unit is {unit!r}, expected one of {', '.join(factors)}; see the file's documentation")
    share = np.asarray(values, dtype=np.float64) * factors[unit]
    return check_capacity_factor(share, technology=technology, what="capacity factor", unit=unit)


def check_capacity_factor(share: ArrayLike, *, technology: Technology, what: str, unit: str) -> FloatArray:
    """Return `share` as an array; raise when it cannot be a field of annual capacity factors.

    Parameters
    ----------
    share : array_like
        Already converted to 0-1.
    technology : {"solar", "wind"}
        Decides the range of the median.
    what, unit : str
        For the message: what was given, and the unit it was said to have.

    Raises
    ------
    UnknownNameError
        An unknown technology.
    InputError
        Values outside 0-1, or a median out of range.

    Examples
    --------
    >>> check_capacity_factor([0.2], technology="solar", what="pvout", unit="kWh/kWp/day")
    array([0.2])
    """
    if technology not in MEDIAN_RANGE:
        raise UnknownNameError(f"technology is {technology!r}, expected one of {', '.join(MEDIAN_RANGE)}")
    values = np.asarray(share, dtype=np.float64)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return values
    low, high = MEDIAN_RANGE[technology]
    median = float(np.median(known))
    if not low <= median <= high:
        raise InputError(
            f"{what} gives capacity factors with the median {median:g}, expected {low:g}-{high:g} for {technology}; "
            f"check the unit ({unit}?) and the nodata value"
        )
    if known.min() < 0 or known.max() > 1:
        raise InputError(
            f"{what} gives capacity factors from {known.min():g} to {known.max():g}, expected 0 to 1; "
            f"check the unit ({unit}?) and the nodata value"
        )
    return values
