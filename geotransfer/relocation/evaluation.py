"""A saved plan against what happened (评估机制)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from geotransfer.errors import InputError
from geotransfer.formulas import as_given
from geotransfer.relocation.writing import read_record
from geotransfer.sources import checked_source

__all__ = ["evaluate_matching"]

KEYS = ["origin", "industry", "zone"]


def evaluate_matching(plan: str | os.PathLike[str], happened: str | os.PathLike[str]) -> pd.DataFrame:
    """Return planned and actual tonnes of each way.

    Parameters
    ----------
    plan : path
        Folder of `write_matching`.
    happened : path
        CSV with the columns origin, industry, zone (keys as in flows.csv) and tonnes (t/a, 0 or more).

    Returns
    -------
    DataFrame
        origin, industry, zone, planned_t, happened_t, difference_t, done_share (what happened of what was planned, at
        most 1; NaN where nothing was planned) and verdict: "done" (95 % or more), "partly", "not started", "unplanned".

    Raises
    ------
    InputError
        No plan in the folder, a column missing, tonnes below 0 or not a number, a way named twice.

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
    planned = _flows(Path(plan) / "flows.csv").rename(columns={"tonnes": "planned_t"})
    actual = _flows(happened).rename(columns={"tonnes": "happened_t"})
    table = planned.merge(actual, on=KEYS, how="outer").fillna({"planned_t": 0.0, "happened_t": 0.0})
    table["difference_t"] = table["happened_t"] - table["planned_t"]
    share = table["happened_t"] / table["planned_t"].where(table["planned_t"] > 0)
    table["done_share"] = share.clip(upper=1.0)
    table["verdict"] = np.select(
        [share.isna(), share >= 0.95, share > 0], ["unplanned", "done", "partly"], default="not started"
    )
    return table


def _flows(path: str | os.PathLike[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(checked_source(path), encoding="utf-8-sig", dtype=dict.fromkeys(KEYS, "str"))
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} cannot be read: {error}") from error
    missing = [column for column in [*KEYS, "tonnes"] if column not in table]
    if missing:
        raise InputError(f"{str(path)!r} has no column {', '.join(missing)}; expected {', '.join([*KEYS, 'tonnes'])}")
    tonnes = pd.to_numeric(table["tonnes"], errors="coerce")
    if not (np.isfinite(tonnes) & (tonnes >= 0)).all():
        raise InputError(f"{str(path)!r}: tonnes below 0 or not a number; expected t/a, 0 or more")
    # the table of a plan, or one made from it, has apostrophes before what a spreadsheet would run
    table = table.assign(**{key: table[key].map(as_given, na_action="ignore") for key in KEYS})
    if table.duplicated(KEYS).any():
        raise InputError(f"{str(path)!r} names a way twice; add the tonnes up")
    return table.assign(tonnes=tonnes)[[*KEYS, "tonnes"]]
