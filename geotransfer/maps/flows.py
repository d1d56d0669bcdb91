"""Flows of a relocation as overlays: one line a flow, as wide as its tonnes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.errors import InputError
from geotransfer.maps.overlays import Overlay
from geotransfer.types import Text
from geotransfer.words import amount_words

__all__ = ["flow_overlays"]

COLUMNS = ("origin", "destination", "industry", "tonnes", "cost", "co2")
NUMBERS = ("tonnes", "cost", "co2")
WIDEST = 10.0
"""Pixels of the largest flow; the others in proportion to their tonnes, but at least 1."""
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's palette for all kinds of colour vision, one an industry, repeated beyond six."""
GIVEN = Text(zh="所给的转移方案", en="the relocation plan as given")


def flow_overlays(flows: gpd.GeoDataFrame) -> list[Overlay]:
    """Return the flows of a relocation as overlays, one an industry, shown when the map opens.

    Parameters
    ----------
    flows : GeoDataFrame
        Lines with a CRS. Columns ``origin`` and ``destination`` (names), ``industry``, ``tonnes`` (t/a, >= 0),
        ``cost`` (yuan/a) and ``co2`` (t/a; NaN in these two: not known). Flows of 0 t are left out. ``industry_en``,
        where there is one, is what an industry is called in English.

    Returns
    -------
    list of Overlay
        In the order the industries come first in `flows`; widths are comparable across them.

    Raises
    ------
    InputError
        A column is missing, a figure is no number, or tonnes are negative or missing.

    Examples
    --------
    >>> import shapely
    >>> line = shapely.LineString([(117, 36), (87, 44)])
    >>> row = {"origin": "山东", "destination": "新疆", "industry": "aluminium"}
    >>> row |= {"tonnes": 4e5, "cost": 6e8, "co2": -1e5}
    >>> [overlay.id for overlay in flow_overlays(gpd.GeoDataFrame([row], geometry=[line], crs="EPSG:4326"))]
    ['flows-1']
    """
    _check(flows)
    moved = flows[flows["tonnes"].to_numpy(dtype=np.float64) > 0]
    most = float(moved["tonnes"].max()) if len(moved) else 1.0
    groups = moved.groupby("industry", sort=False)
    return [_overlay(number, name, rows, most) for number, (name, rows) in enumerate(groups)]


def _overlay(number: int, name: Hashable, rows: gpd.GeoDataFrame, most: float) -> Overlay:
    records = rows.to_dict("records")
    lines = [_details(record) for record in records]
    names = [f"{record['origin']} → {record['destination']}" for record in records]
    features = gpd.GeoDataFrame(
        {
            "name": names,
            "detail_zh": [line.zh for line in lines],
            "detail_en": [line.en for line in lines],
            "width": np.maximum(1.0, WIDEST * rows["tonnes"].to_numpy(dtype=np.float64) / most),
        },
        geometry=rows.geometry.to_numpy(),
        crs=rows.crs,
    )
    english = str(rows["industry_en"].iloc[0]) if "industry_en" in rows else str(name)
    title = Text(zh=f"转移流: {name}", en=f"Relocation flows: {english}")
    colour = COLOURS[number % len(COLOURS)]
    return Overlay(f"flows-{number + 1}", title, features, colour, "line", shown=True, origin=GIVEN)


def _details(record: Mapping[Any, Any]) -> Text:
    tonnes, cost, co2 = (float(record[name]) for name in NUMBERS)
    told = [amount_words(tonnes, "t/a")]
    if np.isfinite(cost):
        paid = amount_words(cost, "yuan/a")
        told.append(Text(zh=f"成本 {paid.zh}", en=f"cost {paid.en}"))
    if np.isfinite(co2):
        change = amount_words(co2, "t CO2/a")
        sign = "+" if co2 > 0 else ""
        told.append(Text(zh=f"碳排放变化 {sign}{change.zh}", en=f"change of CO₂ {sign}{change.en}"))
    return Text(zh="; ".join(one.zh for one in told), en="; ".join(one.en for one in told))


def _check(flows: gpd.GeoDataFrame) -> None:
    missing = [name for name in COLUMNS if name not in flows]
    if missing:
        raise InputError(
            f"flows lack the columns {', '.join(missing)}, expected {', '.join(COLUMNS)} and lines; add them"
        )
    for name in NUMBERS:
        if flows[name].dtype.kind not in "iuf":
            raise InputError(f"column {name!r} of the flows holds {flows[name].dtype}, expected numbers; convert it")
    tonnes = flows["tonnes"].to_numpy(dtype=np.float64)
    if not (np.isfinite(tonnes) & (tonnes >= 0)).all():
        bad = tonnes[~(np.isfinite(tonnes) & (tonnes >= 0))][0]
        raise InputError(f"column 'tonnes' of the flows holds {bad}, expected t/a of at least 0; drop or mend the row")
