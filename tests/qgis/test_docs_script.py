"""The PyQGIS script of docs/qgis.md, as it stands there, in Debian's Python with the plugin in a profile of its own."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from geotransfer.qgis.installing import install_plugin
from geotransfer.qgis.styles import RAMP

pytestmark = pytest.mark.qgis

BEFORE = """
import sys
sys.path[:0] = ["/usr/share/qgis/python/plugins", sys.argv[1]]
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
from processing.core.Processing import Processing
Processing.initialize()
from geotransfer_qgis import classFactory
plugin = classFactory(None)
plugin.initProcessing()
"""
AFTER = """
import os
os._exit(0)  # without the window of QGIS, its objects and Python's end in no good order
"""


def test_the_script_ranks_styles_and_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QGIS_CUSTOM_CONFIG_PATH", str(tmp_path / "config"))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir(mode=0o700)
    plugins = install_plugin().parent
    text = (ROOT / "docs" / "qgis.md").read_text(encoding="utf-8")
    scripts = re.findall(r"^```pyqgis\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(scripts) == 1
    done = subprocess.run(
        ["/usr/bin/python3", "-c", BEFORE + scripts[0] + AFTER, str(plugins)], cwd=tmp_path, env={**os.environ},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ranking = gpd.read_file(tmp_path / "qgis-out" / "ranking.gpkg", layer="ranking")
    assert set(ranking["province"]) == {"宁夏回族自治区", "甘肃省"}
    page = np.asarray(Image.open(tmp_path / "ranking.png").convert("RGB"))
    # the map alone: without the title above it and the legend beside it, which are there on an empty map too
    height, width = page.shape[:2]
    picture = page[height * 13 // 100 :, : width * 76 // 100].reshape(-1, 3)
    counts = {
        colour: int((picture == [int(colour[i : i + 2], 16) for i in (1, 3, 5)]).all(axis=1).sum())
        for colour in (*RAMP, "#cdd1d5")
    }
    assert min(counts.values()) > 5_000, counts
    assert 200 < (picture.max(axis=1) < 40).sum() < 5_000, "the labels"
