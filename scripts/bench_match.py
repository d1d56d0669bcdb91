"""Three industries from the East into many counties, every rule with data on: gap, time, LP bound, slack.

Usage: python scripts/bench_match.py RUNS [CANDIDATES [SECONDS [each]]]

RUNS holds the finished runs aluminium, ferroalloy and polysilicon (``geotransfer run NAME -o RUNS/NAME``). With "each"
the problem is solved again with one rule after the other left out, a line each. Offers, plant sizes, land, values,
quotas and limits are examples, an assumption: they measure the solver, not the sector. Electricity and energy of a
tonne are those of the industry profiles.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import geotransfer as gt
from geotransfer.errors import GeotransferError, InputError
from geotransfer.relocation.matching import Matching

EAST = ("山东", "江苏", "浙江", "福建", "广东", "河北", "天津", "上海")
OFFERS = {"aluminium": (150, 17, 12, 19, 12, 2, 1, 1), "ferrosilicon": (6, 8, 3, 2, 2, 10, 2, 1),
          "polysilicon": (2, 9, 4, 1, 1, 2, 1, 1)}  # fmt: skip
"""万t/a by province of `EAST`; examples (assumption)."""
PLANTS = {
    "aluminium": ("aluminium", "electrolytic_aluminium", 10, 50),
    "ferrosilicon": ("ferroalloy", "ferrosilicon", 2, 12),
    "polysilicon": ("polysilicon", "polysilicon", 1, 10),
}
"""Run, profile, smallest and largest plant, 万t/a (assumption)."""
VALUE = {"aluminium": 18_000.0, "ferrosilicon": 6_000.0, "polysilicon": 40_000.0}
"""Output value, yuan/t (assumption)."""
RULES: dict[str, Any] = {
    "origin_guard": 0.30,
    "cores": [{"origin": "山东", "industries": ["aluminium"], "keep": 0.70}],
    "aggregate_guard": {"share": 0.30},
    "replacement_ratio": 1.0,
    "national": {"aluminium": {"ceiling": 4500, "existing": 4500}},
    "plants_per_zone": 1,
    "smallest_lot": 0.5,
    "province_share": 0.40,
    "receiving_zones": 40,
    "herfindahl": 0.25,
    "net_co2": 0.0,
    "backup_km": 100.0,
    "zone_limits": {
        "land": {"column": "eligible_km2", "factor": 1e6},
        "electricity": {"value": 5e9},
    },
    "quotas": [{"resource": "co2", "limits": {"宁夏回族自治区": 4e6, "新疆维吾尔自治区": 6e6, "甘肃省": 5e6}}],
    "chains": [{"first": "polysilicon", "then": "ferrosilicon", "ratio": 0.2, "level": "province"}],
    "regions": [{"name": "hinterland", "share": 0.10, "provinces": ["四川省", "贵州省", "重庆市", "云南省"]}],
    "special_areas": 0.05,
}
NO_DATA = {"zone_limits": {"water": {"column": "water_m3"}}}
"""A rule for which no run has data: it must be refused."""


def problem(runs: Path, candidates: int, seconds: float, rules: dict[str, Any]) -> gt.Problem:
    """Return the problem of the benchmark."""
    industries = {
        name: {"result": str(runs / run), "profile": profile, "smallest_plant": low, "largest_plant": high,
               "use": {"land": 5.0}, "value": {"output_value_yuan": VALUE[name]}}
        for name, (run, profile, low, high) in PLANTS.items()
    }  # fmt: skip
    offers = [
        {"origin": origin, "industry": name, "capacity": capacity, "existing": capacity / 0.28}
        for name, row in OFFERS.items()
        for origin, capacity in zip(EAST, row, strict=True)
    ]
    values = {"schema": 1, "unit": "万t/a", "industries": industries, "offers": offers, "rules": rules,
              "candidates": {"top": candidates}, "limits": {"seconds": seconds, "gap": 0.01}}  # fmt: skip
    return gt.Problem.from_mapping(values)


def line(name: str, plan: Matching) -> str:
    """Return gap, time and bounds in one line."""
    s = plan.solved
    return (
        f"{name:18} {s.status:10} gap {s.gap:8.3%}  {s.seconds:6.1f} s  objective {s.objective:.6e}  "
        f"bound {s.bound:.6e}  LP {s.lp_bound:.6e}  rounds {s.rounds}"
    )


def told(plan: Matching, seconds: float) -> str:
    """Return what the benchmark found."""
    lines = [
        line("every rule", plan),
        f"{len(plan.places.table)} places, {len(plan.plants)} plants; reading, solving and all: {seconds:.1f} s",
        f"above the Herfindahl ceiling: {plan.above_ceiling}; conflict: {plan.conflict}",
    ]
    lines += [f"  {s.name}: least {s.least:,.4g} {s.unit}, {s.binding} of {s.rows} bind" for s in plan.slack]
    return "\n".join(lines)


def refused(runs: Path, candidates: int) -> str:
    """Return how a rule without data is refused."""
    try:
        gt.match(problem(runs, candidates, 10.0, NO_DATA))
    except InputError as error:
        return f"refused: {error}"
    return "NOT REFUSED: a rule without data"


def checked_runs(arguments: list[str]) -> Path:
    """Return the folder of the runs, or end with what is missing."""
    if not arguments:
        sys.exit(f"bench_match: say where the finished runs are\n\n{__doc__}")
    folder = Path(arguments[0])
    for run in dict.fromkeys(plant[0] for plant in PLANTS.values()):
        if not (folder / run / "run.json").is_file():
            sys.exit(
                f"bench_match: folder {str(folder)!r} holds no finished run {run!r}; make it first: "
                f"geotransfer run {run} -o {folder / run}"
            )
    return folder


if __name__ == "__main__":
    runs, more = checked_runs(sys.argv[1:]), sys.argv[2:]
    top, most = int(more[0]) if more else 500, float(more[1]) if more[1:] else 300.0
    start = time.perf_counter()
    try:
        found = gt.match(problem(runs, top, most, RULES))
    except GeotransferError as error:
        sys.exit(f"bench_match: {error}")
    sys.stdout.write(told(found, time.perf_counter() - start) + "\n" + refused(runs, top) + "\n")
    for left_out in RULES if "each" in more else ():
        rest = {name: rule for name, rule in RULES.items() if name != left_out}
        sys.stdout.write(line(f"- {left_out}", gt.match(problem(runs, top, most, rest))) + "\n")
        sys.stdout.flush()
