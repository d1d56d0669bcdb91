from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from small_networks import ROUND, small_network

from geotransfer import Grid, Raster, freight_friction
from geotransfer.errors import CrsError, InputError
from geotransfer.freight.friction import access_over_friction

UTM = "EPSG:32631"
"""Its central meridian is 3 E, where the hubs of the small network do not lie; 0 E is 166 km west of 500,000."""


def grid_around_a() -> Grid:
    """10 km cells around hub a (0 E, 0 N), which lies at (166,021 m, 0 m) of the zone."""
    return Grid.from_bounds((136_021, -25_000, 226_021, 25_000), resolution=10_000, crs=UTM)


def zone_in_cell(row: int, column: int) -> gpd.GeoDataFrame:
    x, y = grid_around_a().xy(row, column)
    return gpd.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=UTM)


def test_a_metre_costs_more_off_the_road_and_uphill() -> None:
    grid = Grid.from_bounds((0, 0, 300, 100), resolution=100, crs=UTM)
    road = gpd.GeoDataFrame(geometry=[shapely.LineString([(50, 50), (150, 50)])], crs=UTM)
    found = freight_friction(Raster([[0.0, 10.0, 0.0]], grid), roads=road, rates=ROUND).values
    np.testing.assert_allclose(found, [[0.5 / 1000, 0.5 / 1000 * 2, 0.5 / 1000 * 3]])


def test_water_is_crossed_on_roads_only_and_borders_not_at_all() -> None:
    grid = Grid.from_bounds((0, 0, 300, 200), resolution=100, crs=UTM)
    flat = Raster(np.zeros((2, 3)), grid)
    river = gpd.GeoDataFrame(geometry=[shapely.box(100, 0, 200, 200)], crs=UTM)
    bridge = gpd.GeoDataFrame(geometry=[shapely.LineString([(50, 150), (250, 150)])], crs=UTM)
    country = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 200, 200)], crs=UTM)
    assert np.isnan(freight_friction(flat, water=river).values).tolist() == [[False, True, False]] * 2
    crossed = freight_friction(flat, water=river, roads=bridge).values
    assert np.isnan(crossed).tolist() == [[False, False, False], [False, True, False]]
    assert np.isnan(freight_friction(flat, within=country).values).tolist() == [[False, False, True]] * 2


def test_a_zone_pays_for_the_way_over_the_raster() -> None:
    network = small_network(2, [(0, 1, "rail", 400.0)])
    grid = grid_around_a()
    # 0.001 yuan/t/m = 1 yuan/t/km, twice the rate of a lorry
    over = network.over(Raster(np.full(grid.shape, 0.001), grid))
    found = over.costs(zone_in_cell(2, 6), "b")[0, 0]
    assert found == pytest.approx(30 * 1.0 + 2 * 5 + 2 * 10 + 400 * 0.1)


def test_the_cheapest_hub_is_not_the_nearest_one() -> None:
    grid = Grid.from_bounds((0, 0, 700, 100), resolution=100, crs=UTM)
    # hubs in cells 0 and 6; a wall of mud between cell 2 and hub 0
    friction = Raster([[1.0, 100.0, 1.0, 1.0, 1.0, 1.0, 1.0]], grid)
    places = gpd.GeoDataFrame({"yard": [True, True]}, geometry=gpd.points_from_xy([50, 650], [50, 50]), crs=UTM)
    points = gpd.GeoSeries(gpd.points_from_xy([250], [50]), crs=UTM).to_crs("EPSG:4326")
    lonlat = np.column_stack([points.x, points.y])
    access = access_over_friction(lonlat, places.to_crs("EPSG:4326"), friction, rate=2.0)
    assert access.hub.tolist() == [[1]]
    assert access.km[0, 0] == pytest.approx(400 * 1.0 / 2.0)


def test_zones_that_the_raster_does_not_lead_anywhere() -> None:
    network = small_network(2, [(0, 1, "rail", 400.0)])
    grid = grid_around_a()
    walled = np.full(grid.shape, 0.001)
    walled[:, 5] = np.nan
    over = network.over(Raster(walled, grid))
    assert np.isfinite(over.costs(zone_in_cell(2, 4), "b")).all()
    assert np.isnan(over.costs(zone_in_cell(2, 7), "b")).all()
    assert over.reasons(zone_in_cell(2, 7), "b").tolist() == [["too far from every hub"]]
    outside = gpd.GeoDataFrame(geometry=gpd.points_from_xy([40.0], [40.0]), crs="EPSG:4326")
    assert np.isnan(over.costs(outside, "b")).all()


def test_bad_friction() -> None:
    grid = Grid.from_bounds((0, 0, 300, 100), resolution=100, crs=UTM)
    with pytest.raises(InputError, match=r"slope goes from 0.0 to 100.0, expected degrees"):
        freight_friction(Raster([[0.0, 100.0, 0.0]], grid))
    degrees = Grid.from_bounds((0, 0, 3, 1), resolution=1, crs="EPSG:4326")
    with pytest.raises(CrsError, match="slope is in the geographic CRS"):
        freight_friction(Raster([[0.0, 0.0, 0.0]], degrees))
    network = small_network(2, [(0, 1, "rail", 400.0)])
    free = network.over(Raster(np.zeros(grid_around_a().shape), grid_around_a()))
    with pytest.raises(InputError, match=r"friction goes down to 0.0, expected more than 0"):
        free.costs(zone_in_cell(2, 4), "b")
    priced = network.over(Raster(np.ones(grid_around_a().shape), grid_around_a()))
    with pytest.raises(InputError, match="by is 'time', expected 'cost': friction is a price"):
        priced.costs(zone_in_cell(2, 4), "b", by="time")
