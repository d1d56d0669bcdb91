"""The cheapest places: their cost by term, its 5-95 % band, and what the origin pays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from geotransfer.report.cost import PRODUCT_UNITS
from geotransfer.report.drawing import INK, ReportFigure, report_figure, rows_down, zone_labels
from geotransfer.types import FloatArray, Text
from geotransfer.words import COST_COLUMNS, COST_TERMS, in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["cost_figure"]

CHEAPEST = 12
COLOURS = ("#225ea8", "#7fcdbb", "#bdbdbd", "#41b6c4", "#dfc27d")
ORIGIN = "#b35806"


def cost_figure(ranking: gpd.GeoDataFrame) -> Iterator[ReportFigure]:
    """Yield the figure of the cheapest ranked zones; none for a ranking without delivered cost."""
    if "rank_cost" not in ranking:
        return
    cheapest = ranking[ranking["rank_cost"].notna() & (ranking["status"] == "ranked")].sort_values("rank_cost")
    cheapest = cheapest.head(CHEAPEST)
    if cheapest.empty:
        return
    names, unit = zone_labels(cheapest), in_words(str(cheapest["product_unit"].iloc[0]), PRODUCT_UNITS)
    terms = {name: cheapest[name].to_numpy(float) for name in COST_COLUMNS if name in cheapest}
    total = cheapest["delivered_cost_yuan_per_unit"].to_numpy(float)
    band = _band(cheapest)
    origin = total[0] + float(cheapest["saving_yuan_per_unit"].iloc[0]) if "saving_yuan_per_unit" in cheapest else None
    words = {"zh": (f"元/{unit.zh}", "转出地"), "en": (f"yuan/{unit.en}", "origin")}

    def draw(axes: Axes, language: str) -> None:
        rows, left = np.arange(len(names)), np.zeros(len(names))
        for (name, values), colour in zip(terms.items(), COLOURS, strict=False):
            axes.barh(
                rows, values, 0.62, left=left, color=colour, label=getattr(COST_TERMS[COST_COLUMNS[name]], language)
            )
            left = left + np.nan_to_num(values)
        if band is not None:
            axes.hlines(rows, *band, color=INK, linewidth=1.4)
        label, at_origin = words[language]
        if origin is not None:
            axes.axvline(origin, color=ORIGIN, linewidth=1.4, label=at_origin)
        axes.set_yticks(rows, names)
        axes.set_xlabel(label)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.legend(frameon=False, ncols=6, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        rows_down(axes, len(names))

    yield report_figure("cost", _caption(band is not None), draw, height=1.0 + 0.26 * len(names))


def _band(zones: gpd.GeoDataFrame) -> tuple[FloatArray, FloatArray] | None:
    if not {"delivered_cost_p05", "delivered_cost_p95"} <= set(zones.columns):
        return None
    return zones["delivered_cost_p05"].to_numpy(float), zones["delivered_cost_p95"].to_numpy(float)


def _caption(with_band: bool) -> Text:
    zh, en = "到厂成本最低的区域, 按分项", "The places of lowest delivered cost, by term"
    if with_band:
        zh, en = f"{zh}; 黑线为 5–95 % 区间 (抽样)", f"{en}; the dark line is the 5–95 % interval over the draws"
    return Text(zh=f"{zh}。", en=f"{en}.")
