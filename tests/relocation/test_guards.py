"""What an origin keeps, and what goes to special areas, on a finished run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.errors import InputError


def two_industries(result: Path | str, **changes: Any) -> dict[str, Any]:
    """山东 offers 100 of 500 of A (300 yuan of tax a tonne) and 50 of 100 of B (900 yuan), in 万t/a."""
    every = {"result": str(result), "smallest_plant": 1.0, "largest_plant": 50.0}
    return {
        "schema": 1,
        "unit": "万t/a",
        "industries": {
            "A": {**every, "use": {"electricity": 13400.0}, "value": {"tax_yuan": 300.0}},
            "B": {**every, "use": {"electricity": 8000.0}, "value": {"tax_yuan": 900.0}},
        },
        "offers": [
            {"origin": "山东", "industry": "A", "capacity": 100.0, "existing": 500.0},
            {"origin": "山东", "industry": "B", "capacity": 50.0, "existing": 100.0},
        ],
        "candidates": {"top": 30},
        **changes,
    }


def match(result: Path, **changes: Any) -> gt.Matching:
    return gt.match(gt.Problem.from_mapping(two_industries(result, **changes)))


def moved(plan: gt.Matching) -> dict[str, float]:
    tonnes = plan.flows.groupby("industry")["tonnes"].sum()
    return {str(name): float(value) for name, value in tonnes.items()}


def test_the_guard_over_all_lets_the_structure_change(two_provinces: Path) -> None:
    """A: 500 stand, 100 at most leave, 300 yuan a tonne; B: 100 stand, 50 leave, 900 yuan: 240 000 together.

    All that is offered is worth 100 x 300 + 50 x 900 = 75 000, 31.25 % of it: a share of 0.32 lets it go, 0.30 does
    not, and where B must leave whole (45 000), 72 000 - 45 000 = 27 000 leave 90 of A.
    """
    every = {"A": 1_000_000.0, "B": 500_000.0}
    plan = match(two_provinces, rules={"aggregate_guard": {"share": 0.32, "by": "tax_yuan"}})
    assert moved(plan) == pytest.approx(every)
    plan = match(two_provinces, rules={"aggregate_guard": {"share": 0.30, "by": "tax_yuan"}})
    assert plan.conflict is not None
    assert "aggregate guard" in plan.conflict.names
    less = {"aggregate_guard": {"share": 0.30, "by": "tax_yuan"}}
    assert moved(match(two_provinces, rules=less, moved={"A": 90.0, "B": 50.0})) == pytest.approx(
        {"A": 900_000.0, "B": 500_000.0}
    )
    assert match(two_provinces, rules=less, moved={"A": 91.0, "B": 50.0}).conflict is not None


def test_the_core_of_a_chain_stays(two_provinces: Path) -> None:
    """Of B 100 stand; 80 % stay, so that 20 of the 50 offered may leave."""
    core = {"cores": [{"origin": "山东", "industries": ["B"], "keep": 0.8}]}
    assert moved(match(two_provinces, rules=core, moved={"A": 100.0, "B": 20.0}))["B"] == pytest.approx(200_000.0)
    plan = match(two_provinces, rules=core)
    assert plan.conflict is not None
    assert "chain core" in plan.conflict.names


def test_a_core_asks_only_what_it_names(two_provinces: Path) -> None:
    """What stands of A is not known and no rule asks for it; of B 20 of the 50 offered may leave as before."""
    given = two_industries(two_provinces, rules={"cores": [{"origin": "山东", "industries": ["B"], "keep": 0.8}]})
    del given["offers"][0]["existing"]
    plan = gt.match(gt.Problem.from_mapping({**given, "moved": {"A": 100.0, "B": 20.0}}))
    assert moved(plan) == pytest.approx({"A": 1_000_000.0, "B": 200_000.0})
    assert gt.match(gt.Problem.from_mapping({**given, "moved": {"A": 100.0, "B": 21.0}})).conflict is not None
    given["rules"]["cores"][0]["industries"] = ["A"]
    with pytest.raises(InputError, match="cores needs `existing` of the offers it names; missing for 山东 A"):
        gt.match(gt.Problem.from_mapping(given))


def test_a_closed_tonne_counts_for_the_guards(two_provinces: Path) -> None:
    """With 1.25 closed for one built, 16 of B are all that 20 allow."""
    rules = {"cores": [{"origin": "山东", "industries": ["B"], "keep": 0.8}], "replacement_ratio": 1.25}
    assert match(two_provinces, rules=rules, moved={"A": 50.0, "B": 16.0}).conflict is None
    assert match(two_provinces, rules=rules, moved={"A": 50.0, "B": 16.5}).conflict is not None


def with_areas(result: Path, folder: Path, areas: pd.Series | None) -> Path:
    """Write the result again with other special areas, or without the column; the lists name none of its places."""
    found = gt.read_result(result)
    ranking = found.ranking.drop(columns="policy_special_area")
    columns = found.columns
    if areas is None:
        columns = tuple(column for column in columns if column.name != "policy_special_area")
    else:
        ranking["policy_special_area"] = areas
    gt.write_result(replace(found, ranking=ranking, columns=columns), folder)
    return folder


def test_the_least_share_of_special_areas(two_provinces: Path, tmp_path: Path) -> None:
    ranking = gt.read_result(two_provinces).ranking
    listed = ranking["rank"].between(15, 25)
    areas = listed.map({True: "demonstration_zone", False: ""})
    result = with_areas(two_provinces, tmp_path / "out", areas)
    zones = set(ranking.loc[listed.fillna(False), "zone"])
    free, asked = (match(result, rules=rules).flows for rules in ({}, {"special_areas": 0.7}))
    share_free, share = (f.loc[f["zone"].isin(zones), "tonnes"].sum() / f["tonnes"].sum() for f in (free, asked))
    assert share_free < 0.7 <= share * (1 + 1e-6)


def test_special_areas_need_the_lists(two_provinces: Path, tmp_path: Path) -> None:
    result = with_areas(two_provinces, tmp_path / "out", None)
    with pytest.raises(InputError, match="special_areas needs the column policy_special_area"):
        match(result, rules={"special_areas": 0.5})


def test_what_a_tonne_uses_comes_from_the_profile() -> None:
    given = two_industries("out")
    given["industries"]["A"] = {
        "result": "out", "smallest_plant": 1.0, "largest_plant": 9.0, "profile": "electrolytic_aluminium",
        "use": {"energy": 2.0},
    }  # fmt: skip
    profile = gt.industry_profile("electrolytic_aluminium").figure("electricity")
    use = gt.Problem.from_mapping(given).industries["A"].use
    assert profile is not None
    assert use == {"electricity": profile.middle, "energy": 2.0}


@pytest.mark.parametrize(
    ("profile", "told"), [("unobtainium", "'unobtainium'"), ("data_centre", "expected one by tonne")]
)
def test_a_profile_that_does_not_fit(profile: str, told: str) -> None:
    given = two_industries("out")
    given["industries"]["A"]["profile"] = profile
    with pytest.raises(InputError, match=told):
        gt.Problem.from_mapping(given)


def test_a_limit_of_some_places_only(two_provinces: Path) -> None:
    """The cheapest place may take 134 GWh, 1 万t of A at 13 400 kWh a tonne; no other place is limited."""
    only = {"moved": {"A": 50.0}, "limits": {"gap": 0.0}}
    first = match(two_provinces, **only).plants.set_index("industry").loc["A", "zone"]
    rules = {"zone_limits": {"electricity": {"zones": {str(first): 134e6}}}}
    plants = match(two_provinces, **only, rules=rules).plants
    taken = plants.loc[(plants["zone"] == first) & (plants["industry"] == "A"), "tonnes"].sum()
    assert taken <= 10_000.0 * (1 + 1e-6)
    assert plants.loc[plants["industry"] == "A", "tonnes"].sum() == pytest.approx(500_000.0)


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"zones": {"郑州": 1.0}}, "'郑州' is no candidate"),
        ({"zones": {"郑州": -1.0}}, "limit of 郑州 is below 0"),
        ({"zones": {"郑州": 1.0}, "value": 2.0}, "expected one of column, value and zones"),
        ({}, "expected one of column, value and zones"),
    ],
)
def test_a_limit_of_some_places_that_does_not_fit(two_provinces: Path, limit: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        match(two_provinces, rules={"zone_limits": {"electricity": limit}})
