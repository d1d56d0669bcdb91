"""The answer in money and carbon, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from geotransfer.energy.carbon import UNCLEAR
from geotransfer.report.cost import POWER, PRODUCT_UNITS
from geotransfer.report.drawing import zone_labels
from geotransfer.types import Text
from geotransfer.words import CO2_VERDICTS, in_words

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
        carbon = _carbon(ranked, (facts.get("industry") or {}).get("kwh_per_unit"))
        power = POWER.get(str(origin.get("power")), POWER["same"])
        side = ("省", "below") if saved >= 0 else ("贵", "above")
        zh = f"{zh}, 比转出地{origin['name']} ({power.zh}) 每{unit.zh}{side[0]} {abs(saved):,.0f} 元{carbon.zh}"
        en = f"{en}, {abs(saved):,.0f} yuan {side[1]} {origin['name']} ({power.en}){carbon.en}"
    return Text(zh=f"{zh}。", en=f"{en}.")


def _carbon(ranked: gpd.GeoDataFrame, kwh_per_unit: float | None) -> Text:
    """Return what becomes of the carbon of the first zones in the average book, the one that tells places apart.

    Power bought the same way at both ends has one residual and one fossil factor for the whole country, so that the
    contract and the marginal book hardly differ between places.
    """
    if "co2_change_average_t_per_unit" not in ranked or not kwh_per_unit:
        return Text(zh="", en="")
    top = ranked.sort_values("rank").head(TOP)
    change = top["co2_change_average_t_per_unit"].to_numpy(dtype=float)
    unclear = UNCLEAR * kwh_per_unit / 1000.0
    counts = {
        "less": int((change < -unclear).sum()),
        "more": int((change > unclear).sum()),
        "no clear change": int((abs(change) <= unclear).sum()),
    }
    words = [(CO2_VERDICTS[name], number) for name, number in counts.items() if number]
    return Text(
        zh=f"; 前 {len(top)} 名的碳排放 (平均因子口径): "
        + "、".join(f"{word.zh} {number} 个" for word, number in words)
        + "; 合同与边际口径下各地几乎相同",
        en=f"; carbon of the top {len(top)} (average book): "
        + ", ".join(f"{word.en} {number}" for word, number in words)
        + "; in the contract and the marginal book places hardly differ",
    )
