from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geotransfer.errors import CrsError, InputError
from geotransfer.maps import NationalOutline, draw_map, flow_overlays, write_offline
from geotransfer.maps.overlays import overlay_json


@pytest.fixture
def flows() -> gpd.GeoDataFrame:
    table = {
        "origin": ["山东", "山东", "<b>河南</b>", "浙江"],
        "destination": ["新疆", "云南", "云南", "甘肃"],
        "industry": ["aluminium", "aluminium", "silicon", "silicon"],
        "tonnes": [400_000, 100_000, 10_000, 0],
        "cost": [6e8, np.nan, 1e7, 0.0],
        "co2": [-1e5, 2e4, 3e3, 0.0],
    }
    lines = [shapely.LineString([(100 + k, 40), (86, 26 + 2 * k)]) for k in range(4)]
    return gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4326")


def test_lines_are_as_wide_as_their_tonnes_across_industries(flows: gpd.GeoDataFrame) -> None:
    overlays = flow_overlays(flows)
    assert [overlay.title.en for overlay in overlays] == ["Relocation flows: aluminium", "Relocation flows: silicon"]
    assert overlays[0].features["width"].tolist() == [10.0, 2.5]  # 400 : 100 kt
    assert overlays[1].features["width"].tolist() == [1.0]  # 0.25 would not be seen; the flow of 0 t is left out
    assert overlays[0].colour != overlays[1].colour


def test_a_card_names_tonnes_cost_and_carbon_where_known(flows: gpd.GeoDataFrame) -> None:
    first, second = overlay_json(flow_overlays(flows)[0])["features"]
    assert first["name"]["zh"] == "山东 → 新疆"
    assert first["detail"] == {
        "zh": "40 万吨/年; 成本 6 亿元/年; 碳排放变化 -10 万吨 CO₂/年",
        "en": "400 kt/a; cost 600 million yuan/a; change of CO₂ -100 kt CO₂/a",
    }
    assert "成本" not in second["detail"]["zh"]


def test_flows_say_what_is_wrong_with_them(flows: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match="lack the columns tonnes, co2, expected origin"):
        flow_overlays(flows.drop(columns=["tonnes", "co2"]))
    with pytest.raises(InputError, match=r"column 'tonnes' of the flows holds -1.0"):
        flow_overlays(flows.assign(tonnes=-1.0))
    with pytest.raises(InputError, match=r"column 'cost' of the flows holds .*, expected numbers"):
        flow_overlays(flows.assign(cost="many"))
    with pytest.raises(CrsError, match="overlay 'flows-1' has no CRS"):
        overlay_json(flow_overlays(flows.set_crs(None, allow_override=True))[0])


@pytest.mark.browser
def test_flows_are_drawn_and_open_a_card(
    browser_page: Any, result: Any, outline: NationalOutline, tmp_path: Path, flows: gpd.GeoDataFrame
) -> None:
    drawn = draw_map(result, overlays=flow_overlays(flows), outline=outline)
    page = browser_page.open(write_offline(drawn, tmp_path / "map.html"))
    paths = page.locator(".leaflet-gt-overlays-pane path")
    widths = sorted(paths.evaluate_all("(all) => all.map((one) => Number(one.getAttribute('stroke-width')))"))
    assert widths == [1, 2.5, 10]
    page.evaluate(
        """() => {
            const map = Object.values(window).find((value) => value instanceof L.Map);
            const thin = [];
            const wanted = (one) => one.options.weight === 1 && one.getPopup && one.getPopup();
            map.eachLayer((one) => { if (wanted(one)) { thin.push(one); } });
            thin[0].openPopup();
        }"""
    )
    text = page.locator(".leaflet-popup-content").inner_text()
    assert "<b>河南</b> → 云南" in text
    assert "1 万吨/年" in text
    assert browser_page.errors == []


@pytest.mark.browser
def test_flows_lie_on_the_printed_land(
    browser_page: Any, result: Any, outline: NationalOutline, tmp_path: Path, flows: gpd.GeoDataFrame
) -> None:
    # paper shows the land as one picture and the flows above it: both at one zoom
    page = browser_page.open(
        write_offline(draw_map(result, overlays=flow_overlays(flows), outline=outline), tmp_path / "map.html")
    )
    page.set_viewport_size({"width": 1366, "height": 768})
    zoom = "Object.values(window).find((value) => value instanceof L.Map).getZoom()"
    printed = page.evaluate(f"() => {{ window.dispatchEvent(new Event('beforeprint')); return {zoom}; }}")
    page.wait_for_timeout(300)
    assert page.evaluate(f"() => {zoom}") == printed
