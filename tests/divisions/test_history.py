from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from geotransfer.catalog.boundaries import boundaries
from geotransfer.divisions.history import BOUNDARY_YEAR, CHANGE_TABLE, KINDS, Unit, division_history

TABLE = pd.read_csv(Path(__file__).parents[2] / "layers" / CHANGE_TABLE, dtype=str)
HISTORY = division_history()
UNITS = {(unit.level, unit.key): unit for unit in HISTORY.units}
NEVER_OFFICIAL = {"629700", "629800", "629900", "632857"}
"""In the boundary layer, in no code list: a horse ranch, two reserves, 大柴旦行政委员会."""

NBS = "https://www.stats.gov.cn/"
PUBLISHED = {
    2003: (2861, NBS + "sj/ndsj/yb2004-c/html/A0101ae.htm"),
    2005: (2862, NBS + "tjsj/ndsj/2006/html/A0101e.htm"),
    2007: (2859, NBS + "sj/ndsj/2008/html/B0101e.htm"),
    2008: (2859, NBS + "tjsj/ndsj/2009/html/B0101e.htm"),
    2009: (2858, NBS + "sj/ndsj/2010/html/B0101e.htm"),
    2011: (2853, NBS + "sj/ndsj/2012/html/B0101C.HTM"),
    # tables of the same ministry in other yearbooks, and figures that reports of the day give
    2006: (2860, "App. 1-1, divisions of administrative areas by region (year-end of 2006), data of the MCA"),
    2013: (2853, "A1-1, divisions of administrative areas by region (year-end of 2013), data of the MCA"),
    2019: (2846, "http://www.techappsinsider.com/industry/202006/877615.html"),
    2020: (
        2844,
        "http://www.qqstock.cn/content/22/0516/02/276037_1031544098.shtml: 2,844 before, 2,843 at the end of 2021",
    ),
    2021: (2843, "http://www.qqstock.cn/content/22/0516/02/276037_1031544098.shtml"),
}
"""Year -> divisions of county level at its end, and where that was read: table 1-1 of the China statistical yearbook,
which has it from the ministry of civil affairs (MCA). No source was found for the years that are not here."""
# the same tables, by province, in the order of their codes
# 11-15, 21-23, 31-37, 41-46, 50-54, 61-65
ENDS = {1: 5, 2: 3, 3: 7, 4: 6, 5: 4, 6: 5}
PROVINCES = [str(n) for tens, end in ENDS.items() for n in range(10 * tens + (tens != 5), 10 * tens + end + 1)]
BY_PROVINCE = {
    2005: (
        "18 18 172 119 101 100 60 130 19 106 90 105 85 99 140 159 102 122 121 109 20 40 181 88 129 73 107 86 43 21 99"
    ),
    2009: (
        "18 16 172 119 101 100 60 128 18 106 90 105 85 99 140 159 103 122 121 109 20 40 181 88 129 73 107 86 43 22 98"
    ),
    2011: "16 16 172 119 101 100 60 128 17 104 90 105 85 100 140 159 103 122 121 109 20",
}


def unit(adcode: str, name: str, level: str = "county") -> Unit:
    return UNITS[level, (adcode, name)]  # type: ignore[index]


def today(adcode: str, name: str, level: str = "county") -> list[str]:
    return [found.adcode for found in HISTORY.today(unit(adcode, name, level))]


def back_to(year: int) -> dict[str, str]:
    """Undo the changes of code lists after a year: code -> name of the counties at its end."""
    counties = boundaries("county")
    mainland = ~counties["adcode"].str[:2].isin(["71", "81", "82"]) & ~counties["adcode"].isin(NEVER_OFFICIAL)
    state = dict(counties.loc[mainland & ~counties["adcode"].str.endswith("00"), ["adcode", "name"]].to_numpy())
    # the layer has its own codes for four
    for layer, official in (("540422", "540481"), ("540530", "540581"), ("460321", "460302"), ("460322", "460303")):
        state[official] = state.pop(layer)
    rows = TABLE[TABLE["year"].astype(int).between(year + 1, BOUNDARY_YEAR) & (TABLE["kind"] != "layer code")]
    for number in sorted(rows["year"].unique(), reverse=True):
        now = rows[rows["year"] == number]
        for row in now.itertuples():
            if row.new == "yes":
                state.pop(str(row.to_adcode), None)
        for row in now[now["kind"] != "set up"].itertuples():
            if not str(row.from_adcode).endswith("00"):
                state[str(row.from_adcode)] = str(row.from_name)
    return {code: name for code, name in state.items() if not code.endswith("00")}


@pytest.mark.parametrize("year", sorted(PUBLISHED))
def test_undoing_the_changes_gives_the_published_number_of_counties(year: int) -> None:
    assert len(back_to(year)) == PUBLISHED[year][0]


@pytest.mark.parametrize("year", sorted(BY_PROVINCE))
def test_and_of_each_province(year: int) -> None:
    """Errors that cancel out in the total show here. Of 2011 the copy that was read ends with Hainan."""
    want = dict(zip(PROVINCES, map(int, BY_PROVINCE[year].split()), strict=False))
    found = Counter(code[:2] for code in back_to(year))
    assert {province: found[province] for province in want} == want


def test_the_table_is_well_formed() -> None:
    codes = pd.concat([TABLE["from_adcode"], TABLE["to_adcode"]])
    assert codes.str.fullmatch(r"[1-8]\d{5}").all()
    assert set(TABLE["kind"]) == set(KINDS)
    assert TABLE["year"].astype(int).between(1990, 2026).all()
    assert TABLE["new"].isin(["yes", "no"]).all()
    assert not TABLE.duplicated(["year", "from_adcode", "from_name", "to_adcode", "to_name"]).any()
    assert set(TABLE.loc[TABLE["quality"] == "assumption", "year"].astype(int)) <= set(range(1990, 2000))
    # a division that is not set up from a part is gone after its change: one year for all its rows
    gone = TABLE[~TABLE["kind"].isin(["set up", "layer code"])]
    assert (gone.groupby(["from_adcode", "from_name"])["year"].nunique() == 1).all()


def test_every_division_leads_to_the_boundaries() -> None:
    assert [unit.label for unit in HISTORY.units if not HISTORY.today(unit)] == []
    layer = set(boundaries("county")["adcode"])
    assert {found.adcode for u in HISTORY.units if u.level == "county" for found in HISTORY.today(u)} == layer


@pytest.mark.parametrize(
    ("adcode", "name", "codes"),
    [
        ("632123", "乐都县", ["630202"]), ("142302", "离石市", ["141102"]), ("310108", "闸北区", ["310106"]),
        ("130521", "邢台县", ["130502", "130503"]), ("460003", "儋州市", ["460400"]), ("440203", "浈江区", ["440204"]),
        ("440203", "武江区", ["440203"]), ("120107", "塘沽区", ["120116"]), ("371202", "莱城区", ["370116"]),
        # two steps
        ("533421", "中甸县", ["533401"]), ("320803", "楚州区", ["320803"]), ("421303", "曾都区", ["421303"]),
        # newer than the boundaries: led back to what it was made of
        ("500157", "两江新区", ["500105", "500112"]), ("653228", "和康县", ["653223"]),
        ("540481", "米林市", ["540422"]), ("500105", "江北区", ["500105"]),
        # names of the 1990s
        ("542134", "盐井县", ["540328"]), ("542528", "隆格尔县", ["540232"]), ("532101", "昭通市", ["530602"]),
        ("152126", "额尔古纳左旗", ["150785"]), ("440121", "花县", ["440114"]), ("513001", "达川市", ["511702"]),
    ],
)  # fmt: skip
def test_what_became_of_a_division(adcode: str, name: str, codes: list[str]) -> None:
    assert today(adcode, name) == codes


def test_prefectures_too() -> None:
    assert today("142300", "吕梁地区", "prefecture") == ["141100"]
    assert today("341400", "巢湖市", "prefecture") == ["340100", "340200", "340500"]


def test_years_in_which_a_table_may_name_a_division() -> None:
    old, new = unit("632123", "乐都县"), unit("630202", "乐都区")
    assert [year for year in (1999, 2012, 2013, 2014) if old.in_year(year)] == [1999, 2012, 2013]
    assert [year for year in (2012, 2013, 2014, 2030) if new.in_year(year)] == [2013, 2014, 2030]
    assert (old.label, new.label) == ("632123 青海省海东地区乐都县 (-2013)", "630202 青海省海东市乐都区")
    assert unit("653228", "和康县").label.endswith("和康县 (2024-)")


def test_the_path_is_in_words() -> None:
    path = [change.in_words() for change in HISTORY.path(unit("533421", "中甸县"))]
    assert path == [
        "2001 renamed: 533421 中甸县 > 533421 香格里拉县", "2014 county to city: 533421 香格里拉县 > 533401 香格里拉市",
    ]  # fmt: skip
    assert HISTORY.path(unit("533421", "中甸县"))[0].in_words("zh").startswith("2001 更名: ")
    assert HISTORY.path(unit("630202", "乐都区")) == ()


def test_what_a_division_took_in_and_gave_away() -> None:
    jingan = unit("310106", "静安区")
    assert [change.before[1] for change in HISTORY.absorbed(jingan, 2010)] == ["闸北区"]
    assert HISTORY.absorbed(jingan, 2015) == ()
    assert [change.after[1] for change in HISTORY.absorbed(unit("150602", "东胜区"), 2010)] == ["康巴什区"]
