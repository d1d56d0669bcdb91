from __future__ import annotations

from pathlib import Path

import folium
import pytest
from branca.element import Element
from folium.plugins import MarkerCluster

from geotransfer.errors import InputError, OutputError
from geotransfer.maps import write_offline
from geotransfer.maps.leaflet_assets import leaflet_css, leaflet_js
from geotransfer.maps.offline import external_loads


def plain_map() -> folium.Map:
    return folium.Map(location=[30, 104], tiles=None)


def with_markup(markup: str) -> folium.Map:
    simple = plain_map()
    simple.get_root().html.add_child(Element(markup))
    return simple


def test_leaflet_stands_in_the_page_and_nothing_else_is_loaded(tmp_path: Path) -> None:
    simple = plain_map()
    folium.Marker([30, 104], popup="<b>a</b>").add_to(simple)
    page = write_offline(simple, tmp_path / "map.html").read_text(encoding="utf-8")
    assert "Leaflet 1.9.3" in page
    assert external_loads(page) == []


def test_the_map_itself_is_not_changed(tmp_path: Path) -> None:
    simple = plain_map()
    before = list(simple.default_js), list(folium.Map.default_js), list(folium.Map.default_css)
    write_offline(simple, tmp_path / "map.html")
    assert (list(simple.default_js), list(folium.Map.default_js), list(folium.Map.default_css)) == before
    assert simple.default_js[0][1] in simple.get_root().render()


def test_leaflets_pictures_are_in_its_style_sheet() -> None:
    assert leaflet_css().count("url(data:image/png;base64,") == 3
    assert "url(images" not in leaflet_css()
    assert "</script" not in leaflet_js().lower()


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ('<script src="https://a.cn/x.js"></script>', "https://a.cn/x.js"),
        ('<link rel="stylesheet" href="http://a.cn/x.css">', "http://a.cn/x.css"),
        ('<img src="//a.cn/x.png">', "//a.cn/x.png"),
        ('<style>@import "https://a.cn/x.css";</style>', "https://a.cn/x.css"),
        ("<style>p { background: url( 'https://a.cn/x.png') }</style>", "https://a.cn/x.png"),
        ('<p style="background:url(https://a.cn/y.png)">', "https://a.cn/y.png"),
        ("<IMG SRC='HTTPS://a.cn/z.png'>", "HTTPS://a.cn/z.png"),
    ],
)
def test_what_would_be_loaded_is_refused_by_name(tmp_path: Path, markup: str, address: str) -> None:
    assert external_loads(markup) == [address]
    target = tmp_path / "map.html"
    with pytest.raises(InputError, match=r"loads .*a\.cn.* from the network"):
        write_offline(with_markup(markup), target)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://a.cn">read on</a>',
        "<p>see https://a.cn/x.js</p>",
        '<img src="data:image/png;base64,AAAA">',
        "<style>p { background: url(#gradient) }</style>",
        '<script>const home = "https://a.cn";</script>',
    ],
)
def test_what_loads_nothing_passes(tmp_path: Path, markup: str) -> None:
    page = write_offline(with_markup(markup), tmp_path / "map.html")
    assert markup in page.read_text(encoding="utf-8")


def test_tiles_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tiles 'openstreetmap'.*tiles=None"):
        write_offline(folium.Map(location=[30, 104]), tmp_path / "map.html")


def test_a_plugin_from_a_cdn_is_refused_by_name(tmp_path: Path) -> None:
    simple = plain_map()
    MarkerCluster([[30, 104]]).add_to(simple)
    with pytest.raises(InputError, match="markercluster"):
        write_offline(simple, tmp_path / "map.html")


def test_an_icon_font_is_refused(tmp_path: Path) -> None:
    simple = plain_map()
    folium.Marker([30, 104], icon=folium.Icon(color="red")).add_to(simple)
    with pytest.raises(InputError, match=r"folium\.Icon.*CircleMarker"):
        write_offline(simple, tmp_path / "map.html")


def test_a_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write the map to .*missing"):
        write_offline(plain_map(), tmp_path / "missing" / "map.html")


def test_an_old_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "地图.html"
    target.write_text("old", encoding="utf-8")
    write_offline(plain_map(), target)
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [target]
