"""Small made-up results and pages for the maps room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import pytest
import shapely
import synthetic_result

from geotransfer.maps import NationalOutline, Overlay, draw_map, write_offline
from geotransfer.types import Text


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    return synthetic_result


@pytest.fixture
def result() -> Any:
    """24 zones: 20 ranked, 2 excluded, 2 unknown; three with names that are markup."""
    return synthetic_result.small_result(names=synthetic_result.NASTY)


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
