"""What a move changes: the figures of the issue, asserted to 0.1 t CO2/t, and plants of two vintages by hand."""

import pytest

import geotransfer as gt
from geotransfer.energy.carbon import UNCLEAR, CarbonBooks, carbon_change
from geotransfer.errors import InputError
from geotransfer.industry.carbon import move_change

KWH = 13_400.0


def books(area: str, *, captive: bool = False) -> CarbonBooks:
    tables = gt.power_tables()
    factor = tables.figures.average_factor.value[tables.index(area)[0]]
    return gt.carbon_books(factor, residual=tables.residual_factor, fossil=tables.fossil_factor, captive=captive)


@pytest.mark.parametrize(
    ("origin", "captive", "destination", "expected"),
    [("山东", False, "云南", -6.5), ("山东", False, "蒙西", 0.4), ("山东", True, "云南", -9.3)],
)
def test_the_moves_of_the_issue(origin, captive, destination, expected):
    change = move_change(books(origin, captive=captive), books(destination), kwh_per_unit=KWH)
    assert float(change.average) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("destination", ["新疆", "宁夏"])
def test_moves_without_a_clear_change(destination):
    change = move_change(books("山东"), books(destination), kwh_per_unit=KWH)
    assert abs(float(change.average)) <= UNCLEAR * KWH / 1000
    assert change.verdict == "no clear change"


def test_the_same_plant_at_both_ends_is_carbon_change():
    ours = move_change(books("山东"), books("云南"), kwh_per_unit=KWH)
    theirs = carbon_change(books("山东"), books("云南"), kwh_per_t=KWH)
    assert (float(ours.average), str(ours.verdict)) == (float(theirs.average), str(theirs.verdict))


def test_two_vintages_by_hand():
    # an old plant of 13,750 kWh/t and 0.2 t more fuel CO2 on the grid of 山东, a new one on that of 云南
    change = move_change(
        books("山东"), books("云南"), kwh_per_unit=KWH, origin_kwh_per_unit=13_750, saved_outside_power=0.2
    )
    assert float(change.average) == pytest.approx(13.4 * 0.1333 - (13.75 * 0.6191 + 0.2))
    assert float(change.marginal) == pytest.approx((13.4 - 13.75) * 0.8273 - 0.2)
    assert change.verdict == "less"


def test_bad_use_of_electricity():
    with pytest.raises(InputError, match="expected numbers above 0"):
        move_change(books("山东"), books("云南"), kwh_per_unit=0.0)
