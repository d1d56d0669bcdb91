"""Which type of seed policy fits a county: resource-energy, ecological value, application scenario, local-rich."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geotransfer.errors import InputError
from geotransfer.industry.county_rules import Condition, CountyRule, Threshold, read_county_rules
from geotransfer.types import FloatArray

__all__ = ["county_types"]


def county_types(table: pd.DataFrame, *, rules: Sequence[CountyRule] | None = None) -> pd.DataFrame:
    """Give each county the first type of the rule table whose conditions it meets.

    Parameters
    ----------
    table : DataFrame
        One row a county; the columns of the rules in their units (NaN, or no column, = not known); others are ignored.
    rules : sequence of CountyRule, optional
        From `read_county_rules`; without it the shipped ones, whose thresholds are all assumptions.

    Returns
    -------
    DataFrame
        Index of `table`. ``county_type`` (name of a rule; "none" = no rule is met; "unknown" = a rule that comes first
        cannot be decided), ``title_zh``, ``title_en``, ``rule`` (the conditions that were met, as text), ``also``
        (other types that are met too), ``missing`` (columns that would be needed to decide), ``firm`` (True = the same
        type with all thresholds at their low and at their high).

    Raises
    ------
    InputError
        No column of the rules, text in numbers, a share (unit "1") outside 0 to 1, an infinite or negative value.

    Examples
    --------
    >>> import pandas as pd
    >>> counties = pd.DataFrame({"ecological_share": [0.8, 0.1, None], "ghi_kwh_m2_a": [1500, 1900, 1900]})
    >>> found = county_types(counties)
    >>> found["county_type"].tolist(), found["missing"].tolist()
    (['ecological_value', 'resource_energy', 'unknown'], ['', '', 'ecological_share'])
    """
    rules = tuple(rules) if rules is not None else read_county_rules()
    values = _values(table, rules)
    met = _met(rules, values)
    first = _first(met)
    names = np.array([*(rule.name for rule in rules), "none", "unknown"])
    ends = [_first(_met(rules, values, at=at)) for at in ("low", "high")]
    rows = [_row(rules, values, met, row, int(first[row])) for row in range(len(table))]
    frame = pd.DataFrame(rows, index=table.index, columns=["title_zh", "title_en", "rule", "also", "missing"])
    frame.insert(0, "county_type", names[first])
    frame["firm"] = (first != len(rules) + 1) & (ends[0] == first) & (ends[1] == first)
    return frame


def _values(table: pd.DataFrame, rules: Sequence[CountyRule]) -> dict[str, FloatArray]:
    conditions = {one.column: one for rule in rules for one in rule.conditions}
    if not set(conditions) & set(table.columns):
        raise InputError(
            f"the table has the columns {', '.join(map(str, table.columns))}; expected some of {', '.join(conditions)}"
        )
    missing = np.full(len(table), np.nan)
    return {name: _column(table[name], one) if name in table else missing for name, one in conditions.items()}


def _column(cells: pd.Series, condition: Condition) -> FloatArray:
    numbers = pd.to_numeric(cells, errors="coerce")
    text = cells[numbers.isna() & cells.notna() & (cells.astype(str).str.strip() != "")]
    if len(text):
        raise InputError(f"{condition.column} of {text.index[0]!r} is {text.iloc[0]!r}, expected a number")
    bad = numbers[(numbers < 0) | np.isinf(numbers) | ((numbers > 1) if condition.unit == "1" else False)]
    if len(bad):
        expected = "a fraction from 0 to 1 (divide per cent by 100)" if condition.unit == "1" else "at least 0"
        raise InputError(f"{condition.column} of {bad.index[0]!r} is {bad.iloc[0]:g}, expected {expected}")
    return numbers.to_numpy(dtype=np.float64)


def _met(rules: Sequence[CountyRule], values: dict[str, FloatArray], *, at: Threshold = "value") -> FloatArray:
    """Return shape (rules, counties): 1 met, 0 not, NaN undecided."""
    rows = []
    for rule in rules:
        each = np.array([one.holds(values[one.column], at=at) for one in rule.conditions])
        decided = 0.0 if rule.match == "all" else 1.0
        open_ = np.isnan(each).any(axis=0)
        rows.append(np.where((each == decided).any(axis=0), decided, np.where(open_, np.nan, 1 - decided)))
    return np.array(rows)


def _first(met: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the number of the first rule met; rules = none, rules + 1 = an undecided rule comes first."""
    count = len(met)
    stop = np.vstack([met != 0, np.ones((1, met.shape[1]), dtype=bool)])
    first = stop.argmax(axis=0)
    padded = np.vstack([met, np.ones((1, met.shape[1]))])
    undecided = np.isnan(padded[first, np.arange(met.shape[1])])
    return np.where(undecided, count + 1, first).astype(np.int64)


def _row(
    rules: Sequence[CountyRule], values: dict[str, FloatArray], met: FloatArray, row: int, first: int
) -> tuple[str, str, str, str, str]:
    unknown = first == len(rules) + 1
    # what stands behind a rule that is met cannot change the type
    before = int(np.append(met[:, row] == 1, True).argmax())
    open_ = [rules[number] for number in range(before) if unknown and np.isnan(met[number, row])]
    absent = dict.fromkeys(one.column for rule in open_ for one in rule.conditions if np.isnan(values[one.column][row]))
    also = [rule.name for number, rule in enumerate(rules) if met[number, row] == 1 and number != first]
    if first >= len(rules):
        title = ("无法判断", "unknown") if unknown else ("不属四类", "none of the types")
        return *title, "", ", ".join(also), ", ".join(absent)
    rule = rules[first]
    fired = [
        f"{one.column} {values[one.column][row]:g} {one.op} {one.value:g} {one.unit if one.unit != '1' else ''}".strip()
        for one in rule.conditions
        if one.holds(values[one.column][row : row + 1])[0] == 1
    ]
    return rule.title.zh, rule.title.en, "; ".join(fired), ", ".join(also), ""
