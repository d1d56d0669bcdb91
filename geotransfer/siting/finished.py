"""What this room needs of a finished run: what its folder holds, nothing that would have to be run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd

from geotransfer.spec.scenario import Scenario
from geotransfer.types import Text

__all__ = ["FinishedResult"]


class DescribedColumn(Protocol):
    """Name, unit and meaning of a column of the ranking."""

    @property
    def name(self) -> str:
        """Of the column."""

    @property
    def unit(self) -> str:
        """As the catalogue writes it."""

    @property
    def meaning(self) -> Text:
        """In both languages."""


class FinishedResult(Protocol):
    """A `Result`, of `run` or read back from its folder."""

    @property
    def scenario(self) -> Scenario:
        """What was asked."""

    @property
    def ranking(self) -> gpd.GeoDataFrame:
        """Zones, best first."""

    @property
    def columns(self) -> Sequence[DescribedColumn]:
        """What the columns of the ranking mean."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """``{"result": ..., "execution": ...}``."""

    @property
    def rule_areas(self) -> pd.DataFrame | None:
        """Area each rule takes of each zone; None where the folder is of an older version."""
