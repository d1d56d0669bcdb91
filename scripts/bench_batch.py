"""A batch of weights on one and on two workers, beside as many separate `geotransfer run` calls.

    python scripts/bench_batch.py [--scenarios 200] [--separate 10] [--resolution 25000]

The separate calls are a sample: their mean stands for all. Each batch begins with an empty folder of shared work; the
modelled layers are there already for all. Wall time, and user CPU time of all processes, which load disturbs less.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SWEEP = """
base = "aluminium"
[set]
"grid.resolution" = {resolution}
[grid]
"criteria.people.weight" = [{people}]
"criteria.freight.weight" = [{freight}]
"""


def timed(*arguments: str, cache: Path) -> tuple[float, float, str]:
    """Run the command line; return wall seconds, user CPU seconds and what it prints."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.perf_counter()
    environment = {**os.environ, "GEOTRANSFER_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "geotransfer", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    wall = time.perf_counter() - start
    return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, done.stdout


def write_sweep(path: Path, *, n: int, resolution: float) -> None:
    rows = -(-n // 10)
    people = ", ".join(f"{0.05 + 0.01 * i:.2f}" for i in range(rows))
    freight = ", ".join(f"{0.05 + 0.02 * i:.2f}" for i in range(10))
    path.write_text(SWEEP.format(resolution=resolution, people=people, freight=freight), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", type=int, default=200, help="a multiple of 10")
    parser.add_argument("--separate", type=int, default=10)
    parser.add_argument("--resolution", type=float, default=25_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name), Path(name) / "cache"
        write_sweep(folder / "sweep.toml", n=asked.scenarios, resolution=asked.resolution)
        setting = f"grid.resolution={asked.resolution}"
        timed("run", "aluminium", "-o", str(folder / "first"), "--set", setting, cache=cache)
        calls = []
        for i in range(asked.separate):
            weight = f"criteria.people.weight={0.05 + 0.01 * i:.2f}"
            out = str(folder / f"run{i}")
            calls.append(timed("run", "aluminium", "-o", out, "--set", setting, "--set", weight, cache=cache)[:2])
        wall, cpu = (sum(values) / len(values) for values in zip(*calls, strict=True))
        print(f"separate: {wall:.2f} s a call, {cpu:.2f} s CPU (mean of {len(calls)})")
        found = {}
        for workers in (1, 2):
            for path in (cache / "work").glob("*"):
                path.unlink()
            out = folder / f"batch{workers}"
            arguments = ("batch", str(folder / "sweep.toml"), "-o", str(out), "--workers", str(workers), "-v")
            found[workers] = timed(*arguments, cache=cache)
            a_scenario = found[workers][0] / asked.scenarios
            beside = re.search(r"beside computing (-?[\d.]+) s", found[workers][2])
            print(
                f"{workers} worker(s): {found[workers][0]:.1f} s, {a_scenario:.3f} s a scenario, "
                f"{found[workers][1] / asked.scenarios:.3f} s CPU a scenario; beside computing (start of processes, "
                f"handing out, tables) {beside[1] if beside else '?'} s of a worker a scenario"
            )
    print(f"throughput of 2 workers / of 1: {found[1][0] / found[2][0]:.2f}")
    ideal = 2 * found[1][1] / found[2][1]
    print(f"  by CPU time, as if both cores were free: {ideal:.2f}")
    print(f"2 workers / {asked.scenarios} separate calls: {found[2][0] / (wall * asked.scenarios):.3f} of the time")
    print(f"1 worker / separate calls, CPU time: {found[1][1] / (cpu * asked.scenarios):.3f}")


if __name__ == "__main__":
    main()
