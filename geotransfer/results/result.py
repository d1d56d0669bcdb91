"""`Result`: what a run gives back, a plain value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geotransfer.raster import Raster
from geotransfer.spec.scenario import Scenario
from geotransfer.types import Text

__all__ = ["Column", "Result"]


@dataclass(frozen=True)
class Column:
    """What a column of the ranking means: unit, meaning, source."""

    name: str
    unit: str
    meaning: Text
    source: str


@dataclass(frozen=True, eq=False)
class Result:
    """The answer of one run.

    Attributes
    ----------
    scenario : Scenario
        What was asked.
    ranking : GeoDataFrame
        EPSG:4326, best first; every zone of the study, ranked, excluded or unknown. `columns` says what each column is.
    suitability : Raster
        Combined score of the cell, 0..1 (1 best); NaN where excluded, unknown or outside the study area.
    excluded : Raster
        1 where a rule excludes the cell, 0 where none does, NaN outside the study area or without data.
    columns : tuple of Column
        Unit, meaning and source of each column of `ranking`.
    provenance : dict
        ``"result"`` (equal between runs of the same scenario) and ``"execution"`` (times, memory, versions).
    stability : Raster or None
        Probability that the cell is among the best tenth when the weights are drawn; None without draws.
    rule_areas : DataFrame or None
        Columns zone, rule, alone_km2, in_order_km2: what each rule (or veto) takes of each zone by itself, and beyond
        the rules before it; pairs without an area are left out. None for a folder of an older version.
    """

    scenario: Scenario
    ranking: gpd.GeoDataFrame
    suitability: Raster
    excluded: Raster
    columns: tuple[Column, ...]
    provenance: dict[str, Any]
    stability: Raster | None = None
    rule_areas: pd.DataFrame | None = None
