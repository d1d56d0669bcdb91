"""Shapes as bytes (WKB) of others: walked before GEOS parses them, whose stack a shape in a shape in a shape overflows.

GEOS 3.13 parses nested shapes by recursion without a limit: 100,000 of them, in 0.9 MB, end the process.
"""

from __future__ import annotations

import struct

__all__ = ["is_plain_wkb", "is_shallow_wkb"]

POINT, LINE, POLYGON, MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION = range(1, 8)
PARTS = {MULTIPOINT: POINT, MULTILINE: LINE, MULTIPOLYGON: POLYGON}
"""A shape of several -> what each of them is."""
Z, M, SRID = 0x80000000, 0x40000000, 0x20000000
"""Flags of the older dialect (EWKB)."""
DEEPEST = 8
"""Collections in collections: more than anybody draws, far fewer than a stack holds."""


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
    return _is_whole(packed, 0)


def is_shallow_wkb(packed: bytes) -> bool:
    """Whether bytes are that, or a collection of such, at most eight deep.

    Examples
    --------
    >>> import shapely
    >>> is_shallow_wkb(shapely.to_wkb(shapely.GeometryCollection([shapely.Point(0, 0)])))
    True
    """
    return _is_whole(packed, DEEPEST)


def _is_whole(packed: bytes, depth: int) -> bool:
    try:
        return _end(packed, 0, depth) == len(packed)
    except (struct.error, ValueError):
        return False


def _begin(packed: bytes, at: int) -> tuple[int, int, int, str]:
    """Return kind, where its content begins, bytes of a position, and the order of bytes."""
    if packed[at : at + 1] not in (b"\x00", b"\x01"):
        raise ValueError("neither order of bytes")
    order = "<" if packed[at] else ">"
    (code,) = struct.unpack_from(f"{order}I", packed, at + 1)
    thousands, kind = divmod(code & 0x0FFFFFFF, 1000)
    if thousands > 3:
        raise ValueError("a dialect that nobody writes")
    axes = 2 + (thousands in (1, 3) or bool(code & Z)) + (thousands in (2, 3) or bool(code & M))
    return kind, at + (9 if code & SRID else 5), 8 * axes, order


def _end(packed: bytes, at: int, depth: int, wanted: int | None = None) -> int:
    """Return where the shape at a place ends; `depth` says how many collections it may lie in."""
    kind, at, width, order = _begin(packed, at)
    if wanted is not None and kind != wanted:
        raise ValueError(f"holds shapes of kind {kind}, expected {wanted}")
    if kind == POINT:
        return _within(packed, at + width)
    if kind in (LINE, POLYGON):
        return _end_of_rings(packed, at, width, order, several=kind == POLYGON)
    if kind not in PARTS and not (kind == COLLECTION and depth > 0):
        raise ValueError("of an unknown kind, or too deep")
    (count,) = struct.unpack_from(f"{order}I", packed, at)
    at += 4
    for _ in range(count):
        at = _end(packed, at, depth - 1, PARTS.get(kind))
    return at


def _end_of_rings(packed: bytes, at: int, width: int, order: str, *, several: bool) -> int:
    rings = 1
    if several:
        (rings,) = struct.unpack_from(f"{order}I", packed, at)
        at += 4
    for _ in range(rings):
        (count,) = struct.unpack_from(f"{order}I", packed, at)
        at = _within(packed, at + 4 + count * width)
    return at


def _within(packed: bytes, end: int) -> int:
    if end > len(packed):
        raise ValueError("shorter than it says")
    return end
