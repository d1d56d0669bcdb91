"""The section 成本与碳: what it says, and that a scenario without an industry has none."""

from __future__ import annotations

import geopandas as gpd
import pytest

import geotransfer as gt
from geotransfer.report.cost import _number, cost_section
from geotransfer.report.document import render_report

QUICK = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 200}


@pytest.fixture(scope="module")
def result() -> gt.Result:
    return gt.run(gt.scenario("aluminium").with_overrides(QUICK))


def test_the_cheapest_zones_with_their_terms(result):
    section = cost_section(result.ranking, result.provenance["result"])
    best = result.ranking.sort_values("rank_cost").iloc[0]
    assert section.rows[0]["name"] == best["name"]
    assert section.rows[0]["rank_cost"] == 1
    heads = [head.zh for head in section.heads]
    assert heads[:5] == ["电费", "运入", "运出", "碳成本", "交付成本"]
    assert heads[5:] == ["5–95 %", "比转出地节省", "CO₂ (吨/单位)", "碳变化 (平均口径)"]
    assert section.rows[0]["cells"][0] == f"{best['cost_power_yuan_per_unit']:,.0f}"
    assert sum(zones for _, zones in section.verdicts) == 22


def test_the_report_holds_it(result):
    page = render_report(result)
    wanted = ["成本与碳", "转移不等于减排", "Spearman", "GB 21346-2022", "每吨产品", "greenhousegog", "136 个县级单元"]
    for words in wanted:
        assert words in page


def test_what_is_missing_is_said():
    hydrogen = gt.run(gt.scenario("green-hydrogen").with_overrides({**QUICK, "robustness.draws": 0}))
    section = cost_section(hydrogen.ranking, hydrogen.provenance["result"])
    assert section.rows == []
    assert any("没有 [power]" in line.zh for line in section.lines)
    assert "成本与碳" in render_report(hydrogen)


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (1234.5, "delivered_cost_yuan_per_unit", "1,234"),
        (-0.004, "co2_change_average_t_per_unit", "0.0"),
        (0.39, "co2_change_average_t_per_unit", "+0.4"),
        (7.78, "co2_t_per_unit", "7.8"),
        (float("nan"), "co2_t_per_unit", "?"),
    ],
)
def test_numbers(value, column, text):
    assert _number(value, column) == text


def test_nothing_without_an_industry():
    assert cost_section(gpd.GeoDataFrame(), {}) is None
