"""Where a zone stands among the others, or would stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geotransfer.siting.score_field import ScoreField
from geotransfer.types import FloatArray

__all__ = ["Standing", "number_of", "standing_of", "text_of"]

NOWHERE: tuple[float | None, int | None] = (None, None)


@dataclass(frozen=True)
class Standing:
    """Where the score of a zone stands, or would stand.

    Attributes
    ----------
    score, rank
        Of a ranked zone; None otherwise.
    ranked : int
        Number of ranked zones.
    rank_in_province, rank_p05, rank_p95, top10_acceptability : float or None
        As in the ranking; None without a rank, or without draws.
    stability : str or None
        As in the ranking.
    would_score, would_rank
        Of an excluded zone, on the land that is left or measured, if no rule excluded it; None where a weighted
        criterion is missing. Of a ranked zone None.
    score_low, score_high, rank_low, rank_high
        Of an unknown zone: with the missing criteria at their worst and at their best. Else None.
    """

    score: float | None
    rank: int | None
    ranked: int
    rank_in_province: int | None
    rank_p05: float | None
    rank_p95: float | None
    top10_acceptability: float | None
    stability: str | None
    would_score: float | None
    would_rank: int | None
    score_low: float | None
    score_high: float | None
    rank_low: int | None
    rank_high: int | None


def standing_of(zone: pd.Series[Any], field: ScoreField, scores: FloatArray, *, whole: bool) -> Standing:
    """Return where a zone stands; `whole` says that it has every weighted criterion."""
    ranked = zone["status"] == "ranked"
    would, low, high = NOWHERE, NOWHERE, NOWHERE
    if zone["status"] == "excluded" and whole:
        would = field.score_and_rank(scores)
    if zone["status"] == "unknown" and not whole and len(field.others) and not field.compares:
        low, high = (field.score_and_rank(np.nan_to_num(scores, nan=filler)) for filler in (0.0, 1.0))
    draws = {column: number_of(zone.get(column)) for column in ("rank_p05", "rank_p95", "top10_acceptability")}
    inside = number_of(zone["rank_in_province"])
    return Standing(
        score=number_of(zone["score"]) if ranked else None,
        rank=int(zone["rank"]) if ranked else None,
        ranked=len(field.others) + int(ranked),
        rank_in_province=None if inside is None else int(inside),
        **draws,
        stability=text_of(zone.get("stability")) or None,
        would_score=would[0],
        would_rank=would[1],
        score_low=low[0],
        score_high=high[0],
        rank_low=low[1],
        rank_high=high[1],
    )


def text_of(value: Any) -> str:
    """Return a cell of the ranking as text, "" where it is missing."""
    return "" if value is None or value != value else str(value)


def number_of(value: Any) -> float | None:
    """Return a cell of the ranking as a number, None where it is missing."""
    return None if value is None or pd.isna(value) else float(value)
