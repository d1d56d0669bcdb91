"""A figure with its low and its high, and the arithmetic that keeps them in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray, IntArray

__all__ = ["Estimate", "exactly"]


@dataclass(frozen=True)
class Estimate:
    """Non-negative figures with low and high: low <= value <= high, element by element.

    Sums and products of lows are lows, of highs highs: the bounds are those of an interval, all terms low or
    high at once, wider than a standard deviation would be. NaN (unknown) is NaN in all three.

    Attributes
    ----------
    value, low, high : ndarray
        Of one shape, float64.

    Raises
    ------
    InputError
        Shapes that differ, a negative low, or figures that are not in order.

    Examples
    --------
    >>> tariff, losses = Estimate(0.30, 0.25, 0.40), Estimate(0.02, 0.01, 0.03)
    >>> total = tariff + losses
    >>> [round(float(figure), 2) for figure in (total.low, total.value, total.high)]
    [0.26, 0.32, 0.43]
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray

    def __init__(self, value: ArrayLike, low: ArrayLike, high: ArrayLike) -> None:
        for name, figure in (("value", value), ("low", low), ("high", high)):
            array = np.array(figure, dtype=np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if not self.value.shape == self.low.shape == self.high.shape:
            raise InputError(
                f"value, low and high have the shapes {self.value.shape}, {self.low.shape}, {self.high.shape}, "
                "expected one shape"
            )
        known = np.isfinite(self.value)
        orderly = (self.low >= 0) & (self.low <= self.value) & (self.value <= self.high)
        if (known & ~orderly).any():
            at = int(np.flatnonzero(known & ~orderly)[0])
            raise InputError(
                f"low, value, high are {self.low.flat[at]:g}, {self.value.flat[at]:g}, {self.high.flat[at]:g} at "
                f"place {at}, expected 0 <= low <= value <= high; give all three in one unit"
            )

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(self.value + other.value, self.low + other.low, self.high + other.high)

    def __mul__(self, other: Estimate) -> Estimate:
        return Estimate(self.value * other.value, self.low * other.low, self.high * other.high)

    def __truediv__(self, other: Estimate) -> Estimate:
        """Divide, the high by the low: the dearest case."""
        return Estimate(self.value / other.value, self.low / other.high, self.high / other.low)

    def __getitem__(self, index: IntArray | Any) -> Estimate:
        return Estimate(self.value[index], self.low[index], self.high[index])

    def where(self, condition: ArrayLike, other: Estimate) -> Estimate:
        """Return these figures where the condition holds, the other ones elsewhere."""
        pick = np.asarray(condition, dtype=bool)
        triples = ((self.value, other.value), (self.low, other.low), (self.high, other.high))
        return Estimate(*(np.where(pick, own, others) for own, others in triples))


def exactly(value: ArrayLike) -> Estimate:
    """Return a figure without a range.

    Examples
    --------
    >>> float(exactly(0.5).high)
    0.5
    """
    return Estimate(value, value, value)
