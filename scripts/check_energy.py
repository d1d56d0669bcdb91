"""How good the sun and the wind are: the figures that the issue of energy asks to be shown. Nothing is asserted.

    python scripts/check_energy.py --resource-data FOLDER --industry-data FOLDER

Prints GHI and wind against their references with parts of them left out (scripts/make_layers.py), wind farms in
counties (Global Energy Monitor) against the screening index and against ERA5 itself, the capacity factor of sited
farms, and two sums by hand. Expected before looking: farms stand where the index is high within classes of county area;
ERA5 does hardly better, for a county mean is no site.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from check_plants import STANDING, holds, with_interval, within_classes
from make_layers import compare_counties, fit_solar, fit_wind
from scipy import integrate, special, stats

import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS
from geotransfer.energy.power_curve import IEC_TURBINES, iec_power_curve, weibull_capacity_factor

STUDY = ("central", "west", "northeast")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resource-data", type=Path, required=True)
    parser.add_argument("--industry-data", type=Path, required=True)
    arguments = parser.parse_args()
    sun, wind = (next(arguments.resource_data.glob(f"era5_{kind}_mean*.tif")) for kind in ("scf", "wcf"))
    fit_solar(pd.read_csv(arguments.resource_data / "ghi_stations_calibration.csv"))
    layers = ("ghi", "pv-capacity-factor", "pv-tracking-capacity-factor")
    compare_counties("ERA5 solar CF", gt.read_raster(sun), layers)
    fit_wind(gt.read_raster(wind))
    farms = next(arguments.industry_data.glob("gwpt_*.gpkg"))
    for scope, within in (("all China", None), ("the study area", list(STUDY))):
        print_farms(farms, wind, scope, gt.boundaries("county", within=within))
    print_sums()


def print_farms(path: Path, reference: Path, scope: str, counties: gpd.GeoDataFrame) -> None:
    counties = counties.rename(columns={"adcode": "zone"}).reset_index(drop=True)
    wind = gt.zonal_statistics(gt.layer_raster("wind-screening"), counties)["mean"]
    era5 = gt.zonal_statistics(reference, counties)["mean"]
    known = (wind.notna() & era5.notna()).to_numpy()
    counties = counties[known].reset_index(drop=True)
    ours, theirs = wind[known].to_numpy(), era5[known].to_numpy()
    area = counties.to_crs(CHINA_ALBERS).area.to_numpy() / 1e6
    farms, deciles = holds(counties, path), pd.qcut(area, 10, labels=False)
    print(f"\nany standing wind farm, {len(counties)} counties of {scope}: AUC (95 % interval)")
    for name, values in (("screening index", ours), ("ERA5 itself", theirs)):
        print(f"  {name:16s} overall             {with_interval(values, farms)}")
        print(f"  {name:16s} within area deciles {within_classes(values, farms, deciles)}")
        print(f"  {name:16s} x area              {with_interval(area * values, farms)}")
    print(f"  {'area alone':16s}                     {with_interval(area, farms)}")
    print_site_factor(path, counties)


def print_site_factor(path: Path, counties: gpd.GeoDataFrame) -> None:
    plants = gt.read_features(path).to_crs("EPSG:4326")
    plants = plants[plants["Status"].str.lower() == STANDING[0]]
    inside = gpd.sjoin(plants, counties[["zone", "geometry"]], predicate="within")
    layer = gt.layer_raster("wind-site-capacity-factor")
    left, top = layer.grid.bounds[0], layer.grid.bounds[3]
    width, height = layer.grid.resolution
    column = ((inside.geometry.x - left) / width).astype(int).to_numpy()
    row = ((top - inside.geometry.y) / height).astype(int).to_numpy()
    share, power = layer.values[row, column], pd.to_numeric(inside["Capacity (MW)"], errors="coerce").to_numpy()
    use = np.isfinite(share) & np.isfinite(power)
    mean = float(np.average(share[use], weights=power[use]))
    print(f"sited capacity factor, weighted by MW of {use.sum()} operating farms: {mean:.3f} (fleet 2024: 0.243)")


def print_sums() -> None:
    print(f"\ncapital recovery factor at 10 % over 25 years: {gt.capital_recovery_factor(0.10, 25):.6f}")
    worst = 0.0
    for iec_class in IEC_TURBINES:
        curve = iec_power_curve(iec_class)
        for mean in (4.0, 6.0, 8.0, 10.0):
            wind = stats.weibull_min(2.0, scale=mean / special.gamma(1.5))
            nodes = zip(curve.speed[:-1], curve.speed[1:], strict=True)
            parts = [integrate.quad(lambda v: float(curve.at(v)) * wind.pdf(v), a, b)[0] for a, b in nodes]  # noqa: B023
            worst = max(worst, abs(sum(parts) - float(weibull_capacity_factor(curve, mean, k=2.0))))
    print(f"power curve under a Weibull wind, closed form less numerical integral: at most {worst:.1e}")


if __name__ == "__main__":
    main()
