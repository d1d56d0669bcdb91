"""How sure the ranking is: drawn weights and errors, other methods, and what the criteria have in common."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.mcda.acceptability import RankAcceptability, rank_acceptability
from geotransfer.mcda.aggregation import order_weights, ordered_weighted_average, weighted_product, weighted_sum
from geotransfer.mcda.agreement import agreement
from geotransfer.mcda.ideal_points import topsis
from geotransfer.mcda.outranking import promethee_ii
from geotransfer.mcda.screening import collinearity
from geotransfer.mcda.stability import stability_classes, top_stayers
from geotransfer.mcda.uncertain_ranking import uncertain_ranking
from geotransfer.mcda.uncertainty import CriterionError
from geotransfer.mcda.weight_draws import WeightLaw, seed_blocks
from geotransfer.raster import Raster
from geotransfer.study.criteria import score
from geotransfer.study.models import Criterion
from geotransfer.study.scenario import Scenario
from geotransfer.types import FloatArray

__all__ = ["Robustness", "robustness_of", "stability_raster"]

TOP_SHARE = 0.10
"""A zone's stability class looks at the best tenth of the ranked zones."""
STAY = 0.5
"""A zone stays in the top 10 when it is there in at least half of the draws."""
MODERATE_ORNESS = 0.4
"""OWA in the comparison of methods leans a little to the worst criteria: little compensation."""
CELL_DRAWS = 200
"""Draws for the stability raster: the standard error of a probability is at most 0.035."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """What the draws say.

    Attributes
    ----------
    columns : dict of str to ndarray
        Of the ranking, one value per row; NaN, <NA> or "" unless ranked.
    record : dict
        The ``robustness`` part of run.json.
    """

    columns: dict[str, Any]
    record: dict[str, Any]


def robustness_of(scenario: Scenario, ranking: gpd.GeoDataFrame, price_areas: np.ndarray) -> Robustness | None:
    """Return rank intervals, acceptability and stability of the ranked zones; None when the scenario draws nothing.

    Parameters
    ----------
    scenario : Scenario
        With ``robustness.draws`` above 0.
    ranking : GeoDataFrame
        Of the run, best first.
    price_areas : ndarray of str
        Price area of each row, for errors of that scope.
    """
    ranked = (ranking["status"] == "ranked").to_numpy()
    if scenario.robustness.draws == 0 or ranked.sum() < 2:
        return None
    if scenario.aggregation != "weighted_sum":
        raise InputError(
            f"robustness draws know the weighted sum, the scenario aggregates by {scenario.aggregation!r}; "
            "set robustness.draws=0, or aggregation=weighted_sum"
        )
    zones = ranking[ranked]
    around = _drawn(scenario, zones, price_areas[ranked])
    scores = _scores(scenario, zones)
    free = rank_acceptability(scores, draws=scenario.robustness.draws, seed=scenario.robustness.seed)
    return Robustness(_columns(around, ranked), _record(scenario, zones, scores, around, free))


def _scores(scenario: Scenario, zones: gpd.GeoDataFrame) -> FloatArray:
    weighted = [name for name, w in scenario.weights.items() if w > 0]
    return np.asarray(zones[[f"score_{name}" for name in weighted]].to_numpy(dtype=np.float64))


def _drawn(scenario: Scenario, zones: gpd.GeoDataFrame, price_areas: np.ndarray) -> RankAcceptability:
    """Draw weights around the scenario's, and the criteria within their errors."""
    weighted = {name: c for name, c in scenario.criteria.items() if scenario.weights[name] > 0}
    spots = zones.geometry.representative_point().to_crs(CHINA_ALBERS)
    return uncertain_ranking(
        zones[list(weighted)].to_numpy(dtype=np.float64),
        scorers=[partial(score, criterion) for criterion in weighted.values()],
        errors=[_error(criterion) for criterion in weighted.values()],
        seed=scenario.robustness.seed,
        draws=scenario.robustness.draws,
        groups={"province": zones["province"].tolist(), "price area": price_areas.tolist()},
        coordinates_km=np.column_stack([spots.x, spots.y]) / 1000.0,
        weights=[scenario.weights[name] for name in weighted],
        concentration=scenario.robustness.concentration,
        confidence_draws=1,
    )


def _error(criterion: Criterion) -> CriterionError | None:
    if criterion.error is None:
        return None
    spec = criterion.error
    return CriterionError(
        spec.scope,
        standard_error=spec.standard_error,
        low=spec.low,
        high=spec.high,
        relative=spec.relative,
        range_km=spec.range_km,
    )


def _columns(drawn: RankAcceptability, ranked: np.ndarray) -> dict[str, Any]:
    top_tenth = max(1, round(TOP_SHARE * int(ranked.sum())))
    numbers = {
        "rank_p05": drawn.rank_percentile(0.05).astype(float),
        "rank_p95": drawn.rank_percentile(0.95).astype(float),
        "top10_acceptability": drawn.top(min(10, int(ranked.sum()))),
    }
    columns: dict[str, Any] = {}
    for name, values in numbers.items():
        whole = np.full(len(ranked), np.nan)
        whole[ranked] = values
        columns[name] = whole
    classes = np.full(len(ranked), "", dtype=object)
    classes[ranked] = stability_classes(drawn.top(top_tenth))
    columns["stability"] = classes
    return columns


def _record(
    scenario: Scenario, zones: gpd.GeoDataFrame, scores: FloatArray, drawn: RankAcceptability, free: RankAcceptability
) -> dict[str, Any]:
    weighted = [name for name, w in scenario.weights.items() if w > 0]
    n = min(10, len(zones))
    names = zones["name"].tolist()
    return {
        "draws": scenario.robustness.draws,
        "seed": scenario.robustness.seed,
        "concentration": scenario.robustness.concentration,
        "errors": _errors(scenario, weighted),
        "top_n": n,
        "given_weights": _stayers(drawn, n, names),
        "free_weights": _stayers(free, n, names),
        "methods": _methods(scenario, scores, n, names),
        "collinearity": _collinearity(scores, weighted),
    }


def _errors(scenario: Scenario, names: list[str]) -> dict[str, Any]:
    found = {name: scenario.criteria[name].error for name in names}
    return {name: e.model_dump(mode="json", exclude_none=True) for name, e in found.items() if e is not None}


def _stayers(drawn: RankAcceptability, n: int, names: list[str]) -> dict[str, Any]:
    """Return who stays in the top n in half of the draws; nobody is an answer too."""
    stayers = top_stayers(drawn, n=n, share=STAY)
    return {"stay": [names[i] for i in stayers.zones], "best_share": round(stayers.best, 6)}


def _methods(scenario: Scenario, scores: FloatArray, n: int, names: list[str]) -> dict[str, Any]:
    """Return which of the top n stay under other ways to aggregate the same scores and weights."""
    weights = np.array([w for w in scenario.weights.values() if w > 0])
    directions = ["max"] * scores.shape[1]
    bounds = np.tile([0.0, 1.0], (scores.shape[1], 1))
    found = agreement(
        {
            "weighted_sum": weighted_sum(scores, weights),
            "weighted_product": weighted_product(scores, weights),
            "owa": ordered_weighted_average(
                scores, weights, order_weights=order_weights(scores.shape[1], MODERATE_ORNESS)
            ),
            "topsis": topsis(scores, weights, directions=directions, normalization="fixed", bounds=bounds),
            "promethee_ii": promethee_ii(scores, weights, directions=directions),
        },
        n,
    )
    return {
        "methods": list(found.methods),
        "always": [names[i] for i in found.always],
        # with fewer than three zones there is no correlation
        "spearman": [[round(float(x), 6) if np.isfinite(x) else None for x in row] for row in found.spearman],
    }


def _collinearity(scores: FloatArray, names: list[str]) -> dict[str, Any]:
    if scores.shape[1] < 2 or len(scores) < 3:
        return {"pairs": [], "vif": {}}
    found = collinearity(scores, names=names)
    vif = {name: round(float(v), 4) if np.isfinite(v) else None for name, v in zip(names, found.vif, strict=True)}
    return {"pairs": [[a, b, round(rho, 4)] for a, b, rho in found.pairs()], "vif": vif}


def stability_raster(scenario: Scenario, scores: FloatArray, suitability: Raster) -> Raster:
    """Return, per cell, the probability to be among the best tenth when the weights are drawn.

    Parameters
    ----------
    scenario : Scenario
        Weights, their concentration and the seed.
    scores : ndarray
        Shape (height, width, criteria).
    suitability : Raster
        NaN where a cell is excluded or unknown.
    """
    shown = ~np.isnan(suitability.values)
    if not shown.any():
        return suitability
    table = scores[shown]
    weights = np.array(list(scenario.weights.values()))
    # column by column in memory: that is how the weighted sum reads it
    table = np.asfortranarray(table[:, weights > 0])
    law = WeightLaw.of(table.shape[1], weights=weights[weights > 0], concentration=scenario.robustness.concentration)
    hits = np.zeros(len(table))
    place = max(1, round(TOP_SHARE * len(table)))
    for block, n in seed_blocks(scenario.robustness.seed, CELL_DRAWS):
        for drawn in law.draw(np.random.default_rng(block), n):
            total = weighted_sum(table, drawn)
            hits += total >= np.partition(total, len(total) - place)[len(total) - place]
    values = np.full(suitability.grid.shape, np.nan)
    values[shown] = hits / CELL_DRAWS
    return Raster(values, suitability.grid)
