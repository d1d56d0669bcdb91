"""What a map says beside the flows of a relocation plan: totals, and the structure before and after."""

from __future__ import annotations

from dataclasses import dataclass

from geotransfer.maps.overlays import Overlay
from geotransfer.types import Text

__all__ = ["PlanPanel", "ProvinceShift"]


@dataclass(frozen=True)
class ProvinceShift:
    """One province: what it has of an industry before and after, as text and as a share 0..1 of the longest bar."""

    province: str
    before: Text
    after: Text
    before_share: float
    after_share: float


@dataclass(frozen=True)
class PlanPanel:
    """The plan a map shows.

    Parameters
    ----------
    title : Text
        Stands in the place of the scenario's.
    lines : tuple of Text
        What moves, what it costs, what it does to CO2.
    shifts : tuple of (Text, tuple of ProvinceShift)
        Head and rows of each industry's table.
    places : Overlay, optional
        Where the plants are built.
    """

    title: Text
    lines: tuple[Text, ...]
    shifts: tuple[tuple[Text, tuple[ProvinceShift, ...]], ...]
    places: Overlay | None = None
