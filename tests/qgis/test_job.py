"""The job's side of the plugin, without QGIS: a process of its own, JSON lines out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def job(path: Path | str) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-I", "-m", "geotransfer.qgis.job", str(path)],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def of_weights(*cells: str) -> str:
    parameters = {"names": ["a", "b"], "matrix": cells, "method": "eigenvector"}
    return json.dumps({"task": "weights", "parameters": parameters})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"task": "fly", "parameters": {}}', "task 'fly' is unknown to this version; expected one of run_scenario"),
        ("no JSON", "cannot be read"),
        (of_weights("1", "x", "1", "1"), "the matrix holds 'x', expected a number such as 3 or 1/3"),
        (of_weights("1"), "the matrix has 1 cells, expected 2 x 2"),
    ],
)
def test_a_mistake_is_an_error_line(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_text(content, encoding="utf-8")
    code, lines = job(path)
    assert code == 2
    assert said in lines[-1]["error"]


def test_a_job_says_how_far_it_is_and_what_it_wrote(tmp_path: Path) -> None:
    target = tmp_path / "权重.csv"
    parameters = {
        "names": ["电价", "运费"],
        "matrix": ["1", "3", "1/3", "1"],
        "method": "eigenvector",
        "language": "zh",
    }
    path = tmp_path / "job.json"
    path.write_text(json.dumps({"task": "weights", "parameters": {**parameters, "output": str(target)}}))
    code, lines = job(path)
    assert code == 0
    assert {"say": "weights", "share": 0.5} in lines
    assert lines[-1]["done"]["files"] == {"OUTPUT": str(target)}
    assert lines[-1]["done"]["lines"][0] == "电价: 0.7500"
    assert lines[-1]["done"]["lines"][-1] == "一致性比率 0.0000"
    assert target.exists()
