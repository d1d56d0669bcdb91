"""Time and peak memory of reading and checking one polygon of 10 million vertices, and a raster of 1e9 cells.

Each step runs in its own process; the ratio is to OGR's own reading (or GDAL's, strip by strip) in a process beside it.

    python scripts/bench_check.py [--vertices 10000000] [--side 31600]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READ_STRIPS = """
import rasterio
from rasterio.windows import Window
with rasterio.open(path) as source:
    for top in range(0, source.height, 256):
        source.read(1, window=Window(0, top, source.width, min(256, source.height - top)))
"""
STEPS = {
    "polygon: pyogrio reads": "import pyogrio; pyogrio.read_dataframe(path)",
    "polygon: read_features": "import geotransfer as gt; gt.read_features(path)",
    "polygon: check_layer": "import geotransfer as gt; print(gt.check_layer(path).codes)",
    "polygon: mend_geometry": "import geotransfer as gt; gt.mend_geometry(gt.read_features(path))",
    "raster: rasterio reads strips": READ_STRIPS,
    "raster: check_layer": "import geotransfer as gt; print(gt.check_layer(path).codes)",
}


def make_polygon(path: Path, vertices: int) -> None:
    import geopandas as gpd
    import numpy as np
    import shapely

    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    rough = 0.0005 * np.random.default_rng(0).random(vertices)
    radius = 3 + 0.3 * np.sin(50 * angle) + rough
    shape = shapely.polygons(np.column_stack([105 + radius * np.cos(angle), 35 + radius * np.sin(angle)]))
    gpd.GeoDataFrame({"name": ["large"]}, geometry=[shape], crs=4490).to_file(path)


def make_raster(path: Path, side: int) -> None:
    import numpy as np
    import rasterio
    from affine import Affine
    from rasterio.windows import Window

    profile = {
        "driver": "GTiff", "dtype": "int16", "count": 1, "height": side, "width": side, "crs": "EPSG:4326",
        "transform": Affine(60 / side, 0, 74, 0, -34 / side, 54), "nodata": -1, "compress": "deflate", "tiled": True,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        for top in range(0, side, 256):
            rows = min(256, side - top)
            values = np.add.outer(np.arange(top, top + rows), np.arange(side)) % 3000
            target.write(values.astype(np.int16), 1, window=Window(0, top, side, rows))


def run(code: str, path: Path) -> tuple[float, float]:
    """Return seconds and peak memory in MB of a process that runs `code`."""
    report = "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", f"path = {str(path)!r}\n{code}{report}"], capture_output=True, text=True, check=True
    )
    lines = done.stdout.split("\n")
    if len(lines) > 2:
        print("   ", lines[0])
    return time.perf_counter() - start, float(lines[-2]) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vertices", type=int, default=10_000_000)
    parser.add_argument("--side", type=int, default=31_600, help="of the raster, in cells")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        polygon, raster = Path(folder) / "large.gpkg", Path(folder) / "large.tif"
        # a child's peak begins with its parent's: what takes memory is made in processes of its own
        for make, path, size in (("make_polygon", polygon, wanted.vertices), ("make_raster", raster, wanted.side)):
            code = f"from pathlib import Path; import bench_check; bench_check.{make}(Path({str(path)!r}), {size})"
            subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent)
        print(f"{wanted.vertices:,} vertices ({polygon.stat().st_size / 1e6:.0f} MB), {wanted.side**2:,} cells")
        peer = 1.0
        for name, code in STEPS.items():
            seconds, megabytes = run(code, polygon if name.startswith("polygon") else raster)
            peer = seconds if "reads" in name else peer
            print(f"{name:<32} {seconds:7.1f} s  x{seconds / peer:5.1f}  {megabytes:7.0f} MB")


if __name__ == "__main__":
    main()
