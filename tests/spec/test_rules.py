"""What a rule may say: every way to be wrong has its own sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.spec.places import RasterLimits, fails
from geotransfer.spec.scenario import scenario_names

TEXT = {"zh": "甲", "en": "a"}
FARM = {"kind": "features", "file": "farm.gpkg"}
COVER = {"kind": "raster", "file": "cover.tif"}


def study(**rules: dict[str, Any]) -> gt.Scenario:
    return gt.scenario("aluminium").with_overrides(
        {f"rules.{name}": {"title": TEXT, "basis": TEXT, **rule} for name, rule in rules.items()}
    )


def forced(*over: str, **keys: Any) -> dict[str, Any]:
    return {"test": {"kind": "force_include", "where": FARM, "over": list(over)}, **keys}


VALUES = np.array([5.0, 10.0, 15.0, 20.0, np.nan])


@pytest.mark.parametrize(
    ("limits", "failing"),
    [
        ({"at_most": 10.0}, [False, False, True, True, False]),
        ({"at_least": 10.0}, [True, False, False, False, False]),
        ({"at_least": 10.0, "at_most": 15.0}, [True, False, False, True, False]),
        # both ends of a range that is excluded are excluded
        ({"exclude_range": (10.0, 15.0)}, [False, True, True, False, False]),
        ({"exclude_range": (10.0, 10.0)}, [False, True, False, False, False]),
        ({"include_values": (10.0, 20.0)}, [True, False, True, False, False]),
        ({"exclude_values": (10.0, 20.0)}, [False, True, False, True, False]),
    ],
)
def test_which_values_fail(limits: dict[str, Any], failing: list[bool]) -> None:
    assert fails(RasterLimits(file="a.tif", **limits), VALUES).tolist() == failing


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"test": COVER}, "expected one of at_most or at_least, exclude_range, .*; got none"),
        ({"test": {**COVER, "at_most": 1, "exclude_values": [1]}}, "got at_most or at_least and exclude_values"),
        ({"test": {**COVER, "include_values": []}}, r"include_values: .*at least 1 item"),
        ({"test": {**COVER, "exclude_values": ["forest"]}}, r"exclude_values\.0: .*valid number.*got 'forest'"),
        ({"test": {**COVER, "exclude_values": [float("nan")]}}, r"exclude_values\.0: .*finite"),
        ({"test": {**COVER, "exclude_range": [5, 3]}}, "the lower limit 5 is above the upper 3"),
        ({"test": {**COVER, "at_least": 9, "at_most": 8}}, "the lower limit 9 is above the upper 8"),
        ({"test": {**COVER, "exclude_range": [1, 2, 3]}}, "exclude_range: .*at most 2 items"),
        (
            {"test": {**COVER, "exclude_values": [1], "resampling": "bilinear"}},
            "of which there is no bilinear",
        ),
        ({"file": "a.gpkg", "share": 0.0}, r"share: .*greater than 0 \(got 0\.0\)"),
        ({"file": "a.gpkg", "share": 1.2}, r"share: .*less than or equal to 1 \(got 1\.2\)"),
        ({"file": "a.gpkg", "share": float("nan")}, r"share: .*got nan"),
        ({"inverse": True}, "a rule without a test takes no inverse, share or extent"),
        ({"share": 0.5}, "a rule without a test takes no inverse, share or extent"),
        ({"extent": FARM}, "a rule without a test takes no inverse, share or extent"),
        ({"file": "a.gpkg", "extent": {"kind": "cities"}}, "extent: .*'raster', 'features'"),
        ({"file": "a.gpkg", "extent": COVER}, "extent: expected one of at_most or at_least"),
        (
            {"file": "a.gpkg", "extent": {**COVER, "at_most": 1, "resampling": "fraction"}},
            "a place is whole cells; resampling fraction belongs to a test",
        ),
        ({"file": "a.gpkg", "extent": {**FARM, "buffer_m": -1}}, "buffer_m: .*greater than or equal to 0"),
        ({"test": {"kind": "contiguous", "min_area_km2": -3}}, r"min_area_km2: .*greater than 0 \(got -3\)"),
        ({"test": {"kind": "contiguous", "min_area_km2": 0}}, r"min_area_km2: .*greater than 0"),
        ({"test": {"kind": "contiguous", "min_area_km2": 9e9}}, "min_area_km2: .*less than or equal to 100000"),
        ({"test": {"kind": "contiguous"}}, "min_area_km2: Field required"),
        ({"test": {"kind": "contiguous", "min_area_km2": 5, "neighbours": 6}}, r"neighbours: .*4 or 8 \(got 6\)"),
        ({"test": {"kind": "contiguous", "min_area_km2": 5}, "share": 0.5}, "kind 'contiguous' takes no inverse"),
        (forced("city", inverse=True), "kind 'force_include' takes no inverse"),
        (forced(), r"over: .*at least 1 item"),
        ({"test": {"kind": "force_include", "over": ["city"]}}, "where: Field required"),
        (forced("cities"), "own.test.over names 'cities', which is no rule; there are elevation, relief"),
        (forced("own"), "names 'own', a test of kind 'force_include', which cannot be undone"),
        ({"test": {**COVER, "at_most": 1, "between": [1, 2]}}, "between: unknown key"),
    ],
)
def test_bad_rules(rule: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        study(own=rule)


@pytest.mark.parametrize("name", scenario_names())
def test_the_nature_reserve_rule_of_every_built_in_scenario_is_one_of_law(name: str) -> None:
    # articles 26-28 and 32 of the regulations ask for it, whatever the industry
    assert gt.scenario(name).rules["nature_reserve"].legal


@pytest.mark.parametrize("legal", ["ecological_red_line", "basic_farmland", "nature_reserve"])
def test_no_forced_inclusion_undoes_what_the_law_asks_for(legal: str) -> None:
    with pytest.raises(InputError, match=f"own.test.over names '{legal}', which the law asks for: it cannot be undone"):
        study(own=forced("city", legal))


def test_a_rule_of_ones_own_can_be_law_too() -> None:
    mine = {"file": "heritage.gpkg"}
    assert study(heritage=mine, own=forced("heritage")).rules["own"].test is not None
    with pytest.raises(InputError, match="names 'heritage', which the law asks for"):
        study(heritage={**mine, "legal": True}, own=forced("heritage"))


def test_a_forced_inclusion_undoes_only_rules_that_forbid_land_before_it() -> None:
    with pytest.raises(InputError, match="names 'late', which comes after it"):
        study(own=forced("late"), late={"file": "a.gpkg"})
    with pytest.raises(InputError, match="names 'empty', which has no test: there is nothing to undo"):
        study(empty={}, own=forced("empty"))
    with pytest.raises(InputError, match="names 'patches', a test of kind 'contiguous', which cannot be undone"):
        study(patches={"test": {"kind": "contiguous", "min_area_km2": 5}}, own=forced("patches"))


def test_elsewhere_the_rules_of_china_are_rules_like_others() -> None:
    there = study(national_park={"file": "park.gpkg"})
    for law, allowed in (("none", True), ("china", False)):
        keys = {"legal_rules": law, "rules.own": {"title": TEXT, "basis": TEXT, **forced("national_park")}}
        if allowed:
            assert "own" in there.with_overrides(keys).rules
        else:
            with pytest.raises(InputError, match="the law asks for"):
                there.with_overrides(keys)


def test_keys_can_be_set_one_by_one_and_files_are_relative_to_the_scenario(tmp_path: Any) -> None:
    own = study(own={"file": "farm.gpkg"}).with_overrides({"rules.own.share": 0.5, "rules.own.inverse": True})
    assert (own.rules["own"].share, own.rules["own"].inverse) == (0.5, True)
    path = tmp_path / "mine.toml"
    path.write_text(
        'schema = 1\nname = "m"\ntitle = {zh = "a", en = "a"}\nquestion = {zh = "a", en = "a"}\n'
        '[criteria.c]\ntitle = {zh = "a", en = "a"}\ngroup = "g"\nunit = "1"\nweight = 1.0\nworst = 0.0\nbest = 1.0\n'
        'source = {kind = "raster", layer = "ghi"}\nwhy = {zh = "a", en = "a"}\n'
        '[rules.f]\ntitle = {zh = "a", en = "a"}\nbasis = {zh = "a", en = "a"}\nfile = "f.gpkg"\n'
        'extent = {kind = "features", file = "e.gpkg"}\n'
        '[rules.i]\ntitle = {zh = "a", en = "a"}\nbasis = {zh = "a", en = "a"}\n'
        'test = {kind = "force_include", over = ["f"], where = {kind = "features", file = "i.gpkg"}}\n',
        encoding="utf-8",
    )
    rules = gt.Scenario.from_file(path).rules
    assert rules["f"].extent.file == str(tmp_path / "e.gpkg")  # type: ignore[union-attr]
    assert rules["i"].test.where.file == str(tmp_path / "i.gpkg")  # type: ignore[union-attr]
