from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from geotransfer.report import drawing, figures, render_report
from geotransfer.report.drawing import chinese_font, svg_figure
from geotransfer.report.figures import report_figures

SWINGS = {"top": 4, "left": {"tariff": {"lowered": 1, "raised": 0}, "hub": {"lowered": 2, "raised": 3}}}
METHODS = {"methods": ["weighted_sum", "topsis"], "always": [], "spearman": [[1.0, 0.25], [0.25, 1.0]]}


@pytest.fixture
def drawn(result: Any) -> Any:
    """The small result with rank intervals, cost and comparison."""
    ranked = (result.ranking["status"] == "ranked").to_numpy()
    rank = result.ranking["rank"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    columns = {
        "rank_p05": np.maximum(rank - 2, 1),
        "rank_p95": rank + 5,
        "top10_acceptability": 1 / rank,
        "rank_cost": np.where(ranked, rank, np.nan),
        "delivered_cost_yuan_per_unit": 10_000 + 100 * rank,
        "delivered_cost_p05": 9_000 + 100 * rank,
        "delivered_cost_p95": 11_500 + 100 * rank,
        "cost_power_yuan_per_unit": 9_000 + 100 * rank,
        "freight_cost_yuan_per_unit": np.where(ranked, 1_000.0, np.nan),
        "saving_yuan_per_unit": 2_000 - 100 * rank,
        "product_unit": "t",
    }
    facts = {**result.provenance["result"], "comparison": {"methods": METHODS, "weight_swings": SWINGS}}
    return result.ranking.assign(**columns), facts


def test_each_figure_the_result_has_data_for(drawn: Any) -> None:
    ranking, facts = drawn
    assert set(report_figures(ranking, facts)) == {"cost", "rank_intervals", "weight_swings", "agreement"}
    bare = ranking[[c for c in ranking if c not in ("rank_p05", "rank_cost")]]
    assert report_figures(bare, {**facts, "comparison": None}) == {}


def test_the_text_of_a_figure_is_text_and_names_are_escaped(drawn: Any) -> None:
    ranking, facts = drawn
    figure = report_figures(ranking, facts)["rank_intervals"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in figure.zh
    assert "<script" not in figure.zh
    assert "名次" in figure.zh
    assert "rank (log scale)" in figure.en


def test_lengths_of_bars_are_the_numbers(drawn: Any) -> None:
    ranking, facts = drawn
    svg = report_figures(ranking, facts)["weight_swings"].en
    bars = re.findall(r'<path d="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*z "[^>]*clip-path', svg)
    widths = sorted(round(float(right) - float(left), 1) for left, right in bars)
    # hub 2 and 3, tariff 1 and 0: as 0 : 1 : 2 : 3
    assert widths[0] == 0
    assert np.array(widths[1:]) / widths[1] == pytest.approx([1, 2, 3], rel=1e-3)


def test_the_origin_stands_in_the_cost_figure(drawn: Any) -> None:
    ranking, facts = drawn
    figure = report_figures(ranking, facts)["cost"]
    assert "转出地" in figure.zh
    assert "yuan/tonne" in figure.en
    assert "5–95 %" in figure.caption.en


def test_two_pages_of_one_result_are_the_same(drawn: Any) -> None:
    ranking, facts = drawn
    first, second = (report_figures(ranking, facts) for _ in range(2))
    assert first == second
    page = "".join(figure.zh + figure.en for figure in first.values())
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_without_matplotlib_the_report_says_so(result: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (drawing, figures):
        monkeypatch.setattr(module, "can_draw", lambda: False)
    monkeypatch.setattr("geotransfer.report.document.can_draw", lambda: False)
    assert "pip install &#39;geotransfer[report]&#39;" in render_report(result)


def test_without_a_chinese_font_there_is_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    chinese_font.cache_clear()
    monkeypatch.setattr(drawing, "CHINESE_FONTS", ("No Such Font",))
    try:
        with pytest.warns(UserWarning, match="no font with Chinese characters") as caught:
            svg = svg_figure(lambda axes: axes.set_title("中文"), width=2, height=1, name="x", label="x")
        assert len(caught) == 1
        assert "中文" in svg
    finally:
        chinese_font.cache_clear()
