"""Ranks when both the weights and the criteria are uncertain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.acceptability import RankAcceptability, checked_scores, totals, weight_generator
from geotransfer.mcda.rank_counts import RankCounter, row_slices
from geotransfer.mcda.ranking import RANK_DECIMALS
from geotransfer.mcda.uncertainty import CriterionError, ErrorDrawer
from geotransfer.mcda.weight_draws import WeightLaw, seed_blocks
from geotransfer.types import FloatArray

__all__ = ["Aggregate", "Scorer", "uncertain_ranking"]

Scorer = Callable[[FloatArray], FloatArray]
"""Values of one criterion, any shape -> scores in [0, 1] of the same shape."""
Aggregate = Callable[[FloatArray, FloatArray], FloatArray]
"""Scores (zones, criteria) and weights (criteria,) -> one total per zone, best high."""


def uncertain_ranking(
    values: ArrayLike,
    *,
    scorers: Sequence[Scorer],
    errors: Sequence[CriterionError | None],
    seed: int,
    draws: int = 10_000,
    groups: Mapping[str, Sequence[object]] | None = None,
    coordinates_km: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    concentration: float | None = None,
    limits: ArrayLike | None = None,
    order: Sequence[int] | None = None,
    ranks: int | None = None,
    confidence_draws: int = 200,
    aggregate: Aggregate | None = None,
) -> RankAcceptability:
    """Draw criteria and weights together, score, rank, count the ranks.

    An error moves the value, the value is scored again: beyond the bounds of a score an error changes nothing. Zones
    that share an error and have different values keep their order in that criterion, as long as its score is monotone.

    Parameters
    ----------
    values : array_like
        Shape (zones, criteria), finite, each criterion in its own unit.
    scorers : sequence of callable
        One per criterion, for example ``partial(score_linear, worst=0.45, best=0.25)``.
    errors : sequence of CriterionError or None
        One per criterion; None: known exactly. Errors of different criteria are independent.
    seed : int
        The same seed gives the same bytes, whatever the number of threads. Weights and each criterion have streams of
        their own: an error added to one criterion leaves the other draws as they were, and without any error the
        ranks are those of `rank_acceptability`.
    draws : int
        Number of draws of everything.
    groups : mapping of str to sequence, optional
        Name of a grouping -> label of each zone; the scopes of the errors name it.
    coordinates_km : array_like, optional
        Shape (zones, 2), km on a projected plane; for errors of the scope "field".
    weights, concentration, limits, order, ranks
        As in `rank_acceptability`; ``concentration=math.inf`` holds the weights fixed, so that only the errors speak.
    confidence_draws : int
        The confidence factor is taken from so many of the first draws: it costs zones x criteria for each draw and
        each zone that was ever first.
    aggregate : callable, optional
        How scores become a total; the weighted sum when None. It is called once per draw, so that a method in numpy
        takes its own time x draws.

    Returns
    -------
    RankAcceptability
        ``rank_percentile(0.05)`` and ``rank_percentile(0.95)`` are the interval of a zone's rank, ``top(n)`` its
        acceptability. Draws are held in blocks of 1.5 million numbers per criterion that has an error.

    Raises
    ------
    InputError
        Numbers of criteria do not agree, values are not finite, a scope has no groups or coordinates, a scorer gives
        another shape or NaN.

    References
    ----------
    Lahdelma and Salminen (2001), Operations Research 49(3), 444-454: sections on uncertain criteria and on the
    confidence factor.

    Examples
    --------
    A national error moves both zones alike: the cheaper one stays first. An error of each zone does not.

    >>> from functools import partial
    >>> from geotransfer import score_linear
    >>> price = partial(score_linear, worst=0.6, best=0.2)
    >>> for scope in ("national", "zone"):
    ...     error = CriterionError(scope, standard_error=0.02)
    ...     result = uncertain_ranking([[0.40], [0.41]], scorers=[price], errors=[error], seed=1)
    ...     print(scope, result.top(1).round(1))
    national [1. 0.]
    zone [0.6 0.4]
    """
    table = checked_scores(values, name="values")
    criteria = _Criteria.of(table, scorers, errors, groups, coordinates_km)
    law = WeightLaw.of(table.shape[1], weights=weights, concentration=concentration, limits=limits, order=order)
    counter = RankCounter.of(*table.shape, ranks=ranks)
    for block, n in seed_blocks(seed, draws):
        drawn = law.draw(weight_generator(block), n)
        streams = criteria.generators(block)
        for rows in row_slices(n, len(table)):
            scores = criteria.draw(streams, len(drawn[rows]))
            counter.add(_uncertain_totals(drawn[rows], scores, aggregate), drawn[rows])
    central = counter.central_weights()
    some = min(draws, max(1, confidence_draws))
    confidence = _confidence(criteria, central, seed=seed, draws=some, aggregate=aggregate)
    return RankAcceptability(counter.zone_counts(), int(draws), central, confidence)


@dataclass(frozen=True, eq=False)
class _Criteria:
    """Scores of all criteria: those without an error once, the others drawn."""

    exact: list[FloatArray]
    drawers: list[ErrorDrawer | None]
    scorers: Sequence[Scorer]

    @classmethod
    def of(
        cls,
        table: FloatArray,
        scorers: Sequence[Scorer],
        errors: Sequence[CriterionError | None],
        groups: Mapping[str, Sequence[object]] | None,
        coordinates_km: ArrayLike | None,
    ) -> _Criteria:
        n = table.shape[1]
        if len(scorers) != n or len(errors) != n:
            raise InputError(
                f"values have {n} criteria, there are {len(scorers)} scorers and {len(errors)} errors; expected one "
                "of each per criterion (None for a criterion without error)"
            )
        drawers = [
            None if error is None else ErrorDrawer.of(error, table[:, k], groups=groups, coordinates_km=coordinates_km)
            for k, error in enumerate(errors)
        ]
        exact = [_scored(scorers[k], table[:, k], k) for k in range(n)]
        return cls(exact, drawers, scorers)

    def generators(self, block: np.random.SeedSequence) -> list[np.random.Generator]:
        """Return one generator per criterion, of this block alone."""
        return [
            np.random.default_rng(np.random.SeedSequence(block.entropy, spawn_key=(*block.spawn_key, 1, k)))
            for k in range(len(self.drawers))
        ]

    def draw(self, streams: list[np.random.Generator], draws: int) -> list[FloatArray]:
        """Return per criterion the scores, shape (draws, zones), or (zones,) without error."""
        return [
            self.exact[k] if drawer is None else _scored(self.scorers[k], drawer.draw(streams[k], draws), k)
            for k, drawer in enumerate(self.drawers)
        ]


def _scored(scorer: Scorer, values: FloatArray, k: int) -> FloatArray:
    scores = np.asarray(scorer(values), dtype=np.float64)
    if scores.shape != values.shape or not np.isfinite(scores).all():
        raise InputError(f"scorers[{k}] gave shape {scores.shape} for {values.shape}, or numbers that are not finite")
    return scores


def _uncertain_totals(weights: FloatArray, scores: list[FloatArray], aggregate: Aggregate | None) -> FloatArray:
    """Return totals of shape (draws, zones). Weights have one row per draw, or one row for all.

    The weighted sum takes criteria without error in one step and first, the others one by one.
    """
    if aggregate is not None:
        return _draw_by_draw(weights, scores, aggregate)
    exact = [k for k, score in enumerate(scores) if score.ndim == 1]
    drawn = [k for k, score in enumerate(scores) if score.ndim == 2]
    draws = len(scores[drawn[0]]) if drawn else len(weights)
    total = np.zeros((draws, scores[0].shape[-1]))
    if exact:
        total += totals(np.ascontiguousarray(weights[:, exact]), np.stack([scores[k] for k in exact]))
    term = np.empty_like(total)
    for k in drawn:
        total += np.multiply(weights[:, k, None], scores[k], out=term)
    return total


def _draw_by_draw(weights: FloatArray, scores: list[FloatArray], aggregate: Aggregate) -> FloatArray:
    draws = max([len(weights), *(len(score) for score in scores if score.ndim == 2)])
    total = np.empty((draws, scores[0].shape[-1]))
    table = np.empty((scores[0].shape[-1], len(scores)))
    for draw in range(draws):
        for k, score in enumerate(scores):
            table[:, k] = score if score.ndim == 1 else score[draw]
        total[draw] = aggregate(table, weights[draw if len(weights) > 1 else 0])
    return total


def _confidence(
    criteria: _Criteria, central: FloatArray, *, seed: int, draws: int, aggregate: Aggregate | None
) -> FloatArray:
    """Return the share of the first draws of the criteria in which a zone is first under its central weights."""
    zones = len(central)
    ever = np.flatnonzero(~np.isnan(central[:, 0]))
    wins = np.zeros(len(ever))
    for block, n in seed_blocks(seed, draws):
        streams = criteria.generators(block)
        for rows in row_slices(n, zones):
            size = rows.stop - rows.start
            scores = criteria.draw(streams, size)
            for number, zone in enumerate(ever):
                total = _uncertain_totals(central[zone][None], scores, aggregate)
                won = total[:, zone] >= total.max(axis=1) - 10.0**-RANK_DECIMALS
                # criteria without any error give one row, which stands for all draws
                wins[number] += np.count_nonzero(won) * (size // len(won))
    confidence = np.full(zones, np.nan)
    confidence[ever] = wins / draws
    return confidence
