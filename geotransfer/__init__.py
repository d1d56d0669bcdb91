"""Where an energy-intensive plant should move, how good each place is, and why.

Names are loaded on first use, so that ``import geotransfer`` stays light.

Examples
--------
>>> import geotransfer as gt
>>> gt.score_linear([0.30], worst=0.45, best=0.25)
array([0.75])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geotransfer.batch.running import BatchReport as BatchReport
    from geotransfer.batch.running import run_batch as run_batch
    from geotransfer.batch.sweep import read_cases as read_cases
    from geotransfer.catalog.boundaries import boundaries as boundaries
    from geotransfer.catalog.layers import layer_features as layer_features
    from geotransfer.catalog.layers import layer_raster as layer_raster
    from geotransfer.catalog.layers import layer_table as layer_table
    from geotransfer.catalog.postgis import read_postgis as read_postgis
    from geotransfer.catalog.postgis_writing import write_postgis as write_postgis
    from geotransfer.catalog.power import power_tables as power_tables
    from geotransfer.catalog.readers import read_features as read_features
    from geotransfer.catalog.services import read_remote_features as read_remote_features
    from geotransfer.catalog.services import read_remote_raster as read_remote_raster
    from geotransfer.catalog.spreadsheets import read_excel_csv as read_excel_csv
    from geotransfer.checking.conversion import convert_layer as convert_layer
    from geotransfer.checking.geometry import mend_geometry as mend_geometry
    from geotransfer.checking.layer import check_layer as check_layer
    from geotransfer.checking.report import LayerReport as LayerReport
    from geotransfer.checking.shifts import estimate_shift as estimate_shift
    from geotransfer.crs import bd09_to_gcj02 as bd09_to_gcj02
    from geotransfer.crs import bd09_to_wgs84 as bd09_to_wgs84
    from geotransfer.crs import gcj02_to_bd09 as gcj02_to_bd09
    from geotransfer.crs import gcj02_to_wgs84 as gcj02_to_wgs84
    from geotransfer.crs import wgs84_to_bd09 as wgs84_to_bd09
    from geotransfer.crs import wgs84_to_gcj02 as wgs84_to_gcj02
    from geotransfer.datums import datum_accuracy as datum_accuracy
    from geotransfer.divisions.areas import area_weights as area_weights
    from geotransfer.divisions.join import join_divisions as join_divisions
    from geotransfer.divisions.report import DivisionReport as DivisionReport
    from geotransfer.divisions.today import match_divisions as match_divisions
    from geotransfer.energy.capacity_factor import capacity_factor as capacity_factor
    from geotransfer.energy.carbon import carbon_books as carbon_books
    from geotransfer.energy.carbon import carbon_change as carbon_change
    from geotransfer.energy.delivered_price import DeliveredPrice as DeliveredPrice
    from geotransfer.energy.delivered_price import GreenSupply as GreenSupply
    from geotransfer.energy.delivered_price import delivered_price as delivered_price
    from geotransfer.energy.green_share import matched_share as matched_share
    from geotransfer.energy.potential import resource_area as resource_area
    from geotransfer.energy.power_cost import capital_recovery_factor as capital_recovery_factor
    from geotransfer.energy.power_cost import lcoe as lcoe
    from geotransfer.energy.power_curve import PowerCurve as PowerCurve
    from geotransfer.energy.power_curve import iec_power_curve as iec_power_curve
    from geotransfer.energy.power_curve import turbine_power_curve as turbine_power_curve
    from geotransfer.energy.power_curve import weibull_capacity_factor as weibull_capacity_factor
    from geotransfer.energy.pv_yield import pv_capacity_factor as pv_capacity_factor
    from geotransfer.energy.pv_yield import pvout_capacity_factor as pvout_capacity_factor
    from geotransfer.energy.solar import ghi_per_year as ghi_per_year
    from geotransfer.energy.wind import mean_speed_capacity_factor as mean_speed_capacity_factor
    from geotransfer.energy.wind import rugged_zone_value as rugged_zone_value
    from geotransfer.freight.corridor import CorridorBenefit as CorridorBenefit
    from geotransfer.freight.corridor import corridor_benefit as corridor_benefit
    from geotransfer.freight.corridor import product_freight as product_freight
    from geotransfer.freight.friction import freight_friction as freight_friction
    from geotransfer.freight.network import FreightNetwork as FreightNetwork
    from geotransfer.freight.network import freight_network as freight_network
    from geotransfer.freight.ways import best_ways as best_ways
    from geotransfer.grid import Grid as Grid
    from geotransfer.industry.clusters import PlantClusters as PlantClusters
    from geotransfer.industry.clusters import plant_clusters as plant_clusters
    from geotransfer.industry.concentration import gradient_coefficient as gradient_coefficient
    from geotransfer.industry.concentration import herfindahl as herfindahl
    from geotransfer.industry.concentration import krugman_index as krugman_index
    from geotransfer.industry.concentration import location_quotient as location_quotient
    from geotransfer.industry.county_rules import read_county_rules as read_county_rules
    from geotransfer.industry.county_types import county_types as county_types
    from geotransfer.industry.delivered_cost import DeliveredCost as DeliveredCost
    from geotransfer.industry.delivered_cost import delivered_cost as delivered_cost
    from geotransfer.industry.diagnosis import Diagnosis as Diagnosis
    from geotransfer.industry.diagnosis import diagnose as diagnose
    from geotransfer.industry.panel import Panel as Panel
    from geotransfer.industry.panel import read_panel as read_panel
    from geotransfer.industry.policy import policy_direction as policy_direction
    from geotransfer.industry.policy_areas import special_areas as special_areas
    from geotransfer.industry.profiles import IndustryProfile as IndustryProfile
    from geotransfer.industry.profiles import industry_names as industry_names
    from geotransfer.industry.profiles import industry_profile as industry_profile
    from geotransfer.inputs.shared_work import SharedWork as SharedWork
    from geotransfer.maps import suitability_map as suitability_map
    from geotransfer.maps import write_offline as write_offline
    from geotransfer.mcda.acceptability import rank_acceptability as rank_acceptability
    from geotransfer.mcda.aggregation import order_weights as order_weights
    from geotransfer.mcda.aggregation import ordered_weighted_average as ordered_weighted_average
    from geotransfer.mcda.aggregation import vetoed as vetoed
    from geotransfer.mcda.aggregation import weighted_product as weighted_product
    from geotransfer.mcda.aggregation import weighted_sum as weighted_sum
    from geotransfer.mcda.agreement import agreement as agreement
    from geotransfer.mcda.agreement import rank_reversals as rank_reversals
    from geotransfer.mcda.comparisons import aggregate_comparisons as aggregate_comparisons
    from geotransfer.mcda.comparisons import weights_from_comparisons as weights_from_comparisons
    from geotransfer.mcda.data_weighting import critic_weights as critic_weights
    from geotransfer.mcda.data_weighting import entropy_weights as entropy_weights
    from geotransfer.mcda.data_weighting import merec_weights as merec_weights
    from geotransfer.mcda.data_weighting import standard_deviation_weights as standard_deviation_weights
    from geotransfer.mcda.fuzzy import score_fuzzy as score_fuzzy
    from geotransfer.mcda.ideal_points import spotis as spotis
    from geotransfer.mcda.ideal_points import topsis as topsis
    from geotransfer.mcda.ideal_points import vikor as vikor
    from geotransfer.mcda.outranking import promethee_ii as promethee_ii
    from geotransfer.mcda.ranking import rank as rank
    from geotransfer.mcda.scoring import score_categories as score_categories
    from geotransfer.mcda.scoring import score_linear as score_linear
    from geotransfer.mcda.scoring import score_logistic as score_logistic
    from geotransfer.mcda.scoring import score_piecewise as score_piecewise
    from geotransfer.mcda.screening import collinearity as collinearity
    from geotransfer.mcda.sensitivity import rank_sensitivity as rank_sensitivity
    from geotransfer.mcda.stability import stability_classes as stability_classes
    from geotransfer.mcda.stability import top_stayers as top_stayers
    from geotransfer.mcda.uncertain_ranking import uncertain_ranking as uncertain_ranking
    from geotransfer.mcda.uncertainty import CriterionError as CriterionError
    from geotransfer.mcda.uncertainty import draw_errors as draw_errors
    from geotransfer.mcda.weighting import combined_weights as combined_weights
    from geotransfer.mcda.weighting import rank_order_weights as rank_order_weights
    from geotransfer.mcda.weighting import swing_weights as swing_weights
    from geotransfer.outputs.folder import write_result as write_result
    from geotransfer.outputs.publishing import publish_result as publish_result
    from geotransfer.outputs.reading import read_result as read_result
    from geotransfer.qgis.layers import from_qgis_layer as from_qgis_layer
    from geotransfer.qgis.layers import to_qgis_layer as to_qgis_layer
    from geotransfer.raster import Raster as Raster
    from geotransfer.raster import read_raster as read_raster
    from geotransfer.raster import write_raster as write_raster
    from geotransfer.relocation.evaluation import evaluate_matching as evaluate_matching
    from geotransfer.relocation.matching import Matching as Matching
    from geotransfer.relocation.matching import match as match
    from geotransfer.relocation.problem import Problem as Problem
    from geotransfer.relocation.writing import write_matching as write_matching
    from geotransfer.results.difference import Difference as Difference
    from geotransfer.results.difference import difference as difference
    from geotransfer.results.result import Result as Result
    from geotransfer.siting.explanation import Explanation as Explanation
    from geotransfer.siting.explanation import explain as explain
    from geotransfer.siting.locate import locate_sites as locate_sites
    from geotransfer.siting.parks import match_parks as match_parks
    from geotransfer.spatial.alignment import align as align
    from geotransfer.spatial.cost_distance import cost_distance as cost_distance
    from geotransfer.spatial.distance_transform import distance_transform as distance_transform
    from geotransfer.spatial.nearest import nearest_zones as nearest_zones
    from geotransfer.spatial.patches import drop_small_patches as drop_small_patches
    from geotransfer.spatial.proximity import distance_to as distance_to
    from geotransfer.spatial.rasterization import excluded_by as excluded_by
    from geotransfer.spatial.rasterization import rasterize as rasterize
    from geotransfer.spatial.windowed import zonal_resource_area as zonal_resource_area
    from geotransfer.spatial.zonal import zonal_statistics as zonal_statistics
    from geotransfer.spec.scenario import Scenario as Scenario
    from geotransfer.spec.scenario import scenario as scenario
    from geotransfer.spec.scenario import scenario_names as scenario_names
    from geotransfer.study.assembly import run as run

_HOMES = {
    "batch.running": ("BatchReport", "run_batch"),
    "batch.sweep": ("read_cases",),
    "catalog.boundaries": ("boundaries",),
    "divisions.areas": ("area_weights",),
    "divisions.join": ("join_divisions",),
    "divisions.report": ("DivisionReport",),
    "divisions.today": ("match_divisions",),
    "catalog.layers": ("layer_features", "layer_raster", "layer_table"),
    "catalog.power": ("power_tables",),
    "catalog.postgis": ("read_postgis",),
    "catalog.postgis_writing": ("write_postgis",),
    "catalog.readers": ("read_features",),
    "catalog.services": ("read_remote_features", "read_remote_raster"),
    "catalog.spreadsheets": ("read_excel_csv",),
    "checking.conversion": ("convert_layer",),
    "checking.geometry": ("mend_geometry",),
    "checking.layer": ("check_layer",),
    "checking.report": ("LayerReport",),
    "checking.shifts": ("estimate_shift",),
    "crs": (
        "bd09_to_gcj02",
        "bd09_to_wgs84",
        "gcj02_to_bd09",
        "gcj02_to_wgs84",
        "wgs84_to_bd09",
        "wgs84_to_gcj02",
    ),
    "datums": ("datum_accuracy",),
    "energy.capacity_factor": ("capacity_factor",),
    "energy.carbon": ("carbon_books", "carbon_change"),
    "energy.delivered_price": ("DeliveredPrice", "GreenSupply", "delivered_price"),
    "energy.green_share": ("matched_share",),
    "energy.potential": ("resource_area",),
    "energy.power_cost": ("capital_recovery_factor", "lcoe"),
    "energy.power_curve": ("PowerCurve", "iec_power_curve", "turbine_power_curve", "weibull_capacity_factor"),
    "energy.pv_yield": ("pv_capacity_factor", "pvout_capacity_factor"),
    "energy.solar": ("ghi_per_year",),
    "energy.wind": ("mean_speed_capacity_factor", "rugged_zone_value"),
    "freight.corridor": ("CorridorBenefit", "corridor_benefit", "product_freight"),
    "freight.friction": ("freight_friction",),
    "freight.network": ("FreightNetwork", "freight_network"),
    "freight.ways": ("best_ways",),
    "grid": ("Grid",),
    "industry.delivered_cost": ("DeliveredCost", "delivered_cost"),
    "industry.profiles": ("IndustryProfile", "industry_names", "industry_profile"),
    "industry.policy": ("policy_direction",),
    "industry.policy_areas": ("special_areas",),
    "industry.clusters": ("PlantClusters", "plant_clusters"),
    "industry.concentration": ("gradient_coefficient", "herfindahl", "krugman_index", "location_quotient"),
    "industry.county_rules": ("read_county_rules",),
    "industry.county_types": ("county_types",),
    "industry.diagnosis": ("Diagnosis", "diagnose"),
    "industry.panel": ("Panel", "read_panel"),
    "maps": ("suitability_map", "write_offline"),
    "mcda.acceptability": ("rank_acceptability",),
    "mcda.aggregation": ("order_weights", "ordered_weighted_average", "vetoed", "weighted_product", "weighted_sum"),
    "mcda.agreement": ("agreement", "rank_reversals"),
    "mcda.comparisons": ("aggregate_comparisons", "weights_from_comparisons"),
    "mcda.data_weighting": ("critic_weights", "entropy_weights", "merec_weights", "standard_deviation_weights"),
    "mcda.fuzzy": ("score_fuzzy",),
    "mcda.ideal_points": ("spotis", "topsis", "vikor"),
    "mcda.outranking": ("promethee_ii",),
    "mcda.ranking": ("rank",),
    "mcda.scoring": ("score_categories", "score_linear", "score_logistic", "score_piecewise"),
    "mcda.screening": ("collinearity",),
    "mcda.sensitivity": ("rank_sensitivity",),
    "mcda.stability": ("stability_classes", "top_stayers"),
    "mcda.uncertain_ranking": ("uncertain_ranking",),
    "mcda.uncertainty": ("CriterionError", "draw_errors"),
    "mcda.weighting": ("combined_weights", "rank_order_weights", "swing_weights"),
    "outputs.folder": ("write_result",),
    "outputs.reading": ("read_result",),
    "qgis.layers": ("from_qgis_layer", "to_qgis_layer"),
    "outputs.publishing": ("publish_result",),
    "relocation.evaluation": ("evaluate_matching",),
    "relocation.matching": ("Matching", "match"),
    "relocation.problem": ("Problem",),
    "relocation.writing": ("write_matching",),
    "raster": ("Raster", "read_raster", "write_raster"),
    "siting.explanation": ("Explanation", "explain"),
    "siting.locate": ("locate_sites",),
    "siting.parks": ("match_parks",),
    "spatial.alignment": ("align",),
    "spatial.cost_distance": ("cost_distance",),
    "spatial.distance_transform": ("distance_transform",),
    "spatial.nearest": ("nearest_zones",),
    "spatial.patches": ("drop_small_patches",),
    "spatial.proximity": ("distance_to",),
    "spatial.rasterization": ("excluded_by", "rasterize"),
    "spatial.windowed": ("zonal_resource_area",),
    "spatial.zonal": ("zonal_statistics",),
    "study.assembly": ("run",),
    "results.difference": ("Difference", "difference"),
    "results.result": ("Result",),
    "inputs.shared_work": ("SharedWork",),
    "spec.scenario": ("Scenario", "scenario", "scenario_names"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'geotransfer' has no attribute {name!r}")
    try:
        value = getattr(import_module(f"geotransfer.{_HOME_OF[name]}"), name)
    except ImportError as error:
        from geotransfer.errors import MissingExtra
        from geotransfer.numpy_fit import numpy_misfit

        said = numpy_misfit(error)
        if said is None:
            raise
        raise MissingExtra(said) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
