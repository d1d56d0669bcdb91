from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer import rank
from geotransfer.errors import InputError


def test_best_first_ties_share_nan_is_out() -> None:
    assert rank([0.5, 0.9, np.nan, 0.9, 0.1]).tolist() == [3, 1, -1, 1, 4]


def test_the_last_bit_decides_nothing() -> None:
    assert rank([0.1 + 0.2, 0.3]).tolist() == [1, 1]


def test_none_and_all_missing() -> None:
    assert rank([]).tolist() == []
    assert rank([np.nan, np.nan]).tolist() == [-1, -1]


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(0, 1)), max_size=30), st.randoms())
def test_order_of_the_zones_does_not_matter(values: list[float], random: object) -> None:
    order = np.random.default_rng(0).permutation(len(values))
    assert rank(np.array(values)[order] if values else []).tolist() == rank(values)[order].tolist()


def test_a_matrix_is_refused() -> None:
    with pytest.raises(InputError, match=r"expected \(zones,\)"):
        rank([[1.0]])  # type: ignore[list-item]
