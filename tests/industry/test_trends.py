from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.errors import InputError
from geotransfer.industry.trends import adjusted, trend


def test_an_unbroken_fall_by_hand() -> None:
    # 2 of the 5! orders are monotonic: two-sided p = 2 / 120; all slopes of pairs are -1
    found = trend([1, 2, 3, 4, 5], [5, 4, 3, 2, 1])
    assert (found.tau, found.p, found.slope) == pytest.approx((-1, 2 / 120, -1))


def test_theil_sen_by_hand() -> None:
    # slopes of pairs of (0,0) (1,1) (2,5): 1, 4, 2.5 -> median 2.5
    assert trend([0, 1, 2], [0, 1, 5]).slope == 2.5


def test_ties_are_corrected_by_hand() -> None:
    # 1 1 2 3 4 5 6 7 8 9: S = 45 - 1; var = (10*9*25 - 2*1*9) / 18; z = S / sd (scipy takes no continuity correction)
    found = trend(range(10), [1, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    z = 44 / np.sqrt((10 * 9 * 25 - 2 * 1 * 9) / 18)
    from scipy.stats import norm

    assert found.p == pytest.approx(2 * norm.sf(z))


def test_a_constant_series_has_no_trend() -> None:
    found = trend(range(9), [3] * 9)
    assert (found.tau, found.p, found.slope) == (0, 1, 0)


@given(st.lists(st.integers(-50, 50), min_size=4, max_size=15), st.floats(0.1, 10))
def test_turning_the_series_turns_the_trend(values: list[int], scale: float) -> None:
    years = np.arange(len(values))
    found, turned = trend(years, values), trend(years, -scale * np.array(values))
    assert turned.tau == pytest.approx(-found.tau)
    assert turned.p == pytest.approx(found.p)
    assert turned.slope == pytest.approx(-scale * found.slope)


def test_benjamini_hochberg_by_hand() -> None:
    # .01*4/1, .02*4/2, .03*4/3, .5: from the back the smallest so far
    assert adjusted([0.5, 0.01, 0.03, np.nan, 0.02])[[0, 1, 2, 4]] == pytest.approx([0.5, 0.04, 0.04, 0.04])
    assert np.isnan(adjusted([np.nan])).all()


def test_bad_series() -> None:
    with pytest.raises(InputError, match="at least 3"):
        trend([1, 2], [1, 2])
    with pytest.raises(InputError, match="every year stands once"):
        trend([1, 1, 2], [1, 2, 3])
    with pytest.raises(InputError, match="finite"):
        trend([1, 2, 3], [1, np.nan, 3])
