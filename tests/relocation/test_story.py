"""Every number of the table in docs/match.md comes from a run of the problems printed there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import geotransfer as gt

PAGE = Path(__file__).resolve().parents[2] / "docs" / "match.md"


@pytest.fixture(scope="module")
def plans(cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> list[gt.Matching]:
    folder = tmp_path_factory.mktemp("story")
    gt.write_result(gt.run(gt.scenario("aluminium").with_overrides({"grid.resolution": 25_000})), folder / "run")
    free, extra = re.findall(r"<<'END'\n(.*?)END\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "free.toml").write_text(free, encoding="utf-8")
    (folder / "bound.toml").write_text(free + extra, encoding="utf-8")
    return [gt.match(gt.Problem.from_file(folder / f"{name}.toml")) for name in ("free", "bound")]


def test_the_table_is_that_of_the_run(plans: list[gt.Matching]) -> None:
    told = [
        [f"{plan.flows['cost_yuan'].sum() / 1e6:.0f}" for plan in plans],
        [f"{plan.flows['co2_change_t'].sum() / 1e6:.2f}" for plan in plans],
        [f"{len(plan.plants)}" for plan in plans],
        [f"{plan.flows.groupby('province')['tonnes'].sum().max() / 1.5e6:.2f}" for plan in plans],
        [f"{plan.herfindahl['aluminium']:.2f}" for plan in plans],
    ]
    rows = re.findall(r"^\| [a-zA-Z].*?\| (\S+) \| (\S+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [list(row) for row in rows] == told


def test_at_least_three_rules_bind(plans: list[gt.Matching]) -> None:
    binding = {row.name for row in plans[1].slack if row.binding}
    assert {"moved", "plants per zone", "net CO2"} <= binding
    guard = next(row for row in plans[1].slack if row.name == "origin guard")
    assert guard.least == pytest.approx((0.3 * 526.9 - 150.0) * 1e4)
