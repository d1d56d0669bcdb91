"""Maps that open with no network; the only room that knows folium."""

from geotransfer.maps.choropleth import draw_map, suitability_map
from geotransfer.maps.flows import flow_overlays
from geotransfer.maps.offline import write_offline
from geotransfer.maps.overlays import NationalOutline, Overlay
from geotransfer.maps.plan import PlanPanel, ProvinceShift

__all__ = [
    "NationalOutline",
    "Overlay",
    "PlanPanel",
    "ProvinceShift",
    "draw_map",
    "flow_overlays",
    "suitability_map",
    "write_offline",
]
