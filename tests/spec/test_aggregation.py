from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pydantic import TypeAdapter

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.spec.aggregation import COMPARING, Aggregation, Promethee, aggregate, compromise_of

METHODS = (
    "weighted_sum", "weighted_product", "owa", "topsis", "topsis_vector", "topsis_minmax", "spotis", "vikor",
    "promethee_ii",
)  # fmt: skip
SMALL = {"within": ["宁夏", "甘肃"], "grid.resolution": 25_000, "robustness.draws": 0}


def method(value: object) -> object:
    return TypeAdapter(Aggregation).validate_python(value)


SCORES = hnp.arrays(np.float64, (5, 3), elements=st.floats(0.01, 1).map(lambda x: round(x, 3)), unique=True)
WEIGHTS = np.array([0.5, 0.3, 0.2])


@pytest.mark.parametrize("name", METHODS)
@given(scores=SCORES)
def test_every_method_stays_in_0_1_and_prefers_the_better(name: str, scores: np.ndarray) -> None:
    better = np.vstack([scores, scores.max(axis=0)])
    total = aggregate(method(name), better, WEIGHTS)
    assert ((total >= 0) & (total <= 1)).all()
    assert total[-1] == pytest.approx(total.max())


@pytest.mark.parametrize("name", METHODS)
def test_only_methods_that_compare_change_when_an_alternative_goes(name: str) -> None:
    scores = np.array([[0.9, 0.1, 0.5], [0.2, 0.8, 0.6], [0.4, 0.4, 0.9], [0.7, 0.6, 0.1]])
    whole, part = aggregate(method(name), scores, WEIGHTS)[:3], aggregate(method(name), scores[:3], WEIGHTS)
    assert (np.abs(whole - part).max() > 1e-6) == (name in COMPARING)


def test_against_the_definitions_by_hand() -> None:
    two = np.array([[0.2, 1.0], [0.6, 0.5]])
    half = np.array([0.5, 0.5])
    # SPOTIS with the bounds of a score is the weighted sum
    np.testing.assert_allclose(aggregate(method("spotis"), two, half), [0.6, 0.55])
    # orness 0 looks at the worst score, 1 at the best
    np.testing.assert_allclose(aggregate(method({"method": "owa", "orness": 0}), two, half), [0.2, 0.5])
    np.testing.assert_allclose(aggregate(method({"method": "owa", "orness": 1}), two, half), [1.0, 0.6])
    # each is better in one criterion of equal weight: net flows 0, score (0 + 1) / 2
    np.testing.assert_allclose(aggregate(method("promethee_ii"), two, half), [0.5, 0.5])
    # regrets: zone 1 loses all of criterion 1, zone 2 all of criterion 2: S = R = 0.5 for both, so Q = 0
    np.testing.assert_allclose(aggregate(method("vikor"), two, half), [1.0, 1.0])


def test_cells_have_the_shape_they_came_in() -> None:
    cells = np.random.default_rng(1).uniform(size=(4, 3, 2))
    for name in METHODS:
        assert aggregate(method(name), cells, np.array([0.6, 0.4])).shape == (4, 3)


def test_options_belong_to_their_method() -> None:
    with pytest.raises(ValueError, match="orness"):
        method({"method": "topsis", "orness": 0.5})
    with pytest.raises(ValueError, match="does not match any of the expected tags"):
        method("electre")
    with pytest.raises(InputError, match="needs strict"):
        aggregate(method({"method": "promethee_ii", "preference": "linear"}), np.eye(3), np.full(3, 1 / 3))


def test_gaussian_preference_refuses_a_country_of_cells() -> None:
    many = np.random.default_rng(1).uniform(size=(50_001, 2))
    how = Promethee(method="promethee_ii", preference="gaussian", inflection=0.2)
    with pytest.raises(InputError, match=r"all pairs of 50,001 .*usual"):
        aggregate(how, many, np.array([0.5, 0.5]))


def test_vikor_says_whether_its_conditions_hold() -> None:
    clear = np.array([[1.0, 1.0], [0.1, 0.1], [0.0, 0.0]])
    found = compromise_of(method("vikor"), clear, np.array([0.5, 0.5]))
    assert found is not None
    assert found.compromise.tolist() == [0]
    assert found.acceptable_advantage
    assert found.acceptable_stability
    assert compromise_of(method("topsis"), clear, np.array([0.5, 0.5])) is None


@pytest.mark.parametrize("name", ["owa", "topsis_vector", "spotis", "vikor", "promethee_ii"])
def test_a_run_ranks_zones_and_cells_by_it(name: str) -> None:
    result = gt.run(gt.scenario("aluminium").with_overrides({**SMALL, "aggregation": name}))
    ranked = result.ranking[result.ranking["status"] == "ranked"]
    scores = ranked[[f"score_{criterion}" for criterion in result.scenario.criteria]].to_numpy()
    weights = np.array(list(result.scenario.weights.values()))
    # excluded and unknown zones are no alternatives
    np.testing.assert_allclose(ranked["score"], aggregate(method(name), scores, weights), atol=1e-12)
    shown = result.suitability.values[~np.isnan(result.suitability.values)]
    assert ((shown >= 0) & (shown <= 1)).all()
    assert np.isnan(result.suitability.values[result.excluded.values == 1]).all()


def test_the_lowest_score_a_place_could_have_needs_a_method_that_looks_at_it_alone() -> None:
    with pytest.raises(InputError, match="missing 'interval' and aggregation 'vikor' do not go together"):
        gt.scenario("aluminium").with_overrides({"missing": "interval", "aggregation": "vikor"})
