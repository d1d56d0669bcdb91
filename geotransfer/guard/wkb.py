"""Shapes as bytes (WKB) of others: walked before GEOS parses them, whose stack a shape in a shape in a shape overflows.

GEOS 3.13 parses nested shapes by recursion without a limit: 100,000 of them, in 0.9 MB, end the process.
"""

from __future__ import annotations

import struct

__all__ = ["is_plain_wkb"]

POINT, POLYGON, MULTIPOINT, MULTIPOLYGON = 1, 3, 4, 6
LINE, MULTILINE = 2, 5
PARTS = {MULTIPOINT: POINT, MULTILINE: LINE, MULTIPOLYGON: POLYGON}
"""A shape of several -> what each of them is."""
Z, M, SRID = 0x80000000, 0x40000000, 0x20000000
"""Flags of the older dialect (EWKB)."""


def is_plain_wkb(packed: bytes) -> bool:
    """Whether bytes are a point, a line, a polygon or several of one of them, as long as they say, in two to four axes.

    Examples
    --------
    >>> import shapely
    >>> is_plain_wkb(shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])))
    True
    >>> is_plain_wkb(shapely.to_wkb(shapely.GeometryCollection([shapely.Point(0, 0)])))
    False
    """
    try:
        kind, end = _begin(packed, 0)[:2]
        if kind not in PARTS:
            return _end_of_one(packed, 0) == len(packed)
        order = _begin(packed, 0)[3]
        (count,) = struct.unpack_from(f"{order}I", packed, end)
        end += 4
        for _ in range(count):
            if _begin(packed, end)[0] != PARTS[kind]:
                return False
            end = _end_of_one(packed, end)
    except (struct.error, ValueError):
        return False
    return end == len(packed)


def _begin(packed: bytes, at: int) -> tuple[int, int, int, str]:
    """Return kind, where its content begins, bytes of a position, and the order of bytes."""
    if packed[at : at + 1] not in (b"\x00", b"\x01"):
        raise ValueError("neither order of bytes")
    order = "<" if packed[at] else ">"
    (code,) = struct.unpack_from(f"{order}I", packed, at + 1)
    thousands, kind = divmod(code & 0x0FFFFFFF, 1000)
    if code & SRID or thousands > 3:
        raise ValueError("a dialect that no run writes")
    axes = 2 + (thousands in (1, 3) or bool(code & Z)) + (thousands in (2, 3) or bool(code & M))
    return kind, at + 5, 8 * axes, order


def _end_of_one(packed: bytes, at: int) -> int:
    kind, at, width, order = _begin(packed, at)
    if kind == POINT:
        return _within(packed, at + width)
    rings = 1
    if kind == POLYGON:
        (rings,) = struct.unpack_from(f"{order}I", packed, at)
        at += 4
    elif kind != LINE:
        raise ValueError("neither a point, a line nor a polygon")
    for _ in range(rings):
        (count,) = struct.unpack_from(f"{order}I", packed, at)
        at = _within(packed, at + 4 + count * width)
    return at


def _within(packed: bytes, end: int) -> int:
    if end > len(packed):
        raise ValueError("shorter than it says")
    return end
