"""Time and memory of the main job, stage by stage, beside the same work done the plain way.

    python scripts/bench_run.py [--repeats 3]

Each measurement is a process of its own. *cold*: an empty layer cache; *warm*: layers cached. The peer is what an
analyst writes from the same libraries without this package: counties read once, seven rasters warped by rasterio one
by one and summarised by exactextract one by one, scored and ranked; no rules, no best site, no map. Ratios compare
medians.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUN = """
import json, sys, time
start = time.perf_counter()
import geotransfer as gt
result = gt.run(gt.scenario("aluminium"))
ran = time.perf_counter()
gt.write_result(result, sys.argv[1])
execution = result.provenance["execution"]
from geotransfer.inputs.execution import peak_memory_mb
print(json.dumps({"total": time.perf_counter() - start, "run": ran - start, "write": time.perf_counter() - ran,
                  "peak_mb": peak_memory_mb(), "stages": execution["stages"]}))
"""

PEER = """
import json, time
start = time.perf_counter()
import numpy as np, rasterio.warp
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS
zones = gt.boundaries("county", within=["central", "west", "northeast"]).to_crs(CHINA_ALBERS)
grid = gt.Grid.from_bounds(tuple(zones.total_bounds), resolution=5000, crs=CHINA_ALBERS)
total = np.zeros(len(zones))
for name in ("elevation", "relief", "ghi", "pv-capacity-factor", "wind-screening", "lcoe-green", "people-50km"):
    layer = gt.layer_raster(name)
    values = np.full(grid.shape, np.nan)
    rasterio.warp.reproject(layer.values, values, src_transform=layer.grid.transform, src_crs=layer.grid.crs.to_wkt(),
                            src_nodata=np.nan, dst_transform=grid.transform, dst_crs=grid.crs.to_wkt(),
                            dst_nodata=np.nan, resampling=rasterio.warp.Resampling.bilinear)
    source = NumPyRasterSource(values, *grid.bounds, nodata=np.nan, srs_wkt=grid.crs.to_wkt())
    mean = exact_extract(source, zones[["geometry"]], ["mean"], output="pandas")["mean"].to_numpy()
    total += (mean - np.nanmin(mean)) / (np.nanmax(mean) - np.nanmin(mean))
np.argsort(-total)
from geotransfer.inputs.execution import peak_memory_mb
print(json.dumps({"total": time.perf_counter() - start, "peak_mb": peak_memory_mb()}))
"""


def measure(code: str, *arguments: str, cache: Path) -> dict[str, object]:
    """Run code in a process of its own and return what it prints."""
    environment = {**os.environ, "GEOTRANSFER_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True, check=True)
    return dict(json.loads(done.stdout))


def median(records: list[dict[str, object]], key: str) -> float:
    return statistics.median(float(str(record[key])) for record in records)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        cache, out = Path(folder) / "cache", str(Path(folder) / "out")
        cold = measure(RUN, out, cache=cache)
        warm, peer = [], []
        for _ in range(repeats):
            warm.append(measure(RUN, out, cache=cache))
            peer.append(measure(PEER, cache=cache))
            time.sleep(0.2)
    print(f"cold: {float(str(cold['total'])):.2f} s, peak {cold['peak_mb']} MB (layers built)")
    print(f"warm: {median(warm, 'total'):.2f} s = run {median(warm, 'run'):.2f} + write {median(warm, 'write'):.2f}, "
          f"peak {median(warm, 'peak_mb'):.0f} MB")  # fmt: skip
    stages: object = warm[-1]["stages"]
    for stage in stages if isinstance(stages, list) else []:
        print(f"  {stage['name']:<12} {stage['seconds']:.3f} s  peak {stage['peak_memory_mb']} MB")
    print(f"plain loop (7 rasters, no rules): {median(peer, 'total'):.2f} s, peak {median(peer, 'peak_mb'):.0f} MB")
    print(f"ratio warm run / plain loop: {median(warm, 'run') / median(peer, 'total'):.2f}")


if __name__ == "__main__":
    main()
