"""The industry of a study: what a unit costs in each zone, against where it comes from, and its carbon and water."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.layers import layer_table
from geotransfer.energy.carbon import CarbonBooks, CarbonChange
from geotransfer.errors import InputError
from geotransfer.industry.carbon import move_change
from geotransfer.industry.delivered_cost import DeliveredCost, delivered_cost
from geotransfer.industry.profiles import IndustryProfile, Needs, industry_profile
from geotransfer.mcda.ranking import rank
from geotransfer.spec.freight import FreightFlow, FreightSpec
from geotransfer.spec.industry import IndustrySpec, PriceRange
from geotransfer.spec.power import PowerSpec
from geotransfer.spec.scenario import Scenario
from geotransfer.study.freight import FreightSupply, freight_supply
from geotransfer.study.inputs import Inputs
from geotransfer.study.origin import Origin, find_origin, values_at
from geotransfer.study.power import PowerSupply
from geotransfer.study.water import water_notes, with_water_check
from geotransfer.study.zones import Zones
from geotransfer.types import FloatArray

__all__ = [
    "IndustryStudy",
    "freight_of",
    "industry_columns",
    "industry_study",
    "known_mean",
    "origin_books",
    "origin_cost",
    "zone_cost",
]

FREE = PriceRange(value=0.0, low=0.0, high=0.0)
PROFILES, PRICES = "industries", "industry-prices"


@dataclass(frozen=True, eq=False)
class IndustryStudy:
    """What is produced, by which plant, from where, at which prices.

    Attributes
    ----------
    spec : IndustrySpec
        What was asked.
    profile, needs : IndustryProfile, Needs
        Its figures, and those of the plant's vintage.
    carbon_price : PriceRange
        yuan per tonne of CO2.
    origin : Origin or None
    power, freight : PowerSupply or None, FreightSupply or None
        Of the zones, once they are known.
    """

    spec: IndustrySpec
    profile: IndustryProfile
    needs: Needs
    carbon_price: PriceRange
    origin: Origin | None = None
    power: PowerSupply | None = None
    freight: FreightSupply | None = None

    def located(self, zones: Zones, inputs: Inputs) -> IndustryStudy:
        """Return the study with its origin found; what it read is recorded."""
        if self.spec.file is None:
            inputs.layer(PROFILES)
        else:
            inputs.record_file(self.spec.file)
        if self.spec.carbon_price is None:
            inputs.layer(PRICES)
        origin = None if self.spec.origin is None else find_origin(self.spec.origin, zones, inputs)
        return replace(self, origin=origin)

    def supplied(self, power: PowerSupply | None, freight: FreightSupply | None) -> IndustryStudy:
        """Return the study with the power and the freight of its zones."""
        if freight is not None and freight.costs and self.profile.unit != "t":
            raise InputError(
                f"freight is per tonne of product, but the profile {self.profile.name!r} counts {self.profile.unit}; "
                "take [freight] inputs and markets away, or give a profile per tonne"
            )
        return replace(self, power=power, freight=freight)

    def flows(self, given: FreightSpec | None) -> FreightSpec | None:
        """Return the scenario's own freight; without one, the profile's flows if it knows the places of all."""
        ways = (*self.profile.inputs, *self.profile.outputs)
        if given is not None or not ways or any(not way.places for way in ways) or self.profile.unit != "t":
            return given
        goods = [FreightFlow(tonnes=way.tonnes, places=way.places, commodity=way.goods) for way in ways]
        n = len(self.profile.inputs)
        return FreightSpec(inputs=tuple(goods[:n]), markets=tuple(goods[n:]))

    @property
    def water_m3(self) -> float | None:
        """Water of a unit of product, m3."""
        return None if self.needs.water is None else self.needs.water.value

    @property
    def outside_power(self) -> float:
        """CO2 of fuel and process that is known, t per unit."""
        whole = self.needs.co2_outside_power
        if whole is not None:
            return whole
        return 0.0 if self.needs.process_co2 is None else self.needs.process_co2.middle

    @property
    def carbon_source(self) -> str:
        """Where the price of carbon is from."""
        if self.spec.carbon_price is not None:
            return "scenario"
        return str(layer_table(PRICES).set_index("item").loc["carbon_price", "source"])

    @property
    def costed(self) -> bool:
        """Whether the cost of a unit can be told: its electricity and the price of power are known."""
        return self.needs.kwh is not None and self.power is not None

    def old_needs(self) -> Needs:
        """Return the needs of the plant at the origin."""
        vintage = self.spec.origin_vintage
        return self.needs if vintage == "same" else self.profile.needs(vintage)

    def cost(self, price: FloatArray, freight: tuple[FloatArray, FloatArray] | None, power_co2: FloatArray,
             needs: Needs, outside: float) -> DeliveredCost:  # fmt: skip
        """Return the cost of a unit; power_co2 in kg/kWh."""
        kwh, water, labour = float(needs.kwh or 0.0), self.spec.water_price or FREE, self.spec.labour_cost or FREE
        inward, outward = freight or (np.zeros(1), np.zeros(1))
        return delivered_cost(
            price, kwh_per_unit=kwh, freight_in=inward, freight_out=outward, carbon_price=self.carbon_price.value,
            co2_t_per_unit=power_co2 * kwh / 1000.0 + outside, water_price=water.value,
            water_m3_per_unit=0.0 if needs.water is None else needs.water.middle, labour=labour.value,
        )  # fmt: skip


def industry_study(scenario: Scenario) -> tuple[IndustryStudy | None, Scenario]:
    """Return what a scenario says of its industry (None: nothing), and the scenario with the water rule it makes.

    Raises
    ------
    UnknownNameError, InputError
        There is no such profile, or its file does not fit.
    """
    spec = scenario.industry
    if spec is None:
        return None, scenario
    profile = industry_profile(spec.profile, file=spec.file)
    study = IndustryStudy(spec, profile, profile.needs(spec.vintage), spec.carbon_price or market_price())
    return study, with_water_check(scenario, spec, study.water_m3)


def market_price() -> PriceRange:
    """Return the price of carbon on the national market, yuan/t."""
    prices = layer_table(PRICES).set_index("item")
    value, low, high = prices.loc[["carbon_price"], ["value", "low", "high"]].to_numpy(dtype=float)[0].tolist()
    return PriceRange(value=value, low=low, high=high)


def industry_columns(study: IndustryStudy, ranking: gpd.GeoDataFrame, zones: Zones) -> dict[str, Any]:
    """Return what the ranking says of the cost, the carbon and the water of each zone, in the ranking's order."""
    columns: dict[str, Any] = {}
    if study.costed:
        columns |= _cost_columns(study, ranking, zones)
    if study.water_m3 is not None:
        columns["water_m3_per_unit"] = np.full(len(ranking), study.water_m3)
        if study.spec.annual_output is not None:
            columns["water_m3_per_year"] = np.full(len(ranking), study.water_m3 * study.spec.annual_output)
    columns["water_note"] = water_notes(ranking["province"], ranking["unchecked_rules"])
    if "product_unit" not in ranking:
        columns["product_unit"] = np.full(len(ranking), study.profile.unit, dtype=object)
    return columns


def zone_cost(study: IndustryStudy, ranking: gpd.GeoDataFrame, zones: Zones) -> DeliveredCost:
    """Return the cost of a unit in each zone of the ranking."""
    price, co2 = (
        ranking[name].to_numpy(dtype=float) for name in ("power_price_yuan_per_kwh", "co2_average_kg_per_kwh")
    )
    return study.cost(price, _freight(study, ranking, zones), co2, study.needs, study.outside_power)


def _cost_columns(study: IndustryStudy, ranking: gpd.GeoDataFrame, zones: Zones) -> dict[str, Any]:
    cost, kwh = zone_cost(study, ranking, zones), float(study.needs.kwh or 0.0)
    ranked = (ranking["status"] == "ranked").to_numpy()
    columns: dict[str, Any] = {
        "rank_cost": _cost_ranks(np.where(ranked, cost.total, np.nan)),
        "delivered_cost_yuan_per_unit": cost.total,
        "cost_power_yuan_per_unit": cost.power,
    }
    if study.freight is not None and study.freight.costs:
        columns |= {"freight_in_yuan_per_unit": cost.freight_in, "freight_out_yuan_per_unit": cost.freight_out}
    columns["cost_carbon_yuan_per_unit"] = cost.carbon
    if study.spec.water_price is not None and study.water_m3 is not None:
        columns["cost_water_yuan_per_unit"] = cost.water
    if study.spec.labour_cost is not None:
        columns["cost_labour_yuan_per_unit"] = cost.labour
    if study.needs.co2_outside_power is not None:
        average = ranking["co2_average_kg_per_kwh"].to_numpy(dtype=float)
        columns["co2_t_per_unit"] = average * kwh / 1000.0 + study.needs.co2_outside_power
    return columns | _against_origin(study, ranking, cost)


def _freight(study: IndustryStudy, ranking: gpd.GeoDataFrame, zones: Zones) -> tuple[FloatArray, FloatArray] | None:
    supply = study.freight
    if supply is None or not supply.costs or supply.inbound is None:
        return None
    place = pd.Series(np.arange(len(zones.table)), index=zones.table["zone"].to_numpy())
    at = place.loc[ranking["zone"]].to_numpy()
    return supply.inbound[at], supply.costs["mid"][at] - supply.inbound[at]


def _cost_ranks(cost: FloatArray) -> pd.Series[Any]:
    ranks = pd.Series(rank(-cost)).astype("Int64")
    return ranks.mask(ranks < 0)


def _against_origin(study: IndustryStudy, ranking: gpd.GeoDataFrame, cost: DeliveredCost) -> dict[str, Any]:
    if study.origin is None:
        return {}
    names = ("co2_average_kg_per_kwh", "co2_contract_kg_per_kwh", "co2_marginal_kg_per_kwh")
    here = CarbonBooks(*(ranking[name].to_numpy(dtype=float) for name in names))
    change, before = _change(study, here), known_mean(origin_cost(study).total)
    saving = {"saving_yuan_per_unit": before - cost.total} if np.isfinite(before) else {}
    return saving | {
        "co2_change_average_t_per_unit": change.average,
        "co2_change_contract_t_per_unit": change.contract,
        "co2_change_marginal_t_per_unit": change.marginal,
        "co2_verdict": change.verdict.astype(object),
    }


def _change(study: IndustryStudy, here: CarbonBooks) -> CarbonChange:
    old, new = study.old_needs(), study.needs
    outside = (old.co2_outside_power, new.co2_outside_power)
    saved = 0.0 if outside[0] is None or outside[1] is None else outside[0] - outside[1]
    return move_change(
        origin_books(study), here, kwh_per_unit=float(new.kwh or 0.0), origin_kwh_per_unit=old.kwh,
        saved_outside_power=saved,
    )  # fmt: skip


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
    needs = study.old_needs()
    outside = needs.co2_outside_power
    freight = None if study.freight is None else study.freight.origin
    return study.cost(
        power.price(area, lcoe), freight, power.carbon(area).average, needs,
        study.outside_power if outside is None else outside,
    )  # fmt: skip


def known_mean(values: FloatArray) -> float:
    """Return the mean of what is known, NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def freight_of(
    scenario: Scenario, study: IndustryStudy | None, zones: Zones, inputs: Inputs
) -> tuple[IndustryStudy | None, FreightSupply | None]:
    """Return the study with its origin found, and the freight: the scenario's own, else that of the profile."""
    located = None if study is None else study.located(zones, inputs)
    spec = scenario.freight if located is None else located.flows(scenario.freight)
    origin = None if located is None or located.origin is None else located.origin.places
    return located, None if spec is None else freight_supply(spec, zones, inputs, origin=origin)
