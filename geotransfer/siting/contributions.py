"""A score taken apart, criterion by criterion."""

from __future__ import annotations

import numpy as np

from geotransfer.errors import InputError
from geotransfer.siting.score_field import ScoreField
from geotransfer.types import FloatArray, Text

__all__ = ["ADDS_UP", "LEAVE_ONE_OUT", "contributions", "losses"]

ADDS_UP = Text(
    zh="贡献 = 权重 × 得分, 各项之和即综合得分",
    en="contribution = weight x score; together they are the combined score",
)
LEAVE_ONE_OUT = Text(
    zh="该合成方法的得分不能拆成各项之和; 此处的贡献 = 综合得分 - 去掉该指标(权重按比例分给其余指标)后的得分, "
    "正为拉高, 负为拖低",
    en="a score of this method is no sum of parts; contribution here = the score minus the score without the criterion "
    "(its weight shared out in proportion): above 0 it lifts the place, below 0 it drags it",
)


def contributions(field: ScoreField, scores: FloatArray) -> FloatArray:
    """Return what each criterion does for the zone's combined score; see `ADDS_UP` and `LEAVE_ONE_OUT`.

    Parameters
    ----------
    field : ScoreField
        What the zone competes with.
    scores : ndarray
        Shape (criteria,): the zone's scores; those of weighted criteria known.

    Returns
    -------
    ndarray
        Shape (criteria,); 0 for a criterion of weight 0, NaN where all zones are alike without it and the method has
        nothing to compare.
    """
    if field.how.method == "weighted_sum":
        return np.where(field.weights > 0, field.weights * scores, 0.0)
    whole, _ = field.score_and_rank(scores)
    parts = np.zeros(len(scores))
    used = np.flatnonzero(field.weights > 0).tolist()
    if len(used) == 1:
        parts[used] = whole
        return parts
    for k in used:
        try:
            parts[k] = whole - field.without(k).score_and_rank(scores)[0]
        except InputError:
            parts[k] = np.nan
    return parts


def losses(field: ScoreField, scores: FloatArray) -> FloatArray:
    """Return what the combined score would gain if each criterion, by itself, had its best score of 1."""
    whole, _ = field.score_and_rank(scores)
    lost = np.zeros(len(scores))
    for k in np.flatnonzero(field.weights > 0).tolist():
        best = scores.copy()
        best[k] = 1.0
        lost[k] = field.score_and_rank(best)[0] - whole
    return lost
