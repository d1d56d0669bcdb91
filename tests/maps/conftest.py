"""Small made-up results and pages for the maps room."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geotransfer.maps import NationalOutline, Overlay, draw_map, write_offline
from geotransfer.types import Text

NASTY = {3: "<script>alert(1)</script>", 4: '"></div>', 7: "{{ 7 * 7 }} {% raw %} & '"}


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    path = Path(__file__).parents[1] / "synthetic_result.py"
    spec = importlib.util.spec_from_file_location("synthetic_result", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def result(synthetic: ModuleType) -> Any:
    """24 zones: 20 ranked, 2 excluded, 2 unknown; three with names that are markup."""
    return synthetic.small_result(names=NASTY)


@pytest.fixture(scope="session")
def outline() -> NationalOutline:
    land = gpd.GeoDataFrame({"name": ["land"]}, geometry=[shapely.box(90, 20, 120, 45)], crs="EPSG:4326")
    lines = gpd.GeoDataFrame({"name": ["九段线"]}, geometry=[shapely.LineString([(110, 5), (112, 8)])], crs="EPSG:4326")
    return NationalOutline(land=land, lines=lines)


@pytest.fixture(scope="session")
def hubs() -> Overlay:
    features = gpd.GeoDataFrame(
        {"name": ["<b>枢纽</b>"], "name_en": ["Hub"], "quality": ["official"], "source": ["a list"]},
        geometry=[shapely.Point(101, 29)],
        crs="EPSG:4326",
    )
    return Overlay("hubs", Text("枢纽", "Hubs"), features, "#c2410c", "ring", shown=True)


@pytest.fixture
def write_page(tmp_path: Path, outline: NationalOutline, hubs: Overlay) -> Callable[[Any], Path]:
    """Write the map of a result and return its file."""
    return lambda result: write_offline(draw_map(result, overlays=[hubs], outline=outline), tmp_path / "map.html")
