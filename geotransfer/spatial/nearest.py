"""Points given to the polygon that holds them, or, just outside of all, to the nearest within a limit."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.crs import CHINA_ALBERS, check_projected, parse_crs
from geotransfer.errors import InputError

__all__ = ["nearest_zones"]


def nearest_zones(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, limit_m: float) -> pd.DataFrame:
    """Return for each point the polygon that holds it, else the nearest one not farther than a limit.

    Ports and islands lie offshore of a simplified coast; a limit keeps what lies abroad from becoming a county.

    Parameters
    ----------
    points, zones : GeoDataFrame
        Any CRS each; measured in the CRS of `zones` where that is projected in metres, else in China Albers (lengths
        within 4 %).
    limit_m : float
        Metres, >= 0.

    Returns
    -------
    DataFrame
        The index of `points`; ``row`` (position in `zones`, -1 where none is near enough; the first of several) and
        ``distance_m`` (0 inside; NaN where there is none).

    Raises
    ------
    InputError
        `limit_m` is negative or not finite.
    CrsError
        Points or zones have no CRS.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100)], crs="EPSG:32648")
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([50, 130, 900], [50, 50, 50]), crs="EPSG:32648")
    >>> nearest_zones(points, zones, limit_m=200).to_numpy().tolist()
    [[0.0, 0.0], [0.0, 30.0], [-1.0, nan]]
    """
    if not (np.isfinite(limit_m) and limit_m >= 0):
        raise InputError(f"limit_m is {limit_m!r}, expected metres >= 0")
    crs = parse_crs(zones.crs, what="zones")
    metric = CHINA_ALBERS if crs.is_geographic else crs
    check_projected(metric, what="zones")
    parse_crs(points.crs, what="points")
    shapes, spots = zones.geometry.to_crs(metric).to_numpy(), points.geometry.to_crs(metric).to_numpy()
    # query_nearest takes no limit of 0
    (given, row), metres = shapely.STRtree(shapes).query_nearest(
        spots, max_distance=max(limit_m, 1e-9), return_distance=True
    )
    found = pd.DataFrame({"given": given, "row": row, "distance_m": metres}).sort_values(["given", "row"])
    first = found.drop_duplicates("given").set_index("given").reindex(range(len(points)))
    return pd.DataFrame(
        {"row": first["row"].fillna(-1).astype(np.int64).to_numpy(), "distance_m": first["distance_m"].to_numpy()},
        index=points.index,
    )
