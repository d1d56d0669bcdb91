"""The freight of a plant in each zone: its inputs and its product, and what a corridor saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geotransfer.errors import InputError
from geotransfer.freight.corridor import CorridorBenefit, corridor_benefit, product_freight
from geotransfer.freight.modes import Commodity, RateLevel
from geotransfer.freight.network import FreightNetwork, freight_network
from geotransfer.freight.routes import Route
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import Zones
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.freight import FreightFlow, FreightQuantity, FreightSpec
from geotransfer.supply.measured import Measured, by_zone
from geotransfer.types import FloatArray, IntArray

__all__ = ["FreightSupply", "freight_supply"]

TABLE_LAYERS = (
    "freight-hubs", "freight-lines", "freight-line-lengths", "freight-roads", "freight-sea-points", "freight-islands",
    "freight-modes", "freight-passages", "ports",
)  # fmt: skip
LEVELS: tuple[RateLevel, ...] = ("low", "mid", "high")
"""Of the rail rate, the most telling assumption."""
UNIT = "t"
PATH_DECIMALS = 4
"""Of degrees, about 10 m."""


@dataclass(frozen=True, eq=False)
class FreightSupply:
    """What the zones of a study pay for freight.

    Attributes
    ----------
    spec : FreightSpec
        What was asked.
    costs : dict of str to ndarray
        Level of the rail rate -> yuan per tonne of product, shape (zones,); NaN where there is no way.
    benefit : CorridorBenefit or None
        yuan per tonne to the gateway.
    unreached : list of (zone, reason)
        Zones without a way, and why.
    routes : tuple of Route
        Those asked for.
    inbound : ndarray or None
        The part of the inputs in the cost at the middle rail rate; None without costs.
    origin : pair of ndarray or None
        In and out at the places of an origin, middle rail rate.
    """

    spec: FreightSpec
    costs: dict[str, FloatArray]
    benefit: CorridorBenefit | None
    unreached: list[tuple[str, str]]
    routes: tuple[Route, ...] = ()
    inbound: FloatArray | None = None
    origin: tuple[FloatArray, FloatArray] | None = None

    def measured(self, quantity: FreightQuantity, covered: Coverage, shape: tuple[int, int]) -> Measured:
        """Return the figure of each zone; a cell has that of the zone that holds most of it.

        Raises
        ------
        InputError
            The scenario carries nothing in or out, or names no gateway.
        """
        return by_zone(self._zones(quantity), covered, shape)

    def of(self, rows: IntArray) -> FreightSupply:
        """Return that of some of the zones, by their row numbers; routes, origin and reasons stay those of all."""
        return replace(
            self,
            costs={level: values[rows] for level, values in self.costs.items()},
            benefit=None if self.benefit is None else replace(self.benefit, values=self.benefit.values[rows]),
            inbound=None if self.inbound is None else self.inbound[rows],
        )

    def _zones(self, quantity: FreightQuantity) -> FloatArray:
        if quantity == "cost":
            if not self.costs:
                raise InputError("freight has neither inputs nor markets, so that there is no cost; give one of them")
            return self.costs["mid"]
        if self.benefit is None:
            raise InputError("freight names no gateway, so that the corridor leads nowhere; give freight.gateway")
        return np.where(self.benefit.agrees, self.benefit.at("mid"), np.nan)

    def columns(self) -> dict[str, Any]:
        """Return what the ranking says of each zone's freight."""
        columns: dict[str, Any] = {}
        if self.costs:
            columns["freight_cost_yuan_per_unit"] = self.costs["mid"]
            columns |= {f"freight_cost_{level}": self.costs[level] for level in ("low", "high")}
            columns["product_unit"] = np.full(len(self.costs["mid"]), UNIT, dtype=object)
        if self.benefit is not None:
            columns["corridor_benefit_yuan_per_t"] = self.benefit.at("mid")
            columns |= {f"corridor_benefit_{level}": self.benefit.at(level) for level in ("low", "high")}
        return columns

    def record(self) -> dict[str, Any]:
        """Return the ``freight`` part of run.json."""
        record = self.spec.model_dump(mode="json")
        record["unreached"] = [{"zone": zone, "reason": reason} for zone, reason in self.unreached]
        record["routes"] = [_route_record(route) for route in self.routes]
        if self.benefit is not None:
            known = np.isfinite(self.benefit.at("mid"))
            record["corridor_signs_agree"] = round(float(self.benefit.agrees[known].mean()), 6) if known.any() else None
        return record


def freight_supply(
    spec: FreightSpec, zones: Zones, inputs: Inputs, *, origin: gpd.GeoDataFrame | None = None
) -> FreightSupply:
    """Return what freight costs the zones of a study.

    Parameters
    ----------
    spec : FreightSpec
        Of the scenario.
    zones, inputs
        Of the run; the tables of the network are recorded.
    origin : GeoDataFrame, optional
        Places a plant moves from, whose freight is also wanted.

    Raises
    ------
    InputError, UnknownNameError
        A place or switch that the network does not know, or that fits several.
    """
    for layer in TABLE_LAYERS:
        inputs.layer(layer)
    network = freight_network().switched(close=spec.close, open=spec.open)
    # a zone enters at its representative point, which is found once
    entries = gpd.GeoDataFrame({"zone": zones.table["zone"].to_numpy()}, geometry=zones.shown.representative_point())
    priced = {level: network.priced(rates={"rail": level}) for level in LEVELS} if spec.inputs or spec.markets else {}
    parts = {level: _parts(one, entries, spec) for level, one in priced.items()}
    costs: dict[str, FloatArray] = {level: inward + outward for level, (inward, outward) in parts.items()}
    moved = None if origin is None or not priced else _parts(priced["mid"], origin, spec)
    benefit = None
    if spec.gateway is not None:
        container = network.priced("container")
        benefit = corridor_benefit(container, entries, spec.gateway, corridor=spec.corridor)
    routes = tuple(network.route(origin, destination) for origin, destination in spec.routes)
    inbound = parts["mid"][0] if parts else None
    return FreightSupply(spec, costs, benefit, _unreached(network, entries, spec, costs), routes, inbound, moved)


def _parts(network: FreightNetwork, zones: gpd.GeoDataFrame, spec: FreightSpec) -> tuple[FloatArray, FloatArray]:
    """Return the freight of the inputs and of the product, yuan per tonne of product."""
    inward = product_freight(network, zones, inputs=_flows(spec.inputs), markets=[])
    return inward, product_freight(network, zones, inputs=[], markets=_flows(spec.markets))


def _route_record(route: Route) -> dict[str, Any]:
    return {
        "origin": route.origin,
        "destination": route.destination,
        "length_km": round(route.length_km, 3),
        "cost_yuan_per_t": round(route.cost_yuan_per_t, 3),
        "hours": round(route.hours, 3),
        "co2_kg_per_t": round(route.co2_kg_per_t, 3),
        "legs": [
            {
                "mode": leg.mode,
                "origin": leg.origin,
                "destination": leg.destination,
                "length_km": round(leg.length_km, 3),
                "path": np.round(shapely.get_coordinates(leg.geometry), PATH_DECIMALS).tolist(),
            }
            for leg in route.legs
        ],
    }


def _flows(flows: Sequence[FreightFlow]) -> list[tuple[float, Sequence[str], Commodity]]:
    return [(flow.tonnes, flow.places, flow.commodity) for flow in flows]


def _unreached(
    network: FreightNetwork, zones: gpd.GeoDataFrame, spec: FreightSpec, costs: dict[str, FloatArray]
) -> list[tuple[str, str]]:
    """Return the zones without a way, each with the first reason why."""
    missing = np.flatnonzero(np.isnan(costs["mid"])) if costs else np.zeros(0, dtype=int)
    if not missing.size:
        return []
    places = sorted({place for flow in (*spec.inputs, *spec.markets) for place in flow.places})
    reasons = network.reasons(zones.iloc[missing], places)
    keys = zones["zone"].iloc[missing]
    return [(str(zone), next((str(r) for r in row if r), "")) for zone, row in zip(keys, reasons, strict=True)]
