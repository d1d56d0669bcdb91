"""What one rule forbids: cells, polygons, or both at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.grid import Grid
from geotransfer.spatial.region import Region, region_share
from geotransfer.types import BoolArray, FloatArray

__all__ = ["CheckedRule", "Forced", "Held", "joined", "only_in", "spare"]


@dataclass(frozen=True, eq=False)
class Held:
    """Where a place holds: polygons in the grid's CRS, or cells (and where those are known); shape of the grid."""

    polygons: gpd.GeoSeries | None = None
    cells: BoolArray | None = None
    known: BoolArray | None = None


@dataclass(frozen=True, eq=False)
class Forced:
    """A forced inclusion: land where `held` holds is spared by the rules `over`."""

    held: Held
    over: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CheckedRule:
    """What one rule forbids.

    Attributes
    ----------
    name : str
        Identifier of the rule.
    cells : ndarray of bool or float, or None
        Shape of the grid; where a raster forbids, or the share of each cell in which it does; of a rule of polygons,
        where it may forbid anything (None = everywhere).
    known : ndarray of bool or None
        True where the rule could be judged; None = everywhere.
    polygons : GeoSeries or None
        In the grid's CRS: what a rule of polygons forbids.
    adcodes : frozenset of str
        Zones the rule forbids as a whole.
    extent : shapely geometry or None
        In the grid's CRS: where the rule was checked; None = everywhere.
    inverse : bool
        Whether it forbids what lies outside the polygons.
    within, spared : GeoSeries or None
        In the grid's CRS: the only polygons in which it forbids anything, and those in which it forbids nothing.
    share : float
        Share it takes of what it forbids.
    forced : Forced or None
        A forced inclusion forbids nothing; it spares land of other rules.
    dependent : bool
        Whether it judges what other rules leave: by itself it takes what it takes in order.
    """

    name: str
    cells: BoolArray | FloatArray | None = None
    known: BoolArray | None = None
    polygons: gpd.GeoSeries | None = None
    adcodes: frozenset[str] = frozenset()
    extent: shapely.Geometry | None = None
    inverse: bool = False
    within: gpd.GeoSeries | None = None
    spared: gpd.GeoSeries | None = None
    share: float = 1.0
    forced: Forced | None = None
    dependent: bool = False

    @property
    def exact(self) -> bool:
        """Whether polygons bound what it forbids, and it forbids that wholly: such rules are cut out together."""
        yes_or_no = self.cells is None or self.cells.dtype == np.bool_
        return self.region is not None and yes_or_no and self.share == 1.0

    @property
    def idle(self) -> bool:
        """Whether it forbids nothing by itself."""
        return self.cells is None and self.polygons is None

    @property
    def region(self) -> Region | None:
        """The polygons that bound what it forbids; None where only cells do."""
        if self.polygons is None and self.within is None and self.spared is None:
            return None
        return Region(self.polygons, self.inverse, self.within, self.spared)


def joined(*polygons: gpd.GeoSeries | None) -> gpd.GeoSeries | None:
    """Return all polygons in one series; None where there are none.

    Examples
    --------
    >>> len(joined(gpd.GeoSeries([shapely.box(0, 0, 1, 1)]), None))
    1
    """
    given = [series for series in polygons if series is not None]
    return gpd.GeoSeries(pd.concat(given, ignore_index=True), crs=given[0].crs) if given else None


def spare(rule: CheckedRule, held: Held, grid: Grid) -> CheckedRule:
    """Return the rule without the land where `held` holds; unknown where it hangs on land nobody knows of.

    Examples
    --------
    >>> from geotransfer.crs import CHINA_ALBERS
    >>> grid = Grid.from_bounds((0, 0, 3, 1), resolution=1, crs=CHINA_ALBERS)
    >>> high = CheckedRule("high", cells=np.array([[True, True, False]]), known=np.ones((1, 3), dtype=bool))
    >>> there = Held(cells=np.array([[True, False, False]]), known=np.array([[True, False, False]]))
    >>> left = spare(high, there, grid)
    >>> left.cells, left.known
    (array([[False, False, False]]), array([[ True, False,  True]]))
    """
    if held.polygons is not None:
        inside = region_share([Region(held.polygons)], grid) >= 1.0 - 1e-9
        known = None if rule.known is None else rule.known | inside
        return replace(rule, spared=joined(rule.spared, held.polygons), known=known)
    if held.cells is None or held.known is None:
        return rule
    undecided = ~held.known
    known = np.ones(grid.shape, dtype=bool) if rule.known is None else rule.known
    known = held.cells | (known & ~(undecided & _touched(rule, grid)))
    return replace(rule, cells=only_in(held.known & ~held.cells, rule.cells), known=known)


def only_in(places: BoolArray, cells: BoolArray | FloatArray | None) -> BoolArray | FloatArray:
    """Return what `cells` (None = all) forbid in those places, and nothing elsewhere.

    Examples
    --------
    >>> only_in(np.array([True, False]), np.array([0.5, 0.5])), only_in(np.array([True, False]), None)
    (array([0.5, 0. ]), array([ True, False]))
    """
    return places if cells is None else np.where(places, cells, np.zeros_like(cells))


def _touched(rule: CheckedRule, grid: Grid) -> BoolArray:
    """Return the cells of which the rule may forbid something."""
    region = rule.region
    touched = np.ones(grid.shape, dtype=bool) if region is None else region_share([region], grid) > 0
    return touched if rule.cells is None else touched & np.greater(rule.cells, 0)
