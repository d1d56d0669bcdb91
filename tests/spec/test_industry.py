"""The table [industry]: prices as numbers or ranges, a moved plant at grade 3, what does not fit."""

import pytest

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.spec.industry import IndustrySpec, PriceRange

ALUMINIUM = gt.scenario("aluminium")


def test_a_number_is_a_price_without_a_range():
    spec = IndustrySpec(profile="zinc", carbon_price=80)
    assert spec.carbon_price == PriceRange(value=80, low=80, high=80)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"industry.vintage": "existing"}, "meets grade 2 at least .单位产值能耗标准不降低.: give 'new' or 'advanced'"),
        ({"industry.vintage": "old"}, "industry.vintage"),
        ({"industry.carbon_price": -1}, r"industry.carbon_price: price is -1, expected 0 or more: [^;]*$"),
        ({"industry.carbon_price": float("nan")}, r"industry.carbon_price: price is nan, expected 0 or more: [^;]*$"),
        ({"industry.carbon_price": {"value": 1, "low": 2, "high": 3}}, "expected them in order"),
        ({"industry.annual_output": 0}, "industry.annual_output"),
        ({"industry.orign": "山东"}, "industry.orign: unknown key"),
        ({"industry.annual_output": None, "industry.water": {"file": "w.csv"}}, "give annual_output"),
    ],
)
def test_what_does_not_fit(keys, message):
    with pytest.raises(InputError, match=message):
        ALUMINIUM.with_overrides(keys)


def test_a_criterion_may_not_take_a_column_of_cost():
    with pytest.raises(InputError, match="rank_cost: the ranking has a column of that name"):
        ALUMINIUM.with_overrides({"criteria.rank_cost": ALUMINIUM.criteria["people"].model_dump(mode="json")})
