"""The planner's map: zones by score in one self-contained page, with folium underneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from importlib.resources import files
from typing import Any, cast

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element, Figure, MacroElement
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from geotransfer.catalog.boundaries import boundaries, national_lines
from geotransfer.maps.cells import cells_json
from geotransfer.maps.flows import flow_overlays
from geotransfer.maps.leaflet_assets import LEAFLET_VERSION, inert_script, inert_style, leaflet_css, leaflet_js
from geotransfer.maps.overlays import (
    NationalOutline,
    Overlay,
    catalogue_overlays,
    outline_json,
    overlay_json,
    route_overlays,
)
from geotransfer.maps.payload import MappableResult, embedded_json, quantile_breaks, result_json
from geotransfer.maps.plan import PlanPanel
from geotransfer.maps.tiles import tiles_json
from geotransfer.types import Text

__all__ = ["draw_map", "suitability_map"]

CHINA = (73.0, 3.0, 136.0, 54.0)
"""Degrees; as a view it holds the South China Sea islands and 钓鱼岛."""
REGIONAL = 0.25
"""Zones that span less than this share of China's width and height fill the first view."""
MARGIN = 0.15
SMALLEST_VIEW_DEG = 0.5
SCRIPTS = (
    *("codec.js", "scoring.js", "text.js", "atlas.js", "diverging.js", "neighbours.js", "place.js", "cards.js"),
    *("panel.js", "weights.js", "share.js", "export.js", "picture.js", "histogram.js", "compare.js", "finder.js"),
    *("ranked.js", "desk.js", "access.js", "print.js", "cells.js", "tiles.js", "classes.js", "page.js"),
)
NO_APPROVAL = Text(zh="审图号: 未填", en="审图号 (map approval number): not given")
OUR_CREDIT = Text(zh="数据来源见“数据来源与许可”", en="data: see “Data sources and licences”")


def suitability_map(
    result: MappableResult, *, flows: gpd.GeoDataFrame | None = None, plan: PlanPanel | None = None
) -> folium.Map:
    """Return a map of a result that opens with no network: scores, criteria, status, sliders for the weights.

    Over the zones lie the catalogue's corridors, hubs, ports, data-centre clusters and clean-energy bases, and the
    national outline.

    Parameters
    ----------
    result : Result
        Or anything with its `ranking` and `provenance`; cells are shown where it has `suitability`.
    flows : GeoDataFrame, optional
        Flows of a relocation, drawn over the zones; see `geotransfer.maps.flows.flow_overlays` for its columns.
    plan : PlanPanel, optional
        What the panel says of the plan that the flows are of.

    Returns
    -------
    folium.Map
        Shows itself in Jupyter; `write_offline` writes it. Its page speaks Chinese and English.

    Raises
    ------
    InputError
        The ranking is empty or lacks a column, or `flows` does; or tiles are asked for without a key.

    Examples
    --------
    >>> import geotransfer as gt
    >>> small = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> suitability_map(gt.run(small)).get_name()
    'map_geotransfer'
    """
    outline = NationalOutline(land=boundaries("province"), lines=national_lines())
    moved = [] if flows is None else flow_overlays(flows)
    below = [*route_overlays(result.provenance["result"]), *catalogue_overlays()]
    if plan is not None:
        # the plan comes first: what else can be shown is switched off when the map opens
        moved += [] if plan.places is None else [plan.places]
        below = [replace(overlay, shown=False) for overlay in below]
    overlays = [*moved, *below]
    return draw_map(result, overlays=overlays, outline=outline, plan=plan)


def draw_map(
    result: MappableResult, *, overlays: Sequence[Overlay], outline: NationalOutline, plan: PlanPanel | None = None
) -> folium.Map:
    """Return the map of a result with overlays and an outline of one's own; see `suitability_map`."""
    document = {
        **result_json(result),
        "view": _corners(_whole(result.ranking)),
        # flows cross the country: the view holds both ends
        "first_view": _corners(_first_view(result.ranking) if plan is None else _whole(result.ranking)),
        "outline": outline_json(outline),
        "overlays": [overlay_json(overlay) for overlay in overlays],
        "tiles": tiles_json(result.provenance["result"]["map"].get("tiles")),
        "cells": cells_json(getattr(result, "suitability", None), _score_breaks(result.ranking)),
    }
    if plan is not None:
        document |= {"title": plan.title.as_dict(), "plan": True}
    page = _empty_map()
    root = cast(Figure, page.get_root())
    root.title = escape(f"{document['title']['zh']} · {document['title']['en']}")
    for name, markup in _head().items():
        root.header.add_child(_Verbatim(markup), name=name)
    body = _body(document, result.provenance["result"], outline, plan)
    root.html.add_child(_Verbatim(body), name="geotransfer_page")
    page.add_child(_Start())  # type: ignore[no-untyped-call]
    return page


def _score_breaks(ranking: gpd.GeoDataFrame) -> list[float]:
    return quantile_breaks(ranking["score"].to_numpy(dtype=np.float64))


def _whole(ranking: gpd.GeoDataFrame) -> tuple[float, ...]:
    """Return the bounds of the whole map, in degrees: all of China, unless the zones lie elsewhere."""
    bounds = _bounds(ranking)
    return CHINA if shapely.box(*bounds).intersects(shapely.box(*CHINA)) else bounds


def _first_view(ranking: gpd.GeoDataFrame) -> tuple[float, ...]:
    """Return the bounds the map opens with: the whole, or a region when all ranked zones lie in it."""
    ranked = ranking[ranking["status"] == "ranked"]
    left, bottom, right, top = _bounds(ranking if ranked.empty else ranked)
    width, height = max(right - left, SMALLEST_VIEW_DEG), max(top - bottom, SMALLEST_VIEW_DEG)
    if width > REGIONAL * (CHINA[2] - CHINA[0]) or height > REGIONAL * (CHINA[3] - CHINA[1]):
        return _whole(ranking)
    x, y = (left + right) / 2, (bottom + top) / 2
    half_width, half_height = (span * (0.5 + MARGIN) for span in (width, height))
    return (x - half_width, y - half_height, x + half_width, y + half_height)


def _bounds(ranking: gpd.GeoDataFrame) -> tuple[float, ...]:
    return tuple(map(float, ranking.to_crs("EPSG:4326").total_bounds))


def _corners(bounds: tuple[float, ...]) -> list[list[float]]:
    """Return [[south, west], [north, east]], as Leaflet wants it."""
    left, bottom, right, top = bounds
    return [[bottom, left], [top, right]]


def _empty_map() -> folium.Map:
    page = folium.Map(
        location=[34.0, 104.5],
        zoom_start=4,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        attributionControl=False,
        zoomSnap=0.1,
        minZoom=2.5,
        maxZoom=12,
        fadeAnimation=False,
    )
    page._id = "geotransfer"  # folium's is random: two pages of one result would differ
    page.default_js = []  # on the instance: the class's list belongs to every other map
    page.default_css = []
    return page


class _Verbatim(Element):
    """Markup that is not read as a template: names in it may hold braces."""

    _template = Template("{{ this.markup }}")

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.markup = markup


class _Start(MacroElement):
    """The call that starts the page, after the script that makes the Leaflet map."""

    _template = Template(
        "{% macro script(this, kwargs) %}geotransfer.start({{ this._parent.get_name() }});{% endmacro %}"
    )


def _head() -> dict[str, str]:
    scripts = {name: f"<script>{inert_script(_template(name))}</script>" for name in SCRIPTS}
    return {
        "leaflet": f"<script>{leaflet_js()}</script>",
        "leaflet_css": f"<style>{leaflet_css()}</style>",
        "geotransfer_css": f"<style>{inert_style(_template('page.css'))}</style>",
        **scripts,
    }


def _body(
    document: Mapping[str, Any], facts: Mapping[str, Any], outline: NationalOutline, plan: PlanPanel | None
) -> str:
    number = facts["map"]["approval_number"]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_template("page.html")).render(
        title=document["title"],
        plan=plan,
        screening_note=facts["screening_note"],
        headline=facts["headline"],
        approval=Text(zh=f"审图号: {number}", en=f"审图号: {number}") if number else NO_APPROVAL,
        credit=Text(zh=f"{outline.credit.zh}; {OUR_CREDIT.zh}", en=f"{outline.credit.en}; {OUR_CREDIT.en}"),
        version=document["version"],
        leaflet_version=LEAFLET_VERSION,
        data=Markup(embedded_json(document)),
    )


def _template(name: str) -> str:
    return files("geotransfer.maps").joinpath("templates", name).read_text(encoding="utf-8")
