"""Each criterion measured where its source says: rasters, tables, distances, areas, power, columns."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.ndimage import uniform_filter

from geotransfer.catalog.boundaries import boundaries
from geotransfer.crs import CHINA_ALBERS
from geotransfer.divisions.join import former_codes, former_division
from geotransfer.errors import FormerCodesWarning, InputError, UnknownNameError
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import Zones
from geotransfer.spatial.proximity import distance_to
from geotransfer.spatial.rasterization import rasterize
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.criteria import (
    ColumnSource,
    Criterion,
    DistanceSource,
    NearbyAreaSource,
    RasterSource,
    TableSource,
)
from geotransfer.spec.freight import FreightSource
from geotransfer.spec.policy import PolicySource
from geotransfer.spec.power import PowerSource
from geotransfer.spec.scoring import class_scores
from geotransfer.study.policy import PolicySupply
from geotransfer.supply.freight import FreightSupply
from geotransfer.supply.measured import Measured
from geotransfer.supply.power import PowerSupply, price_areas
from geotransfer.types import FloatArray

__all__ = ["Places", "measure"]


@dataclass(frozen=True, eq=False)
class Places:
    """Where criteria are measured.

    Attributes
    ----------
    zones : Zones
        The zones of the study.
    covered : Coverage
        Their cells.
    inputs : Inputs
        The doors to layers and files.
    allowed : ndarray
        Share of each cell that no rule forbids; shape of the grid.
    power : PowerSupply or None
        How a plant buys its power; None where the scenario does not say.
    freight : FreightSupply or None
        What it pays for freight; None where the scenario does not say.
    policy : PolicySupply or None
        What policy says of the zones; None where the scenario does not ask.
    """

    zones: Zones
    covered: Coverage
    inputs: Inputs
    allowed: FloatArray
    power: PowerSupply | None
    freight: FreightSupply | None
    policy: PolicySupply | None = None


def measure(name: str, criterion: Criterion, places: Places) -> Measured:
    """Return the values of a criterion.

    Parameters
    ----------
    name : str
        Identifier, for errors.
    criterion : Criterion
        What to measure.
    places : Places
        Where.

    Raises
    ------
    InputError, UnknownNameError
        A layer, file or column does not fit; the message names the criterion.
    """
    try:
        return _measure(criterion, places)
    except (InputError, UnknownNameError) as error:
        raise type(error)(f"criterion {name!r}: {error}") from error


def _measure(criterion: Criterion, places: Places) -> Measured:
    source, inputs = criterion.source, places.inputs
    if isinstance(source, RasterSource):
        return Measured(_from_raster(criterion, source, inputs))
    if isinstance(source, DistanceSource):
        features = inputs.features(source.layer, source.file, file_layer=source.file_layer, encoding=source.encoding)
        return Measured(distance_to(features, inputs.grid).values / 1000.0)
    if isinstance(source, NearbyAreaSource):
        return Measured(_nearby_area(source, inputs, places.allowed))
    if isinstance(source, TableSource):
        return _from_table(source, places.zones, inputs)
    if isinstance(source, PowerSource):
        return _from_power(source, places)
    if isinstance(source, FreightSource):
        return _from_freight(source, places)
    if isinstance(source, PolicySource):
        return _from_policy(places)
    return _from_column(criterion, source, places.zones, inputs)


def _from_policy(places: Places) -> Measured:
    if places.policy is None:
        raise InputError("the scenario does not say what kind of industry it moves; give [policy] with a kind")
    return places.policy.measured(places.covered, places.inputs.grid.shape)


def _from_freight(source: FreightSource, places: Places) -> Measured:
    if places.freight is None:
        raise InputError("the scenario does not say what the plant carries; give [freight]")
    return places.freight.measured(source.quantity, places.covered, places.inputs.grid.shape)


def _from_power(source: PowerSource, places: Places) -> Measured:
    if places.power is None:
        raise InputError("the scenario does not say how the plant buys its power; give [power] with a mode")
    return places.power.measured(source.quantity, places.covered, places.inputs.grid.shape)


def _from_raster(criterion: Criterion, source: RasterSource, inputs: Inputs) -> FloatArray:
    # classes have no mean: each becomes its score first, and scores are averaged
    convert = None if criterion.categories is None else partial(class_scores, criterion)
    return inputs.raster(
        source.layer, source.file, resampling=source.resampling, band=source.band, convert=convert
    ).values


def _nearby_area(source: NearbyAreaSource, inputs: Inputs, allowed: FloatArray) -> FloatArray:
    """Return km2 of allowed land with a value of at most the limit in the square window around each cell.

    The window is the odd number of cells nearest to `window_km`, so that the cell is its middle; the share found in it
    counts for the whole of `window_km` squared, so that all grids have the same maximum.
    """
    values = inputs.raster(source.layer, source.file).values
    fits = np.where(values <= source.at_most, allowed, 0.0)
    n = 2 * round((1000.0 * source.window_km / inputs.grid.resolution[0] - 1) / 2) + 1
    share = uniform_filter(fits, size=max(1, n), mode="constant")
    area = share * source.window_km**2
    # the running sum of uniform_filter leaves 1e-14 where the answer is 0
    return np.where(np.isnan(values), np.nan, np.round(area, 6))


def _from_table(source: TableSource, zones: Zones, inputs: Inputs) -> Measured:
    values = _lookup(source, inputs.table(source.layer, source.file))
    if source.by == "adcode":
        known = set(zones.table["adcode"])
        _check_keys(source, values, known)
        _warn_of_former(source, set(values.index) - known)
        keyed = zones.table.assign(value=zones.table["adcode"].map(values))
        return Measured(rasterize(keyed, inputs.grid, column="value").values, keyed["value"].to_numpy(dtype=float))
    areas = _priced_prefectures(source, values, inputs)
    by_prefecture = areas.set_index("adcode")["value"]
    own = zones.table["prefecture_adcode"].map(by_prefecture).to_numpy(dtype=float, copy=True)
    wide = (zones.table["kind"] == "province").to_numpy()
    if wide.any():
        own[wide] = zones.table.loc[wide, "province"].map(_province_means(areas)).to_numpy(dtype=float)
    return Measured(rasterize(areas, inputs.grid, column="value").values, own)


def _lookup(source: TableSource, table: pd.DataFrame) -> pd.Series[float]:
    for column in (source.key, source.column, *source.where):
        if column not in table.columns:
            raise UnknownNameError(f"the table has no column {column!r}; it has {', '.join(map(str, table.columns))}")
    for column, wanted in source.where.items():
        table = table[table[column].astype(str) == wanted]
    if table[source.key].isna().any():
        row = int(table[source.key].isna().to_numpy().argmax())
        raise InputError(
            f"the table has no {source.key!r} in data row {table.index[row] + 1}; expected a key in each row: fill it, "
            "or delete the row (a sum, a note)"
        )
    if table[source.key].duplicated().any():
        twice = table.loc[table[source.key].duplicated(), source.key].iloc[0]
        raise InputError(
            f"the table names {twice!r} twice in column {source.key!r}; expected one row each (use where=...)"
        )
    values = pd.to_numeric(table.set_index(table[source.key].astype(str))[source.column], errors="coerce").astype(float)
    bad = table[source.column].notna().to_numpy() & ~np.isfinite(values.to_numpy())
    if bad.any():
        raise InputError(
            f"column {source.column!r} holds {table.loc[bad, source.column].iloc[0]!r} for "
            f"{source.key} {table.loc[bad, source.key].iloc[0]!r}; expected a finite number, or nothing"
        )
    return values


def _warn_of_former(source: TableSource, strangers: set[str]) -> None:
    """Say that a table has codes of another year; their counties stay without a value."""
    former = former_codes(sorted(strangers))
    if former:
        warnings.warn(
            f"{len(former)} keys of the table in column {source.key!r} are codes of another year and are not "
            f"used ({former_division(former[0])}{', ...' if len(former) > 1 else ''}); `geotransfer layers divisions` "
            "brings a table to today's counties",
            FormerCodesWarning,
            stacklevel=2,
        )


def _check_keys(source: TableSource, values: pd.Series[float], known: set[str]) -> None:
    """Raise when no key of a table is one the study knows: the names are spelt otherwise."""
    if not set(values.index) & known:
        other = "; `geotransfer layers divisions` joins a table of another year" if source.by == "adcode" else ""
        some = ", ".join(sorted(filter(None, known))[:3])
        likes = f"expected the likes of {some}" if some else "its zones have none"
        raise InputError(
            f"none of the table's keys in column {source.key!r} ({', '.join(map(str, values.index[:3]))}, ...) is "
            f"among the study's by {source.by}; {likes}{other}"
        )


def _priced_prefectures(source: TableSource, values: pd.Series[float], inputs: Inputs) -> gpd.GeoDataFrame:
    """Return all prefectures with the value of their province or of their price area."""
    prefectures = boundaries("prefecture")
    key = prefectures["province"].copy()
    if source.by == "price_area":
        key = price_areas(prefectures, inputs)
    elif not set(values.index) & set(key):
        # official names are what the boundaries hold; short ones ("宁夏") are as clear
        key = prefectures["province"].map(boundaries("province").set_index("name")["short_name"])
    _check_keys(source, values, set(key.dropna()))
    return prefectures.assign(value=key.map(values).astype(float))


def _province_means(areas: gpd.GeoDataFrame) -> pd.Series[float]:
    """Area-weighted mean over the prefectures of a province: only a province with two price areas needs it."""
    weight = areas.to_crs(CHINA_ALBERS).area.where(areas["value"].notna())
    weighted = (areas["value"] * weight).groupby(areas["province"]).sum(min_count=1)
    means: pd.Series[float] = weighted / weight.groupby(areas["province"]).sum()
    return means


def _from_column(criterion: Criterion, source: ColumnSource, zones: Zones, inputs: Inputs) -> Measured:
    if source.column not in zones.table.columns:
        known = [c for c in zones.table.columns if c != "geometry"]
        raise UnknownNameError(f"the zones have no column {source.column!r}; they have {', '.join(map(str, known))}")
    column = zones.table[source.column]
    if criterion.categories is not None:
        numbers = pd.api.types.is_numeric_dtype(column)
        values = class_scores(criterion, column.to_numpy(dtype=float if numbers else object))
    else:
        values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
        if np.isnan(values).all():
            raise InputError(f"column {source.column!r} of the zones holds no number; expected numbers")
    return Measured(rasterize(zones.table.assign(value=values), inputs.grid, column="value").values, values)
