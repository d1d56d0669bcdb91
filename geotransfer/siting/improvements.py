"""What would have to change for a zone to enter the best few: one criterion at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geotransfer.siting.score_field import ScoreField
from geotransfer.siting.score_values import value_for_score
from geotransfer.spec.criteria import Criterion
from geotransfer.types import FloatArray, Text

__all__ = ["Improvement", "improvements"]

HALVINGS = 40
"""Of the way to a score of 1: 1e-12, the decimals scores are compared with."""
HALVINGS_COMPARING = 20
"""For methods that have to compare all zones again each time."""


@dataclass(frozen=True)
class Improvement:
    """What one criterion would have to become, all else as it is.

    Attributes
    ----------
    name, title, unit
        Of the criterion.
    value, score : float
        As they are.
    value_needed, score_needed : float or None
        As they would have to be; None where `reachable` is False.
    reachable : bool
        False where even a score of 1 in this criterion is not enough, or where no value earns the score.
    rank_at_best : int
        The rank with a score of 1 in this criterion.
    """

    name: str
    title: Text
    unit: str
    value: float
    score: float
    value_needed: float | None
    score_needed: float | None
    reachable: bool
    rank_at_best: int


def improvements(
    field: ScoreField,
    scores: FloatArray,
    values: FloatArray,
    records: Sequence[Mapping[str, Any]],
    criteria: Mapping[str, Criterion],
    *,
    top: int,
) -> tuple[Improvement, ...]:
    """Return, for each weighted criterion, the score and the value that bring the zone among the best `top`.

    Parameters
    ----------
    field : ScoreField
        What the zone competes with.
    scores, values : ndarray
        Shape (criteria,): of the zone.
    records : sequence
        The criteria in run.json.
    criteria : mapping
        The criteria of the scenario.
    top : int
        Number of places.
    """
    found = []
    for k in np.flatnonzero(field.weights > 0).tolist():
        record = records[k]
        at_best = _rank_with(field, scores, k, 1.0)
        needed = _needed_score(field, scores, k, top) if at_best <= top else None
        value = None
        if needed is not None:
            value = value_for_score(criteria[record["id"]], record, float(values[k]), needed)
        reachable = value is not None
        found.append(
            Improvement(
                name=record["id"],
                title=Text(**record["title"]),
                unit=record["unit"],
                value=float(values[k]),
                score=float(scores[k]),
                value_needed=value,
                score_needed=needed if reachable else None,
                reachable=reachable,
                rank_at_best=at_best,
            )
        )
    return tuple(found)


def _rank_with(field: ScoreField, scores: FloatArray, k: int, score: float) -> int:
    """Return the rank of the zone with another score in criterion `k`."""
    changed = scores.copy()
    changed[k] = score
    return field.score_and_rank(changed)[1]


def _needed_score(field: ScoreField, scores: FloatArray, k: int, top: int) -> float:
    """Return the lowest score in criterion `k` with which the zone is among the best; a score of 1 is enough."""
    low, high = float(scores[k]), 1.0
    for _ in range(HALVINGS_COMPARING if field.compares else HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _rank_with(field, scores, k, middle) <= top else (middle, high)
    return high
