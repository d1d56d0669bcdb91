"""One figure of an industry: what it counts, how much, in which unit, from where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geotransfer.types import Text

__all__ = ["QUANTITIES", "Confidence", "Figure", "Flow", "Frozen", "Goods", "Quantity"]

Quantity = Literal[
    "electricity", "fuel", "total_energy", "process_co2", "direct_co2", "water", "labour_cost", "jobs", "price", "other"
]
Confidence = Literal["high", "medium", "low", "derived"]
Goods = Literal["bulk", "container", "liquid"]

QUANTITIES: Mapping[str, tuple[Text, str]] = {
    "electricity": (Text(zh="电耗", en="electricity"), "kWh/{unit}"),
    "fuel": (Text(zh="燃料(折标准煤)", en="fuel (standard coal)"), "kgce/{unit}"),
    "total_energy": (Text(zh="综合能耗", en="total energy"), "kgce/{unit}"),
    "process_co2": (Text(zh="过程排放", en="process CO2"), "tCO2/{unit}"),
    "direct_co2": (Text(zh="直接排放(过程与燃料)", en="direct CO2 (process and fuel)"), "tCO2/{unit}"),
    "water": (Text(zh="取水量", en="water intake"), "m3/{unit}"),
    "labour_cost": (Text(zh="人工成本", en="labour cost"), "yuan/{unit}"),
    "jobs": (Text(zh="用工", en="jobs"), "persons a/{unit}"),
    "price": (Text(zh="产品价格", en="price of the product"), "yuan/{unit}"),
}
"""What may be computed with: title, and the unit it must have."""


class Frozen(BaseModel):
    """A frozen value; a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Frozen):
    """One number with its unit and its source.

    Attributes
    ----------
    quantity : str
        One of `QUANTITIES`; "other" is shown and never computed with, and says in `what` what it is.
    grade : {1, 2, 3}, optional
        Grade of the GB energy norm; without one the figure holds for plants of all vintages.
    value, low, high : float, optional
        At least a value, or low and high ("other" only).
    unit, kind, source : str
        kind: GB limit, quota, survey, derived, assumption ...
    year : int, optional
        Of the figure, or of its standard.
    confidence : {"high", "medium", "low", "derived"}
    what, note : Text, optional
    """

    quantity: Quantity
    what: Text | None = None
    grade: Literal[1, 2, 3] | None = None
    value: float | None = Field(default=None, allow_inf_nan=False)
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)
    unit: str
    kind: str = Field(min_length=1)
    year: int | None = None
    source: str = Field(min_length=3)
    confidence: Confidence
    note: Text | None = None

    @model_validator(mode="after")
    def _orderly(self) -> Self:
        if (self.low is None) != (self.high is None) or (self.value is None and self.low is None):
            raise ValueError(
                f"value is {self.value!r}, low {self.low!r}, high {self.high!r}; expected a value, or low and high"
            )
        row = [number for number in (self.low, self.value, self.high) if number is not None]
        if row != sorted(row):
            raise ValueError(f"low, value, high are {row}, expected low <= value <= high")
        if self.quantity == "other":
            if self.what is None:
                raise ValueError("quantity is 'other': say in `what` what the figure is")
            return self
        if self.value is None or min(row) < 0:
            raise ValueError(f"{self.quantity} is {self.value!r} (low {self.low!r}), expected a number of at least 0")
        return self

    @property
    def title(self) -> Text:
        """What the figure counts."""
        return self.what if self.what is not None else QUANTITIES[self.quantity][0]

    @property
    def middle(self) -> float:
        """The value; NaN where only low and high are known."""
        return math.nan if self.value is None else self.value


class Flow(Frozen):
    """Goods that a unit of product takes in or sends out.

    Attributes
    ----------
    title : Text
    tonnes : float
        Per unit of product, with `low` and `high`.
    goods : {"bulk", "container", "liquid"}
        Class of goods of the freight rates.
    places : tuple of str
        Where it comes from (the cheapest counts) or goes to (equal parts); empty: not known, no freight follows.
    """

    title: Text
    tonnes: float = Field(gt=0, allow_inf_nan=False)
    low: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    high: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    goods: Goods = "bulk"
    places: tuple[str, ...] = ()
    source: str = Field(min_length=3)
    confidence: Confidence
