"""Codes of divisions: of today, of another year, of no list, missing."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import geotransfer as gt
from geotransfer.checking.codes import code_findings


def of(*codes: object, header: str = "区划代码") -> list[str]:
    return [one.what.en for one in code_findings(pd.DataFrame({header: list(codes)}, dtype=object))]


def test_codes_of_today_are_not_mentioned() -> None:
    assert of("640121", 640122, "640181.0", "640323000000") == []
    # provinces, prefectures, all districts of a city
    assert of("640000", "640100", "640101") == []


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (("640121", "632123"), "1 of another year, e.g. 632123"),
        (("640121", "999999"), "1 in no list, e.g. 999999"),
        (("640121", 0, None, float("nan"), "640122", "640181"), "3 missing or 0"),
        (("632123", "110228", "", "888888"), "2 of another year, 1 in no list, 1 missing or 0, e.g. 632123"),
    ],
)
def test_others_are_counted(codes: tuple[object, ...], told: str) -> None:
    assert of(*codes) == [f"column '区划代码' of codes: {told}"]


def test_own_numbers_are_no_codes_of_divisions() -> None:
    assert of("A1", "A2", "A3") == of(1, 2, 3) == []
    assert of("632123", header="产品") == []
    assert of([1, 2], [3]) == []


def test_in_a_table_and_in_a_layer(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("县名,代码\n乐都县,632123\n永宁县,640121\n", encoding="utf-8")
    one = gt.check_layer(tmp_path / "a.csv")["codes"]
    assert (one.severity, one.number) == ("warning", 1)
    assert "layers divisions" in one.way_out.zh
    shapes = [shapely.box(102, 36, 102.5, 36.5), shapely.box(106, 38, 106.2, 38.3)]
    features = gpd.GeoDataFrame({"adcode": ["632123", "640121"]}, geometry=shapes, crs="EPSG:4490")
    features.to_file(tmp_path / "a.gpkg")
    assert "codes" in gt.check_layer(tmp_path / "a.gpkg").codes


@pytest.mark.data
def test_the_counties_of_1999(shared_data: Path) -> None:
    table = gt.read_features(shared_data / "admin" / "全国县级统计数据.shp").drop(columns="geometry")
    (one,) = code_findings(pd.DataFrame(table))
    assert "24 missing or 0" in one.what.en
