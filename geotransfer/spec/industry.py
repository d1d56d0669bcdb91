"""The industry a scenario places: its profile, its vintage, where it comes from, what carbon, water and labour cost."""

from __future__ import annotations

import math
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from geotransfer.spec.base import Model

__all__ = ["INDUSTRY_COLUMNS", "IndustrySpec", "PriceRange", "WaterSpec"]

INDUSTRY_COLUMNS = (
    "rank_cost", "delivered_cost_yuan_per_unit", "delivered_cost_p05", "delivered_cost_p95",
    "cost_power_yuan_per_unit", "freight_in_yuan_per_unit", "freight_out_yuan_per_unit", "cost_carbon_yuan_per_unit",
    "cost_water_yuan_per_unit", "cost_labour_yuan_per_unit", "saving_yuan_per_unit", "co2_t_per_unit",
    "co2_change_average_t_per_unit", "co2_change_contract_t_per_unit", "co2_change_marginal_t_per_unit",
    "co2_verdict", "water_m3_per_unit", "water_m3_per_year", "water_note", "product_unit",
)  # fmt: skip
"""What a ranking says of each zone's cost, carbon and water."""


class PriceRange(Model):
    """A price with low and high; a plain number is a price without a range."""

    value: float = Field(ge=0, allow_inf_nan=False)
    low: float = Field(ge=0, allow_inf_nan=False)
    high: float = Field(ge=0, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, given: Any) -> Any:
        if isinstance(given, int | float) and not isinstance(given, bool):
            if not 0 <= given < math.inf:
                raise ValueError(f"price is {given}, expected 0 or more: a number, or value, low and high")
            return {"value": given, "low": given, "high": given}
        return given

    @model_validator(mode="after")
    def _orderly(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"low, value, high are {self.low}, {self.value}, {self.high}; expected them in order")
        return self


class WaterSpec(Model):
    """Your own limits of water, which switch the check on.

    Attributes
    ----------
    file : str
        A table with a column adcode (provinces, prefectures or counties) and one of limits, m3 per year; or a raster of
        runoff, mm per year, which is summed over each county.
    column : str, optional
        Of the table.
    """

    file: str
    column: str | None = None


class IndustrySpec(Model):
    """The industry of a study; each ranking then has its cost per unit, its carbon, its water.

    Attributes
    ----------
    profile : str
        Name, title or alias, see `geotransfer.industry_profile`.
    file : str, optional
        Your own profiles.
    vintage : {"new", "advanced"}
        Of the plant that is built or moved: GB grade 2 at least.
    annual_output : float, optional
        Units of product per year, for the need of water.
    origin : str, optional
        Where it moves from: a province, prefecture, county, price area, or a zone of your own; all the figures of the
        origin are means over its counties.
    origin_power : {"same", "benchmark", "captive_coal"}
        How the plant at the origin buys its power.
    origin_vintage : {"same", "new", "advanced", "existing"}
        "same": the saving is the place's, not that of a better plant.
    carbon_price : PriceRange, optional
        yuan per tonne of CO2; the national market's of 2023 when None, 0 for none.
    water_price, labour_cost : PriceRange, optional
        yuan/m3; yuan per unit of product. Not counted when None.
    water : WaterSpec, optional
        Limits of water by place.
    """

    profile: str
    file: str | None = None
    vintage: Literal["new", "advanced", "existing"] = "new"
    annual_output: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    origin: str | None = None
    origin_power: Literal["same", "benchmark", "captive_coal"] = "same"
    origin_vintage: Literal["same", "new", "advanced", "existing"] = "same"
    carbon_price: PriceRange | None = None
    water_price: PriceRange | None = None
    labour_cost: PriceRange | None = None
    water: WaterSpec | None = None

    @model_validator(mode="after")
    def _a_plant_that_may_be_built(self) -> Self:
        if self.vintage == "existing":
            raise ValueError(
                "vintage is 'existing' (GB grade 3), but a plant that is built or moved meets grade 2 at least "
                "(单位产值能耗标准不降低): give 'new' or 'advanced'; origin_vintage describes the old plant"
            )
        if self.water is not None and self.annual_output is None:
            raise ValueError("water has limits, but the need is not known: give annual_output, units per year")
        return self
