"""The cost of hydrogen from an electrolyser that runs when its own wind or sun does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.energy.power_cost import capital_recovery_factor
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["Electrolyser", "lcoh"]

HOURS = 8760.0
LOWER_LIMIT = 33.33
"""kWh/kg: the lower heating value of hydrogen; no electrolyser uses less."""


@dataclass(frozen=True)
class Electrolyser:
    """An electrolyser with what belongs to it (power electronics, drying, buildings).

    Attributes
    ----------
    capex : float
        yuan per kW of power taken.
    fixed_opex : float
        yuan/kW/a.
    use : float
        Power per hydrogen, kWh/kg.
    rate, years : float
        Of `capital_recovery_factor`.
    """

    capex: float
    fixed_opex: float
    use: float
    rate: float
    years: float

    def __post_init__(self) -> None:
        if self.capex < 0 or self.fixed_opex < 0:
            raise InputError(
                f"capex is {self.capex!r} and fixed_opex {self.fixed_opex!r}, expected costs of at least 0"
            )
        if not self.use >= LOWER_LIMIT:
            raise InputError(f"use is {self.use!r}, expected kWh/kg of at least {LOWER_LIMIT} (lower heating value)")


def lcoh(power_cost: ArrayLike, capacity_factor: ArrayLike, *, electrolyser: Electrolyser) -> FloatArray:
    """Return the levelised cost of hydrogen at the electrolyser, yuan/kg.

    ``(capex x CRF + fixed_opex) / (8,760 h x capacity_factor / use) + use x power_cost``: the annuity of `lcoe` with a
    kilogram in the place of a kilowatt-hour. Water, compression, storage and transport are not in it.

    Parameters
    ----------
    power_cost : array_like
        Cost of the power, yuan/kWh; NaN gives NaN.
    capacity_factor : array_like
        Share of the year's hours at full load, 0 to 1: that of the wind or sun behind it. 0 gives infinity.
    electrolyser : Electrolyser
        Cost, use of power, annuity.

    Raises
    ------
    InputError
        A capacity factor outside 0-1 or a negative cost.

    Examples
    --------
    >>> plant = Electrolyser(capex=2000, fixed_opex=60, use=52, rate=0.07, years=20)
    >>> lcoh([0.20], [0.30], electrolyser=plant).round(2)
    array([15.32])
    """
    cost, share = np.asarray(power_cost, dtype=np.float64), np.asarray(capacity_factor, dtype=np.float64)
    if (share < 0).any() or (share > 1).any():
        raise InputError(f"capacity_factor reaches from {np.nanmin(share):g} to {np.nanmax(share):g}, expected 0 to 1")
    if (cost < 0).any():
        raise InputError(f"power_cost goes down to {np.nanmin(cost):g} yuan/kWh, expected at least 0")
    yearly = (
        electrolyser.capex * capital_recovery_factor(electrolyser.rate, electrolyser.years) + electrolyser.fixed_opex
    )
    with np.errstate(divide="ignore"):
        return np.asarray(yearly * electrolyser.use / (HOURS * share) + electrolyser.use * cost)
