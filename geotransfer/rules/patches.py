"""The rule of contiguous land: patches that the other rules leave too small for a site."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from geotransfer.catalog.boundaries import boundaries
from geotransfer.grid import Grid
from geotransfer.inputs.layers import Inputs
from geotransfer.raster import Raster
from geotransfer.rules.checked_rule import CheckedRule
from geotransfer.rules.land import Land, land_of
from geotransfer.spatial.patches import drop_small_patches
from geotransfer.spatial.zonal import coverage
from geotransfer.spec.rules import ContiguousTest, Rule
from geotransfer.types import FloatArray

__all__ = ["patch_margin", "small_patches"]

FARTHEST_M = 250_000.0
"""A patch is followed this far beyond the zones at most: more would be another study."""


def small_patches(test: ContiguousTest, before: Sequence[CheckedRule], inputs: Inputs) -> CheckedRule:
    """Return the cells of patches too small, of the land that the rules `before` leave.

    Patches reach across the borders of zones and beyond the study, but not abroad or into the sea.
    """
    grid = inputs.grid
    land = land_of(before, grid)
    share = _share(land, home_share(grid))
    kept = drop_small_patches(Raster(share, grid), min_area_km2=test.min_area_km2, neighbours=test.neighbours).values
    undecided = np.isnan(kept) & ~np.isnan(share)
    return CheckedRule("", cells=(kept == 0) & ~(share == 0), known=~undecided, dependent=True)


def home_share(grid: Grid) -> FloatArray:
    """Return the share of each cell that lies in a province; shape of the grid."""
    provinces = boundaries("province").to_crs(grid.crs)
    covered = coverage(gpd.GeoDataFrame(geometry=provinces.geometry.to_numpy(), crs=grid.crs), grid)
    share = np.bincount(covered.cell, weights=covered.share, minlength=grid.size)
    return np.asarray(np.clip(share, 0.0, 1.0).reshape(grid.shape))


def _share(land: Land, home: FloatArray) -> FloatArray:
    """Return the share of each cell that is allowed at home, NaN where nobody knows."""
    return np.asarray(np.where(home <= 0, 0.0, np.where(land.known, land.allowed * home, np.nan)))


def patch_margin(rules: dict[str, Rule], resolution: float) -> float:
    """Return how far beyond the zones, in metres, the grid must reach to tell large patches from small ones.

    A patch of n whole cells that holds a cell of a zone has n of its cells within n cells of it, however it winds.

    Examples
    --------
    >>> from geotransfer.types import Text
    >>> text = Text(zh="甲", en="a")
    >>> rule = Rule(title=text, basis=text, test=ContiguousTest(kind="contiguous", min_area_km2=100))
    >>> patch_margin({"patches": rule}, 5000.0)
    20000.0
    """
    least = max((rule.test.min_area_km2 for rule in rules.values() if isinstance(rule.test, ContiguousTest)), default=0)
    return float(min(np.ceil(least * 1e6 / resolution**2) * resolution, max(FARTHEST_M, resolution))) if least else 0.0
