"""Hard constraints, cell by cell and in order, with the area each removes."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from geotransfer.catalog.boundaries import boundaries
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.spatial.rasterization import excluded_by
from geotransfer.study.inputs import Inputs
from geotransfer.study.scenario import CitiesTest, FeaturesTest, RasterTest, Rule, ZonesTest
from geotransfer.types import BoolArray

__all__ = ["CellRule", "city_circles", "evaluate_rules"]


@dataclass(frozen=True, eq=False)
class CellRule:
    """What one rule does to the cells.

    Attributes
    ----------
    name : str
        Identifier of the rule.
    excluded : ndarray of bool
        Shape of the grid; True where the rule forbids.
    known : ndarray of bool
        True where the rule could be judged (its layer has data).
    adcodes : frozenset of str
        Zones the rule forbids as a whole.
    """

    name: str
    excluded: BoolArray
    known: BoolArray
    adcodes: frozenset[str] = frozenset()


def evaluate_rules(rules: dict[str, Rule], inputs: Inputs) -> list[CellRule]:
    """Return the checked rules in their order; unchecked ones are left out.

    Raises
    ------
    InputError
        A layer or file does not fit; the message names the rule.
    """
    found = []
    for name, rule in rules.items():
        test = rule.active_test
        if test is None:
            continue
        try:
            found.append(_evaluate(name, test, inputs))
        except InputError as error:
            raise type(error)(f"rule {name!r}: {error}") from error
    return found


def _evaluate(name: str, test: RasterTest | FeaturesTest | CitiesTest | ZonesTest, inputs: Inputs) -> CellRule:
    grid = inputs.grid
    everywhere = np.ones(grid.shape, dtype=bool)
    if isinstance(test, RasterTest):
        values = inputs.raster(test.layer, test.file, resampling=test.resampling).values
        low = -np.inf if test.at_least is None else test.at_least
        high = np.inf if test.at_most is None else test.at_most
        known = ~np.isnan(values)
        return CellRule(name, known & ~((values >= low) & (values <= high)), known)
    if isinstance(test, FeaturesTest):
        features = inputs.features(test.layer, test.file)
        return CellRule(name, _burnt(features, grid, test.buffer_m), everywhere)
    if isinstance(test, CitiesTest):
        return CellRule(
            name, _burnt(city_circles(inputs.features(test.layer, None), grid, test), grid, 0.0), everywhere
        )
    listed = inputs.features(test.layer, None) if test.layer else inputs.table(None, test.file)
    if "adcode" not in listed:
        raise InputError(f"the list has the columns {', '.join(map(str, listed.columns))}; expected one named adcode")
    adcodes = frozenset(listed["adcode"].astype(str))
    counties = boundaries("county")
    return CellRule(name, _burnt(counties[counties["adcode"].isin(adcodes)], grid, 0.0), everywhere, adcodes)


def _burnt(features: gpd.GeoDataFrame, grid: Grid, buffer_m: float) -> BoolArray:
    return np.asarray(excluded_by(features, grid, buffer_m=buffer_m).values > 0)


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
    cities = places[places["population"] >= test.min_population].to_crs(grid.crs)
    radius_m = 1000 * test.radius_km * np.sqrt(cities["population"].to_numpy(dtype=float) / test.population_of_radius)
    return cities.set_geometry(cities.geometry.buffer(radius_m, quad_segs=32))
