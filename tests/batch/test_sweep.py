"""What a sweep spans, and what is said of one that does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from geotransfer import read_cases
from geotransfer.errors import InputError, UnknownNameError

OWN = """
schema = 1
name = "own"
title = { zh = "甲", en = "a" }
question = { zh = "何处?", en = "where?" }
[criteria.height]
title = { zh = "海拔", en = "height" }
group = "land"
unit = "m"
weight = 1.0
worst = 3000.0
best = 0.0
why = { zh = "低", en = "low" }
source = { kind = "raster", layer = "elevation" }
"""


def write(folder: Path, text: str, name: str = "sweep.toml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_every_combination_in_order(tmp_path: Path) -> None:
    text = """
base = ["aluminium", "data-centre"]
[set]
"grid.resolution" = 25000
[grid]
site_area_km2 = [50, 100]
within = [["宁夏"], ["甘肃"], ["青海"]]
"""
    cases = read_cases([write(tmp_path, text)])
    assert len(cases) == 2 * 2 * 3
    assert cases[1].overrides == {"site_area_km2": 50, "within": ["甘肃"]}
    assert cases[1].scenario.within == ("甘肃",)
    assert {case.scenario.grid.resolution for case in cases} == {25_000}
    assert [case.base for case in cases] == ["aluminium"] * 6 + ["data-centre"] * 6


def test_rows_go_together_and_cross_the_grid(tmp_path: Path) -> None:
    text = """
base = "aluminium"
table = [
  { "criteria.people.weight" = 0.3, "criteria.flat_area.weight" = 0.0 },
  { "power" = { mode = "benchmark" } },
]
[grid]
site_area_km2 = [50, 100]
"""
    cases = read_cases([write(tmp_path, text)], overrides={"grid.resolution": 25_000})
    weights = [(c.scenario.criteria["people"].weight, c.scenario.criteria["flat_area"].weight) for c in cases]
    assert weights == [(0.3, 0.0)] * 2 + [(0.15, 0.05)] * 2
    assert [c.scenario.power.mode for c in cases] == ["green_direct"] * 2 + ["benchmark"] * 2


def test_a_table_of_a_file(tmp_path: Path) -> None:
    rows = "criteria.people.weight,within\n0.3,\"['宁夏']\"\n,甘肃\n"
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8-sig")
    cases = read_cases([write(tmp_path, 'base = "aluminium"\ntable = "rows.csv"\n')])
    assert [(c.scenario.criteria["people"].weight, c.scenario.within) for c in cases] == [
        (0.3, ("宁夏",)),
        (0.15, ("甘肃",)),
    ]


def test_scenarios_names_and_folders(tmp_path: Path) -> None:
    write(tmp_path, OWN, "b.toml")
    write(tmp_path, 'base = "b.toml"\n[grid]\nsite_area_km2 = [1, 2]\n', "a.toml")
    cases = read_cases([str(tmp_path), "aluminium"])
    assert [case.scenario.name for case in cases] == ["own", "own", "own", "aluminium"]
    assert [case.scenario.site_area_km2 for case in cases[:3]] == [1, 2, 100]


def test_one_that_does_not_fit_is_told_and_the_others_are_there(tmp_path: Path) -> None:
    cases = read_cases([write(tmp_path, 'base = "aluminium"\n[grid]\nsite_area_km2 = [50, -1]\n')])
    assert cases[0].error == ""
    assert cases[1].scenario is None
    assert "site_area_km2" in cases[1].error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('base = "aluminium"\n[grid]\n"criteria.peple.weight" = [1]\n', r"none of 1 scenarios fits.*did|people"),
        ('base = "aluminium"\n[grid]\nsite_area_km2 = []\n', "grid.site_area_km2: List should have at least 1"),
        ('base = "aluminium"\ntabel = []\n', "tabel: Extra inputs are not permitted"),
        ("base = []\n", "base: List should have at least 1"),
        ('base = "aluminium"\ntable = "no.csv"\n', "no.csv' does not exist; check the path"),
        ("base = \n", "cannot be read"),
        (
            'base = "aluminium"\n[grid]\n'
            + "\n".join(f'"criteria.x{i}.weight" = [{",".join("1" * 60)}]' for i in range(3)),
            "216000 scenarios, expected at most 100000",
        ),
    ],
)
def test_a_sweep_that_does_not_fit(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_cases([write(tmp_path, text)])


def test_sources_that_are_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no \.toml file"):
        read_cases([str(tmp_path)])
    with pytest.raises(UnknownNameError, match="no built-in scenario 'alu'"):
        read_cases(["alu"])
    with pytest.raises(InputError, match="nothing holds no scenario"):
        read_cases([])
