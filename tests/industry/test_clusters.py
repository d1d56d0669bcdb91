from __future__ import annotations

import builtins
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from shapely import Point, box

import geotransfer as gt
from geotransfer.errors import CrsError, InputError, MissingExtra


def squares(rows: int, columns: int, *, alone: bool = False) -> gpd.GeoDataFrame:
    shapes = [box(100 + x, 30 + y, 101 + x, 31 + y) for y in range(rows) for x in range(columns)]
    return gpd.GeoDataFrame(geometry=shapes + ([box(120, 40, 121, 41)] if alone else []), crs="EPSG:4326")


def points(*places: tuple[float, float], capacity: float = 1.0) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"capacity": [capacity] * len(places)}, geometry=[Point(p) for p in places], crs=4326)


def test_counts_capacity_and_points_outside() -> None:
    plants = points((100.2, 30.2), (100.4, 30.4), (101.5, 30.5), (150, 10), capacity=2.5)
    found = gt.plant_clusters(plants, squares(1, 2), moran=False)
    assert found.table["plants"].tolist() == [2, 1]
    assert found.table["capacity"].tolist() == [5.0, 2.5]
    assert found.outside == 1


def test_a_plant_on_a_border_counts_once() -> None:
    assert gt.plant_clusters(points((101, 30.5)), squares(1, 2), moran=False).table["plants"].tolist() == [1, 0]


def test_a_degree_of_the_meridian_at_30_north() -> None:
    # the arc of the WGS 84 meridian from 30 to 31 N, by pyproj alone and by the radius of curvature at 30.5 N
    a, e2 = 6378137.0, 0.00669437999
    radius = a * (1 - e2) / (1 - e2 * np.sin(np.radians(30.5)) ** 2) ** 1.5
    zones = gpd.GeoDataFrame(geometry=[box(100, 29.5, 101, 30.5)], crs=4326)
    found = gt.plant_clusters(points((100.5, 31)), zones, nearest=1, moran=False).table
    assert found["nearest_1_km"][0] == pytest.approx(radius * np.pi / 180 / 1000, abs=0.01)


def test_nearest_and_partners_against_all_distances() -> None:
    random = np.random.default_rng(5)
    plants, partners = (points(*random.uniform([98, 28], [106, 36], (60, 2))) for _ in range(2))
    zones = squares(4, 5)
    found = gt.plant_clusters(plants, zones, partners=partners, nearest=3, moran=False).table
    centre = zones.representative_point()
    for number in range(len(zones)):
        start = centre.x[number], centre.y[number]
        km = [Geod(ellps="WGS84").inv(*start, p.x, p.y)[2] / 1000 for p in plants.geometry]
        assert found["nearest_3_km"][number] == pytest.approx(sorted(km)[2])
        others = [Geod(ellps="WGS84").inv(*start, p.x, p.y)[2] / 1000 for p in partners.geometry]
        assert found["partners_within_200_km"][number] == sum(one <= 200 for one in others)


def test_fewer_plants_than_asked_for_is_not_a_number() -> None:
    table = gt.plant_clusters(points((100.5, 30.5)), squares(1, 2), nearest=2, moran=False).table
    assert table["nearest_2_km"].isna().all()


def moran_case() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A block of 9 full zones in the corner of 10 x 10 empty ones, and one zone far away."""
    corner = [(100.5 + x, 30.5 + y) for x in range(3) for y in range(3)]
    return points(*corner, capacity=100), squares(10, 10, alone=True)


def test_local_moran_by_hand_and_a_cluster_in_the_corner() -> None:
    plants, zones = moran_case()
    found = gt.plant_clusters(plants, zones, permutations=9999)
    values = np.array(found.table["capacity"])
    z = (values - values.mean()) / values.std()
    # the corner zone has three neighbours, all full: I = (n - 1) z_0 mean(z) / sum(z^2)
    expected = (len(z) - 1) * z[0] * z[[1, 10, 11]].mean() / (z**2).sum()
    assert found.table["moran_i"][0] == pytest.approx(expected)
    assert found.table["moran_cluster"][11] == "high among high"
    assert found.table["moran_cluster"][55] == ""
    assert (found.table["moran_p_adjusted"].dropna() >= found.table["moran_p"].dropna()).all()


def test_islands_have_no_moran() -> None:
    found = gt.plant_clusters(*moran_case())
    assert found.islands == 1
    assert np.isnan(found.table["moran_i"].iloc[-1])
    assert found.table["moran_cluster"].iloc[-1] == ""


def test_the_seed_fixes_the_permutations() -> None:
    first, again, other = (gt.plant_clusters(*moran_case(), seed=seed).table["moran_p"] for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_capacity_that_is_the_same_everywhere_has_no_moran() -> None:
    plants = points(*((100.5 + x, 30.5) for x in range(3)))
    table = gt.plant_clusters(plants, squares(1, 3)).table
    assert table["moran_i"].isna().all()
    assert table["moran_p_adjusted"].isna().all()


def test_without_esda_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name == "esda":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"pip install 'geotransfer\[analysis\]'"):
        gt.plant_clusters(*moran_case())


def test_bad_layers() -> None:
    plants, zones = points((100.5, 30.5)), squares(1, 2)
    with pytest.raises(CrsError, match="plants have no CRS"):
        gt.plant_clusters(plants.set_crs(None, allow_override=True), zones)
    with pytest.raises(InputError, match="plants hold Polygon, expected points"):
        gt.plant_clusters(zones, zones)
    with pytest.raises(InputError, match="no column 'mw'"):
        gt.plant_clusters(plants, zones, capacity="mw")
    with pytest.raises(InputError, match="expected a number at least 0"):
        gt.plant_clusters(plants.assign(capacity=-1), zones)
    with pytest.raises(InputError, match="hold nothing"):
        gt.plant_clusters(plants.iloc[:0], zones)
    with pytest.raises(InputError, match="holds a label twice"):
        gt.plant_clusters(plants, zones.set_index([[1, 1]]))
    with pytest.raises(InputError, match="expected over 0"):
        gt.plant_clusters(plants, zones, within_km=0)
