"""Three books by hand, with the factors of 2023 (MEE/NBS announcement 47 of 2025), and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.energy.carbon import UNCLEAR, CarbonBooks, carbon_books, carbon_change
from geotransfer.errors import InputError

RESIDUAL, FOSSIL = 0.6096, 0.8273
NATION = {"residual": RESIDUAL, "fossil": FOSSIL}
SHANDONG, YUNNAN, INNER_MONGOLIA = 0.6191, 0.1333, 0.6479
ALUMINIUM = 13_400
FACTOR = st.floats(0, 1)


def test_books_by_hand():
    books = carbon_books([SHANDONG, YUNNAN], green_share=[0.0, 0.4], own_share=[0.0, 0.1], **NATION)
    assert books.average == pytest.approx([SHANDONG, YUNNAN * 0.9])
    assert books.contract == pytest.approx([RESIDUAL, RESIDUAL * (1 - 0.4 - 0.1)])
    assert books.marginal == pytest.approx([FOSSIL, FOSSIL * 0.9])


def test_captive_coal_is_coal_in_every_book():
    books = carbon_books([YUNNAN, np.nan], captive=True, own_share=0.25, **NATION)
    for book in (books.average, books.contract, books.marginal):
        assert book == pytest.approx([FOSSIL * 0.75] * 2)


def test_an_unpublished_factor_is_unknown_in_one_book_only():
    books = carbon_books(np.nan, **NATION)
    assert np.isnan(books.average)
    assert (float(books.contract), float(books.marginal)) == (RESIDUAL, FOSSIL)


@pytest.mark.parametrize(
    ("origin", "destination", "average"),
    [
        # (destination - origin) x 13.4 MWh/t
        ({"average": SHANDONG}, {"average": YUNNAN}, -6.5),
        ({"average": SHANDONG}, {"average": INNER_MONGOLIA}, 0.4),
        ({"average": SHANDONG, "captive": True}, {"average": YUNNAN}, -9.3),
    ],
)
def test_moves_of_a_smelter_by_hand(origin, destination, average):
    change = carbon_change(carbon_books(**origin, **NATION), carbon_books(**destination, **NATION), kwh_per_t=ALUMINIUM)
    assert round(float(change.average), 1) == average


def test_the_same_move_in_the_other_books():
    shandong, yunnan = carbon_books(SHANDONG, captive=True, **NATION), carbon_books(YUNNAN, **NATION)
    change = carbon_change(shandong, yunnan, kwh_per_t=ALUMINIUM)
    assert float(change.contract) == pytest.approx((RESIDUAL - FOSSIL) * 13.4)
    assert float(change.marginal) == 0
    assert change.verdict == "depends on the accounting"
    assert bool(change.depends)


def test_verdicts():
    half_green = {"green_share": 0.5, "own_share": 0.5}
    origin = carbon_books([0.6, 0.6, 0.6, 0.1, 0.6], captive=[False, False, False, False, True], **NATION)
    shares = {name: [value, 0, 0, 0, 0] for name, value in half_green.items()}
    places = carbon_books([0.6, 0.61, 0.3, np.nan, 0.6], captive=[False] * 5, **shares, **NATION)
    verdict = carbon_change(origin, places, kwh_per_t=1000).verdict
    depends = "depends on the accounting"
    assert verdict.tolist() == ["less", "no clear change", depends, "unknown", depends]
    back = carbon_change(places, origin, kwh_per_t=1000).verdict
    assert back.tolist()[:3] == ["more", "no clear change", depends]


def test_the_threshold_is_a_parameter():
    here, there = CarbonBooks(*[np.array(0.5)] * 3), CarbonBooks(*[np.array(0.5 + 0.9 * UNCLEAR)] * 3)
    assert carbon_change(here, there, kwh_per_t=1).verdict == "no clear change"
    assert carbon_change(here, there, kwh_per_t=1, unclear=0.0).verdict == "more"


@given(factor=FACTOR, green=FACTOR, own=FACTOR)
def test_books_are_equal_where_the_factors_are(factor, green, own):
    # green power bought is nothing in the contract book alone: without it the three books tell the same
    books = carbon_books(factor, residual=factor, fossil=factor, own_share=own)
    assert books.average == books.marginal == pytest.approx(books.contract)
    green = min(green, 1 - own)
    assert carbon_books(factor, residual=factor, fossil=factor, own_share=own, green_share=green).contract <= (
        books.contract + 1e-12
    )


@given(st.lists(FACTOR, min_size=2, max_size=2), st.floats(0, 20_000))
def test_there_and_back_is_no_change(factors, use):
    here, there = (carbon_books(factor, **NATION) for factor in factors)
    out, back = carbon_change(here, there, kwh_per_t=use), carbon_change(there, here, kwh_per_t=use)
    assert float(out.average + back.average) == pytest.approx(0, abs=1e-9)
    assert (out.verdict == back.verdict) == (str(out.verdict) not in ("less", "more"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"average": -0.1}, "a factor is below 0"),
        ({"fossil": -1.0}, "a factor is below 0"),
        ({"residual": float("nan")}, "a factor is below 0"),
        ({"green_share": 0.6, "own_share": 0.6}, "together stay within 1"),
        ({"green_share": -0.1}, "not shares from 0 to 1"),
    ],
)
def test_figures_that_do_not_fit(wrong, message):
    with pytest.raises(InputError, match=message):
        carbon_books(**({"average": 0.5, **NATION} | wrong))


def test_uses_and_thresholds_below_zero():
    books = carbon_books(0.5, **NATION)
    with pytest.raises(InputError, match=r"kwh_per_t holds -1, expected kWh/t of at least 0"):
        books.per_tonne(-1)
    with pytest.raises(InputError, match=r"unclear is -0.1, expected kg CO2/kWh"):
        carbon_change(books, books, kwh_per_t=1, unclear=-0.1)
