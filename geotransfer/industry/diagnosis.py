"""Does a province lose its manufacturing: none, structural or aggregate de-industrialisation, or unknown.

A series *falls* when its Mann-Kendall p, adjusted for all tests of the panel, is at most alpha and its slope is
negative. De-industrialisation is a sustained fall of both the share of manufacturing in employment and its share in
GDP (Tregenna 2009, Cambridge Journal of Economics 33(3), 433-466). It is *aggregate* (总量去工业化) when manufacturing
itself shrinks - value added and employment both fall too - and *structural* (结构性去工业化) when the shares fall while
value added or employment does not. That last distinction has no single published definition; it is geotransfer's
own, after Tregenna's separation of shares and levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geotransfer.errors import InputError
from geotransfer.industry.panel import Panel
from geotransfer.industry.trends import Trend, adjusted, trend
from geotransfer.types import Text

__all__ = ["SERIES", "VERDICTS", "Diagnosis", "diagnose"]

SHARE_SERIES = ("manufacturing_share", "manufacturing_employment_share")
LEVEL_SERIES = ("manufacturing_value_added", "manufacturing_employment")
SERIES = {
    "manufacturing_share": Text(zh="制造业增加值占比", en="share of manufacturing in GDP"),
    "manufacturing_employment_share": Text(zh="制造业就业占比", en="share of manufacturing in employment"),
    "manufacturing_value_added": Text(zh="制造业增加值", en="value added of manufacturing"),
    "manufacturing_employment": Text(zh="制造业就业", en="employment in manufacturing"),
    "exports": Text(zh="出口", en="exports"),
    "gdp": Text(zh="地区生产总值", en="GDP"),
}
"""What is tested, in this order; exports and GDP are shown and decide nothing."""
VERDICTS = {
    "none": Text(zh="未见去工业化", en="none shown"),
    "structural": Text(zh="结构性去工业化", en="structural"),
    "aggregate": Text(zh="总量去工业化", en="aggregate"),
    "unknown": Text(zh="无法判断", en="unknown"),
}
_CONSTANT = ("constant", "real", "不变", "可比")


@dataclass(frozen=True)
class Diagnosis:
    """The verdicts and what they rest on.

    Parameters
    ----------
    table : DataFrame
        One row a province: ``province``, ``verdict`` (a key of `VERDICTS`), ``reason_zh``, ``reason_en``.
    trends : DataFrame
        One row a province and series of `SERIES` that has values: ``province``, ``series``, ``unit`` (of the slope; pp
        = percentage points), ``n``, ``first``, ``last`` (years), ``slope``, ``slope_low``, ``slope_high`` (95 %),
        ``tau``, ``p``, ``p_adjusted``, ``trend`` ("falls", "rises", "no trend", "too short").
    missing : tuple of Text
        Series no province has, so that nothing rests on them.
    notes : tuple of Text
        What the reader must know about the input.
    alpha, min_years : float, int
        As given.
    """

    table: pd.DataFrame
    trends: pd.DataFrame
    missing: tuple[Text, ...]
    notes: tuple[Text, ...]
    alpha: float
    min_years: int

    def wide(self) -> pd.DataFrame:
        """Return one row a province: the verdict, then what was found of each series, as ``<series>_<column>``."""
        wide = self.table
        for name in dict.fromkeys(self.trends["series"]):
            rows = self.trends[self.trends["series"] == name].drop(columns="series").set_index("province")
            wide = wide.join(rows.add_prefix(f"{name}_"), on="province")
        return wide


def diagnose(panel: Panel, *, alpha: float = 0.05, min_years: int = 8) -> Diagnosis:
    """Tell per province whether it de-industrialises, and in which way.

    Parameters
    ----------
    panel : Panel
        From `read_panel`.
    alpha : float
        A trend is one at an adjusted p of at most this.
    min_years : int
        Series with fewer years are "too short", and what needs them is unknown. A convention: with fewer than 8 years
        almost only unbroken falls would pass the test. At least 4.

    Returns
    -------
    Diagnosis

    Raises
    ------
    InputError
        ``alpha`` outside 0 to 1, or ``min_years`` under 4.

    Notes
    -----
    See the module for the definitions. "none" means that a fall of both shares is not shown, not that it is disproved.
    p-values are adjusted over all series of all provinces together (Benjamini-Hochberg).

    Examples
    --------
    >>> import pandas as pd
    >>> from geotransfer.industry.panel import read_panel
    >>> years = range(2012, 2024)
    >>> made_up = pd.DataFrame({
    ...     "province": "上海", "year": years,
    ...     "manufacturing_share": [0.36 - 0.01 * i for i in range(12)],
    ...     "manufacturing_employment_share": [0.30 - 0.01 * i for i in range(12)],
    ...     "manufacturing_value_added (1e8 yuan, constant prices)": [6000 + 100 * i for i in range(12)],
    ... })
    >>> found = diagnose(read_panel(made_up))
    >>> found.table.loc[0, ["province", "verdict"]].tolist()
    ['上海市', 'structural']
    """
    if not 0 < alpha < 1:
        raise InputError(f"alpha is {alpha}, expected a number between 0 and 1, such as 0.05")
    if min_years < 4:
        raise InputError(f"min_years is {min_years}, expected at least 4: fewer years cannot show a trend")
    trends = _trends(panel, alpha=alpha, min_years=min_years)
    current = _current_prices(panel)
    rows = []
    for province in panel.table["province"].unique():
        states = dict(trends.loc[trends["province"] == province, ["series", "trend"]].to_numpy())
        verdict, reason = _verdict(states, min_years=min_years, current=current)
        rows.append({"province": province, "verdict": verdict, "reason_zh": reason.zh, "reason_en": reason.en})
    missing = tuple(words for name, words in SERIES.items() if name not in panel.units)
    return Diagnosis(pd.DataFrame(rows), trends, missing, _notes(panel, current), alpha, min_years)


def _trends(panel: Panel, *, alpha: float, min_years: int) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for province, group in panel.table.groupby("province", sort=False):
        for name in (name for name in SERIES if name in panel.units):
            known = group[["year", name]].dropna()
            if len(known):
                rows.append({"province": province, "series": name, **_row(known, name, panel, min_years)})
    if not rows:
        raise InputError(f"the panel has no value of {', '.join(SERIES)}; give at least one of them")
    table = pd.DataFrame(rows)
    table["p_adjusted"] = adjusted(table["p"])
    clear = table["p_adjusted"] <= alpha
    falls, rises = clear & (table["tau"] < 0), clear & (table["tau"] > 0)
    short = table["n"] < min_years
    table["trend"] = np.select([short, falls, rises], ["too short", "falls", "rises"], "no trend")
    return table


def _row(known: pd.DataFrame, name: str, panel: Panel, min_years: int) -> dict[str, Any]:
    share = name in SHARE_SERIES
    years, values = known["year"].to_numpy(), known[name].to_numpy() * (100 if share else 1)
    nothing = Trend(len(known), *(np.nan,) * 5)
    found = trend(years, values) if len(known) >= min_years else nothing
    return {
        "unit": "pp/a" if share else f"{panel.units[name]}/a",
        "n": found.n,
        "first": int(years.min()),
        "last": int(years.max()),
        "slope": found.slope,
        "slope_low": found.low,
        "slope_high": found.high,
        "tau": found.tau,
        "p": found.p,
    }


def _falls(states: dict[str, str], name: str) -> bool | None:
    state = states.get(name, "too short")
    return None if state == "too short" else state == "falls"


def _verdict(states: dict[str, str], *, min_years: int, current: bool) -> tuple[str, Text]:
    shares = {name: _falls(states, name) for name in SHARE_SERIES}
    levels = {name: _falls(states, name) for name in LEVEL_SERIES}
    if False in shares.values():
        return "none", _sentence([n for n, fell in shares.items() if fell is False], "未显著下降", "shows no fall")
    if None in shares.values():
        return "unknown", _untestable([n for n, fell in shares.items() if fell is None], states, min_years)
    if False in levels.values():
        stays = [name for name, fell in levels.items() if fell is False]
        reason = _sentence(stays, "未显著下降, 而两项占比均下降", "shows no fall while both shares fall")
        if stays == ["manufacturing_value_added"] and current:
            reason = Text(
                zh=reason.zh + ";按现价计, 价格上涨可掩盖下降",
                en=reason.en + "; at current prices, where inflation may hide a fall",
            )
        return "structural", reason
    if None in levels.values():
        return "unknown", _untestable([n for n, fell in levels.items() if fell is None], states, min_years)
    return "aggregate", Text(
        zh="两项占比及制造业增加值、就业均下降",
        en="both shares fall, and value added and employment of manufacturing fall as well",
    )


def _sentence(names: list[str], zh: str, en: str) -> Text:
    return Text(
        zh="、".join(SERIES[name].zh for name in names) + zh,
        en="; ".join(f"{SERIES[name].en} {en}" for name in names),
    )


def _untestable(names: list[str], states: dict[str, str], min_years: int) -> Text:
    short = [name for name in names if name in states]
    absent = [name for name in names if name not in states]
    parts = [_sentence(short, f"不足 {min_years} 年", f"has fewer than {min_years} years")] if short else []
    parts += [_sentence(absent, "缺数据", "is not given")] if absent else []
    return Text(zh=";".join(part.zh for part in parts), en="; ".join(part.en for part in parts))


def _current_prices(panel: Panel) -> bool:
    unit = panel.units.get("manufacturing_value_added")
    return unit is not None and not any(word in unit.lower() for word in _CONSTANT)


def _notes(panel: Panel, current: bool) -> tuple[Text, ...]:
    notes = []
    unit = panel.units.get("manufacturing_value_added", "")
    if current:
        notes.append(
            Text(
                zh=f"制造业增加值 ({unit}) 未说明不变价, 视为现价: 上升可能只是涨价",
                en=f"value added of manufacturing ({unit}) is not said to be at "
                "constant prices and is taken as current: a rise may be inflation",
            )
        )
    if panel.filled:
        notes.append(
            Text(
                zh=f"{len(panel.filled)} 个缺值按直线内插, 不是观测, p 值因此偏小: {'、'.join(panel.filled[:6])}",
                en=f"{len(panel.filled)} missing values were interpolated; they are no observations and make p too "
                f"small: {', '.join(panel.filled[:6])}",
            )
        )
    if panel.derived:
        derived = "; ".join(panel.derived)
        notes.append(Text(zh=f"推算: {derived}", en=f"derived: {derived}"))
    if panel.ignored:
        ignored = ", ".join(panel.ignored)
        notes.append(Text(zh=f"未使用的列: {ignored}", en=f"columns not used: {ignored}"))
    return tuple(notes)
