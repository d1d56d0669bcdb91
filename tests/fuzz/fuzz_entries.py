"""The readers of TOML, tables and names as functions of bytes: what coverage-guided fuzzing feeds.

Each pushes its bytes through every door of its kind. One that takes them is enough; when none does, the first refusal
is the outcome.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import fuzz_laws
import fuzz_seeds
import pandas as pd

import geotransfer as gt
from geotransfer.catalog.readers import read_table
from geotransfer.divisions.join import join_divisions
from geotransfer.errors import GeotransferError
from geotransfer.industry.county_rules import read_county_rules
from geotransfer.industry.policy_lists import read_policy_list
from geotransfer.relocation.problem import Problem
from geotransfer.siting.parks import is_names_only, match_parks

Door = Callable[[], object]
ENCODINGS = (None, "GB18030", "utf-16")
LEVELS = ("county", "prefecture", "province")
JOINED = 5
"""Names that are looked for among those of other years and in pinyin too, which takes longer."""
PROVINCE = "@"
"""Begins the line that says in which province names lie."""
_NUMBERS = count()


def through(doors: Sequence[Door]) -> None:
    """Try all doors; raise the first refusal when none lets the input in."""
    refusals = [refusal for refusal in map(refusal_of, doors) if refusal is not None]
    if len(refusals) == len(doors):
        raise refusals[0]


def refusal_of(door: Door) -> GeotransferError | None:
    """Return the error of ours that a door ends in; None where it ends well."""
    try:
        door()
    except GeotransferError as error:
        return error
    return None


def enter_toml(folder: Path, *, data: bytes) -> None:
    """Scenario, cases of a sweep, problem, rules of counties, profiles."""
    path = _written(folder, data, ".toml")
    try:
        through(
            [
                lambda: written_down(path),
                lambda: gt.read_cases([str(path)]),
                lambda: Problem.from_file(path),
                lambda: read_county_rules(path),
                lambda: gt.industry_profile("electrolytic_aluminium", file=str(path)),
            ]
        )
    finally:
        path.unlink()


def written_down(path: Path) -> gt.Scenario:
    """Return a scenario that is the same after it was written down and read."""
    study = gt.Scenario.from_file(path)
    again = gt.Scenario.from_mapping(study.model_dump(mode="json"))
    fuzz_laws.hold(again == study, "a scenario survives being written down")
    return study


def enter_csv(folder: Path, *, data: bytes) -> None:
    """A table in each of three encodings, as a list of policy, as points, as parks."""
    path = _written(folder, data, ".csv")
    try:
        through([lambda encoding=encoding: table_doors(path, encoding) for encoding in ENCODINGS])  # type: ignore[misc]
    finally:
        path.unlink()


def table_doors(path: Path, encoding: str | None, *more: Door) -> None:
    """Read a table, and push it through every door for tables, and `more`."""
    table = read_table(path, encoding=encoding)
    fuzz_laws.hold(not table.isna().all(axis=1).any(), "no empty row")
    through(
        [
            lambda: read_policy_list(path),
            lambda: gt.read_features(path, encoding=encoding),
            lambda: match_parks(table) if is_names_only(table) else None,
            *more,
        ]
    )


def enter_names(folder: Path, *, data: bytes) -> None:
    """A name a line; a first line that begins with `PROVINCE` says where they lie."""
    first, *others = data.decode("utf-8", "replace").split("\n")
    if first.startswith(PROVINCE):
        match_names(others, first.removeprefix(PROVINCE))
    else:
        match_names([first, *others], None)


def match_names(texts: list[str], province: str | None) -> None:
    """Match names of any kind: one row for each, in order, nothing dropped."""
    found = gt.match_divisions(texts, province=province, level=LEVELS)
    fuzz_laws.hold(list(found["given"]) == texts, "one row for each name")
    certain = found["adcode"] != ""
    uncertain = found["how"].isin(["ambiguous", "unmatched"])
    fuzz_laws.hold((certain ^ uncertain).all(), "a division, or why there is none")
    table = pd.DataFrame({"name": texts[:JOINED], "province": province})
    joined, _ = join_divisions(table, name="name", province="province", level=LEVELS)
    fuzz_laws.hold(list(joined["name"]) == texts[:JOINED], "one row for each name that is joined")
    placed = joined["division_status"].isin(["placed", "changed"])
    fuzz_laws.hold((placed == (joined["division_adcode"] != "")).all(), "a division where one is said to be found")


def enter_trap(folder: Path, *, data: bytes) -> None:
    """What falls over one sign: for the tests of the fuzzer itself."""
    _ = 1 / (0 if b"!" in data else 1)


def _written(folder: Path, data: bytes, ending: str) -> Path:
    """Write an input under a name that nothing was read by before: readers may keep what they read."""
    path = folder / f"given{next(_NUMBERS)}{ending}"
    path.write_bytes(data)
    return path


ENTRIES: dict[str, Callable[..., Any]] = {
    "toml": enter_toml, "csv": enter_csv, "names": enter_names, "trap": enter_trap,
}  # fmt: skip


def load() -> dict[str, Callable[..., Any]]:
    """Return what a fork server of these readers alone can be asked, with what they keep made."""
    match_names(["灵武市", "Lingwu"], "宁夏")
    gt.read_cases(["aluminium"])
    return {"bytes": bytes_in}


def bytes_in(folder: Path, *, entry: str, data: str) -> None:
    """Feed bytes (in base 64) to a reader."""
    beside(folder)
    ENTRIES[entry](folder, data=base64.b64decode(data))


def beside(folder: Path) -> None:
    """Write what a sweep may name: own.toml."""
    (folder / "own.toml").write_text(fuzz_seeds.toml_of(fuzz_seeds.own_scenario()), encoding="utf-8")
