from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.errors import InputError
from geotransfer.relocation.sharing import shapley, shared_by_ratio


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=4), st.integers(0, 100))
def test_both_sides_add_up(amounts: list[int], percent: int) -> None:
    origin, destination = shared_by_ratio([float(amount) for amount in amounts], percent / 100)
    assert (origin + destination).tolist() == pytest.approx(amounts, abs=1e-6)


def test_the_airport_game() -> None:
    # Littlechild and Owen (1973): runways that cost 1, 2 and 3; the shares are 1/3, 1/3 + 1/2, 1/3 + 1/2 + 1
    cost = {"a": 1.0, "b": 2.0, "c": 3.0}
    found = shapley(list(cost), lambda who: max((cost[name] for name in who), default=0.0))
    assert found == pytest.approx({"a": 1 / 3, "b": 5 / 6, "c": 11 / 6})


@given(st.lists(st.integers(-(10**6), 10**6), min_size=7, max_size=7))
def test_the_shares_add_up_to_the_whole(worth: list[int]) -> None:
    groups = ["a", "b", "c", "ab", "ac", "bc", "abc"]
    values = {frozenset(g): v for g, v in zip(groups, worth, strict=True)}
    found = shapley(["a", "b", "c"], lambda who: values.get(who, 0.0))
    assert sum(found.values()) == pytest.approx(worth[-1], abs=1e-6)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="all different"):
        shapley(["a", "a"], lambda _: 0.0)
    with pytest.raises(InputError, match="expected 0"):
        shapley(["a"], lambda _: 1.0)
    with pytest.raises(InputError, match=r"0\.\.1"):
        shared_by_ratio([1.0], 1.5)
    with pytest.raises(InputError, match="2 shares for 1 years"):
        shared_by_ratio([1.0], [0.1, 0.2])
