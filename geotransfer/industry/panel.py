"""A panel of provinces and years: read, checked, and what can be derived from it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geotransfer.catalog.provinces import OFFICIAL, official_names
from geotransfer.catalog.readers import read_table
from geotransfer.errors import InputError

__all__ = ["QUANTITIES", "SHARES", "Panel", "read_panel"]

Gaps = Literal["refuse", "skip", "interpolate"]
SHARES: Mapping[str, tuple[str, ...]] = {
    "manufacturing_share": ("manufacturing_value_added_share", "制造业占比", "制造业比重", "制造业增加值占比",
                            "制造业增加值比重", "制造业增加值占gdp比重"),
    "manufacturing_employment_share": ("制造业就业占比", "制造业就业比重", "制造业从业人员占比", "制造业从业人员比重"),
}  # fmt: skip
LEVELS: Mapping[str, tuple[str, ...]] = {
    "manufacturing_value_added": ("制造业增加值",),
    "manufacturing_employment": ("制造业就业人数", "制造业就业", "制造业从业人员", "制造业从业人员数"),
    "employment": ("total_employment", "就业人数", "全部就业", "就业人员", "从业人员"),
    "gdp": ("地区生产总值", "生产总值"),
    "exports": ("出口", "出口额", "出口总额"),
}
QUANTITIES = (*SHARES, *LEVELS)
"""The columns a panel may have; the other accepted names stand in SHARES and LEVELS."""
KEYS = {"province": ("region", "省份", "省", "地区", "省级行政区"), "year": ("年份", "年", "年度")}
_NAMES = {
    alias: name for group in (SHARES, LEVELS, KEYS) for name, others in group.items() for alias in (name, *others)
}
_HEADER = re.compile(r"^(?P<name>[^(\[（【]+?)\s*(?:[(\[（【](?P<unit>.+)[)\]）】])?$")
_FRACTION = ("", "1", "fraction", "share", "比例")
_PERCENT = ("%", "％", "percent", "百分比")


@dataclass(frozen=True)
class Panel:
    """A checked panel.

    Parameters
    ----------
    table : DataFrame
        One row a province and year, sorted: ``province`` (official name), ``year``, then those of `QUANTITIES` that
        are given or can be derived; shares are fractions, NaN = not given.
    units : mapping
        Column -> unit; shares have "1".
    ignored : tuple of str
        Columns of the file that no diagnosis reads.
    derived : tuple of str
        Columns made of others, e.g. ``"manufacturing_share = manufacturing_value_added / gdp"``.
    filled : tuple of str
        Values interpolated because the caller said so: ``"山东省 2015 gdp"``.
    """

    table: pd.DataFrame
    units: Mapping[str, str]
    ignored: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


def read_panel(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    quantity: str | None = None,
    gaps: Gaps = "refuse",
    encoding: str | None = None,
) -> Panel:
    """Read and check a panel of provinces and years.

    Parameters
    ----------
    source : path or DataFrame
        CSV with a row a province and year: ``province``, ``year`` and some of `QUANTITIES`, in English or Chinese,
        the unit in brackets behind the name: ``gdp (1e8 yuan)``, ``制造业占比(%)``. A share without unit is a
        fraction. Lines that begin with # are comments.
    quantity : str, optional
        For a wide table, whose columns are years: what its cells are, e.g. ``"gdp (1e8 yuan)"``.
    gaps : {"refuse", "skip", "interpolate"}
        What to do with years missing between a province's first and last: refuse the panel and name them, leave them
        out, or draw a straight line between the neighbours (recorded in `Panel.filled`; drawn values are no
        observations and make a trend look surer than it is).
    encoding : str, optional
        Of the CSV; without it UTF-8.

    Raises
    ------
    InputError
        No province, year or quantity; a level without unit; text in numbers; a negative value; a share over 1; two
        rows of one province and year; gaps.
    UnknownNameError
        A province that does not exist.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = read_panel(pd.DataFrame({"省份": ["山东", "山东"], "年份": [2020, 2021], "制造业占比(%)": [27.5, 27]}))
    >>> panel.table["manufacturing_share"].tolist(), panel.units
    ([0.275, 0.27], {'manufacturing_share': '1'})
    """
    if gaps not in ("refuse", "skip", "interpolate"):
        raise InputError(f"gaps is {gaps!r}, expected 'refuse', 'skip' or 'interpolate'")
    raw = source if isinstance(source, pd.DataFrame) else read_table(source, encoding=encoding, comment="#")
    table, units, ignored = _named(_long(raw, quantity))
    _refuse_duplicates(table)
    table = _sorted(table)
    filled: tuple[str, ...] = ()
    missing = _gaps(table)
    if missing and gaps == "refuse":
        raise InputError(
            f"the panel has {len(missing)} gap(s): {_some(missing)}; complete it, or say what to do: gaps='skip' "
            "(--gaps skip) leaves these years out, gaps='interpolate' draws a line between the neighbours"
        )
    if missing and gaps == "interpolate":
        table, filled = _interpolated(table), tuple(missing)
    table, units, derived = _with_derived(table, units)
    return Panel(table=table, units=units, ignored=ignored, derived=derived, filled=filled)


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    order = table["province"].map(OFFICIAL.index)
    return table.assign(_order=order).sort_values(["_order", "year"], ignore_index=True).drop(columns="_order")


def _long(raw: pd.DataFrame, quantity: str | None) -> pd.DataFrame:
    names = [str(column).strip() for column in raw.columns]
    years = [name for name in names if re.fullmatch(r"(1[89]|20)\d\d年?", name)]
    frame = raw.set_axis(names, axis=1)
    if not years:
        return frame
    if quantity is None:
        raise InputError(
            f"the columns {_some(years)} are years, and nothing says what the cells are; "
            "say quantity='gdp (1e8 yuan)' (--quantity), or give a column 'year'"
        )
    keys = [name for name in names if name not in years]
    return frame.melt(id_vars=keys, var_name="year", value_name=quantity)


def _named(raw: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str], tuple[str, ...]]:
    columns: dict[str, pd.Series] = {}
    units: dict[str, str] = {}
    ignored = []
    for header in raw.columns:
        if len(re.findall(r"[(（\[【]", str(header))) != len(re.findall(r"[)）\]】]", str(header))):
            raise InputError(
                f"column {str(header)!r} opens or closes a bracket only; a comma within a unit cuts the header in two: "
                "put the header in double quotes, or leave the comma out"
            )
        found = _HEADER.match(str(header).strip())
        name = _NAMES.get(found["name"].strip().lower().replace(" ", "_")) if found else None
        if found is None or name is None:
            ignored.append(str(header))
            continue
        if name in columns:
            raise InputError(f"two columns give {name}: the second is {header!r}; keep one")
        unit = (found["unit"] or "").strip()
        columns[name] = raw[header] if name == "province" else _numbers(raw[header], str(header), year=name == "year")
        if name not in KEYS:
            columns[name], units[name] = _in_unit(columns[name], name, unit, str(header))
    _require(columns, raw)
    table = pd.DataFrame(columns).assign(province=official_names(columns["province"]))
    return table.astype({"year": int})[["province", "year", *units]], units, tuple(ignored)


def _require(columns: Mapping[str, pd.Series], raw: pd.DataFrame) -> None:
    for key, others in KEYS.items():
        if key not in columns:
            raise InputError(
                f"the panel has the columns {', '.join(map(str, raw.columns))} and no {key!r}; name it {key} or "
                f"{' or '.join(others)}"
            )
    if not len(raw) or not set(columns) - set(KEYS):
        raise InputError(
            f"the panel holds no figures ({len(raw)} rows, columns {', '.join(map(str, raw.columns))}); expected some "
            f"of {', '.join(QUANTITIES)}, the unit in brackets"
        )
    year = columns["year"]
    wrong = year[year.isna() | (year % 1 != 0) | ~year.between(1800, 2100)]
    if len(wrong):
        raise InputError(f"year is {wrong.iloc[0]} in data row {_row(wrong)}; expected a year such as 2020")


def _numbers(cells: pd.Series, header: str, *, year: bool) -> pd.Series:
    texts = cells.astype("string").str.strip().str.removesuffix("年" if year else "")
    numbers = pd.to_numeric(texts, errors="coerce")
    text = texts[numbers.isna() & texts.notna() & (texts != "")]
    if len(text):
        raise InputError(
            f"column {header!r} holds {text.iloc[0]!r} in data row {_row(text)}, expected a number; no thousands "
            "separators, no unit in the cell, and an empty cell where nothing is known"
        )
    return numbers.astype("float64")


def _in_unit(values: pd.Series, name: str, unit: str, header: str) -> tuple[pd.Series, str]:
    bad = values[(values < 0) | np.isinf(values)]
    if len(bad):
        raise InputError(f"column {header!r} is {bad.iloc[0]:g} in data row {_row(bad)}; expected at least 0")
    if name in LEVELS:
        if not unit:
            raise InputError(f"column {header!r} states no unit; write it in brackets, e.g. '{header} (1e8 yuan)'")
        return values, unit
    if unit.lower() not in (*_FRACTION, *_PERCENT):
        raise InputError(f"column {header!r} is a share in {unit!r}; expected no unit (a fraction) or %")
    shares = values / 100 if unit.lower() in _PERCENT else values
    over = shares[shares > 1]
    if len(over):
        raise InputError(
            f"column {header!r} is {values[over.index[0]]:g} in data row {_row(over)}, and a share is at most 1 "
            f"(100 %); if these are per cent, name the column '{name} (%)'"
        )
    return shares, "1"


def _refuse_duplicates(table: pd.DataFrame) -> None:
    twice = table[table.duplicated(["province", "year"], keep="first")]
    if len(twice):
        names = [f"{row.province} {row.year}" for row in twice.itertuples()]
        raise InputError(f"{_some(names)} stand in more than one row; keep one row a province and year")


def _gaps(table: pd.DataFrame) -> list[str]:
    """Return ``"province year quantity"`` for what is missing between a first and a last value."""
    missing = []
    for name in table.columns[2:]:
        for province, values in table.set_index("year").groupby("province", sort=True)[name]:
            years = values.dropna().index
            between = range(int(years.min()), int(years.max())) if len(years) else range(0)
            missing += [f"{province} {year} {name}" for year in between if year not in years]
    return missing


def _interpolated(table: pd.DataFrame) -> pd.DataFrame:
    pieces = []
    for province, rows in table.groupby("province", sort=True):
        years = pd.RangeIndex(rows["year"].min(), rows["year"].max() + 1, name="year")
        values = rows.set_index("year").drop(columns="province").reindex(years)
        values = values.interpolate(method="linear", limit_area="inside")
        pieces.append(values.reset_index().assign(province=province))
    return _sorted(pd.concat(pieces, ignore_index=True)[list(table.columns)])


def _with_derived(table: pd.DataFrame, units: dict[str, str]) -> tuple[pd.DataFrame, dict[str, str], tuple[str, ...]]:
    table, units, derived = table.copy(), dict(units), []
    for share, part, whole in (
        ("manufacturing_share", "manufacturing_value_added", "gdp"),
        ("manufacturing_employment_share", "manufacturing_employment", "employment"),
    ):
        if share not in units and {part, whole} <= set(units):
            _same_unit(units, part, whole)
            table[share] = _checked_share(table, part, whole)
            units[share] = "1"
            derived.append(f"{share} = {part} / {whole}")
        elif part not in units and {share, whole} <= set(units):
            table[part] = table[share] * table[whole]
            units[part] = units[whole]
            derived.append(f"{part} = {share} x {whole}")
    return table, units, tuple(derived)


def _same_unit(units: Mapping[str, str], part: str, whole: str) -> None:
    if units[part] != units[whole]:
        raise InputError(
            f"{part} is in {units[part]!r} and {whole} in {units[whole]!r}; write both in one unit to form their ratio"
        )


def _checked_share(table: pd.DataFrame, part: str, whole: str) -> pd.Series:
    over = table[table[part] > table[whole]]
    if len(over):
        row = over.iloc[0]
        raise InputError(
            f"{part} of {row['province']} in {row['year']} is {row[part]:g}, more than {whole} {row[whole]:g}; "
            "check both"
        )
    return table[part] / table[whole].where(table[whole] > 0)


def _some(names: list[str], limit: int = 6) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _row(values: pd.Series) -> int:
    return int(values.index[0]) + 1
