"""Scores by fuzzy membership: how far a value belongs to "small", "large", "near 20" ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["FuzzyKind", "score_fuzzy"]

FuzzyKind = Literal["small", "large", "near", "gaussian", "sigmoid", "s_shaped"]

POSITIVE_ONLY = ("small", "large")
FALLS_BY_SIGN = ("sigmoid", "s_shaped")


def score_fuzzy(values: ArrayLike, *, kind: FuzzyKind, midpoint: float, spread: float) -> FloatArray:
    """Score by a fuzzy membership function with a fixed midpoint and spread.

    ============  =============================================  ====================
    kind          score                                          at the midpoint
    ============  =============================================  ====================
    small         1 / (1 + (x / midpoint) ** spread)             0.5, falling
    large         1 / (1 + (x / midpoint) ** -spread)            0.5, rising
    near          1 / (1 + spread * (x - midpoint) ** 2)         1, falling both ways
    gaussian      exp(-spread * (x - midpoint) ** 2)             1, falling both ways
    sigmoid       1 / (1 + exp(-spread * (x - midpoint)))        0.5
    s_shaped      0 below midpoint - spread, two parabolas, 1    0.5
                  above midpoint + spread
    ============  =============================================  ====================

    The first four are QGIS's fuzzify tools of the same names (native:fuzzifyrastersmallmembership ...). QGIS's linear
    membership is `score_linear`, its power membership that score to a power. A larger spread makes every curve
    steeper, except s_shaped, where it is the half width in the unit of `values`. A negative spread turns sigmoid and
    s_shaped round (less is better).

    Parameters
    ----------
    values : array_like
        Any shape; NaN stays NaN. For small and large >= 0.
    kind : str
        One of the table.
    midpoint : float
        In the unit of `values`; above 0 for small and large.
    spread : float
        Above 0; for sigmoid and s_shaped not 0.

    Returns
    -------
    ndarray
        float64 of the same shape, in [0, 1].

    Raises
    ------
    InputError
        An unknown kind, a midpoint or spread that does not fit, negative values for small or large (QGIS returns
        numbers outside [0, 1] for them).

    References
    ----------
    small, large, near, gaussian: QGIS, src/analysis/processing/qgsalgorithmfuzzifyraster.cpp. s_shaped: the S-function
    of Zadeh, L. A. (1975), The concept of a linguistic variable and its application to approximate reasoning I,
    Information Sciences 8(3), 199-249.

    Examples
    --------
    >>> score_fuzzy([25, 50, 100], kind="large", midpoint=50, spread=2)
    array([0.2, 0.5, 0.8])
    >>> score_fuzzy([5, 10, 20], kind="near", midpoint=10, spread=0.01)
    array([0.8, 1. , 0.5])
    >>> score_fuzzy([0, 5, 10, 15, 20], kind="s_shaped", midpoint=10, spread=-10)
    array([1.   , 0.875, 0.5  , 0.125, 0.   ])
    """
    if kind not in get_args(FuzzyKind):
        raise InputError(f"kind is {kind!r}; expected one of {', '.join(get_args(FuzzyKind))}")
    _check_shape(kind, midpoint, spread)
    array = np.asarray(values, dtype=np.float64)
    if kind in POSITIVE_ONLY and (array < 0).any():
        raise InputError(f"values go down to {np.nanmin(array)}; kind {kind!r} expects values >= 0: shift them first")
    # the limits are right: x ** spread may overflow to infinity, 0 ** -spread is infinity, and 1 / infinity is 0
    with np.errstate(over="ignore", divide="ignore", under="ignore"):
        return np.asarray(_CURVES[kind](array, midpoint, spread))


def _check_shape(kind: FuzzyKind, midpoint: float, spread: float) -> None:
    if not (np.isfinite(midpoint) and np.isfinite(spread)):
        raise InputError(f"midpoint={midpoint!r}, spread={spread!r}; expected two finite numbers")
    if kind in POSITIVE_ONLY and midpoint <= 0:
        raise InputError(f"midpoint is {midpoint!r}; kind {kind!r} expects a midpoint above 0")
    if spread == 0 or (spread < 0 and kind not in FALLS_BY_SIGN):
        expected = "not 0" if kind in FALLS_BY_SIGN else "above 0"
        raise InputError(f"spread is {spread!r}; kind {kind!r} expects a spread {expected}")


def _small(x: FloatArray, midpoint: float, spread: float) -> FloatArray:
    return np.asarray(1 / (1 + (x / midpoint) ** spread))


def _large(x: FloatArray, midpoint: float, spread: float) -> FloatArray:
    return np.asarray(1 / (1 + (x / midpoint) ** -spread))


def _near(x: FloatArray, midpoint: float, spread: float) -> FloatArray:
    return np.asarray(1 / (1 + spread * (x - midpoint) ** 2))


def _gaussian(x: FloatArray, midpoint: float, spread: float) -> FloatArray:
    return np.asarray(np.exp(-spread * (x - midpoint) ** 2))


def _sigmoid(x: FloatArray, midpoint: float, spread: float) -> FloatArray:
    # the same as 1 / (1 + exp(-z)), and never overflows
    return np.asarray(0.5 * (1 + np.tanh(spread * (x - midpoint) / 2)))


def _s_shaped(x: FloatArray, midpoint: float, spread: float) -> FloatArray:
    part = np.clip((x - midpoint) / (2 * spread) + 0.5, 0.0, 1.0)
    return np.asarray(np.where(part <= 0.5, 2 * part**2, 1 - 2 * (1 - part) ** 2))


_CURVES: dict[FuzzyKind, Callable[[FloatArray, float, float], FloatArray]] = {
    "small": _small,
    "large": _large,
    "near": _near,
    "gaussian": _gaussian,
    "sigmoid": _sigmoid,
    "s_shaped": _s_shaped,
}
