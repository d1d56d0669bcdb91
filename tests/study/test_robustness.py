from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.study.comparison import reversal_record

SOURCES = Path(__file__).parents[1] / "data" / "sources.toml"
COARSE = {"within": ["宁夏", "青海", "甘肃"], "grid.resolution": 25_000, "robustness.draws": 400}

EXACT = {
    f"criteria__{name}__error": {"scope": "national", "standard_error": 0.0}
    for name in ("tariff", "green_lcoe", "grid_factor", "people")
}


def drawn(**overrides: object) -> gt.Result:
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    return gt.run(gt.Scenario.from_file(SOURCES).with_overrides({**COARSE, **keys}))


@pytest.fixture(scope="module")
def result() -> gt.Result:
    return drawn()


def test_columns_are_there_for_ranked_zones_only(aluminium: gt.Result) -> None:
    ranking = aluminium.ranking
    ranked = ranking["status"] == "ranked"
    for column in ("rank_p05", "rank_p95", "top10_acceptability"):
        assert ranking.loc[ranked, column].notna().all()
        assert ranking.loc[~ranked, column].isna().all()
    assert (ranking.loc[ranked, "rank_p05"] <= ranking.loc[ranked, "rank_p95"]).all()
    # ten places, shared out over the zones; zones that tie for one share the better rank
    assert 10 <= round(ranking["top10_acceptability"].sum(), 9) <= 10.1
    assert set(ranking.loc[ranked, "stability"]) <= {"robust", "likely", "depends on the weights", "unlikely"}
    assert set(ranking.loc[~ranked, "stability"]) == {""}
    assert {c.name for c in aluminium.columns} >= {"rank_p05", "rank_p95", "top10_acceptability", "stability"}


def test_the_rank_lies_mostly_within_its_interval(aluminium: gt.Result) -> None:
    ranked = aluminium.ranking[aluminium.ranking["status"] == "ranked"]
    rank = ranked["rank"].astype(float)
    assert ((rank >= ranked["rank_p05"]) & (rank <= ranked["rank_p95"])).mean() > 0.9


def test_the_record_names_who_stays_and_under_which_weights(aluminium: gt.Result) -> None:
    record = aluminium.provenance["result"]["robustness"]
    assert record["draws"] == aluminium.scenario.robustness.draws
    for kind in ("free_weights", "given_weights"):
        assert 0 < record[kind]["best_share"] <= 1
        # named are those above one half, and only they
        assert bool(record[kind]["stay"]) == (record[kind]["best_share"] >= 0.5)
    assert set(record["errors"]) == {"power_price", "dry_season", "grid_factor", "freight", "people"}
    first = record["free_weights"]["first"]
    assert 0 < len(first) <= 5
    for row in first:
        assert sum(row["central_weights"].values()) == pytest.approx(1, abs=0.001)
        assert row["confidence"] is None or 0 <= row["confidence"] <= 1
    compared = aluminium.provenance["result"]["comparison"]
    spearman = np.array(compared["methods"]["spearman"])
    np.testing.assert_allclose(spearman, spearman.T)
    assert (np.diag(spearman) == 1).all()
    assert set(compared["collinearity"]["vif"]) == set(aluminium.scenario.weighted)


def test_no_draws_no_columns(tmp_path: Path) -> None:
    plain = drawn(robustness__draws=0)
    assert plain.provenance["result"]["robustness"] is None
    assert plain.stability is None
    assert "rank_p05" not in plain.ranking
    gt.write_result(plain, tmp_path / "out")
    assert not (tmp_path / "out" / "stability.tif").exists()


def test_the_same_seed_gives_the_same_draws_and_another_one_others(result: gt.Result) -> None:
    assert drawn().ranking["rank_p95"].equals(result.ranking["rank_p95"])
    assert not drawn(robustness__seed=2).ranking["top10_acceptability"].equals(result.ranking["top10_acceptability"])


def test_weights_held_fast_and_no_errors_leave_one_rank() -> None:
    sure = drawn(robustness__concentration=1e12, **EXACT)
    ranked = sure.ranking[sure.ranking["status"] == "ranked"]
    # zones with the same site, as on this coarse grid, share the better rank in the draws
    shared = ranked["score"].round(9).rank(ascending=False, method="min")
    assert ranked["rank_p05"].tolist() == ranked["rank_p95"].tolist() == shared.tolist()
    assert set(sure.ranking["stability"]) <= {"robust", "unlikely", ""}


def test_errors_widen_the_interval(result: gt.Result) -> None:
    without = drawn(**EXACT).ranking
    width = result.ranking["rank_p95"] - result.ranking["rank_p05"]
    assert width.mean() > 1.1 * (without["rank_p95"] - without["rank_p05"]).mean()


def test_a_provincial_error_never_swaps_two_counties_of_a_province() -> None:
    only = {
        f"criteria__{name}__weight": 0.0 for name in ("tariff", "grid_factor", "people", "flat_area", "hub_distance")
    }
    error = {"scope": "province", "standard_error": 0.02}
    found = drawn(within=["宁夏"], robustness__concentration=1e12, criteria__green_lcoe__error=error, **only).ranking
    ranked = found[found["status"] == "ranked"]
    strict = ranked[ranked["score"].between(0.05, 0.7)]
    assert strict["rank_p05"].tolist() == strict["rank_p95"].tolist()


def test_stability_raster_is_a_probability_where_there_is_suitability(aluminium: gt.Result) -> None:
    assert aluminium.stability is not None
    stability, suitability = aluminium.stability.values, aluminium.suitability.values
    assert np.array_equal(np.isnan(stability), np.isnan(suitability))
    assert np.nanmin(stability) >= 0
    assert np.nanmax(stability) <= 1
    assert np.nanmean(stability) == pytest.approx(0.1, abs=0.01)
    best = suitability >= np.nanquantile(suitability, 0.99)
    assert np.nanmean(stability[best]) > 0.8


@pytest.mark.parametrize("method", ["weighted_product", "topsis"])
def test_other_aggregations_rank_zones_and_cells(method: str, result: gt.Result) -> None:
    other = drawn(aggregation=method, robustness__draws=50)
    ranked = other.ranking[other.ranking["status"] == "ranked"]
    assert len(ranked) == (result.ranking["status"] == "ranked").sum()
    assert ranked["score"].between(0, 1).all()
    scores = ranked[[f"score_{name}" for name in other.scenario.criteria]].to_numpy()
    weights = np.array(list(other.scenario.weights.values()))
    if method == "weighted_product":
        expected = np.prod(scores**weights, axis=1)
    else:
        far, near = (np.sqrt(((weights * (scores - ideal)) ** 2).sum(axis=1)) for ideal in (1.0, 0.0))
        expected = near / (near + far)
    np.testing.assert_allclose(ranked["score"], expected, atol=1e-12)
    assert np.nanmax(other.suitability.values) <= 1


@pytest.mark.parametrize("method", ["weighted_product", "topsis_vector", "vikor", "promethee_ii"])
def test_draws_follow_the_scenarios_own_method(method: str) -> None:
    sure = drawn(aggregation=method, robustness__draws=40, robustness__concentration=1e12, **EXACT)
    ranked = sure.ranking[sure.ranking["status"] == "ranked"]
    # held fast, every draw gives the rank of the run itself; zones of equal score share the better one
    shared = ranked["score"].round(6).rank(ascending=False, method="min")
    assert (ranked["rank_p05"] - shared).abs().median() == 0
    assert sure.provenance["result"]["comparison"]["methods"]["methods"][0] == method


def test_weights_within_limits_and_in_an_order() -> None:
    limited = drawn(robustness__limits={"tariff": [0.9, 1.0]}, **EXACT)
    record = limited.provenance["result"]["robustness"]
    assert record["weights_drawn"] == "within limits"
    ranked = limited.ranking[limited.ranking["status"] == "ranked"]
    # Gansu scores 0.164 less by the tariff, 0.9 x 0.164 > 0.1: nothing else can bring it back, whatever the rest weighs
    dearer = ranked["score_tariff"] < 1.0
    assert dearer.any()
    assert (ranked.loc[dearer, "top10_acceptability"] == 0).all()
    ordered = drawn(robustness__order=["people", "tariff"], robustness__draws=100)
    assert ordered.provenance["result"]["robustness"]["order"] == ["people", "tariff"]
    with pytest.raises(InputError, match="name sun; expected weighted criteria"):
        drawn(robustness__order=["sun"])
    with pytest.raises(InputError, match="name a criterion twice"):
        drawn(robustness__order=["people", "people"])
    with pytest.raises(InputError, match=r"robustness\.order is given but robustness\.draws is 0"):
        drawn(robustness__order=["people"], robustness__draws=0)
    with pytest.raises(InputError, match=r"limits \(tariff \[0\.9, 1\.0\], people .*no weights that sum to 1"):
        drawn(robustness__limits={"tariff": [0.9, 1.0], "people": [0.5, 1.0]})


def test_the_record_holds_reversals_and_sensitivity_and_a_second_resolution() -> None:
    pytest.importorskip("SALib")
    keys = {"robustness__sensitivity_samples": 64, "robustness__second_resolution": 50_000.0, "robustness__draws": 20}
    result = drawn(**keys).provenance["result"]
    record = result["robustness"]
    assert result["comparison"]["reversals"] == {
        "zones": 20, "share": 0.0, "most_moved_by_deletion": 0, "most_moved_by_copy": 0,
    }  # fmt: skip
    assert len(record["sensitivity"]) == 5
    assert set(record["sensitivity"][0]["total"]) == set(result["scenario"]["criteria"])
    second = result["second_resolution"]
    assert second["resolution"] == 50_000
    assert 0 < second["spearman"] <= 1
    assert len(second["stay"]) <= second["top_n"] == 10


def test_a_method_that_compares_reverses_ranks_and_says_so() -> None:
    scores = np.random.default_rng(1).uniform(size=(40, 3))
    weights = np.array([0.5, 0.3, 0.2])
    for method, reverses in (("promethee_ii", True), ("weighted_sum", False)):
        study = gt.Scenario.from_file(SOURCES).with_overrides({"aggregation": method})
        record = reversal_record(study, scores, weights)
        assert record is not None
        assert (record["share"] > 0) == reverses
    assert reversal_record(study, scores[:2], weights) is None
    vikor = drawn(aggregation={"method": "vikor", "group_weight": 0.5}, robustness__draws=20)
    compromise = vikor.provenance["result"]["comparison"]["methods"]["compromise"]
    assert compromise["zones"][0] == vikor.ranking["name"].iloc[0]
    assert isinstance(compromise["acceptable_advantage"], bool)


def test_other_methods_are_compared_without_draws_too() -> None:
    record = drawn(robustness__draws=0).provenance["result"]
    assert record["robustness"] is None
    assert record["comparison"]["methods"]["methods"][0] == "weighted_sum"
    assert record["comparison"]["reversals"]["share"] == 0


def test_sensitivity_is_that_of_the_scenarios_method() -> None:
    pytest.importorskip("SALib")
    keys = {"robustness__sensitivity_samples": 64, "robustness__draws": 10, "within": ["宁夏"]}
    by_sum, by_vikor = (
        drawn(**keys, aggregation=method).provenance["result"]["robustness"]["sensitivity"]
        for method in ("weighted_sum", "vikor")
    )
    shared = {row["zone"]: row["total"] for row in by_sum}
    assert any(shared.get(row["zone"]) != row["total"] for row in by_vikor)


def test_an_error_that_reaches_below_zero_does_not_break_a_fuzzy_score() -> None:
    found = drawn(
        criteria__people__fuzzy={"kind": "large", "midpoint": 100_000, "spread": 1},
        criteria__people__error={"scope": "zone", "standard_error": 0.9, "relative": True},
        within=["宁夏"],
    )
    assert found.ranking["rank_p95"].notna().any()


def test_the_gaussian_preference_is_not_drawn() -> None:
    how = {"method": "promethee_ii", "preference": "gaussian", "inflection": 0.2}
    with pytest.raises(InputError, match="compares all pairs again in every draw"):
        drawn(aggregation=how)


def test_zones_that_deletion_leaves_alike_have_no_reversal_test(tmp_path: Path) -> None:
    # two parks at one place: without the third there is nothing to compare
    lines = ["甲,106.2,38.4", "乙,106.2,38.4", "丙,102.4,25.0"]
    (tmp_path / "parks.csv").write_text("\n".join(["name,lon,lat", *lines]) + "\n", encoding="utf-8")
    result = drawn(zones=str(tmp_path / "parks.csv"), within=[], aggregation="topsis_vector", robustness__draws=10)
    assert result.provenance["result"]["comparison"]["reversals"] is None


def test_an_assumption_without_an_error_is_not_drawn() -> None:
    with pytest.raises(InputError, match=r"'green_lcoe' comes from the layer lcoe-green, which is an assumption"):
        drawn(criteria__green_lcoe__error=None)


def test_an_error_is_given_in_one_way() -> None:
    for error, words in (
        ({"scope": "province"}, "either standard_error, or low"),
        ({"scope": "province", "standard_error": 0.1, "range_km": 100}, "range_km belongs to the scope 'field'"),
        ({"scope": "planet", "standard_error": 0.1}, r"criteria\.tariff\.error\.scope"),
    ):
        with pytest.raises(InputError, match=words):
            drawn(criteria__tariff__error=error)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_few_parks_are_written_too(tmp_path: Path, n: int) -> None:
    lines = ["甲,102.45,24.92", "乙,110.10,40.55", "丙,106.5,38.2"][:n]
    (tmp_path / "parks.csv").write_text("\n".join(["name,lon,lat", *lines]) + "\n", encoding="utf-8")
    gt.write_result(drawn(zones=str(tmp_path / "parks.csv")), tmp_path / "out")
    record = gt.read_result(tmp_path / "out").provenance["result"]
    assert record["counts"]["ranked"] == n
    assert (record["robustness"] is None) == (n == 1)
