from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import geotransfer as gt
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.spec.overrides import override, parse_assignment

TEXT = {"zh": "甲", "en": "a"}
CRITERION: dict[str, Any] = {
    "title": TEXT, "group": "g", "unit": "km", "weight": 1.0, "worst": 10.0, "best": 0.0,
    "source": {"kind": "distance", "layer": "hubs"}, "why": TEXT,
}  # fmt: skip


def values(**changes: Any) -> dict[str, Any]:
    return {"schema": 1, "name": "a", "title": TEXT, "question": TEXT, "criteria": {"hub": {**CRITERION, **changes}}}


def test_every_built_in_scenario_is_valid_and_argues_each_criterion() -> None:
    for name in gt.scenario_names():
        study = gt.scenario(name)
        assert study.name == name
        assert sum(study.weights.values()) == pytest.approx(1)
        for criterion in study.criteria.values():
            assert criterion.why.zh
            assert criterion.why.en


def test_aluminium_weights_are_those_of_its_argument() -> None:
    assert gt.scenario("aluminium").weights == pytest.approx(
        {
            "power_price": 0.35,
            "dry_season": 0.10,
            "grid_factor": 0.15,
            "freight": 0.20,
            "corridor": 0.0,
            "people": 0.15,
            "flat_area": 0.05,
        }
    )


def test_a_rule_without_data_is_unchecked_until_a_file_is_given() -> None:
    study = gt.scenario("aluminium")
    assert {"ecological_red_line", "basic_farmland", "water_permit", "energy_quota"} <= set(study.unchecked_rules)
    checked = study.with_overrides({"rules.ecological_red_line.file": "redline.gpkg"})
    assert "ecological_red_line" not in checked.unchecked_rules
    assert checked.rules["ecological_red_line"].active_test.kind == "features"  # type: ignore[union-attr]


def test_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no built-in scenario 'aluminum'; there are aluminium"):
        gt.scenario("aluminum")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": float("nan")}, r"criteria\.hub\.weight: .*finite"),
        ({"weight": -1.0}, r"criteria\.hub\.weight: .*greater than or equal to 0"),
        ({"weight": 0.0}, r"weights sum to 0"),
        ({"worst": 3.0, "best": 3.0}, r"worst and best are both 3\.0"),
        ({"worst": None}, r"exactly one way to score"),
        ({"points": [[0, 0], [1, 1]]}, r"exactly one way to score"),
        ({"worst": None, "best": None, "points": [[1, 0], [1, 1]]}, r"strictly rising"),
        ({"worst": None, "best": None, "points": [[0, 0], [1, 2]]}, r"scores between 0 and 1"),
        ({"scale": "log"}, r"'log' needs bounds above 0"),
        ({"colour": "red"}, r"criteria\.hub\.colour: unknown key"),
        ({"source": {"kind": "magic"}}, r"criteria\.hub\.source"),
    ],
)
def test_a_criterion_that_does_not_fit_is_one_clear_sentence(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        gt.Scenario.from_mapping(values(**changes))
    assert "\n" not in str(caught.value)


def test_another_schema_is_refused() -> None:
    with pytest.raises(InputError, match=r"schema"):
        gt.Scenario.from_mapping({**values(), "schema": 2})


def test_from_file_takes_files_relative_to_its_folder(tmp_path: Path) -> None:
    text = """
schema = 1
name = "own"
title = {zh = "甲", en = "a"}
question = {zh = "甲", en = "a"}
zones = "parks.csv"
[criteria.price]
title = {zh = "甲", en = "a"}
group = "cost"
unit = "yuan"
weight = 1
worst = 1
best = 0
why = {zh = "甲", en = "a"}
source = {kind = "raster", file = "price.tif"}
"""
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    study = gt.Scenario.from_file(tmp_path / "own.toml")
    assert Path(study.zones) == tmp_path / "parks.csv"
    assert Path(study.criteria["price"].source.file) == tmp_path / "price.tif"  # type: ignore[union-attr, arg-type]


def test_files_that_are_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        gt.Scenario.from_file(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("a = [", encoding="utf-8")
    with pytest.raises(InputError, match="not valid TOML"):
        gt.Scenario.from_file(tmp_path / "bad.toml")


def test_round_trip_through_plain_values() -> None:
    study = gt.scenario("aluminium")
    assert gt.Scenario.from_mapping(study.model_dump(mode="json")) == study


def test_assignments() -> None:
    assert parse_assignment("criteria.tariff.weight=0.4") == ("criteria.tariff.weight", 0.4)
    assert parse_assignment('within=["west"]') == ("within", ["west"])
    assert parse_assignment("zones=C:\\parks.csv") == ("zones", "C:\\parks.csv")
    assert parse_assignment("name=a=b") == ("name", "a=b")
    for text in ("weight", "=3"):
        with pytest.raises(InputError, match="expected KEY=VALUE"):
            parse_assignment(text)


def test_an_unknown_key_names_the_nearest() -> None:
    study = gt.scenario("aluminium")
    with pytest.raises(
        InputError, match=r"'grid.resolutoin' is unknown: in 'grid' there is no 'resolutoin'.*resolution"
    ):
        study.with_overrides({"grid.resolutoin": 1})
    with pytest.raises(InputError, match=r"no 'dry_seasn'; there is dry_season"):
        study.with_overrides({"criteria.dry_seasn.weight": 1})
    with pytest.raises(InputError, match=r"there is no 'wieght'"):
        study.with_overrides({"criteria.dry_season.wieght": 1})


def test_a_new_criterion_may_be_given_whole() -> None:
    study = gt.scenario("aluminium").with_overrides({"criteria.rail": CRITERION})
    assert study.weights["rail"] == pytest.approx(0.5)


def test_resolution_must_be_positive() -> None:
    for resolution in (0, -5000, "fine"):
        with pytest.raises(InputError, match=r"grid\.resolution"):
            gt.scenario("aluminium").with_overrides({"grid.resolution": resolution})


def test_override_opens_a_table_that_was_none() -> None:
    plain: dict[str, Any] = {"rules": {"a": {"test": None}}}
    override(plain, "rules.a.test.kind", "features")
    assert plain == {"rules": {"a": {"test": {"kind": "features"}}}}
