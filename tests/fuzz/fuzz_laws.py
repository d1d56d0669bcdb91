"""What holds of every valid result, whatever was put in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

import geotransfer as gt
from geotransfer.siting.explanation import explain

ROUNDING_KM2 = 1e-4
STATES = {"ranked", "unknown", "excluded"}


class LawBroken(AssertionError):
    """A result that cannot be right."""


def hold(condition: object, law: str) -> None:
    if not condition:
        raise LawBroken(law)


def check_features(features: gpd.GeoDataFrame) -> None:
    hold(len(features) >= 1, "at least one feature")
    hold(features.crs is not None, "features have a CRS")
    hold(not (features.geometry.isna() | features.geometry.is_empty).any(), "every feature has a geometry")
    hold(features.geometry.name == "geometry", "the geometry is called geometry")


def check_raster(raster: gt.Raster) -> None:
    hold(raster.values.shape == raster.grid.shape, "values have the grid's shape")
    hold(not np.isinf(raster.values).any(), "no infinity")
    hold(not np.isnan(raster.values).all(), "some data")


def check_result(result: gt.Result) -> None:
    table = result.ranking
    hold(set(table["status"]) <= STATES, "statuses")
    hold(table["zone"].is_unique, "zones are unique")
    _check_scores(result)
    _check_ranks(table)
    _check_areas(table, result.rule_areas)
    _check_contributions(result)


def _check_scores(result: gt.Result) -> None:
    table = result.ranking
    ranked = table["status"] == "ranked"
    hold(table.loc[ranked, "score"].between(0, 1).all(), "scores of ranked zones lie in 0..1")
    hold(table.loc[~ranked, "score"].isna().all(), "a zone that is not ranked has no score")
    for name in result.scenario.criteria:
        scores = table[f"score_{name}"].dropna()
        hold(scores.between(0, 1).all(), f"scores of {name} lie in 0..1")
    cells = result.suitability.values
    hold(((cells >= -1e-9) & (cells <= 1 + 1e-9) | np.isnan(cells)).all(), "suitability lies in 0..1")
    hold(set(np.unique(result.excluded.values[~np.isnan(result.excluded.values)])) <= {0.0, 1.0}, "excluded is 0 or 1")


def _check_ranks(table: gpd.GeoDataFrame) -> None:
    ranked = table[table["status"] == "ranked"]
    hold(table.loc[table["status"] != "ranked", "rank"].isna().all(), "only ranked zones have a rank")
    hold(ranked["rank"].tolist() == list(range(1, len(ranked) + 1)), "ranks are 1 .. n, best first")
    order = list(zip((-ranked["score"].round(12)).tolist(), ranked["zone"].astype(str), strict=True))
    hold(order == sorted(order), "a better score ranks before, of equal ones the smaller key")


def _check_areas(table: gpd.GeoDataFrame, removed: pd.DataFrame | None) -> None:
    total, left = table["area_km2"], table["eligible_km2"]
    hold((total >= 0).all() and (left >= 0).all(), "areas are not negative")
    slack = ROUNDING_KM2 + 1e-6 * total
    hold((left <= total + slack).all(), "what is left is not more than there is")
    for share in ("excluded_share", "nodata_share"):
        hold((table[share].between(0, 1) | table[share].isna()).all(), f"{share} lies in 0..1")
    if removed is None:
        return
    taken = removed.groupby("zone")["in_order_km2"].sum().reindex(table["zone"].astype(str)).fillna(0.0).to_numpy()
    with_data = (total * (1 - table["nodata_share"])).to_numpy()
    excluded = np.nan_to_num(table["excluded_share"].to_numpy() * with_data)
    hold((np.abs(taken - excluded) <= (slack + 1e-5 * total).to_numpy()).all(), "rules add up to what is excluded")
    over = left.to_numpy() + excluded - with_data
    hold((over <= (slack + 1e-5 * total).to_numpy()).all(), "eligible and excluded are no more than has data")


def _check_contributions(result: gt.Result) -> None:
    if result.ranking.empty:
        return
    for row in {0, len(result.ranking) - 1}:
        found = explain(result, str(result.ranking["zone"].iloc[row]))
        if found.adds_up and found.status == "ranked":
            parts = sum(part.contribution or 0.0 for part in found.criteria)
            hold(abs(parts - result.ranking["score"].iloc[row]) < 1e-9, "contributions add up to the score")
