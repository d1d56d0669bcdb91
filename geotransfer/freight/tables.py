"""The default network: hubs and links from the committed tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.layers import layer_features, layer_table
from geotransfer.freight.geodesy import geodesic_km
from geotransfer.freight.modes import FreightRates, Mode, freight_rates
from geotransfer.types import FloatArray

__all__ = ["LINK_COLUMNS", "default_hubs", "default_links"]

LINK_COLUMNS = ("a", "b", "mode", "km", "basis", "line", "switches", "planned", "hours", "yuan")
"""a, b: rows of the hubs; basis: where km is from; switches: names that close or open the link, in a tuple; hours,
yuan: what the link costs beside its length (a lock, a ferry)."""
YARDLESS = ("waypoint",)
"""Kinds of hub where nothing can be loaded."""


@cache
def default_hubs() -> gpd.GeoDataFrame:
    """Return the hubs of the default network; never change it, it is shared.

    Returns
    -------
    GeoDataFrame
        EPSG:4326; ``name``, ``short_name``, ``name_en``, ``adcode`` ("" for ports), ``kind``, ``landmass``,
        ``yard`` (whether goods can be loaded there), ``quality``, ``source``.
    """
    inland = layer_table("freight-hubs")
    ports = pd.DataFrame(layer_features("ports").drop(columns="geometry"))
    ports = ports.assign(short_name=ports["name"], kind=ports["kind"] + " port", name_en=ports["name_en"] + " port")
    ports["landmass"] = _nearest_landmass(ports, inland)
    sea = layer_table("freight-sea-points").assign(landmass="")
    hubs = pd.concat([inland, ports, sea], ignore_index=True)
    hubs = hubs[["name", "short_name", "name_en", "adcode", "kind", "landmass", "lon", "lat", "quality", "source"]]
    hubs = hubs.assign(adcode=hubs["adcode"].fillna(""), yard=~hubs["kind"].isin(YARDLESS))
    return gpd.GeoDataFrame(hubs, geometry=gpd.points_from_xy(hubs["lon"], hubs["lat"]), crs="EPSG:4326")


def _nearest_landmass(ports: pd.DataFrame, inland: pd.DataFrame) -> list[str]:
    """Return the landmass of the hub nearest to each port."""
    seats = inland[["lon", "lat"]].to_numpy()
    found = []
    for place in ports[["lon", "lat"]].to_numpy():
        nearest = int(np.argmin(geodesic_km(np.broadcast_to(place, seats.shape), seats)))
        found.append(str(inland["landmass"].iloc[nearest]))
    return found


@cache
def default_links(*, held_out: bool = False) -> pd.DataFrame:
    """Return the links of the default network (`LINK_COLUMNS`); never change it, it is shared.

    A length is the published one of the line, shared out over its links by their geodesics, where the table
    ``freight-line-lengths`` has one; else the geodesic times the circuity of the mode.

    Parameters
    ----------
    held_out : bool
        Leave out the lengths whose ``use`` is "check", so that they can say how wrong the rest is.
    """
    hubs = default_hubs()
    row_of = {name: row for row, name in enumerate(hubs["name"])}
    place = hubs[["lon", "lat"]].to_numpy(dtype=np.float64)
    rates = freight_rates()
    lengths = layer_table("freight-line-lengths")
    lengths = lengths[lengths["use"] != "check"] if held_out else lengths
    links = pd.concat(
        [_line_links(lengths, row_of, place, rates), _road_links(row_of, place, rates)], ignore_index=True
    )
    return _with_passages(links)[list(LINK_COLUMNS)]


def _line_links(
    lengths: pd.DataFrame, row_of: Mapping[str, int], place: FloatArray, rates: FreightRates
) -> pd.DataFrame:
    stretches = {str(line): rows for line, rows in lengths.groupby("line")}
    parts = []
    for name, stops in layer_table("freight-lines").groupby("line", sort=False):
        parts.append(_one_line(str(name), stops.sort_values("order"), stretches.get(str(name)), row_of, place, rates))
    return pd.concat(parts, ignore_index=True)


def _one_line(
    name: str,
    stops: pd.DataFrame,
    published: pd.DataFrame | None,
    row_of: Mapping[str, int],
    place: FloatArray,
    rates: FreightRates,
) -> pd.DataFrame:
    rows = stops["stop"].map(row_of).to_numpy(dtype=np.int64)
    straight = geodesic_km(place[rows[:-1]], place[rows[1:]])
    mode: Mode = stops["mode"].iloc[0]
    circuity = rates.modes[mode].circuity
    km = straight * circuity
    basis = np.full(len(km), f"geodesic x {circuity:.2f}", dtype=object)
    if published is not None:
        order = stops["stop"].tolist()
        for row in published.itertuples():
            part = slice(*sorted((order.index(row[2]), order.index(row[3]))))
            km[part] = straight[part] * (float(row[4]) / straight[part].sum())
            basis[part] = "published"
    tags = stops["switches"].fillna("").iloc[1:]
    return pd.DataFrame(
        {
            "a": rows[:-1], "b": rows[1:], "mode": mode, "km": km, "basis": basis, "line": name,
            "switches": [(name, *filter(None, str(cell).split(";"))) for cell in tags],
            "planned": stops["state"].iloc[0] == "planned",
        }
    )  # fmt: skip


def _road_links(row_of: Mapping[str, int], place: FloatArray, rates: FreightRates) -> pd.DataFrame:
    table = layer_table("freight-roads")
    a, b = (table[end].map(row_of).to_numpy(dtype=np.int64) for end in ("a", "b"))
    circuity = rates.modes["road"].circuity
    return pd.DataFrame(
        {
            "a": a, "b": b, "mode": "road", "km": geodesic_km(place[a], place[b]) * circuity,
            "basis": f"geodesic x {circuity:.2f}", "line": "公路", "switches": [("公路",)] * len(table),
            "planned": False,
        }
    )  # fmt: skip


def _with_passages(links: pd.DataFrame) -> pd.DataFrame:
    """Add the hours and yuan of locks and ferries."""
    extra = layer_table("freight-passages")
    found = {}
    for parameter, column in (("hours", "hours"), ("yuan", "yuan")):
        rows = extra[extra["parameter"] == parameter]
        of = dict(zip(rows["switch"], rows["value"].astype(float), strict=True))
        found[column] = [sum(of.get(tag, 0.0) for tag in tags) for tags in links["switches"]]
    return links.assign(**found)
