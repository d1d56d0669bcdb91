"""How sure a rank is: rank acceptability under weights that are not known (SMAA-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.rank_counts import RankCounter, RankTable, row_slices
from geotransfer.mcda.ranking import RANK_DECIMALS
from geotransfer.mcda.weight_draws import WeightLaw, seed_blocks
from geotransfer.types import FloatArray, IntArray

__all__ = ["Method", "RankAcceptability", "checked_scores", "rank_acceptability", "totals", "weight_generator"]

Method = Literal["weighted_sum", "topsis"]


@dataclass(frozen=True, eq=False)
class RankAcceptability:
    """How often each zone had each rank.

    Attributes
    ----------
    counts : ndarray of int32
        Shape (zones, ranks): draws in which zone i had rank r + 1. 2,900 zones x 2,900 ranks take 34 MB.
    draws : int
        Number of draws.
    central_weights : ndarray
        Shape (zones, criteria): mean of the weights that made the zone first; NaN for a zone that never was.
    confidence : ndarray
        Shape (zones,): share of the drawn criteria values with which the zone is first under its own central
        weights; NaN for a zone that never was first. With exact scores and a weighted sum it is 1 for all others,
        because the weights that favour a zone form a convex set: it says something only when the criteria have errors.
    """

    counts: RankTable
    draws: int
    central_weights: FloatArray
    confidence: FloatArray

    @cached_property
    def acceptability(self) -> FloatArray:
        """Shape (zones, ranks): share of draws in which zone i had rank r + 1 (made when first asked for)."""
        return np.asarray(self.counts / self.draws)

    def top(self, n: int) -> FloatArray:
        """Return the share of draws in which each zone was among the first `n`, shape (zones,)."""
        ranks = self.counts.shape[1]
        if n < 1 or (n > ranks and ranks < len(self.counts)):
            raise InputError(f"n is {n}; expected 1 to {ranks}, the ranks that were counted (raise ranks=)")
        return np.asarray(self.counts[:, :n].sum(axis=1) / self.draws)

    def rank_percentile(self, share: float) -> IntArray:
        """Return the smallest rank that each zone reached or bettered in at least `share` of the draws.

        -1 where that rank is worse than the last one that was counted.

        Examples
        --------
        >>> rank_acceptability([[1, 0], [0.5, 0.4]], seed=1).rank_percentile(0.95)
        array([2, 2])
        """
        if not 0 < share <= 1:
            raise InputError(f"share is {share!r}; expected a number above 0 and at most 1")
        # whole draws, so that 0.05 x 1000 = 50.000000000000004 does not ask for 51
        needed = int(np.ceil(np.round(share * self.draws, 6)))
        reached = np.cumsum(self.counts, axis=1, dtype=np.int64) >= needed
        return np.where(reached[:, -1], 1 + reached.argmax(axis=1), -1).astype(np.int64)


def rank_acceptability(
    scores: ArrayLike,
    *,
    draws: int = 10_000,
    seed: int,
    weights: ArrayLike | None = None,
    concentration: float | None = None,
    limits: ArrayLike | None = None,
    order: Sequence[int] | None = None,
    method: Method = "weighted_sum",
    ranks: int | None = None,
) -> RankAcceptability:
    """Rank the zones under many weights and count the ranks: SMAA-2.

    Zones with the same total share the better rank, as in `rank` (totals are compared after rounding to 12 decimals):
    the rank of i is 1 + the number of zones with a higher total. Rows sum to 1; columns do unless zones tie.

    Parameters
    ----------
    scores : array_like
        Shape (zones, criteria), finite, best high; leave out the zones that are excluded or unknown.
    draws : int
        Number of weights; the standard error of a share p is ``sqrt(p (1 - p) / draws)``, at most 0.005 for 10,000.
    seed : int
        The same seed gives the same bytes, whatever the number of threads.
    weights, concentration : array_like and float, optional
        Both: Dirichlet around the weights, parameters concentration x weight: a weight w has the standard deviation
        ``sqrt(w (1 - w) / (concentration + 1))``. None: uniform on the simplex.
    limits : array_like, optional
        Shape (criteria, 2): lowest and highest weight.
    order : sequence of int, optional
        Positions of criteria, most important first; those left out are free. With or without `limits`.
    method : {"weighted_sum", "topsis"}
        How scores become a total. TOPSIS with fixed ideals: score 1 in everything, score 0 in everything.
    ranks : int, optional
        Count only so many first ranks; all when None. Counts take 4 bytes x zones x ranks, besides 60 MB.

    Returns
    -------
    RankAcceptability
        ``.acceptability .central_weights .confidence .top(n) .rank_percentile(share)``

    Raises
    ------
    InputError
        Scores are not finite, the weights asked for contradict each other, or the counts would take more than 1 GB.

    References
    ----------
    Lahdelma, R. and Salminen, P. (2001), SMAA-2: Stochastic multicriteria acceptability analysis for group decision
    making, Operations Research 49(3), 444-454.

    Examples
    --------
    The first zone is first when its criterion weighs more than 1/2, the second otherwise; the third never.

    >>> result = rank_acceptability([[1, 0], [0, 1], [0, 0.5]], seed=1)
    >>> result.acceptability.round(1)
    array([[0.5, 0.2, 0.3],
           [0.5, 0.5, 0. ],
           [0. , 0.3, 0.7]])
    >>> result.central_weights.round(2)
    array([[0.75, 0.25],
           [0.25, 0.75],
           [ nan,  nan]])
    """
    table = checked_scores(scores)
    if method == "topsis" and ((table < 0).any() or (table > 1).any()):
        raise InputError(
            f"scores reach from {table.min():g} to {table.max():g}; TOPSIS with fixed ideals expects scores in [0, 1]"
        )
    law = WeightLaw.of(table.shape[1], weights=weights, concentration=concentration, limits=limits, order=order)
    counter = RankCounter.of(*table.shape, ranks=ranks)
    by_criterion = np.ascontiguousarray(table.T)
    for block, n in seed_blocks(seed, draws):
        drawn = law.draw(weight_generator(block), n)
        for rows in row_slices(n, len(table)):
            counter.add(totals(drawn[rows], by_criterion, method=method), drawn[rows])
    central = counter.central_weights()
    return RankAcceptability(counter.zone_counts(), int(draws), central, _confidence(by_criterion, central, method))


def checked_scores(scores: ArrayLike, *, name: str = "scores") -> FloatArray:
    """Return finite float64 of shape (zones, criteria), or say which zone is not.

    Examples
    --------
    >>> checked_scores([[1, 0]])
    array([[1., 0.]])
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or 0 in table.shape:
        raise InputError(f"{name} have shape {table.shape}, expected (zones, criteria) with at least one of each")
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(bad):
        raise InputError(
            f"{name} of {len(bad)} of {len(table)} zones are not finite (first: row {bad[0]}); leave those zones out: "
            f"{name}[np.isfinite({name}).all(axis=1)]"
        )
    return table


def weight_generator(block: np.random.SeedSequence) -> np.random.Generator:
    """Return the generator of a block's weights: the child with the key (0,); errors of criterion k have (1, k)."""
    return np.random.default_rng(np.random.SeedSequence(block.entropy, spawn_key=(*block.spawn_key, 0)))


def totals(weights: FloatArray, by_criterion: FloatArray, *, method: Method = "weighted_sum") -> FloatArray:
    """Return totals of shape (draws, zones) from weights (draws, criteria) and scores (criteria, zones).

    `np.einsum` adds criterion by criterion. A matrix product of BLAS is three times as fast, but its last bits depend
    on the number of threads.

    Examples
    --------
    >>> totals(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0], [0.5, 0.5]]))
    array([[0.75, 0.25]])
    """
    if method == "weighted_sum":
        return np.asarray(np.einsum("dk,kz->dz", weights, by_criterion))
    if method == "topsis":
        squared = weights**2
        to_best = np.sqrt(np.einsum("dk,kz->dz", squared, (1.0 - by_criterion) ** 2))
        to_worst = np.sqrt(np.einsum("dk,kz->dz", squared, by_criterion**2))
        return np.asarray(to_worst / (to_best + to_worst))
    raise InputError(f"method is {method!r}; expected 'weighted_sum' or 'topsis'")


def _confidence(by_criterion: FloatArray, central: FloatArray, method: Method) -> FloatArray:
    ever = np.flatnonzero(~np.isnan(central[:, 0]))
    confidence = np.full(len(central), np.nan)
    for rows in row_slices(len(ever), by_criterion.shape[1]):
        total = totals(central[ever[rows]], by_criterion, method=method)
        own = total[np.arange(len(total)), ever[rows]]
        confidence[ever[rows]] = own >= total.max(axis=1) - 10.0**-RANK_DECIMALS
    return confidence
