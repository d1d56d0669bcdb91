"""Every name of the catalogue loads as what it says it is."""

import numpy as np
import pytest

from geotransfer.catalog.altitude import MODEL_GRID
from geotransfer.catalog.entries import layer_entry, layer_ids
from geotransfer.catalog.layers import layer_features, layer_raster, layer_table
from geotransfer.catalog.modelled import MODELLED_RASTERS
from geotransfer.errors import InputError, UnknownNameError

LOADERS = {"raster": layer_raster, "features": layer_features, "table": layer_table}
BOUNDARIES = {"provinces": 34, "prefectures": 375, "counties": 2891}


def ids(kind):
    """Layers that are here without a network; those to fetch have tests of their own."""
    return [layer for layer in layer_ids() if layer_entry(layer).kind == kind and not layer_entry(layer).download]


@pytest.mark.parametrize("layer", ids("raster"))
def test_rasters(layer):
    raster = layer_raster(layer)
    assert raster.grid == MODEL_GRID
    assert np.isfinite(raster.values).sum() > 100_000
    assert not raster.values.flags.writeable


def test_rasters_of_code_and_catalogue_are_the_same():
    assert set(ids("raster")) == set(MODELLED_RASTERS)


@pytest.mark.parametrize("layer", ids("features"))
def test_features(layer):
    features = layer_features(layer)
    assert features.crs.to_epsg() == 4326
    assert len(features) > 0
    assert not (features.geometry.isna() | features.geometry.is_empty).any()
    assert features["name"].notna().all()
    left, bottom, right, top = features.total_bounds
    assert left > 73
    assert right < 136
    assert bottom > 3
    assert top < 54
    if layer not in BOUNDARIES:
        assert {"name_en", "kind", "source"} <= set(features.columns)
        assert features[["kind", "source"]].notna().all(axis=None)


@pytest.mark.parametrize("layer", ids("table"))
def test_tables(layer):
    table = layer_table(layer)
    assert len(table) > 0
    assert table["source"].notna().all()
    assert set(table["quality"]) <= {"measured", "official", "modelled", "assumption"}
    if "adcode" in table:
        assert table["adcode"].str.fullmatch(r"\d{6}").all()


@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("asked", LOADERS)
def test_wrong_kind_says_which_function_to_call(kind, asked):
    layer = ids(kind)[0]
    if kind == asked:
        return
    with pytest.raises(
        InputError, match=rf"layer '{layer}' is (a )?{kind}, expected {asked}; call layer_{kind}\('{layer}'\)"
    ):
        LOADERS[asked](layer)


@pytest.mark.parametrize("kind", LOADERS)
def test_unknown_name(kind):
    with pytest.raises(UnknownNameError, match="layer 'nowhere' does not exist"):
        LOADERS[kind]("nowhere")


@pytest.mark.parametrize("layer", BOUNDARIES)
def test_boundaries(layer):
    assert len(layer_features(layer)) == BOUNDARIES[layer]


def test_features_are_fresh_copies():
    layer_features("hubs")["name"] = "changed"
    layer_features("provinces")["name"] = "changed"
    assert "changed" not in set(layer_features("hubs")["name"]) | set(layer_features("provinces")["name"])


def test_corridors_are_the_routes_of_the_plan():
    corridors = layer_features("corridors")
    assert corridors["route"].tolist() == [1, 2, 3, 3]
    first = corridors.geometry[0]
    assert first.coords[0] == pytest.approx((106.55771, 29.56026))  # Chongqing first, the sea last
    assert first.coords[-1][1] < 22.5


def test_clusters_lie_in_their_start_area():
    clusters, counties = layer_features("data-centre-clusters"), layer_features("counties")
    joined = clusters.sjoin(counties[["adcode", "geometry"]], how="left")
    for codes, found in zip(joined["adcodes"], joined["adcode"], strict=True):
        assert found in codes.split(";")


def test_bases_cover_the_areas_of_their_table():
    bases = layer_features("clean-energy-bases").set_index("name")
    assert len(bases) == 8
    xinjiang = layer_features("provinces").set_index("adcode").geometry["650000"]
    assert bases.geometry["新疆"].symmetric_difference(xinjiang).area == pytest.approx(0, abs=1e-9)


def test_river_ports_and_cities_are_parts_of_their_layers():
    ports, river = layer_features("ports"), layer_features("river-ports")
    assert set(river["kind"]) == {"river"}
    assert sorted(river["name"]) == sorted(ports.loc[ports["kind"] == "river", "name"])
    assert {"武汉港", "贵港港"} <= set(river["name"])
    assert "北部湾港" not in set(river["name"])
    cities = layer_features("cities")
    assert cities["population"].min() >= 500_000
    assert set(cities["geonameid"]) < set(layer_features("places")["geonameid"])
