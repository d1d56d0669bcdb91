"""Where a plant moves from: a province, a price area, a prefecture, a county, or a zone of the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.layers import layer_raster
from geotransfer.catalog.provinces import province_spellings
from geotransfer.divisions.join import former_division
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import Zones
from geotransfer.raster import Raster, read_raster
from geotransfer.supply.power import price_areas
from geotransfer.types import FloatArray

__all__ = ["Origin", "find_origin", "values_at"]

ALIKE = 0.6
"""Least likeness (difflib: twice the signs in common by all signs) of a name that is suggested."""


@dataclass(frozen=True, eq=False)
class Origin:
    """转出地: the counties it is made of; its figures are their means.

    Attributes
    ----------
    name, kind : str
        Full name; province, price area, prefecture, county or zone.
    places : GeoDataFrame
        EPSG:4326, one point a county: its representative point.
    areas : ndarray of str
        Price area of each, "" where there is none.
    zone : str
        Key of the zone it is, where it is one; "" otherwise.
    """

    name: str
    kind: str
    places: gpd.GeoDataFrame
    areas: np.ndarray
    zone: str = ""

    def record(self) -> dict[str, Any]:
        """Return what run.json says of it."""
        names, counts = np.unique(self.areas.astype(str), return_counts=True)
        areas = {str(name): int(n) for name, n in zip(names, counts, strict=True) if name}
        return {"name": self.name, "kind": self.kind, "counties": len(self.places), "price_areas": areas}


def find_origin(name: str, zones: Zones, inputs: Inputs) -> Origin:
    """Return the origin of a name: an own zone first, then provinces, price areas, prefectures, counties.

    Raises
    ------
    UnknownNameError
        No place is called so; the message lists near names.
    InputError
        Several counties are called so.
    """
    own = _own_zone(name, zones) if zones.own else None
    if own is not None:
        shown = own.set_geometry(zones.shown.loc[own.index])
        return _origin(str(own["name"].iloc[0]), "zone", shown, inputs, zone=str(own["zone"].iloc[0]))
    counties = boundaries("county")
    areas = price_areas(counties.assign(adcode=counties["prefecture_adcode"]), inputs)
    groups = {"province": counties["province"], "price area": areas, "prefecture": counties["prefecture"]}
    for kind, labels in groups.items():
        full = name if kind == "price area" else _full_name(kind, name)
        inside = (labels == full).to_numpy()
        if inside.any():
            return _origin(str(full), kind, counties[inside], inputs)
    found = _named(counties, name)
    if len(found) > 1:
        codes = ", ".join(f"{row.adcode} ({row.province} {row.prefecture})" for row in found.itertuples())
        raise InputError(f"origin {name!r} is the name of {len(found)} counties; give one of the adcodes {codes}")
    if not len(found):
        raise _unknown(name, counties)
    return _origin(str(found["name"].iloc[0]), "county", found, inputs, zone=str(found["adcode"].iloc[0]))


def _own_zone(name: str, zones: Zones) -> gpd.GeoDataFrame | None:
    table = zones.table[(zones.table["zone"] == name) | (zones.table["name"] == name)]
    if len(table) > 1:
        raise InputError(
            f"origin {name!r} is the name of {len(table)} of your zones; give the key of one (column zone)"
        )
    return table if len(table) else None


def _full_name(level: str, name: str) -> str | None:
    """Return the full name of a province or prefecture; None where no one, or more than one, is called so."""
    found = _named(boundaries("province" if level == "province" else "prefecture"), name)["name"].unique()
    return str(found[0]) if len(found) == 1 else None


def _named(areas: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    return areas[(areas["name"] == name) | (areas["short_name"] == name) | (areas["adcode"] == name)]


def _unknown(name: str, counties: gpd.GeoDataFrame) -> UnknownNameError:
    former = former_division(name)
    near = "" if former else ", ".join(_near(name, counties))
    hint = f"; {former}." if former else f"; did you mean {near}?" if near else "."
    return UnknownNameError(
        f"origin {name!r} is no province, price area, prefecture, county or zone of yours{hint} Expected a name such "
        "as 山东, 蒙西, 滨州市, or an adcode"
    )


def _near(name: str, counties: gpd.GeoDataFrame) -> list[str]:
    """Return up to three places written much like a name, provinces first; a single sign in common is no likeness."""
    spelt = province_spellings()
    provinces = get_close_matches("".join(name.split()).lower(), spelt, n=3, cutoff=ALIKE)
    names = [*counties["prefecture"].unique(), *counties["name"].unique()]
    return list(dict.fromkeys([*(spelt[p] for p in provinces), *get_close_matches(name, names, n=3, cutoff=ALIKE)]))[:3]


def _origin(name: str, kind: str, rows: gpd.GeoDataFrame, inputs: Inputs, *, zone: str = "") -> Origin:
    areas: pd.Series[str] = price_areas(rows.assign(adcode=rows["prefecture_adcode"]), inputs).fillna("")
    spots = rows.geometry.representative_point().to_crs("EPSG:4326")
    places = gpd.GeoDataFrame(geometry=spots.to_numpy(), crs="EPSG:4326")
    return Origin(name, kind, places, areas.to_numpy(dtype=object), zone)


def values_at(places: gpd.GeoDataFrame, layer: str | None, file: str | None) -> FloatArray:
    """Return the cell of a raster at each point; NaN outside it."""
    raster = layer_raster(layer) if layer is not None else read_raster(str(file))
    return _sampled(raster, places)


def _sampled(raster: Raster, places: gpd.GeoDataFrame) -> FloatArray:
    spots = places.geometry.to_crs(raster.grid.crs)
    column, row = (~raster.grid.transform) @ (spots.x.to_numpy(), spots.y.to_numpy())
    rows, columns = np.floor(row).astype(int), np.floor(column).astype(int)
    height, width = raster.grid.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    values = np.full(len(spots), np.nan)
    values[inside] = raster.values[rows[inside], columns[inside]]
    return values
