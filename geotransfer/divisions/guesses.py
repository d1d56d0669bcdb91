"""The divisions spelt most like a name that is none: by rapidfuzz where it is installed, else by difflib."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from importlib import import_module
from importlib.util import find_spec

__all__ = ["likeness", "nearest", "nearest_name"]


def likeness(first: str, second: str) -> float:
    """Return how alike two names are, 0 to 100.

    Examples
    --------
    >>> likeness("霍林郭勒市", "霍林郭勒市"), round(likeness("霍林格勒市", "霍林郭勒市"))
    (100.0, 80)
    """
    ratio = _ratio()
    return float(ratio(first, second)) if ratio else 100.0 * SequenceMatcher(None, first, second).ratio()


def nearest(name: str, spellings: Sequence[str], *, limit: int = 3, least: float = 40.0) -> list[tuple[int, float]]:
    """Return the places of the spellings most like a name, the likest first, each with its likeness 0 to 100.

    Examples
    --------
    >>> nearest("霍林格勒市", ["锡林浩特市", "霍林郭勒市"], limit=1)
    [(1, 80.0)]
    """
    if _ratio() is None:
        return _nearest_by_difflib(name, spellings, limit, least)
    process = import_module("rapidfuzz.process")
    found: Sequence[tuple[str, float, int]] = process.extract(
        name, spellings, scorer=_ratio(), limit=limit, score_cutoff=least
    )
    return [(place, float(score)) for _, score, place in found]


def _nearest_by_difflib(name: str, spellings: Sequence[str], limit: int, least: float) -> list[tuple[int, float]]:
    matcher = SequenceMatcher(None, "", name)
    found = []
    for place, text in enumerate(spellings):
        matcher.set_seq1(text)
        # the two quick ratios are upper bounds
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) * 100.0 >= least:
            found.append((place, 100.0 * matcher.ratio()))
    return sorted([pair for pair in found if pair[1] >= least], key=lambda pair: (-pair[1], pair[0]))[:limit]


def nearest_name(name: str, known: Mapping[str, str], *, least: float, apart: float) -> tuple[str, float]:
    """Return what the likest of the known spellings stands for; ("", 0) unless it is alike enough and alone.

    Examples
    --------
    >>> nearest_name("inner-monglia", {"innermongolia": "内蒙古自治区", "hunan": "湖南省"}, least=85, apart=10)[0]
    '内蒙古自治区'
    """
    spellings = list(known)
    found = nearest(name, spellings, limit=5, least=least)
    if not found:
        return "", 0.0
    place, score = found[0]
    rivals = [other for i, other in found if known[spellings[i]] != known[spellings[place]]]
    return (known[spellings[place]], score) if not rivals or score - rivals[0] >= apart else ("", 0.0)


@cache
def _ratio() -> Callable[[str, str], float] | None:
    return import_module("rapidfuzz.fuzz").ratio if find_spec("rapidfuzz") else None
