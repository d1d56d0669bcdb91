"""What a check found as a table on the terminal, in one of the two languages."""

from __future__ import annotations

from collections import Counter

from rich.markup import escape
from rich.table import Table

from geotransfer.checking.report import SHOWN, Finding, LayerReport
from geotransfer.cli.printing import SafeConsole

__all__ = ["print_report"]

HEADS = {"zh": ("级别", "代号", "数值", "发现", "办法"), "en": ("level", "code", "number", "finding", "way out")}
KINDS_ZH = {"features": "矢量", "table": "表格", "raster": "栅格"}
STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
UNITS_ZH = {
    "features": "个要素", "vertices": "个顶点", "positions": "个位置", "cells": "个格", "rows": "行", "texts": "处",
    "parts": "个部分", "kinds": "类", "zones": "带", "m": "米", "km": "公里", "km2": "平方公里", "deg": "°",
}  # fmt: skip
WIDTH = 150
"""Columns of the page where the output is no terminal (a file, a pipe)."""


def print_report(report: LayerReport, *, language: str) -> None:
    """Print one row a finding, the gravest first, and a line that counts them."""
    console = SafeConsole(highlight=False)
    if not console.is_terminal:
        console = SafeConsole(highlight=False, width=max(WIDTH, console.width))
    zh = language == "zh"
    counts = Counter(one.severity for one in report.findings)
    parts = [f"{counts[severity]} {words.zh if zh else words.en}" for severity, words in SHOWN.items()]
    console.print(escape(report.path), style="bold")
    console.print(f"{KINDS_ZH[report.kind] if zh else report.kind}: {', '.join(parts)}")
    if not report.findings:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for head, justify in zip(HEADS[language], ("left", "left", "right", "left", "left"), strict=True):
        table.add_column(head, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for one in report.findings:
        level, what, way = (
            (SHOWN[one.severity].zh, one.what.zh, one.way_out.zh)
            if zh
            else (SHOWN[one.severity].en, one.what.en, one.way_out.en)
        )
        styled = f"[{STYLES[one.severity]}]{level}[/]"
        table.add_row(styled, one.code, _number(one, zh=zh), escape(what), escape(way))
    console.print(table)


def _number(one: Finding, *, zh: bool) -> str:
    if one.number is None:
        return ""
    unit = "" if one.unit == "1" else UNITS_ZH.get(one.unit, one.unit) if zh else one.unit
    return f"{one.number:,.6g} {unit}".strip()
