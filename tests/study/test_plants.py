"""The ranking against where plants stand: the least that was asked for, before it was looked at."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import geotransfer as gt

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_plants.py"


@pytest.fixture(scope="module")
def check_plants() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_plants", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_area_under_the_curve_by_hand(check_plants: ModuleType) -> None:
    # pairs (positive, negative): 3>1, 3>2, 2=2 half, 2>1 -> 3.5 of 4
    values, positive = np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, True, False, False])
    assert check_plants.auc(values, positive) == pytest.approx(3.5 / 4)
    assert check_plants.auc(-values, positive) == pytest.approx(0.5 / 4)
    assert np.isnan(check_plants.auc(values, np.zeros(4, dtype=bool)))


@pytest.mark.data
def test_arc_furnaces_stand_where_steel_from_scrap_ranks_high(check_plants: ModuleType, shared_data: Path) -> None:
    study = gt.scenario("steel-eaf").with_overrides({"grid.resolution": 25_000, "robustness.draws": 0})
    ranking = gt.run(study).ranking
    ranked = ranking[ranking["status"] == "ranked"].reset_index(drop=True)
    with_furnace = check_plants.holds(ranked, check_plants.arc_furnaces(shared_data / "industry"))
    assert with_furnace.sum() > 50
    assert check_plants.auc(ranked["score"].to_numpy(dtype=float), with_furnace) >= 0.65


@pytest.mark.data
def test_capacity_by_province_has_a_chinese_name_for_each(check_plants: ModuleType, shared_data: Path) -> None:
    capacity = check_plants.capacity_by_province(shared_data / "industry")
    assert set(capacity.index) <= set(gt.layer_features("provinces")["name"])
    # the file's 45 Mt a year: t/h over 8,760 h
    assert capacity.sum() * 8760 == pytest.approx(45e6, rel=0.02)
