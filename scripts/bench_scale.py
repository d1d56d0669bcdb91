"""How time and memory grow with zones, cells and scenarios: figures and growth exponents.

    python scripts/bench_scale.py [--only zones cells scenarios] [--within 甘肃] [--national]

Every measurement is a process of its own (user CPU time, peak memory). Zones: 34 provinces, 375 prefectures, 2,891
counties, 30,000 synthetic squares, all at 10 km. Cells: 5 km, 1 km, 250 m of the counties of `--within`, or of all of
China with `--national` (293 million cells: 8 minutes of CPU). Every run has LIMIT_MB of memory: what needs more by its
own estimate is computed in blocks of zones, and a peak beyond it ends the benchmark. Scenarios: 1, 10, 100 weights at
25 km by one worker. The exponent is the slope of log(time) over log(size) between the ends: 1 is proportional. Memory
beyond the libraries.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

LIMIT_MB = 3000
"""What every run may take."""
HEAD = """
import json, sys, time, resource, tempfile
import geotransfer as gt
gt.run(gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25000, "robustness.draws": 0}))
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
asked = json.loads(sys.argv[1])
study = gt.scenario("aluminium").with_overrides({"robustness.draws": 0})
"""
TAIL = """
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(json.dumps({"seconds": time.process_time() - start, "size": size, "peak": peak, "base": base}))
"""
RUN = """
start = time.process_time()
result = gt.run(study.with_overrides(asked), memory_mb=LIMIT_MB)
size = len(result.ranking) if "zones" in asked else result.suitability.grid.size
"""
SQUARES = """
import geopandas as gpd, numpy as np, shapely
from geotransfer.crs import CHINA_ALBERS
land = gt.boundaries("province").to_crs(CHINA_ALBERS)
left, bottom, right, top = land.total_bounds
x, y = np.meshgrid(np.arange(left, right, 17_500.0), np.arange(bottom, top, 17_500.0))
boxes = gpd.GeoDataFrame(geometry=shapely.box(x, y, x + 17_500, y + 17_500).ravel(), crs=CHINA_ALBERS)
shape = shapely.union_all(land.geometry.simplify(5000).buffer(0).to_numpy())
inside = shapely.contains_xy(shape, (x + 8750).ravel(), (y + 8750).ravel())
path = tempfile.mkdtemp() + "/squares.gpkg"
boxes[inside].iloc[:30_000].to_file(path)
asked["zones"] = path
"""
BATCH = """
start = time.process_time()
study = study.with_overrides({"grid.resolution": 25000})
sweep = [study.with_overrides({"criteria.people.weight": 0.1 + 0.003 * i}) for i in range(asked["n"])]
size = gt.run_batch(sweep, out=tempfile.mkdtemp()).finished
"""


def measure(code: str, asked: dict[str, object], cache: str) -> dict[str, float]:
    """Run code in a process of its own and return what it prints."""
    command = [sys.executable, "-c", f"LIMIT_MB = {LIMIT_MB}\n{HEAD}{code}{TAIL}", json.dumps(asked)]
    environment = {**os.environ, "GEOTRANSFER_CACHE_DIR": cache}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    if found["peak"] > LIMIT_MB:
        raise SystemExit(f"{asked} took {found['peak']:.0f} MB, more than the limit of {LIMIT_MB} MB")
    return found


def tell(name: str, rows: list[dict[str, float]]) -> None:
    print(name)
    for row in rows:
        print(f"  {row['size']:>13,.0f}  {row['seconds']:8.2f} s  peak {row['peak']:6.0f} MB")
    first, last = rows[0], rows[-1]
    width = math.log(last["size"] / first["size"])
    time = math.log(last["seconds"] / first["seconds"]) / width
    memory = math.log(max(1.0, last["peak"] - last["base"]) / max(1.0, first["peak"] - first["base"])) / width
    print(f"  growth: time ~ size^{time:.2f}, memory ~ size^{memory:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=["zones", "cells", "scenarios"])
    parser.add_argument("--within", default="甘肃")
    parser.add_argument("--national", action="store_true", help="cells: the 21 provinces that aluminium looks at")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        measure(RUN, {"zones": "province", "grid.resolution": 50_000}, cache)
        if "zones" in asked.only:
            cases: list[dict[str, object]] = [
                {"zones": level, "within": [], "grid.resolution": 10_000}
                for level in ("province", "prefecture", "county")
            ]
            rows = [measure(RUN, case, cache) for case in cases]
            rows.append(measure(SQUARES + RUN, {"zones": "", "within": [], "grid.resolution": 10_000}, cache))
            tell("zones (10 km cells)", rows)
        if "cells" in asked.only:
            sizes = (5000, 1000, 250)
            where = "Central, West, Northeast" if asked.national else asked.within
            only: dict[str, object] = {} if asked.national else {"within": [asked.within]}
            rows = [measure(RUN, {**only, "grid.resolution": size}, cache) for size in sizes]
            tell(f"cells ({where}, counties; what needs more than {LIMIT_MB} MB in blocks of zones)", rows)
        if "scenarios" in asked.only:
            tell("scenarios (weights, 25 km)", [measure(BATCH, {"n": n}, cache) for n in (1, 10, 100)])


if __name__ == "__main__":
    main()
