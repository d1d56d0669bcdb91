"""The price at the gate by hand, every term written out, and its laws."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.energy.delivered_price import TERMS, GreenSupply, delivered_price
from geotransfer.energy.estimate import Estimate, exactly
from geotransfer.energy.price_tables import AreaFigures, PowerTables, PriceParameters
from geotransfer.errors import InputError, UnknownNameError

NAN = float("nan")
AREAS = ("煤省", "水省")
FIGURES = AreaFigures(
    benchmark=Estimate([0.40, 0.34], [0.39, 0.34], [0.41, 0.34]),
    transmission=Estimate([0.08, 0.05], [0.07, 0.04], [0.10, 0.07]),
    funds=exactly([0.03, 0.06]),
    demand_charge=Estimate([32.0, 36.0], [30.0, 36.0], [36.0, 36.0]),
    loss_rate=Estimate([0.04, 0.05], [0.03, 0.05], [0.05, 0.05]),
    coal_price=Estimate([900.0, NAN], [700.0, NAN], [1200.0, NAN]),
    hydro_share=exactly([0.05, 0.75]),
    wet_months=exactly([NAN, 6.0]),
    wet_energy=Estimate([NAN, 0.20], [NAN, 0.15], [NAN, 0.25]),
    dry_energy=Estimate([NAN, 0.36], [NAN, 0.30], [NAN, 0.40]),
    dry_firmness=exactly([NAN, 0.6]),
    wind_utilisation=Estimate([0.96, 0.98], [0.90, 0.98], [1.0, 0.98]),
    solar_utilisation=Estimate([0.92, 0.98], [0.90, 0.98], [1.0, 0.98]),
    average_factor=exactly([0.62, 0.13]),
)
PARAMETERS = PriceParameters(
    market_premium=Estimate(0.1, 0.0, 0.2),
    system_operation=Estimate(0.02, 0.01, 0.05),
    load_factor=Estimate(0.8, 0.5, 1.0),
    demand_discount=Estimate(0.9, 0.9, 1.0),
    demand_discount_hours=exactly(260.0),
    coal_use=Estimate(300.0, 290.0, 330.0),
    plant_capex=Estimate(4000.0, 3500.0, 4500.0),
    plant_fixed_opex=Estimate(100.0, 80.0, 150.0),
    plant_variable_opex=Estimate(0.02, 0.01, 0.03),
    plant_capacity_factor=Estimate(0.8, 0.7, 0.9),
    plant_lifetime=Estimate(25.0, 20.0, 30.0),
    backup_charge=Estimate(0.03, 0.01, 0.06),
    discount_rate=Estimate(0.07, 0.05, 0.09),
    green_share_cap=Estimate(0.5, 0.3, 0.7),
    green_lcoe_factor=Estimate(1.0, 0.8, 1.3),
    green_line=Estimate(0.01, 0.0, 0.03),
    hydro_rich_share=Estimate(0.3, 0.25, 0.4),
    dry_shortfall=Estimate(0.1, 0.05, 0.2),
)
TABLES = PowerTables(
    areas=AREAS,
    provinces=("煤省", "水省"),
    figures=FIGURES,
    industry={"aluminium": Estimate([0.30, NAN], [0.25, NAN], [0.40, NAN])},
    parameters=PARAMETERS,
    residual_factor=0.6096,
    fossil_factor=0.8273,
    export_lines=np.array([0, 1]),
    export_gw=np.array([0.0, 5.0]),
    export_twh=np.array([0.0, 0.0]),
    assumed=frozenset({"energy", "transmission", "green", "all_in"}),
)
SHARE = st.floats(0, 1)


def price(area=AREAS, mode="benchmark", tables=TABLES, **options):
    return delivered_price(area, mode=mode, tables=tables, **options)


def with_figure(name, factor):
    """The tables with one figure of the areas multiplied."""
    figure = getattr(FIGURES, name)
    return replace(TABLES, figures=replace(FIGURES, **{name: figure * exactly(factor)}))


def test_from_the_grid_by_hand():
    terms = {name: column[0] for name, column in price().columns().items()}
    energy = 0.40 * (1 + 0.1)
    expected = {
        "energy": energy,
        "transmission": 0.08,
        "losses": energy * 0.04 / (1 - 0.04),
        "system_operation": 0.02,
        "funds": 0.03,
        "demand": 0.9 * 32 * 12 / (8760 * 0.8),
    }
    assert terms == pytest.approx(dict.fromkeys(TERMS, 0.0) | expected)
    assert price().total[0] == pytest.approx(sum(expected.values()))


def test_low_and_high_by_hand():
    result = price()
    low = 0.39 * (1 + 0.03 / 0.97) + 0.07 + 0.01 + 0.03 + 0.9 * 30 * 12 / (8760 * 1.0)
    # 365 h of full demand a month would earn the discount; its high is that there is none
    high = 0.41 * 1.2 * (1 + 0.05 / 0.95) + 0.10 + 0.05 + 0.03 + 1.0 * 36 * 12 / (8760 * 0.5)
    assert result.low[0] == pytest.approx(low)
    assert result.high[0] == pytest.approx(high)


def test_hydro_is_priced_by_season_not_by_coal():
    result = price()
    energy = (0.20 + 0.36) / 2
    assert result.energy[1] == pytest.approx(energy)
    others = 0.05 + 0.02 + 0.06 + 0.9 * 36 * 12 / (8760 * 0.8)
    assert result.total[1] == pytest.approx(energy / 0.95 + others)
    assert result.wet[1] == pytest.approx(0.20 / 0.95 + others)
    assert result.dry[1] == pytest.approx(0.36 / 0.95 + others)
    assert np.isnan([result.wet[0], result.dry[0]]).all()
    dearer_coal = price(tables=with_figure("benchmark", 1.5))
    assert dearer_coal.total[1] == result.total[1]
    assert dearer_coal.total[0] > result.total[0]


def test_demand_charge_of_few_hours_has_no_discount():
    # 0.3 x 730 h = 219 kWh per kW and month, below 260
    assert price(load_factor=0.3).demand[0] == pytest.approx(32 * 12 / (8760 * 0.3))
    assert price(load_factor=1.0).demand[0] == pytest.approx(0.9 * 32 * 12 / 8760)


def test_captive_coal_by_hand():
    result = price(mode="captive_coal")
    recovery = 0.07 / (1 - 1.07**-25)
    plant = (4000 * recovery + 100) / (8760 * 0.8) + 0.02
    assert result.energy[0] == pytest.approx(900 * 300 / 1e6)
    assert result.plant[0] == pytest.approx(plant)
    assert result.total[0] == pytest.approx(0.27 + plant + 0.03 + 0.03)
    dearest = (4500 * 0.09 / (1 - 1.09**-20) + 150) / (8760 * 0.7) + 0.03
    assert result.high[0] == pytest.approx(1200 * 330 / 1e6 + dearest + 0.06 + 0.03)
    assert not result.transmission.any()
    assert not result.demand.any()
    assert np.isnan(result.total[1])  # no coal price there


def test_industry_is_one_figure():
    result = price(mode="industry", user="aluminium")
    assert (result.all_in[0], result.low[0], result.high[0]) == (0.30, 0.25, 0.40)
    assert result.total[0] == 0.30
    assert np.isnan(result.total[1])
    assert result.assumed == ("all_in",)


def test_green_direct_by_hand():
    supply = GreenSupply(lcoe=[0.23, 0.30], share=0.4)
    result, grid = price(mode="green_direct", green=supply), price()
    own = 0.23 / ((0.96 + 0.92) / 2) + 0.01
    assert result.green[0] == pytest.approx(0.4 * own)
    for name in ("energy", "transmission", "losses", "system_operation"):
        assert getattr(result, name)[0] == pytest.approx(0.6 * getattr(grid, name)[0])
    for name in ("funds", "demand"):
        assert getattr(result, name)[0] == getattr(grid, name)[0]
    kept = grid.funds[0] + grid.demand[0]
    assert result.total[0] == pytest.approx(0.4 * own + 0.6 * (grid.total[0] - kept) + kept)
    assert result.green_share.tolist() == [0.4, 0.4]
    assert not result.cap_binds.any()
    assert result.notes == ()


def test_curtailment_of_one_technology():
    supply = GreenSupply(lcoe=0.23, share=0.2)
    wind = price(mode="green_direct", green=replace(supply, technology="wind"))
    solar = price(mode="green_direct", green=replace(supply, technology="solar"))
    assert wind.green[0] == pytest.approx(0.2 * (0.23 / 0.96 + 0.01))
    assert solar.green[0] == pytest.approx(0.2 * (0.23 / 0.92 + 0.01))


def test_a_binding_cap_is_named_and_its_range_counts():
    supply = GreenSupply(lcoe=[0.2, 0.2], share=[0.9, 0.1])
    result = price(mode="green_direct", green=supply)
    assert result.green_share.tolist() == [0.5, 0.1]
    assert result.cap_binds.tolist() == [True, False]
    (note,) = result.notes
    assert "capped at 0.5 (0.3-0.7) in 1 zones, an assumption: no hourly profiles and no storage cost" in note.en
    assert "封顶为 0.5 (0.3-0.7)" in note.zh
    cheap_at = price(mode="green_direct", green=replace(supply, share=[0.7, 0.1], matched=[0.7, 0.7]))
    assert result.low[0] == pytest.approx(cheap_at.low[0])
    dear_at = price(mode="green_direct", green=replace(supply, share=[0.3, 0.1]))
    assert result.high[0] == pytest.approx(dear_at.high[0])


def test_profiles_and_storage_lift_the_cap():
    supply = GreenSupply(lcoe=0.2, share=0.9)
    matched = price(mode="green_direct", green=replace(supply, matched=0.8))
    assert matched.green_share.tolist() == [0.8, 0.8]
    assert "capped by the hourly profiles in 2 zones" in matched.notes[0].en
    stored = price(mode="green_direct", green=replace(supply, storage_cost=0.3))
    assert stored.green_share.tolist() == [0.9, 0.9]
    assert stored.storage == pytest.approx([(0.9 - 0.5) * 0.3] * 2)
    assert stored.notes == ()


def test_an_unknown_green_cost():
    unknown = GreenSupply(lcoe=[NAN, np.inf], share=[0.4, 0.4])
    assert np.isnan(price(mode="green_direct", green=unknown).total).all()
    not_used = price(mode="green_direct", green=replace(unknown, share=0.0))
    assert not_used.total == pytest.approx(price().total)
    assert not_used.low == pytest.approx(price().low)


def test_zones_are_areas_in_any_order():
    result = price(area=["水省", "煤省", "水省"])
    assert result.total.tolist() == price().total[[1, 0, 1]].tolist()
    assert price(area="水省").total.shape == (1,)


def test_what_is_assumed():
    assert price().assumed == ("energy", "transmission")
    assert price(mode="green_direct", green=GreenSupply(lcoe=0.2, share=0.1)).assumed == (
        "energy", "transmission", "green",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["benchmark", "transmission", "loss_rate", "funds", "demand_charge"])
@given(factor=st.floats(1.0, 1.5))
def test_the_price_rises_with_each_figure_of_the_area(name, factor):
    assert price(tables=with_figure(name, factor)).total[0] >= price().total[0] - 1e-12


@pytest.mark.parametrize("name", ["wet_energy", "dry_energy"])
@given(factor=st.floats(1.0, 1.5))
def test_the_price_rises_with_the_seasons(name, factor):
    assert price(tables=with_figure(name, factor)).total[1] >= price().total[1] - 1e-12


@given(loads=st.lists(st.floats(0.05, 1), min_size=2, max_size=2, unique=True))
def test_a_flatter_load_never_pays_more(loads):
    peaky, flat = sorted(loads)
    assert price(load_factor=flat).total[0] <= price(load_factor=peaky).total[0] + 1e-12


@given(lcoe=st.floats(0.05, 1), share=SHARE, storage=st.none() | st.floats(0, 1), matched=st.none() | SHARE)
def test_green_laws(lcoe, share, storage, matched):
    supply = GreenSupply(lcoe=lcoe, share=share, storage_cost=storage, matched=matched)
    result = price(mode="green_direct", green=supply)
    if storage is None:
        assert (result.green_share <= (0.5 if matched is None else matched)).all()
    else:
        assert (result.green_share == share).all()
    assert (result.low <= result.total + 1e-12).all()
    assert (result.total <= result.high + 1e-12).all()
    dearer = price(mode="green_direct", green=replace(supply, lcoe=1.1 * lcoe))
    assert (dearer.total >= result.total - 1e-12).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "free"}, r"mode is 'free', expected one of 'benchmark', 'industry'"),
        ({"mode": "industry"}, r"user is None, expected a user for mode 'industry'"),
        ({"user": "aluminium"}, r"mode is 'benchmark' and user is 'aluminium'"),
        ({"mode": "industry", "user": "steel"}, r"user is 'steel', expected one of 'aluminium'"),
        ({"mode": "green_direct"}, r"expected green=GreenSupply"),
        ({"green": GreenSupply(lcoe=0.2, share=0.1)}, r"expected green=GreenSupply"),
        ({"load_factor": 0.0}, r"load_factor is 0.0, expected mean load / peak demand"),
        ({"load_factor": 90}, r"load_factor is 90"),
        ({"mode": "green_direct", "green": GreenSupply(lcoe=[0.2] * 3, share=0.1)}, r"green.lcoe has the shape \(3,\)"),
        ({"mode": "green_direct", "green": GreenSupply(lcoe=0.2, share=1.1)}, r"expected shares from 0 to 1"),
        ({"mode": "green_direct", "green": GreenSupply(0.2, 0.1, technology="tide")}, r"technology is 'tide'"),
    ],
)
def test_questions_that_do_not_fit(options, message):
    with pytest.raises(InputError, match=message):
        price(**options)


def test_an_unknown_area():
    with pytest.raises(UnknownNameError, match=r"no price area is called '内蒙古', expected names such as 云南, 蒙西"):
        price(area=["内蒙古"])


def test_every_term_has_its_field():
    assert set(TERMS) <= {field.name for field in fields(price())}
