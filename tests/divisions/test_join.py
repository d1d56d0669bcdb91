from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.readers import read_features, read_table
from geotransfer.divisions.areas import area_weights
from geotransfer.divisions.columns import division_columns
from geotransfer.divisions.join import JOINED, former_division, join_divisions
from geotransfer.divisions.report import STATUSES, DivisionReport
from geotransfer.errors import InputError, UnknownNameError

CHECKED = pd.read_csv(Path(__file__).parents[1] / "data" / "division_checks.csv", dtype=str, keep_default_na=False)
"""100 rows of the two dirty files drawn with seed 11 and checked by hand: by what the planner knows of the places, and
for the polygons by where they lie as well."""
Joined = tuple[pd.DataFrame, DivisionReport]


def one(name: object = None, adcode: object = None, **options: object) -> pd.Series:
    province = options.pop("province", None)
    frame = pd.DataFrame({"n": [name], "c": [adcode], "p": [province]}, dtype=object)
    joined, _ = join_divisions(frame, name="n", adcode="c", province="p", **options)  # type: ignore[arg-type]
    return joined.iloc[0].rename(lambda column: column.removeprefix("division_"))


@pytest.mark.parametrize(
    ("name", "province", "year", "adcode", "status", "how"),
    [
        ("宝坻区", "", None, "120115", "placed", "full name"), ("宝坻", "天津", None, "120115", "placed", "short name"),
        ("乐都县", "", None, "630202", "changed", "full name"),
        ("乐都县", "青海", 2012, "630202", "changed", "full name"),
        ("湖北省襄樊市襄阳区", "", 2009, "420607", "changed", "qualified name"),
        ("襄樊襄阳", "", 2009, "420607", "changed", "qualified name"),
        ("通许市", "河南", 1999, "410222", "placed", "other suffix"),
        ("Ledu Xian", "Qinghai", 2012, "630202", "changed", "pinyin"),
        ("Lèdū Xiàn", "Qinghai", None, "630202", "changed", "pinyin"),
        ("Ledu County", "Qinghai", None, "630202", "changed", "pinyin"),
        ("Abag Qi", "Inner Mongolia", None, "152522", "placed", "pinyin"),
        ("Geerzee Xian", "Tibet", None, "542526", "placed", "pinyin"),
        ("Kuqa Xian", "新疆", 2012, "652902", "changed", "pinyin"),
        ("Abag", "15", None, "152522", "placed", "pinyin without suffix"),
        ("Chengguan Qu (Lasa Shi)", "", None, "540102", "placed", "pinyin"),
        # of the year before the district took the name
        ("东胜市", "", 2000, "150602", "changed", "full name"),
    ],
)  # fmt: skip
def test_names(name: str, province: str, year: int | None, adcode: str, status: str, how: str) -> None:
    row = one(name, province=province, year=year)
    assert (row["adcode"], row["status"], row["how"]) == (adcode, status, how)


def test_codes_alone_and_with_names() -> None:
    assert one(None, 632123, year=2010)["adcode"] == "630202"
    assert one(None, "320683000000")["name"] == "通州区"
    assert one("乐都县", 632123.0)["how"] == "adcode and name"
    # one character off, or cut off by a field of 16 bytes: the code decides
    assert one("满州里市", "152102")["adcode"] == "150781"
    assert one("巴里坤哈萨克自治", "652222")["how"] == "adcode, name nearly"
    # 0 is no code
    assert one("乐都县", 0)["how"] == "full name"


def test_a_name_and_a_code_that_contradict_are_not_placed() -> None:
    row = one("额尔古纳右旗", 152105, year=1999)
    # 152105 is 根河市, once 额尔古纳左旗: the name is that of its neighbour
    assert (row["adcode"], row["status"]) == ("", "conflict")
    assert "根河市" in row["candidates"]
    assert one("南充市", 440825, level=("county", "prefecture"))["status"] == "conflict"
    # 421001 is all districts of 荆州, not 江陵县
    assert one("江陵县", 421001, level=("county", "prefecture"))["status"] == "conflict"


def test_a_code_and_name_of_another_province_are_not_placed() -> None:
    table = pd.DataFrame({"name": ["朝阳区", "和平区"], "code": ["220104", "210102"], "province": ["北京", "天津"]})
    joined, _ = join_divisions(table, name="name", adcode="code", province="province")
    assert joined["division_status"].tolist() == ["conflict", "conflict"]
    assert joined["division_adcode"].tolist() == ["", ""]
    assert "220104 吉林省长春市朝阳区" in joined["division_candidates"].iloc[0]


def test_the_year_tells_codes_that_changed_hands_apart() -> None:
    assert one(None, 440203)["status"] == "ambiguous"
    assert one(None, 440203, year=2001)["name"] == "浈江区"
    assert one(None, 440203, year=2010)["name"] == "武江区"
    assert one("浈江区", 440203)["adcode"] == "440204"


def test_a_former_homonym_makes_a_name_ambiguous_without_the_year() -> None:
    # 郊区 of Anhui: 合肥's until 2002, 蚌埠's until 2004, 安庆's until 2005, 铜陵's today
    assert one("郊区", province="安徽")["status"] == "ambiguous"
    assert one("郊区", province="安徽", year=2020)["adcode"] == "340711"


def test_what_was_divided_is_reported_with_its_parts_and_not_placed() -> None:
    row = one("邢台县", 130521)
    assert (row["adcode"], row["status"]) == ("", "split")
    assert row["candidates"] == "130502 河北省邢台市襄都区; 130503 河北省邢台市信都区"
    assert "2020 split: 130521 邢台县 > 130502 襄都区" in row["change"]


def test_what_a_division_took_in_since_is_said() -> None:
    row = one("静安区", year=2010)
    assert (row["status"], row["change"]) == ("placed", "2015 merged: 310108 闸北区 > 310106 静安区")
    assert one("静安区", year=2018)["change"] == ""


@pytest.mark.parametrize("name", ["衡阳市", "吉林", "海南", "朝阳", "Anyang"])
def test_a_prefecture_is_never_taken_for_a_county_of_like_name(name: str) -> None:
    assert one(name)["adcode"] == ""


def test_other_suffixes_are_only_read_among_divisions_of_the_year() -> None:
    # 达川市 became 通川区 in 1999; the 达川区 of 2013 is another place
    assert one("达川市", year=1998)["adcode"] == "511702"
    assert one("台北县")["adcode"] == ""


def test_levels() -> None:
    both = one("南充市", 511301, level=("county", "prefecture"))
    assert (both["adcode"], both["status"]) == ("511300", "placed")
    assert one("山西", level="province")["adcode"] == "140000"
    assert [one(name, level="province")["adcode"] for name in ("Anhui", "Inner Mongolia", "shaanxi", "Xizang")] == [
        "340000", "150000", "610000", "540000",
    ]  # fmt: skip


def test_guesses_have_a_score_and_a_misspelt_province_is_named() -> None:
    frame = pd.DataFrame({"n": ["Fengxia Qu", "Arun Qi", "宝坻区"], "p": ["Shanghai", "Inner-Monglia", "幽州"]})
    joined, report = join_divisions(frame, name="n", province="p")
    assert joined["division_status"].tolist() == ["unmatched", "placed", "unmatched"]
    assert joined.loc[0, "division_candidates"].startswith("310120 上海市奉贤区 (95)")
    assert report.provinces["Inner-Monglia"] == ("内蒙古自治区", pytest.approx(96, abs=2))
    assert report.provinces["幽州"] == ("", 0.0)
    assert "120115 天津市宝坻区" in joined.loc[2, "division_candidates"]


def test_a_code_that_no_list_has_is_noted() -> None:
    frame = pd.DataFrame({"n": ["永宁县", "盐池县", "", "甲乙县"], "c": ["999999", "0", "888888", "777777"]})
    joined, report = join_divisions(frame, name="n", adcode="c")
    assert joined["division_adcode"].tolist() == ["640121", "640323", "", ""]
    assert joined["division_note"].tolist() == [
        "adcode 999999 is in no list of codes", "", "adcode 888888 is in no list of codes",
        "adcode 777777 is in no list of codes",
    ]  # fmt: skip
    zh = report.summary()
    assert "代码不在任何名录中,只按名称查找: 3" in zh
    assert "  0 永宁县 999999: 640121 宁夏回族自治区银川市永宁县" in zh


def test_names_of_another_level_are_said_to_be_that_and_nothing_else_is_guessed() -> None:
    frame = pd.DataFrame({"n": ["哈尔滨市", "襄樊", "Baotou", "永宁县", "Hohhot", "山东"], "c": ["230101", *[""] * 5]})
    joined, report = join_divisions(frame, name="n", adcode="c", language="zh")
    assert joined["division_adcode"].tolist() == ["", "", "", "640121", "", ""]
    assert joined.loc[0, "division_candidates"] == "230100 黑龙江省哈尔滨市"
    assert joined.loc[1, "division_candidates"] == "420600 湖北省襄樊市 (-2010)"
    assert joined.loc[2, "division_note"] == "属于地级,不在所查级别之内"
    assert report.rows["other_level"].tolist() == ["prefecture"] * 3 + ["", "prefecture", "province"]
    assert "4 rows name a prefecture, which was not asked for: to place them add" in report.summary("en")
    # the other way round
    _, report = join_divisions(pd.DataFrame({"n": ["密云县"]}), name="n", level="prefecture")
    assert report.rows["candidates"].tolist() == ["110228 北京市密云县 (-2015)"]
    assert report.summary().splitlines()[2] == "1 行的名称属于县级,不在所查级别之内:改用 --level county"


def test_what_contradicts_is_listed_without_guesses_where_the_name_is_known() -> None:
    # 340827 is 望江县
    assert one("枞阳县", "340827")["candidates"] == (
        "340722 安徽省铜陵市枞阳县; 340823 安徽省安庆市枞阳县 (-2015); 340827 安徽省安庆市望江县"
    )
    assert "(67)" in one("水清县", "131023")["candidates"]


@pytest.mark.parametrize(
    ("name", "adcode", "code"),
    [
        ("臺北市", None, "710009"), ("通縣", None, "110112"), ("烏海市", "150301", "150300"),
        ("市辖区(东营市)", "370501", "370500"), ("市辖区(古交市)", 140181, "140181"), ("乾縣", None, "610424"),
        # none of these is a city of its own: the label alone says nothing
        ("市辖区", None, ""), ("市辖区(甲乙市)", "370501", ""),
    ],
)  # fmt: skip
def test_traditional_characters_and_rows_of_all_districts(name: str, adcode: object, code: str) -> None:
    assert one(name, adcode, level=("county", "prefecture"))["adcode"] == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Hohhot", "150100"), ("Ordos", "150600"), ("Kashgar", "653100"), ("Ürümqi", "650100"), ("Lhasa", "540100"),
        ("Shigatse", "540200"), ("Hulun Buir", "150700"), ("Xilingol League", "152500"), ("Ili", "654000"),
        ("Lyuliang", "141100"), ("Harbin City", "230100"), ("Qiqihar Shi", "230200"),
    ],
)  # fmt: skip
def test_prefectures_as_they_are_written_abroad(name: str, code: str) -> None:
    assert one(name, level="prefecture", year=2020)["adcode"] == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Horqin Right Front Banner", "152221"), ("Horqin Left Wing Middle Banner", "150521"),
        ("Urad Front Banner", "150823"), ("Tumd Left Banner", "150121"), ("Horqin Qu", "150502"),
    ],
)  # fmt: skip
def test_banners_in_english(name: str, code: str) -> None:
    assert one(name)["adcode"] == code


def test_changes_in_chinese() -> None:
    frame = pd.DataFrame({"n": ["乐都县"]})
    joined, _ = join_divisions(frame, name="n", language="zh")
    assert joined["division_change"].item() == "2013 撤县设区: 632123 乐都县 > 630202 乐都区"
    with pytest.raises(InputError, match="language is 'fr'"):
        join_divisions(frame, name="n", language="fr")


def test_the_table_comes_back_with_eight_columns_more() -> None:
    frame = pd.DataFrame({"county": ["乐都县", "甲乙县"], "x": [1.5, 2.5]}, index=[7, 3])
    joined, report = join_divisions(frame, name="county")
    assert joined.columns.tolist() == ["county", "x", *(f"division_{column}" for column in JOINED)]
    assert joined.index.tolist() == report.rows.index.tolist() == [7, 3]
    assert frame.columns.tolist() == ["county", "x"]


def test_the_report_counts_every_row_and_speaks_two_languages() -> None:
    frame = pd.DataFrame({"n": ["乐都县", "邢台县", "朝阳区", "甲乙县", "宝坻区", "宝坻"]})
    _, report = join_divisions(frame, name="n")
    assert report.counts == {
        "placed": 2, "changed": 1, "split": 1, "ambiguous": 1, "conflict": 0, "unmatched": 1,
    }  # fmt: skip
    assert report.repeated["given"].tolist() == ["宝坻区", "宝坻"]
    zh, en = report.summary(), report.summary("en", limit=1)
    assert zh.splitlines()[0] == "6 行"
    assert "邢台县: 130502 河北省邢台市襄都区; 130503 河北省邢台市信都区" in zh
    assert "乐都县: 2013 撤县设区: 632123 乐都县 > 630202 乐都区" in zh
    assert "may be several, not placed: 1" in en
    assert "1 more rows in report.rows" in en
    with pytest.raises(InputError, match="language is 'fr', expected 'zh' or 'en'"):
        report.summary("fr")


def test_arguments_that_do_not_fit() -> None:
    frame = pd.DataFrame({"n": ["宝坻区"], "division_how": [1]})
    with pytest.raises(InputError, match="neither name nor adcode is given"):
        join_divisions(frame)
    with pytest.raises(UnknownNameError, match="the table has no column 'county'; it has n, division_how"):
        join_divisions(frame, name="county")
    with pytest.raises(InputError, match="has the columns division_how already"):
        join_divisions(frame, name="n")
    with pytest.raises(InputError, match="year is 1850, expected 1990 or later"):
        join_divisions(frame[["n"]], name="n", year=1850)
    with pytest.raises(InputError, match="level is 'town'"):
        join_divisions(frame[["n"]], name="n", level="town")  # type: ignore[arg-type]


def test_columns_are_known_by_their_headers() -> None:
    assert division_columns(["NAME", "GB1999", "PROVINCE"]) == {
        "name": "NAME", "adcode": "GB1999", "province": "PROVINCE",
    }  # fmt: skip
    assert division_columns(["行政区划代码", "县名", "省份"])["adcode"] == "行政区划代码"
    assert division_columns(["x", 3]) == {}


def test_provinces_by_code_name_and_english_name() -> None:
    for province in ("青海省", "青海", "Qinghai", "630000", 630000, 63, "Qinghai ", ""):
        assert one("乐都县", province=province)["adcode"] == "630202", province
    # the beginning of one name only
    assert one("东河", province="内蒙")["adcode"] == "150202"
    assert one("武鸣县", province="广西壮族")["adcode"] == "450110"
    assert one("盐池县", province="宁")["status"] == "unmatched"
    # 0 is no province
    assert one("乐都县", province=0)["adcode"] == "630202"
    assert one("乐都县", province="甘肃")["status"] == "unmatched"


def test_former_division_in_words() -> None:
    assert former_division("632123").endswith("is today 630202 青海省海东市乐都区")
    assert former_division("通州市").endswith("is today 320612 江苏省南通市通州区")
    assert former_division("宝坻区") == former_division("甲乙县") == ""


def test_every_county_of_today_comes_back_by_code_and_by_its_qualified_name() -> None:
    counties = boundaries("county")
    # 济源市 stands for its own prefecture in the layer
    near = counties["prefecture"].where(counties["prefecture"] != counties["name"], "")
    frame = pd.DataFrame({"c": counties["adcode"], "n": counties["province"] + near + counties["name"]})
    for columns in ({"adcode": "c"}, {"name": "n"}, {"name": "n", "adcode": "c"}):
        joined, report = join_divisions(frame, **columns, year=2023)  # type: ignore[arg-type]
        assert (joined["division_adcode"] == counties["adcode"]).all(), report.summary("en")
        assert report.counts["placed"] == len(counties)


ANYTHING = st.one_of(st.text(max_size=8), st.integers(), st.floats(), st.none(), st.sampled_from(["郊区", "Qi Xian"]))


@given(st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING), min_size=1))
@settings(max_examples=60, deadline=None)
def test_no_row_is_lost_and_only_certain_ones_have_a_code(rows: list[tuple[object, object, object]]) -> None:
    frame = pd.DataFrame(rows, columns=["n", "c", "p"], dtype=object)
    joined, report = join_divisions(frame, name="n", adcode="c", province="p")
    assert len(joined) == sum(report.counts.values()) == len(rows)
    assert ((joined["division_adcode"] != "") == joined["division_status"].isin(["placed", "changed"])).all()
    assert set(joined["division_status"]) <= set(STATUSES)


# The real dirty files


@pytest.fixture(scope="module")
def pinyin(shared_data: Path) -> Joined:
    table = read_table(shared_data / "population" / "xing2021_county_2836.csv")
    return join_divisions(table, name="County name", province="Province name", year=2015)


@pytest.fixture(scope="module")
def polygons(shared_data: Path) -> Joined:
    file = shared_data / "admin" / "全国县级统计数据.shp"
    frame = read_features(file, encoding="GB18030")
    columns = {"name": "NAME", "adcode": "GB1999", "province": "PROVINCE"}
    return join_divisions(frame, **columns, year=1999, level=("county", "prefecture"))  # type: ignore[arg-type]


@pytest.mark.data
def test_of_2836_pinyin_names_95_percent_are_placed_or_reported_as_changed(pinyin: Joined) -> None:
    joined, report = pinyin
    counts = report.counts
    assert sum(counts.values()) == 2836
    assert (counts["placed"] + counts["changed"] + counts["split"]) / 2836 >= 0.98  # the issue asks for 0.95
    # names that occur twice in one province are never guessed: ambiguous, or said to be one place named twice
    twice = joined[joined.duplicated(["County name", "Province name"], keep=False)]
    assert set(twice.loc[twice["division_adcode"] != "", "County name"]) == {"Golmud Shi", "Yongding Qu"}
    assert set(report.repeated["given"]) == {"Golmud Shi", "Yongding Qu"}


@pytest.mark.data
def test_of_2390_polygons_93_percent_are_placed_or_reported_as_changed(polygons: Joined) -> None:
    counts = polygons[1].counts
    assert sum(counts.values()) == 2390
    # 94.5 %; the rest are misprints and codes of another place
    assert (counts["placed"] + counts["changed"] + counts["split"]) / 2390 >= 0.945


@pytest.mark.data
def test_the_polygons_lie_where_their_names_were_placed(polygons: Joined, shared_data: Path) -> None:
    frame = pyogrio.read_dataframe(shared_data / "admin" / "全国县级统计数据.shp", columns=[], encoding="GB18030")
    weights = area_weights(frame)
    prefecture = boundaries("county").set_index("adcode")["prefecture_adcode"]
    placed = polygons[1].rows["adcode"]
    placed = placed[placed != ""]
    code = weights["old"].map(placed)
    there = weights[(weights["adcode"] == code) | (weights["adcode"].map(prefecture) == code)]
    share = there.groupby("old")["weight"].sum().reindex(placed.index, fill_value=0.0)
    # 21 of 2,201: parts set up since (随县, 南沙区, 双湖县), pieces of a county, and 3 polygons that lie elsewhere:
    # their name and code are both those of another county (a 农安县 that is 双阳, for one)
    assert (share < 0.5).sum() <= 21
    assert (share < 0.1).sum() <= 3
    assert share.median() > 0.9


@pytest.mark.data
@pytest.mark.parametrize("file", sorted(CHECKED["file"].unique()))
def test_fifty_rows_of_each_file_are_as_checked_by_hand(file: str, pinyin: Joined, polygons: Joined) -> None:
    want = CHECKED[CHECKED["file"] == file]
    rows = (pinyin if file.startswith("xing") else polygons)[1].rows.iloc[want["row"].astype(int)]
    assert rows["given"].tolist() == want["given"].tolist()
    for column in ("status", "adcode", "name"):
        assert rows[column].tolist() == want[column].tolist()
    assert len(CHECKED) == 100


@pytest.mark.data
def test_provinces_without_cpg(shared_data: Path) -> None:
    file = next((shared_data / "admin" / "CHN_full_adm").glob("*.shp"))
    frame = pyogrio.read_dataframe(file, read_geometry=False, encoding="UTF-8")
    joined, report = join_divisions(frame, name="name", adcode="adcode", level="province")
    # the 35th row is an outline without name and with NaN for a code
    assert report.counts["placed"] == 34
    assert joined["division_status"].tolist() == ["placed"] * 34 + ["unmatched"]


@pytest.mark.data
def test_three_thousand_names_take_less_than_a_second(pinyin: Joined, shared_data: Path) -> None:
    table = read_table(shared_data / "population" / "xing2021_county_2836.csv")
    # of this process: the machine may be busy with others
    start = time.process_time()
    join_divisions(table, name="County name", province="Province name", year=2015)
    assert time.process_time() - start < 1.5
    assert np.isfinite(start)
