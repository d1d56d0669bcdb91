from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geotransfer as gt
from geotransfer.catalog.mojibake import find_mojibake, unmangled
from geotransfer.catalog.readers import read_table
from geotransfer.errors import InputError


def mangled(text: str, read_as: str, was: str) -> str:
    codec = "latin-1" if read_as == "Latin-1" else read_as
    return text.encode(was).decode(codec, "ignore")


@pytest.mark.parametrize(
    ("read_as", "was"), [("GB18030", "UTF-8"), ("Latin-1", "UTF-8"), ("Latin-1", "GB18030"), ("CP950", "GB18030")]
)
def test_every_way_of_mangling_county_names_is_named(read_as: str, was: str) -> None:
    names = [mangled(name, read_as, was) for name in gt.boundaries("county")["name"]]
    found = find_mojibake(names)
    assert found is not None
    assert (found.read_as, found.was) == (read_as, was)
    assert found.share > 0.5
    assert found.after in set(gt.boundaries("county")["name"])


def test_real_names_are_no_mojibake() -> None:
    for level in ("province", "prefecture", "county"):
        assert find_mojibake(gt.boundaries(level)["name"]) is None  # type: ignore[arg-type]
    assert find_mojibake(gt.layer_features("places")["name"]) is None
    assert find_mojibake(["Thái Nguyên", "Đà Nẵng", "Córdoba", "臺北市", "東京", "서울", "Москва", None, 5]) is None


@given(st.lists(st.sampled_from("北京上海天津重庆河南广东云贵川陕甘宁青新藏港澳"), min_size=2, max_size=8).map("".join))
def test_what_was_mangled_without_loss_comes_back(text: str) -> None:
    for was in ("UTF-8", "GB18030"):
        assert unmangled(mangled(text, "Latin-1", was), "Latin-1", was) == text


def test_lost_characters_are_found_and_not_put_right() -> None:
    for text in ("北京\ufffd\ufffd", "锟斤拷锟斤拷"):
        found = find_mojibake([text, "天津"])
        assert found is not None
        assert (found.was, found.count, found.of) == ("", 1, 2)


def test_a_geopackage_saved_with_mojibake_is_refused_and_a_little_of_it_is_read(tmp_path: Path) -> None:
    points = gpd.GeoSeries.from_xy([105.0] * 10, [37.0] * 10, crs="EPSG:4490")
    right = ["石景山区", "兰州新区", "南京市", "天水市", "白银市", "定西市", "武威市", "张掖市", "酒泉市", "金昌市"]
    bad = [mangled(name, "GB18030", "UTF-8") for name in right]
    gpd.GeoDataFrame({"name": bad}, geometry=points).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match=r"in UTF-8 that was read as GB18030.*--convert text -o NEW"):
        gt.read_features(tmp_path / "a.gpkg")
    gpd.GeoDataFrame({"name": [bad[0], *right[1:]]}, geometry=points).to_file(tmp_path / "b.gpkg")
    assert gt.read_features(tmp_path / "b.gpkg")["name"][0] == bad[0]


def test_columns_too(tmp_path: Path) -> None:
    pd.DataFrame({mangled("区县", "Latin-1", "UTF-8"): [1]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(InputError, match="is '区县'"):
        read_table(tmp_path / "t.csv")
