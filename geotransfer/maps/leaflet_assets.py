"""Leaflet itself, as text to be written into a page; this module alone imports xstatic."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from pathlib import Path

from xstatic.pkg import leaflet as _leaflet

__all__ = ["LEAFLET_VERSION", "inert_script", "inert_style", "leaflet_css", "leaflet_js"]

LEAFLET_VERSION: str = _leaflet.VERSION
_FOLDER = Path(_leaflet.BASE_DIR)
_RELATIVE_URL = re.compile(r"""url\(\s*['"]?(?!data:|#|https?:)([^)'"\s]+)['"]?\s*\)""")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def inert_script(code: str) -> str:
    r"""Return JavaScript that cannot end the ``<script>`` it is written into.

    Examples
    --------
    >>> inert_script("x = '</script>'")
    "x = '<\\/script>'"
    """
    return re.sub(r"</(?=script)", r"<\\/", code, flags=re.IGNORECASE)


def inert_style(code: str) -> str:
    r"""Return CSS that cannot end the ``<style>`` it is written into.

    Examples
    --------
    >>> inert_style("/* </style> */")
    '/* <\\/style> */'
    """
    return re.sub(r"</(?=style)", r"<\\/", code, flags=re.IGNORECASE)


@cache
def leaflet_js() -> str:
    """Return Leaflet's script, with its marker images as data: and no link to a source map."""
    code = _SOURCE_MAP.sub("", (_FOLDER / "leaflet.js").read_text(encoding="utf-8"))
    # Leaflet finds its images beside leaflet.css, which an inlined page does not have
    images = (
        'L.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({'
        f'iconUrl:"{_data_url("marker-icon.png")}",iconRetinaUrl:"{_data_url("marker-icon-2x.png")}",'
        f'shadowUrl:"{_data_url("marker-shadow.png")}"}});'
    )
    return inert_script(f"{code}\n{images}")


@cache
def leaflet_css() -> str:
    """Return Leaflet's style sheet with every picture as data:."""
    text = (_FOLDER / "leaflet.css").read_text(encoding="utf-8")
    return inert_style(_RELATIVE_URL.sub(lambda found: f"url({_data_url(Path(found[1]).name)})", text))


def _data_url(name: str) -> str:
    picture = (_FOLDER / "images" / name).read_bytes()
    return f"data:image/png;base64,{b64encode(picture).decode('ascii')}"
