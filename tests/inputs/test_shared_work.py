"""Shared work: the same results to the byte, never those of other inputs, and never needed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.catalog.cache import shared
from geotransfer.files import locked
from geotransfer.inputs.fingerprints import code_fingerprint, file_sha256, input_fingerprints

SMALL = {"within": ["宁夏"], "grid.resolution": 25_000}
VARIANTS = [
    {},
    {"criteria.people.weight": 0.4, "criteria.people.worst": 100.0},
    {"power": {"mode": "benchmark"}},
    {"power.green_share": 0.4},
    {"rules.relief.test.at_most": 600.0},
    {"rules.city.test.radius_km": 5.0},
    {"criteria.flat_area.source.at_most": 100.0},
    {"criteria.flat_area.source.window_km": 75.0},
    {"criteria.people.source.layer": "people-400km"},
    {"criteria.people.veto": 0.5},
    {"freight.gateway": "钦州"},
    {"freight.close": ["西部陆海新通道"]},
    {"zone_value": "mean"},
    {"site_area_km2": 1000.0},
    {"room.area_km2": 500.0},
    {"within": ["宁夏", "甘肃"]},
    {"zones": "prefecture"},
    {"grid.resolution": 20_000},
    {"aggregation": {"method": "topsis"}},
    {"weighting": {"method": "entropy"}},
    {"robustness.second_resolution": 30_000},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_dir: Path) -> Path:
    """A cache that holds the modelled layers and no shared work."""
    target = tmp_path / "cache"
    shutil.copytree(cache_dir, target, ignore=shutil.ignore_patterns("work"))
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(target))
    return target


def base() -> gt.Scenario:
    return gt.scenario("aluminium").with_overrides(SMALL)


def content(result: gt.Result) -> list[bytes]:
    """All that a run gives, but for its times."""
    return [
        result.ranking.drop(columns="geometry").to_csv().encode(),
        result.ranking.geometry.to_wkb(hex=True).str.cat().encode(),
        result.suitability.values.tobytes(),
        result.excluded.values.tobytes(),
        json.dumps(result.provenance["result"], allow_nan=False).encode(),
    ]


@pytest.fixture(scope="module")
def warm() -> gt.SharedWork:
    """Shared work that knows the base scenario, and what the tests before it ran."""
    work = gt.SharedWork()
    gt.run(base(), shared=work)
    return work


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: ",".join(variant) or "base")
def test_a_variant_gives_what_it_gives_alone(warm: gt.SharedWork, variant: dict[str, object]) -> None:
    study = base().with_overrides(variant) if variant else base()
    alone = content(gt.run(study))
    assert (alone == content(gt.run(base()))) == (not variant)
    assert content(gt.run(study, shared=warm)) == alone
    # from disk alone
    assert content(gt.run(study, shared=gt.SharedWork())) == alone


def test_a_sweep_over_weights_measures_nothing_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = gt.SharedWork()
    gt.run(base(), shared=work)

    def forbidden(*arguments: object) -> None:
        raise AssertionError("measured again")

    for name in ("coverage", "evaluate_rules", "measure", "power_supply", "freight_of"):
        monkeypatch.setattr(f"geotransfer.study.outcome.{name}", forbidden)
    for other in (work, gt.SharedWork()):
        gt.run(base().with_overrides({"criteria.people.weight": 0.7, "robustness.draws": 10}), shared=other)


def test_a_changed_file_is_read_again(folder: Path, tmp_path: Path) -> None:
    grid = gt.Grid.from_bounds((103, 34, 109, 41), resolution=0.25, crs="EPSG:4326")
    path = tmp_path / "own.tif"
    study = base().with_overrides({"criteria.people.source": {"kind": "raster", "file": str(path)}})
    work, found = gt.SharedWork(), []
    for value in (1e5, 2e5):
        gt.write_raster(gt.Raster(np.full(grid.shape, value), grid), path)
        # a clock that stands still, or was set back
        os.utime(path, (1, 1))
        result = gt.run(study, shared=work)
        found.append(result.ranking["people"].max())
        record = next(i for i in result.provenance["result"]["inputs"] if i["id"] == "own.tif")
        assert record["sha256"] == file_sha256(path)
    assert found == pytest.approx([1e5, 2e5])


@pytest.mark.parametrize("damage", ["empty", "half", "flipped"])
def test_damaged_work_is_done_again(folder: Path, damage: str) -> None:
    expected = content(gt.run(base(), shared=gt.SharedWork()))
    files = list((folder / "work").glob("*.bin"))
    assert len(files) > 10
    for path in files:
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 1
        path.write_bytes({"empty": b"", "half": bytes(whole[: len(whole) // 2]), "flipped": bytes(whole)}[damage])
    assert content(gt.run(base(), shared=gt.SharedWork())) == expected


def test_what_is_kept_cannot_be_written_to() -> None:
    work = gt.SharedWork(disk=False)
    array = work.once("a", [1], lambda: {"x": np.ones(3)})["x"]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 2


def test_memory_has_a_limit() -> None:
    work = gt.SharedWork(disk=False, memory_mb=1.0)
    made = []

    def make(number: int) -> np.ndarray:
        made.append(number)
        return np.zeros(75_000)  # 0.6 MB

    for number in (1, 1, 2, 2, 1):
        work.once("a", [number], lambda n=number: make(n))
    assert made == [1, 2, 1]


def test_the_folder_has_a_limit(folder: Path) -> None:
    (folder / "elevation-0.bin").write_bytes(bytes(1_000_000))
    for number in range(10):
        shared("a", f"{number:032d}", lambda: bytes(100_000), limit_mb=0.45)
        path = folder / "work" / f"a-{number:032d}.bin"
        os.utime(path, ns=(number, number))
    sizes = [path.stat().st_size for path in (folder / "work").glob("*.bin")]
    assert 100_000 < sum(sizes) <= 450_000
    assert (folder / "work" / f"a-{9:032d}.bin").exists()
    # the modelled layers beside it are never tidied away
    assert (folder / "elevation-0.bin").exists()


def test_a_work_folder_that_cannot_be_written(folder: Path) -> None:
    (folder / "work").write_text("in the way", encoding="utf-8")
    assert content(gt.run(base(), shared=gt.SharedWork())) == content(gt.run(base()))


def test_a_lock_belongs_to_one(tmp_path: Path) -> None:
    with locked(tmp_path / "a", wait=False) as first, locked(tmp_path / "a", wait=False) as second:
        assert (first, second) == (True, False)
    with locked(tmp_path / "a", wait=True) as again:
        assert again
    with locked(tmp_path / "missing" / "a", wait=True) as nowhere:
        assert not nowhere


def test_fingerprints_of_what_a_scenario_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x", encoding="utf-8")
    values = {"zones": "county", "rules": {"a": {"file": str(path)}}, "places": ["甲", "乙"], "layer": "gsa-ghi"}
    found = input_fingerprints(values)
    assert found[str(path)] == file_sha256(path)
    assert set(found) <= {str(path), "gsa-ghi"}
    path.write_text("y", encoding="utf-8")
    assert input_fingerprints(values) != found
    assert len(code_fingerprint()) == 64


def test_what_is_released_is_computed_again() -> None:
    work, made = gt.SharedWork(disk=False), []
    for _ in range(2):
        work.once("sum", [1], lambda: made.append(1) or len(made))
    assert made == [1]
    work.release()
    assert work.once("sum", [1], lambda: made.append(1) or len(made)) == 2
