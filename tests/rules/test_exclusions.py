"""Each kind of rule on a study of sixteen cells of 100 km2, through `run`; the ledger is worked out by hand.

    class of each cell            its column (metres east / 10 km)
    1 1 2 2                       ? 1 2 3
    1 3 2 2                       0 1 2 3
    1 1 ? 2                       0 1 2 3
    4 4 4 4                       0 1 2 3

`?` is no data. Two zones: the western and the eastern two columns. All around the class is 1, and columns
are counted on.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import EmptyRuleWarning, InputError

NAN = np.nan
CLASSES = [[1, 1, 2, 2], [1, 3, 2, 2], [1, 1, NAN, 2], [4, 4, 4, 4]]
LEFT, BOTTOM, CELL = 200_000.0, 4_000_000.0, 10_000.0
AROUND = 8
TEXT = {"zh": "甲", "en": "a"}


def box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """Return a box in cells from the south-western corner of the study."""
    return shapely.box(LEFT + west * CELL, BOTTOM + south * CELL, LEFT + east * CELL, BOTTOM + north * CELL)


def written(path: Path, *shapes: shapely.Geometry) -> str:
    gpd.GeoDataFrame(geometry=list(shapes), crs=CHINA_ALBERS).to_file(path)
    return str(path)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exclusions")
    side = 4 + 2 * AROUND
    corner = LEFT - AROUND * CELL, BOTTOM - AROUND * CELL
    bounds = (*corner, corner[0] + side * CELL, corner[1] + side * CELL)
    grid = gt.Grid.from_bounds(bounds, resolution=CELL, crs=CHINA_ALBERS)
    classes = np.ones(grid.shape)
    classes[AROUND:-AROUND, AROUND:-AROUND] = CLASSES
    columns = np.tile(np.arange(side) - float(AROUND), (side, 1))
    columns[AROUND, AROUND] = NAN
    for name, values in (("class", classes), ("column", columns), ("plain", np.ones(grid.shape))):
        gt.write_raster(gt.Raster(values, grid), folder / f"{name}.tif")
    # sixteen fine cells a cell: its western quarter is class 9, the rest 1; nothing is known of the last column
    fine = gt.Grid.from_bounds(bounds, resolution=CELL / 4, crs=CHINA_ALBERS)
    quarter = np.where(np.arange(fine.shape[1]) % 4 == 0, 9.0, 1.0) * np.ones(fine.shape)
    quarter[:, (AROUND + 3) * 4 : (AROUND + 4) * 4] = NAN
    gt.write_raster(gt.Raster(quarter, fine), folder / "fine.tif")
    written(folder / "zones.gpkg", box(0, 0, 2, 4), box(2, 0, 4, 4))
    written(folder / "west.gpkg", box(0, 0, 2, 4))
    return folder


def study(desk: Path, rules: dict[str, Any], **keys: Any) -> gt.Result:
    criterion = {
        "title": TEXT, "group": "own", "unit": "1", "weight": 1.0, "worst": 0.0, "best": 2.0, "why": TEXT,
        "source": {"kind": "raster", "file": str(desk / "plain.tif")},
    }  # fmt: skip
    return gt.run(
        gt.Scenario.from_mapping({
            "schema": 1, "name": "s", "title": TEXT, "question": TEXT, "legal_rules": "none",
            "zones": str(desk / "zones.gpkg"), "grid": {"resolution": CELL}, "room": {"area_km2": 60.0, "share": 0.0},
            "criteria": {"own": criterion},
            "rules": {name: {"title": TEXT, "basis": TEXT, **rule} for name, rule in rules.items()}, **keys,
        })
    )  # fmt: skip


def ledger(result: gt.Result) -> dict[str, tuple[float, float]]:
    """Return (alone, in order) in km2 by rule, and hold the law of the sum."""
    rules = result.provenance["result"]["rules"]
    ranking = result.ranking
    total, eligible = ranking["area_km2"].sum(), ranking["eligible_km2"].sum()
    unknown = (ranking["area_km2"] * ranking["nodata_share"]).sum()
    removed = sum(rule["area_in_order_km2"] for rule in rules)
    assert total == pytest.approx(1600.0, rel=1e-6) or len(ranking) == 1
    assert eligible + removed + unknown == pytest.approx(total, rel=1e-6)
    for rule in rules:
        assert rule["given_back_km2"] == pytest.approx(max(0.0, -rule["area_in_order_km2"]), abs=1e-2)
    return {rule["id"]: (rule["area_alone_km2"], rule["area_in_order_km2"]) for rule in rules}


def unknown(result: gt.Result) -> float:
    return float((result.ranking["area_km2"] * result.ranking["nodata_share"]).sum())


def classes(desk: Path, **limits: Any) -> dict[str, Any]:
    return {"test": {"kind": "raster", "file": str(desk / "class.tif"), **limits}}


def columns(desk: Path, **limits: Any) -> dict[str, Any]:
    return {"kind": "raster", "file": str(desk / "column.tif"), **limits}


def close(value: float) -> Any:
    return pytest.approx(value, abs=1e-2)


@pytest.mark.parametrize(
    ("limits", "removed"),
    [
        ({"exclude_values": [2]}, 500),
        ({"exclude_values": [2, 3]}, 600),
        # what is not listed: the 3 and the four 4
        ({"include_values": [1, 2]}, 500),
        ({"exclude_range": [2, 3]}, 600),
        ({"exclude_range": [2.5, 3.5]}, 100),
        ({"at_least": 2}, 500),
        ({"at_most": 2}, 500),
        ({"at_least": 2, "at_most": 3}, 900),
    ],
)
@pytest.mark.parametrize("inverse", [False, True])
def test_values_and_ranges(desk: Path, limits: dict[str, Any], removed: float, inverse: bool) -> None:
    # fifteen cells are known: the inverse takes what the rule leaves of them, and nothing of the sixteenth
    result = study(desk, {"cover": {**classes(desk, **limits), "inverse": inverse}})
    expected = 1500 - removed if inverse else removed
    assert ledger(result)["cover"] == (close(expected), close(expected))
    assert unknown(result) == close(100)


def test_a_share_of_what_the_rule_hits(desk: Path) -> None:
    half = {"cover": {**classes(desk, exclude_values=[2]), "share": 0.5}}
    # three quarters of the western half, by polygons; both together: 1 - 0.25 x 1 there, 0.5 on class 2 in the east
    farm = {"farm": {"file": str(desk / "west.gpkg"), "share": 0.75}}
    assert ledger(study(desk, half))["cover"] == (close(250), close(250))
    assert ledger(study(desk, farm))["farm"] == (close(600), close(600))
    # two shares of one place multiply: a quarter of the half is left, 0.5 x 0.25
    twice = ledger(study(desk, {**farm, "again": {"file": str(desk / "west.gpkg"), "share": 0.5}}))
    assert twice == {"farm": (close(600), close(600)), "again": (close(400), close(100))}


def test_a_zone_fails_by_the_rule_after_which_its_shares_leave_too_little(desk: Path) -> None:
    west = str(desk / "west.gpkg")
    rules = {name: {"file": west, "share": share} for name, share in (("a", 0.5), ("b", 0.8), ("c", 0.5))}
    # 800 -> 400 -> 80 -> 40: 60 km2 are needed
    result = study(desk, rules).ranking.set_index("zone")
    assert result.loc["1", ["status", "first_failed_rule", "reason"]].tolist() == ["excluded", "no_room", "c"]
    assert result.loc["1", "eligible_km2"] == close(40)
    assert result.loc["2", "status"] == "ranked"


def test_a_cell_can_lose_the_fraction_in_which_a_finer_raster_fails(desk: Path) -> None:
    test = {"kind": "raster", "file": str(desk / "fine.tif"), "exclude_values": [9], "resampling": "fraction"}
    # a quarter of the twelve known cells; the inverse three quarters; half of a quarter
    for keys, removed in (({}, 300), ({"inverse": True}, 900), ({"share": 0.5}, 150)):
        result = study(desk, {"farm": {"test": test, **keys}})
        assert ledger(result)["farm"] == (close(removed), close(removed))
        assert unknown(result) == close(400)


def test_only_land_inside_the_features_is_allowed(desk: Path) -> None:
    park = written(desk / "park.gpkg", box(0.5, 0, 2, 2))
    result = study(desk, {"park": {"file": park, "inverse": True}})
    assert ledger(result)["park"] == (close(1300), close(1300))
    # the east has none: it fails by this rule
    ranking = result.ranking.set_index("zone")
    assert ranking.loc["1", "eligible_km2"] == close(300)
    assert ranking.loc["2", ["status", "reason"]].tolist() == ["excluded", "park"]
    # a buffer makes the allowed land larger: 10 km on four sides and quarter circles, cut by the study
    grown = shapely.intersection(box(0.5, 0, 2, 2).buffer(CELL, quad_segs=32), box(0, 0, 4, 4)).area / 1e6
    wider = study(desk, {"park": {"file": park, "inverse": True, "buffer_m": CELL}})
    assert ledger(wider)["park"][0] == pytest.approx(1600 - grown, rel=1e-6)


def test_what_an_inverse_and_another_rule_forbid_counts_once(desk: Path) -> None:
    park = written(desk / "park2.gpkg", box(1, 0, 3, 4))
    red = written(desk / "red.gpkg", box(0, 0, 2, 4))
    found = ledger(study(desk, {"park": {"file": park, "inverse": True}, "red": {"file": red}}))
    assert found == {"park": (close(800), close(800)), "red": (close(800), close(400))}


def test_an_inverse_says_nothing_where_its_file_was_not_surveyed(desk: Path) -> None:
    park = written(desk / "park3.gpkg", box(0, 0, 1, 4))
    rule = {"file": park, "inverse": True, "extent_file": str(desk / "west.gpkg")}
    result = study(desk, {"park": rule})
    assert ledger(result)["park"] == (close(400), close(400))
    assert result.ranking.set_index("zone")["unchecked_rules"].to_dict() == {"1": "", "2": "park"}


def test_a_rule_judges_only_within_polygons(desk: Path) -> None:
    extent = {"kind": "features", "file": str(desk / "west.gpkg")}
    # all but class 2 fail: in the west all eight cells; the unknown cell lies in the east, where it does not matter
    result = study(desk, {"cover": {**classes(desk, include_values=[2]), "extent": extent}})
    assert ledger(result)["cover"] == (close(800), close(800))
    assert unknown(result) == close(0)
    # half a cell of the extent is half a cell
    narrow = {"kind": "features", "file": written(desk / "narrow.gpkg", box(0, 0, 0.5, 4))}
    found = ledger(study(desk, {"cover": {**classes(desk, include_values=[2]), "extent": narrow}}))
    assert found["cover"] == (close(200), close(200))


def test_polygons_within_polygons_are_cut_exactly(desk: Path) -> None:
    red = written(desk / "red2.gpkg", box(0.25, 0.25, 1.25, 2.25))
    extent = {"kind": "features", "file": written(desk / "circle.gpkg", box(1, 1, 4, 4).centroid.buffer(2 * CELL))}
    rule = {"file": red, "extent": extent}
    circle = box(1, 1, 4, 4).centroid.buffer(2 * CELL)
    truth = shapely.intersection(box(0.25, 0.25, 1.25, 2.25), circle).area / 1e6
    assert 0 < truth < 200
    assert ledger(study(desk, {"red": rule}))["red"] == (close(truth), close(truth))
    # beyond the extent an inverse allows all
    turned = ledger(study(desk, {"red": {**rule, "inverse": True}}))["red"][0]
    assert turned == close(shapely.intersection(circle, box(0, 0, 4, 4)).area / 1e6 - truth)


def test_a_rule_judges_only_where_another_raster_has_given_values(desk: Path) -> None:
    extent = columns(desk, at_most=0)
    # class 1 fails in the first column: two cells; of the third nobody knows whether the rule judges there
    result = study(desk, {"cover": {**classes(desk, exclude_values=[1]), "extent": extent}})
    assert ledger(result)["cover"] == (close(200), close(200))
    assert unknown(result) == close(100)
    # class 4 fails: the north-western cell is free of it whether the rule judges there or not
    result = study(desk, {"cover": {**classes(desk, exclude_values=[4]), "extent": extent}})
    assert ledger(result)["cover"] == (close(100), close(100))
    assert unknown(result) == close(0)


def test_polygons_judge_only_where_a_raster_has_given_values(desk: Path) -> None:
    red = written(desk / "red3.gpkg", box(0, 0, 1.5, 4))
    rule = {"file": red, "extent": columns(desk, include_values=[0, 2])}
    # the first column but for the unknown cell; nothing of the second
    result = study(desk, {"red": rule})
    assert ledger(result)["red"] == (close(300), close(300))
    assert unknown(result) == close(100)
    # the inverse within it: the third column
    result = study(desk, {"red": {**rule, "inverse": True}})
    assert ledger(result)["red"] == (close(400), close(400))
    # the same polygons twice, once everywhere: nothing is counted twice, and what is forbidden anyhow is not unknown
    result = study(desk, {"red": rule, "all": {"file": red}})
    assert ledger(result) == {"red": (close(300), close(300)), "all": (close(600), close(300))}
    assert unknown(result) == close(0)


def forced(where: dict[str, Any], *over: str) -> dict[str, Any]:
    return {"test": {"kind": "force_include", "where": where, "over": list(over)}}


def features(path: str, **keys: Any) -> dict[str, Any]:
    return {"kind": "features", "file": path, **keys}


def test_a_forced_inclusion_gives_land_back(desk: Path) -> None:
    half_a_cell = features(written(desk / "site.gpkg", box(0, 3, 0.5, 4)))
    rules = {"cover": classes(desk, exclude_values=[1]), "site": forced(half_a_cell, "cover")}
    result = study(desk, rules)
    assert ledger(result) == {"cover": (close(500), close(500)), "site": (close(0), close(-50))}
    record = result.provenance["result"]["rules"][1]
    assert record["given_back_km2"] == close(50)
    assert record["note"]["en"] == "forced inclusion: undoes there a"
    assert result.ranking["eligible_km2"].sum() == close(1050)


def test_a_forced_inclusion_undoes_only_the_rules_it_names(desk: Path) -> None:
    site = features(written(desk / "site2.gpkg", box(0, 0, 1, 4)))
    red = {"file": written(desk / "red4.gpkg", box(0, 0, 1, 2))}
    cover = classes(desk, exclude_values=[1])
    # three cells of class 1 in the first column; the southern of them stays red
    found = ledger(study(desk, {"cover": cover, "red": red, "site": forced(site, "cover")}))
    assert found["red"] == (close(200), close(100))
    assert found["site"] == (close(0), close(-200))
    # over both: all of it
    both = ledger(study(desk, {"cover": cover, "red": red, "site": forced(site, "cover", "red")}))
    assert both["site"] == (close(0), close(-400))
    # a rule that comes later forbids it again
    later = {"cover": cover, "site": forced(site, "cover"), "red": red}
    assert ledger(study(desk, later)) == {
        "cover": (close(500), close(500)), "site": (close(0), close(-300)), "red": (close(200), close(200)),
    }  # fmt: skip


def test_a_forced_inclusion_by_values_of_a_raster(desk: Path) -> None:
    cover = classes(desk, exclude_values=[2])
    found = study(desk, {"cover": cover, "site": forced(columns(desk, at_least=3), "cover")})
    # three of the five cells of class 2 lie in the last column
    assert ledger(found) == {"cover": (close(500), close(500)), "site": (close(0), close(-300))}
    # where nobody knows whether the site reaches, nobody knows whether the rule holds: the north-western cell
    found = study(desk, {"one": classes(desk, exclude_values=[1]), "site": forced(columns(desk, at_most=0), "one")})
    assert unknown(found) == close(200)
    assert ledger(found) == {"one": (close(400), close(400)), "site": (close(0), close(-200))}
    # over polygons: column 0, and of its unknown cell nobody knows
    red = {"file": written(desk / "red5.gpkg", box(0, 2, 2, 4))}
    found = study(desk, {"red": red, "site": forced(columns(desk, at_most=0), "red")})
    assert ledger(found) == {"red": (close(300), close(300)), "site": (close(0), close(-100))}
    assert unknown(found) == close(100)


def test_land_that_is_given_back_is_known_whatever_the_rule_lacked(desk: Path) -> None:
    site = features(written(desk / "site3.gpkg", box(2, 1, 3, 2)))
    cover = classes(desk, exclude_values=[2])
    assert unknown(study(desk, {"cover": cover})) == close(100)
    assert unknown(study(desk, {"cover": cover, "site": forced(site, "cover")})) == close(0)
    # by a raster: the third column, of whose three other cells two are class 2
    third = study(desk, {"cover": cover, "site": forced(columns(desk, include_values=[2]), "cover")})
    assert unknown(third) == close(0)
    assert ledger(third)["site"] == (close(0), close(-200))
    # polygons that judge where a raster holds: the cell of which that is unknown
    corner = features(written(desk / "corner.gpkg", box(0, 3, 1, 4)))
    red = {"file": str(desk / "west.gpkg"), "extent": columns(desk, at_most=0)}
    assert unknown(study(desk, {"red": red})) == close(100)
    spared = study(desk, {"red": red, "site": forced(corner, "red")})
    assert unknown(spared) == close(0)
    assert ledger(spared) == {"red": (close(300), close(300)), "site": (close(0), close(0))}


def test_a_zone_that_gets_its_room_back_has_not_failed(desk: Path) -> None:
    red = {"file": str(desk / "west.gpkg")}
    more = {"file": written(desk / "more.gpkg", box(0, 0, 2, 0.5))}
    site = features(written(desk / "site4.gpkg", box(0, 0, 1, 1)))
    result = study(desk, {"red": red, "site": forced(site, "red")}).ranking.set_index("zone")
    assert result.loc["1", ["status", "first_failed_rule"]].tolist() == ["ranked", ""]
    # 100 km2 given back, 50 taken again: the rule after which the room was gone for good is named
    rules = {"red": red, "site": forced(site, "red"), "more": more}
    result = study(desk, rules).ranking.set_index("zone")
    assert result.loc["1", ["status", "reason"]].tolist() == ["excluded", "more"]
    # too little given back: it still failed by the first
    small = features(written(desk / "site5.gpkg", box(0, 0, 0.5, 1)))
    result = study(desk, {"red": red, "site": forced(small, "red")}).ranking.set_index("zone")
    assert result.loc["1", ["status", "reason"]].tolist() == ["excluded", "red"]


def patches(area: float, **keys: Any) -> dict[str, Any]:
    return {"test": {"kind": "contiguous", "min_area_km2": area, **keys}}


def test_patches_too_small_for_a_site(desk: Path) -> None:
    # left: the 3, alone but for the unknown cell at its corner, and the four 4, which that cell touches by an edge
    rules = {"cover": classes(desk, exclude_values=[1, 2])}
    four = study(desk, {**rules, "patches": patches(400, neighbours=4)})
    assert ledger(four) == {"cover": (close(1000), close(1000)), "patches": (close(100), close(100))}
    assert unknown(four) == close(100)
    # by its corner the 3 may belong to 600 km2: nobody knows; one patch of 400 stays
    eight = study(desk, {**rules, "patches": patches(400)})
    assert ledger(eight) == {"cover": (close(1000), close(1000)), "patches": (close(0), close(0))}
    assert unknown(eight) == close(200)
    assert eight.ranking["eligible_km2"].sum() == close(400)


def test_a_patch_takes_no_more_by_itself_than_in_order(desk: Path) -> None:
    # the one cell of class 3, of which half is red: 50 km2 are left, too few for 80
    red = {"file": written(desk / "red6.gpkg", box(1, 2, 1.5, 3))}
    rules = {"cover": classes(desk, include_values=[3]), "red": red}
    found = ledger(study(desk, {**rules, "patches": patches(80, neighbours=4)}))
    assert found["patches"] == (close(50), close(50))
    assert ledger(study(desk, {**rules, "patches": patches(50, neighbours=4)}))["patches"] == (close(0), close(0))


def test_patches_reach_across_zones_and_are_judged_after_all_other_rules(desk: Path) -> None:
    # the four 4 are two in each zone: 400 km2 together. Written first, the rule still sees what the others leave
    rules = {"patches": patches(300, neighbours=4), "cover": classes(desk, include_values=[4])}
    result = study(desk, rules)
    assert list(ledger(result)) == ["cover", "patches"]
    assert result.ranking["eligible_km2"].tolist() == [close(200), close(200)]
    cut = {"file": written(desk / "cut.gpkg", box(1, 0, 2, 4))}
    # one cell alone in the west; in the east two, and perhaps the unknown one: 300
    parted = study(desk, {**rules, "cut": cut}).ranking.set_index("zone")
    assert parted.loc["1", ["status", "reason"]].tolist() == ["excluded", "patches"]
    assert parted.loc["2", ["eligible_km2", "nodata_share"]].tolist() == [close(0), pytest.approx(300 / 800)]


def test_a_patch_is_the_same_whichever_zones_are_studied(desk: Path) -> None:
    rules = {"cover": classes(desk, exclude_values=[2, 3, 4]), "patches": patches(400, neighbours=4)}
    both, west = study(desk, rules), study(desk, rules, zones=str(desk / "west.gpkg"))
    # class 1 goes on all around: the cells of the west belong to a large patch, which lies outside the study
    assert both.ranking.set_index("zone").loc["1", "eligible_km2"] == close(500)
    assert west.ranking.loc[0, "eligible_km2"] == close(500)
    # a patch that ends three cells beyond the zone, seen from the zone alone
    lane = {"lane": {"file": written(desk / "lane.gpkg", box(1, 0, 4, 1)), "inverse": True}, "patches": patches(300)}
    assert study(desk, lane, zones=str(desk / "west.gpkg")).ranking.loc[0, "eligible_km2"] == close(100)
    lane["patches"] = patches(301)
    assert study(desk, lane, zones=str(desk / "west.gpkg")).ranking.loc[0, "reason"] == "patches"


def test_land_abroad_belongs_to_no_patch(tmp_path: Path) -> None:
    # a park on the river border of 丹东 with Korea: allowed land lies on both banks
    parks = tmp_path / "parks.csv"
    parks.write_text("name,lon,lat,area\n园,124.40,40.14,25\n", encoding="utf-8")
    grid = gt.Grid.from_bounds((120, 38, 129, 43), resolution=0.05, crs=4326)
    gt.write_raster(gt.Raster(np.ones(grid.shape), grid), tmp_path / "plain.tif")
    spot = gpd.GeoSeries(gpd.points_from_xy([124.40], [40.14]), crs=4326).to_crs(CHINA_ALBERS)[0]
    near = gpd.GeoSeries([spot.buffer(12_000)], crs=CHINA_ALBERS)
    gpd.GeoDataFrame(geometry=near).to_file(tmp_path / "near.gpkg")
    home = gt.boundaries("province", within="辽宁").to_crs(CHINA_ALBERS).geometry.intersection(near[0]).area.sum() / 1e6
    assert 100 < home < 0.8 * near.area[0] / 1e6
    # nothing is known well beyond the border, and that does not matter
    there = gt.Grid.from_bounds(near[0].buffer(90_000).bounds, resolution=2000.0, crs=CHINA_ALBERS)
    liaoning = gt.boundaries("province", within="辽宁")
    known = np.where(gt.excluded_by(liaoning, there, buffer_m=4000.0).values == 1, 1.0, np.nan)
    gt.write_raster(gt.Raster(known, there), tmp_path / "home.tif")
    rules = {
        "near": {"file": str(tmp_path / "near.gpkg"), "inverse": True},
        "home": {"test": {"kind": "raster", "file": str(tmp_path / "home.tif"), "at_most": 5}},
    }
    for area, status in ((home - 30, "ranked"), (home + 30, "excluded")):
        result = study(
            tmp_path, {**rules, "patches": patches(area)}, zones=str(parks), grid={"resolution": 2000.0},
            room={"area_km2": 5.0, "share": 0.0},
        )  # fmt: skip
        assert result.ranking.loc[0, "status"] == status


def test_bad_places(desk: Path) -> None:
    far = features(written(desk / "far.gpkg", box(900, 0, 901, 1)))
    cover = classes(desk, exclude_values=[1])
    with pytest.raises(InputError, match=r"rule 'cover': extent names .*far.gpkg', of which nothing lies in the study"):
        study(desk, {"cover": {**cover, "extent": far}})
    with pytest.raises(InputError, match=r"rule 'site': where names .*far.gpkg', of which nothing lies in the study"):
        study(desk, {"cover": cover, "site": forced(far, "cover")})
    with pytest.raises(InputError, match=r"rule 'red': .*expected an overlap"):
        study(desk, {"red": {"file": far["file"], "inverse": True}})
    # the cities of over 30 million: none
    test = {"kind": "cities", "min_population": 3e7, "radius_km": 3.0, "population_of_radius": 200_000.0}
    with pytest.raises(InputError, match=r"rule 'hub': inverse allows only land inside the features, and none of them"):
        study(desk, {"hub": {"test": test, "inverse": True}})
    points = written(desk / "points.gpkg", box(1, 1, 2, 2).centroid)
    with pytest.raises(InputError, match=r"rule 'site': .*give a buffer_m above 0"):
        study(desk, {"cover": cover, "site": forced(features(points), "cover")})


def test_values_that_do_not_occur_are_named_with_those_that_do(desk: Path) -> None:
    for values, expected in (([99], 1), ([99, 4], 0)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", EmptyRuleWarning)
            study(desk, {"cover": classes(desk, exclude_values=values)})
        said = [str(w.message) for w in caught if w.category is EmptyRuleWarning]
        assert len(said) == expected
        assert all(re.search(r"none of the values 99 occurs .*class.tif' has 1, 2, 3, 4 there", s) for s in said)


def test_of_ones_own_places_each_gets_its_answer_also_when_nothing_is_left(desk: Path) -> None:
    ranking = study(desk, {"cover": classes(desk, at_least=50)}).ranking
    assert set(ranking["status"]) == {"excluded"}
    assert set(ranking["reason"]) == {"cover"}


def test_a_rule_that_removes_everything_is_named(tmp_path: Path) -> None:
    base = gt.scenario("aluminium").with_overrides(
        {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}
    )
    with pytest.raises(InputError, match=r"no zone room .*rule 'elevation' alone leaves none; of .* elevation \d+,\d"):
        gt.run(base.with_overrides({"rules.elevation.test.at_most": -100.0}))
    # a set of rules: 1,300 m from above and from below
    low = {"title": TEXT, "basis": TEXT, "test": {"kind": "raster", "layer": "elevation", "at_least": 1300.0}}
    both = base.with_overrides({"rules.elevation.test.at_most": 1300.0, "rules.low": low, "room.share": 0.0})
    with pytest.raises(InputError, match=r"no zone room .*: of [\d,.]+ km2 they remove in order, in km2: elevation "):
        gt.run(both)
    from typer.testing import CliRunner

    from geotransfer.cli.app import app

    out = tmp_path / "out"
    arguments = ["run", "aluminium", "-q", "-o", str(out), "--set", "within=宁夏", "--set", "grid.resolution=25000"]
    done = CliRunner().invoke(app, [*arguments, "--set", "rules.elevation.test.at_most=-100"])
    assert done.exit_code != 0
    assert list(tmp_path.iterdir()) == []


def test_a_limited_list_forbids_no_zone_as_a_whole(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("adcode\n640181\n", encoding="utf-8")
    rule = {"title": TEXT, "basis": TEXT, "test": {"kind": "zones", "file": str(listed)}}
    base = gt.scenario("aluminium").with_overrides(
        {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0, "rules": {"listed": rule}}
    )
    half = gt.run(base.with_overrides({"rules.listed.share": 0.5})).ranking.set_index("adcode")
    assert half.loc["640181", "status"] == "ranked"
    assert half.loc["640181", "eligible_km2"] == pytest.approx(0.5 * half.loc["640181", "area_km2"], rel=1e-6)
    only = gt.run(base.with_overrides({"rules.listed.inverse": True})).ranking.set_index("adcode")
    assert only.index[only["status"] == "ranked"].tolist() == ["640181"]
    assert set(only.drop("640181")["reason"]) == {"listed"}
