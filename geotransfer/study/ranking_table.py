"""The ranking as a table: status, values, scores, ranks, areas and reasons of every zone."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.inputs.zones import Zones
from geotransfer.rules.exclusions import CheckedRule
from geotransfer.spec.aggregation import aggregate
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.scoring import score
from geotransfer.study.evaluate import Areas, province_ranks, rank_order
from geotransfer.study.veto import whole_zone_vetoes
from geotransfer.types import BoolArray, FloatArray

__all__ = ["combined", "ranking_table", "rule_area_table", "score_stack"]

IDENTITY = ["zone", "adcode", "name", "kind", "province", "prefecture", "region"]


def ranking_table(
    scenario: Scenario,
    zones: Zones,
    rules: list[CheckedRule],
    areas: Areas,
    values: dict[str, dict[str, FloatArray]],
    more: dict[str, Any],
) -> gpd.GeoDataFrame:
    """Return the zones best first, then unknown, then excluded.

    Parameters
    ----------
    scenario, zones, rules, areas
        Of the run.
    values : dict
        ``"best_site"`` and ``"mean"`` -> criterion -> value of each zone.
    more : dict
        Further columns, one value per zone.
    """
    scores = {kind: score_stack(scenario, found) for kind, found in values.items()}
    chosen, chosen_scores = values[scenario.zone_value], scores[scenario.zone_value]
    states = _states(scenario, zones, rules, areas, chosen_scores)
    ranked = (states["status"] == "ranked").to_numpy()
    total = {kind: combined(scenario, s, ranked) for kind, s in scores.items()}
    order, ranks = rank_order(total[scenario.zone_value], zones.table["zone"].to_numpy(dtype=object))
    identity = zones.table[IDENTITY].reset_index(drop=True)
    columns: dict[str, object] = {
        "score": total[scenario.zone_value],
        "status": states["status"],
    }
    for k, name in enumerate(scenario.criteria):
        columns[name], columns[f"score_{name}"] = chosen[name], chosen_scores[:, k]
    columns |= {"score_best_site": total["best_site"], "score_mean": total["mean"]}
    columns |= province_ranks(total[scenario.zone_value], ranks, identity["province"].to_numpy(dtype=object))
    columns |= _interval(scenario, chosen_scores, states["status"]) | _area_columns(areas)
    columns |= {"first_failed_rule": states["first_failed_rule"], "reason": states["reason"]}
    columns["unchecked_rules"] = _unchecked(scenario, zones, rules)
    columns |= more
    table = pd.concat([identity, pd.DataFrame(columns)], axis=1)
    table.insert(0, "rank", pd.array(ranks, dtype="Int64"))
    table["rank"] = table["rank"].mask(table["rank"] < 0)
    frame = gpd.GeoDataFrame(table, geometry=zones.shown.to_numpy(), crs="EPSG:4326")
    tier = states["status"].map({"ranked": 0, "unknown": 1, "excluded": 2}).to_numpy()
    return frame.iloc[order[np.argsort(tier[order], kind="stable")]].reset_index(drop=True)


def rule_area_table(zones: Zones, areas: Areas) -> pd.DataFrame:
    """Return what each rule takes of each zone in km2, alone and in order; pairs without an area are left out."""
    parts = [
        pd.DataFrame({
            "zone": zones.table["zone"].astype(str).to_numpy(), "rule": rule,
            "alone_km2": np.round(alone, 6), "in_order_km2": np.round(areas.in_order[rule], 6),
        })
        for rule, alone in areas.alone.items()
    ]  # fmt: skip
    columns = ["zone", "rule", "alone_km2", "in_order_km2"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table[(table[["alone_km2", "in_order_km2"]] != 0).any(axis=1)].reset_index(drop=True)


def score_stack(scenario: Scenario, values: dict[str, FloatArray]) -> FloatArray:
    """Return the scores of all criteria, in their order, along a new last axis."""
    return np.stack([score(c, values[name]) for name, c in scenario.criteria.items()], axis=-1)


def combined(scenario: Scenario, scores: FloatArray, counted: BoolArray) -> FloatArray:
    """Return one score per zone or cell from those of the criteria (last axis), by the scenario's method.

    Those that are not `counted` get NaN, and are no alternatives for a method that compares.
    """
    total = np.full(scores.shape[:-1], np.nan)
    if counted.any():
        total[counted] = aggregate(scenario.aggregation, scores[counted], np.array(list(scenario.weights.values())))
    return total


def _interval(scenario: Scenario, scores: FloatArray, status: pd.Series[str]) -> dict[str, FloatArray]:
    if scenario.missing != "interval":
        return {}
    in_play = (status != "excluded").to_numpy()
    return {
        column: combined(scenario, np.nan_to_num(scores, nan=filler), in_play)
        for column, filler in (("score_low", 0.0), ("score_high", 1.0))
    }


def _area_columns(areas: Areas) -> dict[str, FloatArray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        excluded_share = np.where(areas.with_data > 0, areas.excluded / areas.with_data, np.nan)
        nodata_share = np.where(areas.total > 0, 1.0 - areas.with_data / areas.total, 1.0)
    return {
        "area_km2": np.asarray(np.round(areas.total, 6), dtype=np.float64),
        "eligible_km2": np.asarray(np.round(np.maximum(areas.eligible, 0.0), 6), dtype=np.float64),
        "excluded_share": np.clip(np.round(excluded_share, 12), 0.0, 1.0),
        "nodata_share": np.clip(np.round(nodata_share, 12), 0.0, 1.0),
    }


def _states(
    scenario: Scenario, zones: Zones, rules: list[CheckedRule], areas: Areas, scores: FloatArray
) -> pd.DataFrame:
    """Return status, first failed rule and reason of each zone."""
    needed = [(k, name) for k, name in enumerate(scenario.criteria) if name in set(scenario.needed)]
    listed = {rule.name: rule.adcodes for rule in rules if rule.adcodes}
    whole = whole_zone_vetoes(scenario.criteria)
    states = []
    for i, adcode in enumerate(zones.table["adcode"]):
        named = next((name for name, codes in listed.items() if adcode in codes), None)
        missing = [name for k, name in needed if np.isnan(scores[i, k])]
        if named is not None:
            states.append(("excluded", named, named))
        elif zones.table["province"].iloc[i] == "":
            states.append(("unknown", "", "outside"))
        elif areas.failed_by[i] == "nodata":
            states.append(("unknown", "", "nodata"))
        elif areas.failed_by[i]:
            failed = areas.failed_by[i]
            states.append(("excluded", failed if failed in whole else "no_room", failed))
        elif missing:
            states.append(("unknown", "", ";".join(missing)))
        else:
            states.append(("ranked", "", ""))
    return pd.DataFrame(states, columns=["status", "first_failed_rule", "reason"])


def _unchecked(scenario: Scenario, zones: Zones, rules: list[CheckedRule]) -> list[str]:
    """Return, per zone, the rules that had no data there: everywhere, or outside what a user's file surveyed."""
    spots = zones.table.representative_point().to_numpy()
    outside = {r.name: ~shapely.intersects(spots, r.extent) for r in rules if r.extent is not None}
    everywhere = set(scenario.unchecked_rules)
    return [
        ";".join(name for name in scenario.rules if name in everywhere or (name in outside and outside[name][i]))
        for i in range(len(spots))
    ]
