"""Ways to hubs over a raster of friction, where roads, slopes and water are known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geotransfer.catalog.layers import layer_table
from geotransfer.crs import WGS84, check_projected, metres_per_unit
from geotransfer.errors import InputError
from geotransfer.freight.access import Access
from geotransfer.freight.modes import FreightRates, freight_rates
from geotransfer.raster import Raster
from geotransfer.spatial.cost_distance import cost_distance
from geotransfer.spatial.rasterization import excluded_by
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["access_over_friction", "freight_friction"]

NEIGHBOURS = tuple((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right)


def freight_friction(
    slope: Raster,
    *,
    roads: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    within: gpd.GeoDataFrame | None = None,
    rates: FreightRates | None = None,
) -> Raster:
    """Return what a lorry's tonne costs per unit of length on each cell.

    The rate of the road on cells with a road, times the factor ``off_road_factor`` on others; times
    1 + slope / ``slope_doubling``. Both are assumptions of the table ``freight-modes``.

    Parameters
    ----------
    slope : Raster
        Degrees, on a projected CRS, from a DEM of at most 250 m; NaN cannot be entered.
    roads : GeoDataFrame, optional
        Lines; without it every cell counts as one with a road.
    water : GeoDataFrame, optional
        Polygons that only roads cross.
    within : GeoDataFrame, optional
        Polygons that no lorry leaves: a border.
    rates : FreightRates, optional
        Those of `freight_rates` when not given.

    Returns
    -------
    Raster
        yuan/t per CRS unit.

    Raises
    ------
    CrsError
        The slope is on a geographic CRS; a layer has none.
    InputError
        Slopes outside 0-90.

    Examples
    --------
    >>> from geotransfer.grid import Grid
    >>> grid = Grid.from_bounds((0, 0, 200, 100), resolution=100, crs="EPSG:32648")
    >>> (freight_friction(Raster([[0.0, 10.0]], grid)).values * 1000).round(3)
    array([[0.4, 0.8]])
    """
    grid = slope.grid
    check_projected(grid.crs, what="slope")
    degrees = slope.values
    if (degrees < 0).any() or (degrees > 90).any():
        raise InputError(f"slope goes from {np.nanmin(degrees)} to {np.nanmax(degrees)}, expected degrees, 0 to 90")
    rate = (rates or freight_rates()).modes["road"].rate / 1000.0 * metres_per_unit(grid.crs)
    on_road = np.ones(grid.shape, dtype=bool) if roads is None else excluded_by(roads, grid).values == 1
    friction = rate * np.where(on_road, 1.0, _figure("off_road_factor")) * (1.0 + degrees / _figure("slope_doubling"))
    closed = np.zeros(grid.shape, dtype=bool)
    if water is not None:
        closed |= (excluded_by(water, grid).values == 1) & ~(on_road if roads is not None else closed)
    if within is not None:
        closed |= excluded_by(within, grid).values == 0
    return Raster(np.where(closed, np.nan, friction), grid)


def _figure(parameter: str) -> float:
    table = layer_table("freight-modes")
    return float(table.loc[table["parameter"] == parameter, "value"].iloc[0])


def access_over_friction(points: FloatArray, hubs: gpd.GeoDataFrame, friction: Raster, *, rate: float) -> Access:
    """Return the hub that is cheapest to reach from each point over a raster, and the way there.

    Parameters
    ----------
    points : ndarray
        (lon, lat), shape (n, 2).
    hubs : GeoDataFrame
        EPSG:4326 points; column ``yard``.
    friction : Raster
        yuan/t per CRS unit, > 0.
    rate : float
        yuan/t/km of a lorry: the way is given as the kilometres that cost the same at this rate.

    Raises
    ------
    InputError
        Friction of 0 or less: from a cell that costs nothing no way leads to one hub rather than another.
    """
    if (friction.values <= 0).any():
        raise InputError(f"friction goes down to {np.nanmin(friction.values)}, expected more than 0 yuan/t per unit")
    usable = hubs[hubs["yard"].to_numpy(dtype=bool)]
    cost = cost_distance(friction, usable).values
    cells, inside = _cells(points, friction)
    cells, reached = cells[inside], np.isfinite(cost[tuple(cells[inside].T)])
    owner = _hub_of_cell(usable, hubs, friction)
    hub, km = np.full((len(points), 1), -1, dtype=np.int64), np.full((len(points), 1), np.inf)
    at = np.flatnonzero(inside)[reached]
    ends = _downhill(cells[reached], cost, friction)
    hub[at, 0] = owner[tuple(ends.T)]
    km[at, 0] = cost[tuple(cells[reached].T)] / rate
    return Access(hub, km, points, np.full(len(points), "", dtype=object))


def _cells(points: FloatArray, friction: Raster) -> tuple[IntArray, BoolArray]:
    """Return (row, column) of each point, and whether it lies on the grid."""
    known: BoolArray = np.asarray(np.isfinite(points).all(axis=1))
    lonlat = np.where(known[:, np.newaxis], points, 0.0)
    local = gpd.GeoSeries(shapely.points(lonlat), crs=WGS84).to_crs(friction.grid.crs)
    place = shapely.get_coordinates(local.to_numpy())
    left, _, _, top = friction.grid.bounds
    width, height = friction.grid.resolution
    column, row = np.floor((place[:, 0] - left) / width), np.floor((top - place[:, 1]) / height)
    rows, columns = friction.grid.shape
    inside: BoolArray = known & (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    cells = np.where(inside[:, np.newaxis], np.column_stack([row, column]), 0.0)
    return cells.astype(np.int64), inside


def _hub_of_cell(usable: gpd.GeoDataFrame, hubs: gpd.GeoDataFrame, friction: Raster) -> IntArray:
    """Return the row of the first hub in each cell; -1 where there is none."""
    owner = np.full(friction.grid.shape, -1, dtype=np.int64)
    place = np.column_stack([usable.geometry.x, usable.geometry.y])
    cells, inside = _cells(place, friction)
    rows = np.flatnonzero(hubs["yard"].to_numpy(dtype=bool))
    # backwards, so that of several hubs in a cell the first is written last
    owner[tuple(cells[inside][::-1].T)] = rows[inside][::-1]
    return owner


def _downhill(cells: IntArray, cost: FloatArray, friction: Raster) -> IntArray:
    """Return the source that the cheapest way from each cell ends at, by steps to the neighbour it came from."""
    width, height = friction.grid.resolution
    high, wide = (np.pad(array, 1, constant_values=np.inf) for array in (_blocked(cost), _blocked(friction.values)))
    at = cells + 1
    moving = high[tuple(at.T)] > 0
    while moving.any():
        here = at[moving]
        options = []
        for down, right in NEIGHBOURS:
            there = here + np.array((down, right))
            step = np.hypot(right * width, down * height) / 2.0
            options.append(high[tuple(there.T)] + (wide[tuple(here.T)] + wide[tuple(there.T)]) * step)
        at[moving] = here + np.array(NEIGHBOURS)[np.argmin(options, axis=0)]
        moving = high[tuple(at.T)] > 0
    return at - 1


def _blocked(values: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), np.inf, values)
