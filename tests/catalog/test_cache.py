"""The cache never gives a wrong layer and is never needed."""

import multiprocessing
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from geotransfer.catalog import modelled
from geotransfer.catalog.cache import cache_directory, cached, content_key


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def forbidden() -> bytes:
    raise AssertionError("computed again")


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_the_variable_wins(folder, monkeypatch):
    assert cache_directory() == folder
    monkeypatch.delenv("GEOTRANSFER_CACHE_DIR")
    assert cache_directory().name == "geotransfer"


def test_second_time_from_disk(folder):
    assert cached("a", "k1", lambda: b"payload") == b"payload"
    assert cached("a", "k1", forbidden) == b"payload"
    assert cached("a", "k2", lambda: b"other") == b"other"


@pytest.mark.parametrize("damage", ["empty", "short", "flipped", "longer", "rubbish"])
def test_damaged_file_is_computed_again(folder, damage):
    cached("a", "k", lambda: b"payload" * 100)
    path = only_file(folder)
    good = path.read_bytes()
    flipped = bytearray(good)
    flipped[100] ^= 1
    path.write_bytes(
        {"empty": b"", "short": good[:-1], "flipped": bytes(flipped), "longer": good + b"x", "rubbish": b"\x00" * 500}[
            damage
        ]
    )
    assert cached("a", "k", lambda: b"again") == b"again"
    assert cached("a", "k", forbidden) == b"again"


def test_folder_that_is_a_file(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "file"))
    assert cached("a", "k", lambda: b"payload") == b"payload"
    assert cached("a", "k", lambda: b"payload") == b"payload"


def test_disk_that_fails_while_writing(folder, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert cached("a", "k", lambda: b"payload") == b"payload"
    assert list(folder.iterdir()) == []


def test_entry_that_is_a_folder(folder):
    cached("a", "k", lambda: b"payload")
    path = only_file(folder)
    path.unlink()
    path.mkdir()
    assert cached("a", "k", lambda: b"payload") == b"payload"


def _write_many(number: int) -> bool:
    payload = b"the same payload" * 20_000
    return all(cached("a", f"k{i % 3}", lambda: payload) == payload for i in range(50))


def test_two_processes_at_once(folder):
    method = "spawn" if sys.platform == "win32" else "forkserver"
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(_write_many, range(2)) == [True, True]
    assert len(list(folder.iterdir())) == 3


def test_key_depends_on_all_it_is_given(tmp_path):
    data = tmp_path / "data.bin"
    data.write_bytes(b"1")
    parts = {
        "name": "a",
        "modules": ("geotransfer.energy.wind",),
        "tables": ("energy/wind_zones.csv",),
        "distributions": ("numpy",),
        "data_files": (str(data),),
    }
    keys = {content_key(**parts)}
    changes = [
        {"name": "b"},
        {"modules": ("geotransfer.energy.solar",)},
        {"tables": ("policy/regions.csv",)},
        {"distributions": ("scipy",)},
        {"data_files": ()},
    ]
    keys |= {content_key(**(parts | change)) for change in changes}
    data.write_bytes(b"2")
    keys.add(content_key(**parts))
    assert len(keys) == 2 + len(changes)


def test_changed_table_changes_the_layers_made_of_it(monkeypatch):
    real = modelled.shipped_bytes

    def keys():
        modelled.modelled_key.cache_clear()
        return {layer: modelled.modelled_key(layer) for layer in ("relief", "ghi", "lcoe-pv", "lcoe-green")}

    before = keys()
    changed = lambda file: real(file) + (b"\n" if file == "energy/cost_assumptions.csv" else b"")  # noqa: E731
    monkeypatch.setattr("geotransfer.catalog.cache.shipped_bytes", changed)
    after = keys()
    modelled.modelled_key.cache_clear()
    assert {layer for layer in before if before[layer] != after[layer]} == {"lcoe-pv", "lcoe-green"}


def test_damaged_layer_is_computed_again(folder):
    def load():
        modelled._raster.cache_clear()
        return modelled.modelled_raster("relief").values

    first = load()
    for path in folder.iterdir():
        os.truncate(path, path.stat().st_size // 2)
    np.testing.assert_array_equal(load(), first)
    modelled._raster.cache_clear()
