"""How far the delivered cost may be off: errors drawn with the scope they have, and the 5-95 % band of each zone.

=====================================  ===================  =========================================================
error                                  scope                size
=====================================  ===================  =========================================================
national parameters of the power price national             low and high of power_price_parameters.csv, all at once
tariffs and figures of the price area  price area           low and high of the area's figures, all at once
rail rate                              national             freight at the low and at the high rate
price of carbon, water, labour         national             low and high as given
use of electricity                     national             low and high of the profile, where it has them
average factor of the grid             province             0.03 kg CO2/kWh (standard error)
=====================================  ===================  =========================================================
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from geotransfer.energy.estimate import Estimate, exactly
from geotransfer.energy.price_tables import PowerTables
from geotransfer.mcda.uncertainty import CriterionError, ErrorDrawer
from geotransfer.supply.power import PowerSupply
from geotransfer.types import FloatArray, Text

__all__ = ["ERRORS", "FACTOR_ERROR", "CostErrors", "PriceBands", "cost_band", "drawn_costs", "price_bands"]

ERRORS = (
    ("power_national", "national", Text(zh="电价的全国性假设:低-高", en="assumptions of the power price: low to high")),
    ("power_area", "price area", Text(zh="本电价区的各项电价:低-高", en="tariffs of the price area: low to high")),
    ("rail_rate", "national", Text(zh="铁路费率:低-高", en="rail rate: low to high")),
    ("prices", "national", Text(zh="碳价、水价、人工:低-高", en="prices of carbon, water and labour: low to high")),
    ("electricity", "national", Text(zh="单位电耗:低-高(如有)", en="electricity per unit: low to high, where known")),
    ("grid_factor", "province", Text(zh="电网因子:标准误差 0.03", en="grid factor: standard error 0.03 kg/kWh")),
)  # fmt: skip
"""What is drawn, over which scope, how far."""
FACTOR_ERROR = 0.03
"""kg CO2/kWh: standard deviation of the change of 30 provincial factors from 2022 to 2023 (0.032, MEE/NBS)."""
STREAM = 61
"""Marks the draws of cost, so that those of the ranks stay as they are."""


@dataclass(frozen=True, eq=False)
class PriceBands:
    """Deviations of the power price per price area, yuan/kWh: low <= 0 <= high.

    Attributes
    ----------
    national, area : pair of ndarray
        (low, high) of what all areas share, and of what is each area's own.
    """

    national: tuple[FloatArray, FloatArray]
    area: tuple[FloatArray, FloatArray]


def price_bands(power: PowerSupply, own_cost: float) -> PriceBands:
    """Return how far national parameters, and the area's own figures, move the price of power in each area.

    Parameters
    ----------
    power : PowerSupply
        Of the study.
    own_cost : float
        Cost of own power, yuan/kWh; what is assumed of it moves the price by its share.
    """
    tables = power.tables
    of_area = replace(tables, parameters=_exact(tables.parameters))
    industry = {user: exactly(paid.value) for user, paid in tables.industry.items()}
    of_nation = replace(tables, figures=_exact(tables.figures), industry=industry)
    return PriceBands(_deviations(power, of_nation, own_cost), _deviations(power, of_area, own_cost))


def _exact(figures: Any) -> Any:
    """Return the figures without their ranges."""
    values = {field.name: getattr(figures, field.name) for field in fields(figures)}
    return replace(figures, **{name: exactly(one.value) for name, one in values.items() if isinstance(one, Estimate)})


def _deviations(power: PowerSupply, tables: PowerTables, own_cost: float) -> tuple[FloatArray, FloatArray]:
    every = np.arange(len(tables.areas))
    lcoe = None if power.lcoe is None else np.full(len(every), own_cost)
    price = replace(power, tables=tables).delivered(every, lcoe)
    return np.asarray(price.low - price.total), np.asarray(price.high - price.total)


@dataclass(frozen=True, eq=False)
class CostErrors:
    """What the draws of the cost of some zones need; arrays of shape (zones,).

    Attributes
    ----------
    total : ndarray
        Delivered cost, yuan per unit.
    national : tuple of (low, high)
        Deviations of the cost that all zones share in one draw each, yuan per unit.
    area, province : ndarray
        Labels.
    own : (low, high)
        Deviation by the area's figures, yuan per unit: one value an area.
    factor : ndarray
        Standard error of the cost by the grid's carbon factor, yuan per unit.
    """

    total: FloatArray
    national: tuple[tuple[FloatArray, FloatArray], ...]
    area: np.ndarray
    own: tuple[FloatArray, FloatArray]
    province: np.ndarray
    factor: FloatArray


def cost_band(errors: CostErrors, *, draws: int, seed: int, shares: tuple[float, ...] = (0.05, 0.95)) -> FloatArray:
    """Return percentiles of the cost of each zone over the draws, shape (shares, zones); NaN stays NaN."""
    drawn = drawn_costs(errors, draws=draws, seed=seed)
    return np.asarray(np.percentile(drawn, [100.0 * share for share in shares], axis=0))


def drawn_costs(errors: CostErrors, *, draws: int, seed: int) -> FloatArray:
    """Return drawn costs, shape (draws, zones).

    Low and high are the ends of a triangular law with its peak at the value, as everywhere in the draws. What zones
    share they share in every draw; the errors are independent of each other and add up.
    """
    streams = np.random.SeedSequence(seed, spawn_key=(STREAM,)).spawn(len(errors.national) + 2)
    area, first, at = np.unique(errors.area.astype(str), return_index=True, return_inverse=True)
    own = _scaled(_unit(len(area), streams[-2], draws), errors.own[0][first], errors.own[1][first])
    total = np.take(own, at, axis=1)
    total += errors.total
    province, at = np.unique(errors.province.astype(str), return_inverse=True)
    normal = np.random.default_rng(streams[-1]).standard_normal((draws, len(province)))
    total += np.take(normal, at, axis=1) * errors.factor
    if errors.national:
        units = np.concatenate([_unit(1, stream, draws) for stream in streams[:-2]], axis=1)
        signed = np.concatenate([np.maximum(units, 0.0), np.maximum(-units, 0.0)], axis=1)
        ends = np.stack([high for _, high in errors.national] + [low for low, _ in errors.national])
        # einsum, not @: its bits do not depend on the number of threads
        total += np.einsum("dk,kz->dz", signed, ends)
    return np.asarray(total)


def _unit(labels: int, stream: np.random.SeedSequence, draws: int) -> FloatArray:
    """Return triangular deviations from -1 to 1, shape (draws, labels)."""
    error = CriterionError("zone", low=-1.0, high=1.0)
    drawer = ErrorDrawer.of(error, np.zeros(labels), groups=None, coordinates_km=None)
    return drawer.draw(np.random.default_rng(stream), draws)


def _scaled(unit: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Stretch deviations: -1 becomes `low` (at most 0), 1 becomes `high`."""
    return np.asarray(np.maximum(unit, 0.0) * high - np.minimum(unit, 0.0) * low)
