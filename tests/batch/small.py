"""Small scenarios for the tests of batches."""

from __future__ import annotations

import json
from pathlib import Path

import geotransfer as gt


def study(**overrides: object) -> gt.Scenario:
    small = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 20}
    return gt.scenario("aluminium").with_overrides({**small, **overrides})


def studies(n: int) -> list[gt.Scenario]:
    """Scenarios that differ in one weight."""
    return [study(**{"criteria.people.weight": 0.1 + 0.01 * i}) for i in range(n)]


def contents(out: Path) -> dict[str, dict[str, object]]:
    """Scenario -> file -> what it holds, of run.json the part that is equal between runs."""
    found = {}
    for folder in sorted((out / "scenarios").iterdir()):
        files = {
            path.name: path.read_bytes() for path in folder.iterdir() if path.name not in ("run.json", "files.json")
        }
        found[folder.name] = {**files, "run": json.loads((folder / "run.json").read_text("utf-8"))["result"]}
    return found
