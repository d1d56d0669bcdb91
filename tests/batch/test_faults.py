"""What happens to a batch, with real processes: killed, out of disk, two at once, a clock that moves, rotten caches."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from small import contents, studies

import geotransfer as gt
from geotransfer.batch import processes, running
from geotransfer.batch.task import Task, make_task
from geotransfer.errors import InputError, OutputError
from geotransfer.outputs.folder import is_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

N = 8
"""Scenarios of a batch that something happens to."""
SWEEP = """
base = "aluminium"
[set]
within = ["宁夏"]
"grid.resolution" = 25000
"robustness.draws" = 20
[grid]
"criteria.people.weight" = [{weights}]
"""


def sweep(folder: Path, n: int = N) -> Path:
    weights = ", ".join(f"{0.1 + 0.01 * i:.2f}" for i in range(n))
    path = folder / "sweep.toml"
    path.write_text(SWEEP.format(weights=weights), encoding="utf-8")
    return path


def begin(folder: Path, out: Path, *, workers: int = 2) -> subprocess.Popen[str]:
    """A batch in a session of its own, so that it can be killed with its workers."""
    command = [
        sys.executable,
        "-m",
        "geotransfer",
        "batch",
        str(sweep(folder)),
        "-o",
        str(out),
        "--workers",
        str(workers),
    ]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    )


def finished(out: Path) -> list[Path]:
    folder = out / "scenarios"
    return [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []


def half_written(out: Path) -> list[Path]:
    folder = out / "scenarios"
    return [path for path in folder.iterdir() if path.name.startswith(".")] if folder.is_dir() else []


def wait_for(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not reached() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of `N` that nothing happened to."""
    folder = tmp_path_factory.mktemp("undisturbed")
    cases = gt.read_cases([str(sweep(folder))])
    gt.run_batch(cases, out=folder / "out")
    return folder / "out"


def test_killed_at_any_moment_it_goes_on(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    # the first is being written; some are whole, and another is being written
    for whole in (0, 3):
        process = begin(tmp_path, out, workers=1)
        wait_for(process, lambda n=whole: len(finished(out)) >= n and bool(half_written(out)))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        # what has its name is whole
        assert all(is_whole(path) for path in finished(out))
    before = {path: (path / "run.json").stat().st_mtime_ns for path in finished(out)}
    assert 3 <= len(before) < N
    report = gt.run_batch(gt.read_cases([str(sweep(tmp_path))]), out=out)
    assert (report.kept, report.finished, report.failed) == (len(before), N - len(before), 0)
    assert {path: (path / "run.json").stat().st_mtime_ns for path in before} == before
    assert contents(out) == contents(undisturbed)
    pd.testing.assert_frame_equal(report.summary(), pd.read_parquet(undisturbed / "summary.parquet"))
    assert half_written(out) == []


def test_the_batch_alone_is_killed_and_its_workers_end(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = begin(tmp_path, out)
    wait_for(process, lambda: len(finished(out)) > 1)
    process.kill()
    process.communicate()
    end = time.monotonic() + 30
    while time.monotonic() < end and _members(process.pid):
        time.sleep(0.05)
    assert _members(process.pid) == []
    gt.run_batch(gt.read_cases([str(sweep(tmp_path))]), out=out)
    assert contents(out) == contents(undisturbed)


def _members(session: int) -> list[int]:
    """The processes of a session that are still there."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def test_a_killed_worker_is_replaced(undisturbed: Path, tmp_path: Path) -> None:
    killed = []

    def kill_one(state: running.BatchProgress) -> None:
        if state.finished in (3, 6):
            victim = multiprocessing.active_children()[0]
            os.kill(victim.pid, signal.SIGKILL)
            killed.append(victim.pid)

    cases = gt.read_cases([str(sweep(tmp_path))])
    report = gt.run_batch(cases, out=tmp_path / "out", workers=2, progress=kill_one)
    assert len(killed) == 2
    assert (report.finished, report.failed) == (N, 0)
    assert contents(report.out) == contents(undisturbed)


class Deadly:
    """Whoever receives it dies."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


def test_a_scenario_that_kills_its_workers_is_a_failure(tmp_path: Path) -> None:
    tasks = [make_task(one, out=tmp_path) for one in studies(3)]
    (tmp_path / "logs").mkdir()
    deadly = Task("deadly", {"name": Deadly()}, {}, "", str(tmp_path))
    reports = {report.id: report for report in processes.run_in_processes([tasks[0], deadly, *tasks[1:]], workers=2)}
    assert set(reports) == {"deadly", *(task.id for task in tasks)}
    assert [report.error for id, report in reports.items() if id != "deadly"] == [""] * 3
    assert reports["deadly"].kind == "WorkerDied"
    assert reports["deadly"].attempts == 3
    assert "ended with exit code 9, 3 times" in reports["deadly"].error


def test_workers_that_cannot_start_are_told(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import geotransfer as gt\ngt.run_batch([gt.scenario('aluminium')], out='out', workers=2)\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=180
    )
    assert done.returncode == 1
    assert "below `if __name__ == '__main__':`" in done.stderr


def test_two_batches_on_one_folder(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = begin(tmp_path, out, workers=1)
    wait_for(process, lambda: bool(finished(out)))
    # it holds the folder and does nothing, however slowly the others begin
    os.killpg(process.pid, signal.SIGSTOP)
    with pytest.raises(OutputError, match=rf"another batch writes into .*process {process.pid} on"):
        gt.run_batch(studies(1), out=out)
    second = begin(tmp_path, out, workers=1)
    assert "another batch writes into" in second.communicate()[1]
    assert second.returncode == 2
    assert len(finished(out)) < N
    os.killpg(process.pid, signal.SIGCONT)
    process.communicate()
    assert process.returncode == 0
    assert contents(out) == contents(undisturbed)
    # the lock went with its holder
    assert gt.run_batch(studies(1), out=out).failed == 0


def limited_files() -> None:
    """Stand-in for a full disk where no small file system can be mounted: no file grows beyond 40 kB."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


def test_a_full_disk(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "geotransfer", "batch", str(sweep(tmp_path)), "-o", str(out)]
    full = subprocess.run(command, capture_output=True, encoding="utf-8", preexec_fn=limited_files)
    assert full.returncode == 3
    assert f"failed {N}" in full.stdout
    assert "File too large" in full.stdout
    assert "Free space" in full.stdout
    assert finished(out) == []
    assert not list((out / "scenarios").iterdir())
    gt.run_batch(gt.read_cases([str(sweep(tmp_path))]), out=out)
    assert contents(out) == contents(undisturbed)


def test_a_small_file_system_that_is_full(undisturbed: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode != 0:
        # no right to mount: test_a_full_disk stands in
        return
    try:
        command = [sys.executable, "-m", "geotransfer", "batch", str(sweep(tmp_path)), "-o", str(disk / "out")]
        full = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert full.returncode in (2, 3)
        assert "No space left on device" in full.stdout + full.stderr
        assert all(is_whole(path) for path in finished(disk / "out"))
        assert 0 < len(finished(disk / "out")) < N
        subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
        gt.run_batch(gt.read_cases([str(sweep(tmp_path))]), out=disk / "out")
        assert contents(disk / "out") == contents(undisturbed)
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_a_clock_that_is_set_back(undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    cases = gt.read_cases([str(sweep(tmp_path))])
    gt.run_batch(cases[:5], out=out)
    for path in out.rglob("*"):
        # what is there was written tomorrow, or in 1970
        os.utime(path, (2**31, 2**31) if path.name < "m" else (0, 0))
    steps = iter(range(1_000_000, 0, -1))
    monkeypatch.setattr(time, "time", lambda: float(next(steps)))
    report = gt.run_batch(cases, out=out)
    assert (report.kept, report.finished, report.failed) == (5, N - 5, 0)
    assert report.seconds > 0
    assert contents(out) == contents(undisturbed)


def test_a_cache_that_rots_while_workers_use_it(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(cache_dir, folder)
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(folder))
    files = list((folder / "work").glob("*.bin"))
    assert files
    for number, path in enumerate(files):
        path.write_bytes(path.read_bytes()[: (0, 40, 500)[number % 3]])
    report = gt.run_batch(gt.read_cases([str(sweep(tmp_path, 6))]), out=tmp_path / "out", workers=2)
    assert (report.finished, report.failed) == (6, 0)
    expected = contents(undisturbed)
    assert contents(report.out) == {id: expected[id] for id in report.scenarios["scenario"]}


def test_out_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no scenario"):
        gt.run_batch(iter([]), out=tmp_path / "out")
