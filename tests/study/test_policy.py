from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.catalog.entries import shipped_bytes
from geotransfer.errors import InputError

SMALL = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}
SLOTS = ["transfer_directory", "west_encouraged", "structure_directory", "foreign_investment"]
LISTS = [f"policy_{slot}" for slot in SLOTS]


def run(**overrides: Any) -> gt.Result:
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    return gt.run(gt.scenario("aluminium").with_overrides({**SMALL, **keys}))


def listed(folder: Path, *rows: str, name: str = "ours.csv") -> str:
    path = folder / name
    path.write_text("\n".join(["名称,状态,来源,生效日期,失效日期", *rows, ""]), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def plain() -> gt.Result:
    return run()


@pytest.fixture(scope="module")
def without() -> gt.Result:
    return run(policy=None)


def ids(result: gt.Result) -> list[str]:
    return [rule["id"] for rule in result.provenance["result"]["unchecked_rules"]]


def test_policy_is_shown_and_changes_neither_rank_nor_score(plain: gt.Result, without: gt.Result) -> None:
    same = ["rank", "zone", "score", "status", "first_failed_rule"]
    pd.testing.assert_frame_equal(pd.DataFrame(plain.ranking[same]), pd.DataFrame(without.ranking[same]))
    assert set(plain.ranking["policy_direction"]) == {"encouraged"}
    assert set(plain.ranking["policy_special_area"]) == {""}
    assert not {"policy_direction", "policy_special_area"} & set(without.ranking)
    assert without.provenance["result"]["policy"] is None
    described = {column.name for column in plain.columns}
    assert {"policy_direction", "policy_special_area"} <= described


def test_the_unchecked_lists_join_the_banner_only_with_policy(plain: gt.Result, without: gt.Result) -> None:
    assert [name for name in ids(plain) if name not in ids(without)] == LISTS
    note = plain.provenance["result"]["screening_note"]
    assert "产业结构调整指导目录" in note["zh"]
    assert "产业结构调整指导目录" not in without.provenance["result"]["screening_note"]["zh"]


def test_the_record_says_which_editions_hold(plain: gt.Result) -> None:
    record = plain.provenance["result"]["policy"]
    held = {(e["list"], e["edition"]["zh"]) for e in record["editions"] if e["in_force"]}
    assert held == {
        ("west_encouraged", "2025年本"), ("structure_directory", "2024年本"), ("foreign_investment", "2025年版"),
    }  # fmt: skip
    assert record["unchecked"] == SLOTS
    assert record["date"] == "2026-11-25"
    assert record["directions"] == {"encouraged": 22, "allowed": 0, "banned": 0, "unknown": 0}
    assert {p["id"] for p in record["parameters"]} >= {"energy_quota_guidance_tce", "aluminium_replacement"}
    assert not any(p["id"].startswith("steel") for p in record["parameters"])
    inputs = {entry["id"] for entry in plain.provenance["result"]["inputs"]}
    assert {"policy-list-editions", "policy-special-areas"} <= inputs


def test_a_banned_row_in_force_excludes_the_county_as_a_step_of_the_rules(tmp_path: Path, plain: gt.Result) -> None:
    ours = listed(tmp_path, "灵武市,禁止,某市2026年1号文,2026-01-01,", "中宁县,禁止,旧文件,,2025-12-31")
    result = run(policy__lists=[ours])
    zone = result.ranking.set_index("name").loc["灵武市"]
    assert zone[["status", "first_failed_rule", "reason", "policy_direction"]].tolist() == [
        "excluded", "policy", "policy", "banned",
    ]  # fmt: skip
    # an expired row bans nothing
    assert result.ranking.set_index("name").loc["中宁县", "policy_direction"] == "encouraged"
    (rule,) = [r for r in result.provenance["result"]["rules"] if r["id"] == "policy"]
    assert rule["source"]["zh"] == "ours.csv: 某市2026年1号文"
    assert rule["zones_failed"] == 1
    # all of the county that the other rules leave, and nothing of its neighbours
    before = plain.ranking.set_index("name")
    assert rule["area_alone_km2"] == pytest.approx(before.loc["灵武市", "area_km2"], rel=1e-6)
    assert rule["area_in_order_km2"] == pytest.approx(before.loc["灵武市", "eligible_km2"], rel=1e-6)
    others = result.ranking.set_index("name").drop("灵武市")["eligible_km2"]
    np.testing.assert_allclose(others, before.loc[others.index, "eligible_km2"], atol=1e-3)
    assert result.provenance["result"]["policy"]["own_lists"] == [
        {"name": "ours.csv", "rows": 2, "in_force": 1, "banned": 1, "sources": ["旧文件", "某市2026年1号文"]}
    ]
    # the scenario as asked has no such rule
    assert "policy" not in result.scenario.rules


def test_a_list_may_also_allow_and_a_county_outranks_its_province(tmp_path: Path) -> None:
    ours = listed(tmp_path, "宁夏,禁止,自治区文件,,", "灵武市,允许,市文件,,", "盐池县,未知,问过,,")
    result = run(policy__lists=[ours])
    direction = result.ranking.set_index("name")["policy_direction"]
    assert direction["灵武市"] == "allowed"
    assert direction["盐池县"] == "encouraged"
    assert set(direction.drop(["灵武市", "盐池县"])) == {"banned"}
    assert result.ranking.set_index("name").loc["灵武市", "status"] == "ranked"


def test_prefectures_lose_the_land_of_the_counties_that_are_banned(tmp_path: Path) -> None:
    ours = listed(tmp_path, "灵武市,禁止,某文,,", "石嘴山市,禁止,某文,,")
    result = run(zones="prefecture", policy__lists=[ours])
    zones = result.ranking.set_index("name")
    before = run(zones="prefecture").ranking.set_index("name")
    county = run(policy__lists=[]).ranking.set_index("name").loc["灵武市", "eligible_km2"]
    assert zones.loc["银川市", "eligible_km2"] == pytest.approx(before.loc["银川市", "eligible_km2"] - county, rel=1e-3)
    assert zones.loc["石嘴山市", ["status", "first_failed_rule"]].tolist() == ["excluded", "policy"]
    assert zones.loc["银川市", "policy_direction"] == "encouraged"


def test_a_park_has_the_policy_of_the_county_that_holds_its_point(tmp_path: Path) -> None:
    counties = gt.boundaries("county", within="宁夏").set_index("name")
    spots = counties.loc[["灵武市", "盐池县"]].representative_point()
    parks = gpd.GeoDataFrame({"name": ["甲园", "乙园"]}, geometry=spots.to_numpy(), crs=4326)
    file = tmp_path / "parks.gpkg"
    parks.to_file(file)
    ours = listed(tmp_path, "灵武市,禁止,某文,,")
    zones = run(zones=str(file), policy__lists=[ours], grid__resolution=5_000).ranking.set_index("name")
    assert zones["policy_direction"].to_dict() == {"甲园": "banned", "乙园": "encouraged"}
    assert zones.loc["甲园", ["status", "reason"]].tolist() == ["excluded", "policy"]
    assert zones.loc["乙园", "status"] == "ranked"


def test_the_bonus_is_a_criterion_that_can_be_switched() -> None:
    keys = {"within": ["宁夏", "百色市"]}
    base = gt.scenario("aluminium").with_overrides({**SMALL, **keys})
    bonus = base.with_overrides({"policy.special_area_bonus": 0.1})
    assert "special_area_bonus" not in base.criteria
    assert bonus.criteria["special_area_bonus"].title.zh == "政策"
    # the weights of the others keep their proportions: 0.1 of 1.1
    assert bonus.weights["special_area_bonus"] == pytest.approx(0.1 / 1.1)
    off = bonus.with_overrides({"policy.special_area_bonus": 0})
    assert off == base
    assert bonus.with_overrides({"policy.special_area_bonus": 0.3}).criteria["special_area_bonus"].weight == 0.3
    result = gt.run(bonus)
    value = result.ranking.groupby("province")["special_area_bonus"].agg(["min", "max"])
    assert value.loc["广西壮族自治区"].tolist() == [1, 1]
    # not listed is 0, with the column empty: the lists are incomplete
    assert value.loc["宁夏回族自治区"].tolist() == [0, 0]
    plain = gt.run(base).ranking.set_index("zone")["score"]
    scored = result.ranking.set_index("zone").loc[plain.index]
    np.testing.assert_allclose(scored["score"], (plain + 0.1 * scored["special_area_bonus"]) / 1.1, atol=1e-9)


def test_a_special_area_is_named() -> None:
    zones = run(within=["百色市"]).ranking
    assert set(zones["policy_special_area"]) == {"old_revolutionary_city"}


def test_bad_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'ours.csv' .* row 1: '灵舞市' is unmatched \(near it: .*640181 .*灵武市"):
        run(policy__lists=[listed(tmp_path, "灵舞市,禁止,某文,,")])
    with pytest.raises(InputError, match=r"policy.kind: Input should be 'labour_intensive'"):
        run(policy={"kind": "heavy"})
    with pytest.raises(InputError, match=r"policy.date: .*\(got 'soon'\)"):
        run(policy__date="soon")
    with pytest.raises(InputError, match=r"policy.special_area_bonus: .*\(got 'much'\)"):
        run(policy__special_area_bonus="much")
    with pytest.raises(InputError, match=r"policy.colour: unknown key"):
        run(policy__colour="red")
    source = {"kind": "policy", "quantity": "special_area"}
    people = gt.scenario("aluminium").criteria["people"].model_dump(mode="json")
    with pytest.raises(InputError, match=r"criteria area take the policy; say what kind of industry"):
        run(policy=None, criteria__area={**people, "source": source, "error": None})


def test_files_of_a_scenario_are_relative_to_it(tmp_path: Path) -> None:
    listed(tmp_path, "灵武市,禁止,某文,,")
    text = shipped_bytes("scenarios/aluminium.toml").decode("utf-8")
    (tmp_path / "own.toml").write_text(
        text.replace('kind = "energy_intensive"', 'kind = "energy_intensive"\nlists = ["ours.csv"]'), encoding="utf-8"
    )
    study = gt.Scenario.from_file(tmp_path / "own.toml")
    assert study.policy is not None
    assert [Path(path) for path in study.policy.lists] == [tmp_path / "ours.csv"]
