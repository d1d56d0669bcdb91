from __future__ import annotations

import json
from pathlib import Path

import pytest

from geotransfer.errors import InputError
from geotransfer.relocation.evaluation import evaluate_matching

HEAD = "origin,industry,zone,tonnes\n"


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
        ("山东", "150626"): "not started",
        ("江苏", "640323"): "unplanned",
    }
    assert table["difference_t"].sum() == 177 - 600
    assert table.loc[("山东", "630202"), "done_share"] == 0.25


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("origin,zone\na,b\n", "no column industry, tonnes"),
        (HEAD + "a,b,c,-1\n", "below 0"),
        (HEAD + "a,b,c,many\n", "not a number"),
        (HEAD + "a,b,c,1\na,b,c,2\n", "twice"),
    ],
)
def test_bad_input(plan: Path, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "happened.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        evaluate_matching(plan, tmp_path / "happened.csv")
    with pytest.raises(InputError, match="holds no matching"):
        evaluate_matching(tmp_path / "nowhere", tmp_path / "happened.csv")
