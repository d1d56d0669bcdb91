from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def rich(cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of Ningxia at 25 km whose record has every section. Read it only; `finished` is a copy."""
    import geotransfer as gt

    folder = tmp_path_factory.mktemp("rich") / "out"
    study = gt.scenario("aluminium").with_overrides({
        "within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 100,
        "freight.routes": [["灵武市", "钦州市"]],
    })  # fmt: skip
    gt.write_result(gt.run(study), folder)
    return folder


@pytest.fixture
def finished(rich: Path, tmp_path: Path) -> Path:
    pages = shutil.ignore_patterns("*.html", "*.gpkg", "*.csv")
    return shutil.copytree(rich, tmp_path / "sent" / "out", ignore=pages)
