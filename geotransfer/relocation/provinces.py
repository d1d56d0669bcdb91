"""Names of provinces as people write them, and their official ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from geotransfer.catalog.boundaries import boundaries
from geotransfer.errors import InputError

__all__ = ["check_standing", "full_name"]


@cache
def full_name(name: str) -> str:
    """Return the official name of a province: 山东 and 山东省 both give 山东省.

    Raises
    ------
    InputError
        No province, or more than one, begins so.

    Examples
    --------
    >>> full_name("宁夏")
    '宁夏回族自治区'
    """
    names = [str(one) for one in boundaries("province")["name"]]
    found = [one for one in names if len(name) > 1 and one.startswith(name)]
    if len(found) != 1:
        raise InputError(f"{name!r} is no province; expected one of {', '.join(names)}, or its first characters")
    return found[0]


def check_standing(
    standing: Mapping[str, Mapping[str, float]], *, offers: Iterable[tuple[str, str, float, float | None]]
) -> None:
    """Raise `ValueError` where what stands is below 0, or an origin has less than it offers or another figure.

    Parameters
    ----------
    standing : mapping
        Industry -> province -> capacity, in the problem's unit.
    offers : iterable of (origin, industry, capacity, existing or None)
        In the same unit.
    """
    for industry, provinces in standing.items():
        if bad := [name for name, amount in provinces.items() if not 0 <= amount < float("inf")]:
            raise ValueError(f"standing of {industry} in {', '.join(bad)} is below 0 or not a number")
        by_name = {full_name(name): amount for name, amount in provinces.items()}
        if len(by_name) < len(provinces):
            raise ValueError(f"standing of {industry} names a province twice; add the capacities up")
        for origin, what, capacity, existing in offers:
            stands = by_name.get(full_name(origin), 0.0)
            if what == industry and (stands < capacity or existing not in (None, stands)):
                told = f"offers {capacity:g}" if existing is None else f"has {existing:g} (`existing`)"
                raise ValueError(f"{origin} {told} of {industry}, but `standing` gives it {stands:g}; make them agree")
