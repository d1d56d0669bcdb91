"""A long run of fuzzing; the short one of every test run is tests/fuzz/test_fuzz.py.

    python scripts/fuzz.py --seconds 900 --seed 7 [--record tests/data/fuzz_record.csv]

Damages whole files of every format and reads each in a child process with 10 s and 1 GB. Ends with a line for each
kind: how many inputs, how each ended; --record adds the lines to a file. Findings are printed with the seed and number
that repeat them; the exit status is 1 if there is any.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = (
    "date", "engine", "seed", "kind", "inputs", "valid", "refused", "foreign", "slow", "memory", "crash",
    "most_seconds", "most_megabytes",
)  # fmt: skip
sys.path.insert(0, str(ROOT / "tests" / "fuzz"))

Row = dict[str, object]


def mutated(seed: int, seconds: float) -> tuple[list[Row], list[str]]:
    """Return the record's rows and the findings of a run on damaged files."""
    from fork_server import Server
    from fuzz_campaign import KINDS, Tally, rounds

    tallies = {kind: Tally() for kind in KINDS}
    with Server() as server:
        for now in rounds(server, seed=seed, seconds=seconds):
            tallies = now
    rows: list[Row] = [
        {"kind": kind, "inputs": tally.counts.total(), **tally.row, "most_seconds": tally.most_seconds,
         "most_megabytes": tally.most_megabytes}
        for kind, tally in tallies.items()
    ]  # fmt: skip
    return rows, [
        f"{kind}: {place}: {what}" for kind, tally in tallies.items() for place, what in tally.findings.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--record", type=Path)
    given = parser.parse_args()
    rows, findings = mutated(given.seed, given.seconds)
    head: Row = {"date": time.strftime("%Y-%m-%d"), "engine": "mutation", "seed": given.seed}
    lines = [{**head, **row} for row in rows]
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    if given.record:
        new = not given.record.exists()
        with given.record.open("a", encoding="utf-8", newline="") as stream:
            kept = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            if new:
                kept.writeheader()
            kept.writerows(lines)
    for finding in findings:
        sys.stderr.write(finding + "\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
