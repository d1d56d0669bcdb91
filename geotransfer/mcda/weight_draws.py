"""Weights drawn at random: free, around given weights, between limits, in an order of importance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.mcda.weighting import normalized_weights
from geotransfer.types import FloatArray

__all__ = ["BLOCK_DRAWS", "WeightLaw", "seed_blocks"]

BLOCK_DRAWS = 500
"""Draws per block. Each block has its own child of the seed, so that block 7 is block 7 whatever ran before it."""

MOVES_PER_SQUARED_CRITERION = 10
"""Length of a chain of pair moves, x criteria^2: the means of limited weights agree with rejection (tests)."""


def seed_blocks(seed: int, draws: int) -> Iterator[tuple[np.random.SeedSequence, int]]:
    """Yield (seed, number of draws) block by block, always in the same order.

    Examples
    --------
    >>> [n for _, n in seed_blocks(1, 1200)]
    [500, 500, 200]
    """
    if isinstance(draws, bool) or not isinstance(draws, (int, np.integer)) or draws < 1:
        raise InputError(f"draws are {draws!r}; expected a whole number >= 1")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError(f"seed is {seed!r}; expected a whole number >= 0")
    blocks = -(-int(draws) // BLOCK_DRAWS)
    for number, child in enumerate(np.random.SeedSequence(int(seed)).spawn(blocks)):
        yield child, min(BLOCK_DRAWS, int(draws) - number * BLOCK_DRAWS)


@dataclass(frozen=True, eq=False)
class WeightLaw:
    """How weights are drawn; made by `of`, which checks.

    Attributes
    ----------
    n : int
        Number of criteria.
    alpha : ndarray or None
        Parameters of the Dirichlet law, shape (criteria,); None for fixed weights and under constraints.
    order : ndarray or None
        Positions of the criteria, most important first.
    rows, sides : ndarray or None
        Constraints ``rows @ weights <= sides``; None where a direct draw does.
    start : ndarray or None
        A point inside the constraints; without `rows` the fixed weights.
    """

    n: int
    alpha: FloatArray | None
    order: tuple[int, ...] | None = None
    rows: FloatArray | None = None
    sides: FloatArray | None = None
    start: FloatArray | None = None

    @classmethod
    def of(
        cls,
        n: int,
        *,
        weights: ArrayLike | None = None,
        concentration: float | None = None,
        limits: ArrayLike | None = None,
        order: Sequence[int] | None = None,
    ) -> WeightLaw:
        """Return the law of the weights of `n` criteria.

        Parameters
        ----------
        n : int
            Number of criteria.
        weights, concentration : array_like and float, optional
            Both or none: Dirichlet with the parameters concentration x weight, so that weight k has the mean w_k and
            the variance ``w_k (1 - w_k) / (concentration + 1)``; inf: the weights as they are. A weight of 0 stays 0.
            None: uniform on the simplex.
        limits : array_like, optional
            Shape (criteria, 2): lowest and highest weight, after the weights are made to sum to 1.
        order : sequence of int, optional
            Positions of criteria, most important first; criteria left out are free.

        Raises
        ------
        InputError
            What is asked for contradicts itself, or no weights fit.
        """
        if weights is not None or concentration is not None:
            share, spread = _around(n, weights, concentration, constrained=limits is not None or order is not None)
            return cls(n, None, start=share) if np.isinf(spread) else cls(n, share * spread)
        ranked = None if order is None else _checked_order(n, order)
        if limits is None and ranked is None:
            return cls(n, np.ones(n))
        if limits is None and ranked is not None and len(ranked) == n:
            return cls(n, None, order=ranked)
        rows, sides, start = _polytope(n, _checked_limits(n, limits), ranked or ())
        return cls(n, None, order=ranked, rows=rows, sides=sides, start=start)

    def draw(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """Return weights of shape (draws, criteria), each row summing to 1.

        Without constraints by normalised gamma variates; for a complete order by sorting uniform weights (exact by
        symmetry); else by chains of moves that shift weight from one criterion to another, uniformly between the
        constraints, one chain per draw, all from the same inner point: a hit-and-run sampler along pairs.

        References
        ----------
        Tervonen, T., van Valkenhoef, G., Basturk, N. and Postmus, D. (2013), Hit-and-run enables efficient weight
        generation for simulation-based multiple criteria decision analysis, EJOR 224(3), 552-559.

        Examples
        --------
        >>> law = WeightLaw.of(3, order=[2, 0, 1])
        >>> w = law.draw(np.random.default_rng(1), 100)
        >>> bool((w[:, 2] >= w[:, 0]).all() and (w[:, 0] >= w[:, 1]).all())
        True
        """
        if self.alpha is not None:
            weights = np.zeros((draws, self.n))
            used = np.flatnonzero(self.alpha)
            weights[:, used] = rng.dirichlet(self.alpha[used], size=draws)
            return weights
        if self.start is None:
            weights = np.empty((draws, self.n))
            weights[:, list(self.order or ())] = -np.sort(-rng.dirichlet(np.ones(self.n), size=draws), axis=1)
            return weights
        if self.rows is None or self.sides is None:
            return np.repeat(self.start[None], draws, axis=0)
        return _pair_moves(rng, draws, self.rows, self.sides, self.start)


def _around(
    n: int, weights: ArrayLike | None, concentration: float | None, *, constrained: bool
) -> tuple[FloatArray, float]:
    if constrained:
        raise InputError("weights with concentration were given together with limits or order; pass one or the other")
    if weights is None or concentration is None:
        raise InputError(
            f"weights are {'not ' if weights is None else ''}given and concentration is {concentration!r}; pass both "
            "(Dirichlet around the weights; 100 keeps a weight of 0.2 between about 0.13 and 0.28) or neither"
        )
    if not concentration > 0:
        raise InputError(f"concentration is {concentration!r}; expected a number > 0 (inf: the weights as they are)")
    return normalized_weights(weights, n=n), float(concentration)


def _checked_order(n: int, order: Sequence[int]) -> tuple[int, ...]:
    positions = tuple(int(k) for k in order)
    if len(set(positions)) != len(positions) or any(not 0 <= k < n for k in positions):
        raise InputError(f"order is {list(order)}; expected different positions of criteria between 0 and {n - 1}")
    return positions


def _checked_limits(n: int, limits: ArrayLike | None) -> FloatArray:
    table = np.tile([0.0, 1.0], (n, 1)) if limits is None else np.asarray(limits, dtype=np.float64)
    if table.shape != (n, 2) or not np.isfinite(table).all():
        raise InputError(f"limits have shape {table.shape}; expected {n} finite pairs (lowest, highest)")
    if (table < 0).any() or (table > 1).any() or (table[:, 0] > table[:, 1]).any():
        raise InputError(f"limits are {table.tolist()}; expected 0 <= lowest <= highest <= 1")
    return table


def _polytope(n: int, limits: FloatArray, order: tuple[int, ...]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return rows and sides of ``rows @ weights <= sides``, and the point with the largest smallest slack."""
    from scipy.optimize import linprog

    eye = np.eye(n)
    falling = np.array([eye[worse] - eye[better] for better, worse in pairwise(order)])
    rows = np.concatenate([-eye, eye, falling.reshape(-1, n)])
    sides = np.concatenate([-limits[:, 0], limits[:, 1], np.zeros(len(falling))])
    fixed = np.tile(limits[:, 0] == limits[:, 1], 2)
    slack = np.concatenate([~fixed, np.ones(len(falling), dtype=bool)]).astype(np.float64)
    best = linprog(
        np.r_[np.zeros(n), -1.0],
        A_ub=np.column_stack([rows, slack]),
        b_ub=sides,
        A_eq=np.r_[np.ones(n), 0.0][None],
        b_eq=[1.0],
        bounds=[(0, 1)] * (n + 1),
    )
    if not best.success:
        raise InputError(
            f"no weights that sum to 1 lie within the limits {limits.tolist()} and the order {list(order)}; "
            "widen the limits"
        )
    return rows, sides, np.asarray(best.x[:n] / best.x[:n].sum())


def _pair_moves(
    rng: np.random.Generator, draws: int, rows: FloatArray, sides: FloatArray, start: FloatArray
) -> FloatArray:
    n = len(start)
    weights = np.repeat(start[:, None], draws, axis=1)
    if n == 1:
        return weights.T
    for _ in range(MOVES_PER_SQUARED_CRITERION * n * n):
        gains, loses = rng.choice(n, size=2, replace=False)
        rate = rows[:, gains] - rows[:, loses]
        low, high = np.full(draws, -np.inf), np.full(draws, np.inf)
        for row in np.flatnonzero(rate):
            used = np.flatnonzero(rows[row])
            room = (sides[row] - sum(rows[row, k] * weights[k] for k in used)) / rate[row]
            if rate[row] > 0:
                high = np.minimum(high, room)
            else:
                low = np.maximum(low, room)
        # a chain on the boundary may see an interval that rounding turned over
        low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
        step = low + (high - low) * rng.random(draws)
        weights[gains] += step
        weights[loses] -= step
    weights = np.maximum(weights.T, 0.0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
