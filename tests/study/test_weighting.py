from __future__ import annotations

import pytest

import geotransfer as gt
from geotransfer.errors import InconsistencyWarning, InputError

SMALL = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}


def aluminium(**overrides: object) -> gt.Scenario:
    return gt.scenario("aluminium").with_overrides({**SMALL, **overrides})


def test_weights_by_order_of_importance() -> None:
    study = aluminium(weighting={"method": "rank_order", "order": ["grid_factor", "tariff"]})
    # rank-order centroid for two: (1 + 1/2) / 2 and (1/2) / 2
    assert {k: w for k, w in study.weights.items() if w} == {"grid_factor": 0.75, "tariff": 0.25}
    ranking = gt.run(study).ranking
    ranked = ranking[ranking["status"] == "ranked"]
    expected = 0.75 * ranked["score_grid_factor"] + 0.25 * ranked["score_tariff"]
    assert ranked["score"].tolist() == pytest.approx(expected.tolist())


def test_weights_by_comparisons_are_those_of_the_library_and_warn_when_they_contradict() -> None:
    matrix = [[1 if i == j else 2.0 ** (j - i) for j in range(6)] for i in range(6)]
    study = aluminium(weighting={"method": "comparisons", "matrix": matrix})
    # consistent judgements: each criterion is worth twice the next
    halves = [2.0**-i for i in range(6)]
    assert list(study.weights.values()) == pytest.approx([h / sum(halves) for h in halves])
    matrix[0][5], matrix[5][0] = 1 / 9, 9.0
    with pytest.warns(InconsistencyWarning):
        _ = aluminium(weighting={"method": "comparisons", "matrix": matrix}).weights


def test_weightings_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="matrix has 2 rows, the scenario 6 criteria"):
        gt.run(aluminium(weighting={"method": "comparisons", "matrix": [[1, 2], [0.5, 1]]}))
    with pytest.raises(InputError, match=r"expected criteria, each once, of tariff"):
        gt.run(aluminium(weighting={"method": "rank_order", "order": ["tariff", "tariff"]}))


def test_a_criterion_and_its_own_input_are_not_both_weighted() -> None:
    text = {"zh": "日照", "en": "sun"}
    sun = {
        "title": text, "group": "own", "unit": "kWh/m2/a", "weight": 0.1, "worst": 1000, "best": 2000,
        "source": {"kind": "raster", "layer": "ghi"}, "why": text,
    }  # fmt: skip
    with pytest.raises(
        InputError, match=r"'sun' \(layer ghi\) and 'green_lcoe' \(layer lcoe-green\) are both weighted"
    ):
        gt.run(aluminium(**{"criteria.sun": sun}))
    assert gt.run(aluminium(**{"criteria.sun": {**sun, "weight": 0.0}})).ranking["sun"].notna().any()
    allowed = gt.run(aluminium(**{"criteria.sun": sun, "allow_overlap": True}))
    assert allowed.provenance["result"]["scenario"]["allow_overlap"] is True
