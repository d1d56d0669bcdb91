"""What a run says of its industry: columns beside the ranks, the band of the cost, its part of run.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.industry.delivered_cost import DeliveredCost
from geotransfer.industry.figures import Figure
from geotransfer.industry.profiles import coefficient
from geotransfer.inputs.zones import Zones
from geotransfer.spec.industry import PriceRange
from geotransfer.spec.scenario import Scenario
from geotransfer.study.evaluate import spearman
from geotransfer.supply.cost_draws import ERRORS, FACTOR_ERROR, CostErrors, cost_band, price_bands
from geotransfer.supply.freight import FreightSupply
from geotransfer.supply.industry import IndustryStudy
from geotransfer.supply.industry_columns import industry_columns, zone_cost
from geotransfer.supply.industry_origin import known_mean, origin_books, origin_cost
from geotransfer.supply.power import PowerSupply
from geotransfer.types import FloatArray, IntArray, Text

__all__ = ["Supplies", "rank_agreement", "with_industry"]

YEAR = 2023
"""Of the prices at both ends."""
DISAGREEMENTS = 10
ROUND = 6
FORMULAS = {
    "power": Text(zh="到厂电价 × 单位电耗", en="price of power at the gate x electricity per unit"),
    "freight_in": Text(zh="原料运费", en="freight of the inputs"),
    "freight_out": Text(zh="产品运费", en="freight of the product"),
    "carbon": Text(
        zh="碳价 × (用电 + 燃料 + 过程排放,平均因子口径)",
        en="price of carbon x (power + fuel + process CO2, average book)",
    ),
    "water": Text(zh="水价 × 单位取水量", en="price of water x water per unit"),
    "labour": Text(zh="单位人工成本", en="labour cost per unit"),
}  # fmt: skip
"""Term of the cost -> how it is made."""


@dataclass(frozen=True, eq=False)
class Supplies:
    """The zones of a study, with their power and freight."""

    zones: Zones
    power: PowerSupply | None
    freight: FreightSupply | None


def with_industry(
    scenario: Scenario, study: IndustryStudy | None, ranking: gpd.GeoDataFrame, places: Supplies
) -> tuple[gpd.GeoDataFrame, dict[str, Any] | None]:
    """Return the ranking with the columns of its industry, and their record; both as they were without one."""
    if study is None:
        return ranking, None
    study = study.supplied(places.power, places.freight, ranking)
    columns = industry_columns(study, ranking, places.zones)
    if scenario.robustness.draws and study.costed:
        columns |= _band(scenario, study, ranking, places)
    first = {name: columns.pop(name) for name in ("rank_cost",) if name in columns}
    own = [name for name in ranking.columns if name != "geometry"]
    order = ["rank", *first, *own[1:], *columns, "geometry"]
    ranking = ranking.assign(**first, **columns)[order]
    return ranking, _record(study, ranking)


def _band(scenario: Scenario, study: IndustryStudy, ranking: gpd.GeoDataFrame, places: Supplies) -> dict[str, Any]:
    """Return the 5-95 % band of the cost of the ranked zones."""
    ranked = (ranking["status"] == "ranked").to_numpy()
    if study.power is None or not ranked.any():
        return {}
    zones = ranking[ranked]
    place = pd.Series(np.arange(len(places.zones.table)), index=places.zones.table["zone"].to_numpy())
    area = study.power.zone_area[place.loc[zones["zone"]].to_numpy()]
    errors = _errors(study, study.power, zones, zone_cost(study, zones, places.zones), area)
    band = cost_band(errors, draws=scenario.robustness.draws, seed=scenario.robustness.seed)
    columns = {}
    for name, values in zip(("delivered_cost_p05", "delivered_cost_p95"), band, strict=True):
        whole = np.full(len(ranking), np.nan)
        whole[ranked] = np.round(values, ROUND)
        columns[name] = whole
    return columns


def _errors(
    study: IndustryStudy, power: PowerSupply, zones: gpd.GeoDataFrame, cost: DeliveredCost, area: IntArray
) -> CostErrors:
    kwh, price = float(study.needs.kwh or 0.0), zones["power_price_yuan_per_kwh"].to_numpy(dtype=float)
    bands = price_bands(power, _own_cost(power))
    shared, own = ([np.append(end, np.nan)[area] * kwh for end in pair] for pair in (bands.national, bands.area))
    average = zones["co2_average_kg_per_kwh"].to_numpy(dtype=float)
    co2 = average * kwh / 1000.0 + study.outside_power
    national = [(shared[0], shared[1]), _spread(study.carbon_price, co2)]
    if study.freight is not None and study.freight.costs:
        middle, low, high = (zones[f"freight_cost_{k}"].to_numpy(dtype=float) for k in ("yuan_per_unit", "low", "high"))
        national.append((low - middle, high - middle))
    electricity = study.needs.electricity
    if electricity is not None and electricity.low is not None and electricity.high is not None:
        factor = price + study.carbon_price.value * average / 1000.0
        national.append(((electricity.low - kwh) * factor, (electricity.high - kwh) * factor))
    for given, amount in ((study.spec.water_price, study.water_m3 or 0.0), (study.spec.labour_cost, 1.0)):
        if given is not None:
            national.append(_spread(given, np.full(len(zones), amount)))
    burnt = 0.0 if power.spec.mode == "captive_coal" else 1.0 - power.own_share
    factor_error = np.full(len(zones), FACTOR_ERROR * burnt * kwh / 1000.0 * study.carbon_price.value)
    return CostErrors(
        cost.total, tuple(national), area, (own[0], own[1]), zones["province"].to_numpy(dtype=object), factor_error
    )


def _spread(price: PriceRange, amount: FloatArray) -> tuple[FloatArray, FloatArray]:
    return (price.low - price.value) * amount, (price.high - price.value) * amount


def _own_cost(power: PowerSupply) -> float:
    """Return the middle of the zones' mean costs of own power, yuan/kWh."""
    known = np.zeros(0) if power.zone_lcoe is None else power.zone_lcoe[np.isfinite(power.zone_lcoe)]
    return float(np.median(known)) if known.size else 0.0


def rank_agreement(ranking: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return how the rank by score and the rank by cost agree: Spearman, and the ten zones that differ most."""
    if "rank_cost" not in ranking:
        return None
    both = ranking[ranking["rank"].notna() & ranking["rank_cost"].notna()]
    by_score, by_cost = (both[name].to_numpy(dtype=float) for name in ("rank", "rank_cost"))
    apart = pd.Series(np.abs(by_score - by_cost), index=both.index).sort_values(ascending=False, kind="stable")
    rows = both.loc[apart.index[:DISAGREEMENTS]]
    found = spearman(by_score, by_cost) if len(both) > 2 else float("nan")
    return {
        "spearman": round(found, 6) if np.isfinite(found) else None,
        "zones": len(both),
        "disagreements": [
            {"zone": str(row.zone), "name": str(row.name_), "province": str(row.province), "rank": int(row.rank_),
             "rank_cost": int(row.rank_cost)}
            for row in rows[["zone", "name", "province", "rank", "rank_cost"]]
            .rename(columns={"name": "name_", "rank": "rank_"}).itertuples()
        ],
    }  # fmt: skip


def _record(study: IndustryStudy, ranking: gpd.GeoDataFrame) -> dict[str, Any]:
    columns = {term: f"cost_{term}_yuan_per_unit" for term in FORMULAS}
    columns |= {"freight_in": "freight_in_yuan_per_unit", "freight_out": "freight_out_yuan_per_unit"}
    return {
        "profile": _profile_record(study),
        "year": YEAR,
        "vintage": study.spec.vintage,
        "annual_output": study.spec.annual_output,
        "carbon_price": {**study.carbon_price.model_dump(), "unit": "yuan/t", "source": study.carbon_source},
        "water_price": None if study.spec.water_price is None else study.spec.water_price.model_dump(),
        "labour_cost": None if study.spec.labour_cost is None else study.spec.labour_cost.model_dump(),
        "kwh_per_unit": study.needs.kwh,
        "co2_outside_power_t_per_unit": study.needs.co2_outside_power,
        "water_m3_per_unit": study.water_m3,
        "terms": [
            {"id": term, "column": columns[term], "formula": formula.as_dict()}
            for term, formula in FORMULAS.items()
            if columns[term] in ranking
        ],
        "origin": _origin_record(study),
        "missing": [text.as_dict() for text in _missing(study)],
        "errors_drawn": [
            {"id": name, "scope": scope, "size": size.as_dict()}
            for name, scope, size in ERRORS
            if "delivered_cost_p05" in ranking
        ],
        "rank_agreement": rank_agreement(ranking),
    }


def _profile_record(study: IndustryStudy) -> dict[str, Any]:
    profile = study.profile
    needs = study.needs
    burnt = needs.direct_co2 is None and needs.fuel is not None and needs.fuel.value
    coal = coefficient("coal_co2") if burnt else None
    figures = (needs.electricity, needs.fuel, coal, needs.process_co2, needs.direct_co2, needs.water)
    return {
        "name": profile.name,
        "title": profile.title.as_dict(),
        "product_unit": profile.unit,
        "kind": profile.kind,
        "figures": [_figure_record(figure) for figure in figures if figure is not None],
    }


def _figure_record(figure: Figure) -> dict[str, Any]:
    record = figure.model_dump(mode="json", exclude_none=True, exclude={"what", "note"})
    note = None if figure.note is None else figure.note.as_dict()
    return {**record, "title": figure.title.as_dict(), "note": note}


def _origin_record(study: IndustryStudy) -> dict[str, Any] | None:
    origin = study.origin
    if origin is None:
        return None
    record = {**origin.record(), "power": study.spec.origin_power, "vintage": study.spec.origin_vintage}
    if not study.costed:
        return record
    cost, books = origin_cost(study), origin_books(study)
    means = {term: _number(known_mean(values)) for term, values in cost.terms().items()}
    return record | {
        "cost_yuan_per_unit": _number(known_mean(cost.total)),
        "terms_yuan_per_unit": {term: value for term, value in means.items() if value},
        "co2_kg_per_kwh": {name: _number(float(getattr(books, name))) for name in ("average", "contract", "marginal")},
    }


def _missing(study: IndustryStudy) -> list[Text]:
    """Return what is missing and what cannot be computed for that: of the profile, and of the scenario."""
    given = study.freight is not None and bool(study.freight.costs)
    found = [text for text in study.profile.missing if "[freight]" not in text.en]
    if study.power is None:
        found.append(Text(
            zh="方案没有 [power]:无法计算电费、碳排放与交付成本",
            en="the scenario has no [power]: no cost of power, no carbon, no delivered cost",
        ))  # fmt: skip
    if study.costed and not given and study.profile.carries:
        found.append(Text(zh="没有运费:交付成本不含运输", en="no freight is known: the delivered cost is without it"))
    if study.costed and study.origin is not None and not np.isfinite(known_mean(origin_cost(study).total)):
        found.append(Text(
            zh=f"转出地 {study.origin.name} 的电价、运费或碳排放未知:无法计算节省",
            en=f"power, freight or carbon of the origin {study.origin.name} is unknown: no saving",
        ))  # fmt: skip
    return found


def _number(value: float) -> float | None:
    return round(float(value), ROUND) if np.isfinite(value) else None
