"""What the rules take of one zone, and how much room it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geotransfer.siting.finished import FinishedResult
from geotransfer.types import Text

__all__ = ["RoomOfZone", "RuleOnZone", "room_of_zone", "rules_on_zone", "unchecked_on_zone"]

OWN_KINDS = ("point", "polygon")
"""The user's own zones: one that is small needs half of itself."""


@dataclass(frozen=True)
class RuleOnZone:
    """One rule (or veto) and one zone.

    Attributes
    ----------
    id, title, source
        Of the rule; `source` is the basis it stands on.
    failed : bool
        The zone is excluded because of it.
    whole_zone : bool
        It forbids the zone as a whole (a list of zones, a veto), whatever area is left.
    area_alone_km2, area_in_order_km2 : float or None
        What it takes of the zone by itself, and beyond the rules before it. None where the folder does not say.
    """

    id: str
    title: Text
    source: Text
    failed: bool
    whole_zone: bool
    area_alone_km2: float | None
    area_in_order_km2: float | None


@dataclass(frozen=True)
class RoomOfZone:
    """Eligible land of a zone in km2: what it needs to keep its place, what is left, what is missing (0 if nothing)."""

    area_km2: float
    needed_km2: float
    eligible_km2: float
    missing_km2: float
    excluded_share: float | None
    nodata_share: float


def rules_on_zone(result: FinishedResult, zone: pd.Series[Any]) -> tuple[RuleOnZone, ...]:
    """Return every rule that was checked, in order."""
    areas: Mapping[Any, Mapping[Any, Any]] | None = None
    if result.rule_areas is not None:
        mine = result.rule_areas[result.rule_areas["zone"] == zone["zone"]]
        areas = mine.set_index("rule")[["alone_km2", "in_order_km2"]].to_dict("index")
    excluded = zone["status"] == "excluded"
    return tuple(
        RuleOnZone(
            id=rule["id"],
            title=Text(**rule["title"]),
            source=Text(**rule["source"]),
            failed=excluded and rule["id"] in (zone["reason"], zone["first_failed_rule"]),
            whole_zone=excluded and rule["id"] == zone["first_failed_rule"],
            area_alone_km2=None if areas is None else float(areas.get(rule["id"], {}).get("alone_km2", 0.0)),
            area_in_order_km2=None if areas is None else float(areas.get(rule["id"], {}).get("in_order_km2", 0.0)),
        )
        for rule in result.provenance["result"]["rules"]
    )


def unchecked_on_zone(result: FinishedResult, zone: pd.Series[Any]) -> tuple[RuleOnZone, ...]:
    """Return the rules that had no data for this zone."""
    rules = result.scenario.rules
    titles = {rule["id"]: Text(**rule["title"]) for rule in result.provenance["result"].get("unchecked_rules", [])}
    titles |= {name: rule.title for name, rule in rules.items()}
    # lists of policy are no rules of the scenario: their basis is what they are called
    names = [name for name in str(zone["unchecked_rules"] or "").split(";") if name in titles]
    basis = {name: rules[name].basis if name in rules else titles[name] for name in names}
    return tuple(RuleOnZone(name, titles[name], basis[name], False, False, None, None) for name in names)


def room_of_zone(result: FinishedResult, zone: pd.Series[Any]) -> RoomOfZone:
    """Return what the zone needs, has and lacks; the same rule as in the run."""
    room, total = result.scenario.room, float(zone["area_km2"])
    floor = min(room.area_km2, 0.5 * total) if zone["kind"] in OWN_KINDS else room.area_km2
    needed = max(floor, room.share * total)
    eligible = float(zone["eligible_km2"])
    excluded = float(zone["excluded_share"])
    missing = max(0.0, needed - eligible)
    return RoomOfZone(
        total,
        needed,
        eligible,
        missing,
        None if excluded != excluded else excluded,
        float(zone["nodata_share"]),
    )
