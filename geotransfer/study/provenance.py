"""The ``result`` part of run.json: everything a reader needs to trace a number, equal between runs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.catalog.boundaries import boundaries
from geotransfer.inputs.layers import Inputs
from geotransfer.rules.exclusions import CheckedRule
from geotransfer.rules.notes import rule_note
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.scoring import curve_words, shown_points
from geotransfer.study.evaluate import Areas, between_group_share, spearman
from geotransfer.study.veto import veto_ids, veto_title

__all__ = ["PROVINCIAL_SHARE", "result_record"]

PROVINCIAL_SHARE = 0.7
"""Above this share of score variance between provinces the ranks of single counties are only indicative."""
ZONES_A_PROVINCE = 3.0
"""With fewer zones a province on average the share says nothing: with one it is 1."""


def result_record(
    asked: Scenario,
    scenario: Scenario,
    ranking: gpd.GeoDataFrame,
    rules: Sequence[CheckedRule],
    areas: Areas,
    inputs: Inputs,
) -> dict[str, Any]:
    """Return the ``result`` part of run.json (see docs/outputs.md).

    Parameters
    ----------
    asked, scenario : Scenario
        As it was given, and with bounds and weights settled that come from the data.
    ranking, rules, areas, inputs
        Of the run.
    """
    statistics = _statistics(scenario, ranking)
    unchecked = _unchecked(scenario, ranking)
    return {
        "schema": 1,
        "geotransfer": _own_version(),
        "scenario": asked.model_dump(mode="json"),
        "inputs": [inputs.records[name] for name in sorted(inputs.records)],
        "criteria": _criteria(scenario),
        "rules": _rules(scenario, ranking, rules, areas),
        "room": _room(scenario, ranking),
        "unchecked_rules": unchecked,
        "screening_note": _screening_note(unchecked, len(ranking)),
        "headline": _headline(statistics["between_province_variance_share"], ranking),
        "counts": _counts(ranking),
        "provinces": _provinces(ranking),
        "outside_study": _outside(scenario, ranking),
        "statistics": statistics,
        "map": {"approval_number": scenario.map.approval_number, "tiles": scenario.map.tiles},
    }


def _own_version() -> str:
    try:
        return version("geotransfer")
    except PackageNotFoundError:
        return "unknown"


def _criteria(scenario: Scenario) -> list[dict[str, Any]]:
    weights = scenario.weights
    records = []
    for name, criterion in scenario.criteria.items():
        points = [list(p) for p in shown_points(criterion)]
        words = curve_words(criterion)
        records.append({
            "id": name, "title": criterion.title.as_dict(), "group": criterion.group,
            "unit": criterion.unit if criterion.categories is None else "0..1",
            "weight": weights[name], "direction": _direction(points), "points": points, "scale": criterion.scale,
            "curve": None if words is None else words.as_dict(), "veto": criterion.veto,
            "layer": criterion.measured_from, "why": criterion.why.as_dict(),
        })  # fmt: skip
    return records


def _direction(points: Sequence[Sequence[float]]) -> str:
    """Return "max" or "min", or "middle" where neither the lowest nor the highest value scores best."""
    scores = [score for _, score in points]
    if max(scores) > max(scores[0], scores[-1]):
        return "middle"
    return "max" if scores[-1] >= scores[0] else "min"


def _rules(
    scenario: Scenario, ranking: gpd.GeoDataFrame, rules: Sequence[CheckedRule], areas: Areas
) -> list[dict[str, Any]]:
    blamed = ranking.loc[ranking["status"] == "excluded", "reason"]
    named = [(rule.name, scenario.rules[rule.name].title, scenario.rules[rule.name].basis) for rule in rules]
    titles = {name: rule.title for name, rule in scenario.rules.items()}
    notes = {name: rule_note(rule, titles) for name, rule in scenario.rules.items()}
    for veto, name in veto_ids(scenario.criteria).items():
        named.append((veto, veto_title(scenario.criteria[name]), scenario.criteria[name].why))
    return [
        {
            "id": name,
            "title": title.as_dict(),
            "source": basis.as_dict(),
            "zones_failed": int((blamed == name).sum()),
            "area_alone_km2": round(float(areas.alone[name].sum()), 3),
            "area_in_order_km2": round(float(areas.in_order[name].sum()), 3),
            "given_back_km2": round(float(np.maximum(-areas.in_order[name], 0.0).sum()), 3),
            "note": note.as_dict() if (note := notes.get(name)) else None,
        }
        for name, title, basis in named
    ]


def _provinces(ranking: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the provinces by the median score of their ranked zones, the best first, each with its best zone."""
    ranked = ranking[(ranking["status"] == "ranked") & (ranking["province"] != "")]
    rows = []
    for place, zones in ranked.groupby("rank_of_province"):
        best = zones.loc[zones["rank"].idxmin()]
        rows.append({
            "province": str(best["province"]), "rank": int(place), "zones": len(zones),
            "median_score": round(float(zones["score"].median()), 12),
            "best_zone": str(best["name"]), "best_rank": int(best["rank"]),
        })  # fmt: skip
    return rows


def _room(scenario: Scenario, ranking: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return what must be left of a zone, how many zones lack it, and how many of these never had it."""
    return {
        "area_km2": scenario.room.area_km2,
        "share": scenario.room.share,
        "zones_failed": int((ranking["first_failed_rule"] == "no_room").sum()),
        "too_small": int((ranking["reason"] == "too_small").sum()),
    }


def _unchecked(scenario: Scenario, ranking: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the rules that were not checked, and for how many zones: all, or those beyond a user's file."""
    ids = ranking["unchecked_rules"].str.split(";").explode()
    zones = ids[ids != ""].value_counts()
    return [
        {"id": name, "title": rule.title.as_dict(), "zones": int(zones[name])}
        for name, rule in scenario.rules.items()
        if name in zones.index
    ]


def _screening_note(unchecked: Sequence[dict[str, Any]], n: int) -> dict[str, str] | None:
    if not unchecked:
        return None
    zh = [r["title"]["zh"] + ("" if r["zones"] == n else f"({r['zones']} 个区域)") for r in unchecked]
    en = [r["title"]["en"] + ("" if r["zones"] == n else f" (in {r['zones']} zones)") for r in unchecked]
    return {
        "zh": f"未核查: {'、'.join(zh)}; 本图为初筛, 不得作为选址依据",
        "en": f"Not checked: {', '.join(en)}. This is a screening, not a siting verdict.",
    }


def _headline(share: float | None, ranking: gpd.GeoDataFrame) -> dict[str, str] | None:
    if share is None or share <= PROVINCIAL_SHARE:
        return None
    zh, en = ("县级", "county") if set(ranking["kind"]) == {"county"} else ("单个区域的", "single zones'")
    return {
        "zh": f"省际差异为主, {zh}名次仅供参考 (得分方差的 {share:.0%} 在省际)",
        "en": f"Mostly differences between provinces ({share:.0%} of the variance of the score): "
        f"{en} ranks are indicative only",
    }


def _counts(ranking: gpd.GeoDataFrame) -> dict[str, Any]:
    status = ranking["status"]
    table = ranking.groupby(["province", "status"]).size().unstack(fill_value=0)
    by_province = [
        {"province": province, **{s: int(row.get(s, 0)) for s in ("ranked", "excluded", "unknown")}}
        for province, row in table.iterrows()
    ]
    failed = ranking.loc[status == "excluded", "reason"].value_counts().sort_index()
    return {
        **{s: int((status == s).sum()) for s in ("ranked", "excluded", "unknown")},
        "by_province": by_province,
        "by_rule": [{"rule": str(rule), "zones": int(n)} for rule, n in failed.items()],
    }


def _outside(scenario: Scenario, ranking: gpd.GeoDataFrame) -> list[str]:
    """Return the user's own zones that lie outside ``within``: they are ranked all the same, and said to be outside."""
    own = ranking["kind"].isin(["point", "polygon"])
    if not scenario.within or not own.any():
        return []
    named = boundaries("prefecture", within=scenario.within)
    inside = ranking["province"].isin(named["province"]) & ranking["prefecture"].isin(named["name"])
    return [str(name) for name in ranking.loc[own & ~inside, "name"]]


def _statistics(scenario: Scenario, ranking: gpd.GeoDataFrame) -> dict[str, Any]:
    ranked = ranking[ranking["status"] == "ranked"]
    score = ranked["score"].to_numpy(dtype=float)
    provinces = ranked["province"].to_numpy(dtype=object)
    enough = len(ranked) >= ZONES_A_PROVINCE * max(1, len(set(provinces)))
    share = between_group_share(score, provinces) if enough else float("nan")
    agreement = spearman(ranked["score_best_site"].to_numpy(dtype=float), ranked["score_mean"].to_numpy(dtype=float))
    return {
        "between_province_variance_share": _number(share),
        "best_site_vs_mean_spearman": _number(agreement),
        "zone_value": scenario.zone_value,
        "site_area_km2": scenario.site_area_km2,
        "resolution": scenario.grid.resolution,
    }


def _number(value: float) -> float | None:
    return round(value, 12) if np.isfinite(value) else None
