"""One child process for each input: 10 s of processor time and 1 GB on top of what the interpreter holds.

`Server` starts a fresh interpreter that imports everything once and then forks a child for each input it is told. What
a child does, a crash of a C library included, cannot reach the next one, nor the tests.
"""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SECONDS = 10
MEGABYTES = 1000
WALL = 60
"""Seconds by the clock, for what waits and does not work: machines are shared."""
OUTCOMES = ("valid", "refused", "foreign", "slow", "memory", "crash")
GOOD = ("valid", "refused")
"""A result whose invariants hold; one of geotransfer's own errors."""
ONE_THREAD = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "GDAL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # others reserve address space by the gigabyte, which the limit would count
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How one input ended."""

    kind: str
    detail: str = ""
    """Of an error: type, message and place; of a crash: the signal."""
    place: str = ""
    """Type of a foreign error and the lines it came through: equal for equal findings."""
    seconds: float = 0.0
    megabytes: float = 0.0
    """Highest resident memory of the child beyond what it began with."""

    @property
    def good(self) -> bool:
        return self.kind in GOOD


class Server:
    """A pool of one: asks for one input at a time; use several in threads for several processors."""

    def __init__(
        self, module: str = "fuzz_targets", *, seconds: int = SECONDS, megabytes: int = MEGABYTES, wall: float = WALL
    ) -> None:
        """Begin with the targets that `load` of a module gives: fuzz_entries has few, and is there sooner."""
        self.limits = {"seconds": seconds, "megabytes": megabytes, "wall": wall}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "fork_server.py"), module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **ONE_THREAD}, encoding="utf-8",
        )  # fmt: skip

    def ask(self, target: str, **case: Any) -> Outcome:
        """Let a child run a target on a case, and say how it ended."""
        return self.asked(target, case, **self.limits)

    def asked(self, target: str, case: dict[str, Any], *, seconds: float, megabytes: float, wall: float) -> Outcome:
        """As `ask`, with other limits."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        request = {"target": target, "case": case, "seconds": seconds, "megabytes": megabytes, "wall": wall}
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, f"the server died of {self._process.wait()}"
        return Outcome(**json.loads(line))

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait(timeout=30)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# --- in the server ----------------------------------------------------------------------------------


def virtual_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _limit(seconds: int, megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    most = virtual_bytes() + megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def _place_of(error: BaseException) -> str:
    """Type, innermost line of geotransfer, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/geotransfer/" in f.filename]
    near = [f"{Path(f.filename).name}:{f.name}" for f in [*ours[-1:], *frames[-1:]]]
    return " < ".join([type(error).__name__, *near])


def ending(target: Callable[..., object], folder: Path, case: dict[str, Any]) -> dict[str, str]:
    """Run a target; return its kind of outcome, and of what it raises message and place."""
    from geotransfer.errors import GeotransferError

    try:
        target(folder, **case)
    except GeotransferError as error:
        # a message without what was got and the way out is no message
        text = str(error)
        kind = "refused" if len(text) > 20 else "foreign"
        return {"kind": kind, "detail": f"{type(error).__name__}: {text[:300]}"}
    except MemoryError as error:
        return {"kind": "memory", "detail": f"MemoryError: {error}", "place": _place_of(error)}
    except BaseException as error:  # noqa: BLE001 - that is what is looked for
        return {"kind": "foreign", "detail": f"{type(error).__name__}: {str(error)[:300]}", "place": _place_of(error)}
    return {"kind": "valid"}


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000.0


def _child(write: int, targets: dict[str, Any], request: dict[str, Any], folder: Path) -> None:
    os.setsid()
    with (folder / "stderr").open("wb") as stderr:
        for stream in (1, 2):
            os.dup2(stderr.fileno(), stream)
    work = folder / "work"
    work.mkdir()
    _limit(request["seconds"], request["megabytes"])
    before = peak_megabytes()
    found: dict[str, Any] = dict(ending(targets[request["target"]], work, request["case"]))
    found["megabytes"] = max(0.0, round(peak_megabytes() - before, 1))
    # the report itself needs a little room
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    os.write(write, json.dumps(found).encode())
    os._exit(0)


def _waited(pid: int, read: int, wall: float) -> tuple[bytes, int, float]:
    """Return what the child reported, its wait status and its seconds of processor; kill it when `wall` is over."""
    end, report = time.monotonic() + wall, b""
    while time.monotonic() < end:
        ready, _, _ = select.select([read], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            break
        block = os.read(read, 65536)
        if not block:
            break
        report += block
    else:
        report = b""
    if time.monotonic() >= end:
        os.killpg(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return report, status, usage.ru_utime + usage.ru_stime


def _serve_one(targets: dict[str, Any], request: dict[str, Any]) -> Outcome:
    folder = Path(tempfile.mkdtemp(prefix="geotransfer-fuzz-"))
    read, write = os.pipe()
    try:
        pid = os.fork()
        if pid == 0:
            os.close(read)
            try:
                _child(write, targets, request, folder)
            finally:
                os._exit(70)
        os.close(write)
        report, status, seconds = _waited(pid, read, request["wall"])
        return _outcome(report, status, seconds, request, folder)
    finally:
        os.close(read)
        shutil.rmtree(folder, ignore_errors=True)


def _outcome(report: bytes, status: int, seconds: float, request: dict[str, Any], folder: Path) -> Outcome:
    told = (folder / "stderr").read_bytes()[-300:].decode("utf-8", "replace") if (folder / "stderr").exists() else ""
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if killed in (signal.SIGXCPU, signal.SIGKILL) or seconds > request["seconds"]:
        return Outcome("slow", f"more than {request['seconds']} s", "slow", round(seconds, 2))
    if killed or not report:
        name = signal.Signals(killed).name if killed else f"exit code {os.WEXITSTATUS(status)}"
        return Outcome("crash", f"{name}: {told}", name, round(seconds, 2))
    return Outcome(**json.loads(report), seconds=round(seconds, 2))


def _serve() -> None:
    # what the imports say belongs to nobody
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path.insert(0, str(HERE))
    targets = import_module(sys.argv[1]).load()
    for line in sys.stdin:
        out.write(json.dumps(_serve_one(targets, json.loads(line)).__dict__) + "\n")
        out.flush()


if __name__ == "__main__":
    _serve()
