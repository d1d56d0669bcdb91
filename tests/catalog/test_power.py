"""The shipped power tables, and prices that somebody who buys power in China would recognise."""

import numpy as np
import pytest

from geotransfer.catalog.layers import layer_table
from geotransfer.catalog.power import POWER_TABLES, power_tables
from geotransfer.energy.delivered_price import GreenSupply, delivered_price
from geotransfer.energy.estimate import Estimate

TABLES = power_tables()


def price(areas, mode="benchmark", **options):
    return delivered_price(areas, mode=mode, tables=TABLES, **options)


def test_the_tables_are_in_order_and_complete():
    assert len(TABLES.areas) == 33
    for name, figure in vars(TABLES.figures).items():
        assert isinstance(figure, Estimate)
        assert figure.value.shape == (33,), name
    assert TABLES.areas == tuple(layer_table("coal-benchmark-tariff")["price_area"])
    assert (TABLES.residual_factor, TABLES.fossil_factor) == (0.6096, 0.8273)
    assert TABLES.year == 2023
    assert power_tables() is TABLES


def test_every_read_table_is_named():
    assert len(set(POWER_TABLES)) == len(POWER_TABLES) == 8


def test_every_area_has_a_price_from_the_grid():
    result = price(TABLES.areas)
    # large users in 2023; 西藏 apart, whose grid tariff alone is 0.28 (of 2026)
    usual = np.array(TABLES.areas) != "西藏"
    assert ((result.total >= 0.40) & (result.total <= 0.70))[usual].all()
    assert ((result.low < result.total) & (result.total < result.high)).all()
    assert result.high[usual].max() < 0.85
    terms = sum(result.columns().values())
    assert terms == pytest.approx(result.total)


def test_yunnan_is_cheaper_in_the_wet_season():
    result = price(["云南", "四川"])
    assert (result.wet < result.dry).all()
    # trade press on silicon, 2025: 0.35-0.45 in the wet season, 0.5-0.6 in the dry one
    assert ((result.wet >= 0.35) & (result.wet <= 0.45)).all()
    assert ((result.dry >= 0.50) & (result.dry <= 0.60)).all()
    paid = price(["云南"], "industry", user="silicon")
    assert paid.total == pytest.approx((0.40 + 0.55) / 2)


def test_no_hydro_rich_area_is_priced_by_its_coal_tariff():
    rich = TABLES.figures.hydro_share.value >= 0.3
    areas = [area for area, is_rich in zip(TABLES.areas, rich, strict=True) if is_rich]
    result = price(areas)
    assert len(areas) == 8
    premium = 1 + float(TABLES.parameters.market_premium.value)
    assert (np.abs(result.energy - TABLES.figures.benchmark.value[rich] * premium) > 1e-6).all()
    assert (result.wet < result.dry).all()


def test_captive_coal_is_cheap_where_coal_is():
    result = price(["新疆", "蒙西", "蒙东", "山东", "西藏"], "captive_coal")
    assert ((result.total >= 0.22) & (result.total <= 0.35))[:3].all()
    # trade press: about 0.3 in 新疆 and 内蒙古, within low and high
    assert ((result.low <= 0.3) & (result.high >= 0.3))[:3].all()
    assert result.total[3] > result.total[:3].max()
    assert np.isnan(result.total[4])


def test_qinghai_is_not_priced_by_its_benchmark():
    assert price(["青海"]).total[0] > 0.35


def test_the_split_provinces_differ():
    result = price(["蒙西", "蒙东", "冀北", "河北南网"])
    assert len(set(result.total.round(4))) == 4


def test_own_green_power_is_capped():
    supply = GreenSupply(lcoe=np.full(2, 0.25), share=0.8)
    result = price(["蒙西", "云南"], "green_direct", green=supply)
    assert result.green_share.tolist() == [0.5, 0.5]
    assert result.cap_binds.all()
    assert len(result.notes) == 1


def test_exported_power_is_there_to_see():
    figures = zip(TABLES.export_lines, TABLES.export_gw, TABLES.export_twh, strict=True)
    shown = dict(zip(TABLES.areas, figures, strict=True))
    assert shown["新疆"] == (2, 12 + 8, 68.373)
    assert shown["云南"] == (2, 5, 33)
    assert shown["蒙东"] == (1, 10, 0)
    assert shown["北京"] == (0, 0, 0)


def test_what_rests_on_assumptions_is_said():
    assert price(["山东"]).assumed == ("energy", "transmission", "losses", "system_operation", "funds", "demand")
    assert price(["山东"], "captive_coal").assumed == ("energy", "funds", "plant", "backup")
