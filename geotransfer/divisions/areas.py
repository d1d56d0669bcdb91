"""Shares of old areas in new ones: how to carry figures of divisions that were divided or merged since."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.catalog.boundaries import boundaries
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import CrsError, InputError

__all__ = ["area_weights"]


def area_weights(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame | None = None, *, least: float = 0.02, tolerance_m: float = 200.0
) -> pd.DataFrame:
    """Return how much of each old area lies in each new one.

    Where a figure is a sum (people, output), ``figure x weight`` summed by new area carries it over, as if it were
    spread evenly over the old area. Where it is a mean, weigh it by ``share_of_new``.

    Parameters
    ----------
    old : GeoDataFrame
        Polygons of the old divisions, with a CRS.
    new : GeoDataFrame, optional
        Polygons with the columns ``adcode`` and ``name``; today's counties where not given.
    least : float
        Shares of an old area below this are taken for differences of drawing and left out.
    tolerance_m : float
        Outlines are simplified by this much before they are laid over each other.

    Returns
    -------
    DataFrame
        ``old`` (its index label), ``adcode``, ``name``, ``weight`` (sum 1 for each old area that meets a new one),
        ``share_of_new`` (of the new area, 0 to 1) and ``covered`` (share of the old area that lies in any new one).
        Old areas that meet none have no row. Areas on the China Albers projection.

    Raises
    ------
    CrsError
        One of the two has no CRS.
    InputError
        `new` has no ``adcode`` or ``name``, or `least` is not in [0, 1).

    Examples
    --------
    >>> square = lambda x: shapely.box(x, 40, x + 1, 41)
    >>> old = gpd.GeoDataFrame(geometry=[square(110.25)], crs="EPSG:4326")
    >>> names = {"adcode": list("12"), "name": list("ab")}
    >>> new = gpd.GeoDataFrame(names, geometry=[square(110), square(111)], crs="EPSG:4326")
    >>> area_weights(old, new)["weight"].round(2).tolist()
    [0.75, 0.25]
    """
    new = boundaries("county") if new is None else new
    missing = [column for column in ("adcode", "name") if column not in new.columns]
    if missing:
        raise InputError(f"new has no column {', '.join(missing)}; it has {', '.join(map(str, new.columns))}")
    if not 0.0 <= least < 1.0:
        raise InputError(f"least is {least}, expected a share from 0 up to 1")
    before, after = _flat(old, "old", tolerance_m), _flat(new, "new", tolerance_m)
    pairs = shapely.STRtree(after).query(before, predicate="intersects")
    common = shapely.area(shapely.intersection(before[pairs[0]], after[pairs[1]]))
    rows = pd.DataFrame({"place": pairs[0], "new": pairs[1], "area": common})
    whole = shapely.area(before)[rows["place"]]
    rows["covered"] = (rows.groupby("place")["area"].transform("sum") / whole).clip(upper=1.0)
    rows = rows[(rows["area"] > 0) & (rows["area"] / whole >= least)].sort_values(["place", "new"])
    return pd.DataFrame(
        {
            "old": old.index.to_numpy()[rows["place"]],
            "adcode": new["adcode"].to_numpy()[rows["new"]],
            "name": new["name"].to_numpy()[rows["new"]],
            "weight": (rows["area"] / rows.groupby("place")["area"].transform("sum")).to_numpy(),
            "share_of_new": (rows["area"] / shapely.area(after)[rows["new"]]).clip(upper=1.0).to_numpy(),
            "covered": rows["covered"].to_numpy(),
        }
    )


def _flat(areas: gpd.GeoDataFrame, title: str, tolerance_m: float) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return valid, simplified outlines on the equal-area projection."""
    if areas.crs is None:
        raise CrsError(f"{title} has no CRS; set it with .set_crs(...) before its areas are compared")
    flat = areas.geometry.to_crs(CHINA_ALBERS).to_numpy()
    return np.asarray(shapely.make_valid(shapely.simplify(flat, tolerance_m)))
