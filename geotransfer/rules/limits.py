"""What a rule does with the land its test finds: all but that, only within an extent, only a share of it."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from geotransfer.errors import InputError
from geotransfer.inputs.layers import Inputs
from geotransfer.rules.checked_rule import CheckedRule, Held, only_in
from geotransfer.spatial.rasterization import buffered, polygonal
from geotransfer.spatial.region import region_share
from geotransfer.spec.places import FeaturesPlace, Place, fails
from geotransfer.spec.rules import Rule

__all__ = ["held_place", "limited", "polygons_of", "study_box"]


def study_box(inputs: Inputs) -> shapely.Geometry:
    """Return the rectangle of the study, in the grid's CRS."""
    return shapely.box(*(inputs.study or inputs.grid).bounds)


def polygons_of(features: gpd.GeoDataFrame, inputs: Inputs, *, buffer_m: float) -> gpd.GeoSeries:
    """Return features, grown by a buffer, as polygons in the grid's CRS.

    Raises
    ------
    InputError
        They cover no area.
    """
    local = buffered(features, inputs.grid, buffer_m=buffer_m).geometry
    local = local[~(local.isna() | local.is_empty)]
    shapes = polygonal(local.to_numpy())
    if not shapely.area(shapes).any():
        raise InputError("the features are points or lines, which forbid no area; give a buffer_m above 0")
    return gpd.GeoSeries(shapes, crs=inputs.grid.crs)


def held_place(place: Place, inputs: Inputs, *, what: str) -> Held:
    """Return where a place holds.

    Raises
    ------
    InputError
        Its features lie outside the study; `what` names the place.
    """
    if isinstance(place, FeaturesPlace):
        features = inputs.features(place.layer, place.file, file_layer=place.file_layer, encoding=place.encoding)
        polygons = polygons_of(features, inputs, buffer_m=place.buffer_m)
        if not shapely.intersects(polygons.to_numpy(), study_box(inputs)).any():
            raise InputError(
                f"{what} names {place.layer or place.file!r}, of which nothing lies in the study area; "
                "check its CRS, or drop the rule"
            )
        return Held(polygons=polygons)
    if place.resampling == "fraction":
        raise InputError(f"{what} is whole cells; resampling fraction belongs to a test")
    values = inputs.raster(place.layer, place.file, resampling=place.resampling, band=place.band).values
    known = ~np.isnan(values)
    return Held(cells=known & ~fails(place, values), known=known)


def limited(found: CheckedRule, rule: Rule, inputs: Inputs) -> CheckedRule:
    """Return what the rule forbids of the land its test finds.

    Raises
    ------
    InputError
        An extent outside the study, or an inverse that would forbid all of it.
    """
    if not rule.limited:
        return found
    # a list no longer stands for whole zones
    found = replace(found, adcodes=frozenset(), share=rule.share)
    if rule.inverse:
        found = _inverse(found, inputs)
    return found if rule.extent is None else _within(found, held_place(rule.extent, inputs, what="extent"), inputs)


def _inverse(found: CheckedRule, inputs: Inputs) -> CheckedRule:
    if found.cells is not None:
        # what is unknown is neither forbidden nor allowed
        known = np.ones(inputs.grid.shape, dtype=bool) if found.known is None else found.known
        turned = 1.0 - found.cells if found.cells.dtype.kind == "f" else np.logical_not(found.cells)
        return replace(found, cells=np.where(known, turned, np.zeros_like(found.cells)))
    if found.polygons is None or not shapely.intersects(found.polygons.to_numpy(), study_box(inputs)).any():
        raise InputError(
            "inverse allows only land inside the features, and none of them lies in the study area: all of it would be "
            "forbidden; check their CRS, or drop inverse"
        )
    # where the file was not surveyed, nobody knows what lies outside its polygons
    within = None if found.extent is None else gpd.GeoSeries([found.extent], crs=inputs.grid.crs)
    return replace(found, inverse=True, within=within)


def _within(found: CheckedRule, held: Held, inputs: Inputs) -> CheckedRule:
    grid = inputs.grid
    if held.cells is None or held.known is None:
        return replace(found, within=_both(found.within, held.polygons))
    known = np.ones(grid.shape, dtype=bool) if found.known is None else found.known
    inside, undecided = held.known & held.cells, ~held.known
    if found.cells is not None:
        # outside, nothing is forbidden and nothing need be known
        surely_free = known & np.less_equal(found.cells, 0)
        known = np.where(undecided, surely_free, known | ~inside)
        return replace(found, cells=only_in(inside, found.cells), known=known)
    region = found.region
    touched = np.ones(grid.shape, dtype=bool) if region is None else region_share([region], grid) > 0
    return replace(found, cells=inside, known=known & ~(undecided & touched))


def _both(a: gpd.GeoSeries | None, b: gpd.GeoSeries | None) -> gpd.GeoSeries | None:
    if a is None or b is None:
        return a if b is None else b
    return gpd.GeoSeries(polygonal(np.array([a.union_all().intersection(b.union_all())], dtype=object)), crs=a.crs)
