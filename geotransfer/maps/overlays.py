"""What is drawn over and under the zones: the national outline, and lines and places to read the map by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from geotransfer.catalog.entries import layer_entry
from geotransfer.catalog.layers import layer_features
from geotransfer.errors import CrsError, InputError
from geotransfer.maps.topology import coverage_tolerance, shared_arcs, simplified
from geotransfer.types import Text
from geotransfer.words import MODES, QUALITIES, in_words

__all__ = [
    "KNOWN_OVERLAYS",
    "NationalOutline",
    "Overlay",
    "catalogue_overlays",
    "outline_json",
    "overlay_json",
    "route_overlays",
]

DECIMALS = 3
"""Positions of overlays, in degrees: about 100 m."""
BASE_QUANTUM = 0.001
LINE_TOLERANCE, AREA_TOLERANCE = 0.01, 0.03


ROUTES = Text(zh="运输路线", en="Freight routes")
ROUTES_FROM = Text(zh="默认货运网络, 按运费最低", en="default freight network, cheapest way")
TIANDITU = Text(zh="底图边界: 天地图", en="base boundaries: Tianditu")


@dataclass(frozen=True)
class Overlay:
    """Features shown over the zones, that the reader can switch on and off.

    Parameters
    ----------
    id : str
    title : Text
    features : GeoDataFrame
        With a CRS; column ``name``, optionally ``name_en``, ``quality``, ``source``, ``detail_zh`` with ``detail_en``
        (a line of the card) and ``width`` (of the line, pixels); points, lines or polygons.
    colour : str
        CSS colour.
    symbol : {"line", "dot", "ring", "square", "area"}
    shown : bool
        Whether it is on when the map opens.
    origin : Text or None
        Where all the features come from; None: each says so in its column ``source``.
    """

    id: str
    title: Text
    features: gpd.GeoDataFrame
    colour: str
    symbol: Literal["line", "dot", "ring", "square", "area"]
    shown: bool = False
    origin: Text | None = None


@dataclass(frozen=True)
class NationalOutline:
    """The land and the lines every map of the country shows; they cannot be switched off.

    Parameters
    ----------
    land : GeoDataFrame
        Provinces, with a CRS.
    lines : GeoDataFrame
        Column ``name``: 九段线, 未定国界.
    credit : Text
        Where the outline comes from.
    """

    land: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    credit: Text = TIANDITU


@dataclass(frozen=True)
class OverlayStyle:
    """How a layer of the catalogue looks as an overlay."""

    title: Text
    colour: str
    symbol: Literal["line", "dot", "ring", "square", "area"]
    shown: bool = False


KNOWN_OVERLAYS: Mapping[str, OverlayStyle] = {
    "corridors": OverlayStyle(Text(zh="通道线路", en="Corridor routes"), "#c2410c", "line", shown=True),
    "hubs": OverlayStyle(Text(zh="物流枢纽", en="Freight hubs"), "#c2410c", "ring", shown=True),
    "ports": OverlayStyle(Text(zh="港口", en="Ports"), "#0369a1", "square"),
    "data-centre-clusters": OverlayStyle(Text(zh="算力枢纽集群", en="Data-centre clusters"), "#7e22ce", "dot"),
    "clean-energy-bases": OverlayStyle(Text(zh="清洁能源基地", en="Clean-energy bases"), "#15803d", "area"),
}


def catalogue_overlays() -> list[Overlay]:
    """Return the catalogue's corridors, hubs, ports, data-centre clusters and clean-energy bases."""
    return [
        Overlay(
            layer,
            style.title,
            layer_features(layer),
            style.colour,
            style.symbol,
            style.shown,
            layer_entry(layer).source,
        )
        for layer, style in KNOWN_OVERLAYS.items()
    ]


def route_overlays(facts: Mapping[str, Any]) -> list[Overlay]:
    """Return the routes of a run as an overlay, one line a leg; none where the scenario asked for none.

    Parameters
    ----------
    facts : mapping
        ``provenance["result"]``; its ``freight`` may be missing or None.
    """
    routes = (facts.get("freight") or {}).get("routes", [])
    legs = [(route, leg) for route in routes for leg in route["legs"]]
    if not legs:
        return []
    rows = {
        "name": [_leg_name(route, leg, MODES[leg["mode"]].zh) for route, leg in legs],
        "name_en": [_leg_name(route, leg, MODES[leg["mode"]].en) for route, leg in legs],
        "quality": ["assumption"] * len(legs),
    }
    lines = [shapely.LineString(leg["path"]) for _, leg in legs]
    features = gpd.GeoDataFrame(rows, geometry=lines, crs="EPSG:4326")
    return [Overlay("routes", ROUTES, features, "#be185d", "line", shown=True, origin=ROUTES_FROM)]


def _leg_name(route: Mapping[str, Any], leg: Mapping[str, Any], mode: str) -> str:
    whole = f"{route['origin']} → {route['destination']}"
    return f"{whole}: {mode} {leg['origin']}–{leg['destination']}, {leg['length_km']:,.0f} km"


def outline_json(outline: NationalOutline) -> dict[str, Any]:
    """Return the outline as the page reads it."""
    land = np.asarray(_lonlat(outline.land, "the national outline").geometry, dtype=object)
    lines = _lonlat(outline.lines, "the national lines")
    simple = simplified(land, tolerance=coverage_tolerance(land))
    return {
        "land": shared_arcs(simple, quantum=BASE_QUANTUM).as_json(),
        "lines": [
            {"name": str(name), "paths": _paths(shape, tolerance=LINE_TOLERANCE)}
            for name, shape in zip(lines["name"], lines.geometry, strict=True)
        ],
        "credit": outline.credit.as_dict(),
    }


def overlay_json(overlay: Overlay) -> dict[str, Any]:
    """Return one overlay as the page reads it.

    Raises
    ------
    CrsError
        The features have no CRS.
    InputError
        They have no column ``name``.
    """
    features = _lonlat(overlay.features, f"overlay {overlay.id!r}")
    if "name" not in features:
        raise InputError(
            f"overlay {overlay.id!r} has the columns {', '.join(map(str, features.columns))}, "
            "expected one called 'name'; rename yours"
        )
    return {
        "id": overlay.id,
        "title": overlay.title.as_dict(),
        "colour": overlay.colour,
        "symbol": overlay.symbol,
        "shown": overlay.shown,
        "origin": overlay.origin.as_dict() if overlay.origin else None,
        "features": [
            _feature(row, own_source=overlay.origin is None)
            for row in features.to_dict("records")
            if _drawable(row["geometry"])
        ],
    }


def _lonlat(features: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    if features.crs is None:
        raise CrsError(f"{what} has no CRS; set it, for example with features.set_crs('EPSG:4326')")
    return features.to_crs("EPSG:4326")


def _drawable(shape: shapely.Geometry | None) -> bool:
    return shape is not None and not shape.is_empty


def _feature(row: Mapping[Any, Any], *, own_source: bool) -> dict[str, Any]:
    name = _text(row["name"])
    shape = row["geometry"]
    point = shape.geom_type in ("Point", "MultiPoint")
    return {
        "name": {"zh": name, "en": _text(row.get("name_en")) or name},
        "quality": in_words(_text(row.get("quality")), QUALITIES).as_dict(),
        "source": _text(row.get("source")) if own_source else "",
        **({"detail": {"zh": row["detail_zh"], "en": row["detail_en"]}} if "detail_zh" in row else {}),
        **({"width": round(float(row["width"]), 1)} if "width" in row else {}),
        "points" if point else "paths": _points(shape) if point else _paths(shape, tolerance=_tolerance(shape)),
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _points(shape: shapely.Geometry) -> list[list[float]]:
    return _rounded(shapely.get_coordinates(shape))


def _tolerance(shape: shapely.Geometry) -> float:
    return AREA_TOLERANCE if shape.geom_type in ("Polygon", "MultiPolygon") else LINE_TOLERANCE


def _paths(shape: shapely.Geometry, *, tolerance: float) -> list[list[list[float]]]:
    """Return lines and outlines of areas as lists of [lat, lon]."""
    simple = shape.simplify(tolerance)
    return [_rounded(shapely.get_coordinates(part)) for part in _lines(simple)]


def _lines(shape: shapely.Geometry) -> Iterable[shapely.Geometry]:
    for part in shapely.get_parts(shape):
        yield from shapely.get_rings(part) if part.geom_type == "Polygon" else [part]


def _rounded(coordinates: np.ndarray[Any, np.dtype[np.float64]]) -> list[list[float]]:
    rounded: list[list[float]] = np.round(coordinates[:, 1::-1], DECIMALS).tolist()
    return rounded
