from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import geotransfer as gt
from geotransfer.catalog.boundaries import boundary_files, national_lines
from geotransfer.catalog.entries import layer_entry
from geotransfer.errors import InputError, UnknownNameError


@pytest.mark.parametrize(("level", "n"), [("province", 34), ("prefecture", 375), ("county", 2891)])
def test_levels(level: str, n: int) -> None:
    areas = gt.boundaries(level)  # type: ignore[arg-type]
    assert len(areas) == n
    assert areas.crs.to_epsg() == 4326
    assert {"adcode", "name", "province", "region", "geometry"} <= set(areas.columns)
    assert areas["adcode"].is_unique
    assert areas["adcode"].str.fullmatch(r"\d{6}").all()


def test_regions() -> None:
    provinces = gt.boundaries("province").set_index("name")
    assert provinces.loc["内蒙古自治区", "region"] == "west"
    assert provinces.loc["辽宁省", "region"] == "northeast"
    assert provinces.loc[["台湾省", "香港特别行政区", "澳门特别行政区"], "region"].isna().all()
    assert provinces["region"].value_counts().to_dict() == {"west": 12, "east": 10, "central": 6, "northeast": 3}


def test_within_takes_regions_full_and_short_names_and_codes() -> None:
    expected = gt.boundaries("county", within="内蒙古自治区")["adcode"].tolist()
    assert len(expected) == 103
    for name in ("内蒙古", "150000"):
        assert gt.boundaries("county", within=name)["adcode"].tolist() == expected
    assert set(gt.boundaries("county", within="包头市")["prefecture"]) == {"包头市"}
    assert len(gt.boundaries("county", within=["central", "west", "northeast"])) == 2082
    assert gt.boundaries("prefecture", within="northeast")["province"].nunique() == 3


def test_a_copy_may_be_changed() -> None:
    gt.boundaries("province")["name"] = "x"
    assert "x" not in set(gt.boundaries("province")["name"])


def test_unknown_names() -> None:
    with pytest.raises(InputError, match="expected one of 'province', 'prefecture', 'county'"):
        gt.boundaries("city")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="'Atlantis', which is no province"):
        gt.boundaries("county", within="Atlantis")


def test_a_national_map_has_its_lines() -> None:
    lines = national_lines()
    assert set(lines["name"]) == {"九段线", "未定国界"}
    left, bottom, right, _ = lines.total_bounds
    assert bottom < 5
    assert left < 80
    assert right > 120


def test_the_files_are_those_the_catalogue_was_checked_with() -> None:
    recorded = layer_entry("counties").sha256
    for path in map(Path, boundary_files("county")):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == recorded[path.name]
