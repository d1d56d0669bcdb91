"""What the card of a place says beside scores: cost terms, the carbon verdict, rules nobody checked, its region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.types import FloatArray, Text

__all__ = ["cost_terms", "regions", "unchecked", "verdicts"]

TERMS: Mapping[str, Text] = {
    "cost_power_yuan_per_unit": Text(zh="电费", en="Power"),
    "freight_in_yuan_per_unit": Text(zh="原料运费", en="Freight of inputs"),
    "freight_out_yuan_per_unit": Text(zh="产品运费", en="Freight of the product"),
    "cost_carbon_yuan_per_unit": Text(zh="碳成本", en="Carbon"),
    "cost_water_yuan_per_unit": Text(zh="水费", en="Water"),
    "cost_labour_yuan_per_unit": Text(zh="人工", en="Labour"),
}
"""Columns whose sum is the delivered cost."""
VERDICTS: Mapping[str, Text] = {
    "less": Text(zh="三种口径均减少", en="less in all three books"),
    "more": Text(zh="三种口径均增加", en="more in all three books"),
    "no clear change": Text(zh="无明显变化", en="no clear change"),
    "depends on the accounting": Text(zh="取决于核算口径", en="depends on the accounting"),
    "unknown": Text(zh="未知", en="unknown"),
}
"""What `carbon_change` says, in words."""
REGIONS: Mapping[str, Text] = {
    "east": Text(zh="东部", en="East"),
    "central": Text(zh="中部", en="Central"),
    "west": Text(zh="西部", en="West"),
    "northeast": Text(zh="东北", en="Northeast"),
}


def cost_terms(ranking: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the terms of the delivered cost that the ranking has: ``title`` and ``values`` (zones,), yuan a unit."""
    return [
        {"title": title.as_dict(), "values": _numbers(ranking, column)}
        for column, title in TERMS.items()
        if column in ranking and "delivered_cost_yuan_per_unit" in ranking
    ]


def verdicts(ranking: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return the carbon verdict of each zone as ``names`` and ``index`` (-1: none); None without the column."""
    return _coded(ranking, "co2_verdict", VERDICTS)


def regions(ranking: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return the region of each zone as ``names`` and ``index`` (-1: none); None where zones are of one region only."""
    coded = _coded(ranking, "region", REGIONS)
    return coded if coded and len(set(coded["index"]) - {-1}) > 1 else None


def unchecked(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the titles of the rules that were not checked, which are the same for all zones."""
    return [dict(rule["title"]) for rule in facts.get("unchecked_rules") or ()]


def _coded(ranking: gpd.GeoDataFrame, column: str, words: Mapping[str, Text]) -> dict[str, Any] | None:
    if column not in ranking:
        return None
    number = {name: position for position, name in enumerate(words)}
    index = [-1 if pd.isna(value) else number.get(str(value), -1) for value in ranking[column]]
    return {"names": [text.as_dict() for text in words.values()], "index": index}


def _numbers(ranking: gpd.GeoDataFrame, column: str) -> FloatArray:
    return np.asarray(ranking[column].to_numpy(dtype=np.float64, na_value=np.nan))
