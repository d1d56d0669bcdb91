"""How much of a load its own wind and sun can meet: by hourly profiles, by storage, or capped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.energy.estimate import Estimate, exactly
from geotransfer.errors import InputError
from geotransfer.types import BoolArray, FloatArray

__all__ = ["GreenShare", "capped_green_share", "matched_share"]


def matched_share(load: ArrayLike, generation: ArrayLike) -> float:
    """Return the share of a load that a generation profile meets in the same hour, without storage.

    ``sum(min(load, generation)) / sum(load)``.

    Parameters
    ----------
    load, generation : array_like
        Hour by hour over the same hours, one unit (MW, or kWh per hour), none below 0, no NaN.

    Raises
    ------
    InputError
        Profiles of different length, a negative or missing hour, or a load that is 0 throughout.

    Examples
    --------
    >>> matched_share([1, 1, 1, 1], [0, 2, 0.5, 0])  # 1 + 0.5 of 4
    0.375
    """
    wanted, made = (np.asarray(profile, dtype=np.float64) for profile in (load, generation))
    if wanted.shape != made.shape or wanted.ndim != 1:
        raise InputError(
            f"load and generation have the shapes {wanted.shape} and {made.shape}, expected the same hours"
        )
    if not ((wanted >= 0).all() and (made >= 0).all() and wanted.sum() > 0):
        raise InputError("load or generation holds a negative or missing hour, or no load at all; expected values >= 0")
    return float(np.minimum(wanted, made).sum() / wanted.sum())


@dataclass(frozen=True)
class GreenShare:
    """The green share that is used in the place of the one that was wanted.

    Attributes
    ----------
    used : Estimate
        Share of the load met by own wind and sun; low and high come from the cap's.
    stored : Estimate
        Part of it that goes through storage.
    binds : ndarray of bool
        Where the cap took something away.
    """

    used: Estimate
    stored: Estimate
    binds: BoolArray


def capped_green_share(
    wanted: ArrayLike, *, cap: Estimate, matched: ArrayLike | None = None, storage: bool = False
) -> GreenShare:
    """Return the green share that a plant that runs day and night can have.

    Parameters
    ----------
    wanted : array_like
        Share of the load, 0 to 1.
    cap : Estimate
        Largest share without storage and without profiles.
    matched : array_like, optional
        Share found with hourly profiles (`matched_share`); takes the cap's place, without a range.
    storage : bool
        Storage is paid for: the share is met in full, what lies above the cap (or above `matched`) is stored.

    Raises
    ------
    InputError
        A share outside 0 to 1.

    Examples
    --------
    >>> share = capped_green_share([0.4, 0.8], cap=Estimate(0.5, 0.3, 0.7))
    >>> share.used.value.tolist(), share.used.low.tolist(), share.binds.tolist()
    ([0.4, 0.5], [0.3, 0.3], [False, True])
    """
    asked = _share("green_share", wanted)
    limit = cap if matched is None else exactly(_share("matched", matched))
    direct = Estimate(*(np.minimum(asked, bound) for bound in (limit.value, limit.low, limit.high)))
    if not storage:
        return GreenShare(direct, exactly(np.zeros_like(direct.value)), np.asarray(asked > limit.value))
    # little is stored where the cap is high
    stored = Estimate(*(asked - bound for bound in (direct.value, direct.high, direct.low)))
    return GreenShare(exactly(asked + np.zeros_like(direct.value)), stored, np.zeros(direct.value.shape, dtype=bool))


def _share(name: str, value: ArrayLike) -> FloatArray:
    share = np.asarray(value, dtype=np.float64)
    if not ((share >= 0) & (share <= 1)).all():
        raise InputError(f"{name} is {share.tolist()}, expected shares from 0 to 1; divide percent by 100")
    return share
