from __future__ import annotations

from pathlib import Path

import pytest

import geotransfer as gt
from geotransfer.errors import InconsistencyWarning, InputError

SOURCES = Path(__file__).parents[1] / "data" / "sources.toml"
SMALL = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}


def sources(**overrides: object) -> gt.Scenario:
    return gt.Scenario.from_file(SOURCES).with_overrides({**SMALL, **overrides})


def test_weights_by_order_of_importance() -> None:
    study = sources(weighting={"method": "rank_order", "order": ["grid_factor", "tariff"]})
    # rank-order centroid for two: (1 + 1/2) / 2 and (1/2) / 2
    assert {k: w for k, w in study.weights.items() if w} == {"grid_factor": 0.75, "tariff": 0.25}
    ranking = gt.run(study).ranking
    ranked = ranking[ranking["status"] == "ranked"]
    expected = 0.75 * ranked["score_grid_factor"] + 0.25 * ranked["score_tariff"]
    assert ranked["score"].tolist() == pytest.approx(expected.tolist())


def test_weights_by_comparisons_are_those_of_the_library_and_warn_when_they_contradict() -> None:
    matrix = [[1 if i == j else 2.0 ** (j - i) for j in range(6)] for i in range(6)]
    study = sources(weighting={"method": "comparisons", "matrix": matrix})
    # consistent judgements: each criterion is worth twice the next
    halves = [2.0**-i for i in range(6)]
    assert list(study.weights.values()) == pytest.approx([h / sum(halves) for h in halves])
    matrix[0][5], matrix[5][0] = 1 / 9, 9.0
    with pytest.warns(InconsistencyWarning):
        _ = sources(weighting={"method": "comparisons", "matrix": matrix}).weights


def test_the_record_says_how_the_weights_came_about() -> None:
    matrix = [[1 if i == j else 2.0 ** (j - i) for j in range(6)] for i in range(6)]
    other = [[1.0] * 6 for _ in range(6)]
    study = sources(weighting={"method": "comparisons", "matrices": [matrix, other], "members": [1, 1]})
    record = gt.run(study).provenance["result"]["weighting"]
    # geometric mean of 2 ** (j - i) and 1: each criterion is worth sqrt(2) times the next
    halves = [2.0 ** (-i / 2) for i in range(6)]
    assert list(record["weights"].values()) == pytest.approx([h / sum(halves) for h in halves])
    assert record["consistency_ratio"] == pytest.approx(0, abs=1e-6)
    assert record["persons"] == 2
    assert gt.run(sources()).provenance["result"]["weighting"]["method"] == "own"


def test_a_criterion_without_weight_is_not_compared() -> None:
    matrix = [[1 if i == j else 2.0 ** (j - i) for j in range(5)] for i in range(5)]
    study = sources(**{"criteria.tariff.weight": 0.0, "weighting": {"method": "comparisons", "matrix": matrix}})
    halves = [2.0**-i for i in range(5)]
    assert list(study.weights.values()) == pytest.approx([0.0, *(h / sum(halves) for h in halves)])
    assert study.weighted == list(study.criteria)[1:]


def test_direct_weights_and_swings_by_name() -> None:
    direct = sources(weighting={"method": "direct", "weights": {"tariff": 3, "people": 1}})
    assert {k: w for k, w in direct.weights.items() if w} == {"tariff": 0.75, "people": 0.25}
    swing = {"method": "swing", "points": {"tariff": 100, "people": 50}}
    assert {k: w for k, w in sources(weighting=swing).weights.items() if w} == pytest.approx(
        {"tariff": 2 / 3, "people": 1 / 3}
    )
    # judged over 0.34 yuan, scored over 0.45 - 0.28 = 0.17: half the points
    judged = {**swing, "judged": {"tariff": [0.60, 0.26]}}
    assert {k: w for k, w in sources(weighting=judged).weights.items() if w} == pytest.approx(
        {"tariff": 0.5, "people": 0.5}
    )
    with pytest.raises(InputError, match="judged names people, which is not scored by a straight line"):
        _ = sources(weighting={**swing, "judged": {"people": [0, 1]}}).weights


@pytest.mark.parametrize("method", ["entropy", "critic", "standard_deviation"])
def test_weights_from_the_data_are_those_of_the_library(method: str) -> None:
    two = {f"criteria.{name}.weight": 0.0 for name in ("tariff", "grid_factor", "green_lcoe", "people")}
    study = sources(**two, weighting={"method": method}, zone_value="mean")
    result = gt.run(study)
    ranking = result.ranking
    # Ningxia keeps room everywhere, so that its zones with eligible land are those ranked
    eligible = ranking[ranking["eligible_km2"] > 0]
    assert (eligible["status"] == "ranked").all()
    scores = eligible[["score_hub_distance", "score_flat_area"]].to_numpy()
    keys = {"directions": ["max", "max"]} if method == "critic" else {}
    expected = getattr(gt, f"{method}_weights")(scores, **keys)
    record = result.provenance["result"]["weighting"]
    assert [record["weights"]["hub_distance"], record["weights"]["flat_area"]] == pytest.approx(expected.tolist())
    assert record["weights"]["tariff"] == 0
    assert record["zones"] == len(eligible)
    weights = [c["weight"] for c in result.provenance["result"]["criteria"]]
    assert weights == pytest.approx(list(record["weights"].values()))
    with pytest.raises(InputError, match="takes the weights from the data: they are known only in a run"):
        _ = study.weights


def test_people_and_data_combined() -> None:
    weighting = {
        "method": "combined", "objective": "standard_deviation", "by": "product",
        "subjective": {"method": "direct", "weights": {"hub_distance": 3, "flat_area": 1}},
    }  # fmt: skip
    record = gt.run(sources(weighting=weighting)).provenance["result"]["weighting"]
    objective = record["objective"]
    product = {"hub_distance": 0.75 * objective["hub_distance"], "flat_area": 0.25 * objective["flat_area"]}
    assert {k: w for k, w in record["weights"].items() if w} == pytest.approx(
        {k: v / sum(product.values()) for k, v in product.items()}
    )
    assert sources(weighting=weighting).weighted == ["hub_distance", "flat_area"]


def test_data_weights_that_cannot_be_had() -> None:
    with pytest.raises(InputError, match=r"weighting by merec, from the scores of \d+ zones: matrix goes down to 0\.0"):
        gt.run(sources(weighting={"method": "merec"}))


def test_weightings_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="matrix has 2 rows, the scenario 6 criteria with a weight"):
        gt.run(sources(weighting={"method": "comparisons", "matrix": [[1, 2], [0.5, 1]]}))
    with pytest.raises(InputError, match=r"names a criterion twice; expected criteria, each once, of tariff"):
        gt.run(sources(weighting={"method": "rank_order", "order": ["tariff", "tariff"]}))


def test_a_criterion_and_its_own_input_are_not_both_weighted() -> None:
    text = {"zh": "日照", "en": "sun"}
    sun = {
        "title": text, "group": "own", "unit": "kWh/m2/a", "weight": 0.1, "worst": 1000, "best": 2000,
        "source": {"kind": "raster", "layer": "ghi"}, "why": text,
    }  # fmt: skip
    with pytest.raises(
        InputError, match=r"'sun' \(layer ghi\) and 'green_lcoe' \(layer lcoe-green\) are both weighted"
    ):
        gt.run(sources(**{"criteria.sun": sun}))
    assert gt.run(sources(**{"criteria.sun": {**sun, "weight": 0.0}})).ranking["sun"].notna().any()
    allowed = gt.run(sources(**{"criteria.sun": sun, "allow_overlap": True}))
    assert allowed.provenance["result"]["scenario"]["allow_overlap"] is True
