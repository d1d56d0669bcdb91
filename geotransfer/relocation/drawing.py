"""Flows as lines."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from geotransfer.catalog.boundaries import boundaries
from geotransfer.relocation.reading import Places

__all__ = ["flow_lines"]


def flow_lines(flows: pd.DataFrame, places: Places) -> gpd.GeoDataFrame:
    """Return flows as straight lines from a point in the origin's province to the place, EPSG:4326."""
    provinces = boundaries("province").to_crs("EPSG:4326")
    start = {
        origin: provinces[provinces["name"].str.startswith(origin)].geometry.representative_point().iloc[0]
        for origin in flows["origin"].unique()
    }
    end = places.table.geometry.to_crs("EPSG:4326")
    shapes = [shapely.LineString([start[o], end[z]]) for o, z in zip(flows["origin"], flows["zone"], strict=True)]
    return gpd.GeoDataFrame(flows.copy(), geometry=shapes, crs="EPSG:4326")
