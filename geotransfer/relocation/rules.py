"""What a plan must keep: each rule is off unless it is given, and refused when its data are missing."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from geotransfer.spec.base import Model

__all__ = ["AggregateGuard", "Chain", "Core", "National", "Quota", "Region", "Rules", "ZoneLimit"]

Resource = Literal["electricity", "energy", "water", "land", "jobs"]


class ZoneLimit(Model):
    """A limit of every candidate: a `column` of the runs' ranking times `factor`, or one `value` for all.

    Or of some only: `zones` by key or name, such as what the grid can still carry there; the others are not limited.
    """

    column: str | None = None
    factor: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    value: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    zones: dict[str, float] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.column, self.value, self.zones].count(None) != 2:
            raise ValueError("expected one of column, value and zones")
        if bad := [zone for zone, limit in (self.zones or {}).items() if not 0 <= limit < float("inf")]:
            raise ValueError(f"the limit of {', '.join(bad)} is below 0 or not a number")
        return self


class Quota(Model):
    """Quota of provinces in a resource or in CO2 (t/a, average book): ``limits`` by full name of the province."""

    resource: Literal["electricity", "energy", "water", "land", "jobs", "co2"]
    limits: dict[str, float] = Field(min_length=1)


class Chain(Model):
    """Industries that move together: `ratio` tonnes of `then` per tonne of `first` in each area of `level`."""

    first: str
    then: str
    ratio: float = Field(gt=0, allow_inf_nan=False)
    level: Literal["province", "prefecture"] = "province"


class Region(Model):
    """At least `share` of all that moves goes to named provinces, or to zones by key or name."""

    name: str
    share: float = Field(gt=0, le=1)
    provinces: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()


class Core(Model):
    """Industries that hold an origin's chain together: at least `keep` of what exists of each stays there."""

    origin: str
    industries: tuple[str, ...] = Field(min_length=1)
    keep: float = Field(gt=0, le=1)


class AggregateGuard(Model):
    """The most that may leave an origin of all its offered industries together, as a `share` of their sum by value.

    The guard of each industry lets a province change its structure; this one keeps it from losing its industry as a
    whole. `by` is the value of a tonne that is summed; every industry must give it.
    """

    share: float = Field(gt=0, le=1)
    by: Literal["output_value_yuan", "value_added_yuan", "tax_yuan"] = "output_value_yuan"


class National(Model):
    """National ceiling of an industry and what exists now, both in the problem's unit."""

    ceiling: float = Field(gt=0, allow_inf_nan=False)
    existing: float = Field(gt=0, allow_inf_nan=False)


class Rules(Model):
    """The constraints of a matching.

    Attributes
    ----------
    zone_limits : dict
        Resource -> limit of each place (electricity kWh/a, energy tce/a, water m3/a, land m2, jobs persons).
    quotas, chains, regions : tuple
    plants_per_zone : int
    smallest_lot : float
        In the problem's unit.
    province_share : float
        Cap on the share of one province in what moves of an industry (against 同质化).
    receiving_zones : int
        Cap on the number of places that take an industry.
    herfindahl : float
        Ceiling on the sum of squared shares of the provinces.
    origin_guard : float
        Share of an industry's existing capacity that may leave a province.
    cores : tuple
    aggregate_guard : AggregateGuard
    special_areas : float
        Least share of all that moves that goes to special areas (列入名单的特殊类型地区), by the runs' policy lists.
    replacement_ratio : float
        Tonnes closed for a tonne built (产能置换).
    national : dict
        Industry -> ceiling and what exists.
    backup_km : float
        Every plant has another at least so far away.
    net_co2 : float
        The most that all moves may add, t/a, in the goal's book.
    """

    zone_limits: dict[Resource, ZoneLimit] = Field(default_factory=dict)
    quotas: tuple[Quota, ...] = ()
    chains: tuple[Chain, ...] = ()
    regions: tuple[Region, ...] = ()
    plants_per_zone: int | None = Field(default=None, ge=1)
    smallest_lot: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    province_share: float | None = Field(default=None, gt=0, le=1)
    receiving_zones: int | None = Field(default=None, ge=1)
    herfindahl: float | None = Field(default=None, gt=0, le=1)
    origin_guard: float | None = Field(default=None, gt=0, le=1)
    cores: tuple[Core, ...] = ()
    aggregate_guard: AggregateGuard | None = None
    special_areas: float | None = Field(default=None, gt=0, le=1)
    replacement_ratio: float | None = Field(default=None, ge=1, allow_inf_nan=False)
    national: dict[str, National] = Field(default_factory=dict)
    backup_km: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    net_co2: float | None = Field(default=None, allow_inf_nan=False)
