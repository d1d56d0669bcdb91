"""Does the ranking know where plants stand? Areas under the ROC curve with bootstrap intervals; nothing is asserted.

    python scripts/check_plants.py --industry-data FOLDER [--result DIR]

Expected before looking: captive aluminium units are coal-fired, so they follow coal and not green power. The score
should lie above 0.5 (cheap tariffs and captive coal share provinces), its part for the grid factor below 0.5. Wind
farms stand where wind is better: above 0.5 within classes of county area; area alone reaches 0.65.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import rankdata

import geotransfer as gt

DRAWS, SEED = 1000, 20260101
STANDING = ("operating", "construction", "mothballed", "operating pre-retirement")


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


def holds(zones: gpd.GeoDataFrame, path: Path) -> np.ndarray:
    """Return, per zone, whether a standing plant of the file lies in it."""
    plants = gt.read_features(path).to_crs("EPSG:4326")
    plants = plants[plants["Status"].str.lower().isin(STANDING)]
    joined = gpd.sjoin(zones[["zone", "geometry"]], plants[["geometry"]], predicate="contains")
    return zones["zone"].isin(joined["zone"]).to_numpy()


def within_classes(values: np.ndarray, positive: np.ndarray, classes: np.ndarray) -> str:
    """Return the AUC of the value's rank within its class."""
    ranks = pd.Series(values).groupby(classes).rank(pct=True).to_numpy()
    return with_interval(ranks, positive)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--industry-data", type=Path, required=True)
    parser.add_argument("--result", type=Path)
    arguments = parser.parse_args()
    result = gt.read_result(arguments.result) if arguments.result else gt.run(gt.scenario("aluminium"))
    ranked = result.ranking[result.ranking["status"] == "ranked"].reset_index(drop=True)
    smelters = holds(ranked, next(arguments.industry_data.glob("gcpt_*aluminium*.gpkg")))
    print("captive aluminium units, ranked counties")
    weighted = [c["id"] for c in result.provenance["result"]["criteria"] if c["weight"] > 0]
    for column in ["score", *(f"score_{name}" for name in weighted)]:
        print(f"  {column:<20} {with_interval(ranked[column].to_numpy(dtype=float), smelters)}")
    farms = holds(ranked, next(arguments.industry_data.glob("gwpt_*.gpkg")))
    wind = gt.zonal_statistics(gt.layer_raster("wind-screening"), ranked)["mean"].to_numpy()
    area = ranked["area_km2"].to_numpy()
    deciles = pd.qcut(area, 10, labels=False)
    print("wind farms, ranked counties")
    print(f"  wind screening, overall             {with_interval(wind, farms)}")
    print(f"  wind screening, within area deciles {within_classes(wind, farms, deciles)}")
    print(f"  area alone                          {with_interval(area, farms)}")
    print(f"  area x wind screening               {with_interval(area * wind, farms)}")


if __name__ == "__main__":
    main()
