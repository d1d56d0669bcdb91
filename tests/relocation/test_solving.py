"""Small matchings against every possible plan, published optima, and laws."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.errors import InputError
from geotransfer.relocation import blocks as b
from geotransfer.relocation.conflicts import find_conflict
from geotransfer.relocation.front import epsilon_front
from geotransfer.relocation.instance import Instance, Layout
from geotransfer.relocation.solution import Limits, herfindahl_of
from geotransfer.relocation.solving import solve, with_ceilings

EXACT = Limits(20.0, 0.0)


def instance(
    cost: Any,
    offer: Any,
    *,
    industry: Any = None,
    co2: Any = None,
    provinces: Any = None,
    xy: Any = None,
) -> Instance:
    """Small problem; by default one industry, each place its own province."""
    cost = np.asarray(cost, dtype=float)
    o, d = cost.shape
    industry = np.zeros(o, dtype=np.int64) if industry is None else np.asarray(industry, dtype=np.int64)
    n = int(industry.max()) + 1
    return Instance(
        industries=tuple("ABC"[:n]),
        origins=tuple(f"o{k}" for k in range(o)),
        destinations=tuple(f"d{k}" for k in range(d)),
        industry=industry,
        offer=np.asarray(offer, dtype=float),
        cost=cost,
        co2=np.zeros((o, d)) if co2 is None else np.asarray(co2, dtype=float),
        score=np.ones((n, d)),
        province=tuple(provinces or (f"p{k}" for k in range(d))),
        xy_km=np.zeros((d, 2)) if xy is None else np.asarray(xy, dtype=float),
    )


def prices(layout: Layout) -> np.ndarray:
    costs = np.zeros(layout.size)
    costs[: layout.n_pairs] = layout.by_pair(layout.instance.cost) * layout.unit_t
    return costs


def all_moved(layout: Layout) -> b.Block:
    problem = layout.instance
    return b.moved(layout, np.bincount(problem.industry, weights=problem.offer))


def test_a_published_transport_problem() -> None:
    """Dantzig's two plants and three markets (Dantzig, G. B. (1963), Linear Programming and Extensions, chapter 3.3).

    Supplies 350 and 600 cases, demands 325, 300, 275; freight 90 dollars per case and 1,000 miles over the distances
    below. Optimum 153.675 thousand dollars (the first model of the GAMS library, trnsport).
    """
    miles = np.array([[2.5, 1.7, 1.8], [2.5, 1.8, 1.4]])
    problem = instance(90 * miles / 1000, [350, 600])
    layout = Layout(problem)
    demand = np.array([325.0, 300.0, 275.0])
    n = len(demand)
    served = layout.of_flows(layout.pair_destination, layout.unit_t, n=n)
    asked = b.Block("demand", problem.destinations, served, demand, np.full(n, np.inf))
    found = solve(layout, prices(layout), [*b.offered(layout), asked], limits=EXACT)
    assert found.objective == pytest.approx(153.675)


def test_a_p_median_by_every_choice() -> None:
    """Six places on a line, two plants at most: the best pair of all fifteen is found."""
    at = np.array([0.0, 1.0, 2.0, 7.0, 8.0, 12.0])
    people = np.array([3.0, 1.0, 2.0, 4.0, 1.0, 2.0])
    distance = np.abs(at[:, None] - at[None, :])
    layout = Layout(instance(distance, people))
    few = b.receiving_zones(layout, 0, 2)
    size = b.plant_size(layout, smallest=np.zeros(1), largest=np.full(1, np.inf))
    found = solve(layout, prices(layout), [*b.offered(layout), all_moved(layout), *size, few], limits=EXACT)
    best = min((people * distance[:, list(pair)].min(axis=1)).sum() for pair in itertools.combinations(range(6), 2))
    assert found.objective == pytest.approx(best)


def by_hand(problem: Instance, smallest: float, per_zone: int) -> float:
    """The cheapest plan among all ways to open plants, with each offer going to one place (whole lots)."""
    best = np.inf
    d = len(problem.destinations)
    for chosen in itertools.product(range(d), repeat=len(problem.origins)):
        plants: dict[tuple[int, int], float] = {}
        for o, place in enumerate(chosen):
            key = (int(problem.industry[o]), place)
            plants[key] = plants.get(key, 0.0) + float(problem.offer[o])
        crowded = any(sum(place == k for _, place in plants) > per_zone for k in range(d))
        if crowded or any(tonnes < smallest - 1e-9 for tonnes in plants.values()):
            continue
        best = min(best, sum(float(problem.offer[o] * problem.cost[o, place]) for o, place in enumerate(chosen)))
    return best


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_against_every_plan_of_whole_offers(data: st.DataObject) -> None:
    o, d = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    number = st.integers(1, 9)
    cost = [[data.draw(number) for _ in range(d)] for _ in range(o)]
    offer = [data.draw(number) * 10.0 for _ in range(o)]
    industry = [0] + [data.draw(st.integers(0, 1)) for _ in range(o - 1)]
    problem = instance(cost, offer, industry=industry)
    smallest, per_zone = data.draw(st.sampled_from([0.0, 20.0, 50.0])), data.draw(st.integers(1, 2))
    layout = Layout(problem, lots=True)
    n = len(problem.industries)
    rules = [
        *b.offered(layout),
        all_moved(layout),
        *b.plant_size(layout, smallest=np.full(n, smallest), largest=np.full(n, np.inf)),
        # a lot as large as the offer: each offer goes to one place
        *(whole_offers(layout)),
        b.plants_per_zone(layout, per_zone),
    ]
    found = solve(layout, prices(layout), rules, limits=EXACT)
    expected = by_hand(problem, smallest, per_zone)
    if np.isinf(expected):
        assert found.status == "infeasible"
    else:
        assert found.objective == pytest.approx(expected, rel=1e-6)


def whole_offers(layout: Layout) -> list[b.Block]:
    least, used = b.lots(layout, 1.0)
    n = layout.n_pairs
    rows = np.arange(n)
    share = layout.instance.offer[layout.pair_origin] / layout.unit_t
    whole = layout.of_flows(rows, 1.0, n=n) - layout.of_ways_used(rows, share * (1 - 1e-9), n=n)
    return [b.Block("whole", least.labels, whole, np.zeros(n), np.full(n, np.inf), physical=True), used]


CONSTRAINTS = {
    "province": lambda layout: b.province_share(layout, 0, 0.6),
    "places": lambda layout: b.receiving_zones(layout, 0, 3),
    "backup": lambda layout: b.backup_site(layout, 0, 10.0),
    "co2": lambda layout: b.net_co2(layout, 40.0),
    "region": lambda layout: b.region_share(
        layout, "hinterland", inside=np.array([True, False, False, False]), share=0.3
    ),
    "water": lambda layout: b.zone_limit(layout, "water", use=np.full(1, 2.0), limit=np.full(4, 60.0), unit="m3/a"),
}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(sorted(CONSTRAINTS)), unique=True, min_size=1), st.integers(0, 10_000))
def test_a_constraint_never_improves_the_plan(names: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = instance(
        rng.integers(1, 20, (2, 4)), [50, 30], co2=rng.integers(-3, 4, (2, 4)), xy=[[0, 0], [5, 0], [30, 0], [60, 0]]
    )
    layout = Layout(problem)
    rules = [
        *b.offered(layout),
        all_moved(layout),
        *b.plant_size(layout, smallest=np.zeros(1), largest=np.full(1, np.inf)),
    ]
    last = solve(layout, prices(layout), rules, limits=EXACT).objective
    for name in names:
        rules.append(CONSTRAINTS[name](layout))
        found = solve(layout, prices(layout), rules, limits=EXACT)
        if found.unknowns is None:
            return
        assert found.objective >= last - 1e-6
        assert all((block.slack(found.unknowns) >= -1e-4).all() for block in rules)
        last = found.objective


def test_a_herfindahl_ceiling_is_reached_by_cuts() -> None:
    """Costs 1, 2, 3 in three provinces; ceiling 0.4.

    Shares (s, t, u) of lowest cost with s + t + u = 1 and squares 0.4: on the sphere around (1/3, 1/3, 1/3) of radius
    sqrt(0.4 - 1/3) in the direction (-1, 0, 1) of the costs: s = 1/3 + r / sqrt 2, u = 1/3 - r / sqrt 2.
    """
    layout = Layout(instance([[1.0, 2.0, 3.0]], [90.0]))
    rules = [*b.offered(layout), all_moved(layout)]
    found, cuts = with_ceilings(layout, prices(layout), rules, ceilings={0: 0.4}, limits=EXACT)
    assert found.unknowns is not None
    step = np.sqrt((0.4 - 1 / 3) / 2)
    assert found.unknowns[:3] * layout.unit_t == pytest.approx(
        90 * np.array([1 / 3 + step, 1 / 3, 1 / 3 - step]), rel=1e-3
    )
    assert herfindahl_of(layout, found.unknowns, 0) == pytest.approx(0.4, rel=1e-3)
    assert 0 < len(cuts) <= 20


def test_the_replacement_ratio_closes_more_than_is_built() -> None:
    layout = Layout(instance([[1.0]], [100.0]))
    rules = b.offered(layout, replacement=np.array([1.25]))
    found = solve(layout, -prices(layout), rules, limits=EXACT)
    assert found.unknowns is not None
    assert found.unknowns[0] * layout.unit_t == pytest.approx(100 / 1.25)


def test_the_guard_the_chain_and_the_quota() -> None:
    # A and B from one province to two; A wants d0 (cost 1 against 5), B wants d1
    problem = instance([[1.0, 5.0], [4.0, 1.0]], [100.0, 100.0], industry=[0, 1])
    layout = Layout(problem)
    guard = b.offered(layout, guard=np.array([60.0, 100.0]))
    most = solve(layout, -np.r_[np.ones(layout.n_pairs), np.zeros(layout.n_plants)], guard, limits=EXACT)
    assert most.unknowns is not None
    assert most.unknowns[:4].sum() * layout.unit_t == pytest.approx(160.0)
    together = b.chain(layout, first=0, then=1, groups=problem.province, ratio=0.5)
    rules = [*b.offered(layout), all_moved(layout), together]
    found = solve(layout, prices(layout), rules, limits=EXACT)
    # all 100 t of A in d0 then pull 50 t of B there: 100 + 50 x 4 + 50 x 1 = 350; A in d1 would cost 4 more a tonne and
    # free half a tonne of B, which saves 1.5
    assert found.objective == pytest.approx(350.0)
    limited = b.quota(
        layout,
        "energy",
        use=np.array([[2.0, 2.0], [1.0, 1.0]]),
        groups=problem.province,
        limits={"p0": 100.0},
        unit="tce/a",
    )
    found = solve(layout, prices(layout), [*b.offered(layout), all_moved(layout), limited], limits=EXACT)
    # d0 takes 50 t of A only: 50 x 1 + 50 x 5 + 100 x 1
    assert found.objective == pytest.approx(400.0)
    assert limited.slack(found.unknowns) == pytest.approx([0.0], abs=1e-3)


def test_who_stands_in_the_way() -> None:
    problem = instance([[1.0, 1.0]], [100.0])
    layout = Layout(problem)
    water = b.zone_limit(layout, "water", use=np.ones(1), limit=np.array([30.0, 40.0]), unit="m3/a")
    harmless = b.plants_per_zone(layout, 3)
    found = find_conflict(layout, [*b.offered(layout), all_moved(layout), water, harmless])
    assert set(found.names) == {"moved", "water"}
    # 70 of 100 fit: giving up 30 t of the amount costs 0.3 of it, more water 30/30 or 30/40 of a limit
    assert [(c.name, round(c.amount, 3), c.unit) for c in found.concessions] == [("moved", 30.0, "t/a")]


def test_the_front_runs_from_the_cheapest_to_the_cleanest() -> None:
    problem = instance([[1.0, 2.0, 4.0]], [100.0], co2=[[3.0, 1.0, 0.0]])
    layout = Layout(problem)
    carbon = np.zeros(layout.size)
    carbon[: layout.n_pairs] = layout.by_pair(problem.co2) * layout.unit_t
    rules = [*b.offered(layout), all_moved(layout)]

    def cheapest(costs: np.ndarray, ceiling: float) -> Any:
        more = [] if np.isinf(ceiling) else [b.net_co2(layout, ceiling)]
        return solve(layout, costs, [*rules, *more], limits=EXACT)

    front = epsilon_front(cheapest, cost=prices(layout), co2=carbon, points=4)
    assert front.co2 == pytest.approx([300, 200, 100, 0])
    # from 3 t to 1 t a tonne costs 1 yuan, from 1 t to 0 costs 2
    assert front.cost == pytest.approx([100, 150, 200, 400])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"offer": np.array([-1.0])}, "not a capacity above 0"),
        ({"offer": np.array([np.nan])}, "not a capacity above 0"),
        ({"cost": np.ones((2, 1))}, r"cost has shape \(2, 1\), expected \(1, 1\)"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], words: str) -> None:
    good = instance([[1.0]], [10.0])
    values = {name: getattr(good, name) for name in good.__dataclass_fields__} | change
    with pytest.raises(InputError, match=words):
        Instance(**values)


def test_a_constraint_without_data_is_refused() -> None:
    layout = Layout(instance([[1.0, 1.0]], [10.0], co2=[[1.0, np.nan]]))
    with pytest.raises(InputError, match=r"change of CO2 is not known for 1 of 2 \(d1\)"):
        b.net_co2(layout, 0.0)
    with pytest.raises(InputError, match="switch the constraint off"):
        b.zone_limit(layout, "land", use=np.ones(1), limit=np.array([1.0, np.nan]), unit="ha")
    with pytest.raises(InputError, match="where no destination lies"):
        b.quota(layout, "energy", use=np.ones((1, 2)), groups=("x", "y"), limits={"z": 1.0}, unit="tce/a")
    with pytest.raises(InputError, match="cannot go to nobody"):
        b.region_share(layout, "border", inside=np.zeros(2, dtype=bool), share=0.1)
    with pytest.raises(InputError, match="lots=True"):
        b.lots(layout, 5.0)
