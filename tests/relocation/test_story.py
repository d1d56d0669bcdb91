"""Every number of docs/match.md comes from a run of the problems printed there; its picture is small."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.relocation.ledger import ledger

DOCS = Path(__file__).resolve().parents[2] / "docs"
TOLD = (DOCS / "match.md").read_text(encoding="utf-8")
LEDGER = {
    "tonnes": (1e3, 0), "electricity_kwh": (1e9, 2), "energy_tce": (1e3, 0), "co2_power_production_t": (1e3, 0),
    "co2_power_consumption_t": (1e3, 0), "tax_yuan": (1e6, 0), "tax_yuan_after_sharing": (1e6, 0),
}  # fmt: skip
"""Columns of the second table: unit and decimals."""


@pytest.fixture(scope="module")
def folder(cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story")
    gt.write_result(gt.run(gt.scenario("aluminium").with_overrides({"grid.resolution": 25_000})), folder / "run")
    free, extra = re.findall(r"<<'END'\n(.*?)END\n", TOLD, re.DOTALL)
    (folder / "free.toml").write_text(free, encoding="utf-8")
    (folder / "bound.toml").write_text(free + extra, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def plans(folder: Path) -> list[gt.Matching]:
    return [gt.match(gt.Problem.from_file(folder / f"{name}.toml")) for name in ("free", "bound")]


def rows(cells: int) -> list[list[str]]:
    """Rows of the table with so many columns, without its head."""
    found = [re.findall(r"[^|]+", line) for line in TOLD.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in found if len(row) == cells][2:]


def test_the_table_is_that_of_the_run(plans: list[gt.Matching]) -> None:
    by_province = [plan.flows.groupby("province")["tonnes"].sum().max() for plan in plans]
    told = [
        [f"{plan.flows['cost_yuan'].sum() / 1e6:.0f}" for plan in plans],
        [f"{plan.flows['co2_change_t'].sum() / 1e6:.2f}" for plan in plans],
        [f"{len(plan.plants)}" for plan in plans],
        [f"{most / 1.5e6:.2f}" for most in by_province],
        [f"{plan.herfindahl['aluminium']:.2f}" for plan in plans],
        [f"{most * 13_400 / 1e9:.1f}" for most in by_province],
    ]
    assert [row[1:] for row in rows(3)] == told


def test_the_ledger_is_that_of_the_run(plans: list[gt.Matching]) -> None:
    table, names = ledger(plans[1]).table, plans[1].places.table["name"].to_dict()
    told = [
        [
            {"origin": row["who"], "system": "system"}.get(row["role"]) or names[row["who"]],
            *(f"{row[name] / unit + 0.0:.{decimals}f}" for name, (unit, decimals) in LEDGER.items()),
        ]
        for row in table.to_dict("records")
    ]
    assert rows(8) == told


def test_the_sentences_tell_the_run(plans: list[gt.Matching], folder: Path) -> None:
    dearer = (plans[1].flows["cost_yuan"].sum() - plans[0].flows["cost_yuan"].sum()) / 1.5e6
    assert f"The rules cost {dearer:.0f} yuan a tonne" in TOLD
    ranking = gt.read_result(folder / "run").ranking
    best = ranking[ranking["status"] == "ranked"].sort_values("rank").head(200)
    cost = best["delivered_cost_yuan_per_unit"] - best["cost_carbon_yuan_per_unit"]
    by_name = pd.Series(cost.to_numpy(), index=best["name"])
    assert f"is {by_name['青铜峡市'] - by_name['金凤区']:.1f} yuan a tonne dearer" in TOLD
    least = cost.groupby(best["province"]).min()
    behind = [least[name] - least["宁夏回族自治区"] for name in ("内蒙古自治区", "青海省")]
    assert f"are {behind[0]:.0f} and {behind[1]:.0f} yuan behind" in TOLD
    first = best.loc[cost.idxmin()]
    assert first["province"] == "宁夏回族自治区"
    assert f"cost is {first['delivered_cost_p95'] - first['delivered_cost_p05']:.0f} yuan wide" in TOLD
    origin = ledger(plans[1]).table.iloc[0]
    books = (origin[f"co2_power_{book}_t"] / -1e6 for book in ("production", "consumption"))
    assert "falls by {:.1f} Mt, but what it uses by {:.1f} Mt".format(*books) in TOLD


def test_at_least_three_rules_bind(plans: list[gt.Matching]) -> None:
    binding = {row.name for row in plans[1].slack if row.binding}
    assert {"moved", "plants per zone", "net CO2", "share of a province in aluminium"} <= binding
    guard = next(row for row in plans[1].slack if row.name == "origin guard")
    assert guard.least == pytest.approx((0.3 * 526.9 - 150.0) * 1e4)


def test_the_picture_is_small_enough() -> None:
    assert (DOCS / "match.png").stat().st_size <= 250_000
