"""Seasons, the share that a grid factor implies, and the dry-season flag."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.catalog.power import power_tables
from geotransfer.energy.estimate import Estimate, exactly
from geotransfer.energy.hydro import (
    dry_season_risk,
    dry_season_shortfall,
    faces_dry_season_cuts,
    non_fossil_share,
    seasonal_mean,
)
from geotransfer.errors import InputError, UnknownNameError

SHARE = st.floats(0, 1)


def test_seasonal_mean_by_hand():
    price = seasonal_mean(Estimate([0.20], [0.15], [0.25]), Estimate([0.35], [0.30], [0.40]), wet_months=[5])
    assert price.value[0] == pytest.approx(5 / 12 * 0.20 + 7 / 12 * 0.35, rel=1e-14)
    assert price.low[0] == pytest.approx(5 / 12 * 0.15 + 7 / 12 * 0.30, rel=1e-14)
    assert price.high[0] == pytest.approx(5 / 12 * 0.25 + 7 / 12 * 0.40, rel=1e-14)


@given(wet=SHARE, dry=SHARE, months=st.floats(0, 12))
def test_seasonal_mean_lies_between_the_seasons(wet, dry, months):
    price = float(seasonal_mean(exactly(wet), exactly(dry), wet_months=months).value)
    assert min(wet, dry) - 1e-12 <= price <= max(wet, dry) + 1e-12


@pytest.mark.parametrize("months", [-1, 13])
def test_a_season_longer_than_the_year(months):
    with pytest.raises(InputError, match="expected 0 to 12"):
        seasonal_mean(exactly(1.0), exactly(1.0), wet_months=months)


def test_non_fossil_share_by_hand():
    share = non_fossil_share([0.1333, 0.9, np.nan], fossil_factor=0.8273)
    assert share[0] == pytest.approx(1 - 0.1333 / 0.8273, rel=1e-14)
    assert share[1] == 0
    assert np.isnan(share[2])


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan")])
def test_no_fossil_factor(factor):
    with pytest.raises(InputError, match=r"fossil_factor is .* expected kg CO2/kWh above 0"):
        non_fossil_share([0.5], fossil_factor=factor)


def test_shortfall_by_hand():
    assert dry_season_shortfall(0.75, 0.6) == pytest.approx(0.75 * 0.4)
    assert np.isnan(dry_season_shortfall(0.2, np.nan))
    assert dry_season_shortfall(0.0, np.nan) == 0


@given(share=SHARE, firmness=SHARE)
def test_shortfall_is_a_part_of_the_hydro(share, firmness):
    assert 0 <= dry_season_shortfall(share, firmness) <= share


@pytest.mark.parametrize(("share", "firmness", "name"), [(1.2, 0.5, "hydro_share"), (0.5, 60, "dry_firmness")])
def test_percent_taken_for_shares(share, firmness, name):
    with pytest.raises(InputError, match=f"{name} reaches .* divide percent by 100"):
        dry_season_shortfall(share, firmness)


def test_only_a_load_that_runs_day_and_night_is_flagged():
    missing = [0.3, 0.1, np.nan]
    assert faces_dry_season_cuts(missing, tolerated=0.1).tolist() == [True, False, False]
    assert faces_dry_season_cuts(missing, tolerated=0.1, around_the_clock=False).tolist() == [False] * 3


def test_provinces_with_cuts_on_record_are_flagged():
    # 云南: Reuters 2023-02-20 (smelters cut by 40-42 %); 四川: industry stopped in the drought of August 2022
    tables = power_tables()
    assert dry_season_risk(["云南", "四川"], tables=tables).all()
    assert not dry_season_risk(["山东", "蒙西", "新疆", "青海"], tables=tables).any()
    assert not dry_season_risk(["云南"], tables=tables, around_the_clock=False).any()
    with pytest.raises(UnknownNameError, match="no price area is called '云南省'"):
        dry_season_risk("云南省", tables=tables)
