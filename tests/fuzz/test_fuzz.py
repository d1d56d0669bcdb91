"""The CI share of fuzzing: a fixed seed, each input in a child with 10 s and 1 GB; only our own errors come out.

The long run is scripts/fuzz.py; what it did is in tests/data/fuzz_record.csv.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.inputs.zones import load_zones

sys.path.insert(0, str(Path(__file__).parent))

from fork_server import Server
from fuzz_campaign import KINDS, campaign
from fuzz_seeds import own_scenario
from fuzz_studies import studies

SEED = 11
COUNTS = dict.fromkeys(KINDS, 20) | {"GeoPackage": 10, "TOML": 25, "finished folder": 12}
"""Inputs of each kind; fewer of those that take long."""
FIXED = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as one:
        yield one


@pytest.mark.parametrize("kind", list(KINDS))
def test_damaged_input_gives_a_sound_result_or_one_of_our_errors(server: Server, kind: str) -> None:
    found = campaign(server, kind, seed=SEED, count=COUNTS[kind])
    assert found.findings == {}
    assert found.counts.total() == COUNTS[kind]
    assert found.counts["valid"] > 0
    if kind == "scenario values":  # most are in range: the run is what is tried, not the schema alone
        assert found.counts["valid"] > 0.3 * COUNTS[kind]
    if kind != "cache":  # whose damage is never refused: what was kept is made again
        assert found.counts["refused"] > 0


def test_layers_and_rasters_made_by_hypothesis_run_or_are_refused(server: Server) -> None:
    ended: list[str] = []

    @FIXED
    @given(studies())
    def one(study: dict[str, object]) -> None:
        outcome = server.ask("study", study=study)
        ended.append(outcome.kind)
        assert outcome.good, outcome

    one()
    assert ended.count("valid") > 0
    assert ended.count("refused") > 0


def test_any_text_is_a_name_that_is_matched_or_reported(server: Server) -> None:
    ended: list[str] = []
    pieces = st.sampled_from(
        ["朝阳", "区", "市", "县", "灵武", "回族", "自治", "  ", "（", "ning", "Lingwu", "\x00", "%"]
    )
    names = st.text(max_size=20) | st.lists(pieces, max_size=5).map("".join)

    @FIXED
    @given(st.lists(names, max_size=20), st.none() | st.sampled_from(["宁夏", "内蒙古", "64", "Nowhere"]))
    def one(texts: list[str], province: str | None) -> None:
        outcome = server.ask("names", texts=texts, province=province)
        ended.append(outcome.kind)
        assert outcome.good, outcome

    one()
    assert ended.count("valid") > 0


@pytest.mark.parametrize(
    ("how", "kind", "detail"),
    [
        ("segfault", "crash", "SIGSEGV"), ("leave", "crash", "exit code 3"), ("eat", "memory", "MemoryError"),
        ("foreign", "foreign", "KeyError"), ("mute", "foreign", "bad"), ("own", "refused", "expected 2"),
    ],
)  # fmt: skip
def test_the_harness_notices(server: Server, how: str, kind: str, detail: str) -> None:
    outcome = server.ask("misbehave", how=how)
    assert outcome.kind == kind
    assert detail in outcome.detail


def test_the_harness_ends_what_spins_and_what_sleeps(server: Server) -> None:
    for how in ("spin", "sleep"):
        assert server.asked("misbehave", {"how": how}, seconds=1, megabytes=1000, wall=2).kind == "slow"


ALBERS = "ESRI:102025"
"""Asia North Albers, metres: 1e8 north has no place on the ground."""
LOST = "zones have coordinates in row 1 that lie beyond 'Asia_North_Albers"


@pytest.mark.parametrize(
    ("crs", "shape", "told"),
    [
        ("EPSG:4326", shapely.Polygon([(105, 36), (106, 1e300), (106, 36)]), r"states degrees and has x=106, y=1e"),
        (ALBERS, shapely.Polygon([(5e5, 4e6), (6e5, 1e8), (6e5, 4e6)]), LOST),
        (ALBERS, shapely.Point(5e5, 1e8), LOST),
    ],
)
def test_a_zone_far_beyond_the_earth_is_named(tmp_path: Path, crs: str, shape: shapely.Geometry, told: str) -> None:
    gpd.GeoDataFrame({"zone": ["a"]}, geometry=[shape], crs=crs).to_file(tmp_path / "z.gpkg")
    values = {**own_scenario(), "zones": str(tmp_path / "z.gpkg")}
    with pytest.raises(InputError, match=told):
        load_zones(gt.Scenario.from_mapping(values))
