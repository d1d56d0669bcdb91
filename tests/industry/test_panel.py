from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geotransfer.catalog.provinces import OFFICIAL, official_names
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.industry.panel import read_panel


def csv(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "panel.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_chinese_and_english_headers_mean_the_same(tmp_path: Path) -> None:
    chinese = read_panel(csv(tmp_path, "# 示例\n省份,年份,制造业占比(%),地区生产总值(亿元)\n山东,2020年,28,100\n"))
    english = read_panel(csv(tmp_path, "province,year,Manufacturing Share,gdp (亿元)\nShandong,2020,0.28,100\n"))
    assert chinese.table.drop(columns="manufacturing_share").equals(english.table.drop(columns="manufacturing_share"))
    assert chinese.table["manufacturing_share"][0] == pytest.approx(0.28)
    assert dict(chinese.units)["manufacturing_value_added"] == "亿元"
    assert chinese.table["manufacturing_value_added"][0] == pytest.approx(28)


def test_shares_are_derived_in_one_unit(tmp_path: Path) -> None:
    text = "province,year,manufacturing_employment (persons),employment ({})\n上海,2020,20,80\n"
    panel = read_panel(csv(tmp_path, text.format("persons")))
    assert panel.table["manufacturing_employment_share"][0] == 0.25
    assert panel.derived == ("manufacturing_employment_share = manufacturing_employment / employment",)
    with pytest.raises(InputError, match="write both in one unit"):
        read_panel(csv(tmp_path, text.format("1e4 persons")))
    with pytest.raises(InputError, match="more than employment 8"):
        read_panel(csv(tmp_path, text.format("persons").replace(",80", ",8")))


def test_a_wide_table_needs_to_know_what_it_holds(tmp_path: Path) -> None:
    path = csv(tmp_path, "# yuan\nregion,2021,2020\nBeijing,2,1\nTianjin,4,3\n")
    panel = read_panel(path, quantity="gdp (1e8 yuan)")
    assert panel.table.to_numpy().tolist() == [
        ["北京市", 2020, 1.0], ["北京市", 2021, 2.0], ["天津市", 2020, 3.0], ["天津市", 2021, 4.0],
    ]  # fmt: skip
    with pytest.raises(InputError, match="nothing says what the cells are"):
        read_panel(path)


GAP = "province,year,manufacturing_share\n山东,2019,0.3\n山东,2020,\n山东,2022,0.24\n江苏,2019,0.4\n"


def test_gaps_are_named_and_filled_only_when_told(tmp_path: Path) -> None:
    path = csv(tmp_path, GAP)
    with pytest.raises(InputError, match=r"2 gap\(s\): 山东省 2020 \w+, 山东省 2021 manufacturing_share"):
        read_panel(path)
    assert read_panel(path, gaps="skip").table["manufacturing_share"].count() == 3
    filled = read_panel(path, gaps="interpolate")
    shandong = filled.table[filled.table["province"] == "山东省"]
    assert shandong["manufacturing_share"].tolist() == pytest.approx([0.3, 0.28, 0.26, 0.24])
    assert filled.filled == ("山东省 2020 manufacturing_share", "山东省 2021 manufacturing_share")
    with pytest.raises(InputError, match="expected 'refuse', 'skip' or 'interpolate'"):
        read_panel(path, gaps="guess")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("year,gdp (yuan)\n2020,1\n", "no 'province'"),
        ("province,gdp (yuan)\n山东,1\n", "no 'year'"),
        ("province,year,note\n山东,2020,1\n", "holds no figures"),
        ("province,year,gdp (yuan, real),exports (yuan)\n山东,2020,1,2\n", "a comma within a unit"),
        ("province,year,gdp\n山东,2020,1\n", "states no unit"),
        ("province,year,manufacturing_share\n山东,2020,28\n", r"name the column 'manufacturing_share \(%\)'"),
        ("province,year,manufacturing_share (%)\n山东,2020,128\n", "at most 1"),
        ("province,year,manufacturing_share (yuan)\n山东,2020,1\n", "is a share in 'yuan'"),
        ("province,year,manufacturing_share\n山东,2020,-0.1\n", "is -0.1 in data row 1; expected at least 0"),
        ('province,year,gdp (yuan)\n山东,2020,"1,000"\n', "'1,000' in data row 1, expected a number"),
        ("province,year,gdp (yuan)\n山东,2020,约5\n", "'约5' in data row 1"),
        ("province,year,gdp (yuan)\n山东,20,1\n", "expected a year"),
        ("province,year,gdp (yuan)\n山东,2020,1\n山东省,2020,2\n", "山东省 2020 stand in more than one row"),
        ("province,year,gdp (yuan),地区生产总值(yuan)\n山东,2020,1,1\n", "two columns give gdp"),
    ],
)
def test_bad_panels(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_panel(csv(tmp_path, text))


def test_unknown_provinces_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"'shandon'.*did you mean 山东省"):
        read_panel(csv(tmp_path, "province,year,gdp (yuan)\nShandon,2020,1\n"))
    with pytest.raises(UnknownNameError, match=r"'全国'.*leave sums"):
        official_names(["全国"])


def test_names_of_all_units() -> None:
    assert len(OFFICIAL) == 34
    assert official_names(["黑龙江", "新疆", "香港", "西藏自治区", "Hong Kong", "macao"]) == [
        "黑龙江省", "新疆维吾尔自治区", "香港特别行政区", "西藏自治区", "香港特别行政区", "澳门特别行政区",
    ]  # fmt: skip


def test_official_names_are_those_of_the_boundaries() -> None:
    import geotransfer as gt

    assert set(OFFICIAL) == set(gt.boundaries("province")["name"])


def test_what_is_not_read_is_told() -> None:
    frame = pd.DataFrame({"province": ["山东"], "year": [2020], "gdp (yuan)": [1], "remark": ["x"]})
    assert read_panel(frame).ignored == ("remark",)
