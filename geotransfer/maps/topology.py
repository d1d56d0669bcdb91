"""Polygons as shared arcs: every border between two zones is written once, as small integers.

The page decodes the arcs with ``templates/codec.js``; the format is

- ``arcs``: base64 of LEB128 varints; per arc the number of points, then zigzag deltas of (x, y); the first point of an
  arc is a delta from the first point of the arc before it;
- ``shapes``: base64 of LEB128 varints; per shape the number of polygons, per polygon the number of rings, per ring the
  number of arcs, then each arc as ``2 * index`` (forwards) or ``2 * index + 1`` (backwards).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geotransfer.errors import InputError
from geotransfer.types import IntArray

__all__ = ["Topology", "coverage_tolerance", "pack_varints", "shared_arcs", "simplified"]

TOLERANCE_DEG = 0.01
"""About a kilometre: under one pixel of a national map on any screen."""
QUANTA_PER_TOLERANCE = 10
SMALLEST_RING = np.array([[0, 0], [1, 0], [0, 1]], dtype=np.int64)

Ring = tuple[int, ...]
Shape = tuple[tuple[Ring, ...], ...]
Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Topology:
    """Shapes that share their arcs.

    Parameters
    ----------
    arcs : tuple of array, shape (points, 2)
        Positions in quanta from `origin`.
    shapes : tuple
        Per shape its polygons, per polygon its rings (outer first), per ring its arcs: ``i`` or, backwards, ``~i``.
    origin : (float, float)
        x and y of quantum (0, 0).
    quantum : float
        Size of one step, in the unit of the coordinates.
    """

    arcs: tuple[IntArray, ...]
    shapes: tuple[Shape, ...]
    origin: tuple[float, float]
    quantum: float

    def as_json(self) -> dict[str, Any]:
        """Return the document that ``codec.js`` decodes."""
        return {
            "origin": list(self.origin),
            "quantum": self.quantum,
            "count": len(self.arcs),
            "size": len(self.shapes),
            "arcs": _base64(pack_varints(_arc_numbers(self.arcs))),
            "shapes": _base64(pack_varints(np.fromiter(_shape_numbers(self.shapes), dtype=np.int64))),
        }


def coverage_tolerance(geometries: Geometries, *, largest: float = TOLERANCE_DEG) -> float:
    """Return a simplification tolerance that leaves small polygons (parks) their form, at most `largest` degrees.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> coverage_tolerance(np.array([shapely.box(100, 30, 101, 31)]))
    0.01
    >>> round(coverage_tolerance(np.array([shapely.box(100, 30, 100.01, 30.01)])), 6)
    0.0005
    """
    areas = shapely.area(geometries)
    areas = areas[areas > 0]
    if areas.size == 0:
        return largest
    return float(min(largest, np.sqrt(np.median(areas)) / 20))


def simplified(geometries: Geometries, *, tolerance: float) -> Geometries:
    """Simplify polygons together, so that neighbours keep one border (Visvalingam-Whyatt).

    Edges that do not match their neighbour's are simplified on their own: a gap of at most `tolerance` may show there.
    """
    simple: Geometries = shapely.coverage_simplify(geometries, tolerance)
    lost = shapely.is_empty(simple)
    return np.where(lost, geometries, simple) if lost.any() else simple


def shared_arcs(geometries: Geometries, *, quantum: float) -> Topology:
    """Cut the rings of polygons into arcs, each written once.

    Parameters
    ----------
    geometries : array of Polygon or MultiPolygon
    quantum : float
        Positions are rounded to multiples of it. An outer ring that vanishes becomes a triangle of one quantum, so that
        no island is lost; a hole that vanishes is left out.

    Raises
    ------
    InputError
        There is something else than polygons, or `quantum` is not positive.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    >>> topology = shared_arcs(np.array([west, east]), quantum=0.5)
    >>> len(topology.arcs), topology.origin
    (3, (0.0, 0.0))
    """
    _check(geometries, quantum)
    if shapely.is_empty(geometries).all():
        return Topology((), ((),) * len(geometries), (0.0, 0.0), quantum)
    left, bottom = shapely.total_bounds(geometries)[:2]
    origin = (float(left), float(bottom))
    rings = [[_quantised(p, origin, quantum) for p in shapely.get_parts(g)] for g in geometries]
    flat = [ring for shape in rings for polygon in shape for ring in polygon]
    ids, points = _vertex_ids(flat)
    cutter = _Cutter(ids=ids, junction=_junctions(ids, len(points)), index={}, arcs=[])
    numbers = iter(range(len(flat)))
    shapes = tuple(tuple(tuple(cutter.cut(next(numbers)) for _ in polygon) for polygon in shape) for shape in rings)
    return Topology(tuple(points[arc] for arc in cutter.arcs), shapes, origin, quantum)


def _check(geometries: Geometries, quantum: float) -> None:
    if not (np.isfinite(quantum) and quantum > 0):
        raise InputError(f"quantum is {quantum!r}, expected a positive number of degrees")
    kinds = set(shapely.get_type_id(geometries).tolist()) - {3, 6}
    if kinds:
        names = sorted(shapely.GeometryType(kind).name for kind in kinds)
        raise InputError(f"shapes hold {', '.join(names)}, expected polygons; draw points and lines as overlays")


def _quantised(polygon: shapely.Polygon, origin: tuple[float, float], quantum: float) -> list[IntArray]:
    kept: list[IntArray] = []
    for number, ring in enumerate(shapely.get_rings(polygon)):
        steps = np.rint((shapely.get_coordinates(ring)[:-1] - origin) / quantum).astype(np.int64)
        steps = steps[np.any(steps != np.roll(steps, -1, axis=0), axis=1)] if len(steps) > 1 else steps
        if len(steps) >= 3:
            kept.append(steps)
        elif number == 0:
            corner = np.rint((shapely.get_coordinates(ring)[0] - origin) / quantum).astype(np.int64)
            kept.append(corner + SMALLEST_RING)
    return kept


def _vertex_ids(rings: list[IntArray]) -> tuple[list[IntArray], IntArray]:
    stacked = np.concatenate(rings)
    keys = stacked[:, 0] * (1 << 32) + stacked[:, 1]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    cuts = np.cumsum([len(ring) for ring in rings])[:-1]
    return np.split(inverse.astype(np.int64), cuts), stacked[first]


def _junctions(rings: list[IntArray], vertices: int) -> NDArray[np.bool_]:
    """Mark the vertices that do not have exactly two neighbours: there the ways of two rings can part."""
    here = np.concatenate(rings)
    after = np.concatenate([np.roll(ring, -1) for ring in rings])
    pairs = np.unique(np.concatenate([here * vertices + after, after * vertices + here]))
    return np.asarray(np.bincount(pairs // vertices, minlength=vertices) != 2)


@dataclass(frozen=True)
class _Cutter:
    ids: list[IntArray]
    junction: NDArray[np.bool_]
    index: dict[bytes, int]
    arcs: list[IntArray]

    def cut(self, number: int) -> Ring:
        ring = self.ids[number]
        cuts = np.flatnonzero(self.junction[ring])
        start = int(cuts[0]) if cuts.size else int(np.argmin(ring))
        closed = np.append(np.roll(ring, -start), ring[start])
        inner = np.flatnonzero(self.junction[closed[1:-1]]) + 1 if cuts.size else np.array([], dtype=np.int64)
        edges = [0, *inner.tolist(), len(closed) - 1]
        return tuple(self._arc(closed[a : b + 1]) for a, b in pairwise(edges))

    def _arc(self, way: IntArray) -> int:
        backwards = bool((way[0], way[1]) > (way[-1], way[-2]))
        arc = np.ascontiguousarray(way[::-1] if backwards else way)
        number = self.index.setdefault(arc.tobytes(), len(self.arcs))
        if number == len(self.arcs):
            self.arcs.append(arc)
        return ~number if backwards else number


def _arc_numbers(arcs: tuple[IntArray, ...]) -> IntArray:
    parts: list[IntArray] = []
    before = np.zeros(2, dtype=np.int64)
    for arc in arcs:
        deltas = np.diff(arc, axis=0, prepend=before[None, :])
        parts.append(np.array([len(arc)], dtype=np.int64))
        parts.append(_zigzag(deltas.ravel()))
        before = arc[0]
    return np.concatenate(parts) if parts else np.array([], dtype=np.int64)


def _shape_numbers(shapes: tuple[Shape, ...]) -> Iterator[int]:
    for shape in shapes:
        yield len(shape)
        for polygon in shape:
            yield len(polygon)
            for ring in polygon:
                yield len(ring)
                yield from (2 * arc if arc >= 0 else 2 * ~arc + 1 for arc in ring)


def _zigzag(numbers: IntArray) -> IntArray:
    return np.where(numbers >= 0, 2 * numbers, -2 * numbers - 1)


def pack_varints(numbers: IntArray) -> bytes:
    """Write non-negative integers below 2**35 as LEB128: seven bits to a byte, low bits first.

    Examples
    --------
    >>> import numpy as np
    >>> pack_varints(np.array([1, 300])).hex()
    '01ac02'
    """
    shifts = 7 * np.arange(5)
    groups = (numbers[:, None] >> shifts) & 0x7F
    length = np.maximum(1, np.sum((numbers[:, None] >> shifts) > 0, axis=1))
    column = np.arange(5)
    coded = groups | np.where(column < length[:, None] - 1, 0x80, 0)
    packed: bytes = coded[column < length[:, None]].astype(np.uint8).tobytes()
    return packed


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
