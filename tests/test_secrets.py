"""Keys and passwords of the user appear nowhere but where the user asked for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import geotransfer as gt
from geotransfer.batch.task import make_task, run_task
from geotransfer.errors import InputError

HUSH = "h0sh1234567890abcdef"
RUN = """
import sys, logging
logging.basicConfig(level=logging.DEBUG)
sys.argv = ["geotransfer", *sys.argv[1:]]
from geotransfer.cli import main
main()
"""


def command(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments], cwd=folder, env={**os.environ, **environment}, capture_output=True,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_the_environment_does_not_reach_logs_or_results(tmp_path: Path, cache_dir: Path) -> None:
    key = HUSH[::-1]
    secrets = {"GEOTRANSFER_TIANDITU_KEY": key, "PGPASSWORD": HUSH, "HTTPS_PROXY": f"http://me:{HUSH}@127.0.0.1:9"}
    small = ["--set", "within=宁夏", "--set", "grid.resolution=25000", "--set", "map.tiles=tianditu", "-v"]
    done = command(tmp_path, "run", "aluminium", "-o", "out", *small, **secrets)
    assert done.returncode == 0, done.stderr[-1000:]
    assert HUSH not in done.stdout + done.stderr
    assert key not in done.stdout + done.stderr
    contents = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert not any(HUSH.encode() in content for content in contents.values())
    # the key of the tiles is in the map that asked for them, which says so, and nowhere else
    assert [name for name, content in contents.items() if key.encode() in content] == ["map.html"]


@pytest.mark.parametrize(
    ("value", "more"), [(f"PG:dbname=x password={HUSH}", []), (f"postgresql://me:{HUSH}@host/db.csv", ["-v"])]
)
def test_a_password_in_a_path(tmp_path: Path, value: str, more: list[str]) -> None:
    done = command(tmp_path, "run", "aluminium", "-o", "out", "--set", f"zones={value}", *more)
    assert done.returncode == 2
    assert HUSH not in done.stdout + done.stderr


def test_messages_of_readers_and_of_a_batch(tmp_path: Path) -> None:
    for read in (gt.read_features, gt.read_raster):
        with pytest.raises(InputError) as told:
            read(f"PG:host=127.0.0.1 port=9 dbname=x password={HUSH}", remote=True)
        assert HUSH not in str(told.value)
    (tmp_path / "logs").mkdir()
    with pytest.raises(InputError, match="the address holds a password") as told:
        gt.scenario("aluminium").with_overrides({"zones": f"postgresql://me:{HUSH}@host/db"})
    assert HUSH not in str(told.value)
    study = gt.scenario("aluminium").with_overrides({"zones": f"PG:dbname=x password={HUSH}"})
    task = make_task(study, out=tmp_path)
    report = run_task(task)
    assert report.error
    assert HUSH not in report.error + (tmp_path / "logs" / f"{task.id}.log").read_text(encoding="utf-8")
