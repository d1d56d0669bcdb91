"""Beside the draws: other methods, rank reversals, what the criteria share, which weight moves a rank, other cells."""

from __future__ import annotations

from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.errors import InputError
from geotransfer.mcda.agreement import agreement, rank_reversals
from geotransfer.mcda.screening import collinearity
from geotransfer.mcda.sensitivity import rank_sensitivity
from geotransfer.mcda.weight_swings import weight_swings
from geotransfer.spec.aggregation import ByName, Owa, Promethee, aggregate, compromise_of
from geotransfer.spec.scenario import Scenario
from geotransfer.study.evaluate import spearman
from geotransfer.types import FloatArray

__all__ = ["comparison_record", "resolution_record", "reversal_record", "sensitivity_record", "top_size"]

OTHER_METHODS = (
    ByName(method="weighted_sum"),
    ByName(method="weighted_product"),
    Owa(method="owa"),
    ByName(method="topsis"),
    Promethee(method="promethee_ii"),
)
SENSITIVE_ZONES = 5
"""Sobol indices are taken for so many of the first zones."""
REVERSAL_ZONES = 20
"""So many of the first zones are deleted and copied, one after the other."""
SWING_ZONES = 20
"""One weight at a time is halved and raised by half, and so many of the first zones are looked at."""


def top_size(n: int) -> int:
    """Return the size of the top that is looked at: 10, or half of fewer than 20 zones.

    Examples
    --------
    >>> top_size(2000), top_size(7), top_size(1)
    (10, 3, 1)
    """
    return max(1, min(10, n // 2))


def comparison_record(scenario: Scenario, ranking: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return how the ranking compares: other methods, rank reversals, what the criteria share; None for one zone.

    Parameters
    ----------
    scenario : Scenario
        With its bounds and weights settled; its own method is among those compared.
    ranking : GeoDataFrame
        Of the run, best first.
    """
    zones = ranking[ranking["status"] == "ranked"]
    if len(zones) < 2:
        return None
    weighted = scenario.weighted
    scores = np.asarray(zones[[f"score_{name}" for name in weighted]].to_numpy(dtype=np.float64))
    weights = np.array([scenario.weights[name] for name in weighted])
    n = top_size(len(zones))
    return {
        "top_n": n,
        "methods": _methods(scenario, scores, weights, zones["name"].tolist(), n),
        "reversals": reversal_record(scenario, scores, weights),
        "weight_swings": _swings(scenario, scores, weights),
        "collinearity": _collinearity(scores, weighted),
    }


def _swings(scenario: Scenario, scores: FloatArray, weights: FloatArray) -> dict[str, Any] | None:
    """Return by criterion how many of the first zones leave when its weight changes; None where it cannot be told."""
    top = min(SWING_ZONES, len(scores) // 2)
    try:
        found = weight_swings(scores, weights, aggregate=partial(aggregate, scenario.aggregation), top=top)
    except InputError:
        # too few zones, or zones all alike under a method that compares them
        return None
    pairs = zip(scenario.weighted, found.lowered.tolist(), found.raised.tolist(), strict=True)
    return {"top": top, "left": {name: {"lowered": low, "raised": high} for name, low, high in pairs}}


def _methods(scenario: Scenario, scores: FloatArray, weights: FloatArray, names: list[str], n: int) -> dict[str, Any]:
    own = [scenario.aggregation, *(how for how in OTHER_METHODS if how.method != scenario.aggregation.method)]
    found = agreement({how.method: aggregate(how, scores, weights) for how in own}, n)
    compromise = compromise_of(scenario.aggregation, scores, weights)
    record: dict[str, Any] = {
        "methods": list(found.methods),
        "always": [names[i] for i in found.always],
        # with fewer than three zones there is no correlation
        "spearman": [[round(float(x), 6) if np.isfinite(x) else None for x in row] for row in found.spearman],
    }
    if compromise is not None:
        record["compromise"] = {
            "zones": [names[i] for i in compromise.compromise],
            "acceptable_advantage": compromise.acceptable_advantage,
            "acceptable_stability": compromise.acceptable_stability,
        }
    return record


def reversal_record(scenario: Scenario, scores: FloatArray, weights: FloatArray) -> dict[str, Any] | None:
    """Return in how many tests a rank changed when one of the first zones was deleted or copied.

    None for fewer than three zones, or where the method cannot compare what a deletion leaves (zones all alike).
    """
    tested = min(REVERSAL_ZONES, len(scores))
    if tested < 3:
        return None
    total = aggregate(scenario.aggregation, scores, weights)
    first = np.argsort(-total, kind="stable")[:tested]
    try:
        found = rank_reversals(
            scores, lambda table: aggregate(scenario.aggregation, table, weights), zones=first.tolist(), first=tested
        )
    except InputError:
        return None
    return {
        "zones": tested,
        "share": round(found.share, 6),
        "most_moved_by_deletion": int(found.moved_by_deletion.max()),
        "most_moved_by_copy": int(found.moved_by_copy.max()),
    }


def _collinearity(scores: FloatArray, criteria: list[str]) -> dict[str, Any]:
    """Return strongly correlated pairs, variance inflation (null: constant), and what the others determine."""
    if scores.shape[1] < 2 or len(scores) < 3:
        return {"pairs": [], "vif": {}, "determined": []}
    found = collinearity(scores, names=criteria)
    vif = dict(zip(criteria, found.vif.tolist(), strict=True))
    return {
        "pairs": [[a, b, round(rho, 4)] for a, b, rho in found.pairs()],
        "vif": {name: round(v, 4) if np.isfinite(v) else None for name, v in vif.items()},
        "determined": [name for name, v in vif.items() if np.isposinf(v)],
    }


def sensitivity_record(
    scenario: Scenario, scores: FloatArray, criteria: list[str], names: list[str]
) -> list[dict[str, Any]] | None:
    """Return Sobol indices of the ranks of the first zones under any weights; None when they are not asked for.

    Raises
    ------
    MissingExtra
        SALib is not installed.
    """
    samples = scenario.robustness.sensitivity_samples
    if samples == 0 or len(criteria) < 2:
        return None
    zones = range(min(SENSITIVE_ZONES, len(names)))
    how = scenario.aggregation
    own = None if how.method == "weighted_sum" else partial(aggregate, how)
    found = rank_sensitivity(scores, zones=list(zones), seed=scenario.robustness.seed, samples=samples, aggregate=own)

    def by_criterion(values: FloatArray) -> dict[str, float | None]:
        return {c: round(float(v), 4) if np.isfinite(v) else None for c, v in zip(criteria, values, strict=True)}

    return [
        {"zone": names[i], "first": by_criterion(found.first[i]), "total": by_criterion(found.total[i])} for i in zones
    ]


def resolution_record(ranking: gpd.GeoDataFrame, other: gpd.GeoDataFrame, resolution: float) -> dict[str, Any]:
    """Return how the ranks of two runs on different cells agree, over the zones that both rank."""
    both = pd.merge(ranking[["zone", "name", "rank"]], other[["zone", "rank"]], on="zone", suffixes=("", "_other"))
    both = both.dropna(subset=["rank", "rank_other"])
    rho = spearman(both["rank"].to_numpy(dtype=np.float64), both["rank_other"].to_numpy(dtype=np.float64))
    top = top_size(len(both))
    return {
        "resolution": resolution,
        "zones": len(both),
        "spearman": round(rho, 6) if np.isfinite(rho) else None,
        "top_n": top,
        "stay": both.loc[(both["rank"] <= top) & (both["rank_other"] <= top), "name"].tolist(),
    }
