from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.errors import InputError

SOURCES = Path(__file__).parents[1] / "data" / "sources.toml"
SMALL = {"within": ["宁夏", "甘肃"], "grid.resolution": 25_000, "robustness.draws": 0}


def ranked_with(**overrides: Any) -> gt.Result:
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    return gt.run(gt.Scenario.from_file(SOURCES).with_overrides({**SMALL, **keys}))


@pytest.fixture(scope="module")
def without() -> gt.Result:
    return ranked_with()


def test_a_veto_on_a_provincial_figure_forbids_the_zone(without: gt.Result) -> None:
    # Gansu's grid factor scores less than Ningxia's or more: the lower of both fails, whole, with its name
    scores = without.ranking.groupby("province")["score_grid_factor"].first()
    worse, limit = scores.idxmin(), float(scores.mean())
    vetoed = ranked_with(criteria__grid_factor__veto=limit).ranking
    hit = vetoed[vetoed["province"] == worse]
    was_ranked = set(without.ranking.loc[without.ranking["status"] == "ranked", "zone"])
    assert (hit.loc[hit["zone"].isin(was_ranked), "first_failed_rule"] == "veto_grid_factor").all()
    assert (vetoed.loc[vetoed["status"] == "ranked", "score_grid_factor"] >= limit).all()


def test_a_veto_on_cells_takes_land_and_stands_in_the_ledger(without: gt.Result) -> None:
    result = ranked_with(criteria__hub_distance__veto=0.7)
    rules = {rule["id"]: rule for rule in result.provenance["result"]["rules"]}
    veto = rules["veto_hub_distance"]
    assert veto["title"]["en"] == "veto: score of distance to a rail logistics hub below 0.7"
    assert 0 < veto["area_in_order_km2"] <= veto["area_alone_km2"]
    ranking = result.ranking
    assert (ranking.loc[ranking["status"] == "ranked", "score_hub_distance"] >= 0.7 - 1e-9).all()
    assert ranking["eligible_km2"].sum() == pytest.approx(
        without.ranking["eligible_km2"].sum() - veto["area_in_order_km2"], rel=1e-6
    )
    failed = ranking[ranking["reason"] == "veto_hub_distance"]
    assert (failed["first_failed_rule"] == "no_room").all()
    assert len(failed) == veto["zones_failed"] > 0
    # the rasters agree: what is vetoed is excluded, and has no suitability
    assert np.nansum(result.excluded.values) > np.nansum(without.excluded.values)


def test_a_veto_nobody_fails_changes_nothing(without: gt.Result) -> None:
    gentle = ranked_with(criteria__hub_distance__veto=1e-6)
    assert gentle.ranking["rank"].equals(without.ranking["rank"])


def test_a_veto_is_a_score() -> None:
    with pytest.raises(InputError, match=r"criteria\.tariff\.veto: .*less than or equal to 1"):
        ranked_with(criteria__tariff__veto=2)


def test_land_whose_veto_is_unknown_is_not_ranked(tmp_path: Path, without: gt.Result) -> None:
    # a raster that ends in the middle of the study: beyond it nobody knows whether the veto holds
    grid = gt.Grid.from_bounds((90.0, 30.0, 112.0, 45.0), resolution=0.25, crs="EPSG:4326")
    values = np.where(grid.x[np.newaxis, :] < 104.0, np.nan, 1.0) * np.ones(grid.shape)
    gt.write_raster(gt.Raster(values, grid), tmp_path / "half.tif")
    text = {"zh": "甲", "en": "a"}
    half = {
        "title": text, "group": "land", "unit": "1", "weight": 0.0, "worst": 0.0, "best": 1.0, "veto": 0.5,
        "source": {"kind": "raster", "file": str(tmp_path / "half.tif")}, "why": text,
    }  # fmt: skip
    ranking = ranked_with(criteria__half=half).ranking
    ranked = ranking[ranking["status"] == "ranked"]
    assert ranked["half"].notna().all()
    assert 0 < len(ranked) < (without.ranking["status"] == "ranked").sum()
    unknown = ranking[ranking["status"] == "unknown"]
    assert len(unknown) > 0
    assert unknown["reason"].isin(["nodata", "half"]).all()
