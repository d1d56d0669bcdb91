from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.errors import InputError, UnreadPositionsWarning
from geotransfer.siting.parks import is_names_only, match_parks, parks_record


def how(name: str, province: str = "") -> tuple[str, str]:
    """(division, how) of one park."""
    _, report = match_parks(pd.DataFrame({"park": [name], "province": [province]}))
    return report["name"].item(), report["how"].item()


@pytest.mark.parametrize(
    ("park", "province", "expected"),
    [
        ("湖北浠水经开区", "", ("浠水县", "county")),
        ("浠水经开区", "湖北", ("浠水县", "county")),
        ("重庆涪陵工业园区", "重庆", ("涪陵区", "county")),
        ("昆明高新区", "云南省", ("昆明市", "prefecture")),
        ("宜昌高新区", "", ("宜昌市", "prefecture")),
        # the county inside the prefecture that stands before it
        ("合肥包河工业园区", "安徽", ("包河区", "county")),
        ("南京鼓楼高新区", "", ("鼓楼区", "county")),
        # 荆州市 and its own 荆州区: the prefecture, unless the county is written out
        ("荆州经开区", "湖北", ("荆州市", "prefecture")),
        ("荆州区工业园", "湖北", ("荆州区", "county")),
        # peoples' counties by their short name
        ("长阳经济开发区", "湖北", ("长阳土家族自治县", "county")),
        # names that are words count only behind their prefecture
        ("晋城城区工业园", "", ("城区", "county")),
        ("主城区工业园", "山西", ("", "unmatched")),
        # under the province itself, prefecture and county in one
        ("潜江高新区", "湖北", ("潜江市", "county")),
        # nothing but a province, which is a prefecture's name too
        ("上海市北工业园区", "上海", ("上海市", "prefecture")),
        ("吉林经开区", "吉林", ("吉林市", "prefecture")),
        # 资阳 is a district of 益阳 too
        ("四川资阳经开区", "四川", ("资阳市", "prefecture")),
        ("漕河泾新兴技术开发区", "上海", ("", "unmatched")),
        # a name in the middle is no place: 新兴县 lies in Guangdong
        ("广东未来新兴产业园", "广东", ("", "unmatched")),
        ("浠水经开区", "云南", ("", "unmatched")),
        ("浠水经开区", "亚特兰蒂斯", ("", "unmatched")),
    ],
)
def test_the_longest_name_it_begins_with(park: str, province: str, expected: tuple[str, str]) -> None:
    assert how(park, province) == expected


def test_several_divisions_of_one_name_are_ambiguous_and_listed() -> None:
    zones, report = match_parks(pd.DataFrame({"park": ["朝阳工业园", "大通工业园"]}))
    assert report["how"].tolist() == ["ambiguous", "ambiguous"]
    assert "110105 北京市朝阳区" in report["candidates"][0].split(";")
    assert len(report["candidates"][0].split(";")) == 4
    assert zones.empty


def test_a_code_is_believed() -> None:
    zones, report = match_parks(pd.DataFrame({"name": ["朝阳工业园"], "adcode": ["220104"]}))
    assert report[["name", "how"]].iloc[0].tolist() == ["朝阳区", "county"]
    assert zones["division"].tolist() == ["朝阳区"]


def test_a_code_of_another_year_is_said_and_the_name_taken() -> None:
    # 320683 was 通州市 until 2009
    _, report = match_parks(pd.DataFrame({"name": ["湖北浠水经开区", "昆明高新区"], "adcode": ["320683", "530100.0"]}))
    assert report["adcode"].tolist() == ["421125", "530100"]
    assert report["note"].tolist() == ["adcode 320683 is no prefecture or county of today; the name was taken", ""]


def test_coordinates_that_are_not_read_are_warned_of() -> None:
    table = pd.DataFrame({"name": ["湖北浠水经开区"], "X": [3372000.0], "Y": [38520000.0]})
    with pytest.warns(UnreadPositionsWarning, match="the coordinates in the columns X and Y are not read"):
        zones, _ = match_parks(table)
    assert len(zones) == 1


def test_traditional_characters_and_english_provinces() -> None:
    assert how("湖北浠水經開區") == ("浠水县", "county")
    assert how("濰坊經濟開發區") == ("潍坊市", "prefecture")
    assert how("浠水经开区", "Hubei") == ("浠水县", "county")


def test_the_zones_are_the_land_of_the_division_and_keep_the_columns() -> None:
    table = pd.DataFrame({"园区": ["昆明高新区", "未来园", "湖北浠水经开区"], "industry": ["a", "b", "c"]})
    zones, report = match_parks(table)
    assert zones["name"].tolist() == ["昆明高新区", "湖北浠水经开区"]
    assert zones["industry"].tolist() == ["a", "c"]
    assert zones["placed_at"].tolist() == ["prefecture", "county"]
    assert zones.crs.to_epsg() == 4326
    county = gt.boundaries("county").set_index("adcode").geometry["421125"]
    assert zones.geometry[1].equals(county)
    record = parks_record(report)
    assert record is not None
    assert record["counts"] == {"county": 1, "prefecture": 1, "ambiguous": 0, "unmatched": 1}
    assert parks_record(None) is None


def test_what_is_no_list_of_names() -> None:
    assert not is_names_only(pd.DataFrame({"name": ["A"], "经度": [1.0], "纬度": [2.0]}))
    assert not is_names_only(pd.DataFrame({"x": [1]}))
    assert is_names_only(pd.DataFrame({"园区名称(2016)": ["昆明高新区"]}))
    with pytest.raises(InputError, match="the table has the columns x; expected one of name, park"):
        match_parks(pd.DataFrame({"x": [1]}))


# in a scenario


def study(path: Path) -> gt.Scenario:
    return gt.scenario("aluminium").with_overrides({"zones": str(path), "grid.resolution": 25_000, "robustness": {}})


def test_parks_by_name_are_ranked_and_the_report_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    path.write_text("park,province\n湖北浠水经开区,湖北\n霍林郭勒工业园,\n朝阳工业园,\n未来园,\n", encoding="utf-8")
    result = gt.run(study(path))
    assert set(result.ranking["name"]) == {"湖北浠水经开区", "霍林郭勒工业园"}
    assert set(result.ranking["kind"]) == {"polygon"}
    assert result.ranking.set_index("name").loc["湖北浠水经开区", "adcode"] == "421125"
    record = result.provenance["result"]["parks"]
    assert record["counts"] == {"county": 2, "prefecture": 0, "ambiguous": 1, "unmatched": 1}
    assert [park["how"] for park in record["parks"]] == ["county", "county", "ambiguous", "unmatched"]
    # the same land as the county itself, by the same scenario
    county = gt.run(gt.scenario("aluminium").with_overrides(
        {"within": ["黄冈市"], "grid.resolution": 25_000, "robustness": {}})).ranking.set_index("name")  # fmt: skip
    park = result.ranking.set_index("name").loc["湖北浠水经开区"]
    assert park["score"] == pytest.approx(county.loc["浠水县", "score"], abs=1e-9)


def test_a_list_in_which_nothing_is_a_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    path.write_text("park\n未来园\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"none of the 1 parks .* \(the first is '未来园'\); add a column province"):
        gt.run(study(path))


def test_a_list_in_gbk_takes_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    path.write_text("园区\n霍林郭勒工业园\n", encoding="gbk")
    with pytest.raises(InputError, match="zones_encoding=GB18030"):
        gt.run(study(path))
    named = study(path).with_overrides({"zones_encoding": "GB18030"})
    assert gt.run(named).ranking["name"].tolist() == ["霍林郭勒工业园"]


YANGTZE = {
    "county": "张家港保税区 浙江海宁经开区 平湖经开区 安徽天长经开区 合肥包河工业园区 江西新建长堎工业园区 "
    "江西奉新工业园区 江西瑞昌经开区 湖北浠水经开区 宁乡经开区 浏阳经开区 重庆涪陵工业园区 重庆永川工业园区 "
    "重庆合川工业园区 蒙自经开区",
    "prefecture": "上海市北工业园区 上海紫竹高新区 苏州工业园区 南通经开区 杭州经开区 宜昌高新区 荆州经开区 "
    "株洲高新区 泸州高新区 宜宾临港经开区 四川资阳经开区 昆明经开区 曲靖经开区 贵阳经开区 贵阳高新区 遵义经开区",
    "unmatched": "漕河泾新兴技术开发区 安徽新芜经开区",
}
"""The 33 parks of the Yangtze list of 2016 (长江经济带国家级转型升级示范开发区), sorted by hand; 新芜区 is no more."""


def test_the_parks_of_the_yangtze_list_without_their_provinces() -> None:
    listed = [(name, kind) for kind, names in YANGTZE.items() for name in names.split()]
    _, report = match_parks(pd.DataFrame({"park": [name for name, _ in listed]}))
    assert len(report) == 33
    # 资阳, 株洲 ... are told apart by the province in front, or are one place only
    assert report["how"].tolist() == [kind for _, kind in listed]
