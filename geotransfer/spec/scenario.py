"""`Scenario`: a frozen, validated description of one study, read from TOML (``schema = 1``)."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from geotransfer.catalog.database import has_password, is_address, without_passwords
from geotransfer.catalog.plain_text import read_toml
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.guard.sandbox import check_values
from geotransfer.spec.aggregation import COMPARING, Aggregation, ByName
from geotransfer.spec.base import Model
from geotransfer.spec.criteria import Criterion
from geotransfer.spec.freight import FREIGHT_COLUMNS, FreightSource, FreightSpec
from geotransfer.spec.industry import INDUSTRY_COLUMNS, IndustrySpec
from geotransfer.spec.overrides import override
from geotransfer.spec.policy import POLICY_COLUMNS, PolicySource, PolicySpec, with_special_area_bonus
from geotransfer.spec.power import POWER_COLUMNS, PowerSource, PowerSpec
from geotransfer.spec.rules import Rule, check_forced_inclusions
from geotransfer.spec.settings import GridSpec, MapSpec, RobustnessSpec, Room
from geotransfer.spec.weighting import Combined, Comparisons, DataWeights, Weighting, derived_weights
from geotransfer.types import Text

__all__ = ["GridSpec", "Room", "Scenario", "scenario", "scenario_names"]

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RESERVED = frozenset({
    *("rank", "zone", "adcode", "name", "kind", "province", "prefecture", "region", "score", "status"),
    *("geometry", "geom", "fid", "ogc_fid", "score_best_site", "score_mean", "score_low", "score_high"),
    *("area_km2", "eligible_km2", "excluded_share", "nodata_share", "first_failed_rule", "reason"),
    *("unchecked_rules", "rank_p05", "rank_p95", "top10_acceptability", "stability"),
    *("rank_in_province", "rank_of_province"),
    *POWER_COLUMNS, *FREIGHT_COLUMNS, *INDUSTRY_COLUMNS, *POLICY_COLUMNS,
})  # fmt: skip
"""Columns of the ranking that are not criteria."""
FILE_KEYS = ("file", "extent_file", "lcoe_file")
"""Keys that name a file, relative to the scenario's own."""
FILE_LISTS = ("lists",)
"""Keys that name several."""


class Scenario(Model):
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
    weighting : Weighting, optional
        Weights that are stated (directly, by comparisons, an order or swings), taken from the data, or both, instead of
        each criterion's own.
    allow_overlap : bool
        Whether a criterion may be weighted together with a layer it is computed from.
    aggregation : Aggregation
        How scores become one: the name of a method, or a table with its options.
    robustness : RobustnessSpec
        Draws of weights and errors, sensitivity, a second resolution; none by default.
    power : PowerSpec, optional
        How a plant buys its power: every ranking then has its price and carbon, and criteria may take them.
    freight : FreightSpec, optional
        What a plant carries in and out: every ranking then has its cost, and criteria may take it.
    industry : IndustrySpec, optional
        What is produced: every ranking then has its delivered cost, carbon and water.
    policy : PolicySpec, optional
        What kind of industry it is, and on which day: every ranking then says what policy is known of each zone.
    legal_rules : {"china", "none"}
        Whether the rules that Chinese law asks for belong to `rules` (unchecked, until a layer is given).
    criteria, rules : dict
        By identifier, in order.

    Examples
    --------
    >>> aluminium = scenario("aluminium")
    >>> aluminium.with_overrides({"criteria.people.weight": 0.4}).criteria["people"].weight
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
    allow_overlap: bool = False
    weighting: Weighting | None = None
    aggregation: Aggregation = ByName(method="weighted_sum")
    robustness: RobustnessSpec = RobustnessSpec()
    legal_rules: Literal["china", "none"] = "china"
    power: PowerSpec | None = None
    freight: FreightSpec | None = None
    industry: IndustrySpec | None = None
    policy: PolicySpec | None = None
    criteria: dict[Identifier, Criterion]
    rules: dict[Identifier, Rule] = Field(default_factory=dict)
    map: MapSpec = MapSpec()

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True)

    @field_validator("within", mode="before")
    @classmethod
    def _names(cls, within: Any) -> Any:
        """Take ``west`` and ``宁夏,甘肃`` as well: some shells eat the quotes of a TOML list."""
        if not isinstance(within, str):
            return within
        return [name.strip(" '\"") for name in re.split(r"[,，、;；]", within.strip().strip("[]")) if name.strip()]

    @model_validator(mode="before")
    @classmethod
    def _with_legal_rules(cls, values: Any) -> Any:
        """Add the rules that the law asks for: no scenario can leave them off its banner by not naming them."""
        if not isinstance(values, dict) or values.get("legal_rules", "china") != "china":
            return values
        own = values.get("rules", {})
        if not isinstance(own, dict):
            return values
        return {**values, "rules": {**own, **{k: v for k, v in _legal_rules().items() if k not in own}}}

    @model_validator(mode="before")
    @classmethod
    def _with_special_area_bonus(cls, values: Any) -> Any:
        return with_special_area_bonus(values)

    @model_validator(mode="after")
    def _zones_of_a_database(self) -> Self:
        if is_address(self.zones):
            if has_password(self.zones):
                raise ValueError(
                    "zones: the address holds a password, which the record of the run would repeat; put "
                    "it into PGPASSWORD or ~/.pgpass"
                )
            if not self.zones_layer:
                raise ValueError("zones is a database; expected zones_layer = 'schema.table', or SQL")
        return self

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

    @model_validator(mode="after")
    def _a_method_that_can_tell_the_lowest_score(self) -> Self:
        if self.missing == "interval" and self.aggregation.method in COMPARING:
            raise ValueError(
                f"missing 'interval' and aggregation {self.aggregation.method!r} do not go together: the method "
                "compares places with each other, so that what one misses would move all; use missing='unknown' or "
                "another method"
            )
        return self

    @model_validator(mode="after")
    def _forced_inclusions_undo_what_they_may(self) -> Self:
        check_forced_inclusions(self.rules, legal=_legal_rules() if self.legal_rules == "china" else ())
        return self

    @model_validator(mode="after")
    def _what_its_criteria_take(self) -> Self:
        asking = [name for name, c in self.criteria.items() if isinstance(c.source, PowerSource)]
        if asking and self.power is None:
            raise ValueError(f"criteria {', '.join(asking)} take the power of the plant; say how it buys: [power] mode")
        asking = [name for name, c in self.criteria.items() if isinstance(c.source, FreightSource)]
        if asking and self.freight is None:
            raise ValueError(
                f"criteria {', '.join(asking)} take the freight of the plant; say what it carries: [freight]"
            )
        asking = [name for name, c in self.criteria.items() if isinstance(c.source, PolicySource)]
        if asking and self.policy is None:
            raise ValueError(f"criteria {', '.join(asking)} take the policy; say what kind of industry: [policy] kind")
        return self

    @property
    def weights(self) -> dict[str, float]:
        """Weights by criterion, sum 1: those of `weighting`, else each criterion's own.

        Raises
        ------
        InputError
            `weighting` takes them from the data: they are known only in a run.
        """
        return derived_weights(self.weighting, self.criteria).values

    @property
    def weighted(self) -> list[str]:
        """The criteria that count, also where their weights come from the data."""
        people = self.weighting.subjective if isinstance(self.weighting, Combined) else self.weighting
        if isinstance(people, Comparisons):
            # judgements are above 0, and so is the weight of every criterion that is compared
            return [name for name, c in self.criteria.items() if c.weight > 0]
        stated = None if isinstance(people, DataWeights) else people
        return [name for name, w in derived_weights(stated, self.criteria).values.items() if w > 0]

    @property
    def needed(self) -> list[str]:
        """The criteria a ranked place must have: those that count, and those with a veto."""
        counting = set(self.weighted)
        return [name for name, c in self.criteria.items() if name in counting or c.veto is not None]

    @property
    def unchecked_rules(self) -> dict[str, Rule]:
        """The rules that the law asks for and that have no data here."""
        return {name: rule for name, rule in self.rules.items() if rule.active_test is None}

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, sandbox: bool = False) -> Scenario:
        """Read a scenario from a TOML file; files it names are taken relative to its folder.

        With `sandbox` they must lie below that folder.

        Raises
        ------
        InputError
            The file is missing, is not TOML, or a key does not fit; a file outside the sandbox.
        """
        source = Path(path)
        values, folder = read_toml(source, what="scenario file"), source.resolve().parent
        if sandbox:
            check_values(values, folder)
        _resolve_files(values, folder)
        return cls.from_mapping(values, what=f"scenario file {str(path)!r}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], *, what: str = "scenario") -> Scenario:
        """Validate plain values (what ``tomllib.load`` gives); raise one readable `InputError`."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise InputError(without_passwords(f"{what} does not fit: {_readable(error)}")) from None

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


@cache
def _legal_rules() -> dict[str, Any]:
    text = files("geotransfer.layers").joinpath("policy/legal_rules.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


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
    return Scenario.from_mapping(tomllib.loads(text), what=f"built-in scenario {name!r}")


def _resolve_files(node: dict[str, Any], folder: Path) -> None:
    """Make every ``file`` (and a file in ``zones``) absolute, in place."""
    for key, value in node.items():
        if isinstance(value, dict):
            _resolve_files(value, folder)
        elif isinstance(value, str) and (key in FILE_KEYS or _is_zones_file(key, value)):
            node[key] = str(folder / value)
        elif isinstance(value, list) and key in FILE_LISTS:
            node[key] = [str(folder / item) if isinstance(item, str) else item for item in value]


def _is_zones_file(key: str, value: str) -> bool:
    return key == "zones" and not is_address(value) and bool(Path(value).suffix)


def _readable(error: ValidationError) -> str:
    """Return pydantic's findings as one sentence each: where, what, what was got."""
    kinds = {
        "raster",
        "table",
        "distance",
        "nearby_area",
        "column",
        "features",
        "cities",
        "zones",
        "force_include",
        "contiguous",
    }
    found = []
    for item in error.errors():
        place = ".".join(str(p) for p in item["loc"] if p not in kinds or p == "zones") or "scenario"
        message = item["msg"].removeprefix("Value error, ")
        got = "" if item["type"] in ("missing", "value_error") else f" (got {item['input']!r})"
        hint = "unknown key; check the spelling" if item["type"] == "extra_forbidden" else message
        found.append(f"{place}: {hint}{got}")
    return "; ".join(found)
