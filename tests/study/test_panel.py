"""Every built-in scenario against tests/panel.csv. The shares were written down before a ranking was looked at."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import geotransfer as gt

ROOT = Path(__file__).parents[2]
PANEL = pd.read_csv(ROOT / "tests" / "panel.csv", dtype={"adcode": str})
COARSE = {"grid.resolution": 25_000, "robustness.draws": 0}


@cache
def check_panel() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_panel", ROOT / "scripts" / "check_panel.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_panel"] = module
    spec.loader.exec_module(module)
    return module


@cache
def judged(name: str) -> pd.DataFrame:
    ranking = gt.run(gt.scenario(name).with_overrides(COARSE)).ranking
    return check_panel().judge(PANEL[PANEL["scenario"] == name], ranking)


@pytest.mark.parametrize("name", gt.scenario_names())
def test_at_most_15_percent_of_what_must_not_stand_high_does(name: str) -> None:
    rows = judged(name)
    rows = rows[rows["expect"] == "not_top_quarter"]
    assert len(rows) >= 8
    assert (~rows["holds"]).mean() <= 0.15, list(rows.loc[~rows["holds"], "name"])


@pytest.mark.parametrize("name", gt.scenario_names())
def test_most_places_where_the_industry_stands_lie_in_the_upper_half(name: str) -> None:
    rows = judged(name)
    rows = rows[rows["expect"] == "upper_half"]
    assert len(rows) >= 8
    assert rows["holds"].mean() > 0.5, list(rows.loc[~rows["holds"], "name"])


def test_a_place_that_is_not_ranked_is_in_no_quarter_and_in_no_half() -> None:
    panel = pd.DataFrame({
        "adcode": ["1", "2", "3", "4", "5", "5"],
        "expect": ["not_top_quarter", "upper_half", "not_top_quarter", "upper_half", "not_top_quarter", "upper_half"],
        "reason": "",
    })  # fmt: skip
    ranking = pd.DataFrame({
        "adcode": ["1", "2", "3", "4", "5"],
        "rank": pd.array([1, 2, 3, 4, None], dtype="Int64"),
        "status": ["ranked"] * 4 + ["excluded"],
        "score": [0.9, 0.8, 0.7, 0.6, None],
        "reason": "",
    })  # fmt: skip
    # of four ranked, rank 1 is the top quarter, 1 and 2 the upper half
    assert check_panel().judge(panel, ranking)["holds"].tolist() == [False, True, True, False, True, False]
