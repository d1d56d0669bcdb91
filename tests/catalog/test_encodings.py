from __future__ import annotations

import random
from pathlib import Path

import geopandas as gpd
import pytest

import geotransfer as gt
from geotransfer.catalog.encodings import guess_encoding, known_encoding
from geotransfer.catalog.readers import read_table
from geotransfer.errors import InputError

TAIWAN = [
    "臺北市", "新北市", "桃園市", "臺中市", "臺南市", "高雄市", "基隆市", "新竹縣",
    "苗栗縣", "彰化縣", "南投縣", "雲林縣", "嘉義縣", "屏東縣", "宜蘭縣",
]  # fmt: skip


@pytest.fixture(scope="module")
def counties() -> list[str]:
    return gt.boundaries("county")["name"].tolist()


def shapefile(path: Path, names: list[str], *, encoding: str, cpg: str | None, language: int = 0) -> Path:
    points = gpd.GeoSeries.from_xy([105.0 + i for i in range(len(names))], [37.0] * len(names), crs="EPSG:4490")
    gpd.GeoDataFrame({"name": names}, geometry=points).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[29] = language
    path.with_suffix(".dbf").write_bytes(raw)
    return path


# measured: 92, 99, 99, 100 and 100 % of the draws; what is not named rightly is not named at all
@pytest.mark.parametrize(("texts", "least"), [(1, 0.85), (2, 0.95), (3, 0.97), (10, 1.0), (100, 1.0)])
def test_county_names_are_known_from_their_bytes(counties: list[str], texts: int, least: float) -> None:
    draw = random.Random(texts)
    for names, encoding in ((counties, "GB18030"), (TAIWAN, "CP950")):
        lists = [draw.choices(names, k=texts) for _ in range(100)]
        guesses = [guess_encoding(("name\n" + "\n".join(some)).encode(encoding)) for some in lists]
        assert {guess.name for guess in guesses if guess is not None} == {encoding}
        assert sum(guess is not None for guess in guesses) >= least * 100


def test_what_is_called_sure_is_right(counties: list[str]) -> None:
    draw = random.Random(0)
    for names, encoding in ((counties, "GB18030"), (TAIWAN, "CP950")):
        guesses = [guess_encoding("".join(draw.choices(names, k=2)).encode(encoding)) for _ in range(500)]
        sure = [guess.name for guess in guesses if guess is not None and guess.sure]
        assert len(sure) > 300
        assert set(sure) == {encoding}


@pytest.mark.parametrize("text", ["Málaga, São Paulo", "Zürich", "Ελλάδα"])
def test_other_scripts_are_no_chinese(text: str) -> None:
    assert guess_encoding(text.encode("iso8859-7" if "λ" in text else "latin-1")) is None


def test_names_of_encodings() -> None:
    names = ["936", "ANSI 936", "gbk", "GB2312", "65001", "utf8", "950", "Big5", "1252", "ISO-8859-1"]
    assert [known_encoding(name, what="a.cpg") for name in names] == [
        "GB18030", "GB18030", "GB18030", "GB18030", "UTF-8", "UTF-8", "CP950", "CP950", "CP1252", "ISO-8859-1",
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"a\.cpg names the encoding 'klingon', which is unknown"):
        known_encoding("klingon", what="a.cpg")


NAMES = ["北京市", "内蒙古自治区", "南京市", "亳州市"]


@pytest.mark.parametrize(
    ("encoding", "cpg", "language"),
    [("UTF-8", None, 0), ("UTF-8", "UTF-8", 0), ("GB18030", "GBK", 0), ("GB18030", "936", 0), ("GB18030", None, 0x4D),
     ("UTF-8", None, 0x4D), ("UTF-8", None, 0x57)],
)  # fmt: skip
def test_shapefiles_whose_declaration_fits_are_read(
    tmp_path: Path, encoding: str, cpg: str | None, language: int
) -> None:
    path = shapefile(tmp_path / "a.shp", NAMES, encoding=encoding, cpg=cpg, language=language)
    assert gt.read_features(path)["name"].tolist() == NAMES


def test_big5(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", TAIWAN, encoding="CP950", cpg=None, language=0x4F)
    assert gt.read_features(path)["name"].tolist() == TAIWAN
    path = shapefile(tmp_path / "b.shp", TAIWAN, encoding="CP950", cpg=None)
    with pytest.raises(InputError, match=r"looks like CP950 \(confidence 100%\), beginning '臺北市.*encoding='CP950'"):
        gt.read_features(path)
    assert gt.read_features(path, encoding="Big5")["name"].tolist() == TAIWAN


@pytest.mark.parametrize(
    ("encoding", "cpg", "language", "what"),
    [
        ("GB18030", None, 0, r"not UTF-8 and does not say what it is; it looks like GB18030 \(confidence 100%\)"),
        ("GB18030", None, 0x57, "not UTF-8 and does not say"),
        ("GB18030", "UTF-8", 0, r"is not UTF-8 as its \.cpg says; it looks like GB18030.*encoding='GB18030'"),
        ("UTF-8", "GBK", 0, r"(is not GB18030 as its \.cpg says; it looks like UTF-8|in UTF-8 that was read as GB18030)"
                            ".*encoding='UTF-8'"),
        ("UTF-8", "1252", 0, r"is not CP1252 as its \.cpg says; it looks like UTF-8.*encoding='UTF-8'"),
        ("UTF-8", "ISO-8859-1", 0, r"in UTF-8 that was read as Latin-1: .*is '内蒙古.*encoding='UTF-8'"),
        ("GB18030", "1252", 0, r"in GB18030 that was read as Latin-1.*encoding='GB18030'"),
        ("UTF-8", "klingon", 0, r"a\.cpg' names the encoding 'klingon'"),
    ],
)  # fmt: skip
def test_shapefiles_whose_declaration_lies_are_refused_with_the_option(
    tmp_path: Path, encoding: str, cpg: str | None, language: int, what: str
) -> None:
    path = shapefile(tmp_path / "a.shp", NAMES, encoding=encoding, cpg=cpg, language=language)
    with pytest.raises(InputError, match=what):
        gt.read_features(path)
    assert gt.read_features(path, encoding=encoding)["name"].tolist() == NAMES


def test_the_wrong_option_is_refused_too(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", NAMES[1:2] * 3, encoding="UTF-8", cpg=None)
    with pytest.raises(InputError, match="encoding='UTF-8'"):
        gt.read_features(path, encoding="GB18030")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "cp950"])
def test_tables_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    names = TAIWAN if encoding == "cp950" else NAMES
    path = tmp_path / "t.csv"
    path.write_bytes(("name,v\n" + "".join(f"{name},1\n" for name in names)).encode(encoding))
    if encoding in ("gb18030", "cp950"):
        with pytest.raises(InputError, match=f"looks like {encoding.upper()} .*give encoding='{encoding.upper()}'"):
            read_table(path)
        assert read_table(path, encoding=encoding)["name"].tolist() == names
    else:
        assert read_table(path)["name"].tolist() == names


def test_little_text_is_not_called_sure(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("name,v\n甲县,1\n".encode("gb18030"))
    with pytest.raises(InputError, match=r"looks like GB18030 \(confidence 8\d%; little text, look at the result\)"):
        read_table(path)
    path.write_bytes("name,v\nMálaga,1\n".encode("latin-1"))
    with pytest.raises(InputError, match="neither GB18030 nor Big5, or too little to tell: ask whoever made it"):
        read_table(path)
