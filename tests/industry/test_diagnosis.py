"""Verdicts on made-up panels whose answer is known beforehand."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.errors import InputError

YEARS = range(2012, 2024)
SHARE, JOBS = "manufacturing_share", "manufacturing_employment_share"
OUTPUT, WORKERS = "manufacturing_value_added (1e8 yuan, constant prices)", "manufacturing_employment (1e4 persons)"


def made_up(steps: dict[str, float], province: str = "山东", years: range = YEARS) -> pd.DataFrame:
    """A series each that changes by its step a year, from 0.4 (shares) or 1000 (levels)."""
    columns = {
        name: [(0.4 if name in (SHARE, JOBS) else 1000) + step * i for i in range(len(years))]
        for name, step in steps.items()
    }
    return pd.DataFrame({"province": province, "year": years, **columns})


def verdict(frame: pd.DataFrame, **options: float) -> tuple[str, str]:
    row = gt.diagnose(gt.read_panel(frame), **options).table.iloc[0]  # type: ignore[arg-type]
    return row["verdict"], row["reason_en"]


FALL = {SHARE: -0.01, JOBS: -0.01}


@pytest.mark.parametrize(
    ("steps", "expected", "reason"),
    [
        ({**FALL, OUTPUT: -9, WORKERS: -9}, "aggregate", "fall as well"),
        ({**FALL, OUTPUT: 9, WORKERS: -9}, "structural", "value added of manufacturing shows no fall"),
        ({**FALL, OUTPUT: 9}, "structural", "value added"),
        ({**FALL, OUTPUT: -9, WORKERS: 0}, "structural", "employment in manufacturing shows no fall"),
        ({**FALL, OUTPUT: -9}, "unknown", "employment in manufacturing is not given"),
        (FALL, "unknown", "is not given"),
        ({SHARE: -0.01, OUTPUT: -9, WORKERS: -9}, "unknown", "share of manufacturing in employment is not given"),
        ({SHARE: 0.01}, "none", "share of manufacturing in GDP shows no fall"),
        ({SHARE: -0.01, JOBS: 0.0}, "none", "share of manufacturing in employment shows no fall"),
    ],
)
def test_verdicts(steps: dict[str, float], expected: str, reason: str) -> None:
    found, why = verdict(made_up(steps))
    assert found == expected
    assert reason in why


def test_slopes_have_units() -> None:
    trends = gt.diagnose(gt.read_panel(made_up({**FALL, OUTPUT: -9}))).trends.set_index("series")
    assert trends.loc[SHARE, "unit"] == "pp/a"
    assert trends.loc[SHARE, "slope"] == pytest.approx(-1.0)
    assert trends.loc["manufacturing_value_added", "unit"] == "1e8 yuan, constant prices/a"
    assert trends.loc["manufacturing_value_added", "slope"] == pytest.approx(-9)


@pytest.mark.parametrize("years", [range(2020, 2021), range(2017, 2024)])
def test_short_panels_are_unknown(years: range) -> None:
    assert verdict(made_up({**FALL, OUTPUT: -9, WORKERS: -9}, years=years)) == (
        "unknown",
        "share of manufacturing in GDP has fewer than 8 years; "
        "share of manufacturing in employment has fewer than 8 years",
    )


def test_current_prices_are_told() -> None:
    frame = made_up({**FALL, OUTPUT: 9, WORKERS: -9}).rename(columns={OUTPUT: "制造业增加值(亿元)"})
    found = gt.diagnose(gt.read_panel(frame))
    assert "inflation may hide a fall" in found.table["reason_en"][0]
    assert any("现价" in note.zh for note in found.notes)
    constant = gt.diagnose(
        gt.read_panel(frame.rename(columns={"制造业增加值(亿元)": "制造业增加值(亿元, 2015年不变价)"}))
    )
    assert constant.notes == ()


def test_p_is_adjusted_over_all_provinces() -> None:
    # one noisy fall: p alone under 0.05; beside five flat provinces it no longer is
    noisy = pd.DataFrame({"province": "山东", "year": range(2012, 2020), SHARE: [8, 7, 5, 6, 3, 4, 1, 4.5]})
    noisy[SHARE] /= 100
    alone = gt.diagnose(gt.read_panel(noisy)).trends.iloc[0]
    others = [made_up({SHARE: 0.0}, name, range(2012, 2020)) for name in ("江苏", "浙江", "上海", "福建", "广东")]
    among = gt.diagnose(gt.read_panel(pd.concat([noisy, *others]))).trends.set_index("province").loc["山东省"]
    assert alone["p"] == among["p"] < 0.05
    assert alone["trend"] == "falls"
    assert among["p_adjusted"] == pytest.approx(6 * among["p"])
    assert among["trend"] == "no trend"


def test_each_province_has_one_row_when_wide() -> None:
    frame = pd.concat([made_up({**FALL, OUTPUT: 9}), made_up({SHARE: 0.0}, "江苏")])
    wide = gt.diagnose(gt.read_panel(frame)).wide()
    assert wide["province"].tolist() == ["江苏省", "山东省"]
    assert wide.set_index("province").loc["山东省", "manufacturing_share_slope"] == pytest.approx(-1)


def test_bad_options() -> None:
    with pytest.raises(InputError, match="alpha is 5"):
        verdict(made_up(FALL), alpha=5)
    with pytest.raises(InputError, match="at least 4"):
        verdict(made_up(FALL), min_years=3)
    with pytest.raises(InputError, match="the panel has no value of"):
        verdict(pd.DataFrame({"province": ["山东"], "year": [2020], "employment (persons)": [1]}))


@pytest.mark.data
def test_gdp_alone_answers_nothing() -> None:
    folder = Path(os.environ.get("GEOTRANSFER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
    panel = gt.read_panel(folder / "population" / "historical_gdp.csv", quantity="gdp (1e8 yuan)")
    found = gt.diagnose(panel)
    assert len(found.table) == 31
    assert set(found.table["verdict"]) == {"unknown"}
    assert [text.zh for text in found.missing][:2] == ["制造业增加值占比", "制造业就业占比"]
    assert set(found.trends["trend"]) == {"rises"}
