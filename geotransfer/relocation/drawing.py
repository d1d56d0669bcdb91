"""Flows as lines, and the figures of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.catalog.boundaries import boundaries
from geotransfer.relocation.provinces import full_name
from geotransfer.relocation.reading import Places
from geotransfer.report.drawing import INK, ReportFigure, report_figure, rows_down
from geotransfer.types import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["flow_lines", "front_figure", "structure_figures"]

BEFORE, AFTER = "#b9c4cf", "#225ea8"
ROW = 0.34
TONNES_PER_UNIT = {"zh": 1e4, "en": 1e3}


def flow_lines(flows: pd.DataFrame, places: Places) -> gpd.GeoDataFrame:
    """Return flows as straight lines from a point in the origin's province to the place, EPSG:4326."""
    provinces = boundaries("province").to_crs("EPSG:4326").set_index("name").geometry.representative_point()
    start = {origin: provinces[full_name(origin)] for origin in flows["origin"].unique()}
    end = places.table.geometry.to_crs("EPSG:4326")
    shapes = [shapely.LineString([start[o], end[z]]) for o, z in zip(flows["origin"], flows["zone"], strict=True)]
    return gpd.GeoDataFrame(flows.copy(), geometry=shapes, crs="EPSG:4326")


def structure_figures(structure: pd.DataFrame, titles: Mapping[str, Text]) -> Iterator[ReportFigure]:
    """Yield, for each industry, its capacity by province before and after.

    Parameters
    ----------
    structure : DataFrame
        Of `structure_of`.
    titles : mapping
        What each industry is called.
    """
    for number, (industry, rows) in enumerate(structure.groupby("industry", sort=False)):
        known = rows["stands_before_t"].notna().all()
        columns = ("stands_before_t", "stands_after_t") if known else ("leaves_t", "arrives_t")
        yield _structure_figure(
            titles[str(industry)], rows.sort_values(list(columns), ascending=False), columns, number
        )


def _structure_figure(title: Text, rows: pd.DataFrame, columns: tuple[str, str], number: int) -> ReportFigure:
    whole = columns[0] == "stands_before_t"
    before, after = (rows[column].to_numpy(np.float64) for column in columns)
    labels = {
        "zh": ("转移前", "转移后", "产能, 万吨/年") if whole else ("转出", "承接", "所转移的产能, 万吨/年"),
        "en": ("before", "after", "capacity, kt/a") if whole else ("leaves", "arrives", "capacity that moves, kt/a"),
    }

    def draw(axes: Axes, language: str) -> None:
        down, up, label = labels[language]
        at, unit = np.arange(len(rows)), TONNES_PER_UNIT[language]
        axes.barh(at - 0.19, before / unit, 0.36, color=BEFORE, label=down)
        axes.barh(at + 0.19, after / unit, 0.36, color=AFTER, label=up)
        axes.set_yticks(at, rows["province"].tolist())
        axes.set_xlabel(label)
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        rows_down(axes, len(rows))

    caption = Text(
        zh=f"{title.zh}: 各省产能, 转移前后。" if whole else f"{title.zh}: 转出与承接的产能 (各省现有产能未给全)。",
        en=f"{title.en}: capacity by province before and after."
        if whole
        else f"{title.en}: what leaves and what arrives (not every province's capacity is given).",
    )
    return report_figure(f"structure-{number}", caption, draw, height=1.0 + ROW * len(rows))


def front_figure(front: pd.DataFrame) -> ReportFigure:
    """Return the plans of a front: cost against the change of CO2."""
    cost, co2 = front["cost_yuan"].to_numpy(np.float64), front["co2_change_t"].to_numpy(np.float64)
    words = {
        "zh": ("碳排放变化, 万吨 CO₂/年", "方案成本, 亿元/年", 1e4, 1e8),
        "en": ("change of CO₂, kt/a", "cost of the plan, million yuan/a", 1e3, 1e6),
    }

    def draw(axes: Axes, language: str) -> None:
        across, up, tonnes, yuan = words[language]
        axes.plot(co2 / tonnes, cost / yuan, "-o", color=AFTER, markersize=5, linewidth=1.2)
        for x, y in zip(co2 / tonnes, cost / yuan, strict=True):
            axes.annotate(f"{y:,.1f}", (x, y), (6, 6), textcoords="offset points", color=INK)
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.yaxis.set_major_formatter("{x:,g}")
        axes.margins(0.12)
        axes.grid(color="#e6e9ec", linewidth=0.6)
        axes.set_axisbelow(True)

    caption = Text(
        zh="成本与碳排放的前沿: 每点一个方案; 越往左减排越多、成本越高。",
        en="Cost against CO₂: each point is a plan; further left means less CO₂ at a higher cost.",
    )
    return report_figure("front", caption, draw, height=3.2)
