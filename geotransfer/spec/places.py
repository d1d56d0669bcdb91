"""Where something holds: inside features, or where a raster keeps given limits."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from geotransfer.spec.base import Finite, Model
from geotransfer.types import BoolArray, FloatArray

__all__ = ["FeaturesPlace", "Place", "RasterLimits", "RasterPlace", "fails"]

Values = Annotated[tuple[Finite, ...], Field(min_length=1)]


class RasterLimits(Model):
    """Limits on the values of a raster, said in one way.

    `at_least` and `at_most` (the limits themselves pass), `exclude_range` (low and high fail, and all between),
    `include_values` (all others fail) or `exclude_values`.
    """

    layer: str | None = None
    file: str | None = None
    resampling: Literal["nearest", "bilinear", "cubic", "average", "min", "max", "fraction"] = "nearest"
    band: int = 1
    at_most: Finite | None = None
    at_least: Finite | None = None
    exclude_range: tuple[Finite, Finite] | None = None
    include_values: Values | None = None
    exclude_values: Values | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = {
            "at_most or at_least": self.at_most is not None or self.at_least is not None,
            "exclude_range": self.exclude_range is not None,
            "include_values": self.include_values is not None,
            "exclude_values": self.exclude_values is not None,
        }
        given = [way for way, is_given in ways.items() if is_given]
        if len(given) != 1:
            raise ValueError(f"expected one of {', '.join(ways)}; got {' and '.join(given) or 'none'}")
        return self

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        low, high = self.exclude_range or (self.at_least, self.at_most)
        if low is not None and high is not None and low > high:
            raise ValueError(f"the lower limit {low:g} is above the upper {high:g}; expected low <= high")
        return self

    @model_validator(mode="after")
    def _classes_are_not_mixed(self) -> Self:
        if (self.include_values or self.exclude_values) and self.resampling not in ("nearest", "fraction"):
            raise ValueError(f"values are classes, of which there is no {self.resampling}; expected resampling nearest")
        return self


class RasterPlace(RasterLimits):
    """Where a raster keeps its limits; unknown where it has no data."""

    kind: Literal["raster"]

    @model_validator(mode="after")
    def _whole_cells(self) -> Self:
        if self.resampling == "fraction":
            raise ValueError("a place is whole cells; resampling fraction belongs to a test")
        return self


class FeaturesPlace(Model):
    """Inside polygons, or within a buffer in metres of any features."""

    kind: Literal["features"]
    layer: str | None = None
    file: str | None = None
    file_layer: str | None = None
    encoding: str | None = None
    buffer_m: float = Field(default=0.0, ge=0, allow_inf_nan=False)


Place = Annotated[RasterPlace | FeaturesPlace, Field(discriminator="kind")]


def fails(limits: RasterLimits, values: FloatArray) -> BoolArray:
    """Return where values break the limits; False where a value is NaN: nobody knows.

    Examples
    --------
    >>> fails(RasterLimits(file="slope.tif", at_most=15), np.array([3.0, 15.0, 40.0, np.nan]))
    array([False, False,  True, False])
    >>> fails(RasterLimits(file="cover.tif", include_values=(20, 30)), np.array([10.0, 20.0, np.nan]))
    array([ True, False, False])
    """
    known = ~np.isnan(values)
    if limits.include_values is not None:
        return np.asarray(known & ~np.isin(values, limits.include_values))
    if limits.exclude_values is not None:
        return np.isin(values, limits.exclude_values)
    if limits.exclude_range is not None:
        return np.asarray((values >= limits.exclude_range[0]) & (values <= limits.exclude_range[1]))
    low = -np.inf if limits.at_least is None else limits.at_least
    high = np.inf if limits.at_most is None else limits.at_most
    return np.asarray(known & ~((values >= low) & (values <= high)))
