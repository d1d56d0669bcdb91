"""Styles without QGIS: classes, legends, the command for a finished run."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import geotransfer as gt
from geotransfer.cli.qgis_commands import app
from geotransfer.errors import GeotransferError
from geotransfer.qgis.styles import RAMP, raster_qml, zones_qml


def labels(values: np.ndarray) -> list[str]:
    text = zones_qml(values, field="v", aliases={}, statuses=False, shape="line")
    return re.findall(r'<rule key="[^"]*" symbol="[^"]*" label="([^"]*)"', text)[:-1]


def test_many_zeros_are_a_class_of_their_own() -> None:
    """Of 100 zones 93 never come first: the seven others are still told apart."""
    values = np.r_[np.zeros(93), np.arange(1, 8) / 10]
    found = labels(values)
    assert found[-1] == "0"
    assert len(found) == 1 + len(RAMP)


def test_ties_fall_back_to_equal_intervals() -> None:
    assert labels(np.r_[np.full(95, 1.0), 2, 4, 5, 6, 8.0])[0] == "7 - 8"


def test_equal_flows_are_one_class_without_a_power_of_ten() -> None:
    assert labels(np.array([500_000.0, 500_000.0000001, 499_999.9999999])) == ["500,000"]


def test_a_finished_run_gets_its_styles(tmp_path: Path) -> None:
    changes = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}
    result = gt.run(gt.scenario("aluminium").with_overrides(changes))
    gt.write_result(result, tmp_path / "out")
    done = CliRunner().invoke(app, ["style", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out/suitability.qml").read_text(encoding="utf-8") == raster_qml(
        gt.read_result(tmp_path / "out").suitability.values
    )
    assert not re.search(
        '<alias [^>]*name="[^"]*[,，;；:：]', (tmp_path / "out/ranking.qml").read_text(encoding="utf-8")
    )
    ET.fromstring((tmp_path / "out/ranking.qml").read_text(encoding="utf-8").split("\n", 1)[1])


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GeotransferError):
        CliRunner().invoke(app, ["style", str(tmp_path)], catch_exceptions=False)
