"""What a power price is made of, as frozen values: the figures of the tables in ``layers/energy``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geotransfer.energy.estimate import Estimate
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import FloatArray, IntArray

__all__ = ["AreaFigures", "PowerTables", "PriceParameters"]


@dataclass(frozen=True)
class PriceParameters:
    """National figures, each one number with low and high.

    Attributes
    ----------
    market_premium : Estimate
        Market price / coal benchmark tariff - 1.
    system_operation, backup_charge, green_line : Estimate
        yuan/kWh: 系统运行费; reserve fee of captive plants; line from own wind and sun to the plant.
    load_factor : Estimate
        Mean load / peak demand.
    demand_discount, demand_discount_hours : Estimate
        Factor on the demand charge, and the hours of full demand a month from which it holds.
    coal_use : Estimate
        gce/kWh supplied of a captive plant.
    plant_capex, plant_fixed_opex, plant_variable_opex, plant_capacity_factor, plant_lifetime : Estimate
        Of a captive coal plant: yuan/kW, yuan/kW/a, yuan/kWh, share, years.
    discount_rate : Estimate
        Share per year.
    green_share_cap, green_lcoe_factor : Estimate
        Largest green share without storage; range of a levelised cost.
    hydro_rich_share, dry_shortfall : Estimate
        Share of hydro from which seasons set the price; shortfall that reserves make up.
    """

    market_premium: Estimate
    system_operation: Estimate
    load_factor: Estimate
    demand_discount: Estimate
    demand_discount_hours: Estimate
    coal_use: Estimate
    plant_capex: Estimate
    plant_fixed_opex: Estimate
    plant_variable_opex: Estimate
    plant_capacity_factor: Estimate
    plant_lifetime: Estimate
    backup_charge: Estimate
    discount_rate: Estimate
    green_share_cap: Estimate
    green_lcoe_factor: Estimate
    green_line: Estimate
    hydro_rich_share: Estimate
    dry_shortfall: Estimate


@dataclass(frozen=True)
class AreaFigures:
    """Figures per price area; arrays in the order of `PowerTables.areas`, NaN where there is none.

    Attributes
    ----------
    benchmark, transmission, funds : Estimate
        yuan/kWh: coal benchmark tariff, transmission and distribution (two-part, 220 kV), government funds.
    demand_charge : Estimate
        yuan per kW of peak demand and month.
    loss_rate : Estimate
        Losses / energy fed in.
    coal_price : Estimate
        yuan per tonne of standard coal.
    hydro_share, dry_firmness : Estimate
        Hydro / all generation; hydro output of the dry season / of the year.
    wet_energy, dry_energy : Estimate
        yuan/kWh on the generation side in the season.
    wet_months : Estimate
        Length of the wet season.
    wind_utilisation, solar_utilisation : Estimate
        Energy taken / energy available.
    average_factor : Estimate
        kg CO2/kWh of the province's grid.
    """

    benchmark: Estimate
    transmission: Estimate
    funds: Estimate
    demand_charge: Estimate
    loss_rate: Estimate
    coal_price: Estimate
    hydro_share: Estimate
    wet_months: Estimate
    wet_energy: Estimate
    dry_energy: Estimate
    dry_firmness: Estimate
    wind_utilisation: Estimate
    solar_utilisation: Estimate
    average_factor: Estimate


@dataclass(frozen=True)
class PowerTables:
    """Everything `delivered_price` reads.

    Attributes
    ----------
    areas, provinces : tuple of str
        Price areas and the province of each (full official name).
    figures : AreaFigures
        Per area.
    industry : Mapping
        User -> what it paid, all terms in one figure, yuan/kWh per area.
    parameters : PriceParameters
        National figures.
    residual_factor, fossil_factor : float
        kg CO2/kWh of the nation.
    export_lines : ndarray of int
        Long-distance lines (特高压) in operation that leave the area: what they carry is not there for a new plant.
    export_gw, export_twh : ndarray
        Their capacity and yearly energy as far as a source gives them: at least so much where `export_lines` is not 0.
    assumed : frozenset of str
        Terms of a price that rest on an assumption in at least one area.
    year : int
        The price year.
    """

    areas: tuple[str, ...]
    provinces: tuple[str, ...]
    figures: AreaFigures
    industry: Mapping[str, Estimate]
    parameters: PriceParameters
    residual_factor: float
    fossil_factor: float
    export_lines: IntArray
    export_gw: FloatArray
    export_twh: FloatArray
    assumed: frozenset[str]
    year: int = 2023

    def index(self, area: str | Sequence[str]) -> IntArray:
        """Return the places of price areas.

        Raises
        ------
        UnknownNameError
            A name that is no price area.
        """
        place = {name: number for number, name in enumerate(self.areas)}
        names = [area] if isinstance(area, str) else list(area)
        unknown = sorted({name for name in names if name not in place})
        if unknown:
            raise UnknownNameError(
                f"no price area is called {', '.join(map(repr, unknown))}, expected names such as 云南, 蒙西, 冀北; "
                "tables.areas lists them, price_areas.csv leads from prefectures to areas"
            )
        return np.array([place[name] for name in names], dtype=np.int64)

    def industry_prices(self, user: str) -> Estimate:
        """Return what an industry paid per area, yuan/kWh.

        Raises
        ------
        InputError
            No table of prices for this industry.
        """
        if user not in self.industry:
            known = ", ".join(map(repr, sorted(self.industry)))
            raise InputError(f"user is {user!r}, expected one of {known}; or take another price mode")
        return self.industry[user]
