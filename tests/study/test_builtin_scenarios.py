from __future__ import annotations

import numpy as np
import pytest

import geotransfer as gt

COARSE = {"grid.resolution": 25_000, "robustness.draws": 50}


@pytest.mark.parametrize("name", [n for n in gt.scenario_names() if n != "aluminium"])
def test_a_built_in_scenario_runs_and_argues_itself(name: str) -> None:
    study = gt.scenario(name)
    assert sum(study.weights.values()) == pytest.approx(1)
    for criterion in study.criteria.values():
        assert criterion.why.zh
        assert criterion.why.en
    result = gt.run(study.with_overrides({**COARSE, "within": ["内蒙古", "云南", "甘肃"]}))
    ranked = result.ranking[result.ranking["status"] == "ranked"]
    assert len(ranked) > 100
    # every criterion tells places apart, and none is pushed against one of its bounds everywhere
    for criterion in study.criteria:
        assert ranked[f"score_{criterion}"].nunique() > 1
    assert {c.name for c in result.columns} == set(result.ranking.columns) - {"geometry"}


def test_data_centres_stand_where_the_western_clusters_begin() -> None:
    ranking = gt.run(gt.scenario("data-centre").with_overrides({**COARSE, "grid.resolution": 10_000})).ranking
    ranked = ranking[ranking["status"] == "ranked"]
    clusters = gt.layer_features("data-centre-clusters")
    start = {code for codes in clusters["adcodes"] for code in codes.split(";")}
    west = ranked[ranked["adcode"].isin(start) & (ranked["region"] == "west")]
    percentile = 1 - (west["rank"].astype(float) - 1) / (len(ranked) - 1)
    assert len(west) >= 12
    assert percentile.median() >= 0.7


def test_hydrogen_is_cheap_where_wind_is_strong() -> None:
    ranking = gt.run(gt.scenario("green-hydrogen").with_overrides({**COARSE, "within": ["内蒙古", "湖南"]})).ranking
    ranked = ranking[ranking["status"] == "ranked"]
    cost = ranked.groupby("province")["lcoh"].median()
    assert cost["内蒙古自治区"] < 0.8 * cost["湖南省"]
    assert not any(name in gt.scenario("green-hydrogen").criteria for name in ("people", "latency"))
    assert np.isfinite(ranked["lcoh"]).all()


@pytest.mark.parametrize("name", gt.scenario_names())
def test_each_scenario_has_its_own_height_and_city_rules(name: str) -> None:
    rules = gt.scenario(name).rules
    assert rules["elevation"].test.kind == "raster"
    assert 2000 <= rules["elevation"].test.at_most <= 3500
    assert rules["city"].test.kind == "cities"
    # a height is a limit of this project: its basis gives the range it was chosen from
    assert "假设" in rules["elevation"].basis.zh
    assert "assumption" in rules["elevation"].basis.en


def test_cement_says_on_every_output_that_limestone_was_not_checked() -> None:
    result = gt.run(gt.scenario("cement").with_overrides({**COARSE, "within": ["安徽"]}))
    assert "limestone" in [rule["id"] for rule in result.provenance["result"]["unchecked_rules"]]
    assert "石灰石" in result.provenance["result"]["screening_note"]["zh"]
    assert (result.ranking["unchecked_rules"].str.contains("limestone")).all()


def test_a_kiln_without_people_or_river_scores_low() -> None:
    ranking = gt.run(gt.scenario("cement").with_overrides({**COARSE, "within": ["安徽", "甘肃"]})).ranking
    score = ranking[ranking["status"] == "ranked"].set_index("adcode")["score"]
    wuhu, dunhuang = score["340212"], score["620982"]
    assert wuhu > 0.8
    assert dunhuang < 0.5


def test_labour_without_wages_is_marked_as_a_demo() -> None:
    study = gt.scenario("labour-intensive")
    assert "演示" in study.title.zh
    assert "demo" in study.title.en
    assert "不计工资" in study.question.zh
    assert "wages" in study.question.en
