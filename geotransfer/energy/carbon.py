"""The carbon of power in three books, and what a move changes in each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geotransfer.errors import InputError
from geotransfer.types import BoolArray, FloatArray

__all__ = ["CarbonBooks", "CarbonChange", "Verdict", "carbon_books", "carbon_change"]

Verdict = Literal["less", "more", "no clear change", "depends on the accounting", "unknown"]

UNCLEAR = 0.023
"""kg CO2/kWh: median absolute change of the 30 provincial factors from 2022 to 2023 (MEE/NBS announcements 33 of 2024
and 47 of 2025). A smaller difference between two places may turn round with the next announcement."""


@dataclass(frozen=True)
class CarbonBooks:
    """CO2 of a kilowatt-hour, kg/kWh, in three books; arrays of one shape.

    Attributes
    ----------
    average : ndarray
        The province's average factor for all power from the grid.
    contract : ndarray
        Green power bought counts 0, all other power from the grid the residual factor: what others have bought green
        cannot be used twice.
    marginal : ndarray
        All power from the grid counts the fossil factor: what a new load makes run. Buying green power changes nothing
        here, own new plants do.
    """

    average: FloatArray
    contract: FloatArray
    marginal: FloatArray

    def per_tonne(self, kwh_per_t: ArrayLike) -> CarbonBooks:
        """Return t CO2 per t of product for a specific use of power, kWh/t.

        Examples
        --------
        >>> books = carbon_books(0.6191, residual=0.6096, fossil=0.8273)
        >>> float(books.per_tonne(13_400).average.round(2))
        8.3
        """
        use = np.asarray(kwh_per_t, dtype=np.float64) / 1000.0
        if (use < 0).any():
            raise InputError(f"kwh_per_t holds {1000 * use.min():g}, expected kWh/t of at least 0")
        return CarbonBooks(self.average * use, self.contract * use, self.marginal * use)


def carbon_books(
    average: ArrayLike,
    *,
    residual: float,
    fossil: float,
    green_share: ArrayLike = 0.0,
    own_share: ArrayLike = 0.0,
    captive: ArrayLike = False,
) -> CarbonBooks:
    """Return the CO2 of a kilowatt-hour in the average, the contract and the marginal book.

    Parameters
    ----------
    average : array_like
        Average factor of the grid, kg CO2/kWh; NaN (not published) stays NaN in the average book only.
    residual : float
        Factor of the nation without traded non-fossil power, kg CO2/kWh (0.6096 in 2023).
    fossil : float
        Factor of the fossil fleet, kg CO2/kWh (0.8273 in 2023).
    green_share : array_like
        Share of green power bought from the grid, 0 to 1.
    own_share : array_like
        Share from own new wind and sun, 0 to 1: 0 in all books. With `green_share` at most 1.
    captive : array_like of bool
        The rest comes from an own coal plant: the fossil factor in all books, whatever the grid's is.

    Raises
    ------
    InputError
        A negative factor, a share outside 0 to 1 or shares of more than 1 together.

    Examples
    --------
    >>> books = carbon_books(0.1333, residual=0.6096, fossil=0.8273, green_share=0.5)  # 云南
    >>> [round(float(book), 4) for book in (books.average, books.contract, books.marginal)]
    [0.1333, 0.3048, 0.8273]
    """
    factor, green, own = (np.asarray(value, dtype=np.float64) for value in (average, green_share, own_share))
    if (factor < 0).any() or not residual >= 0 or not fossil >= 0:
        raise InputError(f"a factor is below 0 (residual {residual!r}, fossil {fossil!r}), expected kg CO2/kWh >= 0")
    if not ((green >= 0) & (own >= 0) & (green + own <= 1 + 1e-12)).all():
        raise InputError("green_share and own_share are not shares from 0 to 1 that together stay within 1")
    coal, grid = np.asarray(captive, dtype=bool), 1.0 - own
    book = np.zeros(np.broadcast_shapes(factor.shape, green.shape, own.shape, coal.shape))
    return CarbonBooks(
        average=np.where(coal, fossil, factor) * grid + book,
        contract=np.where(coal, fossil * grid, residual * np.maximum(grid - green, 0.0)) + book,
        marginal=fossil * grid + book,
    )


@dataclass(frozen=True)
class CarbonChange:
    """Destination minus origin: below 0 the move saves CO2; t CO2 per t of product.

    Attributes
    ----------
    average, contract, marginal : ndarray
        The change in each book.
    verdict : ndarray of str
        "less", "more" or "no clear change" where the three books agree on it; "depends on the accounting" where they
        do not; "unknown" where a book is NaN.
    """

    average: FloatArray
    contract: FloatArray
    marginal: FloatArray
    verdict: NDArray[np.str_]

    @property
    def depends(self) -> BoolArray:
        """Where the books contradict each other."""
        return np.asarray(self.verdict == "depends on the accounting")


def carbon_change(
    origin: CarbonBooks, destination: CarbonBooks, *, kwh_per_t: ArrayLike, unclear: float = UNCLEAR
) -> CarbonChange:
    """Return what moving a tonne of production changes in the three books.

    Parameters
    ----------
    origin, destination : CarbonBooks
        kg CO2/kWh at 转出地 and 承接地; shapes that broadcast.
    kwh_per_t : array_like
        Power used per tonne of product, the same at both places.
    unclear : float
        Differences up to this, kg CO2/kWh, are no clear change; the default is how far a provincial factor moves from
        one year to the next.

    Raises
    ------
    InputError
        A negative use of power or threshold.

    Examples
    --------
    >>> shandong = carbon_books(0.6191, residual=0.6096, fossil=0.8273)
    >>> yunnan = carbon_books(0.1333, residual=0.6096, fossil=0.8273)
    >>> change = carbon_change(shandong, yunnan, kwh_per_t=13_400)
    >>> round(float(change.average), 1), float(change.contract), str(change.verdict)
    (-6.5, 0.0, 'depends on the accounting')
    """
    if not unclear >= 0:
        raise InputError(f"unclear is {unclear!r}, expected kg CO2/kWh of at least 0")
    pairs = (
        (origin.average, destination.average),
        (origin.contract, destination.contract),
        (origin.marginal, destination.marginal),
    )
    differences = CarbonBooks(*(np.asarray(new - old, dtype=np.float64) for old, new in pairs))
    scaled = differences.per_tonne(kwh_per_t)
    signs = [_sign(book, unclear) for book in (differences.average, differences.contract, differences.marginal)]
    verdict = np.where(signs[0] < 0, "less", np.where(signs[0] > 0, "more", "no clear change"))
    agree = (signs[0] == signs[1]) & (signs[1] == signs[2])
    verdict = np.where(agree, verdict, "depends on the accounting")
    known = np.isfinite(sum(signs))
    return CarbonChange(scaled.average, scaled.contract, scaled.marginal, np.where(known, verdict, "unknown"))


def _sign(difference: FloatArray, unclear: float) -> FloatArray:
    return np.where(np.abs(difference) <= unclear, 0.0, np.sign(difference))
