from __future__ import annotations

import pytest

from geotransfer.divisions import guesses
from geotransfer.divisions.guesses import likeness, nearest, nearest_name


def test_likeness_is_of_100() -> None:
    # 2 x 4 common of 10 characters
    assert likeness("霍林格勒市", "霍林郭勒市") == pytest.approx(80.0)
    assert likeness("甲", "乙") == 0.0


def test_the_likest_comes_first() -> None:
    assert nearest("霍林格勒市", ["甲", "霍林郭勒市", "林州市"]) == [(1, pytest.approx(80.0)), (2, pytest.approx(50.0))]


def test_a_name_with_a_rival_is_not_read() -> None:
    known = {"shanxi": "山西省", "shaanxi": "陕西省", "innermongolia": "内蒙古自治区"}
    assert nearest_name("shaanx", known, least=80, apart=10) == ("", 0.0)
    assert nearest_name("innermonglia", known, least=80, apart=10)[0] == "内蒙古自治区"


def test_difflib_does_it_where_rapidfuzz_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "_ratio", lambda: None)
    assert likeness("霍林格勒市", "霍林郭勒市") == pytest.approx(80.0)
    assert [place for place, _ in nearest("霍林格勒市", ["甲", "霍林郭勒市", "林州市"])] == [1, 2]
