"""``geotransfer diagnose``: does a province lose its manufacturing, and in which way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geotransfer.cli.printing import say, say_json

if TYPE_CHECKING:
    from geotransfer.industry.diagnosis import Diagnosis

__all__ = ["register"]

TREND_WORDS = {
    "falls": "下降 falls",
    "rises": "上升 rises",
    "no trend": "无显著趋势 no trend",
    "too short": "年数不足 too short",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command("diagnose")(_diagnose)


def _diagnose(
    panel: Annotated[Path, typer.Argument(help="CSV, a row a province and year; units in brackets: gdp (1e8 yuan).")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write one row a province to this CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    quantity: Annotated[str | None, typer.Option("--quantity", help="Of a table whose columns are years.")] = None,
    gaps: Annotated[str, typer.Option("--gaps", help="refuse, skip or interpolate missing years.")] = "refuse",
    alpha: Annotated[float, typer.Option("--alpha", help="A trend is one at an adjusted p of at most this.")] = 0.05,
    min_years: Annotated[int, typer.Option("--min-years", help="Shorter series are not tested.")] = 8,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of the CSV, e.g. GB18030; else UTF-8.")] = None,
) -> None:
    """Tell per province: no, structural or aggregate de-industrialisation, or unknown, with the trends behind it."""
    from geotransfer.industry.diagnosis import diagnose
    from geotransfer.industry.panel import read_panel
    from geotransfer.outputs.tables import write_table

    checked = read_panel(panel, quantity=quantity, gaps=gaps, encoding=encoding)  # type: ignore[arg-type]
    found = diagnose(checked, alpha=alpha, min_years=min_years)
    if out is not None:
        write_table(found.wide(), out)
    if as_json:
        say_json(_record(found), indent=2)
    else:
        say("\n".join(_lines(found)))


def _record(found: Diagnosis) -> dict[str, Any]:
    return {
        "alpha": found.alpha,
        "min_years": found.min_years,
        "provinces": json.loads(found.table.to_json(orient="records", force_ascii=False)),
        "trends": json.loads(found.trends.to_json(orient="records", force_ascii=False)),
        "missing": [text.as_dict() for text in found.missing],
        "notes": [text.as_dict() for text in found.notes],
    }


def _lines(found: Diagnosis) -> list[str]:
    from geotransfer.industry.diagnosis import SERIES, VERDICTS

    lines = []
    for province, verdict, *reason in found.table.to_numpy().tolist():
        lines += [f"{province}: {VERDICTS[verdict].zh} / {VERDICTS[verdict].en}", f"  {' / '.join(reason)}"]
        for one in found.trends[found.trends["province"] == province].itertuples():
            words = SERIES[str(one.series)]
            lines.append(f"  {words.zh} {words.en}, {one.first}-{one.last} (n={one.n}): {_figures(one)}")
    lines.append(
        f"检验 tests: Mann-Kendall, Theil-Sen; p 经 Benjamini-Hochberg 校正 adjusted; alpha {found.alpha:g}, "
        f"至少 at least {found.min_years} 年 years"
    )
    lines += [f"未检验 not testable: {text.zh} / {text.en}" for text in found.missing]
    lines += [f"注 note: {text.zh} / {text.en}" for text in found.notes]
    return lines


def _figures(one: Any) -> str:
    if one.trend == "too short":
        return TREND_WORDS[one.trend]
    return (
        f"{one.slope:+.4g} [{one.slope_low:+.4g}, {one.slope_high:+.4g}] {one.unit}, p = {one.p:.2g}, "
        f"adjusted {one.p_adjusted:.2g}: {TREND_WORDS[one.trend]}"
    )
