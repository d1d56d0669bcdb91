from __future__ import annotations

import pytest

from geotransfer import layer_table
from geotransfer.errors import InputError
from geotransfer.freight.modes import COMMODITIES, MODES, freight_rates


@pytest.mark.parametrize("commodity", COMMODITIES)
@pytest.mark.parametrize("mode", MODES)
def test_low_mid_and_high_prices_rise_and_nothing_else_moves(commodity: str, mode: str) -> None:
    low, mid, high = (freight_rates(commodity, level=level).modes[mode] for level in ("low", "mid", "high"))
    assert low.rate < mid.rate < high.rate
    assert low.terminal < mid.terminal < high.terminal
    assert (low.speed, low.terminal_hours, low.co2, low.circuity) == (
        high.speed,
        high.terminal_hours,
        high.co2,
        high.circuity,
    )


def test_the_rail_rate_is_a_range() -> None:
    rail = {level: freight_rates(level={"rail": level}) for level in ("low", "mid", "high")}
    assert [rates.per_km("rail", "cost") for rates in rail.values()] == [0.08, 0.14, 0.20]
    assert len({rates.per_km("road", "cost") for rates in rail.values()}) == 1


def test_what_a_kilometre_and_a_handling_count() -> None:
    rates = freight_rates("container")
    rail = rates.modes["rail"]
    assert rates.per_km("rail", "time") == 1 / rail.speed
    assert rates.per_km("rail", "co2") == rail.co2
    assert rates.per_km("rail", "generalised") == rail.rate + rates.value_of_time / rail.speed
    assert rates.per_handling("rail", "co2") == 0
    assert rates.per_handling("rail", "generalised") == rail.terminal + rates.value_of_time * rail.terminal_hours


def test_every_figure_stands_between_its_bounds() -> None:
    table = layer_table("freight-modes")
    assert ((table["low"] < table["value"]) & (table["value"] < table["high"])).all()
    assert not table.duplicated(["mode", "commodity", "parameter"]).any()
    passages = layer_table("freight-passages")
    assert ((passages["low"] <= passages["value"]) & (passages["value"] <= passages["high"])).all()


def test_names_that_do_not_exist() -> None:
    with pytest.raises(InputError, match="commodity is 'coal', expected one of 'bulk', 'container', 'liquid'"):
        freight_rates("coal")
    with pytest.raises(InputError, match="rate level of rail is 'cheap'"):
        freight_rates(level={"rail": "cheap"})
    with pytest.raises(InputError, match="mode of a rate level is 'air'"):
        freight_rates(level={"air": "low"})
