"""``geotransfer industries`` and ``run --from``."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

import geotransfer as gt
from geotransfer.cli.app import app
from geotransfer.cli.industry_commands import cost_lines
from geotransfer.errors import InputError, UnknownNameError

QUICK = ["--set", 'within=["宁夏"]', "--set", "grid.resolution=25000", "--set", "robustness.draws=0"]


def output(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list():
    lines = output("industries").splitlines()
    assert [line.split()[0] for line in lines] == gt.industry_names()
    assert "13,400 kWh/t" in lines[0]
    assert "电解铝" in lines[0]
    # what has no figure is said to lack it, and the titles stand in one column
    alumina = next(line for line in lines if line.startswith("alumina "))
    assert "缺 / missing" in alumina
    assert cell_len(alumina.split("氧化铝")[0]) == cell_len(lines[0].split("电解铝")[0])


def test_one_with_its_sources():
    text = output("industries", "水泥")
    assert "电耗 / electricity [GB 2]: 57 kWh/t" in text
    assert "GB 16780-2021" in text
    assert "confidence low" in text
    assert "! 原料或市场的数量、地点不全" in text


def test_json_and_nothing_else():
    profile = json.loads(output("industries", "电解铝", "--json"))
    assert profile["name"] == "electrolytic_aluminium"
    assert profile["inputs"][0]["tonnes"] == 1.93
    assert profile["missing"][0]["en"] == "water is missing: how much the plant needs cannot be told"
    assert len(json.loads(output("industries", "--json"))) == len(gt.industry_names())


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="no industry 'zinck'; did you mean zinc"):
        CliRunner().invoke(app, ["industries", "zinck"], catch_exceptions=False)


def test_from_is_the_origin(tmp_path: Path):
    text = output("run", "aluminium", "-o", str(tmp_path / "out"), "--from", "江苏", *QUICK)
    assert "转出地 / origin 江苏省: " in text
    assert "ranks by score and by cost" in text
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["result"]["industry"]
    assert record["origin"]["name"] == "江苏省"
    table = pd.read_csv(tmp_path / "out" / "ranking.csv")
    assert {"rank_cost", "saving_yuan_per_unit", "co2_verdict", "water_note"} <= set(table.columns)


def test_from_needs_an_industry(tmp_path: Path):
    path = Path(__file__).parents[1] / "data" / "sources.toml"
    with pytest.raises(InputError, match="--from names '山东', but the scenario 'sources' has no industry to move"):
        CliRunner().invoke(app, ["run", str(path), "-o", str(tmp_path / "x"), "--from", "山东"], catch_exceptions=False)


def test_no_industry_no_lines():
    assert list(cost_lines(None)) == []
