"""Tiles of Tianditu under the zones, for those who ask for them: the only thing of a map that needs the network."""

from __future__ import annotations

import logging
import os
import re
from typing import Any

from geotransfer.errors import InputError
from geotransfer.types import Text

__all__ = ["VARIABLE", "tiles_json"]

VARIABLE = "GEOTRANSFER_TIANDITU_KEY"
KEY = re.compile(r"[0-9A-Za-z]+")
ADDRESS = (
    "https://t{s}.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk="
)
"""Layer vec in Web Mercator, as https://lbs.tianditu.gov.cn/server/MapService.html gives it."""
WARNING = Text(
    zh="天地图瓦片需联网; 本文件含有密钥, 拿到文件的人都能看到它, 公开前请换掉",
    en="Tianditu tiles need the network; the file holds your key, which everyone who has the file can read",
)
_LOG = logging.getLogger(__name__)


def tiles_json(tiles: str | None) -> dict[str, Any] | None:
    """Return the tiles a scenario asks for as the page reads them; None for none.

    Parameters
    ----------
    tiles : {"tianditu"} or None
        ``map.tiles`` of the scenario.

    Raises
    ------
    InputError
        The environment variable `VARIABLE` holds no key, or something that is none.

    Examples
    --------
    >>> tiles_json(None) is None
    True
    """
    if tiles is None:
        return None
    key = os.environ.get(VARIABLE, "").strip()
    if not KEY.fullmatch(key):
        got = "nothing" if not key else "something with other characters"
        raise InputError(
            f"the scenario asks for map.tiles = {tiles!r}, but the environment variable {VARIABLE} holds {got}, "
            "expected a key of letters and digits from Tianditu (console.tianditu.gov.cn); "
            "set it, or leave map.tiles out"
        )
    _LOG.warning("%s (%s)", WARNING.en, VARIABLE)
    return {"address": ADDRESS + key, "servers": "01234567", "warning": WARNING.as_dict()}
