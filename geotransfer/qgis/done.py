"""What a task gives back, and the layers it writes with their styles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.errors import InputError
from geotransfer.qgis.styles import zones_qml
from geotransfer.types import Text

__all__ = ["Done", "Say", "in_language", "shape_of", "styled_zones", "write_features", "write_style"]

Say = Callable[[str, float], None]
"""Called as ``say(what, share done)``."""
VECTOR_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile", ".fgb": "FlatGeobuf"}


@dataclass(frozen=True)
class Done:
    """What a task wrote: files by output name, a style for some of them, lines for the log, values."""

    files: dict[str, str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


def in_language(text: Text, job: Mapping[str, Any]) -> str:
    """Return a text in the language QGIS speaks."""
    return text.zh if job.get("language") == "zh" else text.en


def write_features(features: gpd.GeoDataFrame, path: str) -> Path:
    """Write features into a file of the kind its name says; raises `InputError` for another kind."""
    target = Path(path)
    driver = VECTOR_DRIVERS.get(target.suffix.lower())
    if driver is None:
        raise InputError(f"output {target.name!r}: expected a file that ends in {', '.join(VECTOR_DRIVERS)}")
    options = {"VERSION": "1.3"} if driver == "GPKG" else {"ENCODING": "UTF-8"} if driver == "ESRI Shapefile" else {}
    features.to_file(target, driver=driver, engine="pyogrio", **options)
    return target


def styled_zones(zones: gpd.GeoDataFrame, output: str, column: str, *, highest_first: bool = True) -> Done:
    """Write zones with a style that shades one of their columns."""
    path = write_features(zones, output)
    values = zones[column].to_numpy(dtype=np.float64)
    style = zones_qml(
        values, field=column, aliases={}, statuses=False, shape=shape_of(zones), highest_first=highest_first
    )
    return Done({"OUTPUT": str(path)}, {"OUTPUT": write_style(path, style)})


def shape_of(features: gpd.GeoDataFrame) -> str:
    """Return "point", "line" or "polygon"."""
    kinds = set(features.geom_type.dropna().str.replace("Multi", ""))
    return "point" if kinds <= {"Point"} else "line" if kinds <= {"LineString"} else "polygon"


def write_style(path: Path, style: str) -> str:
    """Write a style beside the layer it belongs to and return its path."""
    target = path.with_suffix(".qml")
    target.write_text(style, encoding="utf-8", newline="\n")
    return str(target)
