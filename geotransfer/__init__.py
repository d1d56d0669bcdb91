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
    from geotransfer.catalog.boundaries import boundaries as boundaries
    from geotransfer.catalog.layers import layer_features as layer_features
    from geotransfer.catalog.layers import layer_raster as layer_raster
    from geotransfer.catalog.layers import layer_table as layer_table
    from geotransfer.catalog.readers import read_features as read_features
    from geotransfer.crs import bd09_to_gcj02 as bd09_to_gcj02
    from geotransfer.crs import bd09_to_wgs84 as bd09_to_wgs84
    from geotransfer.crs import gcj02_to_bd09 as gcj02_to_bd09
    from geotransfer.crs import gcj02_to_wgs84 as gcj02_to_wgs84
    from geotransfer.crs import wgs84_to_bd09 as wgs84_to_bd09
    from geotransfer.crs import wgs84_to_gcj02 as wgs84_to_gcj02
    from geotransfer.energy.power_cost import capital_recovery_factor as capital_recovery_factor
    from geotransfer.energy.power_cost import lcoe as lcoe
    from geotransfer.grid import Grid as Grid
    from geotransfer.maps import suitability_map as suitability_map
    from geotransfer.maps import write_offline as write_offline
    from geotransfer.mcda.aggregation import weighted_sum as weighted_sum
    from geotransfer.mcda.ranking import rank as rank
    from geotransfer.mcda.scoring import score_linear as score_linear
    from geotransfer.mcda.scoring import score_piecewise as score_piecewise
    from geotransfer.outputs import read_result as read_result
    from geotransfer.outputs import write_result as write_result
    from geotransfer.raster import Raster as Raster
    from geotransfer.raster import read_raster as read_raster
    from geotransfer.raster import write_raster as write_raster
    from geotransfer.spatial.alignment import align as align
    from geotransfer.spatial.proximity import distance_to as distance_to
    from geotransfer.spatial.rasterization import excluded_by as excluded_by
    from geotransfer.spatial.rasterization import rasterize as rasterize
    from geotransfer.spatial.zonal import zonal_statistics as zonal_statistics
    from geotransfer.study.assembly import run as run
    from geotransfer.study.result import Result as Result
    from geotransfer.study.scenario import Scenario as Scenario
    from geotransfer.study.scenario import scenario as scenario
    from geotransfer.study.scenario import scenario_names as scenario_names

_HOMES = {
    "catalog.boundaries": ("boundaries",),
    "catalog.layers": ("layer_features", "layer_raster", "layer_table"),
    "catalog.readers": ("read_features",),
    "crs": (
        "bd09_to_gcj02",
        "bd09_to_wgs84",
        "gcj02_to_bd09",
        "gcj02_to_wgs84",
        "wgs84_to_bd09",
        "wgs84_to_gcj02",
    ),
    "energy.power_cost": ("capital_recovery_factor", "lcoe"),
    "grid": ("Grid",),
    "maps": ("suitability_map", "write_offline"),
    "mcda.aggregation": ("weighted_sum",),
    "mcda.ranking": ("rank",),
    "mcda.scoring": ("score_linear", "score_piecewise"),
    "outputs": ("read_result", "write_result"),
    "raster": ("Raster", "read_raster", "write_raster"),
    "spatial.alignment": ("align",),
    "spatial.proximity": ("distance_to",),
    "spatial.rasterization": ("excluded_by", "rasterize"),
    "spatial.zonal": ("zonal_statistics",),
    "study.assembly": ("run",),
    "study.result": ("Result",),
    "study.scenario": ("Scenario", "scenario", "scenario_names"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'geotransfer' has no attribute {name!r}")
    value = getattr(import_module(f"geotransfer.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
