"""Hard constraints, rule by rule and in order: by cell where a raster judges, cut out exactly where polygons do."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from geotransfer.catalog.boundaries import boundaries
from geotransfer.errors import EmptyRuleWarning, InputError, UnknownNameError
from geotransfer.grid import Grid
from geotransfer.inputs.layers import Inputs
from geotransfer.rules.checked_rule import CheckedRule, Forced
from geotransfer.rules.limits import held_place, limited, polygons_of, study_box
from geotransfer.rules.patches import small_patches
from geotransfer.spatial.rasterization import buffered
from geotransfer.spec.places import fails
from geotransfer.spec.rules import (
    CitiesTest,
    ContiguousTest,
    FeaturesTest,
    ForceIncludeTest,
    RasterTest,
    Rule,
    WaterTest,
    ZonesTest,
)
from geotransfer.supply.water import water_limits
from geotransfer.types import FloatArray

__all__ = ["CheckedRule", "city_circles", "evaluate_rules"]


def evaluate_rules(rules: dict[str, Rule], inputs: Inputs) -> list[CheckedRule]:
    """Return the rules that have a test, in their order; unchecked ones are left out.

    Rules of contiguous land come last: they judge what all others leave.

    Raises
    ------
    InputError, UnknownNameError
        A layer or file does not fit; the message names the rule.
    """
    found: list[CheckedRule] = []
    for name, rule in sorted(rules.items(), key=lambda item: isinstance(item[1].test, ContiguousTest)):
        try:
            judged = _judged(rule, found, inputs)
        except (InputError, UnknownNameError) as error:
            raise type(error)(f"rule {name!r}: {error}") from error
        found += [] if judged is None else [replace(judged, name=name)]
    return found


def _judged(rule: Rule, before: Sequence[CheckedRule], inputs: Inputs) -> CheckedRule | None:
    test = rule.active_test
    if test is None:
        return None
    if isinstance(test, ForceIncludeTest):
        return CheckedRule("", forced=Forced(held_place(test.where, inputs, what="where"), test.over))
    if isinstance(test, ContiguousTest):
        return small_patches(test, before, inputs)
    return limited(_evaluate(test, inputs), rule, inputs)


def _evaluate(test: RasterTest | FeaturesTest | CitiesTest | ZonesTest | WaterTest, inputs: Inputs) -> CheckedRule:
    if isinstance(test, RasterTest):
        return _by_raster(test, inputs)
    if isinstance(test, FeaturesTest):
        return _by_features(test, inputs)
    if isinstance(test, CitiesTest):
        return CheckedRule("", polygons=city_circles(inputs.features(test.layer, None), inputs.grid, test).geometry)
    if isinstance(test, WaterTest):
        return _by_water(test, inputs)
    return _by_list(test, inputs)


def _by_raster(test: RasterTest, inputs: Inputs) -> CheckedRule:
    if test.resampling == "fraction":
        parts = inputs.raster(
            test.layer, test.file, resampling="average", band=test.band,
            convert=lambda values: np.where(np.isnan(values), np.nan, fails(test, values)),
        ).values  # fmt: skip
        return CheckedRule("", cells=np.clip(np.nan_to_num(parts), 0.0, 1.0), known=~np.isnan(parts))
    values = inputs.raster(test.layer, test.file, resampling=test.resampling, band=test.band).values
    _warn_of_unused(test, values)
    return CheckedRule("", cells=fails(test, values), known=~np.isnan(values))


def _warn_of_unused(test: RasterTest, values: FloatArray) -> None:
    listed = test.include_values or test.exclude_values
    if listed and not np.isin(values, listed).any():
        there = [f"{value:g}" for value in np.unique(values[~np.isnan(values)])[:10]]
        warnings.warn(
            f"none of the values {', '.join(f'{value:g}' for value in listed)} occurs in the study area; "
            f"{test.layer or test.file!r} has {', '.join(there) or 'no data'} there: check the classes",
            EmptyRuleWarning,
            stacklevel=2,
        )


def _by_features(test: FeaturesTest, inputs: Inputs) -> CheckedRule:
    features = inputs.features(test.layer, test.file, file_layer=test.file_layer, encoding=test.encoding)
    polygons = polygons_of(features, inputs, buffer_m=test.buffer_m)
    return CheckedRule("", polygons=polygons, extent=None if test.layer else _surveyed(test, polygons, inputs))


def _surveyed(test: FeaturesTest, local: gpd.GeoSeries, inputs: Inputs) -> shapely.Geometry | None:
    """Return where a user's file says something: within its extent file, else everywhere (None)."""
    study = study_box(inputs)
    if test.extent_file is not None:
        extent = buffered(inputs.features(None, test.extent_file), inputs.grid, buffer_m=0.0).geometry.union_all()
        if not shapely.intersects(extent, study):
            raise InputError(f"extent_file {test.extent_file!r} does not overlap the study area; check its CRS")
        return extent
    if not shapely.intersects(shapely.box(*local.total_bounds), study):
        raise InputError(
            f"the features lie at {tuple(round(b) for b in local.total_bounds)} m, the study at "
            f"{tuple(round(b) for b in inputs.grid.bounds)} m (China Albers); expected an overlap: check the CRS. "
            "A file that really forbids nothing here needs extent_file, polygons of where it was surveyed"
        )
    return None


def _by_water(test: WaterTest, inputs: Inputs) -> CheckedRule:
    """Forbid the places with too little water; those that are not listed were not checked."""
    places = water_limits(test, inputs).to_crs(inputs.grid.crs)
    short = places[places["limit"] < test.need_m3_per_year]
    extent = places.geometry.union_all()
    return CheckedRule("", polygons=short.geometry, adcodes=frozenset(short["adcode"]), extent=extent)


def _by_list(test: ZonesTest, inputs: Inputs) -> CheckedRule:
    listed = inputs.features(test.layer, None) if test.layer else inputs.table(None, test.file)
    if "adcode" not in listed:
        raise InputError(f"the list has the columns {', '.join(map(str, listed.columns))}; expected one named adcode")
    adcodes = frozenset(listed["adcode"].astype(str))
    counties = boundaries("county")
    unknown = sorted(adcodes - set(counties["adcode"]))
    if unknown:
        raise InputError(f"the list names the adcodes {', '.join(unknown[:5])}, which no county has; correct them")
    forbidden = counties.loc[counties["adcode"].isin(adcodes), "geometry"].to_crs(inputs.grid.crs)
    return CheckedRule("", polygons=forbidden, adcodes=adcodes)


def city_circles(places: gpd.GeoDataFrame, grid: Grid, test: CitiesTest) -> gpd.GeoDataFrame:
    """Return a circle around each city, its area proportional to the population.

    radius = radius_km x sqrt(population / population_of_radius)

    Examples
    --------
    >>> from geotransfer.crs import CHINA_ALBERS
    >>> grid = Grid.from_bounds((0, 0, 1, 1), resolution=1, crs=CHINA_ALBERS)
    >>> city = gpd.GeoDataFrame({"population": [800_000]}, geometry=gpd.points_from_xy([0], [0]), crs=CHINA_ALBERS)
    >>> test = CitiesTest(kind="cities", min_population=200_000, radius_km=3, population_of_radius=200_000)
    >>> left, bottom, right, top = city_circles(city, grid, test).total_bounds
    >>> round(right)
    6000
    """
    if "population" not in places:
        raise InputError(
            f"the layer has the columns {', '.join(map(str, places.columns))}; expected one named population"
        )
    cities = places[places["population"] >= test.min_population].to_crs(grid.crs)
    radius_m = 1000 * test.radius_km * np.sqrt(cities["population"].to_numpy(dtype=float) / test.population_of_radius)
    # by position: the argument is `resolution` in geopandas 1.0 and 1.1, `quad_segs` in 1.2
    return cities.set_geometry(cities.geometry.buffer(radius_m, 32))
