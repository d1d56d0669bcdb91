"""Scenarios whose values are others, but could be meant: most of them run, each through another part of `run`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from fuzz_mutation import damaged_tree

Random = np.random.Generator
ODD = 0.3
"""Share of the scenarios that have a wild value beside those in range."""
WILD = 0.2
"""Share that has wild values only."""
METHODS = ("weighted_sum", "weighted_product", "topsis", "topsis_vector", "topsis_minmax", "spotis", "vikor", "owa",
           "promethee_ii")  # fmt: skip
SCORING = ("worst", "best", "points", "fuzzy", "logistic", "categories", "bounds_from_data", "scale")


def varied(values: dict[str, Any], random: Random) -> dict[str, Any]:
    """Return a scenario with one to six values drawn from what they may be; now and then with a wild one."""
    tree, way = copy.deepcopy(values), random.random()
    if way < WILD:
        return damaged_tree(tree, random)  # type: ignore[no-any-return]
    places = sorted(CHOICES)
    for place in random.choice(places, size=int(random.integers(1, 7)), replace=False):
        CHOICES[str(place)](tree, random)
    return damaged_tree(tree, random) if way > 1 - ODD else tree  # type: ignore[no-any-return]


def _one_of(random: Random, values: Sequence[Any]) -> Any:
    return values[int(random.integers(len(values)))]


def _number(low: float, high: float, *, edges: Sequence[float] = ()) -> Callable[[Random], float]:
    """A number between, evenly by size; one in four an edge."""
    return lambda random: (
        float(_one_of(random, edges)) if edges and random.random() < 0.25 else float(random.uniform(low, high))
    )


def _put(*place: str, value: Callable[[Random], Any]) -> Callable[[dict[str, Any], Random], None]:
    def put(tree: dict[str, Any], random: Random) -> None:
        node = tree
        for key in place[:-1]:
            node = node.setdefault(key, {})
        node[place[-1]] = value(random)

    return put


def _list(*values: Any) -> Callable[[Random], Any]:
    return lambda random: _one_of(random, values)


def _scoring(name: str) -> Callable[[dict[str, Any], Random], None]:
    """Another way to score a criterion."""
    ways: tuple[dict[str, Any], ...] = (
        {"worst": 1.0, "best": 0.0}, {"worst": 0.2, "best": 0.4}, {"worst": 1e-300, "best": 1.0, "scale": "log"},
        {"worst": 0.1, "best": 10.0, "scale": "log"}, {"points": [[0, 0], [0.5, 1], [1, 0.5]]},
        {"points": [[-1e308, 0], [1e308, 1]]}, {"bounds_from_data": "max"}, {"bounds_from_data": "min"},
        {"fuzzy": {"kind": "near", "midpoint": 0.5, "spread": 2.0}}, {"fuzzy": {"kind": "large", "midpoint": 0.5,
         "spread": 5.0}}, {"worst": -1e308, "best": 1e308}, {"worst": 0.0, "best": 5e-324},
        {"categories": {"0": 0.1, "1": 0.9, "2": 1.0, "3": 0.0, "4": 0.5, "5": 0.2}},
    )  # fmt: skip

    def put(tree: dict[str, Any], random: Random) -> None:
        criterion = tree["criteria"][name]
        for key in SCORING:
            criterion.pop(key, None)
        criterion.update(copy.deepcopy(_one_of(random, ways)))

    return put


def _weighting(random: Random) -> dict[str, Any]:
    share = float(random.uniform(0, 1))
    ways: tuple[dict[str, Any], ...] = (
        {"method": "direct", "weights": {"own": share, "n": 1 - share}},
        {"method": "comparisons", "matrix": [[1, 3], [1 / 3, 1]]},
        {"method": "rank_order", "order": ["n", "own"], "formula": _one_of(random, ("centroid", "sum", "reciprocal"))},
        {"method": "swing", "points": {"own": 100.0, "n": 100 * share}},
        *({"method": way} for way in ("entropy", "critic", "standard_deviation", "merec")),
        {"method": "combined", "subjective": {"method": "rank_order", "order": ["own", "n"]}, "objective": "entropy"},
    )
    return copy.deepcopy(_one_of(random, ways))  # type: ignore[no-any-return]


def _aggregation(random: Random) -> Any:
    method = _one_of(random, METHODS)
    options: dict[str, dict[str, Any]] = {
        "owa": {"orness": float(_one_of(random, (0.0, 0.3, 1.0)))}, "vikor": {"group_weight": float(random.uniform())},
        "promethee_ii": {"preference": _one_of(random, ("usual", "linear", "gaussian"))},
    }  # fmt: skip
    return {"method": method, **options[method]} if method in options and random.random() < 0.7 else method


def _error(random: Random) -> dict[str, Any]:
    scope = _one_of(random, ("national", "field", "zone"))
    return {"standard_error": float(random.uniform(0, 1)), "scope": scope} | (
        {"range_km": 50.0} if scope == "field" and random.random() < 0.5 else {}
    )


def _robustness(random: Random) -> dict[str, Any]:
    return {"draws": int(_one_of(random, (1, 5, 50))), "seed": int(random.integers(0, 9))} | _one_of(
        random, ({}, {"concentration": 0.5}, {"order": ["own", "n"]}, {"second_resolution": 20_000.0})
    )


CHOICES: dict[str, Callable[[dict[str, Any], Random], None]] = {
    "aggregation": _put("aggregation", value=_aggregation),
    "weighting": _put("weighting", value=_weighting),
    "robustness": _put("robustness", value=_robustness),
    "zone_value": _put("zone_value", value=_list("mean", "best_site")),
    "missing": _put("missing", value=_list("unknown", "interval")),
    "legal_rules": _put("legal_rules", value=_list("china", "none")),
    "resolution": _put("grid", "resolution", value=_number(5_000, 60_000, edges=(1e5, 1e6, 1e9))),
    "site": _put("site_area_km2", value=_number(1, 5_000, edges=(1e-9, 1e9))),
    "room": _put("room", "area_km2", value=_number(0, 500, edges=(0, 1e12))),
    "room_share": _put("room", "share", value=_number(0, 1, edges=(0, 1))),
    "weight": _put("criteria", "own", "weight", value=_number(0, 1, edges=(0, 1e6, 1e-300))),
    "weight_n": _put("criteria", "n", "weight", value=_number(0, 1, edges=(0, 1e6))),
    "scoring": _scoring("own"),
    "scoring_n": _scoring("n"),
    "veto": _put("criteria", "own", "veto", value=_number(0.01, 0.9, edges=(1e-9, 1))),
    "error": _put("criteria", "own", "error", value=_error),
    "resampling": _put("criteria", "own", "source", "resampling", value=_list("nearest", "cubic", "sum", "mode")),
    "column": _put("criteria", "n", "source", "column", value=_list("area_km2", "n", "zone")),
    "at_most": _put("rules", "high", "test", "at_most", value=_number(0, 1, edges=(-1, 0, 1, 1e308))),
    "buffer": _put("rules", "high", "buffer_m", value=_number(0, 50_000, edges=(0, 1e-9))),
    "share": _put("rules", "high", "share", value=_number(0.01, 1, edges=(1e-9, 1))),
    "inverse": _put("rules", "high", "inverse", value=_list(True, False)),
    "nearby": _put("criteria", "own", "source", value=lambda random: {
        "kind": "nearby_area", "file": "r.tif", "at_most": float(random.uniform()), "window_km": float(
            _one_of(random, (0.001, 10.0, 100.0, 1e6)))}),
    "contiguous": _put("rules", "joined", value=lambda random: {
        "title": {"zh": "甲", "en": "a"}, "basis": {"zh": "甲", "en": "a"}, "test": {
            "kind": "contiguous", "min_area_km2": float(_one_of(random, (0.001, 100.0, 1e5))),
            "neighbours": int(_one_of(random, (4, 8)))}}),
}  # fmt: skip
"""What may be other than in the seed, and what puts it there."""
