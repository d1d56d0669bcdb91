from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.energy.hydrogen import Electrolyser, lcoh
from geotransfer.energy.power_cost import capital_recovery_factor
from geotransfer.errors import InputError

PLANT = Electrolyser(capex=2000, fixed_opex=60, use=52, rate=0.07, years=20)


def test_a_kilogram_by_hand() -> None:
    # a kW makes 8,760 x 0.3 / 52 = 50.54 kg a year and costs 2,000 x CRF + 60 = 248.8 yuan; its power 52 x 0.2
    kilograms = 8760 * 0.3 / 52
    yearly = 2000 * capital_recovery_factor(0.07, 20) + 60
    assert lcoh(0.20, 0.30, electrolyser=PLANT) == pytest.approx(yearly / kilograms + 52 * 0.20)


@given(st.floats(0, 1), st.floats(0.05, 1), st.floats(0.001, 0.5))
def test_dearer_power_and_fewer_hours_cost_more(power: float, share: float, more: float) -> None:
    base = lcoh(power, share, electrolyser=PLANT)
    assert lcoh(power + more, share, electrolyser=PLANT) > base
    assert lcoh(power, share * (1 - more), electrolyser=PLANT) > base
    # never below the power alone
    assert base > 52 * power


def test_no_hours_no_hydrogen_and_gaps_stay() -> None:
    assert np.isinf(lcoh(0.2, 0.0, electrolyser=PLANT))
    assert np.isnan(lcoh([np.nan], [0.3], electrolyser=PLANT)).all()


def test_numbers_that_cannot_be() -> None:
    with pytest.raises(InputError, match=r"expected kWh/kg of at least 33\.33"):
        Electrolyser(capex=2000, fixed_opex=60, use=20, rate=0.07, years=20)
    with pytest.raises(InputError, match="expected costs of at least 0"):
        Electrolyser(capex=-1, fixed_opex=60, use=52, rate=0.07, years=20)
    with pytest.raises(InputError, match="capacity_factor reaches from 30 to 30"):
        lcoh(0.2, 30.0, electrolyser=PLANT)
    with pytest.raises(InputError, match="power_cost goes down to -1"):
        lcoh(-1.0, 0.3, electrolyser=PLANT)
