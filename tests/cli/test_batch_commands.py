"""``geotransfer batch`` and ``diff`` from the command line: exit codes, words, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geotransfer.cli.batch_commands import parse_size_mb
from geotransfer.errors import InputError

SWEEP = """
base = "aluminium"
[set]
within = ["宁夏"]
"grid.resolution" = 25000
"robustness.draws" = 0
[grid]
"criteria.people.weight" = [0.1, 0.9]
"""


def call(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "geotransfer", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=120, check=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "sweep.toml").write_text(SWEEP, encoding="utf-8")
    done = call("batch", "sweep.toml", "-o", "out", "--memory-limit", "2GB", "-v", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "finished 2, finished before 0, failed 0" in done.stdout
    assert "beside computing" in done.stdout
    assert "2/2" in done.stderr
    assert "left" in done.stderr
    return folder


def test_again_it_keeps_what_is_there(desk: Path) -> None:
    done = call("batch", "sweep.toml", "-o", "out", cwd=desk)
    assert done.returncode == 0
    assert "finished 0, finished before 2" in done.stdout


def test_failures_have_an_exit_code_of_their_own(desk: Path) -> None:
    text = SWEEP.replace("0.9", "-1")
    (desk / "bad.toml").write_text(text, encoding="utf-8")
    done = call("batch", "bad.toml", "-o", "bad", cwd=desk)
    assert done.returncode == 3
    assert "finished 1, finished before 0, failed 1" in done.stdout
    assert "criteria.people.weight" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing.toml",), "cannot be read"),
        (("sweep.toml", "--workers", "2", "--scheduler", "tcp://a:1"), "expected one of both"),
        (("sweep.toml", "--workers", "0"), "at least 1"),
        (("sweep.toml", "--memory-limit", "much"), "such as 4GB"),
        (("sweep.toml", "--set", "gird.resolution=1"), "gird"),
    ],
)
def test_mistakes_in_the_call(desk: Path, arguments: tuple[str, ...], message: str) -> None:
    done = call("batch", *arguments, "-o", "new", cwd=desk)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (desk / "new" / "scenarios").exists()


def test_diff(desk: Path) -> None:
    first, second = sorted((desk / "out" / "scenarios").iterdir())
    told = call("diff", str(first), str(second), "--top", "3", cwd=desk)
    assert told.returncode == 0, told.stderr
    assert "criteria.people.weight" in told.stdout
    assert "权重 / " in told.stdout
    plain = call("diff", str(first), str(second), "--json", cwd=desk)
    found = json.loads(plain.stdout)
    assert found["effects_add_up"]
    assert {row["kind"] for row in found["changed"]} == {"weight"}
    nothing = call("diff", str(first), "nowhere", cwd=desk)
    assert nothing.returncode == 2
    assert "holds no complete result" in nothing.stderr


@pytest.mark.parametrize("text", ["", "0", "4TBB", "-1GB", "GB"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="expected a size such as 4GB"):
        parse_size_mb(text)
