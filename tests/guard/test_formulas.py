"""Cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.batch.folder import BatchFolder
from geotransfer.guard.formulas import NUMBER, SIGNS, as_given, as_text, safe_table
from geotransfer.outputs.tables import write_table
from geotransfer.relocation.evaluation import evaluate_matching

ATTACKS = [
    "=1+1", "=H(1;2)", "=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "  @x", "\0=1", "＝1", "－1+x", "＋x", "＠x", "a;=1", "a\t@x", "a\n=1",
    "'=1",
]  # fmt: skip


@pytest.mark.parametrize("cell", ATTACKS)
def test_nothing_runs(cell: str, tmp_path: Path) -> None:
    write_table(pd.DataFrame({"name": [cell], "more": ["包头市"], "x": [-3.5]}), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        _, row = list(csv.reader(stream))
    # neither the cell nor what a spreadsheet may take for one begins with a sign
    for separator in ("", ";", "\t", "\r", "\n"):
        parts = row[0].split(separator) if separator else [row[0]]
        assert not any(part.lstrip(" ").startswith(tuple("=+-@\0＝＋－＠")) for part in parts)
    assert row[1:] == ["包头市", "-3.5"]
    assert as_given(row[0]) == cell.replace("\r", "\n")


@pytest.mark.parametrize("number", ["-3.5", "+1", "-1e-5", "-.5", "-0", "3."])
def test_numbers_stay_numbers(number: str) -> None:
    assert as_text(number) == number
    # as a column of mixed values has them
    assert safe_table(pd.DataFrame({"x": [float(number), "a"]}, dtype=object))["x"][0] == str(float(number))


@given(st.text(alphabet=f"a'; 1.=+-@\t\r\n{SIGNS[-4:]}", max_size=12))
def test_every_cell_is_given_back(cell: str) -> None:
    assert as_given(as_text(cell)) == cell
    assert as_text(cell) == cell or not NUMBER.fullmatch(cell)


def test_names_of_columns_and_rows_of_a_batch(tmp_path: Path) -> None:
    table = pd.DataFrame({"=cmd": ["@x"], "more": ['{"a": "=1"}'], "error": ["=1 does not fit"], "seconds": [-1.5]})
    folder = BatchFolder(tmp_path)
    folder.write_tables(table, table, {})
    for name in ("scenarios.csv", "failures.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8-sig")
        assert text.splitlines()[0] == "'=cmd,more,error,seconds"
        assert text.splitlines()[1].startswith("'@x,")
        assert ",'=1 does not fit,-1.5" in text
    # the table for programs holds what was given
    assert pd.read_parquet(tmp_path / "scenarios.parquet")["=cmd"].tolist() == ["@x"]


def test_a_plan_with_such_names_is_compared(tmp_path: Path) -> None:
    record = {
        "kind": "matching", "conflict": None, "candidates": {"=z": "=乙"}, "problem": {"industries": {"@a": {}}},
    }  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    flows = pd.DataFrame({"origin": ["山东"], "industry": ["@a"], "zone": ["=z"], "tonnes": [5.0]})
    write_table(flows, tmp_path / "flows.csv")
    flows.to_csv(tmp_path / "happened.csv", index=False, encoding="utf-8-sig")
    for happened in ("happened.csv", "flows.csv"):
        table = evaluate_matching(tmp_path, tmp_path / happened)
        assert table[["origin", "zone", "verdict"]].values.tolist() == [["山东", "=z", "done"]]
