"""A finished study small enough to be worked by hand: twelve zones, two criteria that count, one that does not."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import geotransfer as gt
from geotransfer.results.columns import column_descriptions

WORD = {"zh": "甲", "en": "a"}
POWER = {"zh": "电价", "en": "power"}
PEOPLE = {"zh": "人口", "en": "people"}
WEIGHTS = {"power": 0.6, "people": 0.4, "shown": 0.0}
SCORES = [(1.0 - 0.05 * i, 0.95 - 0.04 * i) for i in range(12)]
"""Of the ranked zones, best first: (power, people)."""


def criterion(title: dict[str, str], unit: str, **more: Any) -> dict[str, Any]:
    source = {"kind": "raster", "file": "own.tif"}
    return {"title": title, "group": "own", "unit": unit, "source": source, "why": WORD, **more}


def small_scenario(**more: Any) -> gt.Scenario:
    return gt.Scenario.from_mapping({
        "schema": 1, "name": "small", "title": {"zh": "小例", "en": "Small"}, "question": WORD, "legal_rules": "none",
        "room": {"area_km2": 25.0, "share": 0.02},
        "criteria": {
            "power": criterion(POWER, "yuan/kWh", weight=0.6, worst=0.6, best=0.4),
            "people": criterion(PEOPLE, "persons", weight=0.4, worst=1e4, best=1e6, scale="log"),
            "shown": criterion(WORD, "1", weight=0.0, worst=0.0, best=1.0),
        },
        "rules": {
            "high": {"title": {"zh": "过高", "en": "too high"}, "basis": {"zh": "项目设定", "en": "project limit"},
                     "test": {"kind": "raster", "file": "own.tif", "at_most": 2500.0}},
            "line": {"title": {"zh": "红线", "en": "red line"}, "basis": {"zh": "法", "en": "law"}},
        },
        **more,
    })  # fmt: skip


def small_ranking(scores: list[tuple[float, float]] = SCORES) -> gpd.GeoDataFrame:
    """Zones z00, z01 ... ranked; then "unk" (no people) and "out" (too high; the data say nothing about its power)."""
    n = len(scores)
    power, people = (np.array([*s, (0.5, np.nan), (np.nan, 0.9)])[:, k] for k, s in ((0, scores), (1, scores)))
    ranked = np.arange(n + 2) < n
    table = pd.DataFrame({
        "rank": pd.array([*range(1, n + 1), None, None], dtype="Int64"),
        "zone": [*(f"z{i:02d}" for i in range(n)), "unk", "out"],
        "adcode": "", "name": [*(f"第{i}县" for i in range(n)), "未知县", "高山县"],
        "kind": "county", "province": ["甲省" if i % 2 == 0 else "乙省" for i in range(n + 2)], "prefecture": "某市",
        "region": "west", "score": np.where(ranked, 0.6 * power + 0.4 * people, np.nan),
        "status": [*["ranked"] * n, "unknown", "excluded"],
        "power": 0.6 - 0.2 * power, "score_power": power,
        "people": 10 ** (4 + 2 * people), "score_people": people, "shown": 0.5, "score_shown": 0.5,
        "rank_in_province": np.where(ranked, 1.0, np.nan), "area_km2": 1000.0,
        "eligible_km2": [*[600.0] * n, 600.0, 4.0], "excluded_share": [*[0.4] * n, 0.4, 0.996], "nodata_share": 0.0,
        "first_failed_rule": [*[""] * (n + 1), "no_room"], "reason": [*[""] * n, "people", "high"],
        "unchecked_rules": "line",
    })  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=[shapely.box(100 + i, 30, 101 + i, 31) for i in range(n + 2)], crs=4326)


def small_study(scores: list[tuple[float, float]] = SCORES, **more: Any) -> gt.Result:
    study, ranking = small_scenario(**more), small_ranking(scores)
    criteria = [
        {
            "id": name, "title": c.title.as_dict(), "group": c.group, "unit": c.unit, "weight": WEIGHTS[name],
            "points": [[c.worst, 0.0], [c.best, 1.0]], "scale": c.scale, "curve": None, "why": WORD,
        }
        for name, c in study.criteria.items()
    ]  # fmt: skip
    rule = study.rules["high"]
    record = {
        "scenario": study.model_dump(mode="json"), "criteria": criteria, "screening_note": WORD, "headline": None,
        "rules": [{"id": "high", "title": rule.title.as_dict(), "source": rule.basis.as_dict()}],
    }  # fmt: skip
    areas = pd.DataFrame({"zone": ["out"], "rule": ["high"], "alone_km2": [996.0], "in_order_km2": [996.0]})
    raster = gt.Raster([[0.5]], gt.Grid.from_bounds((0, 0, 1, 1), resolution=1, crs="EPSG:32648"))
    columns = column_descriptions(study, ranking.columns)
    provenance = {"result": record, "execution": {}}
    return gt.Result(study, ranking, raster, raster, columns, provenance, None, areas)
