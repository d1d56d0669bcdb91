from __future__ import annotations

from pathlib import Path

import pytest

from geotransfer.files import written_whole


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
