"""A criterion: where it is measured, how it is scored, how far it may be wrong."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geotransfer.spec.base import Finite, Model
from geotransfer.spec.freight import FreightSource
from geotransfer.spec.policy import PolicySource
from geotransfer.spec.power import PowerSource
from geotransfer.spec.scoring import Scoring
from geotransfer.types import Text

__all__ = [
    "ColumnSource",
    "Criterion",
    "DistanceSource",
    "ErrorSpec",
    "NearbyAreaSource",
    "RasterSource",
    "TableSource",
]


class RasterSource(Model):
    """Cell values from a layer of the catalogue or the user's file.

    Without `resampling`: the average of the layer's cells where it is finer than the study grid, else bilinear.
    """

    kind: Literal["raster"]
    layer: str | None = None
    file: str | None = None
    band: int = 1
    resampling: Literal["nearest", "bilinear", "cubic", "average", "sum", "mode", "min", "max"] | None = None


class TableSource(Model):
    """One value per province, price area or zone, from a table with a key column and a value column."""

    kind: Literal["table"]
    layer: str | None = None
    file: str | None = None
    by: Literal["province", "price_area", "adcode"]
    key: str
    column: str
    where: dict[str, str] = Field(default_factory=dict)


class DistanceSource(Model):
    """Distance in km from the cell to the nearest feature."""

    kind: Literal["distance"]
    layer: str | None = None
    file: str | None = None
    file_layer: str | None = None
    encoding: str | None = None


class NearbyAreaSource(Model):
    """Area in km2 of eligible cells with a layer at most `at_most`, in a square of `window_km` around the cell."""

    kind: Literal["nearby_area"]
    layer: str | None = None
    file: str | None = None
    at_most: Finite
    window_km: float = Field(gt=0, allow_inf_nan=False)


class ColumnSource(Model):
    """A numeric column of the user's own zones."""

    kind: Literal["column"]
    column: str


Source = Annotated[
    RasterSource
    | TableSource
    | DistanceSource
    | NearbyAreaSource
    | ColumnSource
    | PowerSource
    | FreightSource
    | PolicySource,
    Field(discriminator="kind"),
]


class ErrorSpec(Model):
    """How far a criterion may be wrong, in its unit, and over which area the error is one and the same."""

    scope: Literal["national", "province", "price area", "field", "zone"]
    standard_error: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    low: float | None = Field(default=None, le=0, allow_inf_nan=False)
    high: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    relative: bool = False
    range_km: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.standard_error is None) == (self.low is None or self.high is None):
            raise ValueError("expected either standard_error, or low (<= 0) and high (>= 0): deviations from the value")
        if (self.scope == "field") != (self.range_km is not None):
            raise ValueError("range_km belongs to the scope 'field', and to no other")
        return self


class Criterion(Scoring):
    """One measured property, how it becomes a score (see `Scoring`), and what it weighs.

    `veto` is the lowest score that passes: land below it is excluded, however good the rest is.
    """

    title: Text
    group: str
    unit: str
    weight: float = Field(ge=0, le=1e6, allow_inf_nan=False)
    source: Source
    why: Text
    error: ErrorSpec | None = None
    veto: float | None = Field(default=None, gt=0, le=1)

    @property
    def measured_from(self) -> str:
        """What the values are read from: a layer, a file, a column of the zones, the power or freight of the plant."""
        if isinstance(self.source, ColumnSource):
            return f"column {self.source.column}"
        if isinstance(self.source, PowerSource):
            return f"power {self.source.quantity}"
        if isinstance(self.source, FreightSource):
            return f"freight {self.source.quantity}"
        if isinstance(self.source, PolicySource):
            return f"policy {self.source.quantity}"
        return self.source.layer or self.source.file or ""

    @model_validator(mode="after")
    def _classes_and_errors(self) -> Self:
        if self.categories is not None and self.error is not None:
            raise ValueError("error: a class has no error in a unit; leave it out, or score by points")
        if self.categories is not None and not isinstance(self.source, RasterSource | ColumnSource):
            raise ValueError(f"categories: expected a raster or a column of the zones, not a {self.source.kind}")
        return self
