"""Money, carbon, water and policy of one zone, as far as the ranking holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geotransfer.siting.finished import DescribedColumn
from geotransfer.types import Text
from geotransfer.words import CO2_VERDICTS, COST_COLUMNS, COST_TERMS

__all__ = ["FIGURE_COLUMNS", "WORDS", "Figure", "figures_of"]

TITLES = {
    "rank_cost": Text(zh="成本名次", en="rank by cost"),
    "delivered_cost_yuan_per_unit": Text(zh="单位交付成本", en="delivered cost"),
    "delivered_cost_p05": Text(zh="单位交付成本, 5 % 分位", en="delivered cost, 5th percentile"),
    "delivered_cost_p95": Text(zh="单位交付成本, 95 % 分位", en="delivered cost, 95th percentile"),
    "power_price_yuan_per_kwh": Text(zh="到厂电价", en="price of power at the gate"),
    **{
        column: Text(zh=f"其中{COST_TERMS[term].zh}", en=f"of it {COST_TERMS[term].en}")
        for column, term in COST_COLUMNS.items()
    },
    "saving_yuan_per_unit": Text(zh="比转出地节省", en="saved against the origin"),
    "co2_average_kg_per_kwh": Text(zh="用电碳排放, 平均因子口径", en="carbon of power, average book"),
    "co2_contract_kg_per_kwh": Text(zh="用电碳排放, 合同口径", en="carbon of power, contract book"),
    "co2_marginal_kg_per_kwh": Text(zh="用电碳排放, 边际口径", en="carbon of power, marginal book"),
    "co2_t_per_unit": Text(zh="单位产品碳排放", en="CO2 per unit of product"),
    "co2_change_average_t_per_unit": Text(zh="迁移的碳变化, 平均因子口径", en="change of CO2, average book"),
    "co2_change_contract_t_per_unit": Text(zh="迁移的碳变化, 合同口径", en="change of CO2, contract book"),
    "co2_change_marginal_t_per_unit": Text(zh="迁移的碳变化, 边际口径", en="change of CO2, marginal book"),
    "co2_verdict": Text(zh="三种口径的结论", en="verdict of the three books"),
    "water_m3_per_unit": Text(zh="单位产品取水量", en="water per unit of product"),
    "water_m3_per_year": Text(zh="年取水量", en="water of the plant in a year"),
    "water_note": Text(zh="水约束", en="note on water"),
    "policy_direction": Text(zh="政策方向", en="direction of policy"),
    "policy_special_area": Text(zh="特殊类型地区", en="special areas"),
    "dry_season_risk": Text(zh="枯水期限电风险 (1 为有)", en="dry-season cuts (1 = at risk)"),
}
WORDS = {
    **CO2_VERDICTS,
    "encouraged": Text(zh="鼓励 (附条件)", en="encouraged (with conditions)"),
    "allowed": Text(zh="允许", en="allowed"),
    "banned": Text(zh="禁止", en="banned"),
}
"""Values of the columns that are words -> as they are shown."""
FIGURE_COLUMNS = tuple(TITLES)
"""Columns that answer in yuan, tonnes and words; each is shown where the ranking has it."""


@dataclass(frozen=True)
class Figure:
    """One column of the ranking: what it is called, its unit, the value (None where this zone has none)."""

    name: str
    title: Text
    unit: str
    value: float | str | None


def figures_of(zone: pd.Series[Any], columns: Sequence[DescribedColumn]) -> tuple[Figure, ...]:
    """Return the figures a zone has.

    Examples
    --------
    >>> figures_of(pd.Series({"rank_cost": 3, "name": "A"}), [])[0].value
    3.0
    """
    described = {column.name: column for column in columns}
    product = str(zone.get("product_unit") or "unit")
    found = []
    for name in FIGURE_COLUMNS:
        value = _plain(zone.get(name)) if name in zone.index else ""
        if value != "":
            column = described.get(name)
            unit = "" if column is None else column.unit.replace("/unit", f"/{product}")
            found.append(Figure(name, TITLES[name], unit, value))
    return tuple(found)


def _plain(value: Any) -> float | str | None:
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else float(value)
