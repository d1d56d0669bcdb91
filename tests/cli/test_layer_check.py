"""``geotransfer layers check``: what the terminal shows, exit codes, JSON, --convert."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import geotransfer as gt
from geotransfer.cli.app import app
from geotransfer.errors import InputError


def check(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["layers", "check", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def swapped(tmp_path: Path) -> Path:
    path = tmp_path / "parks.csv"
    path.write_text("name,lon,lat\n安宁,24.92,102.45\n包头,40.55,110.10\n", encoding="utf-8")
    return path


def test_a_table_of_findings_in_both_languages(swapped: Path) -> None:
    done = check(swapped, "--lang", "en")
    assert done.exit_code == 1
    assert "1 error" in done.output
    assert "swapped" in done.output
    assert "100 %" in done.output
    assert "--convert swap -o NEW" in done.output
    chinese = check(swapped)
    assert "错误" in chinese.output
    assert "经纬度颠倒" in chinese.output


def test_a_good_file_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,v\n甲县,1\n", encoding="utf-8")
    done = check(tmp_path / "a.csv", "--lang", "en")
    assert done.exit_code == 0
    assert "0 error, 0 warning, 1 note" in done.output
    assert "no-positions" in done.output


def test_json_and_nothing_else(swapped: Path) -> None:
    record = json.loads(check(swapped, "--json").output)
    assert record["kind"] == "table"
    assert record["findings"][0]["code"] == "swapped"
    assert set(record["findings"][0]["what"]) == {"zh", "en"}


def test_convert_writes_a_new_file_and_checks_that(swapped: Path, tmp_path: Path) -> None:
    done = check(swapped, "--convert", "swap", "-o", tmp_path / "b.csv", "--lang", "en")
    assert done.exit_code == 0
    assert "swapped x and y of 2 features" in done.output
    assert gt.read_features(tmp_path / "b.csv").geometry.x.tolist() == [102.45, 110.10]
    assert swapped.read_text(encoding="utf-8").splitlines()[1] == "安宁,24.92,102.45"
    record = json.loads(check(swapped, "--convert", "swap", "-o", tmp_path / "c.csv", "--json").output)
    assert record["converted"][0]["code"] == "swap"


def test_a_reference_tells_a_shift(tmp_path: Path) -> None:
    places = gt.layer_features("places")
    places.to_file(tmp_path / "reference.gpkg")
    lon, lat = gt.wgs84_to_gcj02(places.geometry.x, places.geometry.y)
    pd.DataFrame({"name": places["name"], "lon": lon, "lat": lat}).to_csv(tmp_path / "a.csv", index=False)
    assert check(tmp_path / "a.csv").exit_code == 0
    done = check(tmp_path / "a.csv", "--reference", tmp_path / "reference.gpkg", "--lang", "en")
    assert done.exit_code == 1
    assert "looks like GCJ-02" in done.output
    assert "--convert gcj02" in done.output


def test_mistakes(swapped: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--convert and -o go together"):
        check(swapped, "--convert", "swap")
    with pytest.raises(InputError, match="--convert and -o go together"):
        check(swapped, "-o", tmp_path / "b.csv")
    with pytest.raises(InputError, match="--lang is 'de'"):
        check(swapped, "--lang", "de")
    with pytest.raises(InputError, match="does not exist"):
        check(tmp_path / "none.csv")
