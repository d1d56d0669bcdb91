"""The share of a load that own wind and sun can meet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.energy.estimate import Estimate
from geotransfer.energy.green_share import capped_green_share, matched_share
from geotransfer.errors import InputError

CAP = Estimate(0.5, 0.3, 0.7)
SHARE = st.floats(0, 1)


def test_matched_share_by_hand():
    # min: 1 + 2 + 0 + 3 = 6 of 3 + 2 + 4 + 3 = 12
    assert matched_share([3, 2, 4, 3], [1, 5, 0, 3]) == 6 / 12


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=30))
def test_matched_share_is_a_share_that_more_generation_never_lowers(hours):
    load, generation = (np.array(profile) for profile in zip(*hours, strict=True))
    load = load + 0.1
    share = matched_share(load, generation)
    assert 0 <= share <= 1 + 1e-12
    assert share <= matched_share(load, 2 * generation) + 1e-12
    assert matched_share(load, load) == pytest.approx(1)


@pytest.mark.parametrize(
    ("load", "generation", "message"),
    [([1, 1], [1], "the same hours"), ([1, -1], [1, 1], "negative or missing"), ([0, 0], [1, 1], "no load at all")],
)
def test_profiles_that_do_not_fit(load, generation, message):
    with pytest.raises(InputError, match=message):
        matched_share(load, generation)


def test_the_cap_by_hand():
    share = capped_green_share([0.2, 0.5, 0.6, 0.9], cap=CAP)
    assert share.used.value.tolist() == [0.2, 0.5, 0.5, 0.5]
    assert share.used.low.tolist() == [0.2, 0.3, 0.3, 0.3]
    assert share.used.high.tolist() == [0.2, 0.5, 0.6, 0.7]
    assert share.binds.tolist() == [False, False, True, True]
    assert not share.stored.value.any()


def test_profiles_take_the_place_of_the_cap():
    share = capped_green_share([0.9, 0.9], cap=CAP, matched=[0.65, 0.95])
    assert share.used.value.tolist() == share.used.low.tolist() == share.used.high.tolist() == [0.65, 0.9]
    assert share.binds.tolist() == [True, False]


def test_storage_lifts_the_cap():
    share = capped_green_share([0.4, 0.9], cap=CAP, storage=True)
    assert share.used.value.tolist() == [0.4, 0.9]
    assert share.stored.value == pytest.approx([0.0, 0.9 - 0.5])
    assert share.stored.low == pytest.approx([0.0, 0.9 - 0.7])
    assert share.stored.high == pytest.approx([0.4 - 0.3, 0.9 - 0.3])
    assert not share.binds.any()


@given(wanted=SHARE, matched=st.none() | SHARE)
def test_never_beyond_the_cap_without_storage(wanted, matched):
    share = capped_green_share(wanted, cap=CAP, matched=matched)
    assert share.used.value <= (0.5 if matched is None else matched)
    assert share.used.low <= share.used.value <= share.used.high <= wanted
    assert bool(share.binds) == (share.used.value < wanted)


@pytest.mark.parametrize("wanted", [-0.1, 50, float("nan")])
def test_no_share(wanted):
    with pytest.raises(InputError, match=r"green_share is .* expected shares from 0 to 1"):
        capped_green_share(wanted, cap=CAP)
