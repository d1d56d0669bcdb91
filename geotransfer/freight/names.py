"""Names of places: hubs by official or short name, counties by full name or adcode. Nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import geopandas as gpd
import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.layers import layer_features
from geotransfer.divisions.today import short_named
from geotransfer.errors import InputError, UnknownNameError

__all__ = ["HubNames", "find_place"]

PORT_KINDS = ("sea port", "river port", "foreign port", "waypoint")


@dataclass(frozen=True, eq=False)
class HubNames:
    """The names of hubs, ready to be looked up.

    Parameters
    ----------
    official, code, short, english : mapping of a name to rows of the hubs
        ``code`` without ports, which stand in a city that has the code; ``english`` in lower case.
    name, adcode : list of str
        Of each hub.
    """

    official: Mapping[str, list[int]]
    code: Mapping[str, list[int]]
    short: Mapping[str, list[int]]
    english: Mapping[str, list[int]]
    name: list[str]
    adcode: list[str]

    @classmethod
    def of(cls, hubs: gpd.GeoDataFrame) -> HubNames:
        """Return the names of `hubs` (columns ``name``, ``short_name``, ``name_en``, ``adcode``, ``kind``)."""
        columns = (hubs[column].tolist() for column in ("name", "short_name", "name_en", "adcode", "kind"))
        name, short, english, adcode, kind = columns
        codes = ["" if kind in PORT_KINDS else code for code, kind in zip(adcode, kind, strict=True)]
        return cls(_rows(name), _rows(codes), _rows(short), _rows([text.casefold() for text in english]), name, adcode)

    def rows(self, name: str) -> list[int]:
        """Return the hubs of this name: official name or code if there is one, else short name, else in English."""
        for index, key in (
            (self.official, name),
            (self.code, name),
            (self.short, name),
            (self.english, name.casefold()),
        ):
            if key and key in index:
                return index[key]
        return []


def _rows(names: list[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names):
        found[name].append(row)
    return dict(found)


def find_place(hubs: HubNames, name: str, *, counties: bool) -> int | gpd.GeoDataFrame:
    """Return the row of a hub, or one county as a GeoDataFrame.

    Parameters
    ----------
    hubs : HubNames
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
    found = hubs.rows(name)
    others = _counties_called(name, hubs, found) if counties else None
    if len(found) + (0 if others is None else len(others)) > 1:
        raise InputError(_ambiguous(hubs, name, found, others))
    if found:
        return found[0]
    if others is not None and len(others):
        return gpd.GeoDataFrame(others)
    near = get_close_matches(name, [*hubs.official, *hubs.short], n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UnknownNameError(
        f"place {name!r} is no hub of the network{' and no county' if counties else ''}; {hint}"
        "give an official name such as '钦州市', a port such as '重庆港', or an adcode such as '450700'"
    )


def _counties_called(name: str, hubs: HubNames, found: list[int]) -> pd.DataFrame | None:
    """Return the counties that the name may mean as well.

    A short name means the hub alone where that is a provincial seat, a listed logistics hub, or all counties of the
    name lie in its own prefecture: 长沙 is 长沙市 and not 长沙县, but 朝阳 is a city in Liaoning and a district of
    Beijing and of Changchun.
    """
    if found:
        official, code = hubs.name[found[0]], hubs.adcode[found[0]]
        if name in (official, code) or not code or _is_prominent(code):
            return None
        table = boundaries("county")
        alike = table[table["adcode"].isin(short_named(name))]
        return pd.DataFrame(alike[alike["prefecture_adcode"] != code])
    table = boundaries("county")
    return pd.DataFrame(table[(table["name"] == name) | (table["adcode"] == name)])


@cache
def _listed() -> frozenset[str]:
    return frozenset(layer_features("hubs")["adcode"])


def _is_prominent(adcode: str) -> bool:
    municipality = adcode.endswith("0000")
    return municipality or adcode.endswith("0100") or adcode in _listed()


def _ambiguous(hubs: HubNames, name: str, found: list[int], others: pd.DataFrame | None) -> str:
    places = [f"{hubs.adcode[row]} {hubs.name[row]}".strip() for row in found]
    if others is not None:
        rows = zip(others["adcode"], others["province"], others["name"], strict=True)
        places += [f"{code} {province} {county}" for code, province, county in rows]
    return f"place {name!r} fits {len(places)}: {', '.join(places)}; expected one, give the adcode"
