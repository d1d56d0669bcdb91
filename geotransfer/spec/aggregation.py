"""How the scores of several criteria become one, by the method a scenario names.

Methods work on scores, which have fixed bounds: 1 is best, 0 worst, in every criterion. Those in `COMPARING` measure an
alternative against the others, so that its result changes when one comes or goes; the rest look at each by itself.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from geotransfer.errors import InputError
from geotransfer.mcda.aggregation import order_weights, ordered_weighted_average, weighted_product, weighted_sum
from geotransfer.mcda.ideal_points import Compromise, spotis, topsis, vikor
from geotransfer.mcda.outranking import promethee_ii
from geotransfer.spec.base import Model
from geotransfer.types import FloatArray

__all__ = ["COMPARING", "MODERATE_ORNESS", "Aggregation", "aggregate", "compromise_of"]

COMPARING = ("topsis_vector", "topsis_minmax", "vikor", "promethee_ii")
"""Methods whose result for one alternative depends on the others."""
MODERATE_ORNESS = 0.4
"""OWA leans a little to the worst criteria unless told: little compensation."""
MOST_PAIRS = 50_000
"""Alternatives up to which all pairs are compared: about a minute and a half at this number."""


class ByName(Model):
    """A method without options; ``topsis`` has fixed ideals (score 1 and score 0 in everything)."""

    method: Literal["weighted_sum", "weighted_product", "topsis", "topsis_vector", "topsis_minmax", "spotis"]


class Owa(Model):
    """Ordered weighted average: the best score of a place counts more (orness above 0.5) or less (below)."""

    method: Literal["owa"]
    orness: float = Field(default=MODERATE_ORNESS, ge=0, le=1)


class Vikor(Model):
    """Compromise between the sum of regrets (`group_weight` near 1) and the largest one (near 0); score = 1 - Q."""

    method: Literal["vikor"]
    group_weight: float = Field(default=0.5, ge=0, le=1)


class Promethee(Model):
    """PROMETHEE II on scores; score = (net flow + 1) / 2. Thresholds are differences of score, for all criteria."""

    method: Literal["promethee_ii"]
    preference: Literal["usual", "linear", "gaussian"] = "usual"
    indifference: float | None = Field(default=None, ge=0, le=1)
    strict: float | None = Field(default=None, gt=0, le=1)
    inflection: float | None = Field(default=None, gt=0, le=1)


def _named(value: Any) -> Any:
    return {"method": value} if isinstance(value, str) else value


Aggregation = Annotated[
    Annotated[ByName | Owa | Vikor | Promethee, Field(discriminator="method")], BeforeValidator(_named)
]


def aggregate(how: ByName | Owa | Vikor | Promethee, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Return one score per alternative, best high, in [0, 1].

    Parameters
    ----------
    how : Aggregation
        The method and its options.
    scores : ndarray
        Shape (..., criteria). For a method that compares, all of them are the alternatives: leave out those that are
        excluded.
    weights : ndarray
        Shape (criteria,), sum 1.

    Returns
    -------
    ndarray
        Shape (...,); NaN where a weighted criterion is NaN.

    Raises
    ------
    InputError
        The method cannot compare what it got (a single zone, zones all alike, too many pairs).

    Examples
    --------
    >>> two = np.array([[0.2, 1.0], [0.6, 0.6]])
    >>> aggregate(ByName(method="weighted_sum"), two, np.array([0.5, 0.5])).round(6)
    array([0.6, 0.6])
    >>> aggregate(Owa(method="owa", orness=0.0), two, np.array([0.5, 0.5])).round(6)
    array([0.2, 0.6])
    """
    if how.method == "weighted_sum":
        return weighted_sum(scores, weights)
    if how.method == "weighted_product":
        return weighted_product(scores, weights)
    if isinstance(how, Owa):
        emphasis = order_weights(int(np.count_nonzero(weights)), how.orness)
        return ordered_weighted_average(scores, weights, order_weights=emphasis)
    flat = scores.reshape(-1, scores.shape[-1])
    return _by_matrix(how, flat, weights).reshape(scores.shape[:-1])


def _by_matrix(how: ByName | Vikor | Promethee, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Return what methods that take a table (alternatives, criteria) say."""
    if not len(scores):
        return np.empty(0)
    directions = ["max"] * scores.shape[1]
    bounds = np.tile([0.0, 1.0], (scores.shape[1], 1))
    if how.method == "topsis":
        return topsis(scores, weights, directions=directions, normalization="fixed", bounds=bounds)
    if how.method == "topsis_vector":
        return topsis(scores, weights, directions=directions, normalization="vector")
    if how.method == "topsis_minmax":
        return topsis(scores, weights, directions=directions, normalization="minmax")
    if how.method == "spotis":
        return np.asarray(1.0 - spotis(scores, weights, directions=directions, bounds=bounds))
    if isinstance(how, Vikor):
        return np.asarray(1.0 - vikor(scores, weights, directions=directions, group_weight=how.group_weight).q)
    if isinstance(how, Promethee):
        return np.asarray((1.0 + _net_flow(how, scores, weights)) / 2.0)
    raise InputError(f"aggregation is {how.method!r}; expected a method this version knows")


def _net_flow(how: Promethee, scores: FloatArray, weights: FloatArray) -> FloatArray:
    if how.preference == "gaussian" and len(scores) > MOST_PAIRS:
        raise InputError(
            f"the gaussian preference compares all pairs of {len(scores):,} alternatives (cells), at most "
            f"{MOST_PAIRS:,}; use preference='usual' or 'linear', or a coarser grid.resolution"
        )
    return promethee_ii(
        scores,
        weights,
        directions=["max"] * scores.shape[1],
        preference=how.preference,
        indifference=how.indifference,
        strict=how.strict,
        inflection=how.inflection,
    )


def compromise_of(how: ByName | Owa | Vikor | Promethee, scores: FloatArray, weights: FloatArray) -> Compromise | None:
    """Return VIKOR's compromise and its two conditions; None for another method or fewer than two zones."""
    if not isinstance(how, Vikor) or len(scores) < 2:
        return None
    return vikor(scores, weights, directions=["max"] * scores.shape[1], group_weight=how.group_weight)
