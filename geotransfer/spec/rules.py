"""A rule: a hard constraint, and what it tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geotransfer.spec.base import Model
from geotransfer.spec.places import Place, RasterLimits
from geotransfer.types import Text

__all__ = [
    "CitiesTest",
    "ContiguousTest",
    "FeaturesTest",
    "ForceIncludeTest",
    "RasterTest",
    "Rule",
    "WaterTest",
    "ZonesTest",
    "check_forced_inclusions",
]


class RasterTest(RasterLimits):
    """A cell fails where a layer breaks its limits; its nodata is unknown.

    The nearest cell of the layer is taken: a blend of two cells is a height that stands nowhere. With ``resampling =
    "fraction"`` a cell of the study loses the fraction of it in which the finer raster fails.
    """

    kind: Literal["raster"]


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


class ForceIncludeTest(Model):
    """Land `where` something holds stays allowed whatever the rules named in `over`, which stand before, say.

    No other rule is undone, and none that the law asks for can be named.
    """

    kind: Literal["force_include"]
    where: Place
    over: Annotated[tuple[str, ...], Field(min_length=1)]


class ContiguousTest(Model):
    """Patches of allowed land smaller than `min_area_km2` fail; judged after all other rules, wherever it stands.

    Cells of the study grid hang together by their edges (`neighbours` 4) or also by their corners (8).
    """

    kind: Literal["contiguous"]
    min_area_km2: float = Field(gt=0, le=100_000, allow_inf_nan=False)
    neighbours: Literal[4, 8] = 8


Test = Annotated[
    RasterTest | FeaturesTest | CitiesTest | ZonesTest | WaterTest | ForceIncludeTest | ContiguousTest,
    Field(discriminator="kind"),
]


class Rule(Model):
    """A hard constraint. Without a test it is *unchecked*: named on every output, never faked.

    ``file`` on a rule without a test is short for polygons that are forbidden.

    Attributes
    ----------
    inverse : bool
        Only land the test would forbid is allowed: all other fails. What is unknown stays unknown.
    share : float
        Share of the land it hits that the rule takes, in (0, 1].
    extent : Place, optional
        The rule judges only here; elsewhere it forbids nothing.
    legal : bool
        The law asks for it: no forced inclusion undoes it.
    """

    title: Text
    basis: Text
    test: Test | None = None
    file: str | None = None
    file_layer: str | None = None
    encoding: str | None = None
    extent_file: str | None = None
    buffer_m: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    inverse: bool = False
    share: float = Field(default=1.0, gt=0, le=1)
    extent: Place | None = None
    legal: bool = False

    @model_validator(mode="after")
    def _file_or_test(self) -> Self:
        if self.file is not None and self.test is not None:
            raise ValueError("expected a test or a file, not both")
        return self

    @model_validator(mode="after")
    def _something_to_limit(self) -> Self:
        test = self.active_test
        if not self.limited or not (test is None or isinstance(test, ForceIncludeTest | ContiguousTest)):
            return self
        what = "a rule without a test" if test is None else f"a test of kind {test.kind!r}"
        raise ValueError(f"{what} takes no inverse, share or extent; drop them, or give a test that forbids land")

    @property
    def limited(self) -> bool:
        """Whether the rule forbids another part of the land than its test finds."""
        return self.inverse or self.share < 1 or self.extent is not None

    @property
    def active_test(
        self,
    ) -> RasterTest | FeaturesTest | CitiesTest | ZonesTest | WaterTest | ForceIncludeTest | ContiguousTest | None:
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


def check_forced_inclusions(rules: Mapping[str, Rule], *, legal: Collection[str]) -> None:
    """Raise ValueError where a forced inclusion names rules it cannot undo.

    Parameters
    ----------
    rules : mapping of str to Rule
        In their order.
    legal : collection of str
        Identifiers of the rules that the law asks for, beside those that say so themselves.
    """
    names = list(rules)
    for place, (name, rule) in enumerate(rules.items()):
        if isinstance(rule.test, ForceIncludeTest):
            for other in rule.test.over:
                problem = _not_undone(other, rules, names[:place], legal)
                if problem:
                    raise ValueError(f"{name}.test.over names {other!r}, {problem}")


def _not_undone(other: str, rules: Mapping[str, Rule], before: Collection[str], legal: Collection[str]) -> str:
    """Return why a forced inclusion does not undo the rule `other`, or ""."""
    if other not in rules:
        return f"which is no rule; there are {', '.join(rules)}"
    if other in legal or rules[other].legal:
        return "which the law asks for: it cannot be undone; name other rules, or correct the layer of that rule"
    test = rules[other].active_test
    if test is None:
        return "which has no test: there is nothing to undo"
    if isinstance(test, ForceIncludeTest | ContiguousTest):
        return f"a test of kind {test.kind!r}, which cannot be undone; name rules that forbid land"
    return "" if other in before else "which comes after it; put the forced inclusion behind the rules it undoes"
