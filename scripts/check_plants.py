"""Does a ranking know where plants stand? Areas under the ROC curve with bootstrap intervals.

    python scripts/check_plants.py --industry-data FOLDER [--scenario steel-eaf] [--result DIR] [--resolution M]

Expected before looking.
Captive aluminium units are coal-fired, so they follow coal and not green power. The score should lie above 0.5 (cheap
tariffs and captive coal share provinces), its part for the grid factor below 0.5. Capacity by province (confidence low,
no year): rank correlation of the province's median with capacity above 0 for the score and the price, about 0 or below
for the grid factor, above 0 for freight (alumina is refined beside much of it). Wind farms stand where wind is better:
above 0.5 within classes of county area; area alone reaches 0.65. Nothing of this is asserted.
Arc furnaces (steel-eaf): see the head of the scenario. Score at least 0.65, which a test asserts at 25 km.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr

import geotransfer as gt

DRAWS, SEED = 1000, 20260101
STANDING = ("operating", "construction", "mothballed", "operating pre-retirement")
CAPACITY = "aluminum_capacity_by_province.csv"
PROVINCES = {
    "Anhui": "安徽省", "Chongqing": "重庆市", "Fujian": "福建省", "Gansu": "甘肃省", "Guangdong": "广东省",
    "Guangxi": "广西壮族自治区", "Guizhou": "贵州省", "Hebei": "河北省", "Heilongjiang": "黑龙江省", "Henan": "河南省",
    "Hubei": "湖北省", "Hunan": "湖南省", "InnerMongolia": "内蒙古自治区", "Jiangsu": "江苏省", "Jiangxi": "江西省",
    "Jilin": "吉林省", "Liaoning": "辽宁省", "Ningxia": "宁夏回族自治区", "Qinghai": "青海省", "Shaanxi": "陕西省",
    "Shandong": "山东省", "Shanxi": "山西省", "Sichuan": "四川省", "Tibet": "西藏自治区",
    "Xinjiang": "新疆维吾尔自治区", "Yunnan": "云南省", "Zhejiang": "浙江省",
}  # fmt: skip


def auc(values: np.ndarray, positive: np.ndarray) -> float:
    """Return P(value of a positive > value of a negative), ties half: Mann-Whitney U / (n1 n0)."""
    n1 = int(positive.sum())
    n0 = len(positive) - n1
    if n1 == 0 or n0 == 0:
        return float("nan")
    return float((rankdata(values)[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def with_interval(values: np.ndarray, positive: np.ndarray) -> str:
    """Return the AUC and its 95 % bootstrap interval (zones drawn with replacement)."""
    rng = np.random.default_rng(SEED)
    draws = [rng.integers(0, len(values), len(values)) for _ in range(DRAWS)]
    low, high = np.nanpercentile([auc(values[d], positive[d]) for d in draws], [2.5, 97.5])
    return f"{auc(values, positive):.3f} ({low:.3f}-{high:.3f}), {int(positive.sum())} of {len(positive)} zones"


def standing(path: Path) -> gpd.GeoDataFrame:
    """Return the plants of a file that stand or are being built."""
    plants = gt.read_features(path).to_crs("EPSG:4326")
    return plants[plants["Status"].str.lower().isin(STANDING)]


def arc_furnaces(folder: Path) -> gpd.GeoDataFrame:
    """Return the standing steel plants that have an electric-arc furnace."""
    plants = standing(next(folder.glob("gspt_*.gpkg")))
    return plants[plants["Main production equipment"].fillna("").str.contains("EAF")]


def holds(zones: gpd.GeoDataFrame, plants: gpd.GeoDataFrame) -> np.ndarray:
    """Return, per zone, whether one of the plants lies in it."""
    joined = gpd.sjoin(zones[["zone", "geometry"]], plants[["geometry"]], predicate="contains")
    return zones["zone"].isin(joined["zone"]).to_numpy()


def within_classes(values: np.ndarray, positive: np.ndarray, classes: np.ndarray) -> str:
    """Return the AUC of the value's rank within its class."""
    ranks = pd.Series(values).groupby(classes).rank(pct=True).to_numpy()
    return with_interval(ranks, positive)


def scores(result: gt.Result) -> list[str]:
    """Return the columns of the score and of its weighted parts."""
    weighted = [c["id"] for c in result.provenance["result"]["criteria"] if c["weight"] > 0]
    return ["score", *(f"score_{name}" for name in weighted)]


def capacity_by_province(folder: Path) -> pd.Series:
    """Return smelting capacity (t/h as printed there) by the Chinese name of the province."""
    table = pd.read_csv(folder / CAPACITY, encoding="utf-8-sig").set_index("Province")["Capacity_ton_per_h"]
    return table.rename(index=PROVINCES).rename_axis("province")


def print_provinces(ranked: gpd.GeoDataFrame, columns: list[str], capacity: pd.Series) -> None:
    """Print the rank correlation of capacity with the median county of each province."""
    medians = ranked.groupby("province")[columns].median().join(capacity, how="left").fillna({capacity.name: 0.0})
    print(f"smelting capacity by province (confidence low), Spearman, {len(medians)} provinces with ranked counties")
    for column in columns:
        print(f"  {column:<20} {spearmanr(medians[column], medians[capacity.name]).statistic:+.2f}")


def print_wind(ranked: gpd.GeoDataFrame, farms: np.ndarray) -> None:
    """Print whether the screening index knows where wind farms stand."""
    wind = gt.zonal_statistics(gt.layer_raster("wind-screening"), ranked)["mean"].to_numpy()
    area = ranked["area_km2"].to_numpy()
    deciles = pd.qcut(area, 10, labels=False)
    print("wind farms, ranked counties")
    print(f"  wind screening, overall             {with_interval(wind, farms)}")
    print(f"  wind screening, within area deciles {within_classes(wind, farms, deciles)}")
    print(f"  area alone                          {with_interval(area, farms)}")
    print(f"  area x wind screening               {with_interval(area * wind, farms)}")


def print_parts(title: str, ranked: gpd.GeoDataFrame, columns: list[str], positive: np.ndarray) -> None:
    """Print the AUC of the score and of each of its parts."""
    print(title)
    for column in columns:
        print(f"  {column:<20} {with_interval(ranked[column].to_numpy(dtype=float), positive)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--industry-data", type=Path, required=True)
    parser.add_argument("--scenario", choices=("aluminium", "steel-eaf"), default="aluminium")
    parser.add_argument("--result", type=Path, help="a finished folder of the scenario; without it a run")
    parser.add_argument("--resolution", type=float, default=5000.0, help="of the run, metres")
    arguments = parser.parse_args()
    study = gt.scenario(arguments.scenario).with_overrides(
        {
            "grid.resolution": arguments.resolution,
            "robustness.draws": 0,
        }
    )
    result = gt.read_result(arguments.result) if arguments.result else gt.run(study)
    ranked = result.ranking[result.ranking["status"] == "ranked"].reset_index(drop=True)
    folder, columns = arguments.industry_data, scores(result)
    if arguments.scenario == "steel-eaf":
        print_parts("counties with electric-arc furnaces", ranked, columns, holds(ranked, arc_furnaces(folder)))
        return
    smelters = holds(ranked, standing(next(folder.glob("gcpt_*aluminium*.gpkg"))))
    print_parts("captive aluminium units, ranked counties", ranked, columns, smelters)
    print_provinces(ranked, columns, capacity_by_province(folder))
    print_wind(ranked, holds(ranked, standing(next(folder.glob("gwpt_*.gpkg")))))


if __name__ == "__main__":
    main()
