"""What a tonne costs on each mode, in yuan, hours and CO2; by class of goods, low, mid and high."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, TypeVar, get_args

import pandas as pd

from geotransfer.catalog.layers import layer_table
from geotransfer.errors import InputError

__all__ = [
    "COMMODITIES", "CRITERIA", "LEVELS", "MODES", "Commodity", "Criterion", "FreightRates", "Mode", "ModeFigures",
    "RateLevel", "choice", "freight_rates",
]  # fmt: skip

Mode = Literal["rail", "road", "river", "sea"]
Commodity = Literal["bulk", "container", "liquid"]
RateLevel = Literal["low", "mid", "high"]
Criterion = Literal["cost", "time", "co2", "generalised"]
MODES: tuple[Mode, ...] = get_args(Mode)
COMMODITIES: tuple[Commodity, ...] = get_args(Commodity)
LEVELS: tuple[RateLevel, ...] = get_args(RateLevel)
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True)
class ModeFigures:
    """One mode, for one class of goods.

    Parameters
    ----------
    rate : float
        yuan/t/km.
    terminal : float
        yuan/t of one loading or one unloading.
    speed : float
        km/h, with stops on the way.
    terminal_hours : float
        Hours of one loading or one unloading, with waiting.
    co2 : float
        kg CO2/t/km.
    circuity : float
        Length of the way / length of the straight line, where no length is published.
    """

    rate: float
    terminal: float
    speed: float
    terminal_hours: float
    co2: float
    circuity: float


@dataclass(frozen=True)
class FreightRates:
    """The figures of all modes for one class of goods.

    Parameters
    ----------
    modes : mapping of mode to ModeFigures
    value_of_time : float
        yuan/t/h: what an hour on the way costs in capital bound in the goods.
    commodity : str
    levels : mapping of mode to level
        Of the prices; a mode that is not named stands at "mid".

    Examples
    --------
    >>> rates = freight_rates("bulk")
    >>> rates.per_km("rail", "cost"), rates.per_handling("rail", "time")
    (0.14, 12.0)
    """

    modes: Mapping[Mode, ModeFigures]
    value_of_time: float
    commodity: Commodity = "bulk"
    levels: Mapping[Mode, RateLevel] = field(default_factory=dict)

    def per_km(self, mode: Mode, by: Criterion) -> float:
        """Return yuan, hours or kg CO2 of a tonne over one kilometre."""
        figures = self.modes[mode]
        if by == "co2":
            return figures.co2
        return self.combined(figures.rate, 1.0 / figures.speed, by)

    def per_handling(self, mode: Mode, by: Criterion) -> float:
        """Return yuan or hours of one loading or unloading; terminals count no CO2."""
        figures = self.modes[mode]
        return self.combined(figures.terminal, figures.terminal_hours, by)

    def combined(self, yuan: float, hours: float, by: Criterion) -> float:
        """Return the part of `yuan` and `hours` that counts for `by`."""
        if by == "co2":
            return 0.0
        if by == "time":
            return hours
        return yuan + (self.value_of_time * hours if by == "generalised" else 0.0)


def choice(value: str, choices: tuple[Choice, ...], *, what: str) -> Choice:
    """Return `value` as the one of `choices` it equals.

    Raises
    ------
    InputError
        It is none of them.

    Examples
    --------
    >>> choice("cost", CRITERIA, what="by")
    'cost'
    """
    for known in choices:
        if value == known:
            return known
    raise InputError(f"{what} is {value!r}, expected one of {', '.join(map(repr, choices))}")


def freight_rates(
    commodity: Commodity = "bulk", *, level: RateLevel | Mapping[Mode, RateLevel] = "mid"
) -> FreightRates:
    """Return the figures of the table ``freight-modes``; nearly all are assumptions, so run low and high too.

    Parameters
    ----------
    commodity : {"bulk", "container", "liquid"}
    level : {"low", "mid", "high"} or mapping of mode to one of them
        Of the prices (yuan/t/km and yuan/t); a mode that is not named stays at "mid".

    Raises
    ------
    InputError
        A class of goods, mode or level that does not exist.

    Examples
    --------
    >>> freight_rates("bulk", level={"rail": "high"}).per_km("rail", "cost")
    0.2
    """
    choice(commodity, COMMODITIES, what="commodity")
    levels = _levels(level)
    modes = {mode: _figures(commodity, mode, levels.get(mode, "mid")) for mode in MODES}
    return FreightRates(modes, _value(_rows(commodity, "any"), "value_of_time", "mid"), commodity, levels)


def _rows(commodity: Commodity, mode: str) -> pd.DataFrame:
    table = _table()
    return table[table["commodity"].isin(["all", commodity]) & (table["mode"] == mode)]


@cache
def _table() -> pd.DataFrame:
    return layer_table("freight-modes")


def _levels(level: RateLevel | Mapping[Mode, RateLevel]) -> Mapping[Mode, RateLevel]:
    levels: Mapping[Mode, RateLevel] = dict.fromkeys(MODES, level) if isinstance(level, str) else level
    for mode, name in levels.items():
        choice(mode, MODES, what="mode of a rate level")
        choice(name, LEVELS, what=f"rate level of {mode}")
    return levels


@cache
def _figures(commodity: Commodity, mode: Mode, level: RateLevel) -> ModeFigures:
    rows = _rows(commodity, mode)
    return ModeFigures(
        rate=_value(rows, "rate", level),
        terminal=_value(rows, "terminal", level),
        speed=_value(rows, "speed", "mid"),
        terminal_hours=_value(rows, "terminal_hours", "mid"),
        co2=_value(rows, "co2", "mid"),
        circuity=_value(rows, "circuity", "mid"),
    )


def _value(rows: pd.DataFrame, parameter: str, level: RateLevel) -> float:
    column = "value" if level == "mid" else level
    return float(rows.loc[rows["parameter"] == parameter, column].iloc[0])
