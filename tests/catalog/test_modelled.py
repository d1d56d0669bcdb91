"""The modelled layers: physics, and what everyone who knows the country knows."""

import numpy as np
import pandas as pd
import pytest

from geotransfer.catalog import modelled, people
from geotransfer.catalog.altitude import EARTH_RADIUS_KM, MODEL_GRID
from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.layers import layer_features, layer_raster
from geotransfer.errors import InputError
from geotransfer.spatial.zonal import zonal_statistics

RANGES = {
    "ghi": (850, 2200),
    "air-temperature": (-35, 30),  # gorges below the plateau, far from a station of their own height, are too warm
    "pv-capacity-factor": (0.07, 0.23),
    "pv-tracking-capacity-factor": (0.08, 0.28),
    "wind-screening": (0.005, 0.65),
    "wind-site-capacity-factor": (0.2, 0.55),
    "lcoe-pv": (0.15, 0.55),
    "lcoe-wind": (0.1, 0.36),
    "lcoe-green": (0.1, 0.36),
    "lcoh-green": (8, 45),
    "people-400km": (0, 5e8),
}


@pytest.fixture(scope="module")
def provinces():
    areas = boundaries("province")
    means = zonal_statistics({layer: layer_raster(layer) for layer in RANGES}, areas)
    return means.set_axis(areas["name"], axis=0)


@pytest.mark.parametrize("layer", RANGES)
def test_values_stay_in_range_and_cover_the_country(layer):
    values = layer_raster(layer).values
    low, high = RANGES[layer]
    assert low <= np.nanmin(values) <= np.nanmax(values) <= high
    land = modelled.in_china() & np.isfinite(layer_raster("elevation").values)
    assert np.isfinite(values[land]).mean() > 0.99
    assert np.isnan(values[~modelled.in_china()]).all()


def test_every_county_of_the_study_area_has_values():
    counties = boundaries("county", within=["central", "west", "northeast"])
    means = zonal_statistics({layer: layer_raster(layer) for layer in (*RANGES, "people-50km")}, counties)
    missing = counties.loc[means.isna().any(axis=1).to_numpy(), "name"].tolist()
    assert missing == []


def test_sun_of_the_provinces(provinces):
    ghi = provinces["ghi_mean"].dropna().sort_values()
    assert set(ghi.index[-3:]) <= {"西藏自治区", "青海省", "甘肃省", "宁夏回族自治区"}
    assert set(ghi.index[:4]) <= {"重庆市", "贵州省", "湖南省", "广西壮族自治区", "江西省"}


def test_wind_of_the_provinces(provinces):
    wind = provinces["wind-screening_mean"].dropna()
    assert wind.idxmax() == "内蒙古自治区"
    for calm in ("重庆市", "四川省", "贵州省", "云南省"):
        assert wind[calm] < wind[["吉林省", "辽宁省", "黑龙江省", "江苏省"]].min() / 2


def test_green_power_is_the_cheaper_of_both():
    green, sun, wind = (layer_raster(layer).values for layer in ("lcoe-green", "lcoe-pv", "lcoe-wind"))
    np.testing.assert_array_equal(green, np.minimum(sun, wind))
    assert (wind < sun)[np.isfinite(green)].mean() > 0.1
    assert (sun < wind)[np.isfinite(green)].mean() > 0.1


def test_cost_by_hand():
    # 3,400 yuan/kW over 25 years at 7 %, 47 yuan/kW/a; the factor is 0.0858105
    share = layer_raster("pv-capacity-factor").values
    np.testing.assert_allclose(layer_raster("lcoe-pv").values, (3400 * 0.0858105 + 47) / (8760 * share), rtol=1e-6)


def test_people_of_one_place_by_hand():
    row, column = 288, 396
    place = pd.DataFrame({"lon": [MODEL_GRID.x[column]], "lat": [MODEL_GRID.y[row]], "population": [1000]})
    around = people.gaussian_people(place)
    assert around[row, column] == 1000
    north = EARTH_RADIUS_KM * np.pi / 180 / 2  # half a degree
    assert around[row - 6, column] == pytest.approx(1000 * np.exp(-(north**2) / (2 * 50**2)), rel=1e-9)
    assert around[row - 22, column] == 0  # 204 km: beyond four sigmas
    assert around[row - 21, column] > 0


def test_people_add_up():
    places = pd.DataFrame({"lon": [110.0, 111.0], "lat": [35.0, 35.5], "population": [1000, 500]})
    parts = sum(people.gaussian_people(places.iloc[[i]]) for i in range(2))
    np.testing.assert_allclose(people.gaussian_people(places), parts, rtol=1e-12)


def test_places():
    places = layer_features("places")
    assert places["population"].min() >= 15_000
    assert places["population"].is_monotonic_decreasing
    assert {"上海", "重庆", "兰州", "深圳", "成都", "长春", "锡林浩特"} <= set(places["name"])
    assert not {"宝安", "天府"} & set(places["name"].head(20))
    assert places["name"].notna().all()


def test_chinese_names():
    names = frozenset(["宝安", "深圳", "深圳市"])
    assert people._pick(names, ["深圳", "深圳市", "福田", "福田区"]) == "深圳"
    assert people._pick(names, [None, float("nan")]) == "宝安"
    assert people._pick(frozenset(["蘭州市", "蘭州", "兰州"]), []) == "兰州"
    assert people._pick(frozenset(), ["深圳"]) is None
    assert people._pick(frozenset(["台北", "台北市"]), ["台北市"]) == "台北"


def test_wrong_population_is_put_right_only_where_it_stands():
    places = layer_features("places").set_index("geonameid")
    assert places.loc[1790842, "population"] == 463_000  # 吴忠; GeoNames has all of Ningxia
    table = pd.DataFrame({"geonameid": [1790842, 1790842, 1], "population": [7202654, 470000, 7202654]})
    assert people._corrected(table).tolist() == [463000, 470000, 7202654]


def test_same_bytes_when_made_again(cache_dir):
    recipe = modelled.MODELLED_RASTERS["wind-screening"]
    np.testing.assert_array_equal(recipe.make(), layer_raster("wind-screening").values)


def test_zone_shares_sum_to_at_most_one_and_blend():
    shares = modelled._zone_shares()
    total = sum(shares)
    known = np.isfinite(total)
    assert (total[known] <= 1 + 1e-12).all()
    inside = shares[0][int((54 - 42.0) * 12), int((109.0 - 73) * 12)]  # Bayan Nur, in the middle of zone 1
    assert inside == pytest.approx(1.0, abs=0.02)


def test_far_people_are_the_sum_over_places() -> None:
    places = pd.DataFrame({"lon": [104.0, 116.4], "lat": [30.6, 39.9], "population": [10_000_000, 20_000_000]})
    found = people.far_people(places, sigma_km=400.0)
    # at the first place: all of its own people, and the others at 1,515 km: exp(-(1515 / 400)^2 / 2) = 0.0008 of them
    row, column = np.abs(MODEL_GRID.y - 30.6).argmin(), np.abs(MODEL_GRID.x - 104.0).argmin()
    expected = 10_000_000 + 20_000_000 * np.exp(-((1515 / 400) ** 2) / 2)
    assert found[row, column] == pytest.approx(expected, rel=0.005)
    with pytest.raises(InputError, match="expected at least 200"):
        people.far_people(places, sigma_km=50.0)
