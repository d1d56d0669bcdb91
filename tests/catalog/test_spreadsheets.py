"""Tables as spreadsheets save them: read when told, with a report of every change."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import geotransfer as gt
from geotransfer.catalog.cells import parse_number
from geotransfer.catalog.spreadsheets import SheetLayout, guess_layout, sheet_rows
from geotransfer.errors import InputError

FULL_WIDTH = str.maketrans("0123456789.,%()-+", "０１２３４５６７８９．，％（）－＋")


@pytest.mark.parametrize(
    ("text", "value", "done"),
    [
        ("1", 1, ()), ("-1.5", -1.5, ()), (".5", 0.5, ()), ("1e3", 1000, ()),
        ("1,234,567.8", 1_234_567.8, ("thousands",)), ("12,34", None, ()), ("1,2345", None, ()), (",", None, ()),
        ("１２３", 123, ("full-width",)), ("（１，２００）", -1200, ("full-width", "brackets", "thousands")),
        ("3.5万", 35_000, ("万",)), ("3.5 万", 35_000, ("spaces", "万")), ("1.2亿", 120_000_000, ("亿",)),
        ("2万亿", 2e12, ("万亿",)), ("45%", 0.45, ("%",)), ("7‰", 0.007, ("‰",)), ("４５％", 0.45, ("full-width", "%")),
        ('="00123"', 123, ("quoted",)), ("'12", 12, ("quoted",)), (" 12 ", 12, ("spaces",)),
        ("12\xa0", 12, ("full-width", "spaces")), ("−3", -3, ("full-width",)), ("1 234", 1234, ("spaces",)),
        ("3.5万吨", None, ()), ("约5", None, ()), ("5-6", None, ()), ("", None, ()), ("=1+1", None, ()),
        ("1e999", None, ()), ("2020年", None, ()), ("甲", None, ()), ("1.2.3", None, ()),
    ],
)  # fmt: skip
def test_a_cell(text: str, value: float | None, done: tuple[str, ...]) -> None:
    found = parse_number(text)
    if value is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] == pytest.approx(value)
        assert found[1] == done


@given(st.floats(-1e12, 1e12, allow_nan=False).map(lambda v: round(v, 3)))
def test_numbers_are_the_same_in_every_dress(value: float) -> None:
    plain = f"{value:.3f}"
    with_commas = f"{value:,.3f}"
    for text in (plain, with_commas, plain.translate(FULL_WIDTH), with_commas.translate(FULL_WIDTH), f" {plain} "):
        found = parse_number(text)
        assert found is not None
        assert found[0] == pytest.approx(value, abs=1e-3)
    percent, ten_thousand = parse_number(f"{with_commas}%"), parse_number(f"{with_commas}万")
    assert percent is not None
    assert percent[0] == pytest.approx(value / 100)
    assert ten_thousand is not None
    assert ten_thousand[0] == pytest.approx(value * 10_000)


@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_or_none(text: str) -> None:
    found = parse_number(text)
    assert found is None or math.isfinite(found[0])


def write(path: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


MERGED = """表3 分地区产能,,,,
地区,产能(万吨),,占比,备注
,2020,2021,,
宁夏,"1,234.5",１３００,45%,
青海,3.5万,—,5.5%,估计
注:数据为初步统计,,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_sheet_with_title_merged_headers_and_note(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.csv", MERGED, encoding)
    layout = guess_layout(*sheet_rows(path))
    assert (layout.skip_rows, layout.header_rows, layout.note_rows, layout.option) == (1, 2, 1, "sheet=1,2,1")
    table, report = gt.read_excel_csv(path, skip_rows=1, header_rows=2, note_rows=1)
    assert table.columns.tolist() == ["地区", "产能(万吨)_2020", "产能(万吨)_2021", "占比", "备注"]
    assert table["产能(万吨)_2020"].tolist() == [1234.5, 35_000]
    assert table["产能(万吨)_2021"].fillna(-1).tolist() == [1300, -1]
    assert table["占比"].tolist() == [0.45, 0.055]
    assert table["备注"].tolist() == ["", "估计"]
    told = [(c, k, n) for c, k, n in zip(report["column"], report["kind"], report["cells"], strict=True)]
    assert told == [
        ("产能(万吨)_2020", "thousands", 1), ("产能(万吨)_2020", "万", 1), ("产能(万吨)_2021", "full-width", 1),
        ("产能(万吨)_2021", "missing", 1), ("占比", "%", 2),
    ]  # fmt: skip


def test_gb18030_is_read_when_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", MERGED, "gb18030")
    with pytest.raises(InputError, match=r"looks like GB18030 \(confidence 100%\)"):
        gt.read_excel_csv(path)
    table, _ = gt.read_excel_csv(path, encoding="GB18030", skip_rows=1, header_rows=2, note_rows=1)
    assert table["地区"].tolist() == ["宁夏", "青海"]


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_tabs_and_semicolons(tmp_path: Path, separator: str) -> None:
    path = write(
        tmp_path / "a.txt", separator.join(["县", "值"]) + "\n" + separator.join(["甲", "1,200"]) + "\n", "utf-16"
    )
    assert guess_layout(*sheet_rows(path)).separator == separator
    assert gt.read_excel_csv(path)[0]["值"].tolist() == [1200]


def test_codes_and_text_stay_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        'adcode,行政代码,名称,产量\n="010203",０１０２０４,（甲）,3万吨\n10101,20202,乙,5\n7,8,丙,9\n',
    )
    table, report = gt.read_excel_csv(path)
    assert table["adcode"].tolist() == ["010203", "10101", "7"]
    assert table["行政代码"].tolist() == ["010204", "20202", "8"]
    assert table["名称"].tolist() == ["（甲）", "乙", "丙"]
    assert table["产量"].tolist() == ["3万吨", "5", "9"]
    assert report.loc[report["kind"] == "left as text", "example"].tolist() == ["3万吨"]


def test_what_cannot_be_told_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'45%' and '0.3' in the column '占比'; expected percentages or plain"):
        gt.read_excel_csv(write(tmp_path / "a.csv", "县,占比\n甲,45%\n乙,0.3\n"))
    with pytest.raises(InputError, match=r"'1.10101E\+11' in the column of codes 'code' .* lost their digits"):
        gt.read_excel_csv(write(tmp_path / "b.csv", "code,v\n1.10101E+11,1\n"))
    with pytest.raises(InputError, match="has 3 cells in data row 2 and 2 columns"):
        gt.read_excel_csv(write(tmp_path / "c.csv", "县,值\n甲,1\n乙,1,234\n"))
    with pytest.raises(InputError, match="leave no row"):
        gt.read_excel_csv(write(tmp_path / "d.csv", "县,值\n"))
    with pytest.raises(InputError, match="it is empty"):
        gt.read_excel_csv(write(tmp_path / "e.csv", ""))
    assert gt.read_excel_csv(write(tmp_path / "f.csv", "县,占比\n甲,45%\n乙,0\n"))[0]["占比"].tolist() == [0.45, 0]


def test_names_of_columns_are_unique(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "ｌｏｎ,值,值,\n1,2,3,4\n")
    assert gt.read_excel_csv(path)[0].columns.tolist() == ["lon", "值", "值_2", "column_4"]


@given(st.lists(st.lists(st.text("甲乙12.,%万 ", max_size=5), min_size=1, max_size=4), min_size=2, max_size=6))
def test_any_table_has_a_layout_within_its_rows(rows: list[list[str]]) -> None:
    if not any(cell.strip() for row in rows for cell in row):
        return
    layout = guess_layout(rows)
    assert 0 <= layout.skip_rows < len(rows)
    assert 1 <= layout.header_rows <= 3
    assert layout.skip_rows + layout.note_rows < len(rows)


def test_notes_with_full_width_colons_and_years_in_full_width_digits(tmp_path: Path) -> None:
    text = (
        "表3-2,,,\n地区,人口,,产值（亿元）\n,年末,城镇,２０１２\n甲县,６８．５万,―,1\n乙县,2万,5,─\n"
        "注：初步数,,,\n资料来源：年鉴２０１３,,,"
    )
    rows = [line.split(",") for line in text.split("\n")]
    assert guess_layout(rows) == SheetLayout(",", 1, 2, 2)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    table, _ = gt.read_excel_csv(tmp_path / "a.csv", skip_rows=1, header_rows=2, note_rows=2)
    assert table.columns.tolist() == ["地区", "人口_年末", "人口_城镇", "产值(亿元)_2012"]
    assert table.iloc[:, 1].tolist() == [685_000, 20_000]
    # the dashes that stand for none, ― and ─, are missing values
    assert table.isna().sum().tolist() == [0, 0, 1, 1]


def test_a_year_beside_a_label_is_a_value() -> None:
    rows = [line.split(",") for line in ["县,设立年份,", "甲县,1998,", "乙县,2001,"]]
    assert guess_layout(rows).header_rows == 1
