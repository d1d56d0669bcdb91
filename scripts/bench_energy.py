"""Zonal means and resource of a raster larger than its memory: 250 m over all China, beside plainly reading it.

    python scripts/bench_energy.py [--scale 1]

Makes a tiled, compressed GeoTIFF of 18,000 x 22,000 cells (1.6 GB as float32) in a temporary folder, then measures,
each in a process of its own: reading every block once (the peer); zonal means of all counties; `zonal_resource_area`
of all counties. --scale 10 takes cells ten times as wide. The limit of memory is 2 GB a process; times are ratios.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from geotransfer.crs import CHINA_ALBERS

WEST, NORTH, WIDTH_M, HEIGHT_M, CELL_M = -2_750_000, 6_100_000, 5_500_000, 4_500_000, 250
TILE = 512
LIMIT_MB = 2000

READ = """
import json, sys, time
import rasterio
from geotransfer.inputs.execution import peak_memory_mb
start = time.perf_counter()
with rasterio.open(sys.argv[1]) as source:
    total = sum(float(source.read(1, window=window).sum(dtype="float64")) for _, window in source.block_windows(1))
print(json.dumps({"s": time.perf_counter() - start, "peak_mb": peak_memory_mb(), "sum": total}))
"""
ZONAL = """
import json, sys, time
import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS
from geotransfer.spatial.windowed import zonal_resource_area
from geotransfer.inputs.execution import peak_memory_mb
zones = gt.boundaries("county").to_crs(CHINA_ALBERS)
start = time.perf_counter()
if sys.argv[2] == "means":
    table = gt.zonal_statistics(sys.argv[1], zones)["mean"]
else:
    table = zonal_resource_area(sys.argv[1], zones, density_mw_km2=3.0)["resource_twh"]
print(json.dumps({"s": time.perf_counter() - start, "peak_mb": peak_memory_mb(), "sum": float(table.sum())}))
"""


def make_raster(path: Path, cell_m: float) -> tuple[int, int]:
    """Write smooth capacity factors, with noise in the last digits so that they do not shrink to nothing."""
    height, width = round(HEIGHT_M / cell_m), round(WIDTH_M / cell_m)
    rng = np.random.default_rng(20260101)
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "height": height, "width": width, "nodata": -9999.0,
        "crs": CHINA_ALBERS.to_wkt(), "transform": rasterio.Affine(cell_m, 0, WEST, 0, -cell_m, NORTH),
        "tiled": True, "blockxsize": TILE, "blockysize": TILE, "compress": "deflate", "predictor": 3, "zlevel": 1,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        for top in range(0, height, TILE):
            rows = min(TILE, height - top)
            y = np.linspace(0, 20, height)[top : top + rows, np.newaxis]
            x = np.linspace(0, 25, width)[np.newaxis]
            values = 0.25 + 0.1 * np.sin(y) * np.cos(x) + rng.integers(0, 256, (rows, width)) / 8192
            target.write(values.astype(np.float32), 1, window=Window(0, top, width, rows))
    return height, width


def measured(code: str, *arguments: str | Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="cells so many times 250 m")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cf.tif"
        start = time.perf_counter()
        height, width = make_raster(path, CELL_M * options.scale)
        size = path.stat().st_size / 1e6
        print(f"{height:,} x {width:,} cells, {size:.0f} MB, made in {time.perf_counter() - start:.0f} s")
        read = measured(READ, path)
        runs = {"reading it once": read}
        runs["zonal means, counties"] = measured(ZONAL, path, "means")
        runs["zonal_resource_area, counties"] = measured(ZONAL, path, "resource")
    for name, run in runs.items():
        print(f"{name:32s} {run['s']:7.1f} s   {run['s'] / read['s']:5.1f} x reading   peak {run['peak_mb']:5.0f} MB")
    worst = max(run["peak_mb"] for run in runs.values())
    print(f"peak {worst:.0f} MB, limit {LIMIT_MB} MB: {'kept' if worst < LIMIT_MB else 'BROKEN'}")
    return 0 if worst < LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
