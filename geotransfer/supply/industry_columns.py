"""The columns of cost, carbon and water of a ranking."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.energy.carbon import CarbonBooks, CarbonChange
from geotransfer.industry.carbon import move_change
from geotransfer.industry.delivered_cost import DeliveredCost
from geotransfer.inputs.zones import Zones
from geotransfer.mcda.ranking import rank
from geotransfer.supply.industry import IndustryStudy
from geotransfer.supply.industry_origin import known_mean, origin_books, origin_cost
from geotransfer.supply.water import water_notes
from geotransfer.types import FloatArray

__all__ = ["industry_columns", "zone_cost"]

DECIMALS = 9
"""Of a tonne of CO2 per unit."""


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
    books = {"average": change.average, "contract": change.contract, "marginal": change.marginal}
    return saving | {
        # what is left of a difference of two equal books is no change
        **{f"co2_change_{name}_t_per_unit": np.round(book, DECIMALS) + 0.0 for name, book in books.items()},
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
