"""How origin and destination share what a move brings: by a fixed ratio, by year, or by contribution (Shapley)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["MOST_PLAYERS", "shapley", "shared_by_ratio"]

MOST_PLAYERS = 10
"""Every coalition is valued: 2^10 of them."""


def shared_by_ratio(amounts: Sequence[float], origin_share: float | Sequence[float]) -> tuple[FloatArray, FloatArray]:
    """Return what origin and destination get of an amount year by year; the two add up to it.

    Parameters
    ----------
    amounts : sequence of float
        Tax, value added or any other gain at the destination, one per year.
    origin_share : float or sequence of float
        Share of the origin, 0..1: the same for all years, or one per year.

    Raises
    ------
    InputError
        A share outside 0..1, or another number of shares than of years.

    Examples
    --------
    An enclave park (飞地) that gives half to the origin for two years, then a fifth:

    >>> shared_by_ratio([100.0, 100.0, 100.0], [0.5, 0.5, 0.2])[0].tolist()
    [50.0, 50.0, 20.0]
    """
    whole = np.asarray(amounts, dtype=np.float64)
    shares = np.asarray(origin_share, dtype=np.float64)
    if shares.ndim and shares.shape != whole.shape:
        raise InputError(f"{shares.size} shares for {whole.size} years; expected one for each year, or a single one")
    if not ((shares >= 0) & (shares <= 1)).all():
        raise InputError(f"origin_share is {origin_share!r}, expected 0..1")
    origin = whole * shares
    return origin, whole - origin


def shapley(players: Sequence[str], value: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Return the Shapley value of each player, exactly; the values add up to that of all together.

    Parameters
    ----------
    players : sequence of str
        At most `MOST_PLAYERS`, all different.
    value : callable
        What a coalition gains; nobody gains nothing.

    Raises
    ------
    InputError
        Too many players, one named twice, or a gain of nobody.

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games, Contributions to the Theory of Games II: 307-317.

    Examples
    --------
    The glove game: one left glove, two right ones; a pair is worth 1.

    >>> def pairs(who):
    ...     return float("left" in who and len(who) > 1)
    >>> {name: round(share, 4) for name, share in shapley(["left", "right 1", "right 2"], pairs).items()}
    {'left': 0.6667, 'right 1': 0.1667, 'right 2': 0.1667}
    """
    n = len(players)
    if n > MOST_PLAYERS or len(set(players)) < n:
        raise InputError(f"{n} players ({', '.join(players)}), expected at most {MOST_PLAYERS}, all different")
    worth = {frozenset(group): value(frozenset(group)) for k in range(n + 1) for group in combinations(players, k)}
    if worth[frozenset()] != 0:
        raise InputError(f"nobody gains {worth[frozenset()]!r}, expected 0")
    weight = [math.factorial(k) * math.factorial(n - k - 1) / math.factorial(n) for k in range(n)]
    return {
        name: sum(weight[len(g)] * (worth[g | {name}] - worth[g]) for g in worth if name not in g) for name in players
    }
