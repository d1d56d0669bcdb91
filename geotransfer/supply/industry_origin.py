"""The cost and the carbon of a unit at the origin: means over its counties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geotransfer.energy.carbon import CarbonBooks
from geotransfer.errors import InputError
from geotransfer.industry.delivered_cost import DeliveredCost
from geotransfer.spec.power import PowerSpec
from geotransfer.supply.industry import IndustryStudy
from geotransfer.supply.origin import values_at
from geotransfer.supply.power import PowerSupply
from geotransfer.types import FloatArray

__all__ = ["known_mean", "origin_books", "origin_cost", "origin_power"]


def origin_power(study: IndustryStudy) -> PowerSupply:
    """Return how the plant at the origin buys its power."""
    power = study.power
    if power is None:
        raise InputError("the scenario says nothing of power; give it a table [power]")
    mode = study.spec.origin_power
    if mode == "same" or mode == power.spec.mode:
        return power
    spec = PowerSpec(mode=mode, load_factor=power.spec.load_factor, around_the_clock=power.spec.around_the_clock)
    return replace(power, spec=spec, lcoe=None)


def _origin_areas(study: IndustryStudy, power: PowerSupply) -> np.ndarray:
    if study.origin is None:
        raise InputError("industry.origin is not given, so that there is nothing to compare with")
    place = {name: number for number, name in enumerate(power.tables.areas)}
    return np.array([place.get(str(area), -1) for area in study.origin.areas], dtype=np.int64)


def origin_books(study: IndustryStudy) -> CarbonBooks:
    """Return the carbon of power at the origin: the mean of its counties, kg CO2/kWh."""
    power = origin_power(study)
    books = power.carbon(_origin_areas(study, power))
    return CarbonBooks(*(np.asarray(known_mean(book)) for book in (books.average, books.contract, books.marginal)))


def origin_cost(study: IndustryStudy) -> DeliveredCost:
    """Return the cost of a unit at each county of the origin."""
    power = origin_power(study)
    area, origin = _origin_areas(study, power), study.origin
    lcoe = None
    if power.lcoe is not None and origin is not None:
        lcoe = values_at(origin.places, power.spec.green_layer, power.spec.lcoe_file)
    price = power.price(area, lcoe) if study.origin_price is None else np.full(1, study.origin_price)
    needs = study.old_needs()
    outside = needs.co2_outside_power
    freight = None if study.freight is None else study.freight.origin
    return study.cost(
        price, freight, power.carbon(area).average, needs,
        study.outside_power if outside is None else outside,
    )  # fmt: skip


def known_mean(values: FloatArray) -> float:
    """Return the mean of what is known, NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")
