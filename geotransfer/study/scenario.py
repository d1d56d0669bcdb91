"""`Scenario`: a frozen, validated description of one study, read from TOML (``schema = 1``)."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.study.overrides import override
from geotransfer.types import Text

__all__ = ["Criterion", "GridSpec", "Room", "Rule", "Scenario", "scenario", "scenario_names"]

Finite = Annotated[float, Field(allow_inf_nan=False)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RESERVED = frozenset({
    *("rank", "zone", "adcode", "name", "kind", "province", "prefecture", "region", "score", "status"),
    *("geometry", "geom", "fid", "ogc_fid", "score_best_site", "score_mean", "score_low", "score_high"),
    *("area_km2", "eligible_km2", "excluded_share", "nodata_share", "first_failed_rule", "reason"),
    *("unchecked_rules", "rank_p05", "rank_p95", "top10_acceptability", "stability", "rank_cost"),
    *("power_price_yuan_per_kwh", "delivered_cost_yuan_per_unit", "co2_t_per_unit", "freight_cost_yuan_per_unit"),
    "product_unit",
})  # fmt: skip
"""Columns of the ranking that are not criteria."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RasterSource(_Model):
    """Cell values from a layer of the catalogue or the user's file.

    Without `resampling`: the average of the layer's cells where it is finer than the study grid, else bilinear.
    """

    kind: Literal["raster"]
    layer: str | None = None
    file: str | None = None
    band: int = 1
    resampling: Literal["nearest", "bilinear", "cubic", "average", "sum", "mode", "min", "max"] | None = None


class TableSource(_Model):
    """One value per province, price area or zone, from a table with a key column and a value column."""

    kind: Literal["table"]
    layer: str | None = None
    file: str | None = None
    by: Literal["province", "price_area", "adcode"]
    key: str
    column: str
    where: dict[str, str] = {}


class DistanceSource(_Model):
    """Distance in km from the cell to the nearest feature."""

    kind: Literal["distance"]
    layer: str | None = None
    file: str | None = None
    file_layer: str | None = None
    encoding: str | None = None


class NearbyAreaSource(_Model):
    """Area in km2 of eligible cells with a layer at most `at_most`, in a square of `window_km` around the cell."""

    kind: Literal["nearby_area"]
    layer: str | None = None
    file: str | None = None
    at_most: Finite
    window_km: float = Field(gt=0, allow_inf_nan=False)


class ColumnSource(_Model):
    """A numeric column of the user's own zones."""

    kind: Literal["column"]
    column: str


Source = Annotated[
    RasterSource | TableSource | DistanceSource | NearbyAreaSource | ColumnSource, Field(discriminator="kind")
]


class Criterion(_Model):
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


class RasterTest(_Model):
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


class FeaturesTest(_Model):
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


class CitiesTest(_Model):
    """A cell fails inside a city's circle of radius_km x sqrt(population / population_of_radius)."""

    kind: Literal["cities"]
    layer: str = "places"
    min_population: float = Field(gt=0, allow_inf_nan=False)
    radius_km: float = Field(gt=0, allow_inf_nan=False)
    population_of_radius: float = Field(gt=0, allow_inf_nan=False)


class ZonesTest(_Model):
    """A zone fails, with all its cells, when a list names its adcode."""

    kind: Literal["zones"]
    layer: str | None = None
    file: str | None = None


Test = Annotated[RasterTest | FeaturesTest | CitiesTest | ZonesTest, Field(discriminator="kind")]


class Rule(_Model):
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


class GridSpec(_Model):
    """The study grid: cell size in metres on an equal-area CRS."""

    resolution: float = Field(default=5000.0, gt=0, allow_inf_nan=False)


class Room(_Model):
    """What must be left of a zone: an area and a share of it (0..1).

    A user's own zone smaller than twice `area_km2` needs half of itself.
    """

    area_km2: float = Field(default=25.0, ge=0, allow_inf_nan=False)
    share: float = Field(default=0.02, ge=0, le=1)


class MapSpec(_Model):
    """What a published map of China carries."""

    approval_number: str | None = None


class Scenario(_Model):
    """One study: where to look, what counts, what is forbidden.

    Attributes
    ----------
    name, title, question
        What it is called and what it asks.
    zones : str
        ``"county"``, ``"prefecture"``, ``"province"`` or a file of polygons or points (CSV with lon and lat).
    within : tuple of str
        Regions, provinces or prefectures the administrative zones are taken from; empty = everywhere.
    zone_value : {"best_site", "mean"}
        The value of a zone: the mean of its best `site_area_km2` of eligible cells, or of all of them.
    missing : {"unknown", "interval"}
        A zone without a weighted criterion is unknown; ``"interval"`` adds the lowest and highest score it could have.
    criteria, rules : dict
        By identifier, in order.

    Examples
    --------
    >>> aluminium = scenario("aluminium")
    >>> aluminium.with_overrides({"criteria.tariff.weight": 0.4}).criteria["tariff"].weight
    0.4
    """

    schema_version: Literal[1] = Field(alias="schema")
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: Text
    question: Text
    zones: str = "county"
    zones_layer: str | None = None
    zones_encoding: str | None = None
    within: tuple[str, ...] = ()
    point_area_km2: float = Field(default=25.0, gt=0, le=10_000)
    grid: GridSpec = GridSpec()
    zone_value: Literal["best_site", "mean"] = "best_site"
    site_area_km2: float = Field(default=100.0, gt=0, allow_inf_nan=False)
    missing: Literal["unknown", "interval"] = "unknown"
    room: Room = Room()
    criteria: dict[Identifier, Criterion]
    rules: dict[Identifier, Rule] = {}
    map: MapSpec = MapSpec()

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True)

    @field_validator("within", mode="before")
    @classmethod
    def _names(cls, within: Any) -> Any:
        """Take ``west`` and ``宁夏,甘肃`` as well: some shells eat the quotes of a TOML list."""
        if not isinstance(within, str):
            return within
        return [name.strip(" '\"") for name in re.split(r"[,，、;；]", within.strip().strip("[]")) if name.strip()]

    @field_validator("criteria")
    @classmethod
    def _some_weight(cls, criteria: dict[str, Criterion]) -> dict[str, Criterion]:
        if not criteria:
            raise ValueError("expected at least one criterion")
        taken = [name for name in criteria if name in RESERVED or f"score_{name}" in RESERVED]
        if taken:
            raise ValueError(f"{', '.join(taken)}: the ranking has a column of that name; choose another identifier")
        if not math.fsum(c.weight for c in criteria.values()) > 0:
            raise ValueError("the weights sum to 0; expected at least one weight above 0")
        return criteria

    @property
    def weights(self) -> dict[str, float]:
        """Weights by criterion, divided by their sum."""
        total = math.fsum(c.weight for c in self.criteria.values())
        return {name: c.weight / total for name, c in self.criteria.items()}

    @property
    def unchecked_rules(self) -> dict[str, Rule]:
        """The rules that the law asks for and that have no data here."""
        return {name: rule for name, rule in self.rules.items() if rule.active_test is None}

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Scenario:
        """Read a scenario from a TOML file; files it names are taken relative to its folder.

        Raises
        ------
        InputError
            The file is missing, is not TOML, or a key does not fit.
        """
        source = Path(path)
        try:
            # Notepad puts a byte order mark in front
            text = source.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"scenario file {str(path)!r} cannot be read: {error}") from error
        return _parse(text, what=f"scenario file {str(path)!r}", folder=source.resolve().parent)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], *, what: str = "scenario") -> Scenario:
        """Validate plain values (what ``tomllib.load`` gives); raise one readable `InputError`."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise InputError(f"{what} does not fit: {_readable(error)}") from None

    def with_overrides(self, overrides: Mapping[str, Any]) -> Scenario:
        """Return a copy with dotted keys replaced, e.g. ``{"grid.resolution": 25000}``.

        Raises
        ------
        InputError
            A key that does not exist, or a value that does not fit.
        """
        values = self.model_dump(mode="json")
        for key, value in overrides.items():
            override(values, key, value)
        return Scenario.from_mapping(
            values, what="scenario with " + ", ".join(f"{k}={v!r}" for k, v in overrides.items())
        )


def scenario_names() -> list[str]:
    """Return the names of the built-in scenarios.

    Examples
    --------
    >>> "aluminium" in scenario_names()
    True
    """
    folder = files("geotransfer.layers").joinpath("scenarios")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def scenario(name: str) -> Scenario:
    """Return a built-in scenario.

    Raises
    ------
    UnknownNameError
        There is none of that name.

    Examples
    --------
    >>> scenario("aluminium").title.zh
    '电解铝'
    """
    if name not in scenario_names():
        raise UnknownNameError(
            f"there is no built-in scenario {name!r}; there are {', '.join(scenario_names())}; "
            "for your own give the path of a .toml file"
        )
    text = files("geotransfer.layers").joinpath(f"scenarios/{name}.toml").read_text(encoding="utf-8")
    return _parse(text, what=f"built-in scenario {name!r}", folder=None)


def _parse(text: str, *, what: str, folder: Path | None) -> Scenario:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{what} is not valid TOML: {error}") from error
    if folder is not None:
        _resolve_files(values, folder)
    return Scenario.from_mapping(values, what=what)


def _resolve_files(node: dict[str, Any], folder: Path) -> None:
    """Make every ``file`` (and a file in ``zones``) absolute, in place."""
    for key, value in node.items():
        if isinstance(value, dict):
            _resolve_files(value, folder)
        elif isinstance(value, str) and (key in ("file", "extent_file") or (key == "zones" and Path(value).suffix)):
            node[key] = str(folder / value)


def _readable(error: ValidationError) -> str:
    """Return pydantic's findings as one sentence each: where, what, what was got."""
    kinds = {"raster", "table", "distance", "nearby_area", "column", "features", "cities", "zones"}
    found = []
    for item in error.errors():
        place = ".".join(str(p) for p in item["loc"] if p not in kinds or p == "zones") or "scenario"
        message = item["msg"].removeprefix("Value error, ")
        got = "" if item["type"] in ("missing", "value_error") else f" (got {item['input']!r})"
        hint = "unknown key; check the spelling" if item["type"] == "extra_forbidden" else message
        found.append(f"{place}: {hint}{got}")
    return "; ".join(found)
