"""A study in blocks of zones gives what it gives in one piece."""

from __future__ import annotations

import json
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError, OutputError
from geotransfer.inputs.zones import load_zones
from geotransfer.outputs import folder as outputs_folder
from geotransfer.outputs import reading
from geotransfer.study import assembly, blocks, memory
from geotransfer.study.blocks import largest_zone, zone_blocks
from geotransfer.study.memory import RULE_BYTES, block_cells, cells_within, memory_needed_mb
from geotransfer.study.outcome import study_grid

TINY_MB = 1.0
"""So little that every study is run in blocks."""


def study(**overrides: object) -> gt.Scenario:
    small = {"within": ["宁夏"], "grid.resolution": 10_000, "robustness.draws": 50}
    return gt.scenario("aluminium").with_overrides({**small, **overrides})


def in_blocks(scenario: gt.Scenario, monkeypatch: pytest.MonkeyPatch, *, cells: float = 600.0) -> gt.Result:
    monkeypatch.setattr(memory, "cells_within", lambda _, memory_mb: cells if memory_mb == TINY_MB else 1e9)
    monkeypatch.setattr(memory, "largest_zone", lambda *_: ("", 0.0))
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
    assert (whole.provenance["execution"]["block_cells"], parts.provenance["execution"]["block_cells"]) == (None, 600.0)
    assert isinstance(parts.suitability.values, np.memmap)


def test_of_two_zones_that_hold_half_a_cell_each_the_later_judges_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # squares of 1.5 cells side by side, named against the order in which blocks follow each other
    corners = [(x, y) for x in (0, 1, 2) for y in (0, 1, 2)]
    squares = [shapely.box(*(15_000 * np.array([x, y, x + 1, y + 1]) + (300_000, 4_200_000) * 2)) for x, y in corners]
    zones = gpd.GeoDataFrame({"zone": [f"z{9 - i}" for i in range(9)]}, geometry=squares, crs=CHINA_ALBERS)
    zones.iloc[::-1].to_file(tmp_path / "zones.gpkg")
    scenario = study(zones=str(tmp_path / "zones.gpkg"), within=[])
    whole = gt.run(scenario)
    assert (whole.ranking["status"] == "ranked").sum() > 3
    assert_same(whole, in_blocks(scenario, monkeypatch, cells=1.0))


def test_nothing_of_a_block_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[weakref.ref[np.ndarray]] = []
    original = blocks.outcome

    def noted(*given: Any) -> Any:
        found = original(*given)
        assert found.power is not None
        cells = found.power.lcoe
        assert cells is not None
        kept.append(weakref.ref(cells if cells.base is None else cells.base))
        return found

    monkeypatch.setattr(blocks, "outcome", noted)
    result = in_blocks(study(), monkeypatch)
    assert len(kept) > 3
    assert [one() for one in kept[:-1]] == [None] * (len(kept) - 1)
    assert result.suitability.grid.size > 600


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


def test_a_result_in_blocks_is_written_and_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = in_blocks(study(), monkeypatch)
    outputs_folder.write_tables(result, tmp_path / "out")
    assert outputs_folder.is_whole(tmp_path / "out")
    back = gt.read_result(tmp_path / "out")
    np.testing.assert_array_equal(back.suitability.values, np.float32(result.suitability.values))
    assert not isinstance(back.suitability.values, np.memmap)
    page = outputs_folder.write_map(tmp_path / "out").read_text(encoding="utf-8")
    # as large as that of all of China at 250 m: read from disk as it is used
    monkeypatch.setattr(reading, "LARGE_CELLS", 100)
    assert isinstance(gt.read_result(tmp_path / "out").suitability.values, np.memmap)
    assert outputs_folder.write_map(tmp_path / "out").read_text(encoding="utf-8") == page
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


def test_a_limit_that_cannot_be_kept_is_said_before_anything_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "outcome_in_blocks", lambda *_: pytest.fail("it began"))
    scenario = study(**{"grid.resolution": 1_000, "within": ["新疆"]})
    name, cells = largest_zone(load_zones(scenario), scenario)
    assert name == "若羌县"
    needed = memory_needed_mb(scenario, cells)
    message = rf"zone '若羌县' has .* cells of 1000 m .* about {needed / 1e3:.1f} GB .* the limit is 0.5 GB"
    with pytest.raises(InputError, match=message):
        gt.run(scenario, memory_mb=500.0)
    zones = load_zones(scenario)
    assert block_cells(scenario, zones, study_grid(zones, scenario), memory_mb=needed + 1) >= cells  # type: ignore[operator]


def test_more_criteria_and_rules_take_more_memory() -> None:
    scenario = study()
    fewer = scenario.with_overrides({"rules.relief.test": None})
    assert memory_needed_mb(scenario, 1e6) - memory_needed_mb(fewer, 1e6) == pytest.approx(RULE_BYTES)
    assert cells_within(fewer, 3000.0) > cells_within(scenario, 3000.0)
    assert memory_needed_mb(scenario, cells_within(scenario, 3000.0)) == pytest.approx(3000.0)


def test_what_other_runs_keep_in_memory_counts_and_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[gt.SharedWork] = []
    monkeypatch.setattr(gt.SharedWork, "release", lambda work: released.append(work))
    scenario, shared = study(**{"robustness.draws": 0}), gt.SharedWork(disk=False, memory_mb=400.0)
    assert not isinstance(gt.run(scenario, shared=shared, memory_mb=900.0).suitability.values, np.memmap)
    assert released == []
    assert isinstance(gt.run(scenario, shared=shared, memory_mb=800.0).suitability.values, np.memmap)
    assert released == [shared]


def test_no_room_on_disk_is_said_before_anything_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=20_000))
    with pytest.raises(OutputError, match=r"in blocks needs up to 0\.0 GB on disk .* has 0\.0 GB; free space"):
        in_blocks(study(), monkeypatch)
