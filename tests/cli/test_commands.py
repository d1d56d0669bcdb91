"""The command line as a user meets it: a process, its exit code and its words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geotransfer.cli.app import app, main

QUICK = ["--set", 'within=["宁夏"]', "--set", "grid.resolution=25000"]


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "geotransfer", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["geotransfer", *arguments])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0), capsys.readouterr().err


def test_run_from_an_empty_folder_writes_the_contract(tmp_path: Path) -> None:
    done = command("run", "aluminium", "-o", "out", *QUICK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "初筛" in done.stdout
    assert "宁夏回族自治区" in done.stdout
    assert done.stderr == ""
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["result"]["counts"]["ranked"] > 0


def test_quiet_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    # what the libraries in C print counts too
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["geotransfer", "run", "aluminium", "-o", "out", *QUICK, "--quiet"])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code in (None, 0)
    assert tuple(capfd.readouterr()) == ("", "")
    assert (tmp_path / "out" / "run.json").exists()


def test_verbose_prints_the_stages_and_a_traceback(tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["run", "aluminium", "-o", str(tmp_path / "out"), *QUICK, "-v"])
    assert "coverage" in done.output
    assert "peak" in done.output
    failed = command("run", "nonsense", "-o", "x", "-v", cwd=tmp_path)
    assert failed.returncode == 2
    assert "Traceback" in failed.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nonsense", "-o", "x"], "there is no built-in scenario 'nonsense'"),
        (["run", "none.toml", "-o", "x"], "cannot be read"),
        (["run", "aluminium", "-o", "x", "--set", "grid.resolution=0"], "grid.resolution"),
        (["run", "aluminium", "-o", "x", "--set", "grid.resolution=0.001"], "at most 1e+09"),
        (["run", "aluminium", "-o", "x", "--set", "grid.colour=1"], "there is no 'colour'"),
        (["run", "aluminium", "-o", "x", "--set", "resolution"], "expected KEY=VALUE"),
        (["run", "aluminium", "-o", "x", "--set", "criteria.power_price.weight=nan"], "criteria.power_price.weight"),
        (["run", "aluminium", "-o", "x", "--set", "criteria.power_price.weight=-1"], "criteria.power_price.weight"),
        (["run", "aluminium", "-o", "x", "--set", "criteria.power_price.worst=0.4"], "worst and best are both 0.4"),
        (["run", "aluminium", "-o", "x", "--set", "zones=none.gpkg"], "no such file"),
        (["run", "aluminium", "-o", "x", "--set", 'within=["亚特兰蒂斯"]'], "'亚特兰蒂斯'"),
        (["layers", "info", "gold"], "gold"),
        (["map", "."], "holds no complete result"),
    ],
)
def test_a_users_mistake_is_one_paragraph_and_exit_2(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code, error = in_process(monkeypatch, capsys, *arguments)
    assert code == 2
    assert words in error
    assert error.startswith("geotransfer: ")
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_our_mistake_is_one_paragraph_and_exit_1(tmp_path: Path) -> None:
    code = "import sys, geotransfer.study.assembly as a\ndef boom(*_, **__): raise RuntimeError('bug')\na.run = boom\n"
    code += "sys.argv = ['geotransfer', 'run', 'aluminium', '-o', 'x']\nfrom geotransfer.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "geotransfer: an error of ours, RuntimeError: bug. Run again with -v for the traceback and report it.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_that_holds_something_else_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    code, error = in_process(monkeypatch, capsys, "run", "aluminium", "-o", str(tmp_path))
    assert code == 2
    assert "holds something else" in error
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_lists() -> None:
    runner = CliRunner()
    assert "aluminium" in runner.invoke(app, ["scenarios"]).output
    layers = runner.invoke(app, ["layers", "list"]).output
    assert "lcoe-green" in layers
    assert "modelled" in layers
    info = runner.invoke(app, ["layers", "info", "lcoe-green"]).output
    assert "yuan/kWh" in info
    assert "known_error" in info
    assert runner.invoke(app, ["--version"]).output.startswith("geotransfer ")
