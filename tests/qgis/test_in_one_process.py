"""geotransfer inside QGIS's own Python: both import orders, layers there and back, a scenario (Debian's python3)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import find_qgis_target

import geotransfer as gt

pytestmark = pytest.mark.qgis_target

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[2])

def start():
    from qgis.core import QgsApplication
    application = QgsApplication([], False)
    application.initQgis()
    return application

def start_ours():
    import geotransfer as gt
    gt.boundaries("province")
    return gt

def work(gt):
    import numpy
    from osgeo import gdal
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsPointXY, QgsProject
    counties = gt.boundaries("county")
    layer = gt.to_qgis_layer(counties, "县")
    back = gt.from_qgis_layer(layer)
    assert layer.featureCount() == len(back) == len(counties) == 2891
    assert back.crs == counties.crs and back["name"].tolist() == counties["name"].tolist()
    assert (back.geometry.bounds.to_numpy() == counties.geometry.bounds.to_numpy()).all()
    web = QgsCoordinateReferenceSystem("EPSG:3857")
    transform = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), web, QgsProject.instance())
    assert abs(transform.transform(QgsPointXY(180, 0)).x() - 20037508.342789244) < 1e-6
    grid = gt.Grid.from_bounds((0, 0, 50_000, 40_000), resolution=5_000, crs="EPSG:3857")
    gt.write_raster(gt.Raster(numpy.arange(80.0).reshape(8, 10), grid), "r.tif")
    assert gdal.Open("r.tif").ReadAsArray().sum() == gt.read_raster("r.tif").values.sum() == 3160
    changes = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}
    ranking = gt.run(gt.scenario("aluminium").with_overrides(changes)).ranking
    assert gt.to_qgis_layer(ranking, "排名").featureCount() == len(ranking)
    print(*ranking["score"].map(repr))

if sys.argv[1] == "qgis first":
    application = start()
    work(start_ours())
else:
    ours = start_ours()
    application = start()
    work(ours)
application.exitQgis()
"""


@pytest.fixture(scope="module")
def scores() -> np.ndarray:
    """Of the same run in the environment of the tests; it also fills the cache that both share."""
    changes = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}
    return gt.run(gt.scenario("aluminium").with_overrides(changes)).ranking["score"].to_numpy()


@pytest.mark.parametrize("order", ["qgis first", "geotransfer first"])
def test_both_import_orders(order: str, scores: np.ndarray, tmp_path: Path) -> None:
    target = find_qgis_target()
    assert target is not None
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(runtime)}
    done = subprocess.run(
        ["/usr/bin/python3", "-c", SCRIPT, order, str(target)], cwd=tmp_path, env=environment,
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(np.array(done.stdout.split(), dtype=float), scores, rtol=0, atol=1e-12)


def test_the_numpy_of_qgis_loaded_first_is_one_clear_paragraph(tmp_path: Path) -> None:
    """Debian 12 has numpy 1.24, which QGIS loads for its own tools when geotransfer is not before it on the path."""
    script = (
        "import sys, numpy; sys.path.insert(0, sys.argv[1]); import geotransfer as gt\n"
        "try:\n    gt.boundaries\nexcept ImportError as error:\n    print(type(error).__name__, error)"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-c", script, str(find_qgis_target())], cwd=tmp_path,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("MissingExtra numpy 1.")
    assert "1.26 or newer is needed" in done.stdout
    assert "install --target PROFILE/python 'numpy<2'" in done.stdout
