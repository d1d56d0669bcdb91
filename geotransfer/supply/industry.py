"""The industry of a study: what a unit costs in each zone, against where it comes from, and its carbon and water."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np

from geotransfer.catalog.layers import layer_table
from geotransfer.errors import InputError
from geotransfer.industry.delivered_cost import DeliveredCost, delivered_cost
from geotransfer.industry.profiles import IndustryProfile, Needs, industry_profile
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import Zones
from geotransfer.spec.freight import FreightFlow, FreightSpec
from geotransfer.spec.industry import IndustrySpec, PriceRange
from geotransfer.spec.scenario import Scenario
from geotransfer.supply.freight import FreightSupply, freight_supply
from geotransfer.supply.origin import Origin, find_origin
from geotransfer.supply.power import PowerSupply
from geotransfer.supply.water import with_water_check
from geotransfer.types import FloatArray

__all__ = ["IndustryStudy", "flows_of", "freight_of", "industry_study", "market_price"]

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
    origin_price : float or None
        Price of power at an origin that is a zone of the study and buys as the others do, yuan/kWh.
    """

    spec: IndustrySpec
    profile: IndustryProfile
    needs: Needs
    carbon_price: PriceRange
    origin: Origin | None = None
    power: PowerSupply | None = None
    freight: FreightSupply | None = None
    origin_price: float | None = None

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

    def supplied(
        self, power: PowerSupply | None, freight: FreightSupply | None, ranking: gpd.GeoDataFrame
    ) -> IndustryStudy:
        """Return the study with the power and the freight of its zones."""
        if freight is not None and freight.costs and self.profile.unit != "t":
            raise InputError(
                f"freight is per tonne of product, but the profile {self.profile.name!r} counts {self.profile.unit}; "
                "take [freight] inputs and markets away, or give a profile per tonne"
            )
        price = None
        if power is not None and self.origin is not None and self.spec.origin_power == "same":
            own = ranking.loc[ranking["zone"] == self.origin.zone, "power_price_yuan_per_kwh"].to_numpy(dtype=float)
            price = float(own[0]) if own.size else None
        return replace(self, power=power, freight=freight, origin_price=price)

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


def flows_of(scenario: Scenario, study: IndustryStudy | None) -> FreightSpec | None:
    """Return what is carried: what the scenario says, else what the profile does."""
    return scenario.freight if study is None else study.flows(scenario.freight)


def freight_of(spec: FreightSpec, study: IndustryStudy | None, zones: Zones, inputs: Inputs) -> FreightSupply:
    """Return the freight of the zones, and that of the places of an origin."""
    origin = None if study is None or study.origin is None else study.origin.places
    return freight_supply(spec, zones, inputs, origin=origin)
