"""``geotransfer layers divisions``: the report on the terminal, the joined table in a file."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from geotransfer.cli.app import app
from geotransfer.errors import InputError

TABLE = "县名,代码,人口\n乐都县,632123,27\n双流县,510122,93\n邢台县,130521,30\n=甲乙县,,1\n"


def divisions(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["layers", "divisions", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_a_table_of_2010(tmp_path: Path) -> None:
    source, target = tmp_path / "counties.csv", tmp_path / "joined.csv"
    source.write_text(TABLE, encoding="gb18030")
    shown = divisions(source, "--encoding", "GB18030", "--year", 2010, "-o", target)
    assert shown.startswith("counties.csv: name=县名, adcode=代码\n4 行\n")
    joined = pd.read_csv(target, dtype=str, keep_default_na=False)
    assert joined["division_adcode"].tolist() == ["630202", "510116", "", ""]
    assert joined["division_status"].tolist() == ["changed", "changed", "split", "unmatched"]
    assert joined["人口"].tolist() == ["27", "93", "30", "1"]


def test_english_and_own_columns(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("where,in\nLedu Xian,Qinghai\n", encoding="utf-8")
    shown = divisions(source, "--name", "where", "--province", "in", "--lang", "en")
    assert "1  changed since, one division today" in shown
    assert "matched by: pinyin or English 1" in shown


def test_a_table_without_known_headers_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("where,what\n乐都县,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no column of t\.csv is known .* it has where, what: say which with --name"):
        divisions(source)


def test_the_joined_table_speaks_the_language_of_the_report(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("县名,代码\n乐都县,632123\n永宁县,999999\n,\n哈尔滨市,230100\n", encoding="utf-8")
    shown = divisions(source, "-o", tmp_path / "zh.csv")
    assert "1 行的名称属于地级,不在所查级别之内:若应放置,加 --level county --level prefecture" in shown
    assert "代码不在任何名录中,只按名称查找: 1" in shown
    zh = pd.read_csv(tmp_path / "zh.csv", keep_default_na=False)
    assert zh["division_change"][0] == "2013 撤县设区: 632123 乐都县 > 630202 乐都区"
    assert zh["division_note"][1] == "代码 999999 不在任何名录中"
    divisions(source, "--lang", "en", "-o", tmp_path / "en.csv")
    en = pd.read_csv(tmp_path / "en.csv", keep_default_na=False)
    assert en["division_change"][0] == "2013 county to district: 632123 乐都县 > 630202 乐都区"
    with pytest.raises(InputError, match="language is 'fr', expected 'zh' or 'en'"):
        divisions(source, "--lang", "fr")


def test_a_table_with_a_title_and_an_undeclared_encoding_is_told_the_way(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes("表1 人口,\n县名,人口\n乐都县,1\n".encode("gb18030"))
    with pytest.raises(InputError, match=r"\(on the command line --encoding GB18030; of a run --set zones_encoding"):
        divisions(source)
    with pytest.raises(InputError, match="where titles stand above the header, geotransfer layers check says how"):
        divisions(source, "--encoding", "GB18030")


@pytest.mark.parametrize(("name", "way"), [("a.xlsx", "另存为“CSV UTF-8"), ("a.dbf", "name the .shp")])
def test_what_is_no_table_is_told_what_to_do(tmp_path: Path, name: str, way: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(InputError, match=way):
        divisions(tmp_path / name)


def test_polygons_and_their_weights(tmp_path: Path) -> None:
    source, target = tmp_path / "old.gpkg", tmp_path / "weights.csv"
    shape = [shapely.box(116.25, 39.98, 116.3, 40.03)]
    gpd.GeoDataFrame({"name": ["海淀区"]}, geometry=shape, crs="EPSG:4326").to_file(source)
    divisions(source, "--weights", target)
    assert pd.read_csv(target, dtype={"adcode": str})["adcode"].tolist() == ["110108"]
    table = tmp_path / "t.csv"
    table.write_text("name\n海淀区\n", encoding="utf-8")
    with pytest.raises(InputError, match="--weights needs polygons"):
        divisions(table, "--weights", target)


def test_the_table_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "counties.csv"
    source.write_text(TABLE, encoding="utf-8")
    with pytest.raises(InputError, match="is the table that is read"):
        divisions(source, "-o", tmp_path / "." / "counties.csv")
    assert source.read_text(encoding="utf-8") == TABLE
