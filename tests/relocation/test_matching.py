"""Problems on a finished run: files, bad input, rules on and off, ledger, what is written."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.relocation.ledger import ledger
from geotransfer.relocation.origin_power import PowerWay, origin_factor


def values(result: Path | str = "out", **changes: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "unit": "万t/a",
        "industries": {
            "aluminium": {
                "result": str(result),
                "smallest_plant": 10.0,
                "largest_plant": 50.0,
                "use": {"electricity": 13400.0, "jobs": 0.002},
                "value": {"tax_yuan": 300.0},
            }
        },
        "offers": [{"origin": "山东", "industry": "aluminium", "capacity": 100.0, "existing": 500.0}],
        "candidates": {"top": 30},
        **changes,
    }


def problem(result: Path | str = "out", **changes: Any) -> gt.Problem:
    return gt.Problem.from_mapping(values(result, **changes))


def offer(**changes: Any) -> dict[str, Any]:
    return {"origin": "山东", "industry": "aluminium", "capacity": 100.0, **changes}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"offers": [offer(capacity=-1.0)]}, "greater than 0"),
        ({"offers": [offer(unit="t/a")]}, "units are mixed"),
        ({"unit": "t"}, "unit"),
        ({"offers": [offer(), offer()]}, "more than once"),
        ({"offers": [offer(industry="steel")]}, "expected aluminium"),
        ({"offers": [offer(existing=50.0)]}, "offers 100 of aluminium and has 50"),
        ({"moved": 1.5}, "share above 0"),
        ({"moved": {"aluminium": 101.0}}, "expected 0 to 100"),
        ({"rules": {"herfindal": 0.5}}, "herfindal"),
        ({"rules": {"cores": [{"origin": "山东", "industries": [], "keep": 0.5}]}}, "at least 1 item"),
        ({"rules": {"aggregate_guard": {"share": 0.3, "by": "jobs"}}}, "output_value_yuan"),
        ({"schema": 2}, "schema"),
    ],
)
def test_a_problem_that_does_not_fit(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        problem(**changes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"candidates": {"zones": ["郑州"]}}, "'郑州' is ranked by none"),
        ({"offers": [offer(origin="亚特兰蒂斯")]}, "is no province"),
        ({"candidates": {"top": 1}}, "hold at most 500,000 t/a"),
        ({"rules": {"origin_guard": 0.3}, "offers": [offer()]}, "needs `existing`"),
        ({"rules": {"zone_limits": {"water": {"value": 1e6}}}}, "use of water is not known"),
        ({"rules": {"zone_limits": {"jobs": {"column": "labour_force"}}}}, "jobs is not known for 30 of 30"),
        ({"rules": {"quotas": [{"resource": "co2", "limits": {"云南省": 1e6}}]}}, "where no destination lies"),
        ({"rules": {"regions": [{"name": "hinterland", "share": 0.2}]}}, "none of the destinations"),
        ({"rules": {"aggregate_guard": {"share": 0.3}}}, "value.output_value_yuan of every industry"),
        ({"rules": {"aggregate_guard": {"share": 0.3, "by": "tax_yuan"}}, "offers": [offer()]}, "needs `existing`"),
        (
            {"rules": {"cores": [{"origin": "河南", "industries": ["aluminium"], "keep": 0.5}]}},
            "河南 / aluminium, which offers nothing",
        ),
        ({"rules": {"national": {"steel": {"ceiling": 1.0, "existing": 1.0}}}}, "expected an industry"),
    ],
)
def test_a_rule_without_data_is_refused(two_provinces: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        gt.match(problem(two_provinces, **changes))


def test_the_cheapest_places_are_filled_first(two_provinces: Path) -> None:
    plan = gt.match(problem(two_provinces, limits={"gap": 0.0}))
    ranking = gt.read_result(two_provinces).ranking
    ranked = ranking[ranking["status"] == "ranked"].sort_values("rank").head(30)
    cost = np.sort(ranked["power_price_yuan_per_kwh"] * 13400.0 + ranked["freight_cost_yuan_per_unit"])
    assert plan.flows["cost_yuan"].sum() == pytest.approx(500_000.0 * (cost[0] + cost[1]))
    assert plan.solved.objective == pytest.approx(plan.flows["cost_yuan"].sum())


@pytest.mark.parametrize(
    "rules",
    [
        {"province_share": 0.5},
        {"herfindahl": 0.5},
        {"plants_per_zone": 1, "backup_km": 100.0},
        {"receiving_zones": 2},
        {"net_co2": -3e6},
        {"smallest_lot": 20.0},
        {"regions": [{"name": "hinterland", "share": 0.6, "provinces": ["青海省"]}]},
        {"zone_limits": {"land": {"column": "eligible_km2", "factor": 1e6}}},
        {"aggregate_guard": {"share": 0.2, "by": "tax_yuan"}},
        {"cores": [{"origin": "山东省", "industries": ["aluminium"], "keep": 0.8}]},
    ],
)
def test_a_rule_never_makes_it_cheaper(two_provinces: Path, rules: dict[str, Any]) -> None:
    given = values(two_provinces, limits={"gap": 0.0})
    given["industries"]["aluminium"]["use"]["land"] = 5.0
    free = gt.match(gt.Problem.from_mapping(given))
    bound = gt.match(gt.Problem.from_mapping({**given, "rules": rules}))
    assert bound.solved.status == "optimal"
    assert bound.solved.objective >= free.solved.objective * (1 - 1e-9)
    assert all(row.least > -1e-3 for row in bound.slack)


def test_the_replacement_ratio_closes_more_than_it_builds(two_provinces: Path) -> None:
    rules = {"replacement_ratio": 1.25, "national": {"aluminium": {"ceiling": 4500.0, "existing": 4510.0}}}
    flows = gt.match(problem(two_provinces, rules=rules)).flows
    assert flows["tonnes"].sum() == pytest.approx(800_000.0)
    assert flows["closed"].sum() == pytest.approx(1_000_000.0)


def test_a_conflict_is_named(two_provinces: Path) -> None:
    plan = gt.match(problem(two_provinces, rules={"province_share": 0.4}))
    assert plan.flows.empty
    assert plan.conflict is not None
    assert "share of a province in aluminium" in plan.conflict.names
    assert plan.conflict.concessions


def test_the_ledger_balances(two_provinces: Path) -> None:
    plan = gt.match(problem(two_provinces, rules={"replacement_ratio": 1.25}))
    table = ledger(plan).table
    system = table[table["role"] == "system"].iloc[0]
    parts = table[table["role"] != "system"]
    # 1 Mt closed, 0.8 Mt built, 300 yuan of tax and 0.002 jobs a tonne
    assert system["tonnes"] == pytest.approx(-200_000.0)
    assert system["tax_yuan"] == pytest.approx(-200_000.0 * 300.0)
    assert system["jobs"] == pytest.approx(-400.0)
    assert np.isnan(system["value_added_yuan"])
    for column in ("tonnes", "tax_yuan", "jobs", "co2_power_production_t"):
        assert parts[column].sum() == pytest.approx(system[column], abs=1e-6)
    # a quarter is own wind and sun in the run, so at the origin too
    closed = -1_000_000.0 * 13.4 * origin_factor("山东", way=PowerWay(own_share=0.25))
    assert parts["co2_power_production_t"].iloc[0] == pytest.approx(closed)


def test_the_front_falls_in_co2_and_rises_in_cost(two_provinces: Path) -> None:
    front = gt.match(problem(two_provinces, goal={"kind": "front", "points": 3}, limits={"gap": 0.0})).front
    assert front is not None
    assert (np.diff(front.co2) < 0).all()
    assert (np.diff(front.cost) > 0).all()


def test_the_problem_file_names_its_folders_from_where_it_lies(two_provinces: Path, tmp_path: Path) -> None:
    (tmp_path / "offers.csv").write_text("origin,industry,capacity,existing\n山东,aluminium,100,\n", encoding="utf-8")
    (tmp_path / "problem.toml").write_text(
        'schema = 1\nunit = "万t/a"\noffers = "offers.csv"\n[industries.aluminium]\nresult = "run"\n'
        "smallest_plant = 10\nlargest_plant = 50\n",
        encoding="utf-8",
    )
    read = gt.Problem.from_file(tmp_path / "problem.toml")
    assert read.industries["aluminium"].result == str((tmp_path / "run").resolve())
    assert read.offers[0].existing is None
    with pytest.raises(InputError, match="cannot be read"):
        gt.Problem.from_file(tmp_path / "none.toml")


def test_a_move_that_changes_the_power_alone_is_no_saving(two_provinces: Path) -> None:
    """山东 and 宁夏 have grids of 0.6191 and 0.6187 kg/kWh, both with a quarter of own green power: next to nothing."""
    given = problem(two_provinces, candidates={"zones": ["640323"]}, moved=0.5)
    change = gt.match(given).flows["co2_change_t"].sum()
    assert change == pytest.approx(500_000.0 * 13.4 * 0.75 * (0.6187 - 0.6191), rel=1e-6)


@pytest.mark.parametrize("name", ["problem.toml", "offers.csv"])
def test_a_file_in_gbk_is_told_by_name(tmp_path: Path, name: str) -> None:
    texts = {
        "problem.toml": 'schema = 1\nunit = "t/a"\noffers = "offers.csv"\ntitle = "山东电解铝转移方案"\n',
        "offers.csv": "origin,industry,capacity\n山东,aluminium,100\n内蒙古,aluminium,50\n",
    }
    for file, text in texts.items():
        (tmp_path / file).write_bytes(text.encode("gbk" if file == name else "utf-8"))
    told = rf"{name}' cannot be read: it is not UTF-8, it looks like GB18030, beginning .*山东.*save it again as UTF-8"
    with pytest.raises(InputError, match=told):
        gt.Problem.from_file(tmp_path / "problem.toml")


def test_the_benchmark_says_what_it_needs(tmp_path: Path) -> None:
    bench = runpy.run_path(str(Path(__file__).resolve().parents[2] / "scripts" / "bench_match.py"))
    with pytest.raises(SystemExit, match="say where the finished runs are"):
        bench["checked_runs"]([])
    with pytest.raises(SystemExit, match="no finished run 'aluminium'; make it first: geotransfer run"):
        bench["checked_runs"]([str(tmp_path)])
