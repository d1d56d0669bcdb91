"""The CI share of coverage-guided fuzzing: a few hundred inputs for each reader, and what once ended badly.

Only where atheris has wheels (Linux on x86-64); with GEOTRANSFER_REQUIRE=all its absence is a failure, as any skip.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import fuzz_seeds
import guided
from fork_server import OUTCOMES, Server

needs_atheris = pytest.mark.skipif(
    not guided.available(), reason="atheris is not installed (it has wheels for Linux on x86-64): pip install atheris"
)
SEED = 11
RUNS = {"toml": 300, "csv": 250, "names": 250}
"""Inputs for each reader: a few seconds."""
KEPT = sorted(path for target in guided.TARGETS for path in (guided.KEPT / target).glob("*"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("fuzz_entries") as one:
        yield one


@needs_atheris
@pytest.mark.parametrize("target", guided.TARGETS)
def test_bytes_that_reach_other_lines_are_read_or_refused(server: Server, target: str) -> None:
    # names begin with next to nothing: from "a" the fuzzer finds its way to codes, provinces and pinyin
    begin = [b"a"] if target == "names" else guided.beginnings(target, fuzz_seeds.texts(target))
    found = guided.guided(server, target, begin=begin, seed=SEED, runs=RUNS[target])
    assert found.findings == {}, found.said
    assert found.counts.total() >= RUNS[target], found.said
    assert found.counts["valid"] > 0
    first, last = found.grown
    assert found.edges == sorted(found.edges)
    assert last > (1.1 * first if target == "names" else 200)
    assert {name.partition(".")[0] for name in found.modules} == {"geotransfer"}
    assert "geotransfer.divisions.today" in found.modules


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_once_ended_badly_does_so_no_longer(server: Server, path: Path) -> None:
    assert len(path.read_bytes()) <= guided.LONGEST
    outcome = guided.alone(server, path.parent.name, path.read_bytes())
    assert outcome.good, outcome


def test_a_finding_is_shrunken_to_what_it_takes(server: Server) -> None:
    """On a target that falls over every "!", and over nothing else."""
    data = b"many words before it\n! and more behind it\n" * 5
    assert guided.alone(server, "trap", data).place.startswith("ZeroDivisionError")
    short = guided.shrunken(server, "trap", data, guided.alone(server, "trap", data).place)
    assert short == b"!"
    assert guided.alone(server, "trap", b"nothing").kind == "valid"


@needs_atheris
def test_a_finding_is_found_and_tried_alone(server: Server) -> None:
    found = guided.guided(server, "trap", begin=[b"12345"], seed=SEED, runs=3000)
    assert [data for data, _ in found.findings.values()] == [b"!"]
    assert found.counts["foreign"] > 0
    assert set(found.counts) == set(OUTCOMES)
