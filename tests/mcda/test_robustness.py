"""Stability classes, agreement of methods, rank reversals, collinearity, Sobol indices."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import (
    agreement,
    collinearity,
    rank_acceptability,
    rank_reversals,
    rank_sensitivity,
    stability_classes,
    top_stayers,
    topsis,
    weighted_sum,
)
from geotransfer.errors import InputError, MissingExtra
from geotransfer.mcda.screening import spearman_matrix
from geotransfer.mcda.sensitivity import simplex_weights


def test_classes_at_their_limits() -> None:
    shares = [1, 0.9, 0.8999, 0.66, 0.6599, 0.33, 0.3299, 0, np.nan]
    middle = ["depends on the weights"] * 2
    expected = ["robust", "robust", "likely", "likely", *middle, "unlikely", "unlikely", ""]
    assert stability_classes(shares).tolist() == expected
    with pytest.raises(InputError, match="between 0 and 1"):
        stability_classes([1.1])


def test_no_winner_under_free_weights() -> None:
    stayers = top_stayers(rank_acceptability(np.eye(5), seed=1), n=2)
    assert stayers.none
    assert stayers.best == pytest.approx(2 / 5, abs=0.02)
    one = top_stayers(rank_acceptability([[1, 1], [0, 0.5], [0.4, 0]], seed=1), n=1)
    assert (one.none, one.zones.tolist(), one.best) == (False, [0], 1)
    with pytest.raises(InputError, match="above 0"):
        top_stayers(rank_acceptability(np.eye(2), seed=1, draws=10), n=1, share=0)


def test_agreement_by_hand() -> None:
    found = agreement({"a": [4, 3, 2, 1], "b": [1, 4, 3, np.nan], "c": [1, 2, 2, 0]}, n=2)
    assert found.methods == ("a", "b", "c")
    assert found.ranks.T.tolist() == [[1, 2, 3, 4], [3, 1, 2, -1], [3, 1, 1, 4]]
    assert found.always.tolist() == [1]
    assert found.ever.tolist() == [0, 1, 2]
    assert found.share == pytest.approx([1 / 3, 1, 2 / 3, 0])
    # over the three zones that all know: ranks (1, 2, 3) and (3, 1, 2): 1 - 6 (4 + 1 + 1) / (3 x 8)
    assert found.spearman[0, 1] == pytest.approx(1 - 6 * 6 / 24)


def test_agreement_needs_methods_of_one_length() -> None:
    with pytest.raises(InputError, match="got 0 methods"):
        agreement({}, n=1)
    with pytest.raises(InputError, match="one score per zone from every method"):
        agreement({"a": [1], "b": [1, 2]}, n=1)


def test_a_reversal_by_hand() -> None:
    # shares of the largest value: (9, 1) 1 + 1/8, (1, 8) 1/9 + 1, (8, 1) 8/9 + 1/8: zone 0 before zone 1.
    # Without zone 0: (1, 8) 1/8 + 1, (8, 1) 1 + 1/8: zones 1 and 2 tie. Deleting 1 or 2 moves nothing, nor does a copy.
    found = rank_reversals([[9, 1], [1, 8], [8, 1]], lambda m: (m / m.max(axis=0)).sum(axis=1))
    assert found.moved_by_deletion.tolist() == [1, 0, 0]
    assert found.moved_by_copy.tolist() == [0, 0, 0]
    assert found.share == pytest.approx(1 / 6)


def test_a_copy_can_reverse() -> None:
    # TOPSIS with vector normalisation: copies change the length of the columns
    matrix = np.random.default_rng(0).random((12, 3))
    found = rank_reversals(matrix, lambda m: topsis(m, [1, 1, 1], directions=["max"] * 3, normalization="vector"))
    assert found.share > 0
    one = rank_reversals(matrix, lambda m: topsis(m, [1, 1, 1], directions=["max"] * 3), zones=[4], first=3)
    assert one.zones.tolist() == [4]
    assert one.moved_by_copy[0] <= 3


@settings(max_examples=30, deadline=None)
@given(arrays(float, st.tuples(st.integers(2, 6), st.just(3)), elements=st.integers(0, 8).map(lambda i: i / 8)))
def test_fixed_scores_never_reverse(scores: np.ndarray) -> None:
    assert rank_reversals(scores, lambda m: weighted_sum(m, [3, 2, 1])).share == 0


def test_reversals_need_two_zones() -> None:
    with pytest.raises(InputError, match="expected two or more"):
        rank_reversals([[1, 2]], lambda m: m.sum(axis=1))
    with pytest.raises(InputError, match="expected two or more, in it"):
        rank_reversals(np.eye(2), lambda m: m.sum(axis=1), zones=[2])


def test_vif_of_two_criteria_is_one_over_one_minus_r_squared() -> None:
    table = np.random.default_rng(1).random((50, 2))
    table[:, 1] += table[:, 0]
    found = collinearity(table)
    r = np.corrcoef(table.T)[0, 1]
    assert found.pearson[0, 1] == pytest.approx(r)
    assert found.vif == pytest.approx([1 / (1 - r**2)] * 2)
    assert found.names == ("0", "1")


def test_vif_is_the_one_of_a_regression() -> None:
    table = np.random.default_rng(1).normal(size=(80, 4)) @ np.random.default_rng(2).normal(size=(4, 4))
    found = collinearity(table)
    for k in range(4):
        others = np.column_stack([np.ones(80), np.delete(table, k, axis=1)])
        residual = table[:, k] - others @ np.linalg.lstsq(others, table[:, k], rcond=None)[0]
        assert found.vif[k] == pytest.approx(table[:, k].var() / residual.var())


def test_determined_constant_and_missing_criteria() -> None:
    rng = np.random.default_rng(1)
    a, b, free = rng.random((3, 40))
    table = np.column_stack([a, b, a + b, free, np.full(40, 0.1)])
    table[7, 3] = np.nan
    found = collinearity(table, names=["a", "b", "a + b", "free", "constant"])
    assert found.zones == 39
    assert np.isinf(found.vif[:3]).all()
    assert 1 <= found.vif[3] < 2
    assert np.isnan(found.vif[4])
    assert np.isnan(found.spearman[4]).all()
    assert found.inflated() == ["a", "b", "a + b"]
    assert all(abs(r) >= 0.7 for _, _, r in found.pairs())


def test_spearman_with_ties_as_scipy() -> None:
    from scipy.stats import spearmanr

    table = np.random.default_rng(1).integers(0, 5, (40, 3)).astype(float)
    np.testing.assert_allclose(spearman_matrix(table), spearmanr(table).statistic)


def test_collinearity_needs_zones_and_names() -> None:
    with pytest.raises(InputError, match="2 of 2 zones have every criterion; expected at least 3"):
        collinearity(np.eye(2))
    with pytest.raises(InputError, match="1 names for 2 criteria"):
        collinearity(np.ones((3, 2)), names=["a"])
    with pytest.raises(InputError, match="without infinite values"):
        collinearity([[np.inf, 1], [1, 2], [3, 4]])


def test_the_map_to_the_simplex_is_uniform() -> None:
    weights = simplex_weights(np.random.default_rng(1).random((40_000, 3)))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    np.testing.assert_allclose(weights.mean(axis=0), 1 / 3, atol=0.005)
    np.testing.assert_allclose(weights.var(axis=0), 1 / 3 * 2 / 3 / 4, rtol=0.03)  # Dirichlet(1, 1, 1)


def test_sobol_indices_of_two_symmetric_criteria() -> None:
    # Two zones, one criterion each: zone 0 is first when u0 > u1. V = 1/4; E[rank | u0] = 2 - u0, so that the
    # first-order index is (1/12) / (1/4) = 1/3, and the total one 1 - 1/3 = 2/3.
    pytest.importorskip("SALib")
    found = rank_sensitivity(np.eye(2), zones=[0, 1], seed=0, samples=2048)
    np.testing.assert_allclose(found.first, 1 / 3, atol=0.05)
    np.testing.assert_allclose(found.total, 2 / 3, atol=0.05)
    assert (found.total_error > 0).all()
    again = rank_sensitivity(np.eye(2), zones=[0, 1], seed=0, samples=2048)
    np.testing.assert_array_equal(found.first_error, again.first_error)


def test_a_criterion_that_separates_nothing_and_a_rank_that_never_changes() -> None:
    pytest.importorskip("SALib")
    scores = [[1, 0, 0.5], [0, 1, 0.5], [0, 0, 0.5]]
    found = rank_sensitivity(scores, zones=[0, 2], seed=1, samples=256)
    assert found.total[0, 2] == pytest.approx(0, abs=1e-9)
    assert np.isnan(found.first[1]).all()


def test_a_missing_salib_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.analyze", None)
    with pytest.raises(MissingExtra, match=r"pip install 'geotransfer\[analysis\]'"):
        rank_sensitivity(np.eye(2), zones=[0], seed=1)


def test_sensitivity_refuses_what_has_no_answer() -> None:
    with pytest.raises(InputError, match="one criterion, whose weight is always 1"):
        rank_sensitivity([[1], [2]], zones=[0], seed=1)
    with pytest.raises(InputError, match="positions between 0 and 1"):
        rank_sensitivity(np.eye(2), zones=[2], seed=1)
    with pytest.raises(InputError, match="a power of 2"):
        rank_sensitivity(np.eye(2), zones=[0], seed=1, samples=100)
