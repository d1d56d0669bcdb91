"""The figures of the report: rank intervals, one weight at a time, agreement of methods, cost by term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from geotransfer.report.cost_figure import cost_figure
from geotransfer.report.drawing import (
    INK,
    LANGUAGES,
    SOFT,
    ReportFigure,
    can_draw,
    report_figure,
    rows_down,
    whole_numbers,
    zone_labels,
)
from geotransfer.types import Text
from geotransfer.words import METHODS, in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["NO_FIGURES", "report_figures"]

BEST = 20
BLUE, PALE = "#225ea8", "#a6bddb"
ROW = 0.24
NO_FIGURES = Text(
    zh="未安装 matplotlib, 报告不含图; 安装: pip install 'geotransfer[report]'",
    en="matplotlib is not installed, so the report has no figures: pip install 'geotransfer[report]'",
)


def report_figures(ranking: gpd.GeoDataFrame, facts: Mapping[str, Any]) -> dict[str, ReportFigure]:
    """Return the figures that the result has data for, by id; none without matplotlib.

    Parameters
    ----------
    ranking : GeoDataFrame
        Of the result, best first.
    facts : mapping
        ``provenance["result"]``.
    """
    if not can_draw():
        return {}
    makers = (cost_figure(ranking), _rank_intervals(ranking), _weight_swings(facts), _agreement(facts))
    return {figure.id: figure for figures in makers for figure in figures}


def _rank_intervals(ranking: gpd.GeoDataFrame) -> Iterator[ReportFigure]:
    if not {"rank_p05", "rank_p95", "top10_acceptability"} <= set(ranking.columns):
        return
    best = ranking[ranking["status"] == "ranked"].head(BEST)
    if best["rank_p05"].isna().all():
        return
    names = zone_labels(best)
    low, high = best["rank_p05"].to_numpy(float), best["rank_p95"].to_numpy(float)
    ranks, share = best["rank"].to_numpy(float), best["top10_acceptability"].to_numpy(float)
    axis = {"zh": "名次 (对数刻度)", "en": "rank (log scale)"}

    def draw(axes: Axes, language: str) -> None:
        rows = np.arange(len(names))
        axes.hlines(rows, low, high, color=PALE, linewidth=5)
        axes.plot(ranks, rows, "o", color=BLUE, markersize=4)
        for row, right, one in zip(rows, high, share, strict=True):
            axes.annotate(f"{one:.0%}", (right, row), (6, 0), textcoords="offset points", va="center", color=SOFT)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_yticks(rows, names)
        axes.set_xlabel(axis[language])
        rows_down(axes, len(names))

    caption = Text(
        zh="名次及其 5–95 % 区间 (抽样); 右侧为进入前 10 名的频率。",
        en="Rank and its 5–95 % interval over the draws; at the right how often the zone is in the top 10.",
    )
    yield report_figure("rank_intervals", caption, draw, height=0.6 + ROW * len(names))


def _weight_swings(facts: Mapping[str, Any]) -> Iterator[ReportFigure]:
    found = (facts.get("comparison") or {}).get("weight_swings")
    if not found:
        return
    titles = {criterion["id"]: criterion["title"] for criterion in facts["criteria"]}
    rows = sorted(found["left"].items(), key=lambda item: (-max(item[1].values()), item[0]))
    words = {
        "zh": ("权重减半", "权重增加一半", "前 {} 名中被替换的区域数"),
        "en": ("halved", "raised by half", "of the top {} replaced"),
    }

    def draw(axes: Axes, language: str) -> None:
        down, up, label = words[language]
        at = np.arange(len(rows))
        axes.barh(at - 0.19, [row["lowered"] for _, row in rows], 0.36, color=PALE, label=down)
        axes.barh(at + 0.19, [row["raised"] for _, row in rows], 0.36, color=BLUE, label=up)
        axes.set_yticks(at, [titles[name][language] for name, _ in rows])
        axes.set_xlim(0, found["top"])
        axes.set_xlabel(label.format(found["top"]))
        axes.xaxis.set_major_locator(whole_numbers())
        axes.legend(frameon=False, loc="lower right")
        rows_down(axes, len(rows))

    caption = Text(
        zh=f"每次只改变一个权重 (其余按比例): 前 {found['top']} 名中有几个被替换。",
        en=f"One weight at a time, the others in proportion: how many of the top {found['top']} are replaced.",
    )
    yield report_figure("weight_swings", caption, draw, height=0.7 + 0.36 * len(rows))


def _agreement(facts: Mapping[str, Any]) -> Iterator[ReportFigure]:
    found = (facts.get("comparison") or {}).get("methods")
    if not found or any(value is None for row in found["spearman"] for value in row):
        return
    rho = np.asarray(found["spearman"], dtype=np.float64)
    names = {language: [getattr(in_words(m, METHODS), language) for m in found["methods"]] for language in LANGUAGES}

    def draw(axes: Axes, language: str) -> None:
        axes.imshow(rho, cmap="PuBu", vmin=0.0, vmax=1.25, aspect="auto")
        for (row, column), value in np.ndenumerate(rho):
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", color="white" if value > 0.8 else INK)
        axes.set_xticks(range(len(rho)), [name.replace(" ", "\n") for name in names[language]])
        axes.set_yticks(range(len(rho)), names[language])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)

    caption = Text(
        zh="不同评价方法名次之间的相关系数 (Spearman): 1 为完全一致。",
        en="Rank correlation (Spearman) between methods: 1 is full agreement.",
    )
    yield report_figure("agreement", caption, draw, height=0.8 + 0.36 * len(rho))
