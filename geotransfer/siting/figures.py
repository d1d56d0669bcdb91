"""Money, carbon, water and policy of one zone, as far as the ranking holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geotransfer.siting.finished import DescribedColumn
from geotransfer.types import Text

__all__ = ["FIGURE_COLUMNS", "Figure", "figures_of"]

FIGURE_COLUMNS = (
    *("rank_cost", "delivered_cost_yuan_per_unit", "delivered_cost_p05", "delivered_cost_p95"),
    *("power_price_yuan_per_kwh", "cost_power_yuan_per_unit", "freight_cost_yuan_per_unit"),
    *("cost_carbon_yuan_per_unit", "cost_water_yuan_per_unit", "cost_labour_yuan_per_unit", "saving_yuan_per_unit"),
    *("co2_average_kg_per_kwh", "co2_contract_kg_per_kwh", "co2_marginal_kg_per_kwh", "co2_t_per_unit"),
    *("co2_change_average_t_per_unit", "co2_change_contract_t_per_unit", "co2_change_marginal_t_per_unit"),
    *("co2_verdict", "water_m3_per_unit", "water_m3_per_year", "water_note"),
    *("policy_direction", "policy_special_area", "dry_season_risk"),
)
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
    found = []
    for name in FIGURE_COLUMNS:
        value = _plain(zone.get(name)) if name in zone.index else ""
        if value != "":
            column = described.get(name)
            title = Text(zh=name, en=name) if column is None else column.meaning
            found.append(Figure(name, title, "" if column is None else column.unit, value))
    return tuple(found)


def _plain(value: Any) -> float | str | None:
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else float(value)
