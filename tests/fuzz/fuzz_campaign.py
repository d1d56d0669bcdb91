"""Many inputs of every kind through the fork server: counted by outcome, each finding with the seed that repeats it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from fork_server import OUTCOMES, Outcome, Server

KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "GeoPackage": ("features", {"format": "gpkg"}),
    "Shapefile": ("features", {"format": "shp"}),
    "GeoJSON": ("features", {"format": "geojson"}),
    "FlatGeobuf": ("features", {"format": "fgb"}),
    "GeoParquet": ("features", {"format": "parquet"}),
    "GeoTIFF": ("tif", {}),
    "CSV": ("csv", {}),
    "TOML": ("toml", {}),
    "scenario values": ("tree", {}),
    "zip": ("zip", {}),
    "finished folder": ("folder", {}),
    "cache": ("cache", {}),
}
"""Kind of input -> the target that reads it, and what the target is told."""


@dataclass
class Tally:
    """What became of the inputs of one kind."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)
    """Place of a finding -> the seed and number that repeat it, and what came out."""
    most_seconds: float = 0.0
    most_megabytes: float = 0.0

    def add(self, outcome: Outcome, seed: int, index: int) -> None:
        self.counts[outcome.kind] += 1
        self.most_seconds = max(self.most_seconds, outcome.seconds)
        self.most_megabytes = max(self.most_megabytes, outcome.megabytes)
        if not outcome.good:
            self.findings.setdefault(outcome.place, f"seed {seed} number {index}: {outcome.kind}: {outcome.detail}")

    @property
    def row(self) -> dict[str, object]:
        """The counts by outcome, as columns of the record."""
        return {name: self.counts[name] for name in OUTCOMES}


def tried(server: Server, kind: str, seed: int, index: int) -> Outcome:
    """Let one damaged input of a kind be read."""
    target, told = KINDS[kind]
    return server.ask(target, seed=seed, index=index, **told)


def campaign(server: Server, kind: str, *, seed: int, count: int) -> Tally:
    """Try the first `count` inputs of a seed."""
    tally = Tally()
    for index in range(count):
        tally.add(tried(server, kind, seed, index), seed, index)
    return tally


def rounds(server: Server, *, seed: int, seconds: float) -> Iterator[dict[str, Tally]]:
    """Try one input of every kind in turn until the time is over; yield the tallies after each round."""
    tallies, end, index = {kind: Tally() for kind in KINDS}, time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for kind, tally in tallies.items():
            tally.add(tried(server, kind, seed, index), seed, index)
        index += 1
        yield tallies
