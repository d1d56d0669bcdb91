"""Refit the regressions behind the modelled sun and wind, write their coefficient tables, print how good they are.

    python scripts/make_layers.py --ghi-stations STATIONS.csv --wind-reference WIND.tif --solar-reference SUN.tif

STATIONS.csv has the columns lat, lon (degrees), alt_m and ghi_kWh_m2_yr. The rasters hold annual mean capacity
factors in band 1. The reference data are never shipped: what ships are the coefficients and the measured errors.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from geotransfer.catalog.altitude import MODEL_GRID, chord_positions
from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.layers import layer_raster, layer_table
from geotransfer.catalog.modelled import MODELLED_RASTERS, wind_predictors
from geotransfer.catalog.sunshine import interpolate_sunshine, station_sunshine
from geotransfer.energy.solar import solar_terms
from geotransfer.energy.sun import extraterrestrial_radiation
from geotransfer.energy.wind import WIND_TERMS, WindPredictors, screening_capacity_factor
from geotransfer.grid import Grid
from geotransfer.raster import Raster, read_raster
from geotransfer.spatial.alignment import align
from geotransfer.spatial.rasterization import rasterize
from geotransfer.spatial.zonal import zonal_statistics

LAYERS = Path(__file__).resolve().parent.parent / "layers"
BLOCK_DEGREES = 5
FOLDS = 5
SOLAR_TERMS = ("intercept", "sunshine", "sunshine_squared", "elevation_km", "latitude", "south_deg")
SOLAR_UNITS = ("1", "1 per share", "1 per share squared", "1/km", "1/degree", "1/degree")
MODEL, BASE = "sunshine, elevation, latitude", "elevation and latitude only"
WIND_UNITS = ("1", "1", "1", "1", "1 per decade of km", "1/km", "1/km", "1/km", "1 per 10 degrees")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ghi-stations", required=True, type=Path)
    parser.add_argument("--wind-reference", required=True, type=Path)
    parser.add_argument("--solar-reference", required=True, type=Path)
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    options = parser.parse_args()
    solar = fit_solar(pd.read_csv(options.ghi_stations))
    wind = fit_wind(read_raster(options.wind_reference))
    if not options.dry_run:
        solar.to_csv(LAYERS / "energy/solar_coefficients.csv", index=False, lineterminator="\n")
        wind.to_csv(LAYERS / "energy/wind_coefficients.csv", index=False, lineterminator="\n")
    compare_counties(
        "solar reference",
        read_raster(options.solar_reference),
        ("ghi", "pv-capacity-factor", "pv-tracking-capacity-factor"),
    )
    compare_counties("wind reference", read_raster(options.wind_reference), ("wind-screening",))
    describe_layers()
    return 0


# ---------------------------------------------------------------------------------------------------- sun


def fit_solar(stations: pd.DataFrame) -> pd.DataFrame:
    """Fit the clearness index by least squares of the *relative* error, in which the model is judged."""
    latitude, longitude = stations["lat"].to_numpy(), stations["lon"].to_numpy()
    target = stations["ghi_kWh_m2_yr"].to_numpy() / extraterrestrial_radiation(latitude)
    print(f"winter sunshine: each station from the others: {leave_one_out(station_sunshine()):.1f} points RMS")
    designs = solar_designs(stations)
    fold = blocks(latitude, longitude)
    relative = {name: crossed_relative(design, target, fold) for name, design in designs.items()}
    relative["mean of the five nearest stations"] = nearest_mean(latitude, longitude, target, fold) / target - 1
    print(
        f"\nGHI at {len(stations)} stations, {BLOCK_DEGREES}-degree blocks modulo {FOLDS}; a mostly modelled reference"
    )
    for name, error in relative.items():
        print(f"  {name:45s} RMS {100 * rms(error):5.2f} %   bias {100 * error.mean():+5.2f} %")
    ratio = rms(relative[MODEL]) / rms(relative[BASE])
    print(f"  RMS / RMS with elevation and latitude only: {ratio:.2f}")
    print_regions(stations, relative[MODEL])
    coefficients = np.linalg.lstsq(designs[MODEL] / target[:, None], np.ones(len(target)), rcond=None)[0]
    ghi = extraterrestrial_radiation(latitude) * (designs[MODEL] @ coefficients)
    statistics = {
        "stations": (len(stations), "1"),
        "rms_error": (100 * rms(relative[MODEL]), "%"),
        "rms_error_elevation_latitude_only": (100 * rms(relative[BASE]), "%"),
        "bias": (100 * relative[MODEL].mean(), "%"),
        "spearman": (spearmanr(ghi, stations["ghi_kWh_m2_yr"]).statistic, "1"),
    }
    source = (
        f"least squares of the relative error of annual GHI at {len(stations)} stations (a public table, mostly "
        f"estimates), scripts/make_layers.py; errors by {BLOCK_DEGREES}-degree blocks modulo {FOLDS}, against a mostly "
        "modelled reference"
    )
    return coefficient_table(SOLAR_TERMS, coefficients, SOLAR_UNITS, statistics, source)


def solar_designs(stations: pd.DataFrame) -> dict[str, np.ndarray]:
    latitude, longitude = stations["lat"].to_numpy(), stations["lon"].to_numpy()
    height, ones = stations["alt_m"].to_numpy() / 1000, np.ones(len(stations))
    sunshine = station_sunshine()
    near = interpolate_sunshine(sunshine, latitude, longitude)
    away = interpolate_sunshine(sunshine, latitude, longitude, skip_within_km=30.0)
    return {
        MODEL: np.column_stack([ones, *solar_terms(near, height, latitude)]),
        "the same, no sunshine station within 30 km": np.column_stack([ones, *solar_terms(away, height, latitude)]),
        BASE: np.column_stack([ones, height, latitude]),
    }


def crossed_relative(design: np.ndarray, target: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Return predicted / target - 1, each fold predicted by a fit of the others that minimises this same error."""
    return crossed(design / target[:, None], np.ones_like(target), fold) - 1


def leave_one_out(stations: pd.DataFrame) -> float:
    latitude, longitude = stations["lat"].to_numpy(), stations["lon"].to_numpy()
    others = interpolate_sunshine(stations, latitude, longitude, skip_within_km=0.1)
    return 100 * rms(others - stations["share"].to_numpy())


def blocks(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    row, column = np.floor(latitude / BLOCK_DEGREES).astype(int), np.floor(longitude / BLOCK_DEGREES).astype(int)
    return np.unique(row * 1000 + column, return_inverse=True)[1] % FOLDS


def crossed(design: np.ndarray, target: np.ndarray, fold: np.ndarray) -> np.ndarray:
    predicted = np.empty_like(target)
    for out in np.unique(fold):
        kept = fold != out
        predicted[~kept] = design[~kept] @ np.linalg.lstsq(design[kept], target[kept], rcond=None)[0]
    return predicted


def nearest_mean(
    latitude: np.ndarray, longitude: np.ndarray, values: np.ndarray, fold: np.ndarray, count: int = 5
) -> np.ndarray:
    """Mean of the nearest stations of the other folds."""
    place = chord_positions(latitude, longitude)
    distance = np.linalg.norm(place[:, None] - place[None], axis=2)
    distance[fold[:, None] == fold[None]] = np.inf
    return values[np.argsort(distance, axis=1)[:, :count]].mean(axis=1)


def print_regions(stations: pd.DataFrame, error: np.ndarray) -> None:
    points = gpd.GeoDataFrame(stations, geometry=gpd.points_from_xy(stations["lon"], stations["lat"]), crs="EPSG:4326")
    province = gpd.sjoin(points, boundaries("province")[["name", "geometry"]], how="left")["name"]
    province = province[~province.index.duplicated()].to_numpy()
    low = (stations["alt_m"] < 800) & stations["lat"].between(28.5, 32) & stations["lon"].between(103.5, 108.5)
    groups = {
        "西藏自治区": province == "西藏自治区",
        "青海省": province == "青海省",
        "四川盆地 (below 800 m)": low.to_numpy(),
    }
    for name, inside in groups.items():
        print(f"  bias in {name}: {100 * error[inside].mean():+.1f} % ({inside.sum()} stations)")
    by_province = pd.Series(100 * error).groupby(province).mean()
    print("  provinces beyond 5 %:", ", ".join(f"{n} {b:+.1f}" for n, b in by_province.items() if abs(b) > 5))


# --------------------------------------------------------------------------------------------------- wind


def fit_wind(reference: Raster) -> pd.DataFrame:
    predictors = wind_predictors()
    design, target, province = wind_cells(predictors, reference)
    coefficients = np.linalg.lstsq(design, target, rcond=None)[0]
    crossed_cells = crossed(design, target, province)
    counties = boundaries("county")
    measured = zonal_statistics(reference, counties)["mean"].to_numpy()
    predicted = left_out_counties(predictors, counties, design, target, province)
    known = np.isfinite(measured) & np.isfinite(predicted)
    order = spearmanr(predicted[known], measured[known]).statistic
    skill = 1 - np.sum((crossed_cells - target) ** 2) / np.sum((target - target.mean()) ** 2)
    inside = within_provinces(counties, predicted, measured)
    print(f"\nwind: log CF on {len(target)} cells of the reference; each province left out in turn")
    for name, value in zip(("intercept", *WIND_TERMS), coefficients, strict=True):
        print(f"  {name:16s} {value:+.4f}")
    print(f"  R2 of log CF by cell {skill:.3f}, RMS of log CF {rms(crossed_cells - target):.3f}")
    error = predicted[known] - measured[known]
    print(f"  counties ({known.sum()}): Spearman {order:.3f}; CF: RMS {rms(error):.3f}, bias {error.mean():+.3f}")
    print(f"  median Spearman within a province {inside:.2f}")
    terrain = by_terrain(counties[known], predicted[known], measured[known])
    for name, (value, _) in terrain.items():
        print(f"  {name:28s} {value:.2f}")
    statistics = {
        "cells": (len(target), "1"),
        "rms_error_log": (rms(crossed_cells - target), "1"),
        "bias_counties": (float(error.mean()), "1"),
        "spearman_counties": (order, "1"),
        "spearman_within_provinces": (inside, "1"),
        **terrain,
    }
    source = (
        "least squares of log capacity factor on ERA5 means 2009-2020 at 100 m (Carnegie Institution, MIT licence), "
        "scripts/make_layers.py; errors with each province left out, against a modelled reference that is too low in "
        "complex terrain"
    )
    return coefficient_table(("intercept", *WIND_TERMS), coefficients, WIND_UNITS, statistics, source)


def wind_cells(predictors: WindPredictors, reference: Raster) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design matrix, log CF and province of the reference's cells of which half lies in China, on land."""
    provinces = boundaries("province").assign(number=np.arange(34.0), one=1.0)
    china = rasterize(provinces, MODEL_GRID, column="one").values
    terms = [on_reference(np.where(china == 1, term, np.nan), reference.grid) for term in predictors.terms().values()]
    known = china * np.isfinite(sum(predictors.terms().values()))
    share = on_reference(np.nan_to_num(known), reference.grid)
    province = rasterize(provinces, reference.grid, column="number").values
    use = (share >= 0.5) & np.isfinite(province) & np.isfinite(sum(terms)) & (reference.values > 0)
    design = np.column_stack([np.ones(use.sum()), *(term[use] for term in terms)])
    return design, np.log(np.maximum(reference.values[use], 0.005)), province[use]


def on_reference(values: np.ndarray, grid: Grid) -> np.ndarray:
    return align(Raster(values, MODEL_GRID), grid, resampling="average").values


def left_out_counties(
    predictors: WindPredictors, counties: gpd.GeoDataFrame, design: np.ndarray, target: np.ndarray, province: np.ndarray
) -> np.ndarray:
    """County means of the surface fitted without the county's own province."""
    mean = np.full(len(counties), np.nan)
    for number, name in enumerate(boundaries("province")["name"]):
        inside, kept = (counties["province"] == name).to_numpy(), province != number
        fitted = np.linalg.lstsq(design[kept], target[kept], rcond=None)[0]
        coefficients = dict(zip(("intercept", *WIND_TERMS), fitted.tolist(), strict=True))
        surface = Raster(screening_capacity_factor(predictors, coefficients=coefficients), MODEL_GRID)
        if inside.any():
            mean[inside] = zonal_statistics(surface, counties[inside])["mean"].to_numpy()
    return mean


def by_terrain(counties: gpd.GeoDataFrame, predicted: np.ndarray, measured: np.ndarray) -> dict[str, tuple[float, str]]:
    """Return RMS of log CF and Spearman of the counties below and from the relief at which high cells count."""
    limit = layer_table("yield-assumptions").set_index("parameter")["value"]["wind_rugged_relief_m"]
    rugged = (zonal_statistics(layer_raster("relief"), counties)["mean"] >= limit).to_numpy()
    found = {}
    for name, kind in (("level", ~rugged), ("rugged", rugged)):
        error = np.log(predicted[kind] / np.maximum(measured[kind], 0.005))
        found[f"rms_error_log_{name}"] = (rms(error), "1")
        found[f"spearman_{name}"] = (spearmanr(predicted[kind], measured[kind]).statistic, "1")
    return found


def within_provinces(counties: gpd.GeoDataFrame, predicted: np.ndarray, measured: np.ndarray) -> float:
    frame = pd.DataFrame({"province": counties["province"], "p": predicted, "m": measured}).dropna()
    groups = [g for _, g in frame.groupby("province") if len(g) >= 10]
    return float(np.median([spearmanr(g["p"], g["m"]).statistic for g in groups]))


# -------------------------------------------------------------------------------------------------- print


def coefficient_table(
    names: tuple[str, ...],
    values: np.ndarray,
    units: tuple[str, ...],
    statistics: dict[str, tuple[float, str]],
    source: str,
) -> pd.DataFrame:
    rows = [("coefficient", n, f"{v:.6g}", u) for n, v, u in zip(names, values, units, strict=True)]
    rows += [("statistic", n, f"{v:.4g}", u) for n, (v, u) in statistics.items()]
    table = pd.DataFrame(rows, columns=["kind", "name", "value", "unit"])
    return table.assign(quality="modelled", source=source)


def compare_counties(title: str, reference: Raster, layers: tuple[str, ...]) -> None:
    counties = boundaries("county")
    measured = zonal_statistics(reference, counties)["mean"]
    for layer in layers:
        ours = zonal_statistics(layer_raster(layer), counties)["mean"]
        known = ours.notna() & measured.notna()
        order = spearmanr(ours[known], measured[known]).statistic
        print(f"{title}: {layer} in {known.sum()} counties: Spearman {order:.3f}")


def describe_layers() -> None:
    provinces = boundaries("province").assign(one=1.0)
    inside = rasterize(provinces, MODEL_GRID, column="one").values == 1
    print("\nlayer                       5 %     median       95 %   over China, by cell")
    for layer in MODELLED_RASTERS:
        values = layer_raster(layer).values[inside]
        low, middle, high = np.nanpercentile(values, (5, 50, 95))
        print(f"{layer:25s} {low:10.4g} {middle:10.4g} {high:10.4g}   {np.isnan(values).mean():.2%} without a value")


def rms(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(error))))


if __name__ == "__main__":
    sys.exit(main())
