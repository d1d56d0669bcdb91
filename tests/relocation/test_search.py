"""The search on a finished run: totals against ways, the bounds it tells, ceilings and lots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.relocation import search
from geotransfer.relocation.totals import Unknowns

RULES: list[dict[str, Any]] = [
    {"plants_per_zone": 1, "backup_km": 80.0},
    {"herfindahl": 0.51, "receiving_zones": 6},
    {"net_co2": -2e6, "province_share": 0.7},
    {"plants_per_zone": 1, "herfindahl": 0.55, "origin_guard": 0.3, "replacement_ratio": 1.25},
    {"smallest_lot": 12.0, "plants_per_zone": 1},
]


def values(result: Path, rules: dict[str, Any]) -> dict[str, Any]:
    """Two origins of one industry, so that ways and totals differ."""
    offers = [
        {"origin": origin, "industry": "A", "capacity": capacity, "existing": 400.0}
        for origin, capacity in (("山东", 90.0), ("河南", 60.0))
    ]
    plant = {"result": str(result), "smallest_plant": 10.0, "largest_plant": 50.0, "use": {"electricity": 13400.0}}
    return {
        "schema": 1, "unit": "万t/a", "industries": {"A": plant}, "offers": offers, "candidates": {"top": 20},
        "limits": {"gap": 0.0}, "rules": rules,
    }  # fmt: skip


@pytest.mark.parametrize("rules", RULES)
def test_totals_find_the_plan_that_ways_find(
    two_provinces: Path, rules: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = gt.match(gt.Problem.from_mapping(values(two_provinces, rules))).solved
    monkeypatch.setattr(search, "unknowns_of", lambda layout, *_: Unknowns(layout, by_way=True))
    by_way = gt.match(gt.Problem.from_mapping(values(two_provinces, rules))).solved
    assert found.status == by_way.status == "optimal"
    assert found.objective == pytest.approx(by_way.objective, rel=1e-6)


@pytest.mark.parametrize("rules", RULES)
def test_bounds_are_below_the_plan(two_provinces: Path, rules: dict[str, Any]) -> None:
    solved = gt.match(gt.Problem.from_mapping(values(two_provinces, rules))).solved
    assert solved.lp_bound <= solved.bound * (1 + 1e-9)
    assert solved.bound <= solved.objective * (1 + 1e-9)
    assert solved.gap == pytest.approx(abs(solved.objective - solved.bound) / solved.objective, abs=1e-12)


def test_a_gap_that_is_allowed_still_holds(two_provinces: Path) -> None:
    """Whatever the search leaves out in the small problem, the best plan is no further away than the gap says."""
    given = values(two_provinces, RULES[3])
    best = gt.match(gt.Problem.from_mapping(given)).solved.objective
    quick = gt.match(gt.Problem.from_mapping({**given, "limits": {"gap": 0.05}})).solved
    assert quick.bound <= best * (1 + 1e-9)
    assert best <= quick.objective * (1 + 1e-9) <= best / (1 - quick.gap) * (1 + 1e-6)


def test_a_ceiling_holds_and_touches_every_share(two_provinces: Path) -> None:
    plan = gt.match(gt.Problem.from_mapping(values(two_provinces, RULES[1])))
    shares = plan.flows.groupby("province")["tonnes"].sum() / plan.flows["tonnes"].sum()
    assert (shares**2).sum() <= 0.51 * (1 + 1e-5)


def test_lots_are_kept(two_provinces: Path) -> None:
    plan = gt.match(gt.Problem.from_mapping(values(two_provinces, RULES[4])))
    assert (plan.flows["tonnes"] >= 120_000 * (1 - 1e-6)).all()
    assert np.isclose(plan.flows["tonnes"].sum(), 1_500_000)
