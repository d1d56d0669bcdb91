from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from geotransfer.maps.presets import preset_weights

SCORES = np.array([[0.2, 0.5, 0.9], [0.6, 0.5, 0.1], [np.nan, np.nan, np.nan]])
RANKED = np.array([True, True, False])


def test_entropy_by_hand() -> None:
    found = preset_weights(SCORES, RANKED, [0.4, 0.4, 0.2])
    parts = [np.array([0.25, 0.75]), np.array([0.5, 0.5]), np.array([0.9, 0.1])]
    spread = np.array([1 + (p * np.log(p)).sum() / np.log(2) for p in parts])
    assert_allclose(found["entropy"], spread / spread.sum(), atol=1e-12)
    assert_allclose(found["equal"], 1 / 3)


def test_a_criterion_without_weight_keeps_none() -> None:
    found = preset_weights(SCORES, RANKED, [0.5, 0.0, 0.5])
    assert found["equal"] == [0.5, 0.0, 0.5]
    entropy = found["entropy"]
    assert entropy is not None
    assert entropy[1] == 0
    assert sum(entropy) == pytest.approx(1)


@pytest.mark.parametrize(
    ("scores", "ranked"),
    [
        (SCORES, np.array([True, False, False])),  # one zone
        (np.array([[0.0, 0.3], [0.0, 0.4]]), np.array([True, True])),  # 0 everywhere
        (np.array([[0.5, 0.3], [0.5, 0.3]]), np.array([True, True])),  # nothing varies
    ],
)
def test_where_the_scores_allow_no_entropy_there_is_none(scores: np.ndarray, ranked: np.ndarray) -> None:
    assert preset_weights(scores, ranked, [1.0] * scores.shape[1])["entropy"] is None
