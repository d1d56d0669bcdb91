"""A rule: a hard constraint, and what it tests."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geotransfer.spec.base import Finite, Model
from geotransfer.types import Text

__all__ = ["CitiesTest", "FeaturesTest", "RasterTest", "Rule", "WaterTest", "ZonesTest"]


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


class WaterTest(Model):
    """A place fails, as a whole, where its water (m3 a year) is less than the plant needs.

    ``file`` is a table with adcodes and a column of limits, or a raster of runoff in mm a year, summed over a
    county. Places that a table does not list stay unchecked. ``[industry.water]`` makes this test.
    """

    kind: Literal["water"]
    file: str
    column: str | None = None
    need_m3_per_year: float = Field(gt=0, allow_inf_nan=False)


Test = Annotated[RasterTest | FeaturesTest | CitiesTest | ZonesTest | WaterTest, Field(discriminator="kind")]


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
    def active_test(self) -> RasterTest | FeaturesTest | CitiesTest | ZonesTest | WaterTest | None:
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
