"""A study that needs more memory than there is says so, as any other scenario that does not fit."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from geotransfer.errors import InputError

__all__ = ["told_when_short"]

P = ParamSpec("P")
R = TypeVar("R")


def told_when_short(work: Callable[P, R]) -> Callable[P, R]:
    """Return a function that raises `InputError` with the way out where `work` finds no memory.

    Examples
    --------
    >>> @told_when_short
    ... def greedy():
    ...     raise MemoryError("Unable to allocate 7 GiB")
    >>> greedy()
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: the study needs more memory than there is (Unable to allocate 7 GiB); expected a grid that fits: take a coarser grid.resolution, a smaller region (within), or a smaller memory_mb
    """  # noqa: E501

    @wraps(work)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except MemoryError as error:
            raise InputError(
                f"the study needs more memory than there is ({error or 'nothing left'}); expected a grid that fits: "
                "take a coarser grid.resolution, a smaller region (within), or a smaller memory_mb"
            ) from error

    return told
