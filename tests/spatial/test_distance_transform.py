from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt

from geotransfer.errors import InputError
from geotransfer.spatial.distance_transform import distance_transform


def test_by_hand() -> None:
    cells = np.zeros((3, 4), dtype=bool)
    cells[0, 0] = cells[2, 3] = True
    near = distance_transform(cells)
    assert near[0].tolist() == [0, 1, 2, pytest.approx(2)]
    assert near[1].tolist() == [1, pytest.approx(math.sqrt(2)), pytest.approx(math.sqrt(2)), 1]
    wide = distance_transform(cells, resolution=(10.0, 1.0))
    assert wide[2, 0] == 2
    assert wide[1, 1] == pytest.approx(math.hypot(10, 1))


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.005, 0.1, 0.6]),
    st.sampled_from([(1.0, 1.0), (2.0, 3.0), (0.3, 7.0)]),
)
def test_the_same_as_scipy(height: int, width: int, seed: int, share: float, resolution: tuple[float, float]) -> None:
    rng = np.random.default_rng(seed)
    cells = rng.random((height, width)) < share
    cells[rng.integers(height), rng.integers(width)] = True
    expected = distance_transform_edt(~cells, sampling=resolution[::-1])
    np.testing.assert_allclose(distance_transform(cells, resolution=resolution), expected, rtol=1e-12)


def test_without_a_cell_everything_is_infinitely_far() -> None:
    assert np.isinf(distance_transform(np.zeros((3, 3), dtype=bool))).all()


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"cells have shape \(3,\), expected \(height, width\)"):
        distance_transform(np.array([True, False, True]))
    for resolution in ((0.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)):
        with pytest.raises(InputError, match="expected two positive cell sizes"):
            distance_transform(np.array([[True]]), resolution=resolution)
