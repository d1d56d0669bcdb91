"""Zonal means of China's counties at 0.01 degrees: time and memory beside exactextract called the best way.

    python scripts/bench_zonal.py [--rasters 1 12] [--repeats 1] [--degrees 0.01]

Every measurement is a process of its own; user CPU time and peak memory of the call, inputs included. The peer gets all
rasters in one list, in memory (`NumPyRasterSource`): its fastest way (a loop over 12 rasters takes five times as long).
*ours* is `zonal_statistics`. *One more raster* is `zonal_statistics(..., shared=SharedWork())` on a grid whose cells
are kept: in memory, or read from the disk and checked, both with taking the fingerprint of the zones; or in the first
call of a new process, which also imports numba and takes the fingerprint of the code. It stands beside exactextract's
list of n divided by n: of 12, its best, and of one, what one more raster costs who has only that one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HEAD = """
import json, os, resource, sys, time
import numpy as np
import geotransfer as gt
n, folder, degrees = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
zones = gt.boundaries("county")
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
def cpu():
    return time.process_time()
def tell(**found):
    print(json.dumps(found))
"""
MAKE = (
    HEAD
    + """
grid = gt.Grid.from_bounds((73, 3, 136, 54), resolution=degrees, crs="EPSG:4326")
x, y = np.meshgrid(grid.x, grid.y)
for i in range(n):
    gt.write_raster(gt.Raster(np.sin(x / (3 + i)) + np.cos(y / 5), grid), f"{folder}/{i}.tif")
tell()
"""
)
PEER = (
    HEAD
    + """
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
base, start = peak(), cpu()
rasters = [gt.read_raster(f"{folder}/{i}.tif") for i in range(n)]
read = cpu() - start
wkt = rasters[0].grid.crs.to_wkt()
sources = [
    NumPyRasterSource(r.values, *r.grid.bounds, nodata=np.nan, name=f"r{i}", srs_wkt=wkt) for i, r in enumerate(rasters)
]
table = exact_extract(sources, zones[["geometry"]], ["mean"], output="pandas")
np.save(f"{folder}/peer.npy", table.filter(like="mean").to_numpy())
tell(seconds=cpu() - start, read=read, peak=peak(), base=base)
"""
)
OURS = (
    HEAD
    + """
base, start = peak(), cpu()
named = {f"r{i}": f"{folder}/{i}.tif" for i in range(n)}
table = gt.zonal_statistics(named, zones)
seconds = cpu() - start
worst = float(np.nanmax(np.abs(table.to_numpy() - np.load(f"{folder}/peer.npy"))))
tell(seconds=seconds, peak=peak(), base=base, worst=worst)
"""
)
CACHED = (
    HEAD
    + """
import statistics
import geotransfer.spatial.zonal
raster = gt.read_raster(f"{folder}/0.tif")
def timed(work):
    start = cpu()
    table = gt.zonal_statistics(raster, zones, shared=work)
    return cpu() - start, table["mean"].to_numpy()
work = gt.SharedWork()
first = timed(work)[0]
memory = statistics.median(timed(work)[0] for _ in range(5))
disk = statistics.median(timed(gt.SharedWork())[0] for _ in range(5))
mean = timed(gt.SharedWork())[1]
worst = float(np.nanmax(np.abs(mean - np.load(f"{folder}/peer.npy")[:, 0])))
tell(first=first, memory=memory, disk=disk, peak=peak(), worst=worst)
"""
)


def measure(code: str, n: int, folder: str, degrees: float) -> dict[str, float]:
    """Run code in a process of its own and return what it prints."""
    environment = {**os.environ, "GEOTRANSFER_CACHE_DIR": str(Path(folder) / "cache")}
    command = [sys.executable, "-c", code, str(n), folder, str(degrees)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def print_cached(folder: str, degrees: float, lists: dict[int, float]) -> None:
    """Print what one more raster costs beside the peer's lists (number of rasters -> CPU seconds)."""
    made = measure(CACHED, 1, folder, degrees)
    again = measure(CACHED, 1, folder, degrees)
    size = sum(path.stat().st_size for path in Path(folder, "cache", "work").glob("runs-*"))
    print(
        f"cells of the zones: made, kept and used in {made['first']:.2f} s, {size / 1e6:.1f} MB on disk, peak "
        f"{made['peak']:.0f} MB; largest difference {again['worst']:.1e}"
    )
    ways = {
        "kept in memory": again["memory"],
        "read from the disk": again["disk"],
        "first call of a new process": again["first"],
    }
    for way, seconds in ways.items():
        beside = ", ".join(f"list of {n} / {n}: {seconds / (total / n):.2f}" for n, total in lists.items())
        print(f"one more raster, {way}: {seconds:.3f} s; beside exactextract's {beside}")
    print(
        "  (reading the raster counted in neither; "
        + ", ".join(f"list of {n}: {total / n:.2f} s a raster" for n, total in lists.items())
        + ")"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rasters", type=int, nargs="+", default=[1, 12])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--degrees", type=float, default=0.01)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(MAKE, max(asked.rasters), folder, asked.degrees)
        lists = {}
        for n in asked.rasters:
            peers, ours = [], []
            for _ in range(asked.repeats):
                peers.append(measure(PEER, n, folder, asked.degrees))
                ours.append(measure(OURS, n, folder, asked.degrees))
            peer, own = (statistics.median(row["seconds"] for row in rows) for rows in (peers, ours))
            lists[n] = statistics.median(row["seconds"] - row["read"] for row in peers)
            print(
                f"{n:>2} raster(s): exactextract {peer:.2f} s, {peers[-1]['peak']:.0f} MB; ours {own:.2f} s, "
                f"{ours[-1]['peak']:.0f} MB; ratio of time {own / peer:.2f}, of memory "
                f"{ours[-1]['peak'] / peers[-1]['peak']:.2f} (beyond the libraries "
                f"{(ours[-1]['peak'] - ours[-1]['base']) / (peers[-1]['peak'] - peers[-1]['base']):.2f}); "
                f"largest difference {ours[-1]['worst']:.1e}"
            )
        measure(PEER, 1, folder, asked.degrees)
        print_cached(folder, asked.degrees, lists)


if __name__ == "__main__":
    main()
