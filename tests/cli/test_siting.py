"""``geotransfer explain`` and ``locate`` as a user meets them."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from finished_folders import edit_record
from typer.testing import CliRunner

from geotransfer.cli.app import app


def command(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "geotransfer", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_json_is_all_there_is_on_stdout(aluminium_dir: Path) -> None:
    done = command("explain", str(aluminium_dir), "金凤区", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    for part in found["criteria"]:
        assert {"name", "value", "unit", "score", "weight", "contribution"} <= set(part)
    total = math.fsum(part["contribution"] for part in found["criteria"])
    assert total == pytest.approx(found["standing"]["score"], abs=1e-9)


def test_an_excluded_county_in_both_languages(aluminium_dir: Path) -> None:
    chinese = said("explain", str(aluminium_dir), "青海省格尔木市")
    for words in (
        "排除: 海拔高于 2500 米",
        "还差 2,384.7 km²",
        "未过",
        "依据: 项目设定",
        "生态保护红线",
        "初筛",
        "最相似",
    ):
        assert words in chinese
    english = said("explain", str(aluminium_dir), "632801", "--lang", "en")
    for words in ("Excluded: above 2,500 m", "basis: project limit", "ecological red line", "not a siting verdict"):
        assert words in english
    assert "排除" not in english


def test_a_ranked_county_says_what_would_help(aluminium_dir: Path) -> None:
    text = said("explain", str(aluminium_dir), "贵德")
    for words in ("得分构成", "合计", "怎样进入前 10 名", "单靠此项不可达", "元/千瓦时"):
        assert words in text
    assert "已在前 10 名之内" in said("explain", str(aluminium_dir), "金凤区")
    assert "missing criteria" in said("explain", str(aluminium_dir), "墨脱县", "--lang", "en")


def test_a_folder_of_an_older_version_is_explained_too(aluminium_dir: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(aluminium_dir, old)
    (old / "rule_areas.parquet").unlink()
    edit_record(old, lambda record: record.pop("seal"), seal=False)
    text = said("explain", str(old), "格尔木市")
    assert "旧版本" in text
    assert "海拔高于 2500 米" in text


def test_sites_are_printed_and_written(aluminium_dir: Path, tmp_path: Path) -> None:
    options = ["-n", "3", "--area", "100", "--min-spacing", "50", "--within", "宁夏", "--within", "包头"]
    text = said("locate", str(aluminium_dir), *options, "-o", str(tmp_path / "sites.gpkg"))
    assert "找到 3 处, 要求 3 处" in text
    sites = gpd.read_file(tmp_path / "sites.gpkg", layer="sites")
    assert sites["area_km2"].tolist() == [100, 100, 100]
    assert set(sites["province"]) <= {"宁夏回族自治区", "内蒙古自治区"}
    english = said("locate", str(aluminium_dir), *options, "--lang", "en", "-o", str(tmp_path / "sites.csv"))
    assert "3 of 3 sites found" in english
    table = pd.read_csv(tmp_path / "sites.csv", encoding="utf-8-sig")
    assert table["score"].tolist() == pytest.approx(sites["score"].tolist(), abs=1e-11)
    assert {"lon", "lat", "name", "province"} <= set(table.columns)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sites.csv", "sites.gpkg"]


def test_fewer_sites_are_said_on_stderr(aluminium_dir: Path) -> None:
    done = command("locate", str(aluminium_dir), "-n", "9", "--area", "100", "--min-spacing", "100", "--within", "宁夏")
    assert done.returncode == 0
    assert "of 9 sites of 100 km2 with a gap of 100 km were found" in done.stderr
    assert "要求 9 处" in done.stdout


def test_parks_by_name_are_reported_by_the_run(tmp_path: Path) -> None:
    (tmp_path / "parks.csv").write_text("park\n霍林郭勒工业园\n昆明高新区\n朝阳工业园\n未来园\n", encoding="utf-8")
    done = command(
        "run", "aluminium", "-o", "out", "--set", "zones=parks.csv", "--set", "grid.resolution=25000", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    for words in (
        "园区按名称落到县 1、落到地级 1, 有歧义 1, 未匹配 1",
        "昆明高新区 -> 云南省昆明市",
        "朝阳工业园: 未落点, 未参评 / not placed, not ranked (ambiguous: 211300 辽宁省朝阳市;110105 北京市朝阳区",
        "未来园: 未落点",
    ):
        assert words in done.stdout
    assert "150581" in said("explain", str(tmp_path / "out"), "霍林郭勒工业园")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["explain", "DIR", "大通"], "fits 2 zones: 630121 青海省西宁市大通回族土族自治县"),
        (["explain", "DIR", "亚特兰蒂斯"], "'亚特兰蒂斯' is not in this result of 2082 zones"),
        (["explain", "DIR", "霍林果勒市"], "nearest: 150581"),
        (["explain", "DIR", ""], "zone '' is not in this result"),
        (["explain", "DIR", "金凤区", "--lang", "fr"], "--lang is 'fr'"),
        (["explain", "nowhere", "金凤区"], "holds no complete result"),
        (["explain", ".", "金凤区"], "holds no complete result"),
        (["explain", "HALF", "金凤区"], "damaged, edited or gone since the run"),
        (["locate", "DIR", "-n", "0", "--area", "100"], "count is 0"),
        (["locate", "DIR", "-n", "1", "--area", "-5"], "areas are -5"),
        (["locate", "DIR", "-n", "1", "--area", "9e7"], "larger than all eligible land"),
        (["locate", "DIR", "-n", "1", "--area", "100", "--within", "海南省"], "no cell is eligible"),
        (["locate", "DIR", "-n", "1", "--area", "100", "--within", "亚特兰蒂斯"], "'亚特兰蒂斯'"),
        (["locate", "DIR", "-n", "1", "--area", "100", "-o", "a.txt"], "expected .gpkg or .csv"),
        (["locate", "DIR", "-n", "1", "--area", "100", "-o", "no/a.csv"], "does not exist"),
        (["locate", "HALF", "-n", "1", "--area", "100"], "suitability.tif of the finished folder"),
    ],
)
def test_a_users_mistake_is_one_paragraph_and_exit_2(
    arguments: list[str], words: str, aluminium_dir: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from geotransfer.cli.app import main

    half = tmp_path / "half"
    half.mkdir()
    shutil.copy(aluminium_dir / "run.json", half)
    places = {"DIR": str(aluminium_dir), "HALF": str(half)}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["geotransfer", *(places.get(word, word) for word in arguments)])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(SystemExit, match="2"):
        main()
    error = capsys.readouterr().err
    assert words in error
    assert error.startswith("geotransfer: ")
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["half"]
