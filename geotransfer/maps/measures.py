"""Layers of the map beside scores: money, carbon and freight of a unit of product, where the ranking has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.types import FloatArray, Text

__all__ = ["MEASURES", "measures"]

MEASURES: Mapping[str, tuple[Text, str]] = {
    "delivered_cost_yuan_per_unit": (Text(zh="到厂交付成本", en="Delivered cost"), "money"),
    "saving_yuan_per_unit": (Text(zh="相对原址的节约", en="Saving against the origin"), "money"),
    "co2_t_per_unit": (Text(zh="单位产品碳排放 (平均口径)", en="CO2 of a unit (average book)"), "carbon"),
    "co2_change_average_t_per_unit": (Text(zh="碳排放相对原址 (平均口径)", en="CO2 change (average book)"), "carbon"),
    "co2_change_contract_t_per_unit": (Text(zh="碳排放相对原址 (合同口径)", en="CO2 change (contract book)"), "carbon"),
    "co2_change_marginal_t_per_unit": (Text(zh="碳排放相对原址 (边际口径)", en="CO2 change (marginal book)"), "carbon"),
    "freight_cost_yuan_per_unit": (Text(zh="单位产品运费", en="Freight of a unit"), "money"),
}
"""Column of the ranking: title and kind of unit. In the order of the layer control."""
BANDS = {"delivered_cost_yuan_per_unit": ("delivered_cost_p05", "delivered_cost_p95")}
CHANGES = {
    "saving_yuan_per_unit": "more",
    "co2_change_average_t_per_unit": "less",
    "co2_change_contract_t_per_unit": "less",
    "co2_change_marginal_t_per_unit": "less",
}
"""Differences to the origin, drawn from 0 both ways, and which way is the better one."""
NUMERATORS = {"money": Text(zh="元", en="yuan"), "carbon": Text(zh="吨 CO2", en="t CO2")}
TONNE = "t"


def measures(ranking: gpd.GeoDataFrame, *, criteria: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the measures the ranking has, each with title, unit, values and (where drawn) its 5-95 % band.

    Parameters
    ----------
    ranking : GeoDataFrame
        A column that is absent, or known nowhere, is no layer.
    criteria : sequence of str
        A measure that one of these columns repeats is no layer of its own.

    Returns
    -------
    list of dict
        Keys ``id``, ``title``, ``unit``, ``values`` (zones,), ``low`` and ``high`` (zones,) or None, ``better``
        ("more", "less": a difference to the origin; or None).
    """
    return [
        _measure(ranking, column, title, kind)
        for column, (title, kind) in MEASURES.items()
        if column in ranking
        and np.isfinite(_numbers(ranking, column)).any()
        and not any(_same(ranking, column, name) for name in criteria)
    ]


def _same(ranking: gpd.GeoDataFrame, column: str, other: str) -> bool:
    return bool(np.allclose(_numbers(ranking, column), _numbers(ranking, other), rtol=1e-9, atol=0, equal_nan=True))


def _measure(ranking: gpd.GeoDataFrame, column: str, title: Text, kind: str) -> dict[str, Any]:
    ends = [_numbers(ranking, name) for name in BANDS.get(column, ()) if name in ranking]
    low, high = ends if len(ends) == 2 else (None, None)
    values = _numbers(ranking, column)
    return {
        "id": column,
        "title": title.as_dict(),
        "unit": _unit(ranking, kind),
        "values": values,
        "low": low,
        "high": high,
        "better": CHANGES.get(column),
    }


def _unit(ranking: gpd.GeoDataFrame, kind: str) -> dict[str, str]:
    numerator = NUMERATORS[kind]
    units = ranking["product_unit"].dropna().unique() if "product_unit" in ranking else np.array([])
    unit = str(units[0]) if len(units) == 1 else ""
    per = Text(zh="吨", en="t") if unit == TONNE else Text(zh=unit or "单位产品", en=unit or "unit")
    return {"zh": f"{numerator.zh}/{per.zh}", "en": f"{numerator.en}/{per.en}"}


def _numbers(ranking: gpd.GeoDataFrame, column: str) -> FloatArray:
    return np.asarray(ranking[column].to_numpy(dtype=np.float64, na_value=np.nan))
