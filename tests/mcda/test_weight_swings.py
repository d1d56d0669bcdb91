from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.errors import InputError
from geotransfer.mcda.aggregation import weighted_sum
from geotransfer.mcda.weight_swings import swung, weight_swings


def test_a_weight_is_halved_and_the_others_keep_their_proportions() -> None:
    weights = np.array([0.6, 0.3, 0.1])
    # 0.6 -> 0.3; the rest, 0.4, becomes 0.7: each times 0.7 / 0.4
    assert swung(weights, 0, 0.5) == pytest.approx([0.3, 0.3 * 0.7 / 0.4, 0.1 * 0.7 / 0.4])


def test_a_weight_cannot_be_raised_beyond_one() -> None:
    assert swung(np.array([0.8, 0.2]), 0, 1.5) == pytest.approx([1.0, 0.0])
    assert swung(np.array([1.0, 0.0]), 0, 0.5) == pytest.approx([1.0, 0.0])


def test_who_leaves_the_top_by_hand() -> None:
    scores = [[0.9, 0.1], [0.8, 0.3], [0.2, 0.9], [0.1, 0.1]]
    # 0.6/0.4: totals 0.58 0.60 0.48 0.10, top two are zones 1 and 0. Halved (0.3/0.7): 0.34 0.45 0.69 0.10, zone 0
    # leaves for zone 2. Raised (0.9/0.1): 0.82 0.75 0.27: the same two. The other weight raised to 0.6 (0.4/0.6):
    # 0.42 0.50 0.62: zone 0 leaves; halved to 0.2 (0.8/0.2): 0.74 0.70 0.34: nobody.
    found = weight_swings(scores, [0.6, 0.4], aggregate=weighted_sum, top=2)
    assert found.lowered.tolist() == [1, 0]
    assert found.raised.tolist() == [0, 1]


@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6), st.data())
def test_swung_weights_sum_to_one(raw: list[float], data: st.DataObject) -> None:
    weights = np.array(raw) / sum(raw)
    criterion = data.draw(st.integers(0, len(raw) - 1))
    for factor in (0.5, 1.5):
        changed = swung(weights, criterion, factor)
        assert changed.sum() == pytest.approx(1.0)
        assert (changed >= 0).all()


@pytest.mark.parametrize("top", [0, 3, 7])
def test_a_top_nobody_can_leave_is_refused(top: int) -> None:
    with pytest.raises(InputError, match="expected 1 to 2"):
        weight_swings(np.eye(3), np.full(3, 1 / 3), aggregate=weighted_sum, top=top)
