"""From the finished runs of a problem: which places may take what, at what cost and what CO2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.outputs.folder import read_result
from geotransfer.relocation.instance import Instance
from geotransfer.relocation.origin_power import GRID, Book, PowerWay, origin_factor, way_of_run
from geotransfer.relocation.problem import Industry, Offer, Problem
from geotransfer.results.result import Result
from geotransfer.types import FloatArray

__all__ = ["Places", "instance_of", "read_places"]

COST = "delivered_cost_yuan_per_unit"
FALLBACK = ("power_price_yuan_per_kwh", "freight_cost_yuan_per_unit")


@dataclass(frozen=True, eq=False)
class Places:
    """The candidates of a problem.

    Attributes
    ----------
    table : GeoDataFrame
        EPSG:4326, index `zone`; columns name, province, prefecture, eligible_km2 and the point of each place.
    rankings : dict
        Industry -> ranking of its run at the candidates, in the order of `table`; NaN rows where it is no candidate.
    power : dict
        Industry -> how a plant of its run buys power; from the grid alone where the run does not say.
    """

    table: gpd.GeoDataFrame
    rankings: dict[str, pd.DataFrame]
    power: dict[str, PowerWay] = field(default_factory=dict)

    def origin_factor(self, industry: str, province: str, book: Book = "average") -> float:
        """Return the carbon of a kWh at an origin, kgCO2, where the plant buys as it does in the industry's run."""
        return origin_factor(province, book, way=self.power.get(industry, GRID))

    def column(self, name: str) -> FloatArray:
        """Return a column of the rankings, from the first run that has it for a place; NaN where none does."""
        values = np.full(len(self.table), np.nan)
        for ranking in self.rankings.values():
            if name in ranking:
                values = np.where(np.isnan(values), ranking[name].to_numpy(dtype=np.float64), values)
        return values


def read_places(problem: Problem) -> Places:
    """Return the candidates of a problem.

    Raises
    ------
    InputError
        A folder without a finished run, a zone that no run ranks.
    """
    results = {name: read_result(industry.result) for name, industry in problem.industries.items()}
    ranked = {name: _ranked(result, problem.industries[name]) for name, result in results.items()}
    if problem.candidates.zones is None:
        chosen = {name: ranking.head(problem.candidates.top) for name, ranking in ranked.items()}
    else:
        wanted = {_zone(key, ranked) for key in problem.candidates.zones}
        chosen = {name: ranking[ranking.index.isin(wanted)] for name, ranking in ranked.items()}
    whole = pd.concat(chosen.values())
    whole = whole[~whole.index.duplicated()]
    spots = whole.geometry.representative_point()
    table = gpd.GeoDataFrame(
        {key: whole[key].astype(str) for key in ("name", "province", "prefecture")}, geometry=spots, crs=whole.crs
    )
    power = {name: way_of_run(result.provenance["result"].get("power")) for name, result in results.items()}
    return Places(table, {name: pd.DataFrame(r).reindex(table.index) for name, r in chosen.items()}, power)


def _ranked(result: Result, industry: Industry) -> gpd.GeoDataFrame:
    ranking = result.ranking
    ranking = ranking[ranking["status"] == "ranked"].sort_values("rank")
    if ranking.empty:
        raise InputError(f"the run in {industry.result!r} ranks no place; nothing can move there")
    return ranking.set_index(ranking["zone"].astype(str)).rename_axis(None)


def _zone(key: str, ranked: Mapping[str, gpd.GeoDataFrame]) -> str:
    found = {
        str(zone)
        for ranking in ranked.values()
        for zone in ranking.index[(ranking.index == key) | (ranking["name"].astype(str) == key)]
    }
    if len(found) != 1:
        told = f"stands for {', '.join(sorted(found))}; give the key" if found else "is ranked by none of the runs"
        raise InputError(f"candidate zone {key!r} {told}")
    return found.pop()


def instance_of(problem: Problem, places: Places) -> Instance:
    """Return the arrays of a problem: the cost of a tonne, the change of its CO2 and the score of each way."""
    names = list(problem.industries)
    offers = problem.offers
    cost = {name: _cost(name, problem, places) for name in names}
    table = places.table
    spots = table.to_crs(CHINA_ALBERS).geometry
    return Instance(
        industries=tuple(names),
        origins=tuple(f"{offer.origin} {offer.industry}" for offer in offers),
        destinations=tuple(table.index),
        industry=np.array([names.index(offer.industry) for offer in offers], dtype=np.int64),
        offer=np.array([offer.capacity * problem.unit_t for offer in offers]),
        cost=np.array([cost[offer.industry] for offer in offers]),
        co2=np.array([_co2_change(offer, problem, places) for offer in offers]),
        score=np.array([places.rankings[name]["score"].to_numpy(dtype=np.float64) for name in names]),
        province=tuple(table["province"]),
        xy_km=np.column_stack([spots.x, spots.y]) / 1000.0,
    )


def _cost(name: str, problem: Problem, places: Places) -> FloatArray:
    """Return yuan/t: the delivered cost of the run, else power price x use of electricity + freight."""
    ranking = places.rankings[name]
    if COST in ranking:
        carbon = ranking.get("cost_carbon_yuan_per_unit", pd.Series(0.0, index=ranking.index)).to_numpy(np.float64)
        # the goal's own carbon price is added later: the run's is taken out, so that none is paid twice
        return np.asarray(ranking[COST].to_numpy(np.float64) - np.nan_to_num(carbon))
    missing = [column for column in FALLBACK if column not in ranking]
    kwh = problem.industries[name].use.get("electricity")
    if missing or kwh is None:
        lacks = missing + ([] if kwh is not None else ["use.electricity in the problem"])
        raise InputError(f"the cost of {name} needs {COST} of its run, or {', '.join(FALLBACK)}; missing {lacks}")
    price, freight = (ranking[column].to_numpy(dtype=np.float64) for column in FALLBACK)
    return np.asarray(price * kwh + freight)


def _co2_change(offer: Offer, problem: Problem, places: Places) -> FloatArray:
    """Return t CO2 per t: power here minus power at the origin, same use and same way of buying; NaN where unknown."""
    ranking = places.rankings[offer.industry]
    column = f"co2_{problem.goal.book}_kg_per_kwh"
    kwh = problem.industries[offer.industry].use.get("electricity")
    origin = places.origin_factor(offer.industry, offer.origin, problem.goal.book)
    if column not in ranking or kwh is None:
        return np.full(len(places.table), np.nan)
    return np.asarray((ranking[column].to_numpy(dtype=np.float64) - origin) * kwh / 1000.0)
