from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from geotransfer.catalog.boundaries import boundaries
from geotransfer.errors import InputError
from geotransfer.maps.topology import (
    Topology,
    coverage_tolerance,
    pack_varints,
    shared_arcs,
    simplified,
)


def objects(*shapes: shapely.Geometry) -> np.ndarray:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


def unpacked(raw: bytes) -> Iterator[int]:
    """LEB128 read byte by byte, written from its definition and not from the packer."""
    value = shift = 0
    for byte in raw:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def decoded_arcs(document: dict) -> list[np.ndarray]:
    numbers = unpacked(base64.b64decode(document["arcs"]))
    arcs, start = [], np.zeros(2, dtype=int)
    for _ in range(document["count"]):
        deltas = [[(n >> 1) ^ -(n & 1) for n in (next(numbers), next(numbers))] for _ in range(next(numbers))]
        arc = start + np.cumsum(deltas, axis=0)
        arcs.append(arc)
        start = arc[0]
    assert list(numbers) == []
    return arcs


def decoded(document: dict) -> list[list[list[np.ndarray]]]:
    """Shapes -> polygons -> rings of positions in degrees, without the closing point."""
    arcs = decoded_arcs(document)
    numbers = unpacked(base64.b64decode(document["shapes"]))

    def ring() -> np.ndarray:
        codes = [next(numbers) for _ in range(next(numbers))]
        parts = [arcs[code >> 1][:: -1 if code & 1 else 1] for code in codes]
        for before, after in zip(parts, parts[1:] + parts[:1], strict=True):
            assert_array_equal(before[-1], after[0])  # the arcs of a ring join
        return np.concatenate([part[:-1] for part in parts]) * document["quantum"] + document["origin"]

    shapes = [[[ring() for _ in range(next(numbers))] for _ in range(next(numbers))] for _ in range(document["size"])]
    assert list(numbers) == []
    return shapes


def turned(ring: np.ndarray) -> np.ndarray:
    """The ring from its lexicographically first point on."""
    return np.roll(ring, -min(range(len(ring)), key=lambda i: tuple(ring[i])), axis=0)


def assert_same_shapes(topology: Topology, geometries: np.ndarray) -> None:
    """Every decoded ring is the ring of the geometry, in its direction, rounded to the quantum."""
    quantum = topology.quantum
    for polygons, geometry in zip(decoded(topology.as_json()), geometries, strict=True):
        for rings, polygon in zip(polygons, shapely.get_parts(geometry), strict=True):
            expected = [
                np.rint((shapely.get_coordinates(ring)[:-1] - topology.origin) / quantum)
                for ring in shapely.get_rings(polygon)
            ]
            expected = [ring[np.any(ring != np.roll(ring, -1, axis=0), axis=1)] for ring in expected]
            assert len(expected[0]) >= 3 or len(rings) == 1
            expected = [ring for ring in expected if len(ring) >= 3]
            if not expected:  # an islet below the quantum, which has its own test
                continue
            got = [np.rint((ring - topology.origin) / quantum) for ring in rings]
            for one, other in zip(got, expected, strict=True):
                assert_array_equal(turned(one), turned(other))


def test_two_neighbours_share_one_arc() -> None:
    topology = shared_arcs(objects(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)), quantum=0.5)
    (west,), (east,) = topology.shapes
    used = [arc if arc >= 0 else ~arc for arc in (*west[0], *east[0])]
    # west side, east side and the border between them, which alone is used twice
    assert len(topology.arcs) == 3
    assert sorted(np.bincount(used)) == [1, 1, 2]
    shared = topology.arcs[int(np.argmax(np.bincount(used)))]
    assert sorted(map(tuple, shared.tolist())) == [(2, 0), (2, 2)]


def test_a_hole_is_the_border_of_the_zone_in_it() -> None:
    inner = shapely.box(1, 1, 2, 2)
    outer = shapely.box(0, 0, 3, 3).difference(inner)
    topology = shared_arcs(objects(outer, inner), quantum=0.1)
    assert len(topology.arcs) == 2
    assert_same_shapes(topology, objects(outer, inner))


def test_real_counties_come_back_to_the_quantum() -> None:
    counties = np.asarray(boundaries("county", within=["宁夏", "甘肃", "江苏", "山东"]).geometry, dtype=object)
    simple = simplified(counties, tolerance=0.01)
    topology = shared_arcs(simple, quantum=0.001)
    assert_same_shapes(topology, simple)
    # a border is written once: clearly fewer positions than the rings hold
    assert sum(map(len, topology.arcs)) < 0.65 * shapely.get_num_coordinates(simple).sum()


def test_rounding_is_at_most_half_a_quantum() -> None:
    triangle = shapely.Polygon([(0, 0), (1.234567, 0.1), (0.3, 0.98765)])
    ((ring,),) = (decoded(shared_arcs(objects(triangle), quantum=0.01).as_json())[0],)
    assert_allclose(turned(ring[0]), turned(shapely.get_coordinates(triangle)[:-1]), atol=0.005 + 1e-12)


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(1, 4)),
        min_size=1,
        max_size=12,
    )
)
def test_overlapping_boxes_come_back_too(corners: list[tuple[int, int, int, int]]) -> None:
    boxes = objects(*(shapely.box(x, y, x + w, y + h) for x, y, w, h in corners))
    assert_same_shapes(shared_arcs(boxes, quantum=1.0), boxes)


def test_an_islet_smaller_than_the_quantum_is_kept() -> None:
    islet = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 5.0001, 5.0001)])
    (shape,) = decoded(shared_arcs(objects(islet), quantum=0.01).as_json())
    assert len(shape) == 2
    assert_allclose(shape[1][0], [[5, 5], [5.01, 5], [5, 5.01]])


def test_nothing_to_draw_is_no_arc() -> None:
    topology = shared_arcs(objects(shapely.MultiPolygon(), shapely.MultiPolygon()), quantum=0.1)
    assert topology.arcs == ()
    assert decoded(topology.as_json()) == [[], []]


@given(st.lists(st.integers(0, 2**35 - 1), max_size=50))
def test_varints_come_back(numbers: list[int]) -> None:
    assert list(unpacked(pack_varints(np.array(numbers, dtype=np.int64)))) == numbers


def test_parks_keep_their_form() -> None:
    # sqrt(area) / 20 of a park of 0.02 x 0.02 degrees
    parks = objects(*(shapely.box(x, 0, x + 0.02, 0.02) for x in range(3)))
    assert coverage_tolerance(parks) == pytest.approx(0.02 / 20)


def test_points_are_no_shapes() -> None:
    with pytest.raises(InputError, match="shapes hold POINT, expected polygons"):
        shared_arcs(objects(shapely.Point(0, 0)), quantum=0.1)


@pytest.mark.parametrize("quantum", [0.0, -1.0, float("nan"), float("inf")])
def test_a_quantum_is_positive(quantum: float) -> None:
    with pytest.raises(InputError, match=r"quantum is .*expected a positive number"):
        shared_arcs(objects(shapely.box(0, 0, 1, 1)), quantum=quantum)
