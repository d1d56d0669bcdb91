"""A layer that was fetched serves a scenario like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fetch_server import geotiff

from geotransfer import Grid, run, scenario
from geotransfer.catalog.fetched import fetch_layers
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.inputs.layers import Inputs

STUDY = Grid.from_bounds((-300_000, 3_600_000, 300_000, 4_100_000), resolution=20_000, crs=CHINA_ALBERS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def test_in_the_unit_of_the_catalogue_and_recorded(folder: Path) -> None:
    (folder / "GHI.tif").write_bytes(geotiff(np.full((40, 70), 4.0)))
    (file,) = fetch_layers(["gsa-ghi"], from_file=folder / "GHI.tif")
    inputs = Inputs(STUDY)
    np.testing.assert_allclose(inputs.raster("gsa-ghi", None).values, 4.0 * 365.25)
    record = inputs.records["gsa-ghi"]
    assert (record["sha256"], record["unit"]) == (file.sha256, "kWh/m2/a")
    assert record["licence"]["en"].startswith("CC BY 4.0")


def test_before_it_was_fetched(folder: Path) -> None:
    with pytest.raises(InputError, match="run: geotransfer layers fetch gwa-cf-iec2"):
        Inputs(STUDY).raster("gwa-cf-iec2", None)


def test_a_run_with_a_fetched_layer(folder: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "cf.tif").write_bytes(geotiff(0.3))
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(cache_dir))
    fetch_layers(["gwa-cf-iec2"], from_file=folder / "cf.tif", accept_change=True)
    wind = {
        "title": {"zh": "风", "en": "wind"}, "group": "own", "unit": "1", "weight": 0.2, "worst": 0.1, "best": 0.4,
        "source": {"kind": "raster", "layer": "gwa-cf-iec2"}, "why": {"zh": "试", "en": "a test"},
    }  # fmt: skip
    study = scenario("aluminium").with_overrides(
        {"within": ["宁夏"], "grid.resolution": 25_000, "criteria.wind": wind, "robustness.draws": 100}
    )
    result = run(study)
    values = result.ranking["wind"].dropna()
    # 0.3 times 0.9 in the north-west corner of the file to 1.1 in the south-east
    assert len(values) == 22
    assert values.between(0.27, 0.33).all()
    assert "gwa-cf-iec2" in {entry["id"] for entry in result.provenance["result"]["inputs"]}
