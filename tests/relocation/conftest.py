from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def two_provinces(cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of aluminium in Ningxia and Qinghai at 25 km. Read it only."""
    import geotransfer as gt

    folder = tmp_path_factory.mktemp("runs") / "out"
    study = gt.scenario("aluminium").with_overrides(
        {"within": ["宁夏", "青海"], "grid.resolution": 25_000, "robustness.draws": 0}
    )
    gt.write_result(gt.run(study), folder)
    return folder
