"""Any folium map as one HTML file that opens with no network."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import folium
from branca.element import CssLink, Element, JavascriptLink

from geotransfer.errors import InputError, OutputError
from geotransfer.files import written_whole
from geotransfer.maps.leaflet_assets import inert_script, leaflet_css, leaflet_js

__all__ = ["external_loads", "offline_html", "write_offline"]

EXTERNAL = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
CSS_LOAD = re.compile(r"""(?:url\(\s*|@import\s+)['"]?((?:https?:)?//[^)'"\s;]+)""", re.IGNORECASE)
LOADING = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
# What folium.Map always asks for. Of these only Leaflet is needed; jQuery's two uses in folium are in shim.js.
REPLACED = {"leaflet", "leaflet_css", "jquery"}
DROPPED = {
    "bootstrap",
    "awesome_markers",
    "bootstrap_css",
    "glyphicons_css",
    "awesome_markers_font_css",
    "awesome_markers_css",
    "awesome_rotate_css",
}


def write_offline(folium_map: folium.Map, path: str | os.PathLike[str]) -> Path:
    """Write a folium map, any, as one HTML file that loads nothing from the network.

    Leaflet is written into the page; jQuery, Bootstrap and the icon fonts folium always links to are left out.

    Parameters
    ----------
    folium_map : folium.Map
        Is not changed.
    path : path
        Replaced in one step when the page is complete.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    InputError
        The map needs something from the network: tiles, a plugin's script, ``folium.Icon``. The message names it.
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import folium, tempfile
    >>> from pathlib import Path
    >>> simple = folium.Map(location=[30, 104], tiles=None)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = write_offline(simple, Path(folder) / "simple.html")
    ...     "<script src=" in page.read_text(encoding="utf-8")
    False
    """
    html = offline_html(folium_map)
    target = Path(path)
    try:
        with written_whole(target) as draft:
            draft.write_text(html, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise OutputError(
            f"cannot write the map to {target}: {problem.strerror or problem}; "
            "choose a folder that exists and can be written, or close the file in the program that has it open"
        ) from problem
    return target


def offline_html(folium_map: folium.Map) -> str:
    """Return the page that `write_offline` writes."""
    tiles = sorted(_tile_layers(folium_map))
    if tiles:
        raise InputError(
            f"the map loads {', '.join(tiles)} from the network; "
            "an offline map has no tiles: folium.Map(..., tiles=None) and no TileLayer"
        )
    html = _inlined(folium_map.get_root().render(), folium_map)
    if "L.AwesomeMarkers" in html:
        raise InputError(
            "the map has a folium.Icon, which needs Leaflet.awesome-markers and an icon font from the network; "
            "use a plain folium.Marker, folium.CircleMarker or folium.DivIcon"
        )
    left = external_loads(html)
    if left:
        raise InputError(
            f"the map loads {', '.join(left)} from the network, which write_offline cannot put into the page; "
            "leave out the plugin or element that needs it"
        )
    return html


def external_loads(html: str) -> list[str]:
    """Return the addresses a page would load from the network, in order, each once.

    Examples
    --------
    >>> external_loads('<a href="https://a.cn">link</a><img src="//b.cn/x.png"><style>@import "http://c.cn"</style>')
    ['//b.cn/x.png', 'http://c.cn']
    """
    finder = _LoadFinder()
    finder.feed(html)
    finder.close()
    return list(dict.fromkeys(finder.found))


class _LoadFinder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if value and name in LOADING.get(tag, ()) and EXTERNAL.match(value):
                self.found.append(value.strip())
            if value and name == "style":
                self.found += CSS_LOAD.findall(value)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += CSS_LOAD.findall(data)


def _inlined(html: str, folium_map: folium.Map) -> str:
    inline = {
        "leaflet": f"<script>{leaflet_js()}</script>",
        "leaflet_css": f"<style>{leaflet_css()}</style>",
        "jquery": f"<script>{inert_script(_template('shim.js'))}</script>",
    }
    for name, url in folium_map.default_js:
        if name in REPLACED | DROPPED:
            html = html.replace(JavascriptLink(url).render(), inline.get(name, ""))
    for name, url in folium_map.default_css:
        if name in REPLACED | DROPPED:
            html = html.replace(CssLink(url).render(), inline.get(name, ""))
    return html


def _tile_layers(element: Element) -> Iterator[str]:
    for child in element._children.values():
        if isinstance(child, folium.TileLayer) and EXTERNAL.match(str(child.tiles)):
            yield f"tiles {child.tile_name!r}"
        elif isinstance(child, folium.WmsTileLayer) or EXTERNAL.match(str(getattr(child, "url", ""))):
            yield f"{type(child).__name__} {getattr(child, 'url', '')!r}"
        yield from _tile_layers(child)


def _template(name: str) -> str:
    return files("geotransfer.maps").joinpath("templates", name).read_text(encoding="utf-8")
