"""The promised names and signatures. A change here is a change for every user: say so in CHANGELOG.md."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import geotransfer as gt

FUNCTIONS = {
    "check_layer": "(path, *, reference=None, layer=None, encoding=None, band=1)",
    "convert_layer": "(path, out, *, steps, layer=None, encoding=None)",
    "datum_accuracy": "(crs, *, lon=None, lat=None)",
    "estimate_shift": "(features, *, reference=None)",
    "mend_geometry": "(features)",
    "nearest_zones": "(points, zones, *, limit_m)",
    "read_excel_csv": "(path, *, encoding=None, skip_rows=0, header_rows=1, note_rows=0)",
    "evaluate_matching": "(plan, happened)",
    "match": "(problem)",
    "write_matching": "(matching, directory, *, with_map=True, with_report=True)",
    "aggregate_comparisons": "(matrices, *, weights=None)",
    "align": "(raster, grid, *, resampling)",
    "best_ways": "(network, zones, destination, *, by='cost')",
    "boundaries": "(level, *, within=None)",
    "capacity_factor": "(values, *, technology, unit)",
    "capital_recovery_factor": "(rate, years)",
    "carbon_books": "(average, *, residual, fossil, green_share=0.0, own_share=0.0, captive=False)",
    "carbon_change": "(origin, destination, *, kwh_per_t, unclear=0.023)",
    "combined_weights": "(subjective, objective, *, method='product')",
    "corridor_benefit": "(network, zones, destinations='新加坡', *, corridor='西部陆海新通道', by='cost', "
    "vary=('rail',), hours=False)",
    "cost_distance": "(friction, sources)",
    "critic_weights": "(matrix, *, directions)",
    "delivered_cost": "(power_price, *, kwh_per_unit, freight_in=0.0, freight_out=0.0, carbon_price=0.0, "
    "co2_t_per_unit=0.0, water_price=0.0, water_m3_per_unit=0.0, labour=0.0)",
    "difference": "(first, second)",
    "delivered_price": "(area, *, mode, tables, user=None, load_factor=None, green=None)",
    "distance_to": "(features, grid, *, max_distance=None)",
    "distance_transform": "(cells, *, resolution=(1.0, 1.0))",
    "drop_small_patches": "(allowed, *, min_area_km2, neighbours=8)",
    "entropy_weights": "(matrix)",
    "explain": "(result, zone)",
    "from_qgis_layer": "(layer)",
    "freight_friction": "(slope, *, roads=None, water=None, within=None, rates=None)",
    "freight_network": "(*, rail=None, road=None, water=None, hubs=None, snap_km=5.0, bridge_km=10.0, "
    "commodity='bulk', rates='mid')",
    "excluded_by": "(features, grid, *, buffer_m=0.0)",
    "county_types": "(table, *, rules=None)",
    "plant_clusters": "(plants, zones, *, capacity='capacity', partners=None, within_km=200.0, nearest=3, moran=True, "
    "permutations=999, seed=0, alpha=0.05)",
    "read_county_rules": "(path=None)",
    "diagnose": "(panel, *, alpha=0.05, min_years=8)",
    "read_panel": "(source, *, quantity=None, gaps='refuse', encoding=None)",
    "gradient_coefficient": "(value_added, employment)",
    "herfindahl": "(amounts)",
    "krugman_index": "(amounts, *, against='all')",
    "location_quotient": "(amounts)",
    "ghi_per_year": "(ghi, *, unit)",
    "industry_names": "(*, file=None)",
    "industry_profile": "(name, *, file=None)",
    "iec_power_curve": "(iec_class)",
    "layer_features": "(id)",
    "layer_raster": "(id)",
    "layer_table": "(id)",
    "lcoe": "(*, capex, fixed_opex, variable_opex, capacity_factor, rate, years)",
    "locate_sites": "(suitability, *, count, area_km2, min_area_km2=None, max_area_km2=None, min_spacing_km=0.0, "
    "compactness=0.5, within=None)",
    "match_parks": "(table)",
    "match_divisions": "(names, *, level='county', province=None)",
    "area_weights": "(old, new=None, *, least=0.02, tolerance_m=200.0)",
    "join_divisions": "(frame, *, name=None, adcode=None, province=None, year=None, level='county', language='en')",
    "matched_share": "(load, generation)",
    "mean_speed_capacity_factor": "(mean_speed, *, curve, k, losses, elevation_m=None)",
    "merec_weights": "(matrix, *, directions)",
    "order_weights": "(n, orness)",
    "ordered_weighted_average": "(scores, weights, *, order_weights)",
    "policy_direction": "(industry, adcodes, *, on_date, words=())",
    "power_tables": "()",
    "product_freight": "(network, zones, *, inputs, markets)",
    "promethee_ii": "(matrix, weights, *, directions, "
    "preference='usual', indifference=None, strict=None, inflection=None)",
    "pv_capacity_factor": "(ghi, latitude, *, performance_ratio, mount='fixed', air_temperature_c=None, module=None)",
    "pvout_capacity_factor": "(pvout, *, unit)",
    "rank": "(values)",
    "publish_result": "(result, url, table, *, replace=False)",
    "rank_acceptability": "(scores, *, draws=10000, seed, weights=None, concentration=None, limits=None, order=None, "
    "method='weighted_sum', ranks=None)",
    "rank_order_weights": "(n, *, method='centroid')",
    "rasterize": "(features, grid, *, column)",
    "read_postgis": "(url, source, *, geometry=None)",
    "read_remote_features": "(url, *, layer=None, service='wfs', bounds=None, timeout_s=60.0)",
    "read_remote_raster": "(url, *, band=1, bounds=None, timeout_s=60.0)",
    "read_features": "(path, *, layer=None, encoding=None, remote=False)",
    "read_raster": "(path, *, band=1, bounds=None, remote=False)",
    "resource_area": "(eligible_km2, capacity_factor, *, density_mw_km2, land_cover=None)",
    "rugged_zone_value": "(mean, high, relief_m, *, from_relief_m)",
    "read_cases": "(sources, *, overrides=None, sandbox=False)",
    "run": "(scenario, *, progress=None, shared=None, memory_mb=9000.0)",
    "run_batch": "(scenarios, *, out, client=None, workers=1, scheduler=None, scheduler_file=None, "
    "memory_limit_mb=None, progress=None)",
    "scenario": "(name)",
    "score_categories": "(values, *, scores)",
    "score_fuzzy": "(values, *, kind, midpoint, spread)",
    "score_linear": "(values, *, worst, best)",
    "score_logistic": "(values, *, worst, best, tail=0.01)",
    "score_piecewise": "(values, *, points)",
    "special_areas": "(adcodes)",
    "spotis": "(matrix, weights, *, directions, bounds)",
    "standard_deviation_weights": "(matrix)",
    "suitability_map": "(result, *, flows=None, plan=None)",
    "swing_weights": "(points, *, judged=None, scored=None)",
    "to_qgis_layer": "(features, name)",
    "topsis": "(matrix, weights, *, directions, normalization='vector', bounds=None)",
    "turbine_power_curve": "(turbine)",
    "vetoed": "(scores, *, minimum)",
    "vikor": "(matrix, weights, *, directions, group_weight=0.5)",
    "weibull_capacity_factor": "(curve, mean_speed, *, k)",
    "weighted_product": "(scores, weights)",
    "weighted_sum": "(scores, weights)",
    "weights_from_comparisons": "(matrix, *, method='eigenvector', random_index='saaty', names=None)",
    "write_offline": "(folium_map, path)",
    "write_postgis": "(features, url, table, *, replace=False, key=None, comment='', column_comments=None)",
    "write_raster": "(raster, path)",
    "write_result": "(result, directory)",
    "zonal_resource_area": "(capacity_factor, zones, *, density_mw_km2, eligible=None, land_cover=None)",
    "zonal_statistics": "(rasters, zones, *, stats=('mean',), shared=None)",
}
CLASSES = {
    "GreenSupply": "(lcoe, share, technology='both', matched=None, storage_cost=None)",
    "FreightNetwork.costs": "(self, zones, destinations, *, by='cost')",
    "FreightNetwork.route": "(self, origin, destination, *, by='cost')",
    "Grid": "(transform, shape, crs)",
    "Grid.from_bounds": "(bounds, *, resolution, crs)",
    "PowerCurve": "(name, speed, share)",
    "Raster": "(values, grid)",
    "Scenario.from_file": "(path, *, sandbox=False)",
    "SharedWork": "(*, disk=True, memory_mb=1000.0, disk_mb=4000)",
}
OTHERS = (
    "BatchReport",
    "DeliveredCost",
    "DeliveredPrice",
    "Difference",
    "Explanation",
    "IndustryProfile",
    "LayerReport",
    "Matching",
    "Problem",
    "Result",
    "Scenario",
)
RESULT = ("ranking", "suitability", "excluded", "provenance", "scenario", "columns")

HEAVY = ("exactextract", "folium", "frykit", "geopandas", "matplotlib", "numba", "pandas", "pvlib", "pyarrow",
         "pydantic", "rasterio", "scipy", "shapely", "typer", "windpowerlib")  # fmt: skip


def signature(name: str) -> str:
    """The signature of gt.name without annotations; without `self` or `cls`."""
    thing: object = gt
    for part in name.split("."):
        thing = getattr(thing, part)
    plain = inspect.signature(thing)
    parameters = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in plain.parameters.values()]
    return str(plain.replace(parameters=parameters, return_annotation=inspect.Signature.empty))


@pytest.mark.parametrize(("name", "expected"), [*FUNCTIONS.items(), *CLASSES.items()])
def test_promised_signature(name: str, expected: str) -> None:
    assert name.split(".")[0] in gt.__all__
    assert signature(name) == expected


@pytest.mark.parametrize("name", OTHERS)
def test_promised_name(name: str) -> None:
    assert name in gt.__all__
    assert hasattr(gt, name)


def test_result_has_its_fields() -> None:
    assert set(RESULT) <= set(gt.Result.__dataclass_fields__)
    assert gt.Result.__dataclass_params__.frozen


def test_all_is_sorted_complete_and_resolves() -> None:
    assert sorted(set(gt.__all__)) == sorted(gt.__all__)
    assert [name for name in gt.__all__ if not hasattr(gt, name)] == []
    assert set(gt.__all__) <= set(dir(gt))


def test_no_public_name_is_a_room() -> None:
    rooms = {path.stem for path in Path(gt.__file__).parent.iterdir() if path.suffix in ("", ".py")} | {"layers"}
    assert set(gt.__all__) & rooms == set()


def test_every_public_name_has_a_docstring_and_functions_an_example() -> None:
    things = {name: getattr(gt, name) for name in gt.__all__ if not name.startswith("__")}
    assert [name for name, thing in things.items() if callable(thing) and not inspect.getdoc(thing)] == []
    functions = {name: thing for name, thing in things.items() if inspect.isfunction(thing)}
    assert [name for name, function in functions.items() if ">>>" not in (inspect.getdoc(function) or "")] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        gt.no_such_name  # noqa: B018


def test_importing_geotransfer_is_light() -> None:
    code = "import geotransfer, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert set(HEAVY) & set(json.loads(done.stdout)) == set()
