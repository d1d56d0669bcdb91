"""A study that needs more memory than there is says so, as any other scenario that does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from geotransfer.errors import InputError

__all__ = ["enough_memory"]


@contextmanager
def enough_memory() -> Iterator[None]:
    """Raise `InputError` with the way out where the block, or the function this decorates, finds no memory.

    Examples
    --------
    >>> with enough_memory():
    ...     raise MemoryError("Unable to allocate 7 GiB")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: the study needs more memory than there is (Unable to allocate 7 GiB); expected a grid that fits: take a coarser grid.resolution, a smaller region (within), or a smaller memory_mb
    """  # noqa: E501
    try:
        yield
    except MemoryError as error:
        raise InputError(
            f"the study needs more memory than there is ({error or 'nothing left'}); expected a grid that fits: "
            "take a coarser grid.resolution, a smaller region (within), or a smaller memory_mb"
        ) from error
