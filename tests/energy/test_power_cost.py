"""The annuity by hand, and its laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.energy.power_cost import capital_recovery_factor, lcoe
from geotransfer.errors import InputError

COSTS = {"capex": 5000.0, "fixed_opex": 120.0, "variable_opex": 0.01, "rate": 0.07, "years": 20}


def test_capital_recovery_factor_by_hand():
    growth = 1.1**25
    assert capital_recovery_factor(0.10, 25) == pytest.approx(0.1 * growth / (growth - 1), rel=1e-14)
    assert capital_recovery_factor(0.10, 25) == pytest.approx(0.110168, abs=5e-7)


def test_capital_recovery_factor_without_interest():
    assert capital_recovery_factor(0.0, 20) == 1 / 20
    assert capital_recovery_factor(1e-12, 20) == pytest.approx(1 / 20, rel=1e-9)


@pytest.mark.parametrize("rate", [-0.01, 1.0, 7.0, math.nan, math.inf])
def test_rate_that_is_no_share(rate):
    with pytest.raises(InputError, match=r"rate is .* expected a share per year"):
        capital_recovery_factor(rate, 25)


@pytest.mark.parametrize("years", [0, -1, math.nan, math.inf])
def test_lifetime_that_is_no_lifetime(years):
    with pytest.raises(InputError, match=r"years is .* expected a lifetime above 0"):
        capital_recovery_factor(0.07, years)


def test_lcoe_by_hand():
    costs = {"capex": 8760.0, "fixed_opex": 87.6, "variable_opex": 0.05, "rate": 0.0, "years": 10}
    # 8760 / 10 + 87.6 = 963.6 yuan/kW/a over 8760 x 0.25 = 2190 h, plus 0.05
    assert lcoe(**costs, capacity_factor=0.25) == pytest.approx(963.6 / 2190 + 0.05, rel=1e-14)


def test_lcoe_with_the_factor_by_hand():
    costs = {"capex": 1000.0, "fixed_opex": 0.0, "variable_opex": 0.0, "rate": 0.10, "years": 25}
    assert lcoe(**costs, capacity_factor=0.5) == pytest.approx(110.168 / 4380, rel=1e-5)


def test_lcoe_of_no_energy_and_of_no_data():
    result = lcoe(**COSTS, capacity_factor=[0.0, np.nan, 1.0])
    assert np.isinf(result[0])
    assert np.isnan(result[1])
    assert np.isfinite(result[2])


@pytest.mark.parametrize("share", [25.0, -0.1, [0.2, 1.2]])
def test_capacity_factor_that_is_no_share(share):
    with pytest.raises(InputError, match=r"expected shares from 0 to 1; divide percent by 100"):
        lcoe(**COSTS, capacity_factor=share)


@pytest.mark.parametrize("name", ["capex", "fixed_opex", "variable_opex"])
def test_negative_cost(name):
    with pytest.raises(InputError, match=f"{name} holds -1, expected costs of at least 0"):
        lcoe(**(COSTS | {name: -1.0}), capacity_factor=0.3)


@given(st.floats(0.001, 0.5), st.floats(1, 60))
def test_factor_lies_above_its_two_bounds(rate, years):
    factor = capital_recovery_factor(rate, years)
    assert factor >= max(rate, 1 / years) * (1 - 1e-12)
    assert factor <= (rate + 1 / years) * (1 + 1e-12)


@given(st.floats(0.01, 0.99), st.floats(1.0001, 1.9))
def test_more_wind_costs_less_and_costs_scale(share, factor):
    better = min(share * factor, 1.0)
    assert lcoe(**COSTS, capacity_factor=better) < lcoe(**COSTS, capacity_factor=share)
    doubled = COSTS | {name: 2 * COSTS[name] for name in ("capex", "fixed_opex", "variable_opex")}
    assert lcoe(**doubled, capacity_factor=share) == pytest.approx(2 * lcoe(**COSTS, capacity_factor=share))
