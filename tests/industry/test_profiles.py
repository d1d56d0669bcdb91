"""Profiles: the figures carried, aliases, grades, what is missing, your own file, bad input."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import geotransfer as gt
from geotransfer.catalog.entries import shipped_bytes
from geotransfer.catalog.layers import layer_table
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.industry.figures import QUANTITIES
from geotransfer.industry.profiles import GRADE_OF, coefficient

NAMES = gt.industry_names()
POLICY_KINDS = {"labour_intensive", "technology_intensive", "energy_intensive", "producer_services"}
OWN = """
schema = 1
[industries.titanium_sponge]
title = { zh = "海绵钛", en = "titanium sponge" }
unit = "t"
kind = "energy_intensive"
figures = [
  { quantity = "electricity", value = 20000, low = 18000, high = 25000, unit = "kWh/t", kind = "own", source = "our plant, 2023", confidence = "medium" },
  { quantity = "fuel", value = 0, unit = "kgce/t", kind = "own", source = "our plant, 2023", confidence = "medium" },
  { quantity = "process_co2", value = 0.5, unit = "tCO2/t", kind = "own", source = "our plant, 2023", confidence = "low" },
  { quantity = "water", value = 40, unit = "m3/t", kind = "own", source = "our plant, 2023", confidence = "medium" },
]
inputs = [{ title = { zh = "钛矿", en = "ilmenite" }, tonnes = 3.0, places = ["攀枝花"], source = "our plant, 2023", confidence = "medium" }]
outputs = [{ title = { zh = "海绵钛", en = "sponge" }, tonnes = 1.0, places = ["宝鸡"], source = "our plant, 2023", confidence = "medium" }]
"""  # noqa: E501


def own_file(folder: Path, text: str = OWN) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_industries_of_the_issue_are_here():
    named = {
        "electrolytic_aluminium", "alumina", "polysilicon", "industrial_silicon", "ferrosilicon", "steel_bf_bof",
        "steel_eaf", "steel_h2_dri", "calcium_carbide", "cement_clinker", "flat_glass", "ammonia", "methanol",
        "green_hydrogen", "caustic_soda", "copper", "zinc", "data_centre", "lithium_cells",
    }  # fmt: skip
    assert set(NAMES) == named | POLICY_KINDS


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_unit_and_a_source(name):
    profile = gt.industry_profile(name)
    for figure in profile.figures:
        assert figure.unit
        assert len(figure.source) > 10
        assert figure.title.zh
        assert figure.title.en
    for flow in (*profile.inputs, *profile.outputs):
        assert len(flow.source) > 10


@pytest.mark.parametrize(
    ("name", "quantity", "grades"),
    [
        # GB 21346-2022 table 1, GB 21341-2022 table 1, GB 16780-2021 table 2, GB 21343-2023 table 1
        ("electrolytic_aluminium", "electricity", (13_300, 13_400, 13_750)),
        ("ferrosilicon", "electricity", (8_050, 8_300, 8_400)),
        ("cement_clinker", "electricity", (48, 57, 61)),
        ("cement_clinker", "fuel", (94, 100, 109)),
        ("calcium_carbide", "electricity", (3_000, 3_080, 3_200)),
        # 61, 64, 72 kgce/t / 0.1229
        ("steel_eaf", "electricity", (496, 521, 586)),
    ],
)
def test_norms_by_grade(name, quantity, grades):
    profile = gt.industry_profile(name)
    assert tuple(profile.figure(quantity, vintage).value for vintage in GRADE_OF) == grades


@pytest.mark.parametrize("name", NAMES)
def test_a_moved_old_plant_never_beats_a_new_one(name):
    old, new, best = (gt.industry_profile(name).needs(vintage) for vintage in ("existing", "new", "advanced"))
    for figure in ("electricity", "fuel", "process_co2", "direct_co2", "water"):
        row = [getattr(needs, figure) for needs in (best, new, old)]
        values = [figure.value for figure in row if figure is not None]
        assert values == sorted(values)


def test_derived_figures_by_hand():
    needs = gt.industry_profile("电解铝").needs("new")
    assert needs.fuel.value == pytest.approx(1680 - 13_400 * 0.1229, abs=0.1)
    assert needs.process_co2.value == pytest.approx(0.411 * (1 - 0.024) * 44 / 12, abs=0.005)
    coal = coefficient("coal_co2")
    assert [coal.low, coal.value, coal.high] == pytest.approx(
        [g * 29.3076 / 1000 for g in (89.5, 94.6, 99.7)], abs=0.005
    )
    assert needs.co2_outside_power == pytest.approx(1.47 + 33.1 * 2.77 / 1000)
    assert gt.industry_profile("polysilicon").needs().kwh == pytest.approx(5.5 / 0.1229 * 1000, abs=100)
    assert gt.industry_profile("steel_bf_bof").needs().co2_outside_power == 1.794


def test_an_unknown_coefficient():
    with pytest.raises(UnknownNameError, match="no coefficient 'oil_co2', expected one of coal_equivalent, coal_co2"):
        coefficient("oil_co2")


@pytest.mark.parametrize("word", ["electrolytic-aluminium", "Electrolytic Aluminium", "电解铝", "aluminium", " 铝 "])
def test_names_titles_aliases_and_hyphens(word):
    assert gt.industry_profile(word).name == "electrolytic_aluminium"


def test_missing_says_what_cannot_be_computed():
    texts = gt.industry_profile("steel_bf_bof").missing
    assert "electricity is missing: no cost of power" in texts[0].en
    assert "缺电耗" in texts[0].zh
    assert gt.industry_profile("steel_bf_bof").needs().kwh is None
    assert [text.en for text in gt.industry_profile("电解铝").missing] == [
        "water is missing: how much the plant needs cannot be told"
    ]


def test_an_unknown_name_lists_near_ones():
    with pytest.raises(UnknownNameError, match=r"no industry 'polysilicn'; did you mean polysilicon"):
        gt.industry_profile("polysilicn")
    with pytest.raises(UnknownNameError, match="there are electrolytic_aluminium, alumina"):
        gt.industry_profile("zzzz")


def test_an_unknown_vintage():
    with pytest.raises(InputError, match="vintage is 'old', expected one of 'advanced', 'new', 'existing'"):
        gt.industry_profile("zinc").needs("old")


def test_your_own_file(tmp_path):
    path = own_file(tmp_path)
    assert gt.industry_names(file=path) == ["titanium_sponge"]
    profile = gt.industry_profile("海绵钛", file=path)
    assert (profile.needs().kwh, profile.needs().co2_outside_power, profile.missing) == (20_000, 0.5, ())
    with pytest.raises(UnknownNameError, match="there are titanium_sponge"):
        gt.industry_profile("zinc", file=path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"kWh/t"', '"MWh/t"', "electricity is in 'MWh/t', expected 'kWh/t': convert it"),
        ("value = 40", "value = -40", "water is -40.0 .*expected a number of at least 0"),
        ("low = 18000", "low = 21000", "expected low <= value <= high"),
        ("low = 18000, ", "", "expected a value, or low and high"),
        ('"water"', '"watter"', "figures.3.quantity"),
        ("tonnes = 3.0", "tonnes = -3.0", "inputs.0.tonnes"),
        ("value = 40", "value = inf", "figures.3.value"),
        ("schema = 1", "schema = 2", "no 'schema = 1'"),
        ('kind = "energy_intensive"', 'kind = "heavy"', "kind"),
        ("schema = 1", "schema = ", "not valid TOML"),
        (
            '"fuel", value = 0, unit = "kgce/t"',
            '"electricity", grade = 1, value = 1, unit = "kWh/t"',
            "expected one figure",
        ),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path, old, new, message):
    assert old in OWN
    with pytest.raises(InputError, match=message):
        gt.industry_names(file=own_file(tmp_path, OWN.replace(old, new, 1)))


def test_a_worse_grade_may_not_take_less(tmp_path):
    rows = "".join(
        f'{{ quantity = "electricity", grade = {grade}, value = {value}, unit = "kWh/t", kind = "own", '
        'source = "our plant", confidence = "low" },'
        for grade, value in ((2, 100), (3, 90))
    )
    head = OWN.split("figures")[0]
    with pytest.raises(InputError, match=r"electricity is \[100.0, 90.0\] for grades 1 to 3"):
        gt.industry_names(file=own_file(tmp_path, f"{head}figures = [{rows}]"))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        gt.industry_names(file=tmp_path / "none.toml")


def test_the_catalogue_has_the_figures_as_a_table():
    table = layer_table("industries")
    assert {"industry", "quantity", "value", "unit", "source", "confidence"} <= set(table.columns)
    assert set(table["industry"]) == set(NAMES) - POLICY_KINDS
    assert set(table["quantity"]) <= {*QUANTITIES, "other"}
    assert (table["source"].str.len() > 10).all()


@pytest.mark.data
def test_norms_are_those_of_the_fact_sheet(shared_data):
    text = (shared_data.parent / "facts" / "industries.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    grid = {(r["industry"], r["parameter"]): r["value"] for r in rows}
    assert grid["electrolytic_aluminium", "electricity 铝锭综合交流电耗 grade 2"] == "13400"
    text = shipped_bytes("industry/industries.toml").decode("utf-8")
    limits = [r["value"] for r in rows if r["kind"] == "GB limit" and r["industry"] in NAMES]
    norms = [value.split("/") for value in limits if "/" in value]
    assert len(norms) > 15
    for values in norms:
        numbers = [float(v) for v in values if v.replace(".", "").replace("-", "").isdigit()]
        # per kg became per tonne
        assert all(f"value = {n:g}," in text or f"value = {1000 * n:g}," in text for n in numbers), values
