"""What policy says of the zones of a study: its columns, what a list bans, what could not be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.industry.policy import policy_direction, unchecked_lists
from geotransfer.industry.policy_areas import division_chains, special_area_lists, special_areas
from geotransfer.industry.policy_lists import ListedPlace, PolicyList, listed_directions, read_policy_list
from geotransfer.industry.policy_tables import (
    POLICY_LAYERS,
    PolicyEdition,
    policy_editions,
    policy_table,
    transfer_directions,
)
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import Zones
from geotransfer.rules.exclusions import CheckedRule
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.policy import PolicySpec
from geotransfer.spec.rules import Rule, ZonesTest
from geotransfer.spec.scenario import Scenario
from geotransfer.supply.measured import Measured, by_zone
from geotransfer.types import Text

__all__ = ["POLICY_RULE", "PolicySupply", "banned_by", "policy_record", "policy_supply", "with_policy_rules"]

POLICY_RULE = "policy"
OFFSHORE_M = 30_000
"""As far from a county as from a prefecture (zones.py)."""
SHOWN = 5


@dataclass(frozen=True, eq=False)
class PolicySupply:
    """What policy says of the zones of a study.

    Attributes
    ----------
    spec : PolicySpec
        What was asked.
    zones : DataFrame
        One row a zone: ``zone``, ``direction``, ``basis``, ``basis_en``, ``source``, ``history``, ``kinds``, ``bonus``.
    lists : tuple of PolicyList
        The user's.
    banned : CheckedRule or None
        What a list in force bans.
    banning : tuple of str
        The documents that do.
    """

    spec: PolicySpec
    zones: pd.DataFrame
    lists: tuple[PolicyList, ...]
    banned: CheckedRule | None
    banning: tuple[str, ...]

    def columns(self) -> dict[str, Any]:
        """Return what the ranking says of each zone's policy."""
        return {
            "policy_direction": self.zones["direction"].to_numpy(dtype=object),
            "policy_special_area": self.zones["kinds"].to_numpy(dtype=object),
        }

    def measured(self, covered: Coverage, shape: tuple[int, int]) -> Measured:
        """Return 1 for a zone in a listed special area, else 0."""
        return by_zone(self.zones["bonus"].to_numpy(dtype=np.float64), covered, shape)

    @property
    def rules(self) -> dict[str, Rule]:
        """The rules that policy adds to a study: what a list bans, and each list of the state that is unchecked."""
        rules = {}
        if self.banned is not None:
            named = "; ".join(self.banning[:SHOWN]) + (" ..." if len(self.banning) > SHOWN else "")
            test = ZonesTest(kind="zones", file=";".join(one.name for one in self.lists))
            rules[POLICY_RULE] = Rule(
                title=Text(zh="政策名单禁止", en="banned by a policy list"), basis=Text(zh=named, en=named), test=test
            )
        for name, editions in unchecked_lists(self.spec.date).items():
            rules[f"{POLICY_RULE}_{name}"] = _unchecked_rule(name, editions)
        return rules

    def record(self) -> dict[str, Any]:
        """Return the ``policy`` part of run.json."""
        counts = self.zones["direction"].value_counts()
        past = self.zones[self.zones["history"] != ""]
        brakes = [said.text for said in transfer_directions() if said.part == "brake" and said.key == self.spec.kind]
        return {
            **self.spec.model_dump(mode="json"),
            "directions": {name: int(counts.get(name, 0)) for name in ("encouraged", "allowed", "banned", "unknown")},
            "special_area_zones": int((self.zones["kinds"] != "").sum()),
            "basis": _distinct(self.zones, "basis", "basis_en"),
            "restraints": [text.as_dict() for text in brakes],
            "parameters": _parameters(self.spec),
            "editions": [_edition_record(edition, self.spec) for edition in policy_editions()],
            "unchecked": list(unchecked_lists(self.spec.date)),
            "history": [
                {"zone": row["zone"], "zh": row["history"], "en": row["history_en"]} for row in past.to_dict("records")
            ],
            "special_area_lists": [
                {"kind": area.kind, "title": area.title.as_dict(), "known": area.known, "total": area.total,
                 "bonus": area.bonus, "note": area.note.as_dict(), "source": area.source}
                for area in special_area_lists()
            ],
            "own_lists": [_list_record(one, self.spec) for one in self.lists],
        }  # fmt: skip


def policy_supply(spec: PolicySpec | None, zones: Zones, inputs: Inputs) -> PolicySupply | None:
    """Return what policy says of the zones of a study; None where the scenario does not ask.

    A zone that is no administrative area has the policy of the county that holds its representative point.

    Raises
    ------
    InputError
        A list of the user that does not fit; the message says where.
    """
    if spec is None:
        return None
    for layer in POLICY_LAYERS:
        inputs.layer(layer)
    lists = tuple(read_policy_list(path) for path in spec.lists)
    for path in spec.lists:
        inputs.record_file(path)
    codes = _codes(zones)
    table = pd.concat([_directions(spec, lists, codes), special_areas(codes)[["kinds", "bonus"]]], axis=1)
    table.insert(0, "zone", zones.table["zone"].to_numpy())
    banned, banning = _banned(spec, lists, zones, table, inputs)
    return PolicySupply(spec, table, lists, banned, banning)


def with_policy_rules(scenario: Scenario, policy: PolicySupply | None) -> Scenario:
    """Return the scenario with the rules that policy adds, for the ledger and the banner."""
    return scenario if policy is None else scenario.model_copy(update={"rules": {**scenario.rules, **policy.rules}})


def banned_by(policy: PolicySupply | None) -> list[CheckedRule]:
    """Return the rule of what a list in force bans; none where nothing is banned."""
    return [] if policy is None or policy.banned is None else [policy.banned]


def policy_record(policy: PolicySupply | None) -> dict[str, Any] | None:
    """Return the ``policy`` part of run.json."""
    return None if policy is None else policy.record()


def _codes(zones: Zones) -> list[str]:
    """Return the adcode each zone's policy is looked up by; "" for a zone outside China."""
    if not zones.own:
        return [str(code) for code in zones.table["adcode"]]
    counties = boundaries("county")[["adcode", "geometry"]].rename(columns={"adcode": "_county"})
    spots = gpd.GeoDataFrame(geometry=zones.table.representative_point(), index=zones.table.index)
    joined = gpd.sjoin_nearest(spots, counties.to_crs(spots.crs), how="left", max_distance=OFFSHORE_M)
    return [str(code) for code in joined.loc[~joined.index.duplicated(), "_county"].fillna("")]


def _directions(spec: PolicySpec, lists: Sequence[PolicyList], codes: Sequence[str]) -> pd.DataFrame:
    """Return what the documents say, and over it what the user's lists decide; a ban of a document stays."""
    said = policy_direction(spec.kind, codes, on_date=spec.date, words=spec.industry)
    decided = listed_directions(lists, codes, on_date=spec.date)
    for i, found in enumerate(decided):
        if found is None or found[1].direction == "unknown" or said.loc[i, "direction"] == "banned":
            continue
        basis = _named(*found)
        said.loc[i, ["direction", "basis", "basis_en", "source"]] = [found[1].direction, basis, basis, basis]
    return said


def _named(name: str, place: ListedPlace) -> str:
    edition = f" {place.edition}" if place.edition else ""
    return f"{name}{edition}: {place.source or place.given}"


def _banned(
    spec: PolicySpec, lists: Sequence[PolicyList], zones: Zones, table: pd.DataFrame, inputs: Inputs
) -> tuple[CheckedRule | None, tuple[str, ...]]:
    """Return what is banned: whole zones, or the counties of zones that are wider than a county."""
    found = table.assign(adcode=zones.table["adcode"].to_numpy())
    shapes = zones.table.geometry.to_crs(inputs.grid.crs).set_axis(table.index)
    if not zones.own and set(zones.table["kind"]) != {"county"}:
        counties = boundaries("county")
        inside = {code for code, chain in zip(counties["adcode"], division_chains(counties["adcode"]), strict=True)
                  if set(chain.codes) & set(table["adcode"])}  # fmt: skip
        counties = counties[counties["adcode"].isin(inside)].reset_index(drop=True)
        found = _directions(spec, lists, counties["adcode"].tolist())
        shapes = counties.geometry.to_crs(inputs.grid.crs)
    banned = found["direction"] == "banned"
    if not banned.any():
        return None, ()
    whole = table.loc[table["direction"] == "banned", "adcode"]
    codes = frozenset({*found.loc[banned, "adcode"], *whole}) - {""}
    rule = CheckedRule(POLICY_RULE, polygons=shapes[banned], adcodes=codes)
    return rule, tuple(dict.fromkeys(found.loc[banned, "basis"]))


def _unchecked_rule(name: str, editions: Sequence[PolicyEdition]) -> Rule:
    one = next(edition for edition in policy_editions() if edition.list == name)
    said = [Text(zh=f"{e.named.zh}:{e.note.zh}", en=f"{e.named.en}: {e.note.en}") for e in editions]
    basis = Text(zh=";".join(t.zh for t in said), en="; ".join(t.en for t in said))
    return Rule(title=one.title, basis=basis if editions else one.title)


def _distinct(table: pd.DataFrame, zh: str, en: str) -> list[dict[str, Any]]:
    """Return each basis once, with the number of zones it stands for, the most frequent first."""
    counts = table[table[zh] != ""].groupby([zh, en]).size().sort_values(ascending=False, kind="stable")
    return [{"zh": key[0], "en": key[1], "zones": int(n)} for key, n in counts.items()]  # type: ignore[index]


def _parameters(spec: PolicySpec) -> list[dict[str, Any]]:
    table = policy_table("policy-parameters")
    rows = table[table["applies_to"].isin([spec.kind, *spec.industry])].to_dict("records")
    return [
        {"id": row["parameter"], "title": {"zh": row["title"], "en": row["title_en"]}, "value": float(row["value"]),
         "unit": row["unit"], "status": row["status"], "note": {"zh": row["note"], "en": row["note_en"]},
         "source": row["source"]}
        for row in rows
    ]  # fmt: skip


def _edition_record(edition: PolicyEdition, spec: PolicySpec) -> dict[str, Any]:
    days = {
        "valid_from": edition.valid_from and edition.valid_from.isoformat(),
        "valid_to": edition.valid_to and edition.valid_to.isoformat(),
    }
    return {
        "list": edition.list, "title": edition.title.as_dict(), "edition": edition.edition.as_dict(), **days,
        "status": edition.status, "in_force": edition.in_force(spec.date), "completeness": edition.completeness,
        "note": edition.note.as_dict(), "source": edition.source,
    }  # fmt: skip


def _list_record(one: PolicyList, spec: PolicySpec) -> dict[str, Any]:
    in_force = [place for place in one.places if place.in_force(spec.date)]
    return {
        "name": one.name,
        "rows": len(one.places),
        "in_force": len(in_force),
        "banned": sum(place.direction == "banned" for place in in_force),
        "sources": sorted({place.source for place in one.places if place.source}),
    }
