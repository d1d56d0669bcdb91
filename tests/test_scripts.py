"""The shell scripts: they parse, and say what is missing on a machine that lacks it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = [*sorted((ROOT / "scripts").glob("*.sh")), ROOT / ".ci" / "run"]
PYTHONS = ("python", "python3", "python3.11", "python3.12", "python3.13", "python3.14")


def shell(*command: str | Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHON"}
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        ["bash", *command], env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def make_venv(target: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return shell("-c", f'. "{ROOT}/scripts/venv.sh"; make_venv "{target}"', path=path)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_parses_and_has_unix_line_ends(script: Path) -> None:
    done = shell("-n", script)
    assert done.returncode == 0, done.stderr
    assert b"\r" not in script.read_bytes()


def test_ci_runs_a_program() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_quickstart_takes_the_scenario_first() -> None:
    done = shell(ROOT / "scripts" / "quickstart.sh", "--quiet")
    assert done.returncode == 1
    assert "the first argument is the scenario, got --quiet" in done.stderr


def test_an_old_python_is_named(tmp_path: Path) -> None:
    program(tmp_path, "apt-get", "exit 100")
    for name in PYTHONS:
        program(tmp_path, name, 'case $1 in --version) echo "Python 3.9.18";; *) exit 1;; esac')
    done = make_venv(tmp_path / "venv", tmp_path)
    assert done.returncode == 1
    assert "no Python >= 3.11 found (python3 is Python 3.9.18)" in done.stderr


def test_a_python_without_venv_is_named(tmp_path: Path) -> None:
    program(tmp_path, "apt-get", "exit 100")
    for name in PYTHONS:
        program(tmp_path, name, 'case "$*" in *ensurepip*) exit 1;; *) exit 0;; esac')
    done = make_venv(tmp_path / "venv", tmp_path)
    assert done.returncode == 1
    assert "cannot make virtual environments; on Debian or Ubuntu: sudo apt install python3-venv" in done.stderr


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "thesis.txt").write_text("mine", encoding="utf-8")
    done = make_venv(tmp_path / "venv", tmp_path)
    assert done.returncode == 1
    assert "is no virtual environment; move it away" in done.stderr
    assert (tmp_path / "venv" / "thesis.txt").read_text(encoding="utf-8") == "mine"
