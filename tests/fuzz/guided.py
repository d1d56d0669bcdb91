"""Coverage-guided fuzzing of the readers with atheris: begun, begun again after a crash, and its findings tried alone.

An input is a finding by the one definition of the fork server: alone in a child with 10 s and 1 GB it gives anything
but a sound result or one of geotransfer's errors. atheris only looks for it.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from fork_server import ONE_THREAD, OUTCOMES, Outcome, Server
from fuzz_mutation import WORDS

HERE = Path(__file__).resolve().parent
TARGETS = ("toml", "csv", "names")
KEPT = HERE / "kept"
"""Inputs that once ended badly, shrunken, and others worth beginning with, by target."""
LONGEST = 12_000
HANGS = 60
"""Seconds by the clock after which libFuzzer gives an input up: machines are shared."""
COVERAGE = re.compile(r"^#\d+\s+(\w+)\s+cov: (\d+)", re.MULTILINE)
INSTRUMENTED = re.compile(r"^INFO: Instrumenting (\S+)$", re.MULTILINE)
SHRINKING = 150
"""Tries to make a finding shorter."""


@dataclass
class Guided:
    """What a run on one target did."""

    target: str
    counts: Counter[str] = field(default_factory=Counter)
    most_seconds: float = 0.0
    most_megabytes: float = 0.0
    edges: list[int] = field(default_factory=list)
    """Edges of geotransfer reached by the inputs to begin with, then whenever there were more, the last at the end."""
    modules: set[str] = field(default_factory=set)
    """What was instrumented."""
    findings: dict[str, tuple[bytes, Outcome]] = field(default_factory=dict)
    """Place -> the shrunken input, and how it ends alone."""
    unrepeated: list[bytes] = field(default_factory=list)
    """Ended badly in the run, well alone."""
    said: str = ""
    """The end of what the process said, when it died of itself."""

    @property
    def grown(self) -> tuple[int, int]:
        """Edges at the beginning and at the end."""
        return (self.edges[0], self.edges[-1]) if self.edges else (0, 0)


def available() -> bool:
    """Whether atheris is installed: there are wheels for Linux on x86-64 only."""
    return find_spec("atheris") is not None


def beginnings(target: str, seeds: Iterable[bytes]) -> list[bytes]:
    """Return the inputs a run begins with: the seeds of the other engine and those kept in the repository."""
    kept = [path.read_bytes() for path in sorted((KEPT / target).glob("*"))]
    return [one for one in [*seeds, *kept] if len(one) <= LONGEST]


def guided(
    server: Server, target: str, *, begin: Iterable[bytes], seed: int, seconds: float = 0, runs: int = 0
) -> Guided:
    """Fuzz a target for some seconds or runs; try what ended badly alone, and shrink it."""
    found = Guided(target)
    with tempfile.TemporaryDirectory(prefix="geotransfer-guided-") as folder:
        home = Path(folder)
        for name in ("corpus", "work", "bad", "artifacts"):
            (home / name).mkdir()
        for number, data in enumerate(begin):
            (home / "corpus" / f"begin{number:03}").write_bytes(data)
        _dictionary(home / "words", (home / "corpus").iterdir())
        end = time.monotonic() + seconds if seconds else float("inf")
        again = True
        while again and (left := end - time.monotonic()) > 1:
            again = not _went_through(found, home, seed, left if seconds else 0, runs)
            seed += 1
        _read_tally(found, home / "tally")
        for path in sorted([*(home / "bad").iterdir(), *(home / "artifacts").iterdir()]):
            _alone(found, server, path.read_bytes())
    return found


def _went_through(found: Guided, home: Path, seed: int, seconds: float, runs: int) -> bool:
    """Run the process once; return whether it ended as it should."""
    limit = [f"-max_total_time={max(1, int(seconds))}"] if seconds else [f"-runs={runs}"]
    options = [
        f"-seed={seed}", *limit, f"-max_len={LONGEST}", f"-timeout={HANGS}", "-rss_limit_mb=0", "-reload=0",
        f"-dict={home / 'words'}", f"-artifact_prefix={home / 'artifacts'}/",
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(HERE / "guided_child.py"), found.target, str(home), *options],
        env={**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"}, cwd=home, encoding="utf-8", errors="replace",
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    found.modules |= set(INSTRUMENTED.findall(done.stderr))
    edges = [int(cov) for what, cov in COVERAGE.findall(done.stderr) if what != "READ"]
    found.edges += [cov for cov in edges if not found.edges or cov >= found.edges[-1]]
    if done.returncode == 0:
        return True
    found.said = done.stderr[-2000:]
    # no artifact: it never began, or was killed from outside; do not try for ever
    return not any((home / "artifacts").iterdir())


def _dictionary(path: Path, seeds: Iterable[Path]) -> None:
    """Write the words that libFuzzer puts into inputs: the keys and values of the seeds, and odd ones."""
    words = {word for seed in seeds for word in re.findall(rb"[\w.\-]{3,40}", seed.read_bytes())}
    words |= {word for word in WORDS if 0 < len(word) < 100}
    shown = ["".join(f"\\x{byte:02x}" for byte in word) for word in sorted(words)]
    path.write_text("".join(f'"{word}"\n' for word in shown), encoding="ascii")


def _read_tally(found: Guided, path: Path) -> None:
    import numpy as np

    counted = np.dtype([("counts", "int64", len(OUTCOMES)), ("seconds", "float64"), ("megabytes", "float64")])
    if not path.exists():
        return
    row = np.fromfile(path, dtype=counted)[0]
    found.counts = Counter(dict(zip(OUTCOMES, map(int, row["counts"]), strict=True)))
    found.most_seconds, found.most_megabytes = round(float(row["seconds"]), 2), round(float(row["megabytes"]), 1)


def alone(server: Server, target: str, data: bytes) -> Outcome:
    """Let a child of the fork server read an input."""
    return server.ask("bytes", entry=target, data=base64.b64encode(data).decode())


def _alone(found: Guided, server: Server, data: bytes) -> None:
    outcome = alone(server, found.target, data)
    if outcome.good:
        found.unrepeated.append(data)
    elif outcome.place not in found.findings:
        short = shrunken(server, found.target, data, outcome.place)
        found.findings[outcome.place] = (short, alone(server, found.target, short))


def shrunken(server: Server, target: str, data: bytes, place: str) -> bytes:
    """Return a shorter input that ends in the same place: halves, quarters ... are left out as long as that helps."""
    tries, size = 0, max(1, len(data) // 2)
    while size:
        at = 0
        while at < len(data) and tries < SHRINKING:
            shorter, tries = data[:at] + data[at + size :], tries + 1
            if alone(server, target, shorter).place == place:
                data = shorter
            else:
                at += size
        size //= 2
    return data
