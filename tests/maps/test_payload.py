from __future__ import annotations

import base64
import json
from dataclasses import replace
from types import ModuleType
from typing import Any

import geopandas as gpd
import mapclassify
import numpy as np
import pytest
import shapely
from numpy.testing import assert_allclose

from geotransfer.errors import CrsError, InputError
from geotransfer.maps.payload import embedded_json, quantile_breaks, result_json


def numbers(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=kind)


def test_scores_and_ranks_are_those_of_the_ranking(result: Any) -> None:
    document = result_json(result)
    assert_allclose(numbers(document["score"], "<f8"), result.ranking["score"].to_numpy(), rtol=0)
    assert numbers(document["rank"], "<i4").tolist() == [*range(1, 21), -1, -1, -1, -1]
    width = len(document["criteria"])
    scores = numbers(document["scores"], "<f8").reshape(-1, width)
    assert_allclose(scores[:, 1], result.ranking["score_hub"].to_numpy(), rtol=0)
    assert document["zones"]["status"].count("e") == 2
    assert document["exact"] is True


def test_the_document_says_when_sliders_cannot_repeat_the_score(result: Any) -> None:
    ranking = result.ranking.assign(score=result.ranking["score"] ** 2)
    assert result_json(replace(result, ranking=ranking))["exact"] is False


def test_a_criterion_without_weight_may_lack_values(result: Any) -> None:
    criteria = [dict(one) for one in result.provenance["result"]["criteria"]]
    criteria[2]["weight"] = 0.0
    facts = {**result.provenance["result"], "criteria": criteria}
    table = result.ranking.assign(score_people=np.nan)
    table["score"] = np.where(
        table["status"] == "ranked", (0.5 * table["score_tariff"] + 0.3 * table["score_hub"]) / 0.8, np.nan
    )
    document = result_json(replace(result, ranking=table, provenance={"result": facts}))
    assert document["exact"] is True
    assert document["criteria"][2]["breaks"] == []


def test_reasons_are_titles(result: Any) -> None:
    ranking = result.ranking.copy()
    ranking["reason"] = np.where(ranking["status"] == "unknown", "people;hub", "")
    document = result_json(replace(result, ranking=ranking))
    assert {"zh": "人口、到枢纽距离", "en": "People, Distance to a hub"} in document["zones"]["reason"]["names"]


@pytest.mark.parametrize(
    ("code", "zh"), [("too_small", "区域本身过小"), ("nodata", "无数据"), ("elevation", "海拔高于 2500 m")]
)
def test_reasons_are_words(result: Any, code: str, zh: str) -> None:
    ranking = result.ranking.copy()
    ranking["reason"] = np.where(ranking["status"] == "excluded", code, "")
    reasons = result_json(replace(result, ranking=ranking))["zones"]["reason"]
    assert zh in [pair["zh"] for pair in reasons["names"]]


def test_a_zone_without_room_says_so(result: Any) -> None:
    ranking = result.ranking.copy()
    ranking["first_failed_rule"] = np.where(ranking["status"] == "excluded", "no_room", None)
    document = result_json(replace(result, ranking=ranking))
    failed = [document["rules"][number] for number in document["zones"]["rule"] if number >= 0]
    assert failed == [{"id": "no_room", "title": {"zh": "剩余可用地不足", "en": "too little eligible land left"}}] * 2


def test_units_have_two_languages_and_an_unknown_one_stays(result: Any) -> None:
    units = [criterion["unit"] for criterion in result_json(result)["criteria"]]
    assert units[0] == {"zh": "元/千瓦时", "en": "yuan/kWh"}
    assert units[2] == {"zh": "log10 persons", "en": "log10 persons"}


def test_a_users_own_file_is_said_in_two_languages(result: Any) -> None:
    own = {"title": {"zh": "a.tif", "en": "a.tif"}, "source": "given by the user", "licence": "not stated"}
    facts = {**result.provenance["result"], "inputs": [{**own, "quality": "not stated"}]}
    (entry,) = result_json(replace(result, provenance={"result": facts}))["inputs"]
    assert entry["source"] == {"zh": "用户提供", "en": "given by the user"}
    assert entry["licence"] == entry["quality"] == {"zh": "未注明", "en": "not stated"}


def test_points_are_drawn_as_points(synthetic: ModuleType) -> None:
    zones = synthetic.grid_zones()
    zones = zones.set_geometry(shapely.point_on_surface(zones.geometry.to_numpy()))
    scores = np.full((len(zones), 3), 0.5)
    document = result_json(synthetic.make_result(zones, scores, ["ranked"] * len(zones)))
    assert len(document["zones"]["points"]) == len(zones)
    assert document["zones"]["topology"]["count"] == 0


def test_zones_in_metres_are_turned_into_degrees(result: Any) -> None:
    metres = replace(result, ranking=result.ranking.to_crs("EPSG:3857"))
    assert_allclose(result_json(metres)["zones"]["topology"]["origin"], [82, 24], atol=1e-6)


def test_breaks_are_mapclassifys() -> None:
    values = np.random.default_rng(1).normal(size=300)
    # both interpolate between neighbours, in another order of operations
    assert_allclose(quantile_breaks(values), mapclassify.Quantiles(values, k=7).bins, rtol=1e-12)


def test_breaks_of_ties_are_merged_without_a_warning() -> None:
    assert quantile_breaks(np.array([0.0] * 10 + [1.0])) == [0.0, 1.0]
    assert quantile_breaks(np.array([np.nan])) == []


def test_markup_in_json_is_inert_and_comes_back() -> None:
    document = {"name": "</script><!-- & \u2028"}
    text = embedded_json(document)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == document


def test_missing_columns_are_named(result: Any) -> None:
    with pytest.raises(InputError, match="lacks the columns hub, score_hub"):
        result_json(replace(result, ranking=result.ranking.drop(columns=["hub", "score_hub"])))


def test_an_empty_ranking_is_refused(result: Any) -> None:
    with pytest.raises(InputError, match="no zones"):
        result_json(replace(result, ranking=result.ranking.head(0)))


def test_a_ranking_without_crs_is_refused(result: Any) -> None:
    bare = gpd.GeoDataFrame(result.ranking.set_crs(None, allow_override=True))
    with pytest.raises(CrsError, match="has no CRS"):
        result_json(replace(result, ranking=bare))


def test_a_place_is_prefecture_and_province_unless_they_repeat_the_name(result: Any) -> None:
    table = result.ranking.copy()
    table["prefecture"] = ["西宁市", "", None, table["name"].iloc[3], *table["province"].iloc[4:]]
    places = result_json(replace(result, ranking=table))["zones"]["place"]
    shown = [places["names"][number] for number in places["index"]]
    provinces = table["province"].tolist()
    assert shown == [f"西宁市 · {provinces[0]}", *provinces[1:]]


def test_a_run_without_draws_has_no_stability(result: Any, synthetic: ModuleType) -> None:
    assert result_json(result)["stability"] is None
    drawn = result_json(synthetic.with_draws(result))["stability"]
    assert drawn["index"] == [0, 1, 2, 3] * 5 + [-1] * 4
    assert [pair["zh"] for pair in drawn["classes"]] == ["稳健", "较可能", "取决于权重", "不太可能"]
    assert numbers(drawn["low"], "<i4").tolist() == [*range(1, 21), -1, -1, -1, -1]
    assert numbers(drawn["high"], "<i4").tolist()[:2] == [7, 8]


def test_outside_is_a_reason_in_words(result: Any) -> None:
    reasons = result_json(replace(result, ranking=result.ranking.assign(reason="outside")))["zones"]["reason"]
    assert reasons["names"] == [
        {"zh": "位于中国及图层范围之外", "en": "the zone lies outside China and outside the layers"}
    ]


def test_only_parks_are_small(result: Any) -> None:
    parks = result.ranking.set_geometry(shapely.buffer(shapely.centroid(result.ranking.geometry.to_numpy()), 0.03))
    assert result_json(result)["zones"]["small"] is False
    assert result_json(replace(result, ranking=parks))["zones"]["small"] is True
