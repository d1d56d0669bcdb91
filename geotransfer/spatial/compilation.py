"""numba behind one door: it takes a second to import, and the rest of the package does without it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar, cast

__all__ = ["compiled"]

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def compiled(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Return `function` as machine code, compiled when it is first called and kept on disk where that is possible.

    Examples
    --------
    >>> def half(x: float) -> float:
    ...     return x / 2
    >>> compiled(half)(3.0)
    1.5
    """
    return cast("Callable[Arguments, Answer]", _compiled(function))


@cache
def _compiled(function: Callable[..., object]) -> object:
    import numba

    try:
        return numba.njit(cache=True)(function)
    except RuntimeError:
        # no folder to keep the machine code in: every process compiles
        return numba.njit()(function)
