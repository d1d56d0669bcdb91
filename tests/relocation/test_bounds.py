"""The search against every choice of plants, a published p-median, and what a bound promises."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import vstack
from scipy.sparse.csgraph import shortest_path

from geotransfer.errors import InputError
from geotransfer.relocation import blocks as b
from geotransfer.relocation import conflicts
from geotransfer.relocation.instance import Instance, Layout
from geotransfer.relocation.program import Ceiling, program_of
from geotransfer.relocation.solution import Limits, Solved, herfindahl_of
from geotransfer.relocation.solving import solve, with_ceilings
from geotransfer.relocation.totals import Unknowns, unknowns_of

EXACT = Limits(20.0, 0.0)
DATA = Path(__file__).resolve().parents[1] / "data"


def instance(cost: Any, offer: Any, *, industry: Any, co2: Any = None, provinces: Any = None) -> Instance:
    cost = np.asarray(cost, dtype=float)
    o, d = cost.shape
    n = int(max(industry)) + 1
    return Instance(
        industries=tuple("ABC"[:n]),
        origins=tuple(f"o{k}" for k in range(o)),
        destinations=tuple(f"d{k}" for k in range(d)),
        industry=np.asarray(industry, dtype=np.int64),
        offer=np.asarray(offer, dtype=float),
        cost=cost,
        co2=np.zeros((o, d)) if co2 is None else np.asarray(co2, dtype=float),
        score=np.ones((n, d)),
        province=tuple(provinces or (f"p{k}" for k in range(d))),
        xy_km=np.column_stack([np.arange(d) * 40.0, np.zeros(d)]),
    )


def prices(layout: Layout) -> np.ndarray:
    costs = np.zeros(layout.size)
    costs[: layout.n_pairs] = layout.by_pair(layout.instance.cost) * layout.unit_t
    return costs


def basics(layout: Layout, smallest: float, largest: float) -> list[b.Block]:
    problem, n = layout.instance, len(layout.instance.industries)
    offers = np.bincount(problem.industry, weights=problem.offer, minlength=n)
    sizes = b.plant_size(layout, smallest=np.full(n, smallest), largest=np.full(n, largest))
    return [*b.offered(layout), b.moved(layout, offers * 0.8), *sizes]


def by_every_choice(layout: Layout, costs: np.ndarray, rules: list[b.Block]) -> float:
    """The lowest cost over every set of plants: tonnes by a linear program in the ways, as the blocks tell them."""
    matrix = vstack([rule.matrix for rule in rules], format="csr")
    low, high = (np.concatenate([getattr(rule, side) for rule in rules]) for side in ("low", "high"))
    tonnes, plants = matrix[:, : layout.n_pairs], matrix[:, layout.n_pairs :]
    best = np.inf
    for chosen in itertools.product((0.0, 1.0), repeat=layout.n_plants):
        given = plants @ np.array(chosen)
        found = linprog(
            costs[: layout.n_pairs],
            A_ub=vstack([tonnes[np.isfinite(high)], -tonnes[np.isfinite(low)]], format="csr"),
            b_ub=np.concatenate([(high - given)[np.isfinite(high)], (given - low)[np.isfinite(low)]]),
        )
        if found.status == 0:
            best = min(best, found.fun)
    return best


RULES = {
    "zone": lambda layout: [b.plants_per_zone(layout, 1)],
    "backup": lambda layout: [b.backup_site(layout, k, 50.0) for k in range(len(layout.instance.industries))],
    "share": lambda layout: [b.province_share(layout, 0, 0.6)],
    "places": lambda layout: [b.receiving_zones(layout, 0, 2)],
    "co2": lambda layout: [b.net_co2(layout, 20.0)],
    "hinterland": lambda layout: [
        b.region_share(layout, "west", inside=np.arange(len(layout.instance.destinations)) == 0, share=0.2)
    ],
}


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(sorted(RULES)), unique=True, max_size=4), st.integers(0, 10_000), st.booleans())
def test_every_choice_of_plants(names: list[str], seed: int, separable: bool) -> None:
    rng = np.random.default_rng(seed)
    o, d = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    industry = [0, *rng.integers(0, 2, o - 1)]
    at_place, at_origin = rng.integers(1, 20, (2, d)), rng.integers(0, 5, (o, 1))
    # costs and CO2 of the form p + q are solved in totals, others by way
    noise = 0 if separable else rng.integers(0, 9, (o, d))
    cost, co2 = at_place[industry] + at_origin + noise, at_origin - rng.integers(0, 5, (1, d))
    layout = Layout(instance(cost, rng.integers(2, 9, o) * 10.0, industry=industry, co2=co2))
    rules = basics(layout, 15.0, 60.0)
    for name in names:
        rules += RULES[name](layout)
    costs = prices(layout)
    assert separable is False or not unknowns_of(layout, costs, rules).by_way
    found, expected = solve(layout, costs, rules, limits=EXACT), by_every_choice(layout, costs, rules)
    if np.isinf(expected):
        assert found.status == "infeasible"
        return
    assert found.objective == pytest.approx(expected, rel=1e-6)
    assert found.lp_bound <= found.bound * (1 + 1e-9)
    assert found.bound <= found.objective * (1 + 1e-9)
    assert found.unknowns is not None
    assert all((rule.slack(found.unknowns) >= -1e-4).all() for rule in rules)


def test_totals_and_ways_are_the_same_problem() -> None:
    rng = np.random.default_rng(7)
    cost = rng.integers(1, 30, (1, 12)) + rng.integers(0, 9, (5, 1))
    layout = Layout(instance(cost, [40.0, 70.0, 25.0, 90.0, 30.0], industry=[0] * 5, co2=cost * 0.1))
    rules = [*basics(layout, 20.0, 45.0), b.backup_site(layout, 0, 100.0), b.net_co2(layout, 400.0)]
    costs = prices(layout)
    totals = unknowns_of(layout, costs, rules)
    assert (totals.by_way, totals.size) == (False, 5 + 12 + 12 + 1)
    one, other = (program_of(unknowns, costs, rules, {0: 0.2}) for unknowns in (totals, Unknowns(layout, by_way=True)))
    first, second = one.solved(seconds=20.0, gap=0.0), other.solved(seconds=20.0, gap=0.0)
    assert first.fun == pytest.approx(second.fun, rel=1e-9)
    flows = totals.to_layout(first.x)
    assert costs @ flows == pytest.approx(first.fun)
    assert flows.min() >= 0
    assert all((rule.slack(flows) >= -1e-4).all() for rule in rules)


def test_a_smallest_lot_is_kept_where_totals_leave_it_out() -> None:
    """Offers 30, 30 and 30, plants of at most 45, lots of at least 20: no offer can be split into 15 and 15.

    Without lots two plants of 45 at costs 1 and 2 take 45 + 45 t: 135. With them an offer goes whole: 30 + 30 t do not
    fit into one plant of 45, so that the third offer needs the third place: 30 x (1 + 2 + 4) = 210.
    """
    cost = np.tile([1.0, 2.0, 4.0], (3, 1))
    free = Layout(instance(cost, [30.0] * 3, industry=[0] * 3))
    layout = Layout(instance(cost, [30.0] * 3, industry=[0] * 3), lots=True)
    for one, more, expected in ((free, [], 135.0), (layout, b.lots(layout, 20.0), 210.0)):
        offers = b.moved(one, np.array([90.0]))
        sizes = b.plant_size(one, smallest=np.array([1.0]), largest=np.array([45.0]))
        rules = [*b.offered(one), offers, *sizes, *more]
        found = solve(one, prices(one), rules, limits=EXACT)
        assert found.objective == pytest.approx(expected)
        assert found.status == "optimal"


@pytest.fixture(scope="module")
def pmed1() -> np.ndarray:
    """Shortest ways of pmed1: of two edges between the same nodes the last one holds."""
    rows = np.loadtxt(DATA / "pmed1.txt", dtype=int)
    cost = np.zeros((100, 100))
    for i, j, length in rows[1:]:
        cost[i - 1, j - 1] = cost[j - 1, i - 1] = length
    return np.asarray(shortest_path(cost, directed=False))


def test_a_published_p_median(pmed1: np.ndarray) -> None:
    """100 nodes, 5 medians: the optimum is 5819.

    Beasley, J. E. (1985), A note on solving large p-median problems, European Journal of Operational Research 21:
    270-273, table 2; pmed1 of OR-Library (Beasley, J. E. (1990), OR-Library: distributing test problems by electronic
    mail, Journal of the Operational Research Society 41(11): 1069-1072).
    """
    layout = Layout(instance(pmed1, np.ones(100), industry=[0] * 100))
    size = b.plant_size(layout, smallest=np.zeros(1), largest=np.full(1, np.inf))
    rules = [*b.offered(layout), b.moved(layout, np.array([100.0])), *size, b.receiving_zones(layout, 0, 5)]
    found = solve(layout, prices(layout), rules, limits=EXACT)
    assert found.objective == pytest.approx(5819.0)
    assert found.lp_bound > 0.99 * 5819.0


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 0.9))
def test_no_plan_beats_the_bound(seed: int, ceiling: float) -> None:
    """Plans drawn at random, those that keep the ceiling: none is cheaper than the bound, for a gap of 5 %."""
    rng = np.random.default_rng(seed)
    cost = np.tile(rng.integers(1, 20, 4).astype(float), (2, 1))
    layout = Layout(instance(cost, [60.0, 40.0], industry=[0, 0], provinces=["p", "p", "q", "r"]))
    rules = [*b.offered(layout), b.moved(layout, np.array([100.0])), *b.plant_size(
        layout, smallest=np.array([5.0]), largest=np.array([100.0]))]  # fmt: skip
    costs = prices(layout)
    found, cuts = with_ceilings(layout, costs, rules, ceilings={0: ceiling}, limits=Limits(20.0, 0.05))
    if ceiling < 1 / 3:
        assert found.status == "infeasible"
        return
    assert found.unknowns is not None
    assert herfindahl_of(layout, found.unknowns, 0) <= ceiling * (1 + 1e-5)
    assert min(cut.slack(found.unknowns).min() for cut in cuts) > -1e-3
    assert found.gap <= 0.05 + 1e-6
    shares = rng.dirichlet(np.ones(4), 4000)
    provinces = np.column_stack([shares[:, 0] + shares[:, 1], shares[:, 2], shares[:, 3]])
    kept = ((provinces**2).sum(axis=1) <= ceiling) & (shares >= 0.05).all(axis=1)
    if kept.any():
        assert (100.0 * shares[kept] @ cost[0]).min() >= found.bound * (1 - 1e-9)


def test_a_ceiling_that_cannot_hold_is_named() -> None:
    """Two provinces: the index is at least 1/2, the ceiling 0.4."""
    layout = Layout(instance(np.ones((1, 2)), [100.0], industry=[0]))
    rules = [*b.offered(layout), b.moved(layout, np.array([100.0])), b.plants_per_zone(layout, 2)]
    found, cuts = with_ceilings(layout, prices(layout), rules, ceilings={0: 0.4}, limits=EXACT)
    assert found.status == "infeasible"
    told = conflicts.find_conflict(layout, [*rules, *cuts])
    assert set(told.names) == {"moved", "Herfindahl ceiling of A"}


def test_a_question_that_takes_too_long_counts_as_one_that_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_: Any, **__: Any) -> Solved:
        raise InputError("no plan was found within 20 s")

    layout = Layout(instance(np.ones((1, 2)), [100.0], industry=[0]))
    rules = [*b.offered(layout), b.moved(layout, np.array([100.0]))]
    monkeypatch.setattr(conflicts, "solve", too_long)
    assert conflicts.find_conflict(layout, rules).names == ("moved",)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=5).filter(any), st.integers(0, 100), st.integers(0, 9))
def test_a_tangent_keeps_every_plan_under_its_parabola(tonnes: list[int], percent: int, which: int) -> None:
    """With s = Z^2 / T, the least that the ceiling allows, ``s - 2 a Z + a^2 T = T (Z / T - a)^2`` is never below 0."""
    n, total = len(tonnes), float(sum(tonnes))
    z = np.array(tonnes, dtype=float)
    solution = np.concatenate([z, z**2 / total, [total]])
    row = Ceiling(0, 0.5, 0, n).tangent(which % n, percent / 100, len(solution))
    assert float((row @ solution)[0]) == pytest.approx(total * (z[which % n] / total - percent / 100) ** 2, abs=1e-9)
