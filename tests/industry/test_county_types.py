from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.industry.county_rules import read_county_rules

COMPLETE = {
    "ecological_share": 0.1, "ghi_kwh_m2_a": 1200, "wind_capacity_factor": 0.2, "mining_share": 0.01,
    "urban_population": 50_000, "electricity_kwh_per_person": 2000, "rural_income_ratio": 1.2,
    "working_age_population": 20_000,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected", "rule"),
    [
        ({"ecological_share": 0.8}, "ecological_value", "ecological_share 0.8 >= 0.5"),
        ({"mining_share": 0.3}, "resource_energy", "mining_share 0.3 >= 0.1"),
        ({"ghi_kwh_m2_a": 1600}, "resource_energy", "ghi_kwh_m2_a 1600 >= 1600 kWh/m2/a"),
        (
            {"urban_population": 900_000, "electricity_kwh_per_person": 9000},
            "application_scenario",
            "urban_population 900000 >= 300000 persons; electricity_kwh_per_person 9000 >= 6500 kWh/person/a",
        ),
        ({"urban_population": 900_000}, "none", ""),
        ({"rural_income_ratio": 0.5, "working_age_population": 3e5}, "local_rich",
         "rural_income_ratio 0.5 <= 0.9 ratio; working_age_population 300000 >= 100000 persons"),
    ],
)  # fmt: skip
def test_the_first_rule_met_gives_the_type(change: dict[str, float], expected: str, rule: str) -> None:
    row = gt.county_types(pd.DataFrame([{**COMPLETE, **change}])).iloc[0]
    assert (row["county_type"], row["rule"], row["missing"]) == (expected, rule, "")


def test_types_that_are_met_too_are_told() -> None:
    row = gt.county_types(pd.DataFrame([{**COMPLETE, "ecological_share": 0.8, "mining_share": 0.3}])).iloc[0]
    assert (row["county_type"], row["also"]) == ("ecological_value", "resource_energy")


def test_missing_inputs_make_unknown_only_where_they_matter() -> None:
    rows = pd.DataFrame(
        [
            {"ecological_share": 0.1, "ghi_kwh_m2_a": 1900},  # any: sun alone is enough
            {"ecological_share": 0.1, "ghi_kwh_m2_a": 1200},  # wind and mining might still fire
            {"ghi_kwh_m2_a": 1900},  # the first rule is open
        ]
    )
    found = gt.county_types(rows)
    assert found["county_type"].tolist() == ["resource_energy", "unknown", "unknown"]
    assert found["missing"][1].startswith("wind_capacity_factor, mining_share")
    assert (found["missing"][2].split(", ")[0], found["also"][2]) == ("ecological_share", "resource_energy")


def test_a_type_that_hangs_on_the_threshold_is_not_firm() -> None:
    frame = pd.DataFrame([{**COMPLETE, "ecological_share": share} for share in (0.2, 0.4, 0.6, 0.8)])
    found = gt.county_types(frame)
    assert found["county_type"].tolist() == ["none", "none", "ecological_value", "ecological_value"]
    assert found["firm"].tolist() == [True, False, False, True]


def test_own_rules_and_the_index_are_kept() -> None:
    (rule,) = (rule for rule in read_county_rules() if rule.name == "local_rich")
    found = gt.county_types(pd.DataFrame([COMPLETE], index=["甲县"]), rules=[replace(rule, match="any")])
    assert found.loc["甲县", "county_type"] == "none"


def test_every_shipped_threshold_is_an_assumption_with_a_range_and_a_source() -> None:
    conditions = [one for rule in read_county_rules() for one in rule.conditions]
    assert len(conditions) == 8
    assert all(one.low < one.value < one.high for one in conditions)
    assert all(one.quality == "assumption" and len(one.source) > 20 and one.meaning.zh for one in conditions)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"name": ["a"]}, "expected some of ecological_share"),
        ({"ecological_share": [40]}, "divide per cent by 100"),
        ({"ghi_kwh_m2_a": [-1]}, "expected at least 0"),
        ({"ghi_kwh_m2_a": ["much"]}, "is 'much', expected a number"),
    ],
)
def test_bad_tables(table: dict[str, list[object]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        gt.county_types(pd.DataFrame(table))


RULE = """[[type]]
name = "a"
title = { zh = "甲", en = "A" }
match = "all"
[[type.condition]]
column = "x"
meaning = { zh = "某", en = "x" }
unit = "t"
op = ">="
value = 5
low = 1
high = 9
quality = "assumption"
source = "made up for a test"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("value = 5", "value = 10", "expected low <= value <= high"),
        ('">="', '">"', "expected '>=' or '<='"),
        ('"all"', '"most"', "expected 'all' or 'any'"),
        ('name = "a"', 'name = "none"', "none called none"),
        ('source = "made up for a test"', "", "not complete"),
        ("[[type]]", "[[type", "no TOML"),
    ],
)
def test_bad_rules(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(RULE, encoding="utf-8")
    assert read_county_rules(path)[0].conditions[0].value == 5
    path.write_text(RULE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_county_rules(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_county_rules(tmp_path / "none.toml")
