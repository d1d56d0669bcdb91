"""The power tables of ``layers/energy`` as one frozen value."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import fields
from functools import cache

import numpy as np
import pandas as pd

from geotransfer.catalog.entries import shipped_bytes
from geotransfer.energy.estimate import Estimate
from geotransfer.energy.hydro import seasonal_mean
from geotransfer.energy.price_tables import AreaFigures, PowerTables, PriceParameters
from geotransfer.types import FloatArray, IntArray

__all__ = ["POWER_TABLES", "power_tables"]

BENCHMARK = "energy/coal_benchmark_tariff.csv"
PRICE_TERMS = "energy/power_price_terms.csv"
PARAMETERS = "energy/power_price_parameters.csv"
HYDRO = "energy/hydro.csv"
UTILISATION = "energy/renewable_utilisation.csv"
INDUSTRY = "energy/industry_power_prices.csv"
EXPORTS = "energy/power_exports.csv"
FACTORS = "energy/grid_emission_factors.csv"
POWER_TABLES = (BENCHMARK, PRICE_TERMS, PARAMETERS, HYDRO, UTILISATION, INDUSTRY, EXPORTS, FACTORS)
"""What `power_tables` reads below ``layers/``."""

_RESTS_ON = {
    "transmission": ("transmission",),
    "losses": ("loss_rate",),
    "funds": ("funds",),
    "demand": ("demand_charge",),
}
"""Term of a price -> the terms of the table it is made of."""
_ALWAYS = ("energy", "system_operation", "plant", "backup", "green", "storage", "all_in")
"""Terms made of a national assumption whatever the area's figures are."""


@cache
def power_tables() -> PowerTables:
    """Return the shipped power tables.

    Examples
    --------
    >>> tables = power_tables()
    >>> len(tables.areas), tables.provinces[tables.areas.index("蒙东")]
    (33, '内蒙古自治区')
    """
    benchmark = _read(BENCHMARK).set_index("price_area")
    areas = tuple(benchmark.index)
    provinces = tuple(benchmark["province"])
    factors = _read(FACTORS)
    terms, hydro, used = _read(PRICE_TERMS), _read(HYDRO), _read(UTILISATION)
    figures = {
        "benchmark": _estimate(benchmark.rename(columns={"yuan_per_kwh": "value"}), areas),
        **{term: _of(terms, "term", term, areas) for term in terms["term"].unique()},
        **{item: _of(hydro, "item", item, areas) for item in hydro["item"].unique()},
        **{f"{name}_utilisation": _of(used, "technology", name, areas) for name in ("wind", "solar")},
        "average_factor": _average_factor(factors, provinces),
    }
    national = factors[factors["level"] == "national"].set_index("account")["kgco2_per_kwh"].astype(float)
    lines, gigawatt, terawatt_hours = _exports(areas)
    return PowerTables(
        areas=areas,
        provinces=provinces,
        figures=AreaFigures(**figures),
        industry=_industry(areas, figures["wet_months"].value),
        parameters=_parameters(),
        residual_factor=float(national["residual"]),
        fossil_factor=float(national["fossil"]),
        export_lines=lines,
        export_gw=gigawatt,
        export_twh=terawatt_hours,
        assumed=_assumed(terms),
    )


def _read(file: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(shipped_bytes(file)))


def _estimate(rows: pd.DataFrame, areas: Iterable[str]) -> Estimate:
    numbers = rows.reindex(list(areas))[["value", "low", "high"]].to_numpy(dtype=np.float64)
    return Estimate(numbers[:, 0], numbers[:, 1], numbers[:, 2])


def _of(rows: pd.DataFrame, column: str, name: str, areas: Iterable[str]) -> Estimate:
    return _estimate(rows[rows[column] == name].set_index("price_area"), areas)


def _average_factor(factors: pd.DataFrame, provinces: Iterable[str]) -> Estimate:
    rows = factors[factors["level"] == "province"].set_index("name")["kgco2_per_kwh"].astype(float)
    value = rows.reindex(list(provinces)).to_numpy(dtype=np.float64)
    return Estimate(value, value, value)


def _parameters() -> PriceParameters:
    rows = _read(PARAMETERS).set_index("parameter")[["value", "low", "high"]].astype(float)
    return PriceParameters(**{field.name: Estimate(*rows.loc[field.name]) for field in fields(PriceParameters)})


def _industry(areas: tuple[str, ...], wet_months: FloatArray) -> dict[str, Estimate]:
    """One figure per area: seasons weighed by their length."""
    rows = _read(INDUSTRY)
    prices = {}
    for user, own in rows.groupby("user"):
        whole, wet, dry = (_of(own, "season", season, areas) for season in ("year", "wet", "dry"))
        months = np.where(np.isfinite(wet.value), wet_months, np.nan)
        prices[str(user)] = whole.where(np.isfinite(whole.value), seasonal_mean(wet, dry, wet_months=months))
    return prices


def _exports(areas: tuple[str, ...]) -> tuple[IntArray, FloatArray, FloatArray]:
    """Lines in operation, with the sums of the figures that are known."""
    rows = _read(EXPORTS)
    rows = rows[rows["status_2023"] == "operating"]
    start = rows["price_area"].to_numpy(dtype=str)
    lines = np.array([(start == area).sum() for area in areas], dtype=np.int64)
    gigawatt, terawatt_hours = (
        np.array([rows.loc[start == area, column].astype(float).sum() for area in areas])
        for column in ("capacity_gw", "energy_twh_per_a")
    )
    return lines, gigawatt, terawatt_hours


def _assumed(terms: pd.DataFrame) -> frozenset[str]:
    """Terms with an assumption, or with an official figure of another year, behind them."""
    weak = terms[(terms["quality"] == "assumption") | (terms["year"] != 2023)]["term"].unique()
    return frozenset(_ALWAYS) | {term for term, made_of in _RESTS_ON.items() if set(made_of) & set(weak)}
