"""Hold a ranking against tests/panel.csv: what must not stand in the top quarter, what should stand in the upper half.

    python scripts/check_panel.py [--scenario NAME|all] [--result DIR] [--industry-data FOLDER]

The panel was written before the scoring code, and its rows for a scenario before that scenario was run (those of
data-centre and green-hydrogen after). Misses are printed, never tuned away. With --industry-data (the
GeoPackages of Global Energy Monitor) it also lists the counties with a captive-aluminium or steel plant that a hard
terrain rule excludes. The exit code is 1 when a promise of the project's contract is broken.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

import geotransfer as gt

PANEL = Path(__file__).parents[1] / "tests" / "panel.csv"
CONTRACT = "aluminium"
"""The scenario whose first places and terrain rules are held to a promise; for the others they are printed."""
TERRAIN = ("elevation", "relief")
STANDING = ("operating", "construction", "mothballed", "idled", "operating pre-retirement", "retired")
PLANT_FILES = ("gcpt_*aluminium*.gpkg", "gspt_*.gpkg")


def judge(panel: pd.DataFrame, ranking: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the panel with rank, status and whether the row holds.

    An excluded or unknown county is not in the top quarter, and not in the upper half either.
    """
    found = ranking.set_index("adcode")[["rank", "status", "score", "reason"]]
    table = panel.drop(columns="reason").join(found, on="adcode")
    n = int((ranking["status"] == "ranked").sum())
    rank = table["rank"].astype("Float64").fillna(n + 1)
    low = table["expect"] == "not_top_quarter"
    table["holds"] = (low & (rank > 0.25 * n)) | (~low & (rank <= 0.5 * n))
    return table


def plants(folder: Path, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the counties that hold an operating captive-aluminium unit or a steel plant."""
    files = [path for pattern in PLANT_FILES for path in sorted(folder.glob(pattern))]
    points = pd.concat([_standing(gt.read_features(path)) for path in files], ignore_index=True)
    joined = gpd.sjoin(counties, gpd.GeoDataFrame(points, crs="EPSG:4326"), predicate="contains")
    return counties[counties["adcode"].isin(joined["adcode"])]


def _standing(plants: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the plants that stand: cancelled and merely announced ones say nothing of a place."""
    status = plants["Status"].str.lower()
    return plants.loc[status.isin(STANDING), ["geometry"]].to_crs("EPSG:4326")


def print_rows(table: pd.DataFrame) -> list[str]:
    """Print the rows of one scenario; return what is broken."""
    broken = []
    for expect, rows in table.groupby("expect"):
        print(f"\n{expect}: {int(rows['holds'].sum())} of {len(rows)} hold")
        for row in rows.sort_values("rank").itertuples():
            mark = "  " if row.holds else "x "
            print(f"  {mark}{row.province} {row.name}: rank {row.rank}, {row.status} {row.reason}")
        if expect == "not_top_quarter" and (~rows["holds"]).mean() > 0.15:
            broken.append("more than 15 % of the must-not rows stand in the top quarter")
    return broken


def print_top(result: gt.Result, ranked: gpd.GeoDataFrame) -> list[str]:
    """Print the first 20 counties, their height and provinces; return what is broken."""
    broken = []
    print("\ntop 20: " + ", ".join(f"{row.name} ({row.province[:2]})" for row in ranked.head(20).itertuples()))
    height = gt.zonal_statistics(gt.layer_raster("elevation"), ranked.head(100))["mean"]
    print(f"top 100: highest mean elevation {height.max():.0f} m (at most 3,500)")
    if height.max() > 3500:
        broken.append("a county of the top 100 has a mean elevation above 3,500 m")
    provinces = ranked.head(30)["province"].value_counts()
    print(f"top 30 lie in {len(provinces)} provinces (at least 3): {provinces.to_dict()}")
    if len(provinces) < 3:
        broken.append("the top 30 lie in fewer than 3 provinces")
    share = result.provenance["result"]["statistics"]["between_province_variance_share"]
    print(f"share of score variance between provinces: {share:.3f}")
    return broken


def print_lost(folder: Path, ranking: gpd.GeoDataFrame) -> list[str]:
    """Print the counties with a plant that a hard terrain rule excludes; return what is broken."""
    with_plant = plants(folder, ranking)
    lost = with_plant[with_plant["reason"].isin(TERRAIN)]
    print(f"\n{len(with_plant)} counties hold a plant; hard terrain rules exclude {len(lost)}: {list(lost['name'])}")
    return ["a hard terrain rule excludes a county that holds a plant"] if len(lost) else []


def check(result: gt.Result, panel: pd.DataFrame, industry_data: Path | None) -> list[str]:
    """Print how a ranking fares; return what is broken."""
    ranking = result.ranking
    ranked = ranking[ranking["status"] == "ranked"]
    print(f"{len(ranked)} ranked of {len(ranking)}")
    broken = print_rows(judge(panel, ranking))
    more = print_top(result, ranked) + (print_lost(industry_data, ranking) if industry_data else [])
    return broken + (more if panel["scenario"].eq(CONTRACT).all() else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="aluminium", help="a built-in one, or all")
    parser.add_argument("--result", type=Path, help="a finished folder; without it the scenario is run")
    parser.add_argument("--industry-data", type=Path)
    arguments = parser.parse_args()
    if arguments.result and arguments.scenario == "all":
        parser.error("--result is of one scenario; name it with --scenario")
    panel = pd.read_csv(PANEL, dtype={"adcode": str})
    broken = []
    for name in gt.scenario_names() if arguments.scenario == "all" else [arguments.scenario]:
        study = gt.scenario(name).with_overrides({"robustness.draws": 0})
        result = gt.read_result(arguments.result) if arguments.result else gt.run(study)
        print(f"\n== {name}: ", end="")
        broken += [
            f"{name}: {what}" for what in check(result, panel[panel["scenario"] == name], arguments.industry_data)
        ]
    for sentence in broken:
        print(f"BROKEN: {sentence}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
