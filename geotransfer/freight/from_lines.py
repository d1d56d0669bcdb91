"""The hubs and links of a network that the user's own line layers make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.crs import WGS84, parse_crs
from geotransfer.errors import InputError
from geotransfer.freight.line_layers import LineReport, TracedLink, lonlat_lines, trace_lines
from geotransfer.freight.modes import MODES, FreightRates, Mode, choice

__all__ = ["network_parts"]


def network_parts(
    layers: Mapping[str, gpd.GeoDataFrame | None],
    hubs: gpd.GeoDataFrame | None,
    rates: FreightRates,
    *,
    snap_km: float,
    bridge_km: float,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, tuple[LineReport, ...]]:
    """Return hubs, links and one report per mode.

    Parameters
    ----------
    layers : mapping
        "rail", "road", "water" to lines; lines of water may have a column ``mode`` of "river" and "sea", else all are
        river.
    hubs : GeoDataFrame
        Points; column ``name``, each once; optional ``short_name``, ``name_en``, ``adcode``, ``kind``.
    rates : FreightRates
        For the circuity of joins.
    snap_km, bridge_km : float
        See `trace_lines`.

    Raises
    ------
    CrsError
        A layer has no CRS.
    InputError
        No hubs, hubs without or with repeated names, no layer, a layer without lines.
    """
    for name, value in (("snap_km", snap_km), ("bridge_km", bridge_km)):
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"{name} is {value!r}, expected kilometres >= 0")
    places = _hubs(hubs)
    by_mode = _by_mode(layers)
    reports, links, junctions, first = [], [], [], len(places)
    for mode, (lines, dropped) in by_mode.items():
        traced = trace_lines(
            lines, dropped, places, mode, snap_km=snap_km, bridge_km=bridge_km, circuity=rates.modes[mode].circuity
        )
        reports.append(traced.report)
        junctions.append(_junctions(traced.place, mode))
        links.append(_links(traced.links, mode, hubs=len(places), shift=first - len(places)))
        first += len(traced.place)
    everything = pd.concat([places, *junctions], ignore_index=True)
    return gpd.GeoDataFrame(everything, crs=WGS84), pd.concat(links, ignore_index=True), tuple(reports)


def _hubs(hubs: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if hubs is None or len(hubs) == 0:
        raise InputError("a network from lines needs hubs, got none; give points with a column 'name'")
    if "name" not in hubs:
        raise InputError(f"hubs have the columns {', '.join(map(str, hubs.columns))}, expected one called 'name'")
    twice = sorted(set(hubs.loc[hubs["name"].duplicated(), "name"].astype(str)))
    if twice:
        raise InputError(f"hubs repeat the names {', '.join(twice)}; expected each once, drop or rename them")
    crs = parse_crs(hubs.crs, what="hubs")
    shapes = (hubs.geometry if crs == WGS84 else hubs.geometry.to_crs(WGS84)).to_numpy()
    if (shapely.get_type_id(shapes) != 0).any() or shapely.is_empty(shapes).any():
        raise InputError("hubs hold geometries that are no points, expected points; take their representative points")
    name = hubs["name"].astype(str).to_numpy()
    columns = {
        column: hubs[column].fillna("").astype(str).to_numpy() if column in hubs else default
        for column, default in (("short_name", name), ("name_en", name), ("adcode", ""), ("kind", "hub"))
    }
    frame = pd.DataFrame({"name": name, **columns, "landmass": "", "yard": True})
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=WGS84)


def _by_mode(layers: Mapping[str, gpd.GeoDataFrame | None]) -> dict[Mode, tuple[np.ndarray, int]]:
    found: dict[Mode, tuple[np.ndarray, int]] = {}
    for name, layer in layers.items():
        if layer is None:
            continue
        modes = layer["mode"] if name == "water" and "mode" in layer else pd.Series(_default_mode(name), layer.index)
        for mode in pd.unique(modes):
            known = choice(str(mode), MODES, what=f"mode of a line of {name}")
            found[known] = lonlat_lines(layer[modes == mode], what=f"{name} lines")
    if not found:
        raise InputError("a network from lines needs at least one of rail, road and water, got none")
    return found


def _default_mode(name: str) -> str:
    return "river" if name == "water" else name


def _junctions(place: np.ndarray, mode: Mode) -> gpd.GeoDataFrame:
    names = [f"{mode} {x:.4f} {y:.4f}" for x, y in place]
    frame = pd.DataFrame({"name": names, "short_name": names, "name_en": names, "adcode": "", "kind": "waypoint"})
    return gpd.GeoDataFrame(frame.assign(landmass="", yard=False), geometry=shapely.points(place), crs=WGS84)


def _links(links: tuple[TracedLink, ...], mode: Mode, *, hubs: int, shift: int) -> pd.DataFrame:
    """Return the links of a mode; rows of junctions move by `shift`, those of hubs stay."""
    frame = pd.DataFrame(
        {name: [getattr(link, name) for link in links] for name in ("a", "b", "km", "basis", "geometry")}
    )
    for end in ("a", "b"):
        row = frame[end].to_numpy(dtype=np.int64)
        frame[end] = np.where(row < hubs, row, row + shift)
    line = np.where(frame["basis"] == "bridge", f"{mode} bridge", mode)
    switches: list[Any] = [(str(name),) for name in line]
    return frame.assign(mode=mode, line=line, switches=switches, planned=False, hours=0.0, yuan=0.0)
