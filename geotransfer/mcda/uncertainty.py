"""Criteria that are known with an error, drawn together with the weights.

An error belongs to what was measured: a tariff is wrong for a whole price area at once, a modelled wind speed over
some hundred kilometres, a distance zone by zone. Drawing a provincial error county by county would reshuffle the
counties of a province for no reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray, IntArray

__all__ = ["CriterionError", "ErrorDrawer", "draw_errors"]

FREQUENCIES = 256
"""Waves of a random field. Its correlation differs from the covariance asked for by at most 0.07 within the range (0.01
for the Gaussian one), and by 0.05 in the root mean square over all pairs of zones of a country (tests). A draw costs
2 x frequencies x zones multiplications."""
GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


@dataclass(frozen=True)
class CriterionError:
    """The error of one criterion, in the criterion's own unit.

    Either a standard error (normal), or the lowest and the highest deviation from the value (`low` <= 0 <= `high`;
    triangular with its peak at 0, or uniform).

    Attributes
    ----------
    scope : str
        "national": one error for all zones. "zone": each its own. "field": correlated over `range_km`. Anything else
        is the name of a grouping, such as "province" or "price_area": one error per group.
    standard_error : float or tuple of float, optional
        One number, or one per zone for the scopes "field" and "zone".
    low, high : float, optional
        Deviations, for example -0.02 and 0.03 yuan/kWh.
    shape : {"triangular", "uniform"}
        Law between `low` and `high`.
    relative : bool
        The numbers are shares of the value (0.1 = 10 %).
    range_km : float, optional
        For "field": the distance at which the correlation has fallen to 0.05 (the practical range of geostatistics).
    covariance : {"exponential", "gaussian"}
        For "field": ``exp(-3 h / range)`` (rough) or ``exp(-3 (h / range)^2)`` (smooth).

    References
    ----------
    Chiles, J.-P. and Delfiner, P. (2012), Geostatistics, 2nd ed., Wiley, section 2.5 (covariance models, range).

    Examples
    --------
    >>> CriterionError("province", standard_error=0.01).scope
    'province'
    """

    scope: str
    standard_error: float | tuple[float, ...] | None = None
    low: float | None = None
    high: float | None = None
    shape: Literal["triangular", "uniform"] = "triangular"
    relative: bool = False
    range_km: float | None = None
    covariance: Literal["exponential", "gaussian"] = "exponential"

    def __post_init__(self) -> None:
        self._check_size()
        if self.shape not in ("triangular", "uniform"):
            raise InputError(f"shape is {self.shape!r}; expected 'triangular' or 'uniform'")
        if self.covariance not in ("exponential", "gaussian"):
            raise InputError(f"covariance is {self.covariance!r}; expected 'exponential' or 'gaussian'")
        if (self.scope == "field") != (self.range_km is not None):
            raise InputError(
                f"scope is {self.scope!r} and range_km is {self.range_km!r}; range_km belongs to the scope 'field'"
            )
        if self.range_km is not None and not 0 < self.range_km < np.inf:
            raise InputError(f"range_km is {self.range_km!r}; expected a finite number > 0")

    def _check_size(self) -> None:
        if (self.standard_error is None) == (self.low is None) or (self.low is None) != (self.high is None):
            raise InputError(
                f"standard_error is {self.standard_error!r}, low {self.low!r}, high {self.high!r}; expected either "
                "standard_error, or low and high"
            )
        if self.low is not None and self.high is not None and not -np.inf < self.low <= 0 <= self.high < np.inf:
            raise InputError(
                f"low is {self.low!r} and high is {self.high!r}; they are deviations from the value: low <= 0 <= high"
            )
        if self.standard_error is not None:
            size = np.asarray(self.standard_error, dtype=np.float64)
            if not np.isfinite(size).all() or (size < 0).any() or size.ndim != isinstance(self.standard_error, tuple):
                raise InputError(
                    f"standard_error is {self.standard_error!r}; expected a finite number >= 0 or a tuple of them"
                )
            if isinstance(self.standard_error, tuple) and self.scope not in ("field", "zone"):
                raise InputError(
                    f"standard_error has one number per zone but the scope is {self.scope!r}; an error that zones "
                    "share has one size: pass one number (relative=True scales it with the value)"
                )


def draw_errors(
    error: CriterionError,
    values: ArrayLike,
    *,
    draws: int,
    seed: int,
    groups: Mapping[str, Sequence[object]] | None = None,
    coordinates_km: ArrayLike | None = None,
) -> FloatArray:
    """Return drawn values of one criterion, shape (draws, zones): value + error.

    Parameters
    ----------
    error : CriterionError
        Size and scope.
    values : array_like
        Shape (zones,), in the criterion's unit.
    draws : int
        How many.
    seed : int
        Of the draws.
    groups : mapping of str to sequence, optional
        Name of a grouping -> label of each zone, for example ``{"province": [...]}``.
    coordinates_km : array_like, optional
        Shape (zones, 2): points of the zones in km on a projected plane; for the scope "field".

    Examples
    --------
    Two counties of one province differ by the same amount in every draw.

    >>> error = CriterionError("province", standard_error=0.02)
    >>> drawn = draw_errors(error, [0.30, 0.31, 0.40], draws=3, seed=1, groups={"province": ["a", "a", "b"]})
    >>> (drawn[:, 1] - drawn[:, 0]).round(12)
    array([0.01, 0.01, 0.01])
    """
    drawer = ErrorDrawer.of(error, np.asarray(values, dtype=np.float64), groups=groups, coordinates_km=coordinates_km)
    return drawer.draw(np.random.default_rng(seed), draws)


@dataclass(frozen=True, eq=False)
class ErrorDrawer:
    """An error made ready for zones: draws values (draws, zones); made by `of`, which checks.

    Attributes
    ----------
    error : CriterionError
        Size and scope.
    values : ndarray
        Shape (zones,).
    unit : ndarray of int
        Shape (zones,): which of the independent normal numbers is the zone's.
    n_units : int
        How many of these there are per draw.
    waves : ndarray or None
        Shape (2 x frequencies, zones): turns normal numbers into a field.
    """

    error: CriterionError
    values: FloatArray
    unit: IntArray
    n_units: int
    waves: FloatArray | None

    @classmethod
    def of(
        cls,
        error: CriterionError,
        values: FloatArray,
        *,
        groups: Mapping[str, Sequence[object]] | None,
        coordinates_km: ArrayLike | None,
    ) -> ErrorDrawer:
        """Return the drawer for zones with these values, groups and places."""
        n = len(values)
        if isinstance(error.standard_error, tuple) and len(error.standard_error) != n:
            raise InputError(f"standard_error has {len(error.standard_error)} numbers, expected {n}: one per zone")
        if error.scope == "field":
            waves = _waves(_checked_coordinates(coordinates_km, n), error)
            return cls(error, values, np.arange(n), len(waves), waves)
        if error.scope == "zone":
            return cls(error, values, np.arange(n), n, None)
        if error.scope == "national":
            return cls(error, values, np.zeros(n, dtype=np.int64), 1, None)
        unit, n_units = _group_numbers(error.scope, groups, n)
        return cls(error, values, unit, n_units, None)

    def draw(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """Return `draws` drawn values of each zone, shape (draws, zones)."""
        normal = rng.standard_normal((draws, self.n_units))
        if self.waves is not None:
            normal = np.einsum("du,uz->dz", normal, self.waves)
        deviation = np.take(self._deviation(normal), self.unit, axis=1)
        if isinstance(self.error.standard_error, tuple):
            deviation = deviation * np.asarray(self.error.standard_error)
        return np.asarray(self.values + (deviation * self.values if self.error.relative else deviation))

    def _deviation(self, normal: FloatArray) -> FloatArray:
        """Turn standard normal numbers into deviations, rising with them (Gaussian copula for low and high)."""
        error = self.error
        if error.low is None or error.high is None:
            size = error.standard_error or 0.0
            return normal if isinstance(size, tuple) else np.asarray(normal * size)
        from scipy.special import ndtr

        share = ndtr(normal)
        if error.shape == "uniform":
            return np.asarray(error.low + (error.high - error.low) * share)
        width = error.high - error.low
        rising = error.low + np.sqrt(np.maximum(share * width * -error.low, 0.0))
        falling = error.high - np.sqrt(np.maximum((1.0 - share) * width * error.high, 0.0))
        return np.asarray(np.where(share * width < -error.low, rising, falling))


def _group_numbers(scope: str, groups: Mapping[str, Sequence[object]] | None, n: int) -> tuple[IntArray, int]:
    if groups is None or scope not in groups:
        raise InputError(
            f"an error has the scope {scope!r}; expected 'national', 'field', 'zone' or one of the groups "
            f"{sorted(groups or {})}: pass groups={{{scope!r}: [label of each zone]}}"
        )
    labels = [str(label) for label in groups[scope]]
    if len(labels) != n:
        raise InputError(f"groups[{scope!r}] has {len(labels)} labels, expected {n}: one per zone")
    names, number = np.unique(labels, return_inverse=True)
    return number.astype(np.int64), len(names)


def _checked_coordinates(coordinates_km: ArrayLike | None, n: int) -> FloatArray:
    if coordinates_km is None:
        raise InputError("an error has the scope 'field'; pass coordinates_km of shape (zones, 2)")
    places = np.asarray(coordinates_km, dtype=np.float64)
    if places.shape != (n, 2) or not np.isfinite(places).all():
        raise InputError(f"coordinates_km have shape {places.shape}, expected ({n}, 2), finite: x and y in km")
    return places


def _waves(places: FloatArray, error: CriterionError) -> FloatArray:
    """Return cosines and sines at the places, so that normal numbers times them are a field of variance 1.

    Random Fourier features with frequencies at quantiles of the covariance's spectral density (radius) and golden
    angles (direction) instead of random ones. A Cholesky factor would be exact, but costs zones^3 and its last bits
    depend on the number of threads.

    References
    ----------
    Rahimi, A. and Recht, B. (2007), Random features for large-scale kernel machines, NIPS 20. Spectral densities in
    the plane: exponential -> Cauchy, P(radius < r) = 1 - 1 / sqrt(1 + (r l)^2); Gaussian -> Rayleigh.
    """
    quantile = (np.arange(FREQUENCIES) + 0.5) / FREQUENCIES
    range_km = float(error.range_km or np.nan)
    if error.covariance == "exponential":
        radius = np.sqrt((1.0 - quantile) ** -2 - 1.0) * 3.0 / range_km
    else:
        radius = np.sqrt(-2.0 * np.log1p(-quantile)) * np.sqrt(6.0) / range_km
    angle = np.arange(FREQUENCIES) * GOLDEN_ANGLE
    phase = np.outer(radius * np.cos(angle), places[:, 0]) + np.outer(radius * np.sin(angle), places[:, 1])
    return np.asarray(np.concatenate([np.cos(phase), np.sin(phase)]) / np.sqrt(FREQUENCIES))
