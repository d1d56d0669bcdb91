"""The parts of a scenario: where a criterion is measured, how it is scored, what a rule tests."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geotransfer.types import Text

__all__ = [
    "CitiesTest",
    "ColumnSource",
    "Criterion",
    "DistanceSource",
    "ErrorSpec",
    "FeaturesTest",
    "Model",
    "NearbyAreaSource",
    "RasterSource",
    "RasterTest",
    "Rule",
    "TableSource",
    "ZonesTest",
]

Finite = Annotated[float, Field(allow_inf_nan=False)]


class Model(BaseModel):
    """A frozen value; a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    where: dict[str, str] = {}


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
    RasterSource | TableSource | DistanceSource | NearbyAreaSource | ColumnSource, Field(discriminator="kind")
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


class Criterion(Model):
    """One measured property, how it becomes a score, and what it weighs."""

    title: Text
    group: str
    unit: str
    weight: float = Field(ge=0, le=1e6, allow_inf_nan=False)
    worst: Finite | None = None
    best: Finite | None = None
    points: tuple[tuple[Finite, Finite], ...] | None = None
    scale: Literal["linear", "log"] = "linear"
    source: Source
    why: Text
    error: ErrorSpec | None = None

    @model_validator(mode="after")
    def _one_way_to_score(self) -> Self:
        bounds = self.worst is not None and self.best is not None
        if bounds == (self.points is not None):
            raise ValueError("expected either worst and best, or points")
        if bounds and self.worst == self.best:
            raise ValueError(f"worst and best are both {self.worst}; expected two different bounds")
        if self.points is not None:
            values = [v for v, _ in self.points]
            if len(values) < 2 or any(b <= a for a, b in pairwise(values)):
                raise ValueError("points: expected at least two, with strictly rising values")
            if any(not 0 <= s <= 1 for _, s in self.points):
                raise ValueError("points: expected scores between 0 and 1")
        if self.scale == "log" and min(v for v, _ in self.score_points) <= 0:
            raise ValueError("scale 'log' needs bounds above 0")
        return self

    @property
    def score_points(self) -> tuple[tuple[float, float], ...]:
        """The (value, score) points of the score, values rising."""
        if self.points is not None:
            return self.points
        ends = ((float(self.worst or 0.0), 0.0), (float(self.best or 0.0), 1.0))
        return ends if ends[0][0] < ends[1][0] else ends[::-1]


class RasterTest(Model):
    """A cell fails where a layer lies above `at_most` or below `at_least`.

    The nearest cell of the layer is taken: a blend of two cells is a height that stands nowhere.
    """

    kind: Literal["raster"]
    layer: str | None = None
    file: str | None = None
    resampling: Literal["nearest", "bilinear", "cubic", "average", "min", "max"] = "nearest"
    band: int = 1
    at_most: Finite | None = None
    at_least: Finite | None = None

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if self.at_most is None and self.at_least is None:
            raise ValueError("expected at_most, at_least or both")
        return self


class FeaturesTest(Model):
    """Land fails inside polygons, or within a buffer in metres of any features; cut out exactly, not by cells.

    A file is taken as complete for the whole study, unless `extent_file` (polygons) says where it was surveyed: zones
    outside stay unchecked.
    """

    kind: Literal["features"]
    layer: str | None = None
    file: str | None = None
    file_layer: str | None = None
    encoding: str | None = None
    extent_file: str | None = None
    buffer_m: float = Field(default=0.0, ge=0, allow_inf_nan=False)


class CitiesTest(Model):
    """A cell fails inside a city's circle of radius_km x sqrt(population / population_of_radius)."""

    kind: Literal["cities"]
    layer: str = "places"
    min_population: float = Field(gt=0, allow_inf_nan=False)
    radius_km: float = Field(gt=0, allow_inf_nan=False)
    population_of_radius: float = Field(gt=0, allow_inf_nan=False)


class ZonesTest(Model):
    """A zone fails, with all its cells, when a list names its adcode."""

    kind: Literal["zones"]
    layer: str | None = None
    file: str | None = None


Test = Annotated[RasterTest | FeaturesTest | CitiesTest | ZonesTest, Field(discriminator="kind")]


class Rule(Model):
    """A hard constraint. Without a test it is *unchecked*: named on every output, never faked.

    ``file`` on a rule without a test is short for polygons that are forbidden.
    """

    title: Text
    basis: Text
    test: Test | None = None
    file: str | None = None
    file_layer: str | None = None
    encoding: str | None = None
    extent_file: str | None = None
    buffer_m: float = Field(default=0.0, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _file_or_test(self) -> Self:
        if self.file is not None and self.test is not None:
            raise ValueError("expected a test or a file, not both")
        return self

    @property
    def active_test(self) -> RasterTest | FeaturesTest | CitiesTest | ZonesTest | None:
        """The test to run; None when the rule is unchecked."""
        if self.file is not None:
            return FeaturesTest(
                kind="features",
                file=self.file,
                file_layer=self.file_layer,
                encoding=self.encoding,
                extent_file=self.extent_file,
                buffer_m=self.buffer_m,
            )
        return self.test
