"""A study in blocks of zones gives what it gives in one piece."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.study import assembly
from geotransfer.study.blocks import zone_blocks
from geotransfer.study.outcome import study_grid
from geotransfer.study.zones import load_zones

TINY_MB = 1.0
"""So little that every study is run in blocks."""


def study(**overrides: object) -> gt.Scenario:
    small = {"within": ["宁夏"], "grid.resolution": 10_000, "robustness.draws": 50}
    return gt.scenario("aluminium").with_overrides({**small, **overrides})


def in_blocks(scenario: gt.Scenario, monkeypatch: pytest.MonkeyPatch, *, cells: float = 600.0) -> gt.Result:
    monkeypatch.setattr(assembly, "cells_within", lambda _, memory_mb: cells if memory_mb == TINY_MB else 1e9)
    monkeypatch.setattr(assembly, "block_cells", lambda *_, **__: cells)
    return gt.run(scenario, memory_mb=TINY_MB)


def assert_same(whole: gt.Result, parts: gt.Result) -> None:
    assert parts.ranking.columns.tolist() == whole.ranking.columns.tolist()
    assert parts.ranking["zone"].tolist() == whole.ranking["zone"].tolist()
    pd.testing.assert_frame_equal(
        pd.DataFrame(parts.ranking.drop(columns="geometry")),
        pd.DataFrame(whole.ranking.drop(columns="geometry")),
        rtol=1e-9,
        atol=1e-9,
    )
    np.testing.assert_allclose(parts.suitability.values, whole.suitability.values, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(parts.excluded.values, whole.excluded.values)
    ours, theirs = (json.loads(json.dumps(r.provenance["result"])) for r in (parts, whole))
    assert {key for key in theirs if ours[key] != theirs[key]} == set()


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"zone_value": "mean", "criteria.people.veto": 0.3},
        {"power": {"mode": "benchmark"}, "rules.relief.test.at_most": 150.0},
    ],
    ids=["base", "mean and veto", "another rule"],
)
def test_blocks_give_what_the_whole_gives(overrides: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = study(**overrides)
    whole = gt.run(scenario)
    parts = in_blocks(scenario, monkeypatch)
    assert_same(whole, parts)
    assert parts.stability is None
    assert isinstance(parts.suitability.values, np.memmap)


def test_each_zone_is_in_one_block() -> None:
    scenario = study()
    zones = load_zones(scenario)
    blocks = list(zone_blocks(zones, scenario, most_cells=600))
    assert len(blocks) > 3
    assert sorted(row for rows in blocks for row in rows) == list(range(len(zones.table)))
    for rows in blocks:
        assert rows.tolist() == sorted(rows)
        assert len(rows) == 1 or study_grid(zones.at(rows), scenario).size <= 600
    assert max(len(rows) for rows in blocks) > 1


def test_a_file_that_does_not_reach_every_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = gt.Grid.from_bounds((105.5, 37.5, 106.8, 39.4), resolution=0.05, crs="EPSG:4326")
    values = np.random.default_rng(3).uniform(1e5, 1e6, grid.shape)
    gt.write_raster(gt.Raster(values, grid), tmp_path / "a.tif")
    scenario = study(**{"criteria.people.source": {"kind": "raster", "file": str(tmp_path / "a.tif")}})
    whole = gt.run(scenario)
    assert {"ranked", "unknown"} <= set(whole.ranking["status"])
    assert_same(whole, in_blocks(scenario, monkeypatch))


def test_a_result_in_blocks_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = in_blocks(study(), monkeypatch)
    gt.write_result(result, tmp_path / "out")
    back = gt.read_result(tmp_path / "out")
    np.testing.assert_array_equal(back.suitability.values, np.float32(result.suitability.values))
    assert [path.name for path in (tmp_path / "out").iterdir() if "plain" in path.name] == []


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        ({"weighting": {"method": "entropy"}}, "weights from the data"),
        ({"aggregation": {"method": "vikor"}}, "aggregation 'vikor'"),
        ({"criteria.people.bounds_from_data": "max"}, r"criteria\.people\.bounds_from_data"),
    ],
)
def test_what_needs_all_cells(overrides: dict[str, object], named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=f"computed in blocks of zones, which {named} cannot be"):
        in_blocks(study(**overrides), monkeypatch)
