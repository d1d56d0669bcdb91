"""Small made-up results with the columns and provenance of a real one, for the rooms that only show them."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRITERIA: list[dict[str, Any]] = [
    {
        "id": "tariff",
        "title": {"zh": "煤电基准价", "en": "Coal benchmark tariff"},
        "group": "power cost",
        "unit": "yuan/kWh",
        "weight": 0.5,
        "direction": "min",
        "points": [[0.28, 1.0], [0.45, 0.0]],
        "layer": "coal-benchmark-tariff",
        "why": {"zh": "电费占成本三成以上", "en": "power is over 30 % of cost"},
    },
    {
        "id": "hub",
        "title": {"zh": "到枢纽距离", "en": "Distance to a hub"},
        "group": "freight",
        "unit": "km",
        "weight": 0.3,
        "direction": "min",
        "points": [[50.0, 1.0], [1000.0, 0.0]],
        "layer": "hubs",
        "why": {"zh": "运费", "en": "freight"},
    },
    {
        "id": "people",
        "title": {"zh": "人口", "en": "People"},
        "group": "people and base",
        "unit": "log10 persons",
        "weight": 0.2,
        "direction": "max",
        "points": [[4.5, 0.0], [6.5, 1.0]],
        "layer": "people-50km",
        "why": {"zh": "劳动力", "en": "labour"},
    },
]
RULES: list[dict[str, Any]] = [
    {
        "id": "elevation",
        "title": {"zh": "海拔高于 2500 m", "en": "Above 2,500 m"},
        "source": {"zh": "本项目假设", "en": "assumption of this project"},
        "zones_failed": 1,
        "area_alone_km2": 1234.5,
        "area_in_order_km2": 1234.5,
    },
]
ROOM = {"area_km2": 25.0, "share": 0.02, "zones_failed": 1, "too_small": 1}
UNCHECKED = [
    {"id": "red_line", "title": {"zh": "生态保护红线", "en": "ecological red line"}},
    {"id": "farmland", "title": {"zh": "永久基本农田", "en": "permanent basic farmland"}},
]
NOTE = {
    "zh": "未核查: 生态保护红线, 永久基本农田; 本图为初筛, 不得作为选址依据",
    "en": "Not checked: ecological red line, permanent basic farmland; this is a screening, not a siting verdict",
}
QUESTION = {"zh": "东部的产能适合转移到哪里?", "en": "Where could eastern capacity move?"}
INPUTS = [
    {
        "id": "coal-benchmark-tariff",
        "title": {"zh": "煤电基准价", "en": "Coal benchmark tariff"},
        "kind": "table",
        "unit": "yuan/kWh",
        "period": {"zh": "2025 年", "en": "2025"},
        "source": {"zh": "国家发展改革委", "en": "NDRC"},
        "licence": {"zh": "公开数据", "en": "public figures"},
        "quality": "official",
        "known_error": {"zh": "", "en": ""},
        "error_scope": "price area",
        "sha256": "ab" * 32,
    },
    {
        "id": "people-50km",
        "title": {"zh": "人口", "en": "People within 50 km"},
        "kind": "raster",
        "unit": "persons",
        "period": {"zh": "2024 年", "en": "2024"},
        "source": {"zh": "GeoNames 城镇", "en": "GeoNames places"},
        "licence": {"zh": "CC BY 4.0", "en": "CC BY 4.0"},
        "quality": "modelled",
        "known_error": {"zh": "约三成", "en": "about 30 %"},
        "error_scope": "zone",
        "sha256": "cd" * 32,
    },
]


@dataclass(frozen=True)
class SyntheticResult:
    ranking: gpd.GeoDataFrame
    scenario: SimpleNamespace
    provenance: dict[str, Any]


NASTY = {3: "<script>alert(1)</script>", 4: '"></div>', 7: "{{ 7 * 7 }} {% raw %} & '"}
"""Names of zones that are markup."""


def value_of(criterion: dict[str, Any], scores: np.ndarray) -> np.ndarray:
    """The value that has this score: the linear scale read backwards."""
    (x0, y0), (x1, y1) = criterion["points"]
    return x0 + (scores - y0) / (y1 - y0) * (x1 - x0)


def make_ranking(zones: gpd.GeoDataFrame, scores: np.ndarray, status: list[str]) -> gpd.GeoDataFrame:
    """A ranking of zones (zone, adcode, name, kind, province, region, geometry) from scores (zones, criteria)."""
    table = zones.reset_index(drop=True).copy()
    table["status"] = status
    total = scores @ np.array([criterion["weight"] for criterion in CRITERIA])
    table["score"] = np.where(table["status"] == "ranked", total, np.nan)
    for number, criterion in enumerate(CRITERIA):
        table[criterion["id"]] = value_of(criterion, scores[:, number])
        table[f"score_{criterion['id']}"] = scores[:, number]
    table["excluded_share"] = np.where(table["status"] == "excluded", 1.0, 0.2)
    table["first_failed_rule"] = np.where(table["status"] == "excluded", "elevation", None)
    table["unchecked_rules"] = "red_line;farmland"
    table["reason"] = np.where(table["status"] == "unknown", "people: no data", "")
    table = table.sort_values(["score", "zone"], ascending=[False, True], na_position="last")
    ranks = table["score"].rank(ascending=False, method="min")
    table.insert(0, "rank", ranks.astype("Int64"))
    return table.reset_index(drop=True)


def make_provenance(ranking: gpd.GeoDataFrame) -> dict[str, Any]:
    counts = ranking["status"].value_counts()
    states = ("ranked", "excluded", "unknown")
    by_province = [
        {"province": province, **{state: int((rows["status"] == state).sum()) for state in states}}
        for province, rows in ranking.groupby("province")
    ]
    title = {"zh": "电解铝西移", "en": "Primary aluminium moves west"}
    result = {
        "schema": 1,
        "geotransfer": "0.1.0",
        "scenario": {"name": "aluminium", "title": title, "question": QUESTION},
        "inputs": INPUTS,
        "criteria": CRITERIA,
        "rules": RULES,
        "room": ROOM,
        "unchecked_rules": UNCHECKED,
        "screening_note": NOTE,
        "headline": {
            "zh": "省际差异为主, 县级名次仅供参考",
            "en": "Most differences are between provinces; county ranks are indicative",
        },
        "counts": {
            **{state: int(counts.get(state, 0)) for state in states},
            "by_province": by_province,
            "by_rule": [{"rule": "elevation", "zones": int(counts.get("excluded", 0))}],
        },
        "statistics": {
            "between_province_variance_share": 0.74,
            "best_site_vs_mean_spearman": 0.93,
            "zone_value": "best_site",
            "site_area_km2": 25.0,
            "resolution": 5000.0,
        },
        "map": {"approval_number": None},
    }
    execution = {
        "started": "2026-11-23T02:00:00Z",
        "finished": "2026-11-23T02:00:05Z",
        "seconds": 5.0,
        "stages": [],
        "peak_memory_mb": 500.0,
        "host": "secret-host",
        "platform": "Linux",
        "python": "3.11",
        "threads": 2,
        "versions": {"numpy": "2.4"},
    }
    return {"result": result, "execution": execution}


def make_result(zones: gpd.GeoDataFrame, scores: np.ndarray, status: list[str]) -> SyntheticResult:
    ranking = make_ranking(zones, scores, status)
    provenance = make_provenance(ranking)
    title = SimpleNamespace(**provenance["result"]["scenario"]["title"])
    return SyntheticResult(ranking, SimpleNamespace(name="aluminium", title=title), provenance)


def grid_zones(columns: int = 6, rows: int = 4, names: dict[int, str] | None = None) -> gpd.GeoDataFrame:
    """Boxes of 4 degrees in the west of China that share their edges, from 82 E 24 N."""
    count = columns * rows
    corners = [(82 + 4 * (i % columns), 24 + 4 * (i // columns)) for i in range(count)]
    boxes = [shapely.box(x, y, x + 4, y + 4) for x, y in corners]
    named = [(names or {}).get(i, f"县{i:02d}") for i in range(count)]
    frame = pd.DataFrame(
        {
            "zone": [f"z{i:02d}" for i in range(count)],
            "adcode": "",
            "name": named,
            "kind": "polygon",
            "province": ["甲省" if i % columns < columns // 2 else "乙省" for i in range(count)],
            "prefecture": "",
            "region": "west",
        }
    )
    return gpd.GeoDataFrame(frame, geometry=boxes, crs="EPSG:4326")


def small_result(names: dict[int, str] | None = None) -> SyntheticResult:
    """24 zones: 20 ranked, 2 excluded, 2 unknown (no people)."""
    zones = grid_zones(names=names)
    scores = np.random.default_rng(7).uniform(size=(len(zones), len(CRITERIA)))
    status = ["ranked"] * len(zones)
    status[5] = status[11] = "excluded"
    status[0] = status[17] = "unknown"
    scores[[0, 17], 2] = np.nan
    return make_result(zones, scores, status)


STAYS = {
    "draws": 1000,
    "seed": 1,
    "concentration": 50.0,
    "errors": {"people": {"scope": "zone", "low": -0.5, "high": 0.5, "relative": True}},
    "top_n": 10,
    "given_weights": {"stay": ["县01", "县02"], "best_share": 0.86},
    "free_weights": {"stay": [], "best_share": 0.42},
}
"""The record of the draws in provenance."""
COMPARED = {
    "top_n": 10,
    "methods": {
        "methods": ["weighted_sum", "weighted_product", "owa", "topsis", "promethee_ii"],
        "always": [],
        "spearman": [[1.0 if i == j else 0.9 - 0.1 * abs(i - j) for j in range(5)] for i in range(5)],
    },
    "reversals": {"zones": 20, "share": 0.0, "most_moved_by_deletion": 0, "most_moved_by_copy": 0},
    "collinearity": {
        "pairs": [["tariff", "hub", 0.81]],
        "vif": {"tariff": 6.2, "hub": None, "people": None},
        "determined": ["hub"],
    },
}
"""The record of other methods in provenance; people are the same everywhere."""


def with_draws(result: SyntheticResult) -> SyntheticResult:
    """The result with the columns and the record that draws of the weights add."""
    ranked = (result.ranking["status"] == "ranked").to_numpy()
    rank = result.ranking["rank"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    classes = np.resize(["robust", "likely", "depends on the weights", "unlikely"], len(ranked))
    ranking = result.ranking.assign(
        rank_p05=rank,
        rank_p95=rank + 5.5,
        top10_acceptability=np.where(ranked, 0.5, np.nan),
        stability=np.where(ranked, classes, ""),
    )
    facts = {**result.provenance["result"], "robustness": STAYS, "comparison": COMPARED}
    return SyntheticResult(ranking, result.scenario, {**result.provenance, "result": facts})
