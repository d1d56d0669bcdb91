from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.catalog.boundaries import boundaries
from geotransfer.divisions.today import match_divisions, short_named
from geotransfer.errors import InputError, UnknownNameError

COUNTIES = boundaries("county")


def one(name: object, **options: object) -> pd.Series:
    return match_divisions([name], **options).iloc[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "adcode", "how"),
    [
        ("110105", "110105", "adcode"), (110105, "110105", "adcode"), (110105.0, "110105", "adcode"),
        ("110105.0", "110105", "adcode"), (np.int64(110105), "110105", "adcode"), ("110105000000", "110105", "adcode"),
        ("１１０１０５", "110105", "adcode"),
        ("东河区", "150202", "full name"), (" 东河区 ", "150202", "full name"),
        ("宝坻", "120115", "short name"), ("长阳", "420528", "short name"), ("长阳县", "420528", "short name"),
        ("长阳自治县", "420528", "short name"), ("莫力达瓦旗", "150722", "short name"),
        ("浦东", "310115", "short name"),
        ("嘉峪关", "620200", "short name"),
        ("内蒙古包头市东河区", "150202", "qualified name"), ("内蒙古自治区 包头 东河", "150202", "qualified name"),
        ("北京市朝阳区", "110105", "qualified name"), ("长春朝阳区", "220104", "qualified name"),
        ("江苏/徐州市/鼓楼区", "320302", "qualified name"), ("阳泉-城区", "140302", "qualified name"),
    ],
)  # fmt: skip
def test_a_county_is_found_by_code_full_short_or_qualified_name(name: object, adcode: str, how: str) -> None:
    found = one(name)
    assert (found["adcode"], found["how"], found["candidates"]) == (adcode, how, "")
    county = COUNTIES.set_index("adcode").loc[adcode]
    assert (found["name"], found["province"]) == (county["name"], county["province"])


@pytest.mark.parametrize(
    ("name", "level", "adcode", "how"),
    [
        ("甘肃兰州", "prefecture", "620100", "qualified name"), ("恩施州", "prefecture", "422800", "short name"),
        ("吉林市", "prefecture", "220200", "full name"), ("凉山", "prefecture", "513400", "short name"),
        ("北京", "prefecture", "110000", "short name"), ("内蒙古", "province", "150000", "short name"),
    ],
)  # fmt: skip
def test_prefectures_and_provinces_too(name: str, level: str, adcode: str, how: str) -> None:
    found = one(name, level=level)
    assert (found["adcode"], found["how"], found["level"]) == (adcode, how, level)


def test_duplicates_need_the_province_or_the_code() -> None:
    twice = one("朝阳区")
    assert (twice["adcode"], twice["how"]) == ("", "ambiguous")
    assert twice["candidates"] == "110105 北京市朝阳区; 220104 吉林省长春市朝阳区"
    assert one("朝阳区", province="吉林省")["adcode"] == "220104"
    assert one("朝阳区", province="220000")["adcode"] == "220104"
    # two within one province: the prefecture is needed
    assert one("鼓楼区", province="江苏")["how"] == "ambiguous"
    # what the candidates say can be given back
    for label in one("鼓楼区")["candidates"].split("; "):
        code, name = label.split(" ")
        assert one(name)["adcode"] == one(code)["adcode"] == code


@pytest.mark.parametrize("name", ["西安", "海南", "抚顺", "吉林"])
def test_the_short_name_of_a_wider_division_is_never_taken_for_a_county(name: str) -> None:
    found = one(name)
    assert found["adcode"] == ""
    assert found["how"] == ("unmatched" if name == "吉林" else "ambiguous")


def test_several_levels_at_once() -> None:
    levels = ("county", "prefecture", "province")
    found = match_divisions(["六安", "云南", "玉门市", "北京", "衡阳"], level=levels)
    assert found["adcode"].tolist() == ["341500", "530000", "620981", "110000", ""]
    assert found["level"].tolist() == ["prefecture", "province", "county", "prefecture", ""]
    assert found["candidates"].iloc[-1] == "430400 湖南省衡阳市; 430421 湖南省衡阳市衡阳县"


def test_what_is_unmatched_gets_the_nearest_guesses() -> None:
    assert one("霍林格勒市")["candidates"].startswith("150581 内蒙古自治区通辽市霍林郭勒市; ")
    # a code of another level says which
    assert one(440300)["candidates"] == "440300 广东省深圳市"
    # and one that does not exist its neighbours
    assert one("110199")["candidates"] == "110101 北京市东城区; 110102 北京市西城区; 110105 北京市朝阳区"
    assert one("xyz")["candidates"] == ""
    for nothing in ("", None, float("nan"), pd.NA):
        assert one(nothing)[["adcode", "how", "candidates"]].tolist() == ["", "unmatched", ""]


def test_a_province_that_contradicts_is_no_match() -> None:
    found = match_divisions(["110105", "朝阳区", "朝阳区", "朝阳区"], province=["河北", "北京", "幽州", None])
    assert found["how"].tolist() == ["unmatched", "full name", "unmatched", "ambiguous"]
    assert found.loc[0, "candidates"] == "110105 北京市朝阳区"


def test_arguments_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="level is 'town', expected 'province', 'prefecture', 'county'"):
        match_divisions(["朝阳区"], level="town")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="province '内蒙谷' does not exist; did you mean 150000 内蒙古自治区"):
        match_divisions(["东河区"], province="内蒙谷")
    with pytest.raises(InputError, match="there are 1 provinces for 2 names"):
        match_divisions(["东河区", "朝阳区"], province=["北京"])


def test_every_county_comes_back_by_code_and_by_its_qualified_name() -> None:
    codes = COUNTIES["adcode"].tolist()
    assert match_divisions(COUNTIES["adcode"].astype(int))["adcode"].tolist() == codes
    assert match_divisions(COUNTIES["province"] + COUNTIES["prefecture"] + COUNTIES["name"])["adcode"].tolist() == codes
    named = match_divisions(COUNTIES["name"])
    # the 68 counties that share their full name with another, and no other
    assert (named["how"] == "ambiguous").sum() == COUNTIES["name"].duplicated(keep=False).sum() == 68
    right = named["adcode"] == COUNTIES["adcode"]
    assert (right | (named["how"] == "ambiguous")).all()


def test_short_names_never_lead_to_another_county() -> None:
    short = COUNTIES["short_name"].str[:-1]
    for province in (None, COUNTIES["province"]):
        found = match_divisions(short, province=province)
        certain = found["adcode"] != ""
        assert (found.loc[certain, "adcode"] == COUNTIES.loc[certain, "adcode"]).all()
        assert certain.mean() > 0.8


ANYTHING = st.one_of(st.text(max_size=8), st.integers(), st.floats(), st.none(), st.sampled_from(["东河区", "朝阳"]))


@given(st.lists(ANYTHING))
@settings(max_examples=60, deadline=None)
def test_one_row_for_each_value_in_order(values: list[object]) -> None:
    found = match_divisions(values)
    assert len(found) == len(values)
    for value, back in zip(values, found["given"], strict=True):
        assert back is value or back == value or (back != back and (value is None or value != value))
    assert ((found["adcode"] == "") == found["how"].isin(["ambiguous", "unmatched"])).all()


def test_three_thousand_names_take_about_a_second() -> None:
    match_divisions(["东河区"])
    start = time.perf_counter()
    match_divisions(COUNTIES["name"])
    assert time.perf_counter() - start < 3.0


def test_short_named() -> None:
    assert short_named("朝阳") == ["110105", "211321", "220104"]
    assert short_named("朝阳", level="prefecture") == ["211300"]
    assert short_named("易") == []
