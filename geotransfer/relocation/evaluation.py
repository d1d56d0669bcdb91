"""A saved plan against what happened (评估机制)."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geotransfer.catalog.plain_text import utf8_text
from geotransfer.divisions.join import former_division
from geotransfer.divisions.today import match_divisions
from geotransfer.errors import InputError
from geotransfer.guard.formulas import as_given
from geotransfer.guard.sources import checked_source
from geotransfer.relocation.problem import UNITS
from geotransfer.relocation.provinces import full_name
from geotransfer.relocation.writing import read_record

__all__ = ["evaluate_matching"]

KEYS = ["origin", "industry", "zone"]
NAMED = 5
"""How many wrong cells an error names."""


def evaluate_matching(plan: str | os.PathLike[str], happened: str | os.PathLike[str]) -> pd.DataFrame:
    """Return planned and actual tonnes of each way.

    Parameters
    ----------
    plan : path
        Folder of `write_matching`.
    happened : path
        CSV with the columns origin (a province), industry (of the plan), zone (a key as in flows.csv, the name of a
        candidate, or the code of any county) and tonnes (0 or more); t/a, unless a column unit says t/a, kt/a or 万t/a
        of each row.

    Returns
    -------
    DataFrame
        origin, industry, zone, planned_t, happened_t, difference_t, done_share (what happened of what was planned, at
        most 1; NaN where nothing was planned) and verdict: "done" (95 % or more), "partly", "not started" (a row that
        says 0), "not reported" (planned, no row; counted as 0), "unplanned".

    Raises
    ------
    InputError
        No plan in the folder, a column or cell missing, a unit, zone, origin or industry that is not known, tonnes
        below 0 or not a number, a way named twice.

    Examples
    --------
    >>> evaluate_matching("nowhere", "happened.csv")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: folder 'nowhere' holds no matching: ...
    """
    record = read_record(plan)
    if record["conflict"] is not None:
        raise InputError(f"folder {str(plan)!r} holds a conflict, not a plan; there is nothing to compare")
    flows = Path(plan) / "flows.csv"
    planned = _flows(flows).assign(unit="t/a")
    actual = _known(_flows(happened), planned, record, what=repr(str(happened)))
    planned, actual = _tonnes(planned, "planned_t", flows), _tonnes(actual, "happened_t", happened)
    table = planned.merge(actual, on=KEYS, how="outer", indicator=True)
    silent = table.pop("_merge") == "left_only"
    table = table.fillna({"planned_t": 0.0, "happened_t": 0.0})
    table["difference_t"] = table["happened_t"] - table["planned_t"]
    share = table["happened_t"] / table["planned_t"].where(table["planned_t"] > 0)
    table["done_share"] = share.clip(upper=1.0)
    table["verdict"] = np.select(
        [silent, share.isna(), share >= 0.95, share > 0],
        ["not reported", "unplanned", "done", "partly"],
        default="not started",
    )
    return table


def _flows(path: str | os.PathLike[str]) -> pd.DataFrame:
    text = utf8_text(checked_source(path), what="table", expected="a CSV in UTF-8")
    try:
        table = pd.read_csv(io.StringIO(text), dtype=dict.fromkeys(KEYS, "str"))
    except ValueError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error}") from error
    missing = [column for column in [*KEYS, "tonnes"] if column not in table]
    if missing:
        raise InputError(f"{str(path)!r} has no column {', '.join(missing)}; expected {', '.join([*KEYS, 'tonnes'])}")
    if table.empty:
        raise InputError(f"{str(path)!r} has a header and no row; expected one a way")
    for column in [*KEYS, "tonnes"]:
        empty = table[column].isna() | (table[column].astype(str).str.strip() == "")
        if empty.any():
            lines = _some(str(number + 2) for number in np.flatnonzero(empty))
            raise InputError(f"{str(path)!r}: {column} is empty in line {lines}; fill it in or leave the row out")
    # the table of a plan, or one made from it, has apostrophes before what a spreadsheet would run
    given = table.assign(**{key: table[key].str.strip().map(as_given) for key in KEYS})
    # a spreadsheet may have made a number of the key
    return given.assign(zone=given["zone"].str.removesuffix(".0"))


def _known(actual: pd.DataFrame, planned: pd.DataFrame, record: Mapping[str, Any], *, what: str) -> pd.DataFrame:
    """Return what happened with origins, industries and zones as the plan calls them."""
    industries = set(planned["industry"]) | set(record.get("problem", {}).get("industries", {}))
    _refuse(actual["industry"], industries, f"{what}: industry", f"expected {', '.join(sorted(industries))}")
    by_name = {full_name(origin): origin for origin in planned["origin"]}
    origins = {origin: by_name.get(full_name(origin), origin) for origin in actual["origin"].unique()}
    candidates: dict[str, str] = record.get("candidates", {})
    named = {name: key for key, name in candidates.items() if list(candidates.values()).count(name) == 1}
    zones = actual["zone"].map(lambda zone: zone if zone in candidates else named.get(zone, zone))
    unknown = sorted(set(zones) - set(candidates) - set(planned["zone"]))
    if unknown:
        counties = set(match_divisions(unknown).query("how == 'adcode'")["adcode"])
        none = next((zone for zone in unknown if zone not in counties), "")
        told = "expected the key or the name of a candidate of the plan, or the code of a county"
        near = _near(none)
        _refuse(zones, counties | set(candidates) | set(planned["zone"]), f"{what}: zone", told + near)
    return actual.assign(origin=actual["origin"].map(origins), zone=zones)


def _near(zone: str) -> str:
    """Return what a zone that is none may have meant, in words; "" where nothing is like it."""
    found = match_divisions([zone]).iloc[0]
    one = f"{found['adcode']} {found['name']}" if found["adcode"] else str(found["candidates"])
    near = former_division(zone) or (f"nearest: {one}" if one else "")
    return f"; {near}" if near else ""


def _refuse(values: pd.Series, known: set[str], what: str, expected: str) -> None:
    strange = sorted(set(values) - known)
    if strange:
        raise InputError(f"{what} {_some(map(repr, strange))} is not known; {expected}")


def _some(words: Iterable[str]) -> str:
    listed = list(words)
    return ", ".join(listed[:NAMED]) + (f" and {len(listed) - NAMED} more" if len(listed) > NAMED else "")


def _tonnes(table: pd.DataFrame, column: str, path: str | os.PathLike[str]) -> pd.DataFrame:
    units = table["unit"].fillna("").astype(str).str.strip() if "unit" in table else pd.Series("t/a", index=table.index)
    _refuse(units, set(UNITS), f"{str(path)!r}: unit", f"expected {', '.join(UNITS)} in every row, or no column unit")
    tonnes = pd.to_numeric(table["tonnes"], errors="coerce") * units.map(UNITS)
    if not (np.isfinite(tonnes) & (tonnes >= 0)).all():
        raise InputError(f"{str(path)!r}: tonnes below 0 or not a number; expected 0 or more, t/a unless unit says so")
    if table.duplicated(KEYS).any():
        twice = table.loc[table.duplicated(KEYS), KEYS].iloc[0].tolist()
        raise InputError(f"{str(path)!r} names a way twice ({' / '.join(twice)}); add the tonnes up")
    return table.assign(**{column: tonnes})[[*KEYS, column]]
