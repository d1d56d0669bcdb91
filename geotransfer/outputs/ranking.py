"""The tables of a finished folder, read back: columns, types and ranges as a run writes them, or refused by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geotransfer.errors import InputError
from geotransfer.guard.bounded import LARGEST
from geotransfer.guard.parquet import read_flat_parquet
from geotransfer.guard.wkb import is_plain_wkb
from geotransfer.outputs.record import ResultPart
from geotransfer.results.columns import column_descriptions
from geotransfer.spec.scenario import Scenario

__all__ = ["read_ranking", "read_rule_areas", "read_table"]

GEOMETRY = "geometry"
TEXTS = ("zone", "adcode", "name", "kind", "province", "prefecture", "status", "first_failed_rule", "reason",
         "unchecked_rules")  # fmt: skip
"""Texts that every ranking has."""
NUMBERS = ("rank", "score", "area_km2", "eligible_km2", "excluded_share", "nodata_share", "rank_in_province")
KNOWN = ("area_km2", "eligible_km2", "nodata_share")
"""Numbers that every zone has."""
STATES = ("ranked", "excluded", "unknown")
SHAPES = (0, 3, 4, 6)
"""Of shapely: points and polygons, one or several."""
SLACK = 1e-6
COUNTS = ("rank", "rank_cost", "rank_p05", "rank_p95", "rank_in_province", "rank_of_province")


def read_table(path: Path) -> pd.DataFrame:
    """Return a table of numbers and texts: whole numbers as Int64, missing texts as None.

    Raises
    ------
    InputError
        It cannot be read.
    """
    table = read_flat_parquet(path)
    try:
        frame: pd.DataFrame = table.to_pandas(
            types_mapper={pa.int64(): pd.Int64Dtype()}.get, ignore_metadata=True, use_threads=False
        )
    except (ValueError, TypeError, OverflowError, pa.ArrowException) as error:
        raise _unfit(path, str(error)) from error
    return frame


def read_ranking(path: Path, scenario: Scenario, record: ResultPart, *, shapes: bool) -> pd.DataFrame:
    """Return the ranking, with its shapes in EPSG:4326 where it holds them.

    Parameters
    ----------
    path : Path
        ranking.parquet.
    scenario, record
        Of its run.json: which columns it has.
    shapes : bool
        Whether it holds shapes; in the folder of a batch it does not.

    Raises
    ------
    InputError
        A column that is missing or of another type, a value that no run writes.
    """
    table = read_table(path)
    criteria = [criterion.id for criterion in record.criteria]
    _check_columns(path, table, criteria, [GEOMETRY] if shapes else [])
    table = _of_types(path, table, scenario)
    if "rank_cost" in table:
        terms = record.industry.terms if record.industry else []
        _check_has(path, table, ["product_unit"], text=True)
        _check_has(path, table, ["delivered_cost_yuan_per_unit", *(term.column for term in terms)])
    _check_values(path, table, criteria)
    _check_ranks(path, table)
    _check_ranked(path, table, record)
    if not shapes:
        return table
    plain, shapes_of = table.drop(columns=GEOMETRY), _shapes(path, table[GEOMETRY])
    whole: pd.DataFrame = gpd.GeoDataFrame(plain, geometry=shapes_of, crs="EPSG:4326")
    return whole


def read_rule_areas(path: Path) -> pd.DataFrame:
    """Return what each rule takes of each zone.

    Raises
    ------
    InputError
        It is no such table.
    """
    table = read_table(path)
    table = _empty_fits(table, ("zone", "rule"), ("alone_km2", "in_order_km2"))
    _check_has(path, table, ["zone", "rule"], text=True)
    _check_has(path, table, ["alone_km2", "in_order_km2"])
    if table[["zone", "rule"]].isna().any(axis=None) or table.duplicated(["zone", "rule"]).any():
        raise _unfit(path, "a pair of zone and rule is missing or stands twice")
    for name in ("alone_km2", "in_order_km2"):
        _check_range(path, table, name, -LARGEST, LARGEST, known=True)
    return table


def _check_columns(path: Path, table: pd.DataFrame, criteria: list[str], more: Iterable[str]) -> None:
    wanted = [*TEXTS, *NUMBERS, *criteria, *(f"score_{name}" for name in criteria), *more]
    missing = [name for name in wanted if name not in table]
    if missing:
        raise _unfit(path, f"it has no column {', '.join(map(repr, missing[:5]))}")


def _of_types(path: Path, table: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Hold every column that the package knows to its type: those without a unit are texts. An empty one fits both."""
    known = {column.name: column.unit for column in column_descriptions(scenario, table.columns)}
    texts = {*TEXTS, *(name for name, unit in known.items() if unit == "" and name not in scenario.criteria)}
    numbers = {*NUMBERS, *known} - texts
    table = _empty_fits(table, texts, numbers)
    _check_has(path, table, [name for name in table if name in texts], text=True)
    _check_has(path, table, [name for name in table if name in numbers])
    return table


def _empty_fits(table: pd.DataFrame, texts: Collection[str], numbers: Collection[str]) -> pd.DataFrame:
    """Give a column without values the type it would have with some: a file does not say which."""
    empty = [str(name) for name in table if table[name].isna().all() and table[name].dtype != "Int64"]
    as_text = {name: pd.Series([None] * len(table), index=table.index, dtype=object) for name in empty if name in texts}
    return table.assign(**as_text).astype({name: np.float64 for name in empty if name in numbers})


def _check_has(path: Path, table: pd.DataFrame, names: Collection[str], *, text: bool = False) -> None:
    for name in names:
        if name not in table:
            raise _unfit(path, f"it has no column {name!r}")
        number = pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name])
        words = not number and table[name].map(lambda cell: isinstance(cell, str) or pd.isna(cell)).all()
        if (text and not words) or (not text and not number):
            raise _unfit(path, f"column {name!r} holds {table[name].dtype}, expected {'texts' if text else 'numbers'}")


def _check_values(path: Path, table: pd.DataFrame, criteria: list[str]) -> None:
    zones = table["zone"]
    if zones.empty:
        raise _unfit(path, "it has no zones")
    if zones.isna().any() or zones.duplicated().any():
        raise _unfit(path, "a key of a zone is missing or stands twice")
    if not table["status"].isin(STATES).all():
        raise _unfit(path, f"a status is none of {', '.join(STATES)}")
    shares = {"score", "score_best_site", "score_mean", "score_low", "score_high", "excluded_share", "nodata_share",
              "top10_acceptability", *(f"score_{name}" for name in criteria)}  # fmt: skip
    for name in table.columns[[pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]]:
        low = -LARGEST
        if name in shares or name.endswith("_km2"):
            low = -SLACK
        elif name in COUNTS:
            low = 1 - SLACK
        _check_range(path, table, name, low, 1 + SLACK if name in shares else LARGEST, known=name in KNOWN)


def _check_range(path: Path, table: pd.DataFrame, name: str, low: float, high: float, *, known: bool) -> None:
    values = table[name].to_numpy(dtype=np.float64, na_value=np.nan)
    there = ~np.isnan(values)
    if known and not there.all():
        raise _unfit(path, f"column {name!r} holds no number in row {int(np.argmin(there)) + 1}")
    wrong = there & ~((values >= low) & (values <= high))
    if wrong.any():
        raise _unfit(path, f"column {name!r} holds {values[wrong][0]:g}, expected {low:g} to {high:g}")


def _check_ranks(path: Path, table: pd.DataFrame) -> None:
    ranked = (table["status"] == "ranked").to_numpy()
    rank = table["rank"].to_numpy(dtype=np.float64, na_value=np.nan)
    if not np.array_equal(rank[ranked], np.arange(1, ranked.sum() + 1)) or not np.isnan(rank[~ranked]).all():
        raise _unfit(path, "its ranks are not 1, 2, 3 ... of the ranked zones, best first")
    if not np.array_equal(~np.isnan(table["score"].to_numpy(dtype=np.float64, na_value=np.nan)), ranked):
        raise _unfit(path, "a ranked zone has no score, or another has one")


def _check_ranked(path: Path, table: pd.DataFrame, record: ResultPart) -> None:
    """Raise where a ranked zone lacks a weighted criterion, or a saving has no cost that it is measured against."""
    ranked = table[table["status"] == "ranked"]
    for criterion in record.criteria:
        if criterion.weight > 0 and ranked[[criterion.id, f"score_{criterion.id}"]].isna().any(axis=None):
            raise _unfit(path, f"a ranked zone lacks the weighted criterion {criterion.id!r}")
    origin = record.industry.origin if record.industry else None
    if "saving_yuan_per_unit" in table and origin is not None and origin.cost_yuan_per_unit is None:
        raise _unfit(path, "it has savings against an origin without a cost")


def _shapes(path: Path, column: pd.Series) -> np.ndarray:
    packed = column.to_numpy(dtype=object)
    if not all(isinstance(one, bytes) and is_plain_wkb(one) for one in packed):
        raise _unfit(path, "a shape is missing, or is neither a point nor a polygon")
    try:
        shapes: np.ndarray = shapely.from_wkb(packed, on_invalid="raise")
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        raise _unfit(path, f"a shape cannot be read ({error})") from error
    xy = shapely.get_coordinates(shapes)
    if not np.isin(shapely.get_type_id(shapes), SHAPES).all() or shapely.is_empty(shapes).any():
        raise _unfit(path, "a shape is empty, or is neither a point nor a polygon")
    if not (np.abs(xy) <= (360.5, 90.5)).all():
        raise _unfit(path, "a shape has coordinates that are no degrees")
    return shapes


def _unfit(path: Path, reason: str) -> InputError:
    return InputError(
        f"{str(path)!r} does not fit its run.json: {reason}; it is damaged, edited or of another version: get the "
        "folder again, or run the scenario again"
    )
