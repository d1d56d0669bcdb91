"""The same tasks on Dask: several worker processes as a stand-in for a cluster, lost workers, a lost scheduler."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from small import contents, studies

import geotransfer as gt
from geotransfer.batch import cluster, running
from geotransfer.errors import InputError, MissingExtra

pytestmark = [pytest.mark.distributed, pytest.mark.filterwarnings("ignore")]
N = 8


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    out = tmp_path_factory.mktemp("alone") / "out"
    gt.run_batch(studies(N), out=out)
    return contents(out)


class Dask:
    """A scheduler and workers as processes of their own."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *, workers: int) -> None:
        self._begin("dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self.add_workers(workers)

    def add_workers(self, n: int) -> None:
        for _ in range(n):
            self._begin("dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def _begin(self, program: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
        self.processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes.clear()

    def wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)


@pytest.fixture
def dask() -> Iterator[Dask]:
    found = Dask()
    yield found
    found.kill()


def when(n: int, act: Callable[[], None]) -> Callable[[running.BatchProgress], None]:
    """Do something once, when n scenarios are finished."""
    done = []

    def progress(state: running.BatchProgress) -> None:
        if state.finished >= n and not done:
            done.append(True)
            act()

    return progress


def test_a_client_of_several_processes(tmp_path: Path, alone: dict[str, dict[str, object]]) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as workers,
        Client(workers) as client,
    ):
        report = gt.run_batch(studies(N), out=tmp_path / "out", client=client)
        assert client.status == "running"
    assert (report.finished, report.failed) == (N, 0)
    assert contents(report.out) == alone


def test_a_lost_worker(tmp_path: Path, alone: dict[str, dict[str, object]], dask: Dask) -> None:
    dask.start(workers=2)
    dask.wait()

    def lose_one() -> None:
        dask.processes[1].kill()

    report = gt.run_batch(studies(N), out=tmp_path / "out", scheduler=dask.address, progress=when(2, lose_one))
    assert (report.finished, report.failed) == (N, 0)
    assert contents(report.out) == alone


def test_the_scheduler_is_started_again(tmp_path: Path, alone: dict[str, dict[str, object]], dask: Dask) -> None:
    dask.start(workers=1)
    dask.wait()

    def lose_all() -> None:
        dask.kill()
        threading.Timer(1.0, lambda: dask.start(workers=1)).start()

    report = gt.run_batch(studies(N), out=tmp_path / "out", scheduler=dask.address, progress=when(2, lose_all))
    assert (report.finished, report.failed) == (N, 0)
    assert contents(report.out) == alone


def test_a_scheduler_that_stays_away(tmp_path: Path, dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1.0)
    with pytest.raises(InputError, match=r"tcp://127\.0\.0\.1:\d+ does not answer"):
        gt.run_batch(studies(2), out=tmp_path / "out", scheduler=dask.address)
    with pytest.raises(InputError, match=r"no\.json' does not exist"):
        gt.run_batch(studies(2), out=tmp_path / "out", scheduler_file="no.json")


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"pip install 'geotransfer\[distributed\]'"):
        gt.run_batch(studies(1), out=tmp_path / "out", scheduler="tcp://127.0.0.1:1")
