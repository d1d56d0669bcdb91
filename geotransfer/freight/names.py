"""Names of places: hubs by official or short name, counties by full name or adcode. Nothing is guessed."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

import geopandas as gpd
import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.layers import layer_features
from geotransfer.errors import InputError, UnknownNameError

__all__ = ["find_hub", "find_place"]

PORT_KINDS = ("sea port", "river port", "foreign port", "waypoint")
LEVEL_SUFFIXES = ("市", "区", "县", "旗")


def find_place(hubs: gpd.GeoDataFrame, name: str, *, counties: bool) -> int | gpd.GeoDataFrame:
    """Return the row of a hub, or one county as a GeoDataFrame.

    Parameters
    ----------
    hubs : GeoDataFrame
        Columns ``name``, ``short_name``, ``name_en``, ``adcode``, ``kind``.
    name : str
        Official name (``"钦州市"``), short or English name where it is unique, or adcode.
    counties : bool
        Whether the counties of China are looked through too, by full name or adcode.

    Raises
    ------
    InputError
        The name fits several places; the message lists their adcodes.
    UnknownNameError
        It fits none.
    """
    found = _hub_rows(hubs, name)
    others = _counties_called(name, hubs, found) if counties else pd.DataFrame()
    if len(found) + len(others) > 1:
        raise InputError(_ambiguous(hubs, name, found, others))
    if found:
        return found[0]
    if len(others) == 1:
        return gpd.GeoDataFrame(others)
    known = [*hubs["name"], *hubs["short_name"]]
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UnknownNameError(
        f"place {name!r} is no hub of the network{' and no county' if counties else ''}; {hint}"
        "give an official name such as '钦州市', a port such as '重庆港', or an adcode such as '450700'"
    )


def find_hub(hubs: gpd.GeoDataFrame, name: str) -> int:
    """Return the row of the hub called `name`; see `find_place`."""
    found = find_place(hubs, name, counties=False)
    if not isinstance(found, int):
        raise UnknownNameError(f"place {name!r} is no hub of the network")
    return found


def _hub_rows(hubs: gpd.GeoDataFrame, name: str) -> list[int]:
    """Return the hubs of this name: by official name or code if there is one, else by short name, else in English."""
    inland = ~hubs["kind"].isin(PORT_KINDS)
    for fits in (
        hubs["name"] == name,
        (hubs["adcode"] == name) & inland,
        (hubs["short_name"] == name),
        hubs["name_en"].str.casefold() == name.casefold(),
    ):
        rows = [int(row) for row in fits.to_numpy().nonzero()[0]]
        if rows:
            return rows
    return []


def _counties_called(name: str, hubs: gpd.GeoDataFrame, found: list[int]) -> pd.DataFrame:
    """Return the counties that the name may mean as well.

    A short name means the hub alone where that is a provincial seat, a listed logistics hub, or all counties of the
    name lie in its own prefecture: 长沙 is 长沙市 and not 长沙县, but 朝阳 is a city in Liaoning and a district of
    Beijing and of Changchun.
    """
    table = boundaries("county")
    exact = pd.DataFrame(table[(table["name"] == name) | (table["adcode"] == name)])
    if not found:
        return exact
    hub = hubs.iloc[found[0]]
    if name in (hub["name"], hub["adcode"]) or not hub["adcode"] or _is_prominent(str(hub["adcode"])):
        return exact.iloc[:0]
    alike: pd.DataFrame = table[table["name"].isin([name + suffix for suffix in LEVEL_SUFFIXES])]
    return pd.DataFrame(alike[alike["prefecture_adcode"] != hub["adcode"]])


@cache
def _listed() -> frozenset[str]:
    return frozenset(layer_features("hubs")["adcode"])


def _is_prominent(adcode: str) -> bool:
    municipality = adcode.endswith("0000")
    return municipality or adcode.endswith("0100") or adcode in _listed()


def _ambiguous(hubs: gpd.GeoDataFrame, name: str, found: list[int], others: pd.DataFrame) -> str:
    places = [f"{hubs['adcode'].iloc[row] or hubs['name'].iloc[row]} {hubs['name'].iloc[row]}" for row in found]
    if len(others):
        rows = zip(others["adcode"], others["province"], others["name"], strict=True)
        places += [f"{code} {province} {county}" for code, province, county in rows]
    return f"place {name!r} fits {len(places)}: {', '.join(places)}; expected one, give the adcode"
