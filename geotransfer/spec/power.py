"""How a plant buys its power, and the criteria that come of it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from geotransfer.spec.base import Model

__all__ = ["GREEN_LAYERS", "POWER_COLUMNS", "PowerQuantity", "PowerSource", "PowerSpec"]

PowerQuantity = Literal["price", "dry_shortfall", "co2_average", "co2_contract", "co2_marginal"]
GREEN_LAYERS = {"both": "lcoe-green", "wind": "lcoe-wind", "solar": "lcoe-pv"}
"""Layer of the levelised cost of own power, yuan/kWh."""

POWER_COLUMNS = (
    "power_price_yuan_per_kwh", "power_price_low", "power_price_high", "power_energy", "power_transmission",
    "power_losses", "power_system_operation", "power_funds", "power_demand", "power_plant", "power_backup",
    "power_green", "power_storage", "power_all_in", "power_price_wet", "power_price_dry", "power_green_share",
    "co2_average_kg_per_kwh", "co2_contract_kg_per_kwh", "co2_marginal_kg_per_kwh", "dry_season_shortfall",
    "dry_season_risk",
)  # fmt: skip
"""What a ranking says of each zone's power; terms that a mode does not have are absent."""


class PowerSpec(Model):
    """Where the power of a plant comes from; each ranking then has its price, term by term, and its carbon.

    Attributes
    ----------
    mode : {"benchmark", "industry", "captive_coal", "green_direct"}
        How the plant buys, see `geotransfer.delivered_price`.
    user : str, optional
        Whose prices mode "industry" takes.
    load_factor : float, optional
        Mean load / peak demand.
    green_share : float, optional
        For "green_direct": share of own wind and sun that is wanted; counted up to the cap without storage.
    technology : {"both", "wind", "solar"}
        Of own power; "both" takes the cheaper one.
    lcoe_file : str, optional
        Your own raster of the cost of own power, yuan/kWh before curtailment, in place of the layer.
    storage_cost : float, optional
        yuan per kWh through storage; lifts the cap.
    around_the_clock : bool
        A load that never pauses is flagged where the dry season leaves too little hydro.
    """

    mode: Literal["benchmark", "industry", "captive_coal", "green_direct"] = "benchmark"
    user: str | None = None
    load_factor: float | None = Field(default=None, gt=0, le=1)
    green_share: float | None = Field(default=None, ge=0, le=1)
    technology: Literal["both", "wind", "solar"] = "both"
    lcoe_file: str | None = None
    storage_cost: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    around_the_clock: bool = True

    @model_validator(mode="after")
    def _keys_of_the_mode(self) -> Self:
        if (self.mode == "industry") != (self.user is not None):
            raise ValueError("user belongs to mode 'industry', and to no other")
        if (self.mode == "green_direct") != (self.green_share is not None):
            raise ValueError("green_share belongs to mode 'green_direct', and to no other")
        if self.mode != "green_direct" and (self.storage_cost is not None or self.lcoe_file is not None):
            raise ValueError("storage_cost and lcoe_file belong to mode 'green_direct'")
        return self

    @property
    def green_layer(self) -> str | None:
        """The layer of the cost of own power; None where there is none, or an own file."""
        return GREEN_LAYERS[self.technology] if self.mode == "green_direct" and self.lcoe_file is None else None


class PowerSource(Model):
    """The scenario's `power`: price, yuan/kWh; share of supply missing in the dry season; carbon, kgCO2/kWh."""

    kind: Literal["power"]
    quantity: PowerQuantity
