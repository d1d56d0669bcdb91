"""The cost of a kilowatt-hour by a plain annuity."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["capital_recovery_factor", "lcoe"]

HOURS = 8760.0


def capital_recovery_factor(rate: float, years: float) -> float:
    """Return the share of an investment that is paid back each year.

    ``r (1 + r)^n / ((1 + r)^n - 1)``; W. Short, D. J. Packey and T. Holt, *A Manual for the Economic
    Evaluation of Energy Efficiency and Renewable Energy Technologies*, NREL/TP-462-5173 (1995), eq. 2-8. At
    a rate of 0 it is 1/n.

    Parameters
    ----------
    rate : float
        Discount rate as a share per year, 0 to below 1.
    years : float
        Lifetime, > 0.

    Raises
    ------
    InputError
        A rate outside [0, 1) or a lifetime that is not positive.

    Examples
    --------
    >>> round(capital_recovery_factor(0.10, 25), 6)
    0.110168
    """
    if not 0 <= rate < 1:
        raise InputError(f"rate is {rate!r}, expected a share per year from 0 to below 1, e.g. 0.07 for 7 %")
    if not (math.isfinite(years) and years > 0):
        raise InputError(f"years is {years!r}, expected a lifetime above 0")
    if rate == 0:
        return 1.0 / years
    # r / (1 - (1 + r)^-n) keeps its digits for tiny rates through expm1 and log1p
    return rate / -math.expm1(-years * math.log1p(rate))


def lcoe(
    *,
    capex: ArrayLike,
    fixed_opex: ArrayLike,
    variable_opex: ArrayLike,
    capacity_factor: ArrayLike,
    rate: float,
    years: float,
) -> FloatArray:
    """Return the levelised cost of electricity, yuan/kWh (or any one currency).

    ``(capex x CRF + fixed_opex) / (8,760 h x capacity_factor) + variable_opex``.

    Parameters
    ----------
    capex : array_like
        yuan/kW, of one price year with the other costs.
    fixed_opex : array_like
        yuan/kW/a.
    variable_opex : array_like
        yuan/kWh.
    capacity_factor : array_like
        Annual mean output / rated output, 0 to 1. NaN gives NaN; 0 gives infinity (no energy at any price).
    rate, years : float
        Of `capital_recovery_factor`.

    Raises
    ------
    InputError
        A negative cost, a capacity factor below 0 or above 1, a bad rate or lifetime.

    Examples
    --------
    >>> costs = {"capex": 5000, "fixed_opex": 120, "variable_opex": 0}
    >>> lcoe(**costs, capacity_factor=[0.25, 0.5], rate=0.07, years=20).round(4)
    array([0.2703, 0.1352])
    """
    share = np.asarray(capacity_factor, dtype=np.float64)
    if (share < 0).any() or (share > 1).any():
        raise InputError(
            f"capacity_factor reaches from {np.nanmin(share):g} to {np.nanmax(share):g}, expected shares "
            "from 0 to 1; divide percent by 100, full-load hours by 8760"
        )
    investment, fixed, variable = (
        _check_cost(name, value)
        for name, value in (("capex", capex), ("fixed_opex", fixed_opex), ("variable_opex", variable_opex))
    )
    yearly = investment * capital_recovery_factor(rate, years) + fixed
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(yearly / (HOURS * share) + variable, dtype=np.float64)


def _check_cost(name: str, value: ArrayLike) -> FloatArray:
    cost = np.asarray(value, dtype=np.float64)
    if (cost < 0).any():
        raise InputError(f"{name} holds {cost[cost < 0].flat[0]:g}, expected costs of at least 0")
    return cost
