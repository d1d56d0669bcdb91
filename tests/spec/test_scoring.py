from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.spec.scoring import FuzzyCurve, LogisticCurve, Scoring, class_scores, curve_words, score, shown_points

SOURCES = Path(__file__).parents[1] / "data" / "sources.toml"
SMALL = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}


def sources(**overrides: Any) -> gt.Scenario:
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    return gt.Scenario.from_file(SOURCES).with_overrides({**SMALL, **keys})


def test_curves_are_those_of_the_library() -> None:
    values = np.array([10.0, 50.0, 200.0])
    fuzzy = Scoring(fuzzy=FuzzyCurve(kind="large", midpoint=50, spread=2))
    np.testing.assert_array_equal(score(fuzzy, values), gt.score_fuzzy(values, kind="large", midpoint=50, spread=2))
    logistic = Scoring(logistic=LogisticCurve(worst=10, best=200, tail=0.05))
    np.testing.assert_array_equal(score(logistic, values), gt.score_logistic(values, worst=10, best=200, tail=0.05))


@given(
    st.sampled_from(["small", "large", "near", "gaussian", "sigmoid", "s_shaped"]),
    st.floats(1, 1000),
    st.floats(0.01, 5),
)
def test_shown_points_lie_on_the_curve_and_rise(kind: Any, midpoint: float, spread: float) -> None:
    way = Scoring(fuzzy=FuzzyCurve(kind=kind, midpoint=midpoint, spread=spread))
    points = np.array(shown_points(way))
    assert (np.diff(points[:, 0]) > 0).all()
    np.testing.assert_allclose(points[:, 1], score(way, points[:, 0]), atol=1e-5)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "exactly one way to score"),
        ({"worst": 1}, "exactly one way to score"),
        ({"worst": 1, "best": 2, "fuzzy": {"kind": "large", "midpoint": 1, "spread": 1}}, "exactly one way to score"),
        ({"categories": {}}, "at least one class"),
        ({"categories": {"a": 1.5}}, "less than or equal to 1"),
        ({"logistic": {"worst": 1, "best": 1}}, "two different bounds"),
        ({"fuzzy": {"kind": "large", "midpoint": 1, "spread": 1}, "scale": "log"}, "'log' goes with worst and best"),
    ],
)
def test_a_way_that_does_not_fit(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Scoring(**keys)


def test_classes_are_looked_up_as_numbers_or_as_text() -> None:
    land = Scoring(categories={"10": 0.1, "60": 1.0})
    np.testing.assert_array_equal(class_scores(land, np.array([60.0, np.nan, 10.0])), [1.0, np.nan, 0.1])
    with pytest.raises(InputError, match=r"hold 80\.0, which scores does not name"):
        class_scores(land, np.array([80.0]))
    words = Scoring(categories={"desert": 1.0})
    assert class_scores(words, np.array(["desert", None], dtype=object))[0] == 1.0
    with pytest.raises(InputError, match="the layer holds numbers; name its classes as numbers"):
        class_scores(words, np.array([1.0]))


def test_a_run_scores_by_a_curve_and_says_which() -> None:
    study = sources(criteria__hub_distance__fuzzy={"kind": "small", "midpoint": 200, "spread": 2})
    result = gt.run(study)
    ranked = result.ranking[result.ranking["status"] == "ranked"]
    expected = 1 / (1 + (ranked["hub_distance"] / 200) ** 2)
    np.testing.assert_allclose(ranked["score_hub_distance"], expected, rtol=1e-12)
    record = {c["id"]: c for c in result.provenance["result"]["criteria"]}["hub_distance"]
    assert record["curve"]["en"] == "fuzzy membership small: midpoint 200, spread 2"
    assert record["direction"] == "min"
    column = {c.name: c for c in result.columns}["score_hub_distance"]
    assert "fuzzy membership small" in column.meaning.en


def test_bounds_from_the_data_only_by_name_and_recorded() -> None:
    result = gt.run(sources(criteria__hub_distance__bounds_from_data="min"))
    record = {c["id"]: c for c in result.provenance["result"]["criteria"]}["hub_distance"]
    low, high = record["points"][0][0], record["points"][1][0]
    ranked = result.ranking[result.ranking["status"] == "ranked"]
    assert low <= ranked["hub_distance"].min() <= ranked["hub_distance"].max() <= high
    np.testing.assert_allclose(ranked["score_hub_distance"], (high - ranked["hub_distance"]) / (high - low))
    assert "taken from the data" in record["curve"]["en"]
    # what was asked stays as it was asked
    assert result.provenance["result"]["scenario"]["criteria"]["hub_distance"]["worst"] is None
    assert result.scenario.criteria["hub_distance"].worst is None
    with pytest.raises(InputError, match="'tariff': bounds_from_data needs different values"):
        gt.run(sources(criteria__tariff__bounds_from_data="min"))
    with pytest.raises(InputError, match="known only in a run"):
        score(sources(criteria__tariff__bounds_from_data="min").criteria["tariff"], np.array([0.3]))


def test_classes_of_a_raster_are_scored_before_they_are_averaged(tmp_path: Path) -> None:
    grid = gt.Grid.from_bounds((104.0, 35.0, 108.0, 40.0), resolution=0.05, crs="EPSG:4326")
    classes = np.where(np.arange(grid.shape[1]) % 2 == 0, 10.0, 60.0)
    gt.write_raster(gt.Raster(np.broadcast_to(classes, grid.shape).copy(), grid), tmp_path / "land.tif")
    text = {"zh": "地类", "en": "land class"}
    land = {
        "title": text, "group": "land", "unit": "class", "weight": 1.0, "categories": {"10": 0.2, "60": 1.0},
        "source": {"kind": "raster", "file": str(tmp_path / "land.tif")}, "why": text,
    }  # fmt: skip
    result = gt.run(sources(criteria__land=land, zone_value="mean"))
    ranked = result.ranking[result.ranking["status"] == "ranked"]
    # half the strips are 0.2, half 1.0; the code 35 between 10 and 60 is no class
    assert ranked["land"].between(0.2, 1.0).all()
    assert ranked["land"].mean() == pytest.approx(0.6, abs=0.05)
    assert ranked["land"].equals(ranked["score_land"])
    assert {c.name: c.unit for c in result.columns}["land"] == "0..1"


def test_classes_in_a_column_of_own_zones(tmp_path: Path) -> None:
    (tmp_path / "parks.csv").write_text(
        "name,lon,lat,grade\n甲,106.2,38.4,national\n乙,106.4,38.0,provincial\n丙,105.9,37.6,national\n",
        encoding="utf-8",
    )
    text = {"zh": "级别", "en": "grade"}
    grade = {
        "title": text, "group": "policy", "unit": "class", "weight": 1.0,
        "categories": {"national": 1.0, "provincial": 0.4}, "why": text,
        "source": {"kind": "column", "column": "grade"},
    }  # fmt: skip
    ranking = gt.run(sources(zones=str(tmp_path / "parks.csv"), criteria__grade=grade)).ranking
    assert ranking.set_index("name")["score_grade"].to_dict() == {"甲": 1.0, "乙": 0.4, "丙": 1.0}


def test_words_name_the_curve() -> None:
    assert curve_words(Scoring(worst=1, best=2)) is None
    assert curve_words(Scoring(logistic=LogisticCurve(worst=1, best=2))).zh.startswith("逻辑斯蒂曲线")
