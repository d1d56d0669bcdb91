"""The same numbers as scikit-criteria and pymcdm on random problems, wherever they mean the same."""

from __future__ import annotations

import warnings

import numpy as np
import pymcdm.methods as peer
import pymcdm.normalizations as peer_scaling
import pymcdm.weights as peer_weights
import pytest
import skcriteria
from skcriteria.agg.simple import WeightedProductModel, WeightedSumModel
from skcriteria.agg.spotis import SPOTIS
from skcriteria.agg.topsis import TOPSIS
from skcriteria.agg.vikor import VIKOR
from skcriteria.preprocessing.scalers import VectorScaler
from skcriteria.preprocessing.weighters import CRITIC, MEREC, EntropyWeighter

import geotransfer as gt

SEEDS = range(8)


def as_it_is(column: np.ndarray, cost: bool = False) -> np.ndarray:
    return column


class Random:
    """A random problem in the words of all three."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.matrix = rng.uniform(1, 100, (rng.integers(3, 30), rng.integers(2, 8))).round(1)
        n = self.matrix.shape[1]
        self.weights = rng.dirichlet(np.ones(n))
        self.directions = rng.choice(["max", "min"], n).tolist()
        self.types = np.array([1 if word == "max" else -1 for word in self.directions])
        self.bounds = np.column_stack([np.zeros(n), np.full(n, 120.0)])

    def skcriteria(self, directions: list[str] | None = None) -> skcriteria.DecisionMatrix:
        objectives = [{"max": max, "min": min}[word] for word in directions or self.directions]
        return skcriteria.mkdm(self.matrix, objectives=objectives, weights=self.weights)


@pytest.fixture(params=SEEDS)
def problem(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)


def test_weighted_sum_and_product(problem: Random) -> None:
    up = ["max"] * len(problem.weights)
    scores, weights = problem.matrix / 100, problem.weights
    ones = np.ones(len(weights))
    np.testing.assert_allclose(gt.weighted_sum(scores, weights), peer.WSM(as_it_is)(scores, weights, ones))
    np.testing.assert_allclose(gt.weighted_product(scores, weights), peer.WPM(as_it_is)(scores, weights, ones))
    other = WeightedSumModel().evaluate(problem.skcriteria(up)).e_.score
    np.testing.assert_allclose(gt.weighted_sum(problem.matrix, weights), other)
    other = 10 ** WeightedProductModel().evaluate(problem.skcriteria(up)).e_.score
    np.testing.assert_allclose(gt.weighted_product(problem.matrix, weights), other)


def test_topsis(problem: Random) -> None:
    result = gt.topsis(problem.matrix, problem.weights, directions=problem.directions)
    body = peer.TOPSIS(peer_scaling.vector_normalization)
    np.testing.assert_allclose(result, body(problem.matrix, problem.weights, problem.types))
    result = gt.topsis(problem.matrix, problem.weights, directions=problem.directions, normalization="minmax")
    body = peer.TOPSIS(peer_scaling.minmax_normalization)
    np.testing.assert_allclose(result, body(problem.matrix, problem.weights, problem.types))
    up = ["max"] * len(problem.weights)
    scaled = VectorScaler(target="matrix").transform(problem.skcriteria(up))
    result = gt.topsis(problem.matrix, problem.weights, directions=up)
    np.testing.assert_allclose(result, TOPSIS().evaluate(scaled).e_.similarity)


def test_spotis(problem: Random) -> None:
    result = gt.spotis(problem.matrix, problem.weights, directions=problem.directions, bounds=problem.bounds)
    np.testing.assert_allclose(result, peer.SPOTIS(problem.bounds)(problem.matrix, problem.weights, problem.types))
    other = SPOTIS().evaluate(problem.skcriteria(), bounds=problem.bounds)
    np.testing.assert_allclose(result, other.e_.score)


def test_vikor(problem: Random) -> None:
    result = gt.vikor(problem.matrix, problem.weights, directions=problem.directions)
    np.testing.assert_allclose(result.q, peer.VIKOR()(problem.matrix, problem.weights, problem.types), atol=1e-12)
    other = VIKOR().evaluate(problem.skcriteria()).e_
    np.testing.assert_allclose(result.q, other.q_k, atol=1e-12)
    np.testing.assert_allclose(result.s, other.s_k, atol=1e-12)
    np.testing.assert_allclose(result.r, other.r_k, atol=1e-12)
    assert sorted(result.compromise.tolist()) == sorted(other.compromise_set.tolist())
    assert result.acceptable_advantage == other.acceptable_advantage
    assert result.acceptable_stability == other.acceptable_stability


def test_promethee_ii(problem: Random) -> None:
    n = len(problem.weights)

    def other(name: str, **thresholds: np.ndarray) -> np.ndarray:
        body = peer.PROMETHEE_II(name, **thresholds)
        return np.asarray(body(problem.matrix, problem.weights, problem.types))

    def flow(**options: object) -> np.ndarray:
        return gt.promethee_ii(problem.matrix, problem.weights, directions=problem.directions, **options)  # type: ignore[arg-type]

    low, high = np.linspace(1, 9, n), np.linspace(20, 60, n)
    np.testing.assert_allclose(flow(), other("usual"), atol=1e-12)
    np.testing.assert_allclose(flow(preference="linear", strict=high), other("vshape", p=high), atol=1e-12)
    linear = flow(preference="linear", indifference=low, strict=high)
    np.testing.assert_allclose(linear, other("vshape_2", p=high, q=low), atol=1e-12)


def test_weights_from_the_data(problem: Random) -> None:
    matrix, directions = problem.matrix, problem.directions
    entropy = gt.entropy_weights(matrix)
    np.testing.assert_allclose(entropy, peer_weights.entropy_weights(matrix), atol=1e-9)
    np.testing.assert_allclose(entropy, EntropyWeighter().transform(problem.skcriteria()).weights, atol=1e-9)
    merec = gt.merec_weights(matrix, directions=directions)
    np.testing.assert_allclose(merec, peer_weights.merec_weights(matrix, problem.types), atol=1e-9)
    np.testing.assert_allclose(merec, MEREC().transform(problem.skcriteria()).weights, atol=1e-9)
    # pymcdm takes the deviation of the values as they are, and knows no directions in CRITIC
    scaled = (matrix - matrix.min(axis=0)) / np.ptp(matrix, axis=0)
    deviation = peer_weights.standard_deviation_weights(scaled)
    np.testing.assert_allclose(gt.standard_deviation_weights(matrix), deviation, atol=1e-9)
    up = ["max"] * len(directions)
    np.testing.assert_allclose(gt.critic_weights(matrix, directions=up), peer_weights.critic_weights(matrix), atol=1e-9)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # scikit-criteria advises against "min" there, and turns the columns all the same
        other = CRITIC().transform(problem.skcriteria()).weights
    np.testing.assert_allclose(gt.critic_weights(matrix, directions=directions), other, atol=1e-9)
