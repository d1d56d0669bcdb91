from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from geotransfer.cli.app import app
from geotransfer.errors import InputError, OutputError


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """Made up: both shares fall by one point a year, value added grows."""
    rows = [f"上海,{2012 + i},{36 - i},{30 - i},{6000 + 100 * i}" for i in range(12)]
    path = tmp_path / "panel.csv"
    path.write_text(
        "\n".join(["省份,年份,制造业占比(%),制造业就业占比(%),制造业增加值(亿元)", *rows]), encoding="utf-8"
    )
    return path


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["diagnose", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_verdict_slopes_and_what_is_missing_are_printed(panel: Path) -> None:
    text = run(str(panel))
    assert "上海市: 结构性去工业化 / structural" in text
    assert "share of manufacturing in GDP, 2012-2023 (n=12): -1 [-1, -1] pp/a" in text
    assert "未检验 not testable: 制造业就业 / employment in manufacturing" in text
    assert "现价" in text


def test_json_is_json_and_nothing_else(panel: Path) -> None:
    record = json.loads(run(str(panel), "--json"))
    assert record["provinces"][0]["verdict"] == "structural"
    assert {trend["unit"] for trend in record["trends"]} == {"pp/a", "亿元/a"}


def test_the_table_is_written(panel: Path, tmp_path: Path) -> None:
    run(str(panel), "-o", str(tmp_path / "out.csv"))
    table = pd.read_csv(tmp_path / "out.csv")
    assert table.loc[0, "manufacturing_share_slope"] == pytest.approx(-1)


def test_a_folder_that_is_not_there_is_told(panel: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["diagnose", str(panel), "-o", str(tmp_path / "no" / "out.csv")])
    assert isinstance(done.exception, OutputError)
    assert "is the folder there" in str(done.exception)


def test_short_series_have_no_figures(panel: Path) -> None:
    text = run(str(panel), "--min-years", "13")
    assert "年数不足 too short" in text
    assert "nan" not in text
    assert "NaN" not in run(str(panel), "--min-years", "13", "--json")


def test_a_bad_file_is_the_users_mistake(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["diagnose", str(tmp_path / "none.csv")])
    assert isinstance(done.exception, InputError)
