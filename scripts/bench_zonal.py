"""Zonal means of China's counties at 0.01 degrees: time and memory beside exactextract called the best way.

    python scripts/bench_zonal.py [--rasters 1 12] [--repeats 1] [--degrees 0.01]

Every measurement is a process of its own; user CPU time and peak memory of the call, inputs included. The peer gets all
rasters in one list, in memory (`NumPyRasterSource`): its fastest way (a loop over 12 rasters takes five times as long).
*ours* is `zonal_statistics`; *cached* is one more raster on a grid whose `Coverage` is there already, from memory and
with reading it from the cache.
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
from geotransfer.spatial.zonal import coverage
raster = gt.read_raster(f"{folder}/0.tif")
work = gt.SharedWork()
start = cpu()
parts = [list(raster.grid.transform)[:6], list(raster.grid.shape)]
first = work.once("coverage", parts, lambda: coverage(zones, raster.grid))
made = cpu() - start
del first
start = cpu()
covered = gt.SharedWork().once("coverage", parts, lambda: None)
loaded = cpu() - start
covered.cell_means(raster.values)  # compiled once
start = cpu()
mean = covered.cell_means(raster.values)
seconds = cpu() - start
worst = float(np.nanmax(np.abs(mean - np.load(f"{folder}/peer.npy")[:, 0])))
tell(seconds=seconds, loaded=loaded, made=made, pairs=len(covered.cell), worst=worst)
"""
)


def measure(code: str, n: int, folder: str, degrees: float) -> dict[str, float]:
    """Run code in a process of its own and return what it prints."""
    environment = {**os.environ, "GEOTRANSFER_CACHE_DIR": str(Path(folder) / "cache")}
    command = [sys.executable, "-c", code, str(n), folder, str(degrees)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


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
        cached = measure(CACHED, 1, folder, asked.degrees)
        print(
            f"coverage: made in {cached['made']:.2f} s ({cached['pairs']:.3g} pairs), read from the cache in "
            f"{cached['loaded']:.2f} s, then {cached['seconds']:.2f} s a raster "
            f"(largest difference {cached['worst']:.1e})"
        )
        for n, seconds in lists.items():
            a_raster = seconds / n
            print(
                f"  beside exactextract's list of {n} ({a_raster:.2f} s a raster, reading not counted): "
                f"{cached['seconds'] / a_raster:.2f}; with reading the coverage "
                f"{(cached['seconds'] + cached['loaded']) / a_raster:.2f}"
            )


if __name__ == "__main__":
    main()
