"""What a unit of product costs as far as the place decides it: power, freight, carbon; water and labour if given."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["DeliveredCost", "delivered_cost"]


@dataclass(frozen=True)
class DeliveredCost:
    """yuan per unit of product, one array per term, all of one shape; a term that was not given is 0.

    Attributes
    ----------
    power, freight_in, freight_out, carbon, water, labour : ndarray
        NaN where unknown.
    """

    power: FloatArray
    freight_in: FloatArray
    freight_out: FloatArray
    carbon: FloatArray
    water: FloatArray
    labour: FloatArray

    @property
    def total(self) -> FloatArray:
        """The sum of the terms, NaN where one of them is."""
        return np.asarray(
            self.power + self.freight_in + self.freight_out + self.carbon + self.water + self.labour
        )  # one order, so that the sum is the same everywhere

    def terms(self) -> dict[str, FloatArray]:
        """Return the terms by name, in the order of the sum."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def delivered_cost(
    power_price: ArrayLike,
    *,
    kwh_per_unit: ArrayLike,
    freight_in: ArrayLike = 0.0,
    freight_out: ArrayLike = 0.0,
    carbon_price: ArrayLike = 0.0,
    co2_t_per_unit: ArrayLike = 0.0,
    water_price: ArrayLike = 0.0,
    water_m3_per_unit: ArrayLike = 0.0,
    labour: ArrayLike = 0.0,
) -> DeliveredCost:
    """Return the cost of a unit of product that depends on the place, term by term.

    ``power price x kWh + freight in + freight out + carbon price x CO2 + water price x water + labour``

    Capital, materials at their gate, taxes and margins are left out: they are taken as equal everywhere.

    Parameters
    ----------
    power_price : array_like
        At the gate, yuan/kWh (`delivered_price`).
    kwh_per_unit : array_like
        Electricity of a unit of product (`industry_profile`).
    freight_in, freight_out : array_like
        yuan per unit (`product_freight`).
    carbon_price, co2_t_per_unit : array_like
        yuan per tonne of CO2; t CO2 per unit: power, fuel and process.
    water_price, water_m3_per_unit : array_like
        yuan/m3; m3 per unit.
    labour : array_like
        yuan per unit.

    Returns
    -------
    DeliveredCost
        Terms of the common shape; `total` is their sum.

    Raises
    ------
    InputError
        A negative figure, or one that is infinite.

    Examples
    --------
    A tonne of aluminium at 0.45 yuan/kWh: 13,400 x 0.45 + 300 + 200 + 80 x 9.0.

    >>> cost = delivered_cost(
    ...     0.45, kwh_per_unit=13_400, freight_in=300, freight_out=200, carbon_price=80, co2_t_per_unit=9.0
    ... )
    >>> float(cost.power), float(cost.carbon), float(cost.total)
    (6030.0, 720.0, 7250.0)
    """
    given = {
        "power_price": power_price, "kwh_per_unit": kwh_per_unit, "freight_in": freight_in,
        "freight_out": freight_out, "carbon_price": carbon_price, "co2_t_per_unit": co2_t_per_unit,
        "water_price": water_price, "water_m3_per_unit": water_m3_per_unit, "labour": labour,
    }  # fmt: skip
    number = {name: _checked(name, values) for name, values in given.items()}
    nothing = np.zeros(np.broadcast_shapes(*(values.shape for values in number.values())))
    return DeliveredCost(
        power=number["power_price"] * number["kwh_per_unit"] + nothing,
        freight_in=number["freight_in"] + nothing,
        freight_out=number["freight_out"] + nothing,
        carbon=number["carbon_price"] * number["co2_t_per_unit"] + nothing,
        water=number["water_price"] * number["water_m3_per_unit"] + nothing,
        labour=number["labour"] + nothing,
    )


def _checked(name: str, values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    wrong = array[(array < 0) | np.isinf(array)]
    if wrong.size:
        raise InputError(f"{name} holds {wrong.flat[0]:g}, expected finite numbers of at least 0 (NaN for unknown)")
    return array
