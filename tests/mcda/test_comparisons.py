from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import aggregate_comparisons, weights_from_comparisons
from geotransfer.errors import InconsistencyWarning, InputError
from geotransfer.mcda.comparisons import ComparisonWeights

LOGS = arrays(float, (5, 5), elements=st.floats(-2, 2))

# Saaty, T. L. (2008), Decision making with the analytic hierarchy process, International Journal of Services Sciences
# 1(1), 83-98: which drink is consumed more in the USA, and how much more
DRINKS = ["coffee", "wine", "tea", "beer", "soda", "milk", "water"]
UPPER = [[9, 5, 2, 1, 1, 1 / 2], [1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9], [1 / 3, 1 / 4, 1 / 3, 1 / 9], [1 / 2, 1, 1 / 3],
         [2, 1 / 2], [1 / 3]]  # fmt: skip


def from_upper(rows: list[list[float]]) -> np.ndarray:
    matrix = np.eye(len(rows) + 1)
    for i, row in enumerate(rows):
        matrix[i, i + 1 :] = row
        matrix[i + 1 :, i] = 1 / np.array(row)
    return matrix


def reciprocal(logs: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(np.triu(logs, 1) - np.triu(logs, 1).T))


def quietly(matrix: np.ndarray, method: str = "eigenvector") -> ComparisonWeights:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistencyWarning)
        return weights_from_comparisons(matrix, method=method)  # type: ignore[arg-type]


def test_drinks_of_saaty() -> None:
    result = weights_from_comparisons(from_upper(UPPER), names=DRINKS)
    assert result.weights == pytest.approx([0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], abs=0.0006)
    assert result.consistency_ratio == pytest.approx(0.022, abs=0.0005)


def test_three_by_hand() -> None:
    # 1, 1, 8 above the diagonal: row products 8, 1, 1/8, cube roots 2, 1, 1/2; for three criteria both methods agree.
    # (A w) / w of the first row: (2 + 1 + 8/2) / 2 = 3.5
    matrix = from_upper([[1, 8], [1]])
    for method in ("eigenvector", "geometric_mean"):
        with pytest.warns(InconsistencyWarning, match=r"0\.431 is above 0\.10"):
            result = weights_from_comparisons(matrix, method=method)  # type: ignore[arg-type]
        assert result.weights == pytest.approx([4 / 7, 2 / 7, 1 / 7])
        assert result.lambda_max == pytest.approx(3.5)
        assert result.consistency_ratio == pytest.approx((3.5 - 3) / 2 / 0.58)
        assert [judgement.given / judgement.implied for judgement in result.worst_judgements] == pytest.approx(
            [1 / 8, 8, 1 / 8]
        )


def test_the_index_is_named() -> None:
    with pytest.warns(InconsistencyWarning):
        result = weights_from_comparisons(from_upper([[1, 8], [1]]), random_index="alonso-lamata")
    assert result.consistency_ratio == pytest.approx(0.25 / 0.5245)


def test_a_flipped_judgement_is_named_first() -> None:
    matrix = from_upper([[2, 4, 1 / 8], [2, 4], [2]])
    with pytest.warns(InconsistencyWarning, match=r"judge again, first price / land = 0\.125 \(the others say 8\)"):
        result = weights_from_comparisons(matrix, names=["price", "power", "water", "land"])
    worst = result.worst_judgements
    assert len(worst) == 3
    assert (worst[0].row, worst[0].column, worst[0].given) == ("price", "land", 1 / 8)
    # price / power / land = 2 * 4, price / water / land = 4 * 2
    assert worst[0].implied == pytest.approx(8)


def test_consistent_judgements_give_their_weights_back_and_name_nobody() -> None:
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    for method in ("eigenvector", "geometric_mean"):
        result = weights_from_comparisons(weights[:, None] / weights, method=method)  # type: ignore[arg-type]
        assert result.weights == pytest.approx(weights)
        assert result.lambda_max == pytest.approx(4)
        assert result.consistency_ratio == pytest.approx(0, abs=1e-12)
        assert result.worst_judgements == ()


def test_one_and_two_criteria_are_always_consistent() -> None:
    assert weights_from_comparisons([[1]]).weights.tolist() == [1]
    result = weights_from_comparisons([[1, 9], [1 / 9, 1]])
    assert result.weights == pytest.approx([0.9, 0.1])
    assert result.consistency_ratio == 0


@given(LOGS)
def test_weights_are_positive_and_the_largest_eigenvalue_is_at_least_n(logs: np.ndarray) -> None:
    matrix = reciprocal(logs)
    for method in ("eigenvector", "geometric_mean"):
        result = quietly(matrix, method)
        assert (result.weights > 0).all()
        assert result.weights.sum() == pytest.approx(1)
        assert result.lambda_max >= 5 - 1e-9
    assert quietly(matrix).lambda_max == pytest.approx(np.linalg.eigvals(matrix).real.max())


@given(LOGS, st.permutations(range(5)))
def test_order_of_the_criteria_does_not_matter(logs: np.ndarray, order: list[int]) -> None:
    matrix = reciprocal(logs)
    result, other = quietly(matrix), quietly(matrix[np.ix_(order, order)])
    np.testing.assert_allclose(other.weights, result.weights[order], atol=1e-9)


def test_group_by_geometric_mean() -> None:
    people = [from_upper([[1, 2], [4]]), from_upper([[9, 8], [1]])]
    assert aggregate_comparisons(people) == pytest.approx(from_upper([[3, 4], [2]]))
    assert aggregate_comparisons(people, weights=[0, 5]) == pytest.approx(people[1])


@given(LOGS, LOGS)
def test_a_group_stays_reciprocal(first: np.ndarray, second: np.ndarray) -> None:
    group = aggregate_comparisons([reciprocal(first), reciprocal(second)])
    np.testing.assert_allclose(group * group.T, 1, atol=1e-9)


def test_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="square"):
        weights_from_comparisons([[1, 2, 3], [1, 1, 1]])
    with pytest.raises(InputError, match=r"\[0, 1\] = 3 and \[1, 0\] = 0.33 are not reciprocal"):
        weights_from_comparisons([[1, 3], [0.33, 1]])
    with pytest.raises(InputError, match=r"\[0, 0\] = 2"):
        weights_from_comparisons([[2, 1], [1, 1]])
    for bad in (np.nan, 0, -3, np.inf):
        with pytest.raises(InputError, match="expected numbers above 0"):
            weights_from_comparisons([[1, bad], [1, 1]])
    with pytest.raises(InputError, match="16 criteria"):
        weights_from_comparisons(np.ones((16, 16)))
    with pytest.raises(InputError, match="random_index is 'lamata'"):
        weights_from_comparisons([[1]], random_index="lamata")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="method is 'mean'"):
        weights_from_comparisons([[1]], method="mean")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="1 names for 2 criteria"):
        weights_from_comparisons(np.ones((2, 2)), names=["a"])
    with pytest.raises(InputError, match="at least one matrix"):
        aggregate_comparisons([])
    with pytest.raises(InputError, match="one shape"):
        aggregate_comparisons([np.ones((2, 2)), np.ones((3, 3))])
