from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from small_study import SCORES, small_study

import geotransfer as gt
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.siting.explanation import explain

METHODS = ["weighted_product", "owa", "topsis", "topsis_vector", "topsis_minmax", "spotis", "vikor", "promethee_ii"]


def test_a_county_worked_by_hand() -> None:
    found = explain(small_study(), "z11")
    power, people, shown = found.criteria
    # z11 scores 1 - 0.05 x 11 = 0.45 in power and 0.95 - 0.04 x 11 = 0.51 in people
    assert power.value == pytest.approx(0.6 - 0.2 * 0.45)
    assert (power.score, power.weight, power.unit) == (pytest.approx(0.45), 0.6, "yuan/kWh")
    assert power.contribution == pytest.approx(0.6 * 0.45)
    assert people.contribution == pytest.approx(0.4 * 0.51)
    assert (shown.weight, shown.contribution, shown.loss) == (0.0, 0.0, 0.0)
    assert power.loss == pytest.approx(0.6 * 0.55)
    assert found.standing.score == pytest.approx(0.6 * 0.45 + 0.4 * 0.51)
    assert sum(part.contribution or 0 for part in found.criteria) == pytest.approx(found.standing.score, abs=1e-12)
    assert (found.standing.rank, found.standing.ranked, found.adds_up) == (12, 12, True)
    assert found.room.needed_km2 == 25
    assert found.room.missing_km2 == 0


def test_what_would_bring_it_into_the_top_ten() -> None:
    power, people = explain(small_study(), "z11").improvements
    # the tenth zone, z09, has 0.6 x 0.55 + 0.4 x 0.59; z11 is before it with more, not with as much: keys break ties
    tenth = 0.6 * 0.55 + 0.4 * 0.59
    assert power.score_needed == pytest.approx((tenth - 0.4 * 0.51) / 0.6, abs=1e-9)
    assert power.score_needed * 0.6 + 0.4 * 0.51 > tenth
    assert power.value_needed == pytest.approx(0.6 - 0.2 * power.score_needed)
    assert people.score_needed == pytest.approx((tenth - 0.6 * 0.45) / 0.4, abs=1e-9)
    assert people.value_needed == pytest.approx(10 ** (4 + 2 * people.score_needed))
    assert power.reachable
    # with power at 1 it has 0.804; zone k has 0.98 - 0.046 k, which is more for k = 0, 1, 2, 3
    assert power.rank_at_best == 5


def test_a_change_that_is_too_small_even_at_its_best_is_said() -> None:
    scores = [(1.0, 0.9)] * 10 + [(0.0, 0.89)]
    power, people = explain(small_study(scores), "z10").improvements
    # people at 1: 0.4 against 0.96; power at 1: 0.956 against 0.96
    assert (people.reachable, people.value_needed, people.score_needed) == (False, None, None)
    assert (power.reachable, power.rank_at_best) == (False, 11)


def test_a_zone_among_the_best_needs_nothing() -> None:
    assert explain(small_study(), "z03").improvements == ()


def test_the_most_similar_better_places() -> None:
    found = explain(small_study(), "z11").similar
    assert [place.zone for place in found] == ["z10", "z09", "z08", "z07", "z06"]
    assert found[0].distance == pytest.approx(math.sqrt(0.6 * 0.05**2 + 0.4 * 0.04**2))
    assert [place.rank for place in found] == [11, 10, 9, 8, 7]
    assert found[0].ahead_in == "power"  # 0.6 x 0.05 against 0.4 x 0.04
    assert explain(small_study(), "z00").similar == ()


def test_an_excluded_zone_names_rule_source_and_missing_area() -> None:
    found = explain(small_study(), "高山县")
    (rule,) = found.rules
    assert (rule.id, rule.failed, rule.title.zh, rule.source.en) == ("high", True, "过高", "project limit")
    assert (rule.area_alone_km2, rule.area_in_order_km2) == (996, 996)
    assert found.reason is not None
    assert found.reason.zh == "过高"
    assert found.room.missing_km2 == 21
    assert [part.contribution for part in found.criteria] == [None, None, None]
    assert (found.standing.rank, found.standing.would_score) == (None, None)
    assert [rule.id for rule in found.unchecked_rules] == ["line"]
    # by people alone, the one criterion it has: 0.9 lies next to z01 (0.91)
    assert found.similar[0].zone == "z01"


def test_an_excluded_zone_with_all_criteria_says_what_it_would_score() -> None:
    result = small_study()
    result.ranking.loc[13, ["power", "score_power"]] = [0.4, 1.0]
    standing = explain(result, "out").standing
    assert standing.would_score == pytest.approx(0.6 + 0.4 * 0.9)
    assert standing.would_rank == 2  # z00 has 0.98


def test_an_unknown_zone_says_what_is_missing_and_the_range() -> None:
    found = explain(small_study(), "unk")
    assert found.reason is not None
    assert "人口" in found.reason.zh
    assert (found.standing.score_low, found.standing.score_high) == (pytest.approx(0.3), pytest.approx(0.7))
    # all twelve zones have more than 0.3; 0.7 lies before those below it
    better = [s for s in SCORES if 0.6 * s[0] + 0.4 * s[1] > 0.7]
    assert (found.standing.rank_low, found.standing.rank_high) == (13, len(better) + 1)


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_do_not_claim_to_add_up(method: str) -> None:
    scores = [(1.0 - 0.05 * i, 0.2 + 0.05 * ((5 * i) % 13)) for i in range(12)]
    result = small_study(scores, aggregation=method)
    field = result.ranking.loc[:11, ["score_power", "score_people", "score_shown"]].to_numpy()
    from geotransfer.spec.aggregation import aggregate

    totals = aggregate(result.scenario.aggregation, field, np.array([0.6, 0.4, 0.0]))
    order = np.lexsort((np.arange(12), -totals.round(12)))
    table = result.ranking.copy()
    table.loc[:11, "score"] = totals
    table.loc[order, "rank"] = range(1, 13)
    last = table.loc[order[-1], "zone"]
    found = explain(dataclasses.replace(result, ranking=table), last)
    assert (found.adds_up, found.method) == (False, method)
    assert "leave" in found.contribution_meaning.en or "without the criterion" in found.contribution_meaning.en
    only_people = aggregate(result.scenario.aggregation, field, np.array([0.0, 1.0, 0.0]))
    power = found.criteria[0]
    assert power.contribution == pytest.approx(totals[order[-1]] - only_people[order[-1]], abs=1e-9)
    assert power.loss is not None
    assert power.loss >= -1e-9
    for change in found.improvements:
        assert change.reachable == (change.rank_at_best <= 10)


def test_without_the_only_criterion_in_which_zones_differ_there_is_nothing_to_compare() -> None:
    result = small_study([(1.0 - 0.05 * i, 0.5) for i in range(12)], aggregation="topsis_minmax")
    power, people, _ = explain(result, "z05").criteria
    assert power.contribution is None
    assert people.contribution == pytest.approx(0.0, abs=1e-12)


def test_as_dict_is_json_with_the_promised_keys() -> None:
    values = explain(small_study(), "out").as_dict()
    text = json.loads(json.dumps(values, allow_nan=False))
    for part in text["criteria"]:
        assert {"name", "value", "unit", "score", "weight", "contribution"} <= set(part)
    assert text["rules"][0]["title"] == {"zh": "过高", "en": "too high"}


def test_a_small_zone_of_the_users_own_needs_half_of_itself() -> None:
    result = small_study()
    assert explain(result, "out").room.needed_km2 == 25
    result.ranking.loc[13, ["kind", "area_km2", "eligible_km2"]] = ["polygon", 30.0, 4.0]
    room = explain(result, "out").room
    assert (room.needed_km2, room.missing_km2) == (15, 11)
    result.ranking.loc[13, ["kind", "area_km2", "eligible_km2"]] = ["county", 5000.0, 4.0]
    assert explain(result, "out").room.missing_km2 == 96  # 2 % of 5,000 are more than 25


def test_figures_of_cost_are_shown_where_the_ranking_has_them() -> None:
    result = small_study()
    assert explain(result, "z00").figures == ()
    table = result.ranking.assign(rank_cost=3, co2_verdict="less", water_note="", saving_yuan_per_unit=np.nan)
    figures = explain(dataclasses.replace(result, ranking=table), "z00").figures
    assert [(f.name, f.value) for f in figures] == [
        ("rank_cost", 3.0), ("saving_yuan_per_unit", None), ("co2_verdict", "less")
    ]  # fmt: skip


def test_an_explanation_is_frozen() -> None:
    found = explain(small_study(), "z00")
    with pytest.raises(dataclasses.FrozenInstanceError, match="status"):
        found.status = "excluded"  # type: ignore[misc]


def test_a_folder_without_areas_by_zone_says_none() -> None:
    found = explain(dataclasses.replace(small_study(), rule_areas=None), "out")
    assert (found.rules[0].failed, found.rules[0].area_alone_km2) == (True, None)


# names


def test_names() -> None:
    result = small_study()
    assert explain(result, " 第3县 ").zone == "z03"
    assert explain(result, "乙省 第3县").zone == "z03"
    assert explain(result, "某市第3县").zone == "z03"
    with pytest.raises(UnknownNameError, match=r"'甲省第3县' is not in this result of 14 zones; nearest: z03"):
        explain(result, "甲省第3县")


def test_an_unknown_place_that_is_a_division_of_china_names_the_zones_in_it() -> None:
    result = small_study()
    result.ranking.loc[[2, 5], "adcode"] = ["640104", "640181"]
    for name, near in (("Lingwu", "z05"), ("银川", "z02 [^,]*, z05"), ("640000", "z02 [^,]*, z05")):
        with pytest.raises(UnknownNameError, match=f"is not in this result of 14 zones; nearest: {near} [^,]*; give"):
            explain(result, name)
    with pytest.raises(UnknownNameError, match="; it is 540100 拉萨市, which has no zone here; give its key"):
        explain(result, "拉萨")
    for nowhere in ("火星", "Atlantis", "", "999999"):
        with pytest.raises(UnknownNameError, match=r"is not in this result of 14 zones; give its key"):
            explain(result, nowhere)


def test_an_ambiguous_name_lists_the_candidates() -> None:
    result = small_study()
    result.ranking.loc[[2, 5], "name"] = "城东区"
    with pytest.raises(
        InputError, match=r"'城东区' fits 2 zones: z02 甲省某市城东区, z05 乙省某市城东区; give the adcode"
    ):
        explain(result, "城东区")
    assert explain(result, "乙省城东区").zone == "z05"


def test_the_beginning_of_a_name_is_enough_when_it_leaves_one_zone() -> None:
    result = small_study()
    result.ranking.loc[[2, 5], "name"] = ["大通区", "大通回族土族自治县"]
    assert explain(result, "乙大通").zone == "z05"
    with pytest.raises(InputError, match="'大通' fits 2 zones"):
        explain(result, "大通")
    with pytest.raises(UnknownNameError, match="'大'"):
        explain(result, "大")


# the real counties


def test_contributions_add_up_on_every_county(aluminium: gt.Result) -> None:
    ranked = aluminium.ranking[aluminium.ranking["status"] == "ranked"]
    for zone in ranked["zone"].iloc[::40]:
        found = explain(aluminium, zone)
        assert math.fsum(part.contribution or 0.0 for part in found.criteria) == pytest.approx(
            found.standing.score, abs=1e-9
        )
        assert found.standing.rank == ranked.set_index("zone").loc[zone, "rank"]
    weights = {c["id"]: c["weight"] for c in aluminium.provenance["result"]["criteria"]}
    total = sum(w * ranked[f"score_{name}"].fillna(0.0) for name, w in weights.items())
    np.testing.assert_allclose(total, ranked["score"], atol=1e-9)


def test_an_improved_score_really_enters_the_top_ten(aluminium: gt.Result) -> None:
    ranked = aluminium.ranking[aluminium.ranking["status"] == "ranked"].set_index("zone")
    found = explain(aluminium, "贵德")
    reachable = [change for change in found.improvements if change.reachable]
    assert {change.name for change in reachable} >= {"freight", "flat_area"}
    for change in reachable:
        weight = next(part.weight for part in found.criteria if part.name == change.name)
        gained = found.standing.score + weight * (change.score_needed - change.score)
        others = ranked["score"].drop(found.zone)
        assert (others > gained).sum() < 10
        assert (others > gained - 1e-6).sum() >= 10
        own = aluminium.scenario.criteria[change.name]
        from geotransfer.spec.scoring import score

        assert score(own, np.array([change.value_needed]))[0] == pytest.approx(change.score_needed, abs=1e-9)


def test_areas_of_zones_are_those_of_the_record(aluminium: gt.Result) -> None:
    areas = aluminium.rule_areas
    assert areas is not None
    sums = areas.groupby("rule")[["alone_km2", "in_order_km2"]].sum()
    for rule in aluminium.provenance["result"]["rules"]:
        if rule["id"] in sums.index:
            assert sums.loc[rule["id"], "alone_km2"] == pytest.approx(rule["area_alone_km2"], abs=0.01)
            assert sums.loc[rule["id"], "in_order_km2"] == pytest.approx(rule["area_in_order_km2"], abs=0.01)
        else:
            assert rule["area_alone_km2"] == 0
    table = aluminium.ranking.set_index("zone")
    removed = areas.groupby("zone")["in_order_km2"].sum().reindex(table.index, fill_value=0.0)
    with_data = table["area_km2"] * (1 - table["nodata_share"])
    np.testing.assert_allclose(removed, with_data - table["eligible_km2"], atol=1e-4)


def test_an_excluded_county_names_its_rule_and_source(aluminium: gt.Result) -> None:
    found = explain(aluminium, "青海格尔木")
    (failed,) = [rule for rule in found.rules if rule.failed]
    assert (found.status, failed.id) == ("excluded", "elevation")
    assert "2500" in failed.title.zh
    assert "assumption" in failed.source.en
    assert failed.area_alone_km2 == pytest.approx(119_234, rel=0.01)
    assert found.room.missing_km2 == pytest.approx(0.02 * found.room.area_km2 - found.room.eligible_km2)


def test_a_zone_on_a_list_is_out_whatever_its_area(aluminium: gt.Result) -> None:
    (failed,) = [rule for rule in explain(aluminium, "太子山天然林保护区").rules if rule.failed]
    assert (failed.id, failed.whole_zone) == ("nature_reserve", True)
    assert "自然保护区条例" in failed.source.zh
    elevation = next(rule for rule in explain(aluminium, "青海格尔木").rules if rule.failed)
    assert not elevation.whole_zone


def test_a_zone_that_never_had_room_says_so(aluminium: gt.Result) -> None:
    found = explain(aluminium, "140302")
    assert found.reason is not None
    assert found.reason.zh == "区域本身过小"
    assert found.room.area_km2 < found.room.needed_km2 == 25
    assert not any(rule.failed for rule in found.rules)


def test_points_and_polygons_are_explained_like_counties(tmp_path: Path) -> None:
    points = tmp_path / "parks.csv"
    rows = ("name,lon,lat,area", "安宁工业园区,102.45,24.92,12", "格尔木工业园,94.90,36.42,30", "海上园,140,35,")
    points.write_text("\n".join(rows), encoding="utf-8")
    shapes = [shapely.box(109.5, 40.4, 110.2, 40.9), shapely.box(94.5, 36.2, 95.2, 36.7)]
    polygons = gpd.GeoDataFrame({"name": ["包头", "格尔木"]}, geometry=shapes, crs=4326)
    polygons.to_file(tmp_path / "sites.gpkg")
    quick = gt.scenario("aluminium").with_overrides({"grid.resolution": 25_000, "robustness": {}})
    parks = gt.run(quick.with_overrides({"zones": str(points)}))
    good, high, away = (explain(parks, name) for name in ("安宁工业园区", "格尔木工业园", "海上园"))
    assert math.fsum(part.contribution or 0.0 for part in good.criteria) == pytest.approx(good.standing.score, abs=1e-9)
    assert (good.kind, good.improvements) == ("point", ())
    assert [rule.id for rule in high.rules if rule.failed] == ["elevation"]
    # a park of 30 km2 needs half of itself (its circle has 32 corners a quarter)
    assert high.room.needed_km2 == pytest.approx(15, rel=0.01)
    assert away.reason is not None
    assert "outside China" in away.reason.en
    boxes = gt.run(quick.with_overrides({"zones": str(tmp_path / "sites.gpkg")}))
    assert [explain(boxes, name).status for name in ("包头", "格尔木")] == ["ranked", "excluded"]
    assert explain(boxes, "格尔木").similar[0].name == "包头"


def test_read_back_it_says_the_same(aluminium: gt.Result, aluminium_dir: Path) -> None:
    again = gt.read_result(aluminium_dir)
    for zone in ("格尔木市", "金凤区", "墨脱县", "霍林郭勒市"):
        assert json.dumps(explain(again, zone).as_dict()) == json.dumps(explain(aluminium, zone).as_dict())
