"""How sure the ranking is: weights and errors are drawn, and the ranks counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.crs import CHINA_ALBERS
from geotransfer.mcda.acceptability import RankAcceptability, rank_acceptability
from geotransfer.mcda.stability import stability_classes, top_stayers
from geotransfer.mcda.uncertain_ranking import Aggregate, uncertain_ranking
from geotransfer.mcda.uncertainty import CriterionError
from geotransfer.mcda.weight_draws import seed_blocks
from geotransfer.raster import Raster
from geotransfer.spec.aggregation import aggregate
from geotransfer.spec.criteria import Criterion
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.scoring import drawn_score
from geotransfer.study.comparison import sensitivity_record, top_size
from geotransfer.study.weight_law import drawn_weights
from geotransfer.types import FloatArray

__all__ = ["Robustness", "robustness_of", "stability_raster"]

TOP_SHARE = 0.10
"""A zone's stability class looks at the best tenth of the ranked zones."""
STAY = 0.5
"""A zone stays in the top 10 when it is there in at least half of the draws."""
CONFIDENCE_DRAWS = 50
"""Draws of the errors for the confidence factor: its standard error is at most 0.07."""
FIRST_ZONES = 5
"""Central weights are told of so many zones."""
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
        With ``robustness.draws`` above 0, bounds and weights settled.
    ranking : GeoDataFrame
        Of the run, best first.
    price_areas : ndarray of str
        Price area of each row, for errors of that scope.
    """
    ranked = (ranking["status"] == "ranked").to_numpy()
    if scenario.robustness.draws == 0 or ranked.sum() < 2:
        return None
    zones = ranking[ranked]
    around = _drawn(scenario, zones, price_areas[ranked])
    scores = np.asarray(zones[[f"score_{name}" for name in scenario.weighted]].to_numpy(dtype=np.float64))
    free = _free(scenario, scores)
    return Robustness(_columns(around, ranked), _record(scenario, zones["name"].tolist(), scores, around, free))


def _drawn(scenario: Scenario, zones: gpd.GeoDataFrame, price_areas: np.ndarray) -> RankAcceptability:
    """Draw weights by the scenario's law, and the criteria within their errors."""
    weighted = {name: scenario.criteria[name] for name in scenario.weighted}
    spots = zones.geometry.representative_point().to_crs(CHINA_ALBERS)
    law = drawn_weights(scenario)
    return uncertain_ranking(
        zones[list(weighted)].to_numpy(dtype=np.float64),
        scorers=[partial(drawn_score, criterion) for criterion in weighted.values()],
        errors=[_error(criterion) for criterion in weighted.values()],
        seed=scenario.robustness.seed,
        draws=scenario.robustness.draws,
        groups={"province": zones["province"].tolist(), "price area": price_areas.tolist()},
        coordinates_km=np.column_stack([spots.x, spots.y]) / 1000.0,
        weights=law.weights,
        concentration=law.concentration,
        limits=law.limits,
        order=law.order,
        confidence_draws=CONFIDENCE_DRAWS,
        aggregate=_by_draw(scenario),
    )


def _free(scenario: Scenario, scores: FloatArray) -> RankAcceptability:
    """Draw any weights that sum to 1; the criteria as they are."""
    draws, seed, by_draw = scenario.robustness.draws, scenario.robustness.seed, _by_draw(scenario)
    if by_draw is None:
        return rank_acceptability(scores, draws=draws, seed=seed)
    n = scores.shape[1]
    return uncertain_ranking(
        scores,
        scorers=[np.asarray] * n,
        errors=[None] * n,
        draws=draws,
        seed=seed,
        confidence_draws=1,
        aggregate=by_draw,
    )


def _by_draw(scenario: Scenario) -> Aggregate | None:
    """Return the scenario's method as one call per draw; None for the weighted sum, which is done in one step."""
    return None if scenario.aggregation.method == "weighted_sum" else partial(aggregate, scenario.aggregation)


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
    scenario: Scenario, names: list[str], scores: FloatArray, drawn: RankAcceptability, free: RankAcceptability
) -> dict[str, Any]:
    weighted, spec, law = scenario.weighted, scenario.robustness, drawn_weights(scenario)
    n = top_size(len(names))
    return {
        "draws": spec.draws,
        "seed": spec.seed,
        "weights_drawn": law.words,
        "concentration": law.concentration,
        "limits": {name: list(ends) for name, ends in spec.limits.items()},
        "order": list(spec.order),
        "errors": _errors(scenario, weighted),
        "top_n": n,
        "given_weights": _stayers(drawn, n, names),
        "free_weights": _stayers(free, n, names) | {"first": _first(free, drawn, names, weighted)},
        "sensitivity": sensitivity_record(scenario, scores, weighted, names),
    }


def _first(
    free: RankAcceptability, drawn: RankAcceptability, names: list[str], criteria: list[str]
) -> list[dict[str, Any]]:
    """Return the zones that are most often first under any weights, and the weights that make them so.

    The confidence factor is of the criteria's errors under the central weights of the scenario's own law; null where
    the zone was never first under it.
    """
    share = free.top(1)
    order = np.argsort(-share, kind="stable")[:FIRST_ZONES]
    return [
        {
            "zone": names[i],
            "share": round(float(share[i]), 6),
            "central_weights": {c: round(float(w), 4) for c, w in zip(criteria, free.central_weights[i], strict=True)},
            "confidence": round(float(drawn.confidence[i]), 4) if np.isfinite(drawn.confidence[i]) else None,
        }
        for i in order
        if share[i] > 0
    ]


def _errors(scenario: Scenario, names: list[str]) -> dict[str, Any]:
    found = {name: scenario.criteria[name].error for name in names}
    return {name: e.model_dump(mode="json", exclude_none=True) for name, e in found.items() if e is not None}


def _stayers(drawn: RankAcceptability, n: int, names: list[str]) -> dict[str, Any]:
    """Return who stays in the top n in half of the draws; nobody is an answer too."""
    stayers = top_stayers(drawn, n=n, share=STAY)
    return {"stay": [names[i] for i in stayers.zones], "best_share": round(stayers.best, 6)}


def stability_raster(scenario: Scenario, scores: FloatArray, suitability: Raster) -> Raster:
    """Return, per cell, the probability to be among the best tenth when the weights are drawn.

    Parameters
    ----------
    scenario : Scenario
        Weights, their law and the seed; the cells are aggregated by its method.
    scores : ndarray
        Shape (height, width, criteria).
    suitability : Raster
        NaN where a cell is excluded or unknown.
    """
    shown = ~np.isnan(suitability.values)
    if not shown.any():
        return suitability
    weighted = set(scenario.weighted)
    used = [k for k, name in enumerate(scenario.criteria) if name in weighted]
    # column by column in memory: that is how the weighted sum reads it
    table = np.asfortranarray(scores[shown][:, used])
    law = drawn_weights(scenario).law(len(used))
    hits = np.zeros(len(table))
    place = max(1, round(TOP_SHARE * len(table)))
    for block, n in seed_blocks(scenario.robustness.seed, CELL_DRAWS):
        for drawn in law.draw(np.random.default_rng(block), n):
            total = aggregate(scenario.aggregation, table, drawn)
            hits += total >= np.partition(total, len(total) - place)[len(total) - place]
    values = np.full(suitability.grid.shape, np.nan)
    values[shown] = hits / CELL_DRAWS
    return Raster(values, suitability.grid)
