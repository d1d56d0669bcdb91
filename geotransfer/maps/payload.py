"""The document inside the page: everything the map's script knows about a result."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import TypeAdapter

from geotransfer.errors import CrsError, InputError
from geotransfer.maps.cards import cost_terms, regions, unchecked, verdicts
from geotransfer.maps.measures import measures
from geotransfer.maps.pinyin import pinyin_keys
from geotransfer.maps.presets import preset_weights
from geotransfer.maps.topology import QUANTA_PER_TOLERANCE, coverage_tolerance, shared_arcs, simplified
from geotransfer.spec.aggregation import Aggregation, aggregate
from geotransfer.types import FloatArray
from geotransfer.words import NOT_GIVEN, QUALITIES, REASONS, STABILITIES, STATUSES, UNITS, in_words, place_words

__all__ = ["MappableResult", "embedded_json", "quantile_breaks", "result_json"]

CLASSES = 7
SCORE_TOLERANCE = 1e-6
IN_PAGE = ("weighted_sum", "weighted_product", "topsis", "topsis_vector", "topsis_minmax", "spotis")
"""Aggregations that templates/scoring.js computes."""
STATUS_LETTERS = {"ranked": "r", "excluded": "e", "unknown": "u"}
HALF = 0.5
"""Share of the variance between provinces from which ranks are called mostly provincial."""
SMALL_DEG = 0.15
"""Zones whose median width is less (parks, sites) are a few pixels of a national map: their outline is dark."""


class MappableResult(Protocol):
    """What a map needs of a result: also what ranking.gpkg and run.json hold."""

    @property
    def ranking(self) -> gpd.GeoDataFrame:
        """Zones, best first."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """``{"result": ..., "execution": ...}``."""


def result_json(result: MappableResult) -> dict[str, Any]:
    """Return the zones, criteria, rules and notes of a result as the page reads them.

    Raises
    ------
    InputError
        The ranking is empty or lacks a column that provenance names.
    CrsError
        The ranking has no CRS.
    """
    ranking, facts = result.ranking, result.provenance["result"]
    criteria: list[Mapping[str, Any]] = facts["criteria"]
    _check(ranking, [str(criterion["id"]) for criterion in criteria])
    ids = [str(criterion["id"]) for criterion in criteria]
    scores = ranking[[f"score_{name}" for name in ids]].to_numpy(dtype=np.float64)
    total = ranking["score"].to_numpy(dtype=np.float64)
    return {
        "schema": 1,
        "title": _title(facts),
        "zones": _zones(ranking, facts),
        "statuses": {letter: STATUSES[status].as_dict() for status, letter in STATUS_LETTERS.items()},
        "criteria": [
            {**_criterion(criterion), "breaks": quantile_breaks(scores[:, number])}
            for number, criterion in enumerate(criteria)
        ],
        "values": _packed(ranking[ids].to_numpy(dtype=np.float64), "<f4"),
        "scores": _packed(scores, "<f8"),
        "score": _packed(total, "<f8"),
        "rank": _packed(ranking["rank"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64), "<i4"),
        "breaks": quantile_breaks(total),
        "exact": _is_repeated(facts, scores, total, [float(criterion["weight"]) for criterion in criteria]),
        "method": _method(facts)["method"] if _method(facts)["method"] in IN_PAGE else None,
        "presets": preset_weights(
            scores, (ranking["status"] == "ranked").to_numpy(), [float(criterion["weight"]) for criterion in criteria]
        ),
        "weighting": bool(facts["scenario"].get("weighting")),
        "measures": [_measure(one) for one in measures(ranking, criteria=ids)],
        "terms": [{**term, "values": _packed(term["values"], "<f4")} for term in cost_terms(ranking)],
        "verdict": verdicts(ranking),
        "unchecked": unchecked(facts),
        "regions": regions(ranking),
        "pinyin": _pinyin(ranking),
        "provinces": _indexed(_strings(ranking, "province")),
        "by_province": _mostly_provincial(facts),
        "rules": _rules(facts),
        "stability": _stability(ranking),
        "inputs": [_input(entry) for entry in facts["inputs"]],
        "version": str(facts["geotransfer"]),
    }


def embedded_json(document: Mapping[str, Any]) -> str:
    r"""Return JSON that can stand in a ``<script>`` whatever the names in it are.

    Examples
    --------
    >>> embedded_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def quantile_breaks(values: FloatArray, *, classes: int = CLASSES) -> list[float]:
    """Return the upper bounds of quantile classes; NaN is left out, equal bounds are merged.

    Examples
    --------
    >>> import numpy as np
    >>> quantile_breaks(np.array([0.0, 1.0, 2.0, 3.0, np.nan]), classes=2)
    [1.5, 3.0]
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return []
    # fewer classes are what is wanted when many zones share one value
    bounds = np.unique(np.quantile(known, np.arange(1, classes + 1) / classes))
    return [float(bound) for bound in bounds]


def _check(ranking: gpd.GeoDataFrame, criteria: Sequence[str]) -> None:
    if ranking.empty:
        raise InputError("the ranking has no zones, so there is nothing to map; run the scenario on some zones")
    wanted = ["zone", "name", "province", "status", "rank", "score", *criteria, *(f"score_{name}" for name in criteria)]
    missing = [name for name in wanted if name not in ranking]
    if missing:
        raise InputError(f"the ranking lacks the columns {', '.join(missing)}; it must be the ranking of this result")
    if ranking.crs is None:
        raise CrsError("the ranking has no CRS; set it, for example with ranking.set_crs('EPSG:4326')")


def _title(facts: Mapping[str, Any]) -> dict[str, str]:
    title = facts["scenario"]["title"]
    return {"zh": str(title["zh"]), "en": str(title["en"])}


def _zones(ranking: gpd.GeoDataFrame, facts: Mapping[str, Any]) -> dict[str, Any]:
    rules = {rule["id"]: number for number, rule in enumerate(_rules(facts))}
    failed = _strings(ranking, "first_failed_rule")
    return {
        "zone": _strings(ranking, "zone"),
        "name": _strings(ranking, "name"),
        "place": _indexed(_places(ranking)),
        "eligible": _packed(ranking["eligible_km2"].to_numpy(np.float64), "<f4") if "eligible_km2" in ranking else None,
        "status": "".join(STATUS_LETTERS[status] for status in ranking["status"]),
        "rule": [rules.get(rule, -1) for rule in failed],
        "reason": _reasons(_strings(ranking, "reason"), facts),
        **_geometry(ranking),
    }


def _places(ranking: gpd.GeoDataFrame) -> list[str]:
    columns = (_strings(ranking, name) for name in ("name", "prefecture", "province"))
    return [" · ".join(place_words(*names)) for names in zip(*columns, strict=True)]


def _stability(ranking: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return what the draws say of each zone; None for a run without draws."""
    classes = _strings(ranking, "stability")
    if not any(classes) or not {"rank_p05", "rank_p95"} <= set(ranking.columns):
        return None
    number = {name: position for position, name in enumerate(STABILITIES)}
    low, high = (ranking[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("rank_p05", "rank_p95"))
    return {
        "classes": [words.as_dict() for words in STABILITIES.values()],
        "index": [number.get(name, -1) for name in classes],
        "low": _packed(np.nan_to_num(np.floor(low), nan=-1), "<i4"),
        "high": _packed(np.nan_to_num(np.ceil(high), nan=-1), "<i4"),
    }


def _geometry(ranking: gpd.GeoDataFrame) -> dict[str, Any]:
    """Areas go into the topology; anything else is a point on the map."""
    shapes = np.asarray(ranking.to_crs("EPSG:4326").geometry, dtype=object)
    areal = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    drawn = np.where(areal, shapes, shapely.MultiPolygon())
    widths = np.sqrt(shapely.area(shapes[areal]))
    tolerance = coverage_tolerance(drawn)
    points = shapely.point_on_surface(shapes[~areal])
    return {
        "small": bool(widths.size and np.median(widths) < SMALL_DEG),
        "topology": shared_arcs(
            simplified(drawn, tolerance=tolerance), quantum=tolerance / QUANTA_PER_TOLERANCE
        ).as_json(),
        "points": [
            [int(number), *np.round(shapely.get_coordinates(point)[0], 5).tolist()]
            for number, point in zip(np.flatnonzero(~areal), points, strict=True)
            if point is not None and not point.is_empty
        ],
    }


def _strings(ranking: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in ranking:
        return [""] * len(ranking)
    return ["" if pd.isna(value) else str(value) for value in ranking[column]]


def _indexed(texts: Sequence[str]) -> dict[str, Any]:
    names = list(dict.fromkeys(texts))
    number = {name: position for position, name in enumerate(names)}
    return {"names": names, "index": [number[text] for text in texts]}


def _rules(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a zone can fail: the scenario's rules, and too little room, which no rule of it stands for."""
    named = [{"id": rule["id"], "title": rule["title"]} for rule in facts["rules"]]
    return [*named, {"id": "no_room", "title": REASONS["no_room"].as_dict()}]


def _reasons(texts: Sequence[str], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Put titles in the place of the ids of rules and criteria that a reason is made of."""
    titles = {entry["id"]: entry["title"] for entry in [*facts["criteria"], *facts["rules"]]}
    indexed = _indexed(texts)
    named = [[in_words(titles.get(part, part), REASONS) for part in text.split(";")] for text in indexed["names"]]
    pairs = [
        {"zh": "、".join(title.zh for title in parts), "en": ", ".join(title.en for title in parts)} for parts in named
    ]
    return {**indexed, "names": pairs, "codes": indexed["names"]}


def _criterion(criterion: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("id", "group", "weight", "direction", "points", "why")
    title = criterion["title"]
    return {
        **{name: criterion[name] for name in kept},
        "unit": in_words(criterion["unit"], UNITS).as_dict(),
        "title": {"zh": title["zh"], "en": title["en"][:1].upper() + title["en"][1:]},
        "scale": criterion.get("scale", "linear"),
        "curve": criterion.get("curve"),
    }


def _input(entry: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: in_words(entry[name], NOT_GIVEN).as_dict() for name in ("source", "licence")}
    return {"title": entry["title"], "quality": in_words(entry["quality"], QUALITIES).as_dict(), **given}


def _measure(measure: Mapping[str, Any]) -> dict[str, Any]:
    band = {name: None if measure[name] is None else _packed(measure[name], "<f4") for name in ("low", "high")}
    values = measure["values"]
    return {**measure, **band, "values": _packed(values, "<f8"), "breaks": quantile_breaks(values)}


def _pinyin(ranking: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return search keys of the zones and of the provinces, in the order of ``provinces.names``."""
    provinces = _indexed(_strings(ranking, "province"))["names"]
    zones, places = pinyin_keys(_strings(ranking, "name")), pinyin_keys(provinces)
    return None if zones is None else {"zones": zones, "provinces": places}


def _method(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    how: Mapping[str, Any] = facts["scenario"].get("aggregation") or {"method": "weighted_sum"}
    return how


def _mostly_provincial(facts: Mapping[str, Any]) -> bool:
    """Say whether at least half of the score's variance lies between provinces."""
    share = (facts.get("statistics") or {}).get("between_province_variance_share")
    return share is not None and share >= HALF


def _is_repeated(facts: Mapping[str, Any], scores: FloatArray, total: FloatArray, weights: Sequence[float]) -> bool:
    """Say whether the scenario's aggregation of the zones' scores, which the sliders compute, is the run's score."""
    known = np.isfinite(total)
    if not known.any():
        return True
    share = np.asarray(weights) / sum(weights)
    again = aggregate(TypeAdapter(Aggregation).validate_python(_method(facts)), scores[known], share)
    return bool(np.max(np.abs(again - total[known])) < SCORE_TOLERANCE)


def _packed(values: NDArray[Any], kind: str) -> str:
    return b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode("ascii")
