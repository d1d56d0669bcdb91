"""Three industries from the East into many counties, every rule with data on: gap, time, LP bound, slack.

Usage: python scripts/bench_match.py RUN_FOLDER [CANDIDATES [SECONDS]]

RUN_FOLDER is a finished run that stands for all three industries (``geotransfer run aluminium -o FOLDER``). Offers,
plant sizes and kWh/t beside aluminium are examples, an assumption: they measure the solver, not the sector.
"""

from __future__ import annotations

import sys
import time

import geotransfer as gt
from geotransfer.relocation.matching import Matching

EAST = ("山东", "江苏", "浙江", "福建", "广东", "河北", "天津", "上海")
OFFERS = {"aluminium": (150, 17, 12, 19, 12, 2, 1, 1), "ferrosilicon": (6, 8, 3, 2, 2, 10, 2, 1),
          "polysilicon": (2, 9, 4, 1, 1, 2, 1, 1)}  # fmt: skip
"""万t/a by province of `EAST`; examples (assumption)."""
PLANTS = {"aluminium": (10, 50, 13_400.0), "ferrosilicon": (2, 12, 8_500.0), "polysilicon": (1, 10, 60_000.0)}
"""Smallest and largest plant, 万t/a, and kWh/t (assumption)."""


def problem(run: str, candidates: int, seconds: float) -> gt.Problem:
    """Return the problem of the benchmark."""
    industries = {
        name: {"result": run, "smallest_plant": low, "largest_plant": high, "use": {"electricity": kwh, "land": 5.0}}
        for name, (low, high, kwh) in PLANTS.items()
    }
    offers = [
        {"origin": origin, "industry": name, "capacity": capacity, "existing": capacity / 0.28}
        for name, row in OFFERS.items()
        for origin, capacity in zip(EAST, row, strict=True)
    ]
    rules = {
        "origin_guard": 0.30,
        "replacement_ratio": 1.0,
        "plants_per_zone": 1,
        "province_share": 0.40,
        "receiving_zones": 40,
        "herfindahl": 0.25,
        "net_co2": 0.0,
        "backup_km": 100.0,
        "zone_limits": {"land": {"column": "eligible_km2", "factor": 1e6}},
        "regions": [{"name": "hinterland", "share": 0.10, "provinces": ["四川省", "贵州省", "重庆市", "云南省"]}],
        "national": {"aluminium": {"ceiling": 4500, "existing": 4500}},
    }
    return gt.Problem.from_mapping(
        {
            "schema": 1,
            "unit": "万t/a",
            "industries": industries,
            "offers": offers,
            "candidates": {"top": candidates},
            "rules": rules,
            "limits": {"seconds": seconds, "gap": 0.01},
        }
    )


def told(plan: Matching, seconds: float) -> str:
    """Return what the benchmark found."""
    solved = plan.solved
    lines = [
        f"{solved.status}: gap {solved.gap:.3%}, LP bound {solved.lp_bound:,.0f}, bound {solved.bound:,.0f}, "
        f"objective {solved.objective:,.0f} yuan/a",
        f"solver {solved.seconds:.1f} s, {solved.rounds} rounds of cuts; all {seconds:.1f} s",
        f"above the Herfindahl ceiling: {plan.above_ceiling}; conflict: {plan.conflict}",
    ]
    lines += [f"{s.name}: least {s.least:,.4g} {s.unit}, {s.binding} of {s.rows} bind" for s in plan.slack]
    return "\n".join(lines)


if __name__ == "__main__":
    folder, *numbers = sys.argv[1:]
    top, most = int(numbers[0]) if numbers else 500, float(numbers[1]) if numbers[1:] else 300.0
    start = time.perf_counter()
    found = gt.match(problem(folder, top, most))
    sys.stdout.write(told(found, time.perf_counter() - start) + "\n")
