"""The answer in money and carbon, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from geotransfer.report.cost import PRODUCT_UNITS, VERDICTS
from geotransfer.report.drawing import zone_labels
from geotransfer.types import Text
from geotransfer.words import in_words

__all__ = ["money_answer"]

CHEAPEST = 3
TOP = 20


def money_answer(ranking: gpd.GeoDataFrame, facts: Mapping[str, Any]) -> Text | None:
    """Return where a unit is cheapest, what that saves against the origin, and what becomes of the carbon of the top.

    None for a result without delivered cost.
    """
    if "rank_cost" not in ranking:
        return None
    ranked = ranking[(ranking["status"] == "ranked") & ranking["rank_cost"].notna()]
    cheapest = ranked.sort_values("rank_cost").head(CHEAPEST)
    if cheapest.empty:
        return None
    unit = in_words(str(cheapest["product_unit"].iloc[0]), PRODUCT_UNITS)
    names, cost = zone_labels(cheapest), cheapest["delivered_cost_yuan_per_unit"]
    low, high = f"{cost.min():,.0f}", f"{cost.max():,.0f}"
    zh = f"到厂成本最低: {'、'.join(names)} ({low}–{high} 元/{unit.zh})"
    en = f"Cheapest delivered: {', '.join(names)} ({low}–{high} yuan/{unit.en})"
    origin = (facts.get("industry") or {}).get("origin")
    if origin and "saving_yuan_per_unit" in ranked:
        saved = float(cheapest["saving_yuan_per_unit"].iloc[0])
        carbon = _carbon(ranked)
        zh = f"{zh}, 比转出地{origin['name']}每{unit.zh}{'省' if saved >= 0 else '贵'} {abs(saved):,.0f} 元{carbon.zh}"
        en = f"{en}, {abs(saved):,.0f} yuan {'below' if saved >= 0 else 'above'} {origin['name']}{carbon.en}"
    return Text(zh=f"{zh}。", en=f"{en}.")


def _carbon(ranked: gpd.GeoDataFrame) -> Text:
    """Return how many of the first zones have each verdict on carbon."""
    if "co2_verdict" not in ranked:
        return Text(zh="", en="")
    top = ranked.sort_values("rank").head(TOP)
    counts = top["co2_verdict"].value_counts()
    words = [(VERDICTS[name], int(counts[name])) for name in VERDICTS if name in counts.index]
    return Text(
        zh=f"; 前 {len(top)} 名的碳排放: " + "、".join(f"{word.zh} {number} 个" for word, number in words),
        en=f"; carbon of the top {len(top)}: " + ", ".join(f"{word.en} {number}" for word, number in words),
    )
