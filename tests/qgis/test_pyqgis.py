"""The plugin in PyQGIS of Debian's Python: the script of docs/qgis.md as it stands there, and the settings."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import version
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


CHECK = """
import sys
sys.path.insert(0, sys.argv[1])
from qgis.core import QgsApplication
application = QgsApplication([], True)
application.initQgis()
from geotransfer_qgis.settings_dialog import SettingsDialog
dialog = SettingsDialog()
dialog.check()
print(dialog.said.text())
dialog.path.setFilePath("/nowhere/python")
dialog.check()
print(dialog.said.text())
sys.stdout.flush()
"""


def test_the_check_button_says_which_geotransfer_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QGIS_CUSTOM_CONFIG_PATH", str(tmp_path / "config"))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir(mode=0o700)
    done = subprocess.run(
        ["/usr/bin/python3", "-c", CHECK + AFTER, str(install_plugin().parent)], env={**os.environ},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    found, missing = done.stdout.strip().splitlines()[-2:]
    assert found == f"geotransfer {version('geotransfer')}, Python {platform.python_version()}", done.stderr
    assert missing.startswith("geotransfer's Python was not found (/nowhere/python)")


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
