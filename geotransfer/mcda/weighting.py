"""Weights: checked and made to sum to 1, from an order, from swings, and combined.

From pairwise comparisons: `comparisons`. From the data: `data_weighting`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["combined_weights", "normalized_weights", "rank_order_weights", "swing_weights"]


def normalized_weights(weights: ArrayLike, *, n: int | None = None) -> FloatArray:
    """Return the weights divided by their sum.

    Parameters
    ----------
    weights : array_like
        One per criterion, finite, >= 0, not all 0.
    n : int, optional
        How many are expected.

    Raises
    ------
    InputError
        A weight is NaN, infinite or negative, all are 0, or the number is wrong. A default never steps in.

    Examples
    --------
    >>> normalized_weights([1, 3])
    array([0.25, 0.75])
    """
    array = np.asarray(weights, dtype=np.float64)
    if array.ndim != 1 or array.size == 0 or (n is not None and array.size != n):
        raise InputError(
            f"weights have shape {array.shape}, expected ({'criteria' if n is None else n},): one weight per criterion"
        )
    if not np.isfinite(array).all() or (array < 0).any():
        raise InputError(f"weights are {array.tolist()}; expected finite numbers >= 0")
    if array.sum() == 0:
        raise InputError("weights sum to 0; expected at least one weight above 0")
    return np.asarray(array / array.sum())


def rank_order_weights(n: int, *, method: Literal["centroid", "sum", "reciprocal"] = "centroid") -> FloatArray:
    """Return weights of `n` criteria of which only the order is known, the most important first.

    centroid: w_i = (1/n) * sum of 1/k for k = i ... n, the mean of all weights that keep the order.
    sum: w_i proportional to n + 1 - i. reciprocal: w_i proportional to 1/i.

    Parameters
    ----------
    n : int
        Number of criteria, at least 1.
    method : str
        "centroid", "sum" or "reciprocal".

    Raises
    ------
    InputError
        `n` is below 1, or the method is none of the three.

    References
    ----------
    Stillwell, W. G., Seaver, D. A., Edwards, W. (1981), A comparison of weight approximation techniques in
    multiattribute utility decision making, Organizational Behavior and Human Performance 28(1), 62-77 (sum,
    reciprocal). Barron, F. H., Barrett, B. E. (1996), Decision quality using ranked attribute weights, Management
    Science 42(11), 1515-1523 (centroid).

    Examples
    --------
    >>> rank_order_weights(3) * 18
    array([11.,  5.,  2.])
    >>> rank_order_weights(3, method="sum") * 6
    array([3., 2., 1.])
    """
    if n < 1:
        raise InputError(f"n is {n!r}; expected at least one criterion")
    place = np.arange(1, n + 1, dtype=np.float64)
    if method == "centroid":
        return np.asarray(np.cumsum(1 / place[::-1])[::-1] / n)
    if method == "sum":
        return normalized_weights(n + 1 - place)
    if method == "reciprocal":
        return normalized_weights(1 / place)
    raise InputError(f"method is {method!r}; expected 'centroid', 'sum' or 'reciprocal'")


def swing_weights(points: ArrayLike, *, judged: ArrayLike | None = None, scored: ArrayLike | None = None) -> FloatArray:
    """Return weights from swings: how much it is worth to move a criterion from its worst to its best value.

    A weight belongs to a range. When points were given for one range and the scores use another one, the same
    trade-offs need other weights: points x width of the scored range / width of the judged range.

    Parameters
    ----------
    points : array_like
        One per criterion, >= 0; 100 for the swing that matters most is the custom.
    judged : array_like, optional
        (worst, best) per criterion: the range people had before them when they gave points.
    scored : array_like, optional
        (worst, best) per criterion: the bounds of `score_linear`. Both or none.

    Raises
    ------
    InputError
        Points are not finite and >= 0, only one range is given, worst equals best, or a criterion rises in one range
        and falls in the other.

    References
    ----------
    von Winterfeldt, D., Edwards, W. (1986), Decision Analysis and Behavioral Research, Cambridge University Press,
    ch. 8. Keeney, R. L. (2002), Common mistakes in making value trade-offs, Operations Research 50(6), 935-945: the
    correction by ranges holds for linear value functions.

    Examples
    --------
    Power price judged over 0.20 yuan/kWh but scored over 0.10: half the points.

    >>> swing_weights([100, 50], judged=[(0.5, 0.3), (0, 10)], scored=[(0.45, 0.35), (0, 10)])
    array([0.5, 0.5])
    """
    share = normalized_weights(points)
    if judged is None and scored is None:
        return share
    if judged is None or scored is None:
        raise InputError("swing weights got one range; expected both judged and scored, or none")
    ratio = _swing(scored, name="scored", n=share.size) / _swing(judged, name="judged", n=share.size)
    if (ratio < 0).any():
        place = int(np.flatnonzero(ratio < 0)[0])
        raise InputError(f"criterion {place} (counted from 0) rises in one range and falls in the other")
    return normalized_weights(share * ratio)


def _swing(ranges: ArrayLike, *, name: str, n: int) -> FloatArray:
    table = np.asarray(ranges, dtype=np.float64)
    if table.shape != (n, 2) or not np.isfinite(table).all() or (table[:, 0] == table[:, 1]).any():
        raise InputError(f"{name} is {table.tolist()}; expected {n} finite (worst, best) pairs with worst != best")
    return np.asarray(table[:, 1] - table[:, 0])


def combined_weights(
    subjective: ArrayLike, objective: ArrayLike, *, method: Literal["product", "game_theory"] = "product"
) -> FloatArray:
    """Return one set of weights from what people say and what the data say.

    product: proportional to subjective x objective; a criterion with 0 in either is out.
    game_theory: the mixture a * subjective + b * objective nearest to both: a and b solve the normal equations
    below and are divided by their sum. A negative one is set to 0, so that no weight is negative: the other
    set is returned. With one of the sets uniform the method always returns the other one.

        a s.s + b s.o = s.s
        a s.o + b o.o = o.o

    Parameters
    ----------
    subjective, objective : array_like
        One weight per criterion, >= 0; each is divided by its sum.
    method : str
        "product" or "game_theory".

    Raises
    ------
    InputError
        Weights that do not fit, products that are all 0, or an unknown method.

    References
    ----------
    Product: Hwang, C.-L., Yoon, K. (1981), Multiple Attribute Decision Making, Springer, ch. 3. Game theory: Lai,
    C. et al. (2015), A fuzzy comprehensive evaluation model for flood risk based on the combination weight of game
    theory, Natural Hazards 77(2), 1243-1259.

    Examples
    --------
    >>> combined_weights([0.5, 0.5], [0.2, 0.8])
    array([0.2, 0.8])
    >>> combined_weights([0.8, 0.2], [0.2, 0.8], method="game_theory")
    array([0.5, 0.5])
    """
    people = normalized_weights(subjective)
    data = normalized_weights(objective, n=people.size)
    if method == "product":
        return normalized_weights(people * data)
    if method == "game_theory":
        a, b = _mixture(people, data)
        return np.asarray(a * people + b * data)
    raise InputError(f"method is {method!r}; expected 'product' or 'game_theory'")


def _mixture(people: FloatArray, data: FloatArray) -> tuple[float, float]:
    ss, so, oo = float((people**2).sum()), float((people * data).sum()), float((data**2).sum())
    # Cramer's rule without the common determinant; both are 0 only when the two sets are equal
    a, b = max(oo * (ss - so), 0.0), max(ss * (oo - so), 0.0)
    return (a / (a + b), b / (a + b)) if a + b > 0 else (0.5, 0.5)
