"""Is there a trend: Mann-Kendall's test, Theil and Sen's slope, and many tests at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["Trend", "adjusted", "trend"]


@dataclass(frozen=True)
class Trend:
    """A trend of one series: Kendall's tau against time, two-sided p, slope a year and its 95 % interval."""

    n: int
    tau: float
    p: float
    slope: float
    low: float
    high: float


def trend(years: ArrayLike, values: ArrayLike) -> Trend:
    """Test a series for a monotonic trend and estimate its slope.

    Parameters
    ----------
    years : array, shape (n,)
        Different from each other; the spacing may vary.
    values : array, shape (n,)
        Finite; at least 3.

    Returns
    -------
    Trend
        The test is Mann-Kendall, two-sided: the exact distribution without ties, the normal approximation with the
        correction for ties otherwise (scipy.stats.kendalltau, variant b). The slope is Theil and Sen's median of the
        slopes of all pairs, with the 95 % interval of Sen (1968). A constant series has tau 0, p 1, slope 0.

    Raises
    ------
    InputError
        Fewer than 3 values, values that are not finite, lengths that differ, a year twice.

    Notes
    -----
    Mann (1945), Econometrica 13; Kendall (1975), Rank Correlation Methods; Sen (1968), JASA 63. Values of following
    years that hang together (positive autocorrelation) make p too small.

    Examples
    --------
    >>> found = trend([2019, 2020, 2021, 2022, 2023], [5, 4, 3, 2, 1])
    >>> round(found.tau, 9), round(found.p, 4), found.slope
    (-1.0, 0.0167, -1.0)
    """
    x, y = np.asarray(years, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1 or len(x) < 3:
        raise InputError(f"years have shape {x.shape}, values {y.shape}; expected one axis of one length, at least 3")
    if not (np.isfinite(x).all() and np.isfinite(y).all()) or len(np.unique(x)) < len(x):
        raise InputError("years and values must be finite and every year stands once; drop what is missing")
    if np.ptp(y) == 0:
        return Trend(len(x), 0.0, 1.0, 0.0, 0.0, 0.0)
    test = stats.kendalltau(x, y, method="auto")
    sen = stats.theilslopes(y, x, 0.95)
    found = (test.statistic, test.pvalue, sen.slope, sen.low_slope, sen.high_slope)
    return Trend(len(x), *(float(value) for value in found))


def adjusted(p: ArrayLike) -> FloatArray:
    """Return the p-values adjusted for testing many series at once (Benjamini and Hochberg); NaN stays NaN.

    Of what is called a trend at adjusted p <= 0.05, at most 5 % are expected to be none.

    Examples
    --------
    >>> adjusted([0.01, 0.02, float("nan"), 0.5]).round(3)
    array([0.03, 0.03,  nan, 0.5 ])
    """
    raw = np.asarray(p, dtype=np.float64)
    result, known = np.full(raw.shape, np.nan), np.isfinite(raw)
    if known.any():
        result[known] = stats.false_discovery_control(raw[known], method="bh")
    return result
