from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from geotransfer.catalog.boundaries import boundaries
from geotransfer.divisions.today import match_divisions
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.industry.policy import policy_direction, unchecked_lists
from geotransfer.industry.policy_areas import division_chains, special_area_lists, special_areas
from geotransfer.industry.policy_tables import (
    POLICY_KINDS,
    POLICY_LAYERS,
    PolicyEdition,
    policy_date,
    policy_editions,
    policy_rows,
    policy_table,
    transfer_directions,
)
from geotransfer.types import Text

TODAY = "2026-11-01"


def direction(industry: str, code: str, **options: object) -> str:
    return str(policy_direction(industry, [code], on_date=TODAY, **options).loc[0, "direction"])  # type: ignore[arg-type]


# --- the opinion of 2022 --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "regions"),
    [
        ("energy_intensive", {"west"}), ("labour_intensive", {"west", "central"}),
        ("technology_intensive", {"west", "central", "northeast"}), ("producer_services", set()),
    ],
)  # fmt: skip
def test_the_opinion_encourages_a_kind_where_it_says_so_and_is_silent_elsewhere(kind: str, regions: set[str]) -> None:
    provinces = boundaries("province")
    found = policy_direction(kind, provinces["adcode"], on_date=TODAY)
    expected = ["encouraged" if region in regions else "unknown" for region in provinces["region"]]
    assert found["direction"].tolist() == expected
    assert (found["source"] != "").tolist() == [d == "encouraged" for d in expected]


def test_before_the_opinion_it_said_nothing() -> None:
    assert policy_direction("energy_intensive", ["150202"], on_date="2021-12-31").loc[0, "direction"] == "unknown"
    assert policy_direction("energy_intensive", ["150202"], on_date="2022-01-17").loc[0, "direction"] == "encouraged"


def test_the_conditions_stand_in_the_basis() -> None:
    basis = policy_direction("energy_intensive", ["530100"], on_date=TODAY).loc[0, "basis"]
    assert "清洁能源优势地区" in basis
    assert "在满足产业、能源、碳排放等政策的条件下" in basis


# --- editions -------------------------------------------------------------------------------------


def test_a_superseded_or_uncertain_edition_is_history_and_never_bans() -> None:
    # 孝感 no longer took smelters by the directory of 2018, whose standing is not known
    found = policy_direction("energy_intensive", ["420900", "420902"], on_date=TODAY, words=["电解铝"])
    assert found["direction"].tolist() == ["unknown", "unknown"]
    assert found.loc[1, "history"] == "《产业发展与转移指导目录》(2018年本):孝感市 不再承接 电解铝"
    for edition in policy_editions():
        if edition.status != "current":
            assert not edition.in_force(date.fromisoformat(TODAY))


def test_each_list_has_at_most_one_edition_in_force_on_any_day() -> None:
    for day in pd.date_range("2019-01-01", "2027-01-01", freq="7D"):
        lists = [edition.list for edition in policy_editions() if edition.in_force(day.date())]
        assert len(lists) == len(set(lists)), day


@pytest.mark.parametrize(
    ("name", "day", "edition"),
    [
        ("west_encouraged", "2024-12-31", "2020年本"), ("west_encouraged", "2025-01-01", "2025年本"),
        ("structure_directory", "2024-02-01", "2024年本"), ("foreign_investment", "2026-02-01", "2025年版"),
        ("structure_directory", "2024-01-31", None), ("foreign_investment", "2026-01-31", None),
        ("transfer_directory", "2026-11-01", None),
    ],
)  # fmt: skip
def test_the_edition_in_force(name: str, day: str, edition: str | None) -> None:
    found = [e.edition.zh for e in policy_editions() if e.list == name and e.in_force(date.fromisoformat(day))]
    assert found == ([] if edition is None else [edition])


def test_a_current_row_speaks_on_its_days_only() -> None:
    # 再生铝加工 stands among the industries that Chongqing's part of the catalogue of 2025 encourages
    words = ["再生铝加工"]
    for day, expected in (("2024-12-31", "unknown"), ("2025-01-01", "encouraged")):
        found = policy_direction("producer_services", ["500102"], on_date=day, words=words)
        assert found.loc[0, "direction"] == expected
    assert found.loc[0, "basis"] == "《西部地区鼓励类产业目录》(2025年本):重庆市 鼓励类"


def test_an_item_is_compared_as_a_whole_and_without_its_exceptions() -> None:
    named = {(row.place, row.kind) for row in policy_rows() if row.names(("铝冶炼",))}
    assert named == {("孝感市", "逐步退出"), ("梅州市", "逐步退出")}
    # the exception of that very row: 铝冶炼(再生铝和利用水电生产电解铝除外)
    assert {(row.place, row.kind) for row in policy_rows() if row.names(("电解铝",))} == {("孝感市", "不再承接")}


def test_every_list_is_unchecked_and_says_what_is_known_of_it() -> None:
    found = unchecked_lists(TODAY)
    assert set(found) == {edition.list for edition in policy_editions()}
    assert {e.completeness for editions in found.values() for e in editions} == {"fragment", "empty"}
    west = PolicyEdition(
        "x", Text("", ""), Text("", ""), date(2020, 1, 1), None, "current", "complete", Text("", ""), ""
    )
    assert west.in_force(date(2026, 1, 1))


# --- special areas --------------------------------------------------------------------------------


def test_a_county_belongs_to_what_its_prefecture_is_listed_as() -> None:
    found = special_areas(["451002", "520603", "231182", "340181", "511132", "110105", ""]).set_index("adcode")
    assert found["kinds"].tolist() == [
        "old_revolutionary_city", "resource_exhausted_city", "resource_exhausted_city", "demonstration_zone",
        "ecology_function_county", "", "",
    ]  # fmt: skip
    assert found["bonus"].tolist() == [1, 1, 1, 0, 0, 0, 0]
    assert found.loc["451002", "title"] == "革命老区重点城市"
    assert (found["source"] != "").tolist() == [True] * 5 + [False] * 2


def test_what_became_a_part_of_another_place_marks_nothing() -> None:
    # 万盛区 is a part of 綦江区 today, 双桥区 of 大足区
    assert special_areas(["500110", "500111"])["kinds"].tolist() == ["", ""]


def test_a_proposed_zone_does_not_count() -> None:
    assert special_areas(["220300", "150500"])["kinds"].tolist() == ["", ""]


def test_an_ecology_county_is_not_encouraged_for_energy_and_not_banned() -> None:
    found = policy_direction("energy_intensive", ["513431", "513401"], on_date=TODAY)
    assert found["direction"].tolist() == ["unknown", "encouraged"]
    assert "负面清单" in found.loc[0, "basis"]
    assert direction("labour_intensive", "513431") == "encouraged"


def test_the_known_rows_of_each_list_are_as_many_as_it_says() -> None:
    areas = policy_table("policy-special-areas").groupby("kind").size()
    for listed in special_area_lists():
        if listed.kind in areas:
            assert areas[listed.kind] == listed.known
        assert listed.total is None or listed.known < listed.total
    parks = policy_table("policy-parks-yangtze-2016")
    zones = policy_table("policy-demonstration-zones")
    known = {listed.kind: listed.known for listed in special_area_lists()}
    assert known["demonstration_park"] == (parks["match"] == "county").sum()
    assert known["demonstration_zone"] == (zones["status"] == "established").sum()


@pytest.mark.parametrize("layer", POLICY_LAYERS)
def test_codes_of_the_tables_are_divisions_of_today_with_the_name_they_carry(layer: str) -> None:
    table = policy_table(layer)
    for column in {"adcode", "adcodes"} & set(table.columns):
        division_chains([code for cell in table[column] for code in cell.split(";")])
    if layer == "policy-special-areas":
        levels = ("county", "prefecture")
        same = table[table["match"] == "whole"]
        matched = match_divisions(same["name"], level=levels, province=same["province"])
        assert matched["adcode"].tolist() == same["adcode"].tolist()


def test_every_direction_has_both_languages_and_known_keys() -> None:
    for saying in transfer_directions():
        assert saying.text.zh
        assert saying.text.en
        assert saying.regions <= {"east", "central", "west", "northeast"}
    assert {s.key for s in transfer_directions() if s.part == "industry"} == set(POLICY_KINDS)


# --- bad input ------------------------------------------------------------------------------------


def test_arguments_that_do_not_fit() -> None:
    with pytest.raises(UnknownNameError, match="kind of industry 'heavy' is unknown, expected labour_intensive"):
        policy_direction("heavy", ["150202"], on_date=TODAY)
    with pytest.raises(InputError, match="adcode '150299' is no division of today; near it: 150202"):
        policy_direction("energy_intensive", ["150299"], on_date=TODAY)
    with pytest.raises(InputError, match="on_date is '2026-13-01', expected a day such as 2026-11-01"):
        policy_direction("energy_intensive", ["150202"], on_date="2026-13-01")
    with pytest.raises(InputError, match="words is '电解铝', expected a sequence"):
        policy_direction("energy_intensive", ["150202"], on_date=TODAY, words="电解铝")
    with pytest.raises(InputError, match="adcode '999999' is no division of today; expected six digits"):
        special_areas(["999999"])
    with pytest.raises(InputError, match=r"adcode '632123' .*; 632123 .*乐都县 \(-2013\) is today 630202"):
        special_areas(["632123"])
    assert policy_date("2026/1/5", what="x") == date(2026, 1, 5)
