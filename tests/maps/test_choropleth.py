from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
import shapely

from geotransfer.errors import CrsError, InputError
from geotransfer.maps import NationalOutline, Overlay, draw_map, suitability_map
from geotransfer.maps.offline import offline_html
from geotransfer.maps.overlays import catalogue_overlays, outline_json, overlay_json
from geotransfer.types import Text


def changed(result: Any, **facts: Any) -> Any:
    return replace(result, provenance={**result.provenance, "result": {**result.provenance["result"], **facts}})


def test_it_is_a_folium_map_and_leaves_the_class_alone(result: Any, outline: NationalOutline) -> None:
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    page = draw_map(result, overlays=[], outline=outline)
    assert isinstance(page, folium.Map)
    assert (page.default_js, page.default_css) == ([], [])
    assert (list(folium.Map.default_js), list(folium.Map.default_css)) == before
    assert "<iframe" in page._repr_html_()


def test_two_pages_of_one_result_are_equal(result: Any, outline: NationalOutline, hubs: Overlay) -> None:
    first, second = (offline_html(draw_map(result, overlays=[hubs], outline=outline)) for _ in range(2))
    assert first == second


def test_names_from_data_are_never_markup(result: Any, write_page: Callable[[Any], Path]) -> None:
    title = {"zh": "<script>alert(2)</script>", "en": "</title>"}
    nasty = changed(result, scenario={"title": title}, map={"approval_number": "<i>GS</i>"})
    plain = replace(result, ranking=result.ranking.assign(name="a"))
    own = write_page(plain).read_text(encoding="utf-8").count('"></div>')
    page = write_page(nasty).read_text(encoding="utf-8")
    assert page.count('"></div>') == own
    for markup in ("<script>alert", "<b>枢纽", "</title><", "<i>GS"):
        assert markup not in page
    assert "&lt;script&gt;alert(2)" in page
    assert "{{ 7 * 7 }}" in page  # a name is not read as a template


def test_the_banner_and_the_marks_stand_in_the_page(result: Any, write_page: Callable[[Any], Path]) -> None:
    page = write_page(result).read_text(encoding="utf-8")
    assert result.provenance["result"]["screening_note"]["zh"] in page
    assert result.provenance["result"]["headline"]["en"] in page
    assert "审图号: 未填" in page
    assert "示意图" in page


def test_nothing_unchecked_is_no_banner(result: Any, write_page: Callable[[Any], Path]) -> None:
    page = write_page(changed(result, screening_note=None, headline=None, map={"approval_number": "GS(2026)1号"}))
    text = page.read_text(encoding="utf-8")
    assert 'id="gt-banner"' not in text
    assert "审图号: GS(2026)1号" in text


@pytest.mark.parametrize("number", [None, ""])
def test_an_approval_number_that_is_not_given_is_said(
    result: Any, write_page: Callable[[Any], Path], number: str | None
) -> None:
    page = write_page(changed(result, map={"approval_number": number})).read_text(encoding="utf-8")
    assert "审图号: 未填" in page


def test_the_first_view_holds_the_islands_unless_the_zones_lie_elsewhere(
    result: Any, outline: NationalOutline, write_page: Callable[[Any], Path]
) -> None:
    view = re.compile(r'"view":(\[\[.*?\]\])')
    china = view.search(write_page(result).read_text(encoding="utf-8"))
    assert china is not None
    assert china[1] == "[[3.0,73.0],[54.0,136.0]]"
    away = result.ranking.set_geometry(result.ranking.translate(xoff=-100))
    elsewhere = view.search(write_page(replace(result, ranking=away)).read_text(encoding="utf-8"))
    assert elsewhere is not None
    assert elsewhere[1] == "[[24.0,-18.0],[40.0,6.0]]"


def test_the_whole_outline_is_in_the_page() -> None:
    from geotransfer.catalog.boundaries import boundaries, national_lines

    land = boundaries("province")
    document = outline_json(NationalOutline(land=land, lines=national_lines()))
    assert document["land"]["size"] == 34
    assert "九段线" in [line["name"] for line in document["lines"]]


def test_the_catalogues_overlays_fit() -> None:
    overlays = [overlay_json(overlay) for overlay in catalogue_overlays()]
    assert [overlay["id"] for overlay in overlays] == [
        "corridors",
        "hubs",
        "ports",
        "data-centre-clusters",
        "clean-energy-bases",
    ]
    assert all(overlay["features"] for overlay in overlays)
    assert all(overlay["origin"]["zh"] != overlay["origin"]["en"] for overlay in overlays)


def test_an_overlay_says_what_it_lacks() -> None:
    point = gpd.GeoDataFrame({"title": ["a"]}, geometry=[shapely.Point(100, 30)])
    with pytest.raises(CrsError, match="overlay 'mine' has no CRS"):
        overlay_json(Overlay("mine", Text("我", "mine"), point, "red", "dot"))
    with pytest.raises(InputError, match="columns title, geometry, expected one called 'name'"):
        overlay_json(Overlay("mine", Text("我", "mine"), point.set_crs("EPSG:4326"), "red", "dot"))


def test_a_full_run_is_at_most_three_megabytes(aluminium: Any, tmp_path: Path) -> None:
    from geotransfer.maps import write_offline

    page = write_offline(suitability_map(aluminium), tmp_path / "map.html")
    assert page.stat().st_size < 3.0e6
