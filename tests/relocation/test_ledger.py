"""The ledger, the sharing of what a plan brings and the structure before and after, on made-up plans."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.relocation.ledger import ledger
from geotransfer.relocation.matching import Matching
from geotransfer.relocation.origin_power import origin_factor
from geotransfer.relocation.reading import Places
from geotransfer.relocation.solution import Solved
from geotransfer.relocation.structure import concentration
from geotransfer.relocation.transfers import TOO_MANY

ORIGINS = ("山东", "江苏")
PLACES = {"640323": "宁夏回族自治区", "640181": "宁夏回族自治区", "630202": "青海省", "530112": "云南省"}
INDUSTRIES = ("aluminium", "silicon")
Rows = list[tuple[int, int, int, float]]
KG_PER_KWH = np.array([0.6, 0.6, 0.1, 0.2])


def plan(rows: Rows, *, ratio: float = 1.0, **sections: Any) -> Matching:
    """A plan of (origin, industry, place, tonnes); 13,400 and 11,000 kWh, 300 and 500 yuan of tax a tonne."""
    problem = gt.Problem.from_mapping({
        "schema": 1,
        "unit": "t/a",
        "industries": {
            name: {
                "result": "none", "smallest_plant": 1, "largest_plant": 1e9,
                "use": {"electricity": kwh, "jobs": 0.002, "energy": 1.7}, "value": {"tax_yuan": tax},
            }
            for name, kwh, tax in zip(INDUSTRIES, (13_400.0, 11_000.0), (300.0, 500.0), strict=True)
        },
        "offers": [{"origin": o, "industry": i, "capacity": 1e9} for o in ORIGINS for i in INDUSTRIES],
        **sections,
    })  # fmt: skip
    keys = list(PLACES)
    flows = pd.DataFrame(
        [
            {"origin": ORIGINS[o], "industry": INDUSTRIES[i], "zone": keys[z], "name": keys[z],
             "province": PLACES[keys[z]], "tonnes": t, "closed": t * ratio, "cost_yuan": 0.0, "co2_change_t": 0.0}
            for o, i, z, t in rows
        ]
    )  # fmt: skip
    spots = [shapely.Point(100 + k, 35) for k in range(len(keys))]
    table = gpd.GeoDataFrame({"name": keys, "province": list(PLACES.values())}, index=keys, geometry=spots, crs=4326)
    ranking = pd.DataFrame({"co2_average_kg_per_kwh": KG_PER_KWH}, index=keys)
    solved = Solved(np.zeros(1), 0.0, 0.0, 0.0, 0.0, "optimal", 0)
    return Matching(problem, Places(table, dict.fromkeys(INDUSTRIES, ranking)), flows, flows, (), solved, {}, {})


def rows_of(made: Matching) -> pd.DataFrame:
    return ledger(made).table.set_index(["role", "who"])


def one(**agreement: Any) -> dict[str, Any]:
    return {"agreement": agreement}


ONE_MOVE: Rows = [(0, 0, 0, 1000.0)]

shares = st.floats(0, 1)
agreements = st.one_of(
    st.none(),
    st.builds(lambda mode: {"mode": mode}, st.sampled_from(["supply_chain", "interregional", "technology", "enclave"])),
    st.builds(lambda share: {"origin_share": share}, shares),
    st.builds(lambda by_year: {"origin_share": by_year}, st.lists(shares, min_size=1, max_size=4)),
    st.builds(lambda o, d: {"contributed": {"origin": o, "destination": d}}, st.floats(0, 9), st.floats(0.1, 9)),
    st.just({"shapley": True}),
)
moves = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 3), st.floats(1, 1e6)), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(moves, st.floats(1, 1.5), agreements, agreements, shares)
def test_everything_adds_up_to_the_change_of_the_system(
    rows: Rows, ratio: float, general: Any, park: Any, returns: float
) -> None:
    shared = {"quantities": ["tax_yuan", "energy_tce"]}
    cooperation: dict[str, Any] = {"product_returns": returns}
    if general:
        cooperation["agreement"] = general | shared
    if park:
        cooperation["enclaves"] = [{"name": "park", "zones": ["640323", "530112"], "agreement": park | shared}]
    made = plan(rows, ratio=ratio, cooperation=cooperation)
    table = rows_of(made)
    system = table.loc[("system", "")]
    kwh, tax = ({"aluminium": a, "silicon": s} for a, s in ((13_400.0, 11_000.0), (300.0, 500.0)))
    factor = dict(zip(PLACES, KG_PER_KWH, strict=True))
    change = {"tonnes": 0.0, "tax_yuan": 0.0, "energy_tce": 0.0, "co2": 0.0}
    for row in made.flows.itertuples():
        change["tonnes"] += row.tonnes - row.closed
        change["tax_yuan"] += (row.tonnes - row.closed) * tax[row.industry]
        change["energy_tce"] += (row.tonnes - row.closed) * 1.7
        here, there = row.tonnes * factor[row.zone], row.closed * origin_factor(row.origin)
        change["co2"] += (here - there) * kwh[row.industry] / 1000.0
    size = made.flows["closed"].sum() * 1e4
    for column, expected in {
        "tonnes": "tonnes", "tax_yuan": "tax_yuan", "energy_tce": "energy_tce",
        "co2_power_production_t": "co2", "co2_power_consumption_t": "co2",
        **{f"{name}_after_sharing": name for name in ("tax_yuan", "energy_tce") if f"{name}_after_sharing" in table},
    }.items():  # fmt: skip
        assert system[column] == pytest.approx(change[expected], abs=1e-6 * max(1.0, size * 1e-9)), column
        assert table[column].iloc[:-1].sum() == pytest.approx(system[column], abs=1e-6 * max(1.0, size * 1e-9)), column
    parts = ledger(made).sharing
    for _, group in parts.groupby(["agreement", "quantity", "year"]):
        assert group["part"].sum() == pytest.approx(group["brought"].sum(), rel=1e-9)


def test_the_two_books_of_carbon() -> None:
    # 1,000 t close in Shandong and are built where a kWh is 0.6 kg; 80 % of the product comes back
    table = rows_of(plan(ONE_MOVE, cooperation={"product_returns": {"aluminium": 0.8}}))
    here, there = 1000 * 13.4 * 0.6, 1000 * 13.4 * origin_factor("山东")
    production, consumption = table["co2_power_production_t"], table["co2_power_consumption_t"]
    assert production.tolist() == pytest.approx([-there, here, here - there])
    assert consumption.tolist() == pytest.approx([0.8 * here - there, 0.2 * here, here - there])
    assert rows_of(plan(ONE_MOVE))["co2_power_consumption_t"].isna().all()


def test_shares_fixed_by_year_and_by_contribution() -> None:
    # 1,000 t x 300 yuan; what the origin gets comes from the place
    def origin_and_place(**agreement: Any) -> list[float]:
        return rows_of(plan(ONE_MOVE, cooperation=one(**agreement)))["tax_yuan_after_sharing"].tolist()

    assert origin_and_place(origin_share=0.25) == [-225_000.0, 225_000.0, 0.0]
    # mean of 50, 50 and 20 %
    assert origin_and_place(origin_share=[0.5, 0.5, 0.2]) == pytest.approx([-180_000.0, 180_000.0, 0.0])
    assert origin_and_place(contributed={"origin": 1, "destination": 3}) == [-225_000.0, 225_000.0, 0.0]
    assert origin_and_place(mode="interregional") == [-150_000.0, 150_000.0, 0.0]
    assert origin_and_place(shapley=True) == [-150_000.0, 150_000.0, 0.0]


def test_a_preset_comes_with_low_and_high() -> None:
    parts = ledger(plan(ONE_MOVE, cooperation=one(mode="interregional"))).sharing
    assert parts["year"].max() == 3
    first = parts[parts["year"] == 1].set_index("role")[["part_low", "part", "part_high"]]
    assert first.loc["origin"].tolist() == pytest.approx([60_000, 150_000, 240_000])
    assert first.loc["destination"].tolist() == pytest.approx([60_000, 150_000, 240_000])
    assert ledger(plan(ONE_MOVE, cooperation=one(origin_share=0.5))).sharing["part_low"].isna().all()


def test_who_is_scarce_gets_more_by_contribution() -> None:
    # the glove game: one origin with 2,000 t, two places with 1,000 t each, of two provinces. Alone nobody gains;
    # with one place 300 k yuan, with both 600 k. By symmetry and marginal gains the origin gets half of each.
    parts = ledger(plan([(0, 0, 0, 1000.0), (0, 0, 2, 1000.0)], cooperation=one(shapley=True))).sharing
    assert parts.set_index("who")["part"].to_dict() == pytest.approx(
        {"山东": 300_000, "640323": 150_000, "630202": 150_000}
    )
    # two origins of 1,000 t, one place of 2,000 t: now the place is on the short side of nothing, each origin gets half
    parts = ledger(plan([(0, 0, 0, 1000.0), (1, 0, 0, 1000.0)], cooperation=one(shapley=True))).sharing
    assert parts.set_index("who")["part"].to_dict() == pytest.approx(
        {"山东": 150_000, "江苏": 150_000, "640323": 300_000}
    )


def test_too_many_parties_share_nothing_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geotransfer.relocation.transfers.MOST_PLAYERS", 1)
    parts = ledger(plan(ONE_MOVE, cooperation=one(shapley=True))).sharing
    assert set(parts["rule"]) == {TOO_MANY}
    assert parts.set_index("role")["part"].to_dict() == {"origin": 0.0, "destination": 300_000.0}


def test_an_enclave_has_an_agreement_of_its_own() -> None:
    rows: Rows = [(0, 0, 0, 1000.0), (1, 0, 0, 1000.0), (0, 0, 2, 1000.0)]
    enclave = {"name": "park", "zones": ["640323"], "origins": ["山东"], "agreement": {"origin_share": 0.5}}
    table = rows_of(plan(rows, cooperation={"enclaves": [enclave], **one(origin_share=0.1)}))["tax_yuan_after_sharing"]
    # 山东: -600 k + 150 k of the park + 30 k of 青海; 江苏, not of the park: -300 k + 30 k
    assert table.tolist() == pytest.approx([-420_000, -270_000, 600_000 - 180_000, 270_000, 0.0], abs=1e-6)


@pytest.mark.parametrize(
    ("cooperation", "told"),
    [
        (one(), "0 rules of sharing"),
        (one(mode="enclave", shapley=True), "2 rules of sharing"),
        (one(mode="barter"), "mode"),
        (one(origin_share=1.2), r"expected 0\.\.1"),
        (one(origin_share=[]), r"expected 0\.\.1"),
        (one(origin_share=0.5, quantities=["output_value_yuan"]), "not given for aluminium, silicon"),
        (one(contributed={"origin": 0, "destination": 0}), "0 on both sides"),
        ({"product_returns": 1.1}, "expected shares"),
        ({"product_returns": {"steel": 0.1}}, "expected industries of"),
        ({"enclaves": [{"name": "park", "zones": ["640323"], "origins": ["河北"]}]}, "expected 山东"),
        ({"enclaves": [{"name": "a", "zones": ["640323"]}] * 2}, "names that differ"),
    ],
)
def test_a_section_that_does_not_fit(cooperation: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        plan(ONE_MOVE, cooperation=cooperation)


def test_a_park_among_no_candidates() -> None:
    with pytest.raises(InputError, match="is no candidate"):
        ledger(plan(ONE_MOVE, cooperation={"enclaves": [{"name": "park", "zones": ["火星"]}]}))


def test_the_structure_of_all_that_stands() -> None:
    standing = {"aluminium": {"山东": 6000.0, "新疆": 3000.0, "宁夏": 1000.0}}
    sections = {"standing": standing, "offers": [{"origin": "山东", "industry": "aluminium", "capacity": 2000.0}]}
    table = ledger(plan([(0, 0, 0, 1000.0)], ratio=2.0, **sections)).structure.set_index("province")
    assert table["stands_after_t"].to_dict() == {"山东省": 4000.0, "新疆维吾尔自治区": 3000.0, "宁夏回族自治区": 2000.0}
    before, after = concentration(table.reset_index())["aluminium"]
    assert before == pytest.approx(0.36 + 0.09 + 0.01)
    assert after == pytest.approx((16 + 9 + 4) / 81)


def test_the_structure_of_what_moves_when_nothing_more_is_known() -> None:
    made = plan(ONE_MOVE, offers=[{"origin": "山东", "industry": "aluminium", "capacity": 1e3, "existing": 5e3}])
    table = ledger(made).structure.set_index("province")
    assert table.loc["山东省", ["share_before", "share_after", "stands_after_t"]].tolist() == [1.0, 0.0, 4000.0]
    assert np.isnan(table.loc["宁夏回族自治区", "stands_after_t"])


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        ({"steel": {"山东": 1.0}}, "expected industries of"),
        ({"aluminium": {"山东": -1.0}}, "below 0"),
        ({"aluminium": {"山东": 5e9, "山东省": 1.0}}, "twice"),
        ({"aluminium": {"山东": 1.0, "江苏": 5e9}}, "make them agree"),
        ({"aluminium": {"亚特兰蒂斯": 1.0}}, "is no province"),
    ],
)
def test_what_stands_must_fit(standing: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        plan(ONE_MOVE, standing=standing)
