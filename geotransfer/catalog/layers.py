"""`layer_raster`, `layer_features`, `layer_table`: the layers of the catalogue by name."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from functools import partial
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.entries import LayerEntry, LayerKind, layer_entry, shipped_bytes
from geotransfer.catalog.fetched import fetched_file, fetched_raster
from geotransfer.catalog.modelled import modelled_places, modelled_raster
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.raster import Raster

__all__ = ["layer_features", "layer_raster", "layer_table"]

CRS = "EPSG:4326"
CITY_POPULATION = 500_000
"""Lower limit of a medium-sized city (国发〔2014〕51号)."""


def layer_raster(id: str) -> Raster:
    """Return a raster layer of the catalogue.

    Modelled layers are computed on first use and kept in the user's cache (``GEOTRANSFER_CACHE_DIR`` moves it).
    Layers of the provider ``"download"`` are read as a whole, in the catalogue's unit, from the file that
    ``geotransfer layers fetch`` brought: at 250 m all of China takes some 10 GB; a study reads it part by part.

    Parameters
    ----------
    id : str
        ``layer_ids()`` lists the names; ``layer_entry(id)`` says unit, source and known error.

    Returns
    -------
    Raster
        Modelled: WGS 84, 5 minutes, 73-136 E, 3-54 N. Fetched: as in the file. NaN where there is no value.

    Raises
    ------
    UnknownNameError
        There is no such layer.
    InputError
        The layer is a table or features, or it has to be fetched first (the message holds the command).

    Examples
    --------
    >>> layer_raster("elevation").grid.shape
    (612, 756)
    """
    _expect(layer_entry(id), "raster")
    file = fetched_file(id)
    return modelled_raster(id) if file is None else fetched_raster(file)


def layer_features(id: str) -> gpd.GeoDataFrame:
    """Return a vector layer of the catalogue.

    Parameters
    ----------
    id : str
        ``layer_ids()`` lists the names.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, a fresh copy; a column ``name``, and but for boundaries ``name_en``, ``kind``, ``source``.

    Raises
    ------
    UnknownNameError
        There is no such layer.
    InputError
        The layer is a raster or a table.

    Examples
    --------
    >>> layer_features("corridors").geom_type.unique().tolist()
    ['LineString']
    """
    entry = layer_entry(id)
    _expect(entry, "features")
    return _FEATURES[id](entry)


def layer_table(id: str) -> pd.DataFrame:
    """Return a table of the catalogue; codes are text.

    Parameters
    ----------
    id : str
        ``layer_ids()`` lists the names.

    Raises
    ------
    UnknownNameError
        There is no such layer.
    InputError
        The layer is a raster or features.

    Examples
    --------
    >>> layer_table("regions")["region"].unique().tolist()
    ['east', 'central', 'west', 'northeast']
    """
    entry = layer_entry(id)
    _expect(entry, "table")
    return _table(entry)


def _expect(entry: LayerEntry, kind: LayerKind) -> None:
    if entry.kind != kind:
        article = "" if entry.kind == "features" else "a "
        raise InputError(
            f"layer {entry.id!r} is {article}{entry.kind}, expected {kind}; call layer_{entry.kind}({entry.id!r})"
        )


def _table(entry: LayerEntry) -> pd.DataFrame:
    if str(entry.file).endswith(".toml"):
        return _figures(shipped_bytes(str(entry.file)).decode("utf-8"))
    text = dict.fromkeys(("adcode", "adcodes", "wmo_id", "groups", "note", "approved"), str)
    return pd.read_csv(io.BytesIO(shipped_bytes(str(entry.file))), dtype=text)


_QUALITY_OF = {
    **dict.fromkeys(("GB limit", "quota", "standard", "policy"), "official"),
    **dict.fromkeys(("measured", "survey", "count", "literature"), "measured"),
    **dict.fromkeys(("derived", "definition", "model input"), "modelled"),
}
"""Kind of a figure of an industry -> quality; what is not here (trade pages, press, factors) is an assumption."""


def _figures(text: str) -> pd.DataFrame:
    """Return the figures of all industries, one a row, with a quality by their kind; titles and notes in English."""
    rows = [
        {"industry": name, "quality": _QUALITY_OF.get(figure["kind"], "assumption")}
        | {key: _english(value) for key, value in figure.items()}
        for name, industry in tomllib.loads(text)["industries"].items()
        for figure in industry.get("figures", [])
    ]
    return pd.DataFrame(rows)


def _english(value: Any) -> Any:
    return value["en"] if isinstance(value, dict) else value


def _points(entry: LayerEntry, *, kind: str | None) -> gpd.GeoDataFrame:
    table = _table(entry)
    if kind is not None:
        table["kind"] = kind
    places = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table, geometry=places, crs=CRS)


def _corridors(entry: LayerEntry) -> gpd.GeoDataFrame:
    rows = []
    for (route, branch), stops in _table(entry).sort_values("order").groupby(["route", "branch"], sort=True):
        by_way_of = "" if branch == "main" else f" ({branch})"
        rows.append(
            {
                "name": f"西部陆海新通道 {route}{by_way_of}: {'-'.join(stops['name'])}",
                "name_en": f"New Western Land-Sea Corridor, route {route}: {'-'.join(stops['name_en'])}",
                "kind": "corridor",
                "route": int(str(route)),
                "branch": branch,
                "quality": stops["quality"].iloc[0],
                "source": stops["source"].iloc[0],
                "geometry": shapely.LineString(stops[["lon", "lat"]].to_numpy()),
            }
        )
    return gpd.GeoDataFrame(rows, crs=CRS)


def _areas(entry: LayerEntry, *, kind: str) -> gpd.GeoDataFrame:
    """Rows of the table whose ``adcodes`` are prefectures or provinces, as polygons."""
    table = _table(entry)
    shapes = [_union(*row) for row in zip(table["level"], table["adcodes"], strict=True)]
    return gpd.GeoDataFrame(table.assign(kind=kind), geometry=shapes, crs=CRS)


def _union(level: str, adcodes: str) -> shapely.Geometry:
    areas = boundaries("province" if level == "province" else "prefecture")
    return areas[areas["adcode"].isin(_known(adcodes, areas))].union_all()


def _clusters(entry: LayerEntry) -> gpd.GeoDataFrame:
    """One point for each cluster: inside the largest of the counties of its start area."""
    table, counties = _table(entry), boundaries("county").set_index("adcode", drop=False)
    points = []
    for codes in table["adcodes"]:
        start_area = counties.loc[_known(codes, counties)].to_crs(CHINA_ALBERS).geometry
        largest = start_area.loc[[start_area.area.idxmax()]]
        points.append(largest.representative_point().to_crs(CRS).iloc[0])
    return gpd.GeoDataFrame(table.assign(kind="data-centre cluster"), geometry=points, crs=CRS)


def _known(adcodes: str, areas: gpd.GeoDataFrame) -> list[str]:
    codes = adcodes.split(";")
    missing = sorted(set(codes) - set(areas["adcode"]))
    if missing:
        raise InputError(
            f"adcodes {missing} of the layer are not in the boundaries, expected existing ones; correct the table"
        )
    return codes


def _reserves(entry: LayerEntry) -> gpd.GeoDataFrame:
    table, counties = _table(entry), boundaries("county").set_index("adcode", drop=False)
    shapes = counties.loc[[_known(code, counties)[0] for code in table["adcode"]]].geometry.to_numpy()
    named = table.assign(name_en="", kind="nature reserve")
    return gpd.GeoDataFrame(named, geometry=shapes, crs=CRS)


def _places(entry: LayerEntry) -> gpd.GeoDataFrame:
    table = modelled_places().assign(kind="place", source=entry.source.en)
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=CRS)


def _river_ports(_: LayerEntry) -> gpd.GeoDataFrame:
    ports = layer_features("ports")
    return ports[ports["kind"] == "river"].reset_index(drop=True)


def _cities(_: LayerEntry) -> gpd.GeoDataFrame:
    places = layer_features("places")
    return places[places["population"] >= CITY_POPULATION].assign(kind="city").reset_index(drop=True)


_FEATURES: dict[str, Callable[[LayerEntry], gpd.GeoDataFrame]] = {
    "provinces": lambda _: boundaries("province"),
    "prefectures": lambda _: boundaries("prefecture"),
    "counties": lambda _: boundaries("county"),
    "hubs": partial(_points, kind="hub"),
    "ports": partial(_points, kind=None),
    "river-ports": _river_ports,
    "corridors": _corridors,
    "clean-energy-bases": partial(_areas, kind="clean-energy base"),
    "data-centre-clusters": _clusters,
    "nature-reserve-zones": _reserves,
    "places": _places,
    "cities": _cities,
}
