from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from geotransfer.files import Scratch, written_whole


def stop_half_way(target: Path) -> None:
    with written_whole(target) as draft:
        draft.write_text("new, but half")
        raise RuntimeError("half way")


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError, match="half way"):
        stop_half_way(target)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_suffix_is_kept_for_those_who_read_it(tmp_path: Path) -> None:
    with written_whole(tmp_path / "a.tif") as draft:
        assert draft.suffix == ".tif"
        # the same file system, so that it is one rename away
        assert draft.parent.parent == tmp_path
        draft.write_bytes(b"x")
    assert (tmp_path / "a.tif").read_bytes() == b"x"


def test_the_scratch_of_a_killed_process_goes_and_that_of_a_living_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = "from geotransfer.files import Scratch; s = Scratch(); print(s.path, flush=True); input()"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    with process:
        assert process.stdout is not None
        path = Path(process.stdout.readline().strip())
        (path / "values").write_bytes(b"x")
        os.utime(path / ".lock", (0, 0))
        mine = Scratch()
        assert path.is_dir()
        process.kill()
    assert path.is_dir()
    fresh = tmp_path / path.name.replace(path.name[-8:], "abcdefgh")
    fresh.mkdir()
    (fresh / ".lock").touch()
    other = Scratch()
    assert not path.exists()
    assert fresh.is_dir()
    assert mine.path.is_dir()
    assert other.path.is_dir()
