"""Draws of the delivered cost: each error has its scope; the band of a triangular law by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.spec.power import PowerSpec
from geotransfer.supply.cost_draws import CostErrors, cost_band, drawn_costs, price_bands
from geotransfer.supply.power import PowerSupply

ZERO = np.zeros(4)
QUIET = CostErrors(
    total=np.array([100.0, 200.0, 300.0, 400.0]),
    national=(),
    area=np.array(["蒙西", "蒙西", "蒙东", "云南"]),
    own=(ZERO, ZERO),
    province=np.array(["内蒙古自治区", "内蒙古自治区", "内蒙古自治区", "云南省"]),
    factor=ZERO,
)


def deviations(errors: CostErrors) -> np.ndarray:
    return drawn_costs(errors, draws=200, seed=1) - errors.total


def same(drawn: np.ndarray) -> np.ndarray:
    """Which zones always have the error of the first one."""
    return np.abs(drawn - drawn[:, :1]).max(axis=0) < 1e-9


def test_without_errors_the_band_is_the_cost():
    assert cost_band(QUIET, draws=10, seed=1).tolist() == [QUIET.total.tolist()] * 2


@pytest.mark.parametrize(
    ("errors", "shared"),
    [
        (replace(QUIET, national=((ZERO - 10, ZERO + 20),)), [True, True, True, True]),
        (replace(QUIET, own=(ZERO - 10, ZERO + 20)), [True, True, False, False]),
        (replace(QUIET, factor=ZERO + 5), [True, True, True, False]),
    ],
    ids=["national", "price area", "province"],
)
def test_errors_keep_their_scope(errors, shared):
    drawn = deviations(errors)
    assert same(drawn).tolist() == shared
    assert np.abs(drawn).max() > 1


def test_low_and_high_are_the_ends():
    drawn = deviations(replace(QUIET, national=((ZERO - 10, ZERO + 20),)))
    assert drawn.min() >= -10
    assert drawn.max() <= 20


def test_the_band_of_a_triangle_by_hand():
    # on [-1, 1] with its peak at 0: P(x < q) = (1 + q)^2 / 2 below 0, so that q05 = sqrt(0.1) - 1;
    # stretched by 10 below and by 30 above
    errors = replace(QUIET, national=((ZERO - 10, ZERO + 30),))
    low, high = cost_band(errors, draws=40_000, seed=3) - errors.total
    quantile = 1 - np.sqrt(0.1)
    assert low == pytest.approx([-10 * quantile] * 4, abs=0.1)
    assert high == pytest.approx([30 * quantile] * 4, abs=0.3)


def test_the_same_seed_gives_the_same_bytes():
    errors = replace(QUIET, factor=ZERO + 5)
    assert drawn_costs(errors, draws=50, seed=7).tobytes() == drawn_costs(errors, draws=50, seed=7).tobytes()
    assert drawn_costs(errors, draws=50, seed=7).tobytes() != drawn_costs(errors, draws=50, seed=8).tobytes()


def test_an_unknown_cost_stays_unknown():
    errors = replace(QUIET, total=np.array([np.nan, 1.0, 2.0, 3.0]), factor=ZERO + 1)
    assert np.isnan(cost_band(errors, draws=20, seed=1)[:, 0]).all()


@pytest.mark.parametrize("mode", ["benchmark", "captive_coal", "green_direct"])
def test_national_and_area_bands_lie_within_all_terms_at_once(mode):
    spec = PowerSpec(mode=mode, green_share=0.25 if mode == "green_direct" else None)
    tables = gt.power_tables()
    n = len(tables.areas)
    lcoe = np.full(n, 0.25) if mode == "green_direct" else None
    power = PowerSupply(spec, tables, np.arange(n), np.arange(n), lcoe)
    bands, price = price_bands(power, 0.25), power.delivered(np.arange(n), lcoe)
    known = np.isfinite(price.total)
    for low, high in (bands.national, bands.area):
        assert (low[known] <= 1e-12).all()
        assert (high[known] >= -1e-12).all()
        assert (low[known] >= (price.low - price.total)[known] - 1e-12).all()
        assert (high[known] <= (price.high - price.total)[known] + 1e-12).all()
    assert bands.national[1][known].max() > 0.005
    assert bands.area[1][known].max() > 0.005
