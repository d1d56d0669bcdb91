from __future__ import annotations

import json
from pathlib import Path

import pytest

from geotransfer.errors import InputError
from geotransfer.relocation.evaluation import evaluate_matching

HEAD = "origin,industry,zone,tonnes\n"
UNITS = "origin,industry,zone,tonnes,unit\n"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    folder = tmp_path / "plan"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"kind": "matching", "conflict": None}), encoding="utf-8")
    rows = "山东,aluminium,640323,100\n山东,aluminium,630202,200\n山东,aluminium,150626,300\n"
    (folder / "flows.csv").write_text(HEAD + rows, encoding="utf-8")
    return folder


def test_what_was_done_and_what_was_not(plan: Path, tmp_path: Path) -> None:
    happened = tmp_path / "happened.csv"
    rows = "山东,aluminium,640323,120\n山东,aluminium,630202,50\n江苏,aluminium,640323,7\n"
    happened.write_text(HEAD + rows, encoding="utf-8")
    table = evaluate_matching(plan, happened).set_index(["origin", "zone"])
    assert table["verdict"].to_dict() == {
        ("山东", "640323"): "done",
        ("山东", "630202"): "partly",
        ("山东", "150626"): "not reported",
        ("江苏", "640323"): "unplanned",
    }
    assert table["difference_t"].sum() == 177 - 600
    assert table.loc[("山东", "630202"), "done_share"] == 0.25


def test_other_units_names_and_what_a_spreadsheet_makes_of_a_key(plan: Path, tmp_path: Path) -> None:
    record = {"kind": "matching", "conflict": None, "candidates": {"640323": "盐池县", "630202": "乐都区"}}
    (plan / "run.json").write_text(json.dumps(record), encoding="utf-8")
    rows = "山东省,aluminium,盐池县,0.1,kt/a\n山东,aluminium,630202.0,0.02,万t/a\n山东,aluminium,150626,0,t/a\n"
    (tmp_path / "happened.csv").write_text(UNITS + rows, encoding="utf-8")
    table = evaluate_matching(plan, tmp_path / "happened.csv").set_index("zone")
    assert table["happened_t"].to_dict() == {"640323": 100.0, "630202": 200.0, "150626": 0.0}
    assert table["verdict"].to_dict() == {"640323": "done", "630202": "done", "150626": "not started"}


def test_any_county_of_today_may_be_named_by_its_code(plan: Path, tmp_path: Path) -> None:
    (tmp_path / "happened.csv").write_text(HEAD + "山东,aluminium,640121,5\n", encoding="utf-8")
    table = evaluate_matching(plan, tmp_path / "happened.csv").set_index("zone")
    assert table.loc["640121", "verdict"] == "unplanned"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("origin,zone\na,b\n", "no column industry, tonnes"),
        (HEAD, "has a header and no row"),
        (HEAD + "山东,aluminium,640323,-1\n", "below 0"),
        (HEAD + "山东,aluminium,640323,many\n", "not a number"),
        (HEAD + "山东,aluminium,640323,1\n山东省,aluminium,640323,2\n", "twice"),
        (HEAD + "山东,aluminium,640323,\n", "tonnes is empty in line 2"),
        (HEAD + "山东,aluminium,640323,1\n山东,aluminium,,1\n", "zone is empty in line 3"),
        (HEAD + "山东,aluminium,64032,1\n", "zone '64032' is not known; expected the key or the name of a candidate"),
        # the code of another year, and a county's name: said, not taken
        (HEAD + "山东,aluminium,320683,1\n", "or the code of a county; 320683 江苏省南通市通州市 .* is today 320612"),
        (HEAD + "山东,aluminium,永宁县,1\n", "zone '永宁县' is not known; .* nearest: 640121 永宁县"),
        (HEAD + "山东,steel,640323,1\n", "industry 'steel' is not known; expected aluminium"),
        (HEAD + "亚特兰蒂斯,aluminium,640323,1\n", "is no province"),
        (UNITS + "山东,aluminium,640323,1,Mt/a\n", "unit 'Mt/a' is not known; expected t/a, kt/a, 万t/a"),
        (UNITS + "山东,aluminium,640323,1,kt/a\n山东,aluminium,630202,1,\n", "unit '' is not known"),
    ],
)
def test_bad_input(plan: Path, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "happened.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        evaluate_matching(plan, tmp_path / "happened.csv")
    with pytest.raises(InputError, match="holds no matching"):
        evaluate_matching(tmp_path / "nowhere", tmp_path / "happened.csv")


def test_a_table_in_gbk_is_told_by_name(plan: Path, tmp_path: Path) -> None:
    path = tmp_path / "happened.csv"
    path.write_bytes((HEAD + "山东,aluminium,640323,1\n").encode("gbk"))
    told = r"table '.*happened\.csv' cannot be read: it is not UTF-8.*; expected a CSV in UTF-8: save it again as UTF-8"
    with pytest.raises(InputError, match=told):
        evaluate_matching(plan, path)
    with pytest.raises(InputError, match=r"none\.csv' does not exist"):
        evaluate_matching(plan, tmp_path / "none.csv")
