from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import rank, rank_acceptability, topsis
from geotransfer.errors import InputError
from geotransfer.mcda import rank_counts
from geotransfer.mcda.acceptability import totals, weight_generator
from geotransfer.mcda.weight_draws import WeightLaw, seed_blocks

# multiples of 1/16: no two totals differ by less than the 12 decimals that are compared
GRID = arrays(float, st.tuples(st.integers(1, 7), st.integers(1, 4)), elements=st.integers(0, 16).map(lambda i: i / 16))
THREE_SIGMA = 3 * np.sqrt(0.25 / 10_000)


def by_definition(scores: np.ndarray, *, draws: int, seed: int, **law: Any) -> np.ndarray:
    """Shares of ranks by ranking every draw with `rank`."""
    counts = np.zeros((len(scores), len(scores)))
    for block, n in seed_blocks(seed, draws):
        for weights in WeightLaw.of(scores.shape[1], **law).draw(weight_generator(block), n):
            counts[np.arange(len(scores)), rank(scores @ weights) - 1] += 1
    return counts / draws


def test_two_criteria_by_hand() -> None:
    # w = weight of the first criterion, uniform on [0, 1]. Totals: w, 1 - w, (1 - w) / 2.
    # Zone 0 is first for w > 1/2, second for 1/3 < w < 1/2, last for w < 1/3; zone 2 never beats zone 1.
    result = rank_acceptability([[1, 0], [0, 1], [0, 0.5]], seed=3)
    expected = [[1 / 2, 1 / 2 - 1 / 3, 1 / 3], [1 / 2, 1 / 2, 0], [0, 1 / 3, 2 / 3]]
    np.testing.assert_allclose(result.acceptability, expected, atol=THREE_SIGMA)
    # the mean of w above 1/2 is 3/4
    np.testing.assert_allclose(result.central_weights[:2], [[3 / 4, 1 / 4], [1 / 4, 3 / 4]], atol=0.01)
    assert np.isnan(result.central_weights[2]).all()
    np.testing.assert_array_equal(result.confidence, [1, 1, np.nan])


@pytest.mark.parametrize("n", [3, 4])
def test_one_zone_per_criterion(n: int) -> None:
    # the zone with the largest weight is first: 1/n by symmetry; the mean of the largest of n uniform spacings is
    # (1 + 1/2 + ... + 1/n) / n (David and Nagaraja, Order Statistics, 3rd ed., section 6.4)
    result = rank_acceptability(np.eye(n), seed=1, draws=20_000)
    np.testing.assert_allclose(result.acceptability, 1 / n, atol=3 * np.sqrt(1 / n / 20_000))
    largest = sum(1 / k for k in range(1, n + 1)) / n
    expected = np.where(np.eye(n) == 1, largest, (1 - largest) / (n - 1))
    np.testing.assert_allclose(result.central_weights, expected, atol=0.01)


def test_weights_around_given_ones() -> None:
    # Dirichlet(c w): mean w, variance w (1 - w) / (c + 1)
    weights = WeightLaw.of(3, weights=[5, 3, 0], concentration=40).draw(np.random.default_rng(1), 40_000)
    np.testing.assert_allclose(weights.mean(axis=0), [5 / 8, 3 / 8, 0], atol=0.002)
    np.testing.assert_allclose(weights[:, :2].var(axis=0), 5 / 8 * 3 / 8 / 41, rtol=0.03)
    sure = rank_acceptability([[1, 0, 0], [0, 1, 1]], seed=1, weights=[5, 3, 0], concentration=10_000)
    assert sure.top(1).tolist() == [1, 0]


def test_an_order_of_importance() -> None:
    # means of ordered uniform weights are the rank-order-centroid weights (Barron and Barrett 1996)
    weights = WeightLaw.of(3, order=[1, 2, 0]).draw(np.random.default_rng(1), 40_000)
    np.testing.assert_allclose(weights.mean(axis=0), [1 / 9, 11 / 18, 5 / 18], atol=0.003)
    # w0 >= w1 is w >= 1/2: the first zone always wins
    assert rank_acceptability(np.eye(2), seed=1, order=[0, 1]).top(1).tolist() == [1, 0]


def test_limits_in_two_criteria_are_an_interval() -> None:
    # w in [0.4, 0.8]: the first zone wins for w > 1/2, 3/4 of the interval
    result = rank_acceptability(np.eye(2), seed=1, limits=[[0.4, 1], [0.2, 1]])
    assert result.top(1) == pytest.approx([3 / 4, 1 / 4], abs=THREE_SIGMA)


@pytest.mark.parametrize("order", [None, [2, 0]])
def test_limits_agree_with_rejection(order: list[int] | None) -> None:
    limits = np.array([[0.1, 0.4], [0.0, 0.3], [0.05, 0.5], [0.0, 1.0]])
    chains = WeightLaw.of(4, limits=limits, order=order).draw(np.random.default_rng(1), 10_000)
    free = np.random.default_rng(2).dirichlet(np.ones(4), 300_000)
    kept = free[((free >= limits[:, 0]) & (free <= limits[:, 1])).all(axis=1)]
    kept = kept if order is None else kept[kept[:, 2] >= kept[:, 0]]
    assert ((chains >= limits[:, 0] - 1e-9) & (chains <= limits[:, 1] + 1e-9)).all()
    np.testing.assert_allclose(chains.mean(axis=0), kept.mean(axis=0), atol=0.005)
    np.testing.assert_allclose(chains.std(axis=0), kept.std(axis=0), rtol=0.03)
    np.testing.assert_allclose(chains.sum(axis=1), 1)


def test_limits_that_fix_the_weights() -> None:
    weights = WeightLaw.of(3, limits=[[0.5, 0.5], [0.2, 0.2], [0.3, 0.3]]).draw(np.random.default_rng(1), 5)
    np.testing.assert_allclose(weights, np.tile([0.5, 0.2, 0.3], (5, 1)))
    exact = WeightLaw.of(3, weights=[5, 2, 3], concentration=np.inf).draw(np.random.default_rng(1), 5)
    np.testing.assert_array_equal(exact, np.tile([0.5, 0.2, 0.3], (5, 1)))


def test_ties_share_the_better_rank() -> None:
    result = rank_acceptability([[1, 1], [1, 1], [0, 0], [1, 1]], seed=1, draws=700)
    assert result.counts.tolist() == [[700, 0, 0, 0], [700, 0, 0, 0], [0, 0, 0, 700], [700, 0, 0, 0]]
    capped = rank_acceptability([[1, 1], [1, 1], [0, 0], [1, 1]], seed=1, draws=700, ranks=1)
    assert capped.counts.tolist() == [[700], [700], [0], [700]]


@settings(max_examples=40, deadline=None)
@given(GRID, st.integers(0, 5))
def test_as_ranking_every_draw(scores: np.ndarray, seed: int) -> None:
    result = rank_acceptability(scores, seed=seed, draws=60)
    np.testing.assert_allclose(result.acceptability, by_definition(scores, draws=60, seed=seed))
    assert (result.counts.sum(axis=1) == 60).all()
    if len(np.unique(scores, axis=0)) == len(scores):
        assert (result.counts.sum(axis=0) == 60).all()


@settings(max_examples=30, deadline=None)
@given(GRID, st.randoms(use_true_random=False))
def test_order_of_the_zones_does_not_matter(scores: np.ndarray, random: Any) -> None:
    order = list(range(len(scores)))
    random.shuffle(order)
    plain = rank_acceptability(scores, seed=1, draws=50)
    np.testing.assert_array_equal(rank_acceptability(scores[order], seed=1, draws=50).counts, plain.counts[order])


@settings(max_examples=30, deadline=None)
@given(GRID)
def test_a_dominated_zone_is_never_first(scores: np.ndarray) -> None:
    worse = np.vstack([scores, scores.max(axis=0) - 1 / 16])
    result = rank_acceptability(np.vstack([worse, scores.max(axis=0)]), seed=1, draws=50)
    assert result.acceptability[len(scores), 0] == 0
    assert (result.acceptability[-1, 0]) == 1


def test_the_first_ranks_alone_and_other_block_sizes_count_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.random.default_rng(1).random((60, 4))
    full = rank_acceptability(scores, seed=1, draws=1200)
    np.testing.assert_array_equal(rank_acceptability(scores, seed=1, draws=1200, ranks=7).counts, full.counts[:, :7])
    for numbers, tile in ((60 * 3, 60 * 50), (60 * 70, 60 * 7), (1, 1)):
        monkeypatch.setattr(rank_counts, "BLOCK_NUMBERS", numbers)
        monkeypatch.setattr(rank_counts, "TILE_NUMBERS", tile)
        np.testing.assert_array_equal(rank_acceptability(scores, seed=1, draws=1200).counts, full.counts)


def test_scores_beyond_one() -> None:
    scores = np.random.default_rng(1).normal(size=(20, 3))
    np.testing.assert_array_equal(
        rank_acceptability(scores * 1e6, seed=1, draws=300).counts, rank_acceptability(scores, seed=1, draws=300).counts
    )


def test_topsis_with_fixed_ideals() -> None:
    scores = np.vstack([np.random.default_rng(1).random((30, 4)), np.zeros(4), np.ones(4)])
    weights = np.random.default_rng(2).dirichlet(np.ones(4), 20)
    found = totals(weights, np.ascontiguousarray(scores.T), method="topsis")
    for row, weight in zip(found, weights, strict=True):  # with a 0 and a 1 in every column min-max changes nothing
        np.testing.assert_allclose(row, topsis(scores, weight, directions=["max"] * 4, normalization="minmax"))
    # two criteria: sqrt(w^2) / (sqrt(w^2) + sqrt((1 - w)^2)) = w
    assert rank_acceptability(np.eye(2), seed=1, method="topsis").top(1) == pytest.approx([0.5, 0.5], abs=THREE_SIGMA)


def test_percentiles_by_hand() -> None:
    # zone 0 has the ranks 1, 2, 3 with the shares 1/2, 1/6, 1/3
    result = rank_acceptability([[1, 0], [0, 1], [0, 0.5]], seed=3)
    assert result.rank_percentile(0.05).tolist() == [1, 1, 2]
    assert result.rank_percentile(0.6).tolist() == [2, 2, 3]
    assert result.rank_percentile(0.95).tolist() == [3, 2, 3]
    assert rank_acceptability(np.eye(3), seed=3, ranks=1).rank_percentile(0.95).tolist() == [-1, -1, -1]


def test_one_zone_and_one_criterion() -> None:
    result = rank_acceptability([[0.3]], seed=1, draws=10)
    assert result.acceptability.tolist() == [[1]]
    assert result.central_weights.tolist() == [[1]]
    assert rank_acceptability([[0.1], [0.2]], seed=1, draws=10).top(1).tolist() == [0, 1]


CODE = """
import hashlib, numpy as np
from functools import partial
from geotransfer import CriterionError, collinearity, rank_acceptability, score_linear, uncertain_ranking
rng = np.random.default_rng(0)
scores = rng.random((400, 15))
laws = [{}, {"method": "topsis"}, {"limits": [[0.02, 0.2]] * 15}]
results = [rank_acceptability(scores, seed=1, draws=600, **law) for law in laws]
error = CriterionError("field", low=-0.1, high=0.2, range_km=300)
results.append(uncertain_ranking(scores, scorers=[partial(score_linear, worst=0, best=1)] * 15,
                                 errors=[error] * 3 + [None] * 12, seed=1, draws=600, confidence_draws=20,
                                 coordinates_km=rng.random((400, 2)) * 3000))
arrays = [array for r in results for array in (r.counts, r.central_weights, r.confidence)]
arrays += [collinearity(scores).pearson, collinearity(scores).vif]
print(hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest())
"""


def test_the_same_bytes_with_one_and_two_threads() -> None:
    found = []
    for threads in ("1", "2"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        environment = {**os.environ, **dict.fromkeys(names, threads)}
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=120,
        )
        found.append(done.stdout)
    assert found[0] == found[1]
    assert len(found[0].strip()) == hashlib.sha256().digest_size * 2


def test_a_longer_run_begins_with_the_shorter_one() -> None:
    short, long = (list(seed_blocks(7, draws)) for draws in (500, 1700))
    law = WeightLaw.of(3)
    first, again = (law.draw(weight_generator(blocks[0][0]), 500) for blocks in (short, long))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        ([[1, np.nan], [1, 1]], {}, r"1 of 2 zones are not finite \(first: row 0\)"),
        ([1, 2], {}, r"expected \(zones, criteria\)"),
        (np.zeros((0, 3)), {}, "at least one of each"),
        (np.eye(2), {"draws": 0}, "whole number >= 1"),
        (np.eye(2), {"seed": -1}, "seed is -1"),
        (np.eye(2), {"seed": 1.5}, "seed is 1.5"),
        (np.eye(2), {"weights": [1, 1]}, "pass both"),
        (np.eye(2), {"concentration": 3.0}, "pass both"),
        (np.eye(2), {"weights": [1, 1], "concentration": 0.0}, "a number > 0"),
        (np.eye(2), {"weights": [1, np.nan], "concentration": 3.0}, "finite numbers >= 0"),
        (np.eye(2), {"weights": [1, 1], "concentration": 3.0, "order": [0, 1]}, "one or the other"),
        (np.eye(2), {"order": [0, 0]}, "different positions"),
        (np.eye(2), {"order": [0, 2]}, "between 0 and 1"),
        (np.eye(2), {"limits": [0, 1]}, "2 finite pairs"),
        (np.eye(2), {"limits": [[0.5, 0.4], [0, 1]]}, "lowest <= highest"),
        (np.eye(2), {"limits": [[0.6, 1], [0.6, 1]]}, "no weights that sum to 1"),
        (np.eye(2), {"limits": [[0, 0.4], [0, 1]], "order": [0, 1]}, "no weights that sum to 1"),
        (np.eye(2), {"ranks": 0}, "at least 1"),
        (np.eye(2), {"method": "vikor"}, "expected 'weighted_sum' or 'topsis'"),
    ],
)
def test_bad_input(scores: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        rank_acceptability(scores, **{"seed": 1, "draws": 10, **options})


def test_a_million_zones_need_a_cap() -> None:
    scores = np.random.default_rng(1).random((1_000_000, 2))
    with pytest.raises(InputError, match=r"do not fit into 1 GB of counts; pass ranks= \(at most 250\)"):
        rank_acceptability(scores, seed=1)
    result = rank_acceptability(scores, seed=1, draws=3, ranks=10)
    assert result.counts.sum() == 30
    with pytest.raises(InputError, match="n is 11; expected 1 to 10"):
        result.top(11)


def test_shares_outside_their_range() -> None:
    result = rank_acceptability(np.eye(2), seed=1, draws=10)
    with pytest.raises(InputError, match="above 0 and at most 1"):
        result.rank_percentile(0)
    with pytest.raises(InputError, match="n is 0"):
        result.top(0)
    assert result.top(5).tolist() == [1, 1]
