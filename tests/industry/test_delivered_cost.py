"""Delivered cost by hand, and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geotransfer as gt
from geotransfer.errors import InputError

AMOUNT = st.floats(0, 1e5)


def test_a_tonne_by_hand():
    cost = gt.delivered_cost(
        [0.40, 0.60], kwh_per_unit=13_400, freight_in=[300.0, 150.0], freight_out=200.0, carbon_price=79.42,
        co2_t_per_unit=[9.8, 3.3], water_price=3.0, water_m3_per_unit=2.0, labour=500.0,
    )  # fmt: skip
    assert cost.power == pytest.approx([13_400 * 0.40, 13_400 * 0.60])
    assert cost.carbon == pytest.approx([79.42 * 9.8, 79.42 * 3.3])
    assert cost.total == pytest.approx([
        13_400 * 0.40 + 300 + 200 + 79.42 * 9.8 + 3 * 2 + 500,
        13_400 * 0.60 + 150 + 200 + 79.42 * 3.3 + 3 * 2 + 500,
    ])  # fmt: skip


@given(st.lists(AMOUNT, min_size=9, max_size=9))
def test_terms_add_up(numbers):
    names = ("kwh_per_unit", "freight_in", "freight_out", "carbon_price", "co2_t_per_unit", "water_price",
             "water_m3_per_unit", "labour")  # fmt: skip
    cost = gt.delivered_cost(numbers[0], **dict(zip(names, numbers[1:], strict=True)))
    assert float(cost.total) == pytest.approx(sum(float(term) for term in cost.terms().values()), rel=1e-12)


@given(price=st.floats(0, 2), more=st.floats(0, 1), carbon=st.floats(0, 500))
def test_a_dearer_place_is_never_cheaper(price, more, carbon):
    cheap, dear = gt.delivered_cost(
        [price, price + more], kwh_per_unit=1000, carbon_price=carbon, co2_t_per_unit=1
    ).total
    assert dear >= cheap


def test_unknown_stays_unknown():
    cost = gt.delivered_cost([0.4, np.nan], kwh_per_unit=100, freight_in=[np.nan, 1.0])
    assert np.isnan(cost.total).all()


@pytest.mark.parametrize(
    ("name", "value"), [("kwh_per_unit", -1.0), ("freight_in", -2.0), ("carbon_price", np.inf), ("labour", -0.1)]
)
def test_bad_numbers(name, value):
    arguments = {"kwh_per_unit": 1.0} | {name: value}
    with pytest.raises(InputError, match=f"{name} holds {value:g}, expected finite numbers of at least 0"):
        gt.delivered_cost(0.4, **arguments)
    with pytest.raises(InputError, match=r"power_price holds -0\.4"):
        gt.delivered_cost(-0.4, kwh_per_unit=1.0)
