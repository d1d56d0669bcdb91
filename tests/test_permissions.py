"""Who may read and write what geotransfer leaves on the disk."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.batch.folder import BatchFolder
from geotransfer.catalog.cache import cached, shared
from geotransfer.files import written_whole
from geotransfer.outputs.folder import write_tables

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_draft_is_private_and_the_file_is_not_for_all_to_write(umask: int, tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with written_whole(target) as draft:
        draft.write_text("x", encoding="utf-8")
        assert mode(draft.parent) == 0o700 & ~umask
    assert mode(target) == 0o666 & ~umask & ~0o002


@pytest.fixture(scope="module")
def result(cache_dir: Path) -> gt.Result:
    return gt.run(gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000}))


def test_results(umask: int, result: gt.Result, tmp_path: Path) -> None:
    write_tables(result, tmp_path / "out")
    gt.write_result(result, tmp_path / "whole")
    for folder in (tmp_path / "out", tmp_path / "whole"):
        assert mode(folder) == 0o777 & ~umask & ~0o002
        for path in folder.rglob("*"):
            # SQLite gives a GeoPackage 0644, whatever the umask allows beside
            assert mode(path) | (0o020 & ~umask if path.suffix == ".gpkg" else 0) == 0o666 & ~umask & ~0o002, path
    batch = BatchFolder(tmp_path / "batch")
    (tmp_path / "batch").mkdir()
    batch.write_tables(pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]}), {})
    assert not [path for path in batch.root.rglob("*") if path.is_file() and mode(path) & 0o002]


def test_the_cache_is_the_user_s(umask: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "a" / "cache"))
    assert cached("one", "00", lambda: b"x") == b"x"
    assert shared("two", "00", lambda: b"x") == b"x"
    for folder in ("a", "a/cache", "a/cache/work"):
        assert mode(tmp_path / folder) == 0o700 & ~umask
    for path in (tmp_path / "a").rglob("*.bin"):
        assert not mode(path) & 0o002


def test_what_anybody_may_have_written_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "cache"))
    cached("one", "00", lambda: b"planted")
    assert cached("one", "00", lambda: b"mine") == b"planted"
    (tmp_path / "cache").chmod(0o777)
    assert cached("one", "00", lambda: b"mine") == b"mine"
