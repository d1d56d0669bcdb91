from __future__ import annotations

from typing import Any

import geotransfer as gt
from geotransfer.report import render_report
from geotransfer.report.power import power_lines
from geotransfer.words import POWER_MODES, POWER_TERMS


def record(**changes: Any) -> dict[str, Any]:
    base = {"mode": "green_direct", "year": 2023, "green_share_counted": 0.25, "assumed_terms": ["energy"], "notes": []}
    return {"power": {**base, **changes}}


def test_the_lines_name_mode_year_share_and_assumptions() -> None:
    first, second, last = power_lines(record())
    assert (
        first.en
        == "How power is bought: from the grid and own wind and sun, 25% from own wind and sun; prices of 2023."
    )
    assert "电能" in second.zh
    assert "外送" in last.zh
    assert "0.5 is counted" in power_lines(record(notes=[{"zh": "上限", "en": "0.5 is counted"}]))[2].en
    assert power_lines({}) == []


def test_every_mode_and_term_has_a_name() -> None:
    from typing import get_args

    from geotransfer.energy.delivered_price import TERMS, PriceMode

    assert set(POWER_MODES) == set(get_args(PriceMode))
    assert set(POWER_TERMS) == set(TERMS)


def test_the_report_lists_the_price_areas(aluminium: gt.Result) -> None:
    html = render_report(aluminium)
    assert "枯水期限电风险" in html
    for area in ("蒙西", "蒙东", "云南"):
        assert f">{area}<" in html
