"""What a plant carries in and out, and the criteria that come of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geotransfer.spec.base import Model

__all__ = ["FREIGHT_COLUMNS", "FreightFlow", "FreightQuantity", "FreightSource", "FreightSpec"]

FreightQuantity = Literal["cost", "corridor_benefit"]
Commodity = Literal["bulk", "container", "liquid"]
FREIGHT_COLUMNS = (
    "freight_cost_yuan_per_unit", "freight_cost_low", "freight_cost_high", "product_unit",
    "corridor_benefit_yuan_per_t", "corridor_benefit_low", "corridor_benefit_high",
)  # fmt: skip
"""What a ranking says of each zone's freight."""


class FreightFlow(Model):
    """Goods per tonne of product, and the places they come from or go to (hubs or counties by name or adcode)."""

    tonnes: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    places: tuple[str, ...] = Field(min_length=1)
    commodity: Commodity = "bulk"


class FreightSpec(Model):
    """The freight of one tonne of product, on the default network.

    Attributes
    ----------
    inputs : tuple of FreightFlow
        From the cheapest of their places.
    markets : tuple of FreightFlow
        To each of their places an equal part.
    corridor : str
        A switch of the network whose worth is shown, cost without it minus cost with it.
    gateway : str, optional
        Where the corridor leads; None shows no benefit.
    routes : tuple of (origin, destination)
        Cheapest ways to draw on the map and to list in the report.
    close, open : tuple of str
        Lines or switches that do not run, and planned ones that do.
    """

    inputs: tuple[FreightFlow, ...] = ()
    markets: tuple[FreightFlow, ...] = ()
    corridor: str = "西部陆海新通道"
    gateway: str | None = None
    routes: tuple[tuple[str, str], ...] = ()
    close: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _something_moves(self) -> Self:
        if not (self.inputs or self.markets or self.gateway or self.routes):
            raise ValueError("expected inputs, markets, a gateway or routes: nothing is carried")
        return self


class FreightSource(Model):
    """The scenario's `freight`: cost of a tonne of product, or what the corridor saves a tonne, both in yuan.

    Where low, mid and high rail rates disagree on the sign of a benefit it is unknown.
    """

    kind: Literal["freight"]
    quantity: FreightQuantity
