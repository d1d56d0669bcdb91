from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_study import criterion

from geotransfer.siting.score_values import value_for_score
from geotransfer.spec.criteria import Criterion
from geotransfer.spec.scoring import score

TITLE = {"zh": "甲", "en": "a"}


def made(**way: Any) -> Criterion:
    return Criterion.model_validate(criterion(TITLE, "1", weight=1.0, **way))


def line(points: list[list[float]], scale: str = "linear") -> dict[str, Any]:
    return {"points": points, "scale": scale}


def test_a_falling_line_read_backwards() -> None:
    price = made(worst=0.6, best=0.4)
    assert value_for_score(price, line([[0.4, 1.0], [0.6, 0.0]]), 0.58, 0.75) == pytest.approx(0.45)
    assert value_for_score(price, line([[0.4, 1.0], [0.6, 0.0]]), 0.58, 1.0) == pytest.approx(0.4)


def test_a_logarithmic_line() -> None:
    people = made(worst=1e4, best=1e6, scale="log")
    record = line([[1e4, 0.0], [1e6, 1.0]], "log")
    assert value_for_score(people, record, 2e4, 0.5) == pytest.approx(1e5)
    # nobody at all lies as far as anything can
    assert value_for_score(people, record, 0.0, 0.5) == pytest.approx(1e5)


def test_of_two_values_the_nearer_one_is_taken() -> None:
    tent = made(points=[(0.0, 0.0), (10.0, 1.0), (20.0, 0.0)])
    record = line([[0.0, 0.0], [10.0, 1.0], [20.0, 0.0]])
    assert value_for_score(tent, record, 1.0, 0.5) == pytest.approx(5.0)
    assert value_for_score(tent, record, 19.0, 0.5) == pytest.approx(15.0)


def test_a_score_that_no_value_has() -> None:
    low = made(points=[(0.0, 0.0), (10.0, 0.6)])
    assert value_for_score(low, line([[0.0, 0.0], [10.0, 0.6]]), 1.0, 0.7) is None
    assert value_for_score(low, line([[0.0, 0.3], [10.0, 0.3]]), 1.0, 0.4) is None


CURVES = {
    "large": {"fuzzy": {"kind": "large", "midpoint": 50, "spread": 2}},
    "small": {"fuzzy": {"kind": "small", "midpoint": 50, "spread": 2}},
    "gaussian": {"fuzzy": {"kind": "gaussian", "midpoint": 50, "spread": 0.01}},
    "sigmoid": {"fuzzy": {"kind": "sigmoid", "midpoint": 50, "spread": -0.1}},
    "logistic": {"logistic": {"worst": 100, "best": 10}},
}


@pytest.mark.parametrize("name", CURVES)
@given(st.floats(5, 95), st.floats(0.01, 0.99))
def test_the_value_found_on_a_curve_has_the_score(name: str, value: float, part: float) -> None:
    curve = made(**CURVES[name])
    now = float(score(curve, np.array([value]))[0])
    wanted = now + part * (1 - now) * 0.9
    found = value_for_score(curve, {}, value, wanted)
    assert found is not None
    assert score(curve, np.array([found]))[0] == pytest.approx(wanted, abs=1e-6)


def test_a_curve_that_never_gets_there() -> None:
    curve = made(fuzzy={"kind": "large", "midpoint": 50, "spread": 2})
    found = value_for_score(curve, {}, 10.0, 0.99)
    assert found is not None
    assert found == pytest.approx(50 * 99**0.5)  # s = 1 / (1 + (x / 50)^-2)
