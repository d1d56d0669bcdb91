"""What a unit costs, where it is cheapest, against the origin, and its carbon in three books: the section 成本与碳."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.types import Text
from geotransfer.words import CO2_VERDICTS, COST_TERMS, in_words

__all__ = ["POWER", "PRODUCT_UNITS", "CostSection", "cost_section"]

TOP = 10
CONFIDENCES = {
    "high": Text(zh="高", en="high"),
    "medium": Text(zh="中", en="medium"),
    "low": Text(zh="低", en="low"),
    "derived": Text(zh="推算", en="derived"),
    "": Text(zh="–", en="–"),
}
PRODUCT_UNITS = {
    "t": Text(zh="吨", en="tonne"),
    "MWh": Text(zh="兆瓦时", en="MWh"),
    "10k yuan": Text(zh="万元", en="10,000 yuan"),
}
POWER = {
    "same": Text(zh="购电方式与承接地相同", en="power bought as at the destinations"),
    "benchmark": Text(zh="购网电", en="power from the grid"),
    "captive_coal": Text(zh="自备煤电", en="a captive coal plant"),
}


@dataclass(frozen=True)
class CostSection:
    """What the template shows.

    Attributes
    ----------
    lines : list of Text
        Sentences.
    heads : list of Text
        Heads of the table of cost: the terms, their sum, and so on.
    rows : list of dict
        The cheapest ranked zones: ``name``, ``province``, ``rank``, ``rank_cost``, ``cells`` (text).
    figures : list of dict
        The figures of the profile: ``title``, ``value``, ``unit``, ``source``, ``confidence``.
    verdicts : list of (Text, int)
        How many ranked zones have each verdict on carbon.
    disagreements : list of dict
        Zones whose two ranks differ most.
    """

    lines: list[Text]
    heads: list[Text]
    rows: list[dict[str, Any]]
    figures: list[dict[str, Any]]
    verdicts: list[tuple[Text, int]]
    disagreements: list[dict[str, Any]]


def cost_section(ranking: gpd.GeoDataFrame, facts: Mapping[str, Any]) -> CostSection | None:
    """Return the section of cost and carbon; None for a scenario without an industry.

    Parameters
    ----------
    ranking : GeoDataFrame
        Of the result.
    facts : mapping
        ``provenance["result"]``; its ``industry`` may be missing or None.

    Examples
    --------
    >>> cost_section(gpd.GeoDataFrame(), {"industry": None}) is None
    True
    """
    record = facts.get("industry")
    if not isinstance(record, Mapping):
        return None
    ranked = ranking[ranking["status"] == "ranked"]
    costed = "rank_cost" in ranked
    heads, columns = _table(record, ranked) if costed else ([], [])
    cheapest = ranked.sort_values("rank_cost", kind="stable").head(TOP) if costed else ranked.head(0)
    agreement = record["rank_agreement"]
    return CostSection(
        lines=[*_lines(record, ranked), *[Text(zh=f"{t['zh']}。", en=f"{t['en']}.") for t in record["missing"]]],
        heads=heads,
        rows=[_row(zone, columns) for _, zone in cheapest.iterrows()],
        figures=_figures(record),
        verdicts=_verdicts(ranked),
        disagreements=[] if agreement is None else list(agreement["disagreements"]),
    )


def _figures(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the figures of the profile, and the price of carbon, each with its source."""
    carbon = record["carbon_price"]
    price = {"title": {"zh": "碳价", "en": "price of carbon"}, "confidence": "", **carbon}
    figures = [*record["profile"]["figures"], *([price] if carbon["value"] else [])]
    return [dict(figure) | {"confidence": in_words(figure["confidence"], CONFIDENCES)} for figure in figures]


def _lines(record: Mapping[str, Any], ranked: gpd.GeoDataFrame) -> list[Text]:
    profile, price = record["profile"], record["carbon_price"]
    unit, grade = in_words(profile["product_unit"], PRODUCT_UNITS), 1 if record["vintage"] == "advanced" else 2
    lines = [
        Text(
            zh=f"行业: {profile['title']['zh']}, 按每{unit.zh}产品计, 两端均取 {record['year']} 年价格; "
            f"新建或迁建按能耗限额 {grade} 级, 单耗不降低标准。",
            en=f"Industry: {profile['title']['en']}, per {unit.en} of product, prices of {record['year']} at both "
            f"ends; a plant that is built or moved meets grade {grade} of its norm.",
        )
    ]
    if record["terms"]:
        zh = " + ".join(COST_TERMS[term["id"]].zh for term in record["terms"])
        en = " + ".join(COST_TERMS[term["id"]].en for term in record["terms"])
        lines.append(
            Text(
                zh=f"单位交付成本 = {zh}; 碳价 {price['value']:g} ({price['low']:g}–{price['high']:g}) 元/吨, "
                "为影子价格。投资、原料出厂价与税费视为各地相同, 未计入。",
                en=f"Delivered cost per unit = {en}; carbon at {price['value']:g} ({price['low']:g}–{price['high']:g}) "
                "yuan/t, a shadow price. Capital, materials at their gate and taxes are taken as equal everywhere.",
            )
        )
    return lines + _origin_lines(record, ranked) + _agreement_lines(record)


def _origin_lines(record: Mapping[str, Any], ranked: gpd.GeoDataFrame) -> list[Text]:
    origin = record["origin"]
    if origin is None or "saving_yuan_per_unit" not in ranked:
        return []
    cheaper, known = int((ranked["saving_yuan_per_unit"] > 0).sum()), int(ranked["saving_yuan_per_unit"].notna().sum())
    cost, power = origin["cost_yuan_per_unit"], POWER[origin["power"]]
    return [
        Text(
            zh=f"转出地: {origin['name']} ({origin['counties']} 个县级单元的平均, {power.zh}), "
            f"{cost:,.0f} 元; {known:,} 个区域中 {cheaper:,} 个更便宜。转移不等于减排, 碳的变化看三种口径。",
            en=f"Origin: {origin['name']} (mean of its {origin['counties']} counties, {power.en}), {cost:,.0f} yuan; "
            f"{cheaper:,} of {known:,} zones are cheaper. A move is no reduction by itself: see the three books.",
        )
    ]


def _agreement_lines(record: Mapping[str, Any]) -> list[Text]:
    agreement = record["rank_agreement"]
    if agreement is None or agreement["spearman"] is None:
        return []
    found = agreement["spearman"]
    return [
        Text(
            zh=f"成本名次与得分名次的 Spearman 相关系数为 {found:.2f} ({agreement['zones']:,} 个区域)。",
            en=f"Ranks by cost and by score: Spearman {found:.2f} over {agreement['zones']:,} zones.",
        )
    ]


def _table(record: Mapping[str, Any], ranked: gpd.GeoDataFrame) -> tuple[list[Text], list[tuple[str, ...]]]:
    """Return heads and the columns under each; two columns are low and high of one cell."""
    found: list[tuple[Text, tuple[str, ...]]] = [
        (COST_TERMS[term["id"]], (term["column"],)) for term in record["terms"]
    ]
    found.append((Text(zh="交付成本", en="delivered cost"), ("delivered_cost_yuan_per_unit",)))
    more: list[tuple[Text, tuple[str, ...]]] = [
        (Text(zh="5–95 %", en="5–95 %"), ("delivered_cost_p05", "delivered_cost_p95")),
        (Text(zh="比转出地节省", en="saved against the origin"), ("saving_yuan_per_unit",)),
        (Text(zh="CO₂ (吨/单位)", en="CO₂ (t per unit)"), ("co2_t_per_unit",)),
        (Text(zh="碳变化 (平均口径)", en="change of CO₂ (average)"), ("co2_change_average_t_per_unit",)),
    ]
    found += [(head, columns) for head, columns in more if set(columns) <= set(ranked.columns)]
    return [head for head, _ in found], [columns for _, columns in found]


def _row(zone: Any, columns: list[tuple[str, ...]]) -> dict[str, Any]:
    cells = ["–".join(_number(zone[name], name) for name in names) for names in columns]
    row = {"name": zone["name"], "province": zone["province"], "rank": int(zone["rank"])}
    return row | {"rank_cost": "–" if np.isnan(float(zone["rank_cost"])) else int(zone["rank_cost"]), "cells": cells}


def _number(value: float, column: str) -> str:
    if not np.isfinite(value):
        return "?"
    if not column.startswith("co2"):
        return f"{value:,.0f}"
    tenths = round(float(value), 1) + 0.0  # no minus before a zero
    return f"{tenths:+.1f}" if "change" in column and tenths else f"{tenths:.1f}"


def _verdicts(ranked: gpd.GeoDataFrame) -> list[tuple[Text, int]]:
    if "co2_verdict" not in ranked:
        return []
    counts = ranked["co2_verdict"].value_counts()
    return [(words, int(counts[verdict])) for verdict, words in CO2_VERDICTS.items() if verdict in counts.index]
