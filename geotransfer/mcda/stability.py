"""What a planner is told about a zone: robust, likely, depends on the weights, unlikely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geotransfer.errors import InputError
from geotransfer.mcda.acceptability import RankAcceptability
from geotransfer.types import IntArray

__all__ = ["STABILITY", "Stability", "TopStayers", "stability_classes", "top_stayers"]

Stability = Literal["robust", "likely", "depends on the weights", "unlikely"]

STABILITY: tuple[tuple[float, Stability], ...] = (
    (0.90, "robust"),
    (0.66, "likely"),
    (0.33, "depends on the weights"),
    (0.0, "unlikely"),
)
"""Lowest share of draws for each class: "very likely", "likely", "about as likely as not" and below in the calibrated
language of the IPCC (Mastrandrea, M. D. et al. (2010), Guidance note for lead authors of the IPCC Fifth Assessment
Report on consistent treatment of uncertainties, table 1)."""


def stability_classes(shares: ArrayLike) -> NDArray[np.str_]:
    """Return the class of each zone from the share of draws in which it was in the top.

    Parameters
    ----------
    shares : array_like
        Shape (zones,), 0 to 1: ``RankAcceptability.top(n)``, with n = 10 % of the zones in the study. NaN: "".

    Returns
    -------
    ndarray of str
        "robust" from 0.90, "likely" from 0.66, "depends on the weights" from 0.33, "unlikely" below.

    Examples
    --------
    >>> stability_classes([0.95, 0.7, 0.5, 0.1]).tolist()
    ['robust', 'likely', 'depends on the weights', 'unlikely']
    """
    array = np.asarray(shares, dtype=np.float64)
    if array.ndim != 1 or (array < 0).any() or (array > 1).any():
        raise InputError(f"shares have shape {array.shape}; expected (zones,), numbers between 0 and 1")
    return np.asarray(
        np.select([array >= limit for limit, _ in STABILITY], [name for _, name in STABILITY], default="")
    )


@dataclass(frozen=True, eq=False)
class TopStayers:
    """Which zones stay in the top: to be read before a winner is named.

    Attributes
    ----------
    n : int
        Size of the top.
    share : float
        Share of draws a zone must reach.
    zones : ndarray of int
        Positions of the zones that do, the surest first.
    best : float
        Highest share any zone reached.
    """

    n: int
    share: float
    zones: IntArray
    best: float

    @property
    def none(self) -> bool:
        """True when no zone stays: there is no winner whatever the weights."""
        return len(self.zones) == 0


def top_stayers(result: RankAcceptability, *, n: int = 10, share: float = 0.5) -> TopStayers:
    """Return the zones that are among the first `n` in at least `share` of the draws.

    Examples
    --------
    Three zones, each the best in one of three criteria: none is first in half of the draws.

    >>> from geotransfer import rank_acceptability
    >>> stayers = top_stayers(rank_acceptability([[1, 0, 0], [0, 1, 0], [0, 0, 1]], seed=1), n=1)
    >>> stayers.none, round(stayers.best, 1)
    (True, 0.3)
    """
    if not 0 < share <= 1:
        raise InputError(f"share is {share!r}; expected a number above 0 and at most 1")
    shares = result.top(n)
    order = np.argsort(-shares, kind="stable")
    return TopStayers(n, share, order[shares[order] >= share].astype(np.int64), float(shares.max()))
