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
