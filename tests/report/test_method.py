from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import geotransfer as gt
from geotransfer.report import render_report
from geotransfer.report.method import FORMULAS, method_lines
from geotransfer.words import METHODS, WEIGHTINGS

SMALL = {"within": ["宁夏", "青海"], "grid.resolution": 25_000, "robustness.draws": 20}


def facts(aggregation: dict[str, Any], weighting: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"scenario": {"aggregation": aggregation}, "weighting": weighting}


def test_every_method_has_a_formula_and_a_name() -> None:
    assert set(FORMULAS) == set(METHODS)


@pytest.mark.parametrize(
    ("aggregation", "words"),
    [
        ({"method": "weighted_sum"}, "Score = Σ weight × criterion score."),
        ({"method": "owa", "orness": 0.3}, "orness 0.3"),
        ({"method": "vikor", "group_weight": 0.5}, "weight of the group 0.5"),
        ({"method": "promethee_ii", "preference": "usual"}, "preference usual"),
    ],
)
def test_the_formula_names_its_options(aggregation: dict[str, Any], words: str) -> None:
    (line,) = method_lines(facts(aggregation))
    assert words in line.en
    assert "{" not in line.zh + line.en


def test_weights_say_where_they_come_from_and_whether_they_contradict_themselves() -> None:
    record = {"method": "comparisons", "consistency_ratio": 0.2, "worst_judgements": ["a / b = 9 (the others say 2)"]}
    line = method_lines(facts({"method": "weighted_sum"}, record))[1]
    assert "consistency ratio 0.200 (above 0.10" in line.en
    assert "a / b = 9" in line.zh
    assert WEIGHTINGS["comparisons"].zh in line.zh
    data = {"method": "combined", "objective_method": "critic", "zones": 1234}
    assert "CRITIC" in method_lines(facts({"method": "weighted_sum"}, data))[1].en
    assert "from 1,234 zones" in method_lines(facts({"method": "weighted_sum"}, data))[1].en


def test_a_report_says_all_that_was_asked_for() -> None:
    study = gt.scenario("aluminium").with_overrides(
        {
            **SMALL,
            "aggregation": "vikor",
            "weighting": {"method": "rank_order", "order": ["power_price", "people"]},
            "criteria.people.fuzzy": {"kind": "large", "midpoint": 300_000, "spread": 1},
            "robustness.second_resolution": 50_000,
            "robustness.limits": {"power_price": [0.5, 1.0]},
        }
    )
    html = render_report(gt.run(study))
    for words in (
        "Score = 1 - Q (VIKOR",
        "Weights: order of importance",
        "uzzy membership large: midpoint 300000, spread 1",
        "On a grid of 50 km the ranks correlate with",
        "weights uniform within the given limits or order",
        "Deleting or copying each of the first 20",
    ):
        assert words in html, words


def test_provinces_come_first_where_they_explain_the_score(aluminium: gt.Result) -> None:
    record = aluminium.provenance["result"]
    told = {"zh": "省际差异为主", "en": "mostly provincial"}
    for headline, shown in ((told, True), (None, False)):
        provenance = {**aluminium.provenance, "result": {**record, "headline": headline}}
        html = render_report(replace(aluminium, provenance=provenance))
        assert ("Provinces in order" in html) == shown
    assert [row["rank"] for row in record["provinces"]] == list(range(1, len(record["provinces"]) + 1))
    medians = [row["median_score"] for row in record["provinces"]]
    assert medians == sorted(medians, reverse=True)
    assert sum(row["zones"] for row in record["provinces"]) == record["counts"]["ranked"]
