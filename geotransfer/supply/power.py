"""The power of a plant in each zone: its price term by term, its carbon in three books, its dry season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.power import power_tables
from geotransfer.energy.carbon import CarbonBooks, carbon_books
from geotransfer.energy.delivered_price import DeliveredPrice, GreenSupply, delivered_price
from geotransfer.energy.hydro import dry_season_risk, dry_season_shortfall
from geotransfer.energy.price_tables import PowerTables
from geotransfer.errors import InputError
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import Zones
from geotransfer.spatial.rasterization import rasterize
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.power import PowerQuantity, PowerSpec
from geotransfer.supply.measured import Measured
from geotransfer.types import FloatArray, IntArray, Text

__all__ = ["PowerSupply", "power_supply", "price_areas"]

TABLE_LAYERS = (
    "power-price-terms", "power-price-parameters", "hydro", "renewable-utilisation", "industry-power-prices",
    "power-exports", "grid-emission-factors",
)  # fmt: skip
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class PowerSupply:
    """How the plants of a study buy their power.

    Attributes
    ----------
    spec : PowerSpec
        What was asked.
    tables : PowerTables
        The figures.
    zone_area, cell_area : ndarray of int
        Place of the price area in ``tables.areas``, of each zone and of each cell (flat); -1 where there is none. A
        zone that reaches into two areas has that of most of its land.
    lcoe : ndarray or None
        Cost of own power per cell (flat), yuan/kWh; None for a mode without own power.
    zone_lcoe : ndarray or None
        Its mean over the land of each zone; NaN where unknown.
    """

    spec: PowerSpec
    tables: PowerTables
    zone_area: IntArray
    cell_area: IntArray
    lcoe: FloatArray | None
    zone_lcoe: FloatArray | None = None

    def measured(self, quantity: PowerQuantity, covered: Coverage, shape: tuple[int, int]) -> Measured:
        """Return the price, or the carbon of a book, for zones and cells.

        A zone pays the price of its own area also where the border cuts a cell; the cost of own power is the cell's.
        """
        if quantity == "dry_shortfall":
            return Measured(self._shortfall(self.cell_area).reshape(shape), self._shortfall(self.zone_area))
        if quantity != "price":
            book = quantity.removeprefix("co2_")
            # of each area once, not of each cell
            by_area = np.append(getattr(self.carbon(np.arange(len(self.tables.areas))), book), np.nan)
            return Measured(by_area[self.cell_area].reshape(shape), by_area[self.zone_area])
        cells = self.price(self.cell_area, self.lcoe).reshape(shape)
        if self.lcoe is None:
            return Measured(cells, self.price(self.zone_area, None))
        pairs = self.price(self.zone_area[covered.zone], self.lcoe[covered.cell])
        return Measured(cells, pairs=pairs, known=~np.isnan(self.lcoe).reshape(shape))

    def price(self, area: IntArray, lcoe: FloatArray | None) -> FloatArray:
        """Return the price at the gate, yuan/kWh, NaN where there is no area or no cost of own power."""
        every = np.arange(len(self.tables.areas))
        if lcoe is None:
            return np.append(self.delivered(every, None).total, np.nan)[area]
        # at a fixed share the price is a straight line in the cost of own power, one for each area
        free, dear = (self.delivered(every, np.full(len(every), cost)).total for cost in (0.0, 1.0))
        base, slope = np.append(free, np.nan), np.append(dear - free, np.nan)
        return np.asarray(base[area] + slope[area] * np.where(np.isfinite(lcoe), lcoe, np.nan))

    def delivered(self, area: IntArray, lcoe: FloatArray | None) -> DeliveredPrice:
        """Return the price of places that all have an area, with its terms."""
        spec = self.spec
        green = None
        if spec.green_share is not None and lcoe is not None:
            share = np.full(len(area), spec.green_share)
            green = GreenSupply(lcoe, share, technology=spec.technology, storage_cost=spec.storage_cost)
        names = np.asarray(self.tables.areas, dtype=object)[area].tolist()
        return delivered_price(
            names, mode=spec.mode, tables=self.tables, user=spec.user, load_factor=spec.load_factor, green=green
        )

    def carbon(self, area: IntArray) -> CarbonBooks:
        """Return the carbon of a kilowatt-hour in three books; NaN where there is no area."""
        factor = np.append(self.tables.figures.average_factor.value, np.nan)[area]
        books = carbon_books(
            factor,
            residual=self.tables.residual_factor,
            fossil=self.tables.fossil_factor,
            own_share=self.own_share,
            captive=self.spec.mode == "captive_coal",
        )
        found = (np.where(area == NOWHERE, np.nan, b) for b in (books.average, books.contract, books.marginal))
        return CarbonBooks(*found)

    @property
    def own_share(self) -> float:
        """Share of own wind and sun that is counted: what is wanted, up to the cap without storage."""
        wanted, cap = self.spec.green_share or 0.0, float(self.tables.parameters.green_share_cap.value)
        return wanted if self.spec.storage_cost is not None else min(wanted, cap)

    def columns(self, covered: Coverage, site: FloatArray) -> dict[str, Any]:
        """Return what the ranking says of each zone's power; `site` has shape (pairs,): weights of the zone's site."""
        at = np.flatnonzero(self.zone_area != NOWHERE)
        area, cost = self.zone_area[at], None
        if self.lcoe is not None:
            mean = Coverage(covered.zone, covered.cell, site, covered.n_zones).mean(self.lcoe[covered.cell])
            cost = mean[at]
        price, books = self.delivered(area, cost), self.carbon(area)
        terms = {f"power_{name}": values for name, values in price.columns().items() if np.any(values != 0)}
        found = {
            "power_price_yuan_per_kwh": price.total,
            "power_price_low": price.low,
            "power_price_high": price.high,
            **terms,
            **self._seasons(area),
            "power_green_share": price.green_share,
            "co2_average_kg_per_kwh": books.average,
            "co2_contract_kg_per_kwh": books.contract,
            "co2_marginal_kg_per_kwh": books.marginal,
        }
        columns: dict[str, Any] = {name: _placed(values, at, len(self.zone_area)) for name, values in found.items()}
        columns["dry_season_shortfall"] = self._shortfall(self.zone_area)
        risk = _placed(self._risk(area).astype(np.float64), at, len(self.zone_area))
        return columns | {"dry_season_risk": pd.Series(risk).astype("Int64").array}

    def _shortfall(self, area: IntArray) -> FloatArray:
        figures = self.tables.figures
        return np.append(dry_season_shortfall(figures.hydro_share.value, figures.dry_firmness.value), np.nan)[area]

    def _seasons(self, area: IntArray) -> dict[str, FloatArray]:
        """Return the price of grid power in the wet and in the dry season, where the mode buys from the grid."""
        if self.spec.mode not in ("benchmark", "green_direct"):
            return {}
        grid = self._grid(area)
        return {"power_price_wet": grid.wet, "power_price_dry": grid.dry}

    def _grid(self, area: IntArray) -> DeliveredPrice:
        names = np.asarray(self.tables.areas, dtype=object)[area].tolist()
        return delivered_price(names, mode="benchmark", tables=self.tables, load_factor=self.spec.load_factor)

    def _risk(self, area: IntArray) -> np.ndarray:
        names = np.asarray(self.tables.areas, dtype=object)[area].tolist()
        return dry_season_risk(names, tables=self.tables, around_the_clock=self.spec.around_the_clock)

    def record(self) -> dict[str, Any]:
        """Return the ``power`` part of run.json: mode, year, what is assumed, and each price area of the study."""
        places = np.unique(self.zone_area[self.zone_area != NOWHERE])
        figures, tables = self.tables.figures, self.tables
        grid = self._grid(places)
        price = self.delivered(places, None if self.lcoe is None else np.full(len(places), np.nan))
        rows = [
            {
                "area": tables.areas[i],
                "province": tables.provinces[i],
                "grid_price": _number(grid.total[k]),
                "grid_low": _number(grid.low[k]),
                "grid_high": _number(grid.high[k]),
                "wet": _number(grid.wet[k]),
                "dry": _number(grid.dry[k]),
                "hydro_share": _number(figures.hydro_share.value[i]),
                "dry_season_risk": bool(self._risk(places[[k]])[0]),
                "co2_average": _number(figures.average_factor.value[i]),
                "export_lines": int(tables.export_lines[i]),
                "export_gw": _number(tables.export_gw[i]),
                "export_twh": _number(tables.export_twh[i]),
            }
            for k, i in enumerate(places)
        ]
        return {
            **self.spec.model_dump(mode="json"),
            "year": tables.year,
            "green_share_counted": self.own_share,
            "assumed_terms": list(price.assumed),
            "notes": [note.as_dict() for note in _cap_note(self.spec, self.own_share)],
            "areas": rows,
        }


def power_supply(spec: PowerSpec, zones: Zones, covered: Coverage, inputs: Inputs) -> PowerSupply:
    """Return how the zones of a study buy their power.

    Parameters
    ----------
    spec : PowerSpec
        Of the scenario.
    zones, covered, inputs
        Of the run; the tables that are read are recorded.
    """
    tables = power_tables()
    for layer in TABLE_LAYERS:
        inputs.table(layer, None)
    place = {name: number for number, name in enumerate(tables.areas)}
    prefectures = boundaries("prefecture")
    prefectures = prefectures.assign(area=price_areas(prefectures, inputs).map(place).astype(float))
    burnt = rasterize(prefectures, inputs.grid, column="area").values.ravel()
    cell_area = np.where(np.isnan(burnt), NOWHERE, burnt).astype(np.int64)
    own = zones.table.rename(columns={"adcode": "own_adcode", "prefecture_adcode": "adcode"})
    named = price_areas(own, inputs).map(place).to_numpy(dtype=float, na_value=np.nan)
    most = _most_land(covered, cell_area, len(tables.areas))
    zone_area = np.where(np.isnan(named), most, named).astype(np.int64)
    lcoe = _own_power(spec, inputs)
    zone_lcoe = None if lcoe is None else covered.mean(lcoe[covered.cell])
    return PowerSupply(spec, tables, zone_area, cell_area, lcoe, zone_lcoe)


def _own_power(spec: PowerSpec, inputs: Inputs) -> FloatArray | None:
    if spec.mode != "green_direct":
        return None
    cost = inputs.raster(spec.green_layer, spec.lcoe_file).values.ravel()
    if (cost < 0).any():
        raise InputError(
            f"the cost of own power goes down to {np.nanmin(cost):g} yuan/kWh, expected at least 0: check its unit and "
            "nodata"
        )
    return cost


def price_areas(prefectures: pd.DataFrame, inputs: Inputs) -> pd.Series[str]:
    """Return the price area of each row, from its columns adcode (of a prefecture) and province; NaN for none."""
    tariff = inputs.table("coal-benchmark-tariff", None)
    single = tariff[~tariff["province"].duplicated(keep=False)].set_index("province")["price_area"]
    split = inputs.table("price-areas", None).set_index("adcode")["price_area"]
    areas: pd.Series[str] = prefectures["adcode"].map(split).fillna(prefectures["province"].map(single))
    return areas


def _most_land(covered: Coverage, cell_area: IntArray, areas: int) -> IntArray:
    """Return the area that holds most of each zone, -1 for a zone outside all."""
    inside = cell_area[covered.cell] != NOWHERE
    keys = covered.zone[inside] * areas + cell_area[covered.cell[inside]]
    land = np.bincount(keys, weights=covered.share[inside], minlength=covered.n_zones * areas)
    by_zone = land.reshape(covered.n_zones, areas)
    return np.where(by_zone.max(axis=1) > 0, by_zone.argmax(axis=1), NOWHERE)


def _placed(values: FloatArray, at: IntArray, n: int) -> FloatArray:
    whole = np.full(n, np.nan)
    whole[at] = values
    return whole


def _cap_note(spec: PowerSpec, counted: float) -> list[Text]:
    wanted = spec.green_share or 0.0
    if counted >= wanted:
        return []
    return [
        Text(
            zh=f"自建绿电比例要求 {wanted:g}, 无储能时按上限 {counted:g} 计 (假设)",
            en=f"own green share of {wanted:g} is wanted, {counted:g} is counted: the cap without storage (assumption)",
        )
    ]


def _number(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None
