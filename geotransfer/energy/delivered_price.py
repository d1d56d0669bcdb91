"""The price of power at the gate of a plant, term by term, in four price modes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.energy.estimate import Estimate, exactly
from geotransfer.energy.green_share import GreenShare, capped_green_share
from geotransfer.energy.hydro import seasonal_mean
from geotransfer.energy.power_cost import lcoe
from geotransfer.energy.price_tables import AreaFigures, PowerTables, PriceParameters
from geotransfer.errors import InputError
from geotransfer.types import BoolArray, FloatArray, Text

__all__ = ["TERMS", "DeliveredPrice", "GreenSupply", "PriceMode", "delivered_price"]

PriceMode = Literal["benchmark", "industry", "captive_coal", "green_direct"]
TERMS = (
    "energy", "transmission", "losses", "system_operation", "funds", "demand",
    "plant", "backup", "green", "storage", "all_in",
)  # fmt: skip
"""yuan/kWh each: power bought or coal burnt; grid tariff; losses; 系统运行费; government funds; demand charge; a
captive plant without its coal; its reserve fee; own wind and sun with their line; storage; one figure for all."""
GRID_TERMS = ("energy", "transmission", "losses", "system_operation")
"""Paid per kWh taken from the grid. Funds and the demand charge are paid for own green power too: the law levies the
funds on own use, and the grid still stands by with the whole capacity."""
MONTHS, HOURS, DAY_HOURS = 12.0, 8760.0, 8760.0 / 12.0

_Terms = dict[str, Estimate]


@dataclass(frozen=True)
class GreenSupply:
    """Own wind and sun beside the plant.

    Attributes
    ----------
    lcoe : array_like
        Levelised cost at the site before curtailment, yuan/kWh, one per zone; NaN where it is not known, infinity
        (no energy at any price) counts as not known.
    share : array_like
        Share of the load that is wanted, 0 to 1.
    technology : {"wind", "solar", "both"}
        Whose utilisation raises the cost; "both" takes the mean of the two.
    matched : array_like, optional
        Share that hourly profiles allow (`matched_share`); replaces the cap.
    storage_cost : float, optional
        yuan per kWh that goes through storage, losses included; lifts the cap.
    """

    lcoe: ArrayLike
    share: ArrayLike
    technology: Literal["wind", "solar", "both"] = "both"
    matched: ArrayLike | None = None
    storage_cost: float | None = None


@dataclass(frozen=True)
class DeliveredPrice:
    """The price at the gate, yuan/kWh with value-added tax; one array per term, one element per zone.

    A term that a price mode does not have is 0. `total` is the sum of the terms, NaN (unknown) where a term is.

    Attributes
    ----------
    energy, transmission, losses, system_operation, funds, demand, plant, backup, green, storage, all_in : ndarray
        `TERMS`.
    low, high : ndarray
        The total with all terms low, and high, at once: the widest range, not a standard deviation.
    wet, dry : ndarray
        The total in the wet and in the dry season where hydro sets the price, NaN elsewhere.
    green_share : ndarray
        Share of own wind and sun that the price stands for.
    cap_binds : ndarray of bool
        Where less green power was counted than wanted.
    assumed : tuple of str
        The terms of this price that rest on an assumption in at least one area.
    notes : tuple of Text
        What a reader has to be told: a binding cap, the year.
    year : int
        The price year.
    """

    energy: FloatArray
    transmission: FloatArray
    losses: FloatArray
    system_operation: FloatArray
    funds: FloatArray
    demand: FloatArray
    plant: FloatArray
    backup: FloatArray
    green: FloatArray
    storage: FloatArray
    all_in: FloatArray
    low: FloatArray
    high: FloatArray
    wet: FloatArray
    dry: FloatArray
    green_share: FloatArray
    cap_binds: BoolArray
    assumed: tuple[str, ...]
    notes: tuple[Text, ...]
    year: int

    @property
    def total(self) -> FloatArray:
        """The sum of the terms, yuan/kWh."""
        return np.asarray(sum(self.columns().values()), dtype=np.float64)

    def columns(self) -> dict[str, FloatArray]:
        """Return the terms by name, in the order of `TERMS`."""
        return {name: getattr(self, name) for name in TERMS}


def delivered_price(
    area: str | Sequence[str],
    *,
    mode: PriceMode,
    tables: PowerTables,
    user: str | None = None,
    load_factor: float | None = None,
    green: GreenSupply | None = None,
) -> DeliveredPrice:
    """Return the price of power at the gate of a plant, with low and high and every term.

    "benchmark" buys from the grid at the coal benchmark tariff and a market premium; where hydro is at least
    `hydro_rich_share`, at the prices of the wet and the dry season instead. "industry" is what an industry was reported
    to pay, all terms in one, for orders of size. "captive_coal" burns coal in an own plant: coal price x coal use, the
    plant, the reserve fee, the funds. "green_direct" takes `green.share` from own wind and sun and the rest as in
    "benchmark".

    Losses are energy x rate / (1 - rate); the demand charge per kWh is charge x 12 / (8,760 x load factor).

    Parameters
    ----------
    area : str or sequence of str
        Price area of each zone, e.g. 云南, 蒙西.
    mode : {"benchmark", "industry", "captive_coal", "green_direct"}
        How the plant buys.
    tables : PowerTables
        The figures.
    user : str, optional
        Industry of mode "industry", e.g. "aluminium".
    load_factor : float, optional
        Mean load / peak demand of the plant, above 0 to 1; the parameter table's otherwise.
    green : GreenSupply, optional
        Own wind and sun of mode "green_direct".

    Raises
    ------
    InputError
        An unknown mode or industry, a load factor outside (0, 1], a green supply that is missing, does not fit the
        zones, or belongs to another mode.
    UnknownNameError
        A name that is no price area.

    Examples
    --------
    >>> from geotransfer.catalog.power import power_tables
    >>> price = delivered_price(["云南", "山东"], mode="benchmark", tables=power_tables())
    >>> price.total.round(2)
    array([0.47, 0.63])
    >>> bool(price.wet[0] < price.total[0] < price.dry[0])
    True
    """
    _check(mode, user, load_factor, green)
    at = tables.index(area)
    figures = AreaFigures(**{field.name: getattr(tables.figures, field.name)[at] for field in fields(AreaFigures)})
    parameters = tables.parameters
    if load_factor is not None:
        parameters = replace(parameters, load_factor=exactly(load_factor))
    if mode == "industry":
        return _result({"all_in": tables.industry_prices(str(user))[at]}, tables)
    if mode == "captive_coal":
        return _result(_captive(figures, parameters), tables)
    terms = _grid(figures, parameters, _energy(figures, parameters))
    wet, dry = (_season(figures, parameters, season) for season in (figures.wet_energy, figures.dry_energy))
    if green is None:
        return _result(terms, tables, wet=wet, dry=dry)
    return _with_green(terms, figures, parameters, tables=tables, green=green)


def _check(mode: str, user: str | None, load_factor: float | None, green: GreenSupply | None) -> None:
    if mode not in get_args(PriceMode):
        raise InputError(f"mode is {mode!r}, expected one of {', '.join(map(repr, get_args(PriceMode)))}")
    if (mode == "industry") != (user is not None):
        raise InputError(f"mode is {mode!r} and user is {user!r}, expected a user for mode 'industry' and for no other")
    if (mode == "green_direct") != (green is not None):
        raise InputError(f"mode is {mode!r}, expected green=GreenSupply(...) for mode 'green_direct' and for no other")
    if load_factor is not None and not 0 < load_factor <= 1:
        raise InputError(f"load_factor is {load_factor!r}, expected mean load / peak demand, above 0 to 1")


def _hydro_rich(figures: AreaFigures, parameters: PriceParameters) -> BoolArray:
    return np.asarray(figures.hydro_share.value >= parameters.hydro_rich_share.value)


def _energy(figures: AreaFigures, parameters: PriceParameters) -> Estimate:
    """Price of energy on the generation side over the year."""
    coal = figures.benchmark * (exactly(1.0) + parameters.market_premium)
    seasons = seasonal_mean(figures.wet_energy, figures.dry_energy, wet_months=figures.wet_months.value)
    return seasons.where(_hydro_rich(figures, parameters), coal)


def _grid(figures: AreaFigures, parameters: PriceParameters, energy: Estimate) -> _Terms:
    rate = figures.loss_rate
    # the lowest rate both takes least and leaves most: rate / (1 - rate) rises with the rate
    extra = Estimate(*(share / (1.0 - share) for share in (rate.value, rate.low, rate.high)))
    flat = exactly(np.ones_like(energy.value))
    return {
        "energy": energy,
        "transmission": figures.transmission,
        "losses": energy * extra,
        "system_operation": parameters.system_operation * flat,
        "funds": figures.funds,
        "demand": figures.demand_charge * _demand_months(parameters),
    }


def _demand_months(parameters: PriceParameters) -> Estimate:
    """Months of demand charge per kWh: discount x 12 / (8,760 x load factor)."""
    load = parameters.load_factor
    threshold = parameters.demand_discount_hours.value
    discount = parameters.demand_discount

    def factor(share: FloatArray, rebate: FloatArray) -> FloatArray:
        return np.where(DAY_HOURS * share >= threshold, rebate, 1.0) * MONTHS / (HOURS * share)

    return Estimate(
        factor(load.value, discount.value), factor(load.high, discount.low), factor(load.low, discount.high)
    )


def _captive(figures: AreaFigures, parameters: PriceParameters) -> _Terms:
    coal = figures.coal_price * parameters.coal_use * exactly(1e-6)  # yuan/t x g/kWh
    flat = exactly(np.ones_like(coal.value))
    return {
        "energy": coal,
        "plant": _plant(parameters) * flat,
        "backup": parameters.backup_charge * flat,
        "funds": figures.funds,
    }


def _plant(parameters: PriceParameters) -> Estimate:
    """Levelised cost of the plant without its coal; dearest with a high rate, a short life and few hours."""

    def cost(bound: str, other: str) -> FloatArray:
        return lcoe(
            capex=getattr(parameters.plant_capex, bound),
            fixed_opex=getattr(parameters.plant_fixed_opex, bound),
            variable_opex=getattr(parameters.plant_variable_opex, bound),
            capacity_factor=getattr(parameters.plant_capacity_factor, other),
            rate=float(getattr(parameters.discount_rate, bound)),
            years=float(getattr(parameters.plant_lifetime, other)),
        )

    return Estimate(cost("value", "value"), cost("low", "high"), cost("high", "low"))


def _season(figures: AreaFigures, parameters: PriceParameters, season: Estimate) -> FloatArray:
    total = sum(term.value for term in _grid(figures, parameters, season).values())
    return np.where(_hydro_rich(figures, parameters), total, np.nan)


def _with_green(
    grid: _Terms, figures: AreaFigures, parameters: PriceParameters, *, tables: PowerTables, green: GreenSupply
) -> DeliveredPrice:
    cost = _green_cost(figures, parameters, green)
    wanted = np.broadcast_to(np.asarray(green.share, dtype=np.float64), cost.value.shape)
    share = capped_green_share(
        wanted, cap=parameters.green_share_cap, matched=green.matched, storage=green.storage_cost is not None
    )
    terms = _mixed(grid, cost, share.used.value, stored=share.stored, storage_cost=green.storage_cost)
    # the total is linear in the share: its extremes lie at the ends of the cap's range
    ends = [
        _sum(_mixed(grid, cost, end, stored=share.stored, storage_cost=green.storage_cost))
        for end in (share.used.value, share.used.low, share.used.high)
    ]
    price = _result(terms, tables, notes=_cap_notes(share, parameters, green))
    return replace(
        price,
        low=np.minimum.reduce([end.low for end in ends]),
        high=np.maximum.reduce([end.high for end in ends]),
        green_share=share.used.value,
        cap_binds=share.binds,
    )


def _green_cost(figures: AreaFigures, parameters: PriceParameters, green: GreenSupply) -> Estimate:
    """Levelised cost after curtailment, with the line, yuan/kWh that reaches the plant."""
    shape = figures.benchmark.value.shape
    given = np.asarray(green.lcoe, dtype=np.float64)
    if given.ndim and given.shape != shape:
        raise InputError(f"green.lcoe has the shape {given.shape}, expected one levelised cost per zone, {shape}")
    used = {"wind": figures.wind_utilisation, "solar": figures.solar_utilisation}.get(green.technology)
    if used is None:
        if green.technology != "both":
            raise InputError(f"green.technology is {green.technology!r}, expected 'wind', 'solar' or 'both'")
        used = (figures.wind_utilisation + figures.solar_utilisation) * exactly(0.5)
    known = np.where(np.isfinite(given), given, np.nan)
    cost = exactly(np.broadcast_to(known, shape)) * parameters.green_lcoe_factor / used
    return cost + parameters.green_line


def _mixed(grid: _Terms, cost: Estimate, share: FloatArray, *, stored: Estimate, storage_cost: float | None) -> _Terms:
    own, rest = exactly(share), exactly(1.0 - share)
    terms = {name: term * rest if name in GRID_TERMS else term for name, term in grid.items()}
    # an unknown cost of own power does not matter where none is used
    terms["green"] = (cost * own).where(share > 0, exactly(np.zeros_like(share)))
    if storage_cost is not None:
        terms["storage"] = stored * exactly(storage_cost)
    return terms


def _cap_notes(share: GreenShare, parameters: PriceParameters, green: GreenSupply) -> tuple[Text, ...]:
    if not share.binds.any():
        return ()
    zones = int(share.binds.sum())
    if green.matched is not None:
        zh = f"{zones} 个区域的绿电比例按逐时曲线的匹配结果封顶:未计储能"
        return (Text(zh=zh, en=f"green share capped by the hourly profiles in {zones} zones: no storage is counted"),)
    cap = parameters.green_share_cap
    span = f"{cap.value:g} ({cap.low:g}-{cap.high:g})"
    zh = f"{zones} 个区域的绿电比例封顶为 {span},系假设:未给出逐时曲线或储能成本"
    en = f"green share capped at {span} in {zones} zones, an assumption: no hourly profiles and no storage cost given"
    return (Text(zh=zh, en=en),)


def _sum(terms: Mapping[str, Estimate]) -> Estimate:
    first, *others = terms.values()
    for term in others:
        first = first + term
    return first


def _result(
    terms: _Terms,
    tables: PowerTables,
    *,
    wet: FloatArray | None = None,
    dry: FloatArray | None = None,
    notes: tuple[Text, ...] = (),
) -> DeliveredPrice:
    total = _sum(terms)
    nothing, unknown = np.zeros_like(total.value), np.full_like(total.value, np.nan)
    columns = {name: terms[name].value if name in terms else nothing for name in TERMS}
    return DeliveredPrice(
        **columns,
        low=total.low,
        high=total.high,
        wet=unknown if wet is None else wet,
        dry=unknown if dry is None else dry,
        green_share=nothing,
        cap_binds=np.zeros(nothing.shape, dtype=bool),
        assumed=tuple(name for name in TERMS if name in terms and name in tables.assumed),
        notes=notes,
        year=tables.year,
    )
