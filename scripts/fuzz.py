"""A long run of fuzzing; the short one of every test run is tests/fuzz/test_fuzz.py and test_guided.py.

    python scripts/fuzz.py --seconds 900 --seed 7 [--record tests/data/fuzz_record.csv]
    python scripts/fuzz.py --engine atheris --target toml --seconds 300 --seed 7 [--record ...]

The engine "mutation" damages whole files of every format; "atheris" looks for bytes that reach other lines of
geotransfer, in the readers of TOML, tables (csv) and names (--target, all three in turn without it), and prints how
many edges were reached by what it began with and in the end. An input is a finding when it ends, alone in a child
process with 10 s and 1 GB, in anything but a sound result or one of our own errors.

Ends with a line for each kind: how many inputs, how each ended; --record adds the lines to a file. Findings are printed
with the seed and number that repeat them (mutation), or with the shrunken input in base 64 (atheris: keep it in
tests/fuzz/kept/TARGET); the exit status is 1 if there is any.
"""

from __future__ import annotations

import argparse
import base64
import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = (
    "date", "engine", "seed", "seconds", "kind", "inputs", "valid", "refused", "foreign", "slow", "memory", "crash",
    "most_seconds", "most_megabytes", "edges_begin", "edges_end",
)  # fmt: skip
OUTCOMES = COLUMNS[6:12]
TARGETS = {"toml": "TOML", "csv": "CSV", "names": "names"}
"""Reader that atheris feeds -> what the record calls it."""
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


def guided_by_coverage(seed: int, seconds: float, targets: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Return the record's rows and the findings of atheris, which has `seconds` for all targets together."""
    import fuzz_seeds
    import guided
    from fork_server import Server

    if not guided.available():
        raise SystemExit(
            "atheris is not installed (it has wheels for Linux on x86-64): pip install 'geotransfer[test]'"
        )
    rows: list[Row] = []
    findings: list[str] = []
    with Server("fuzz_entries") as server:
        for target in targets:
            begin = guided.beginnings(target, fuzz_seeds.texts(target))
            found = guided.guided(server, target, begin=begin, seed=seed, seconds=seconds / len(targets))
            first, last = found.grown
            sys.stderr.write(f"{target}: edges {first} -> {last} in {len(found.modules)} modules of geotransfer\n")
            rows.append(
                {"kind": TARGETS[target], "inputs": found.counts.total(), **{o: found.counts[o] for o in OUTCOMES},
                 "most_seconds": found.most_seconds, "most_megabytes": found.most_megabytes, "edges_begin": first,
                 "edges_end": last}
            )  # fmt: skip
            findings += [
                f"{TARGETS[target]}: {place}: {outcome.kind}: {outcome.detail}: {base64.b64encode(data).decode()}"
                for place, (data, outcome) in found.findings.items()
            ]
            if not found.counts.total():
                findings.append(f"{TARGETS[target]}: no input was tried; the process said: {found.said}")
            if found.unrepeated:
                sys.stderr.write(f"{target}: {len(found.unrepeated)} inputs ended badly in the run and well alone\n")
    return rows, findings


def written(lines: Sequence[Row], record: Path | None) -> None:
    """Print the lines, and add them to the record."""
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    if record is None:
        return
    new = not record.exists()
    with record.open("a", encoding="utf-8", newline="") as stream:
        kept = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        if new:
            kept.writeheader()
        kept.writerows(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("mutation", "atheris"), default="mutation")
    parser.add_argument("--target", choices=tuple(TARGETS), help="of atheris; without it all three in turn")
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--record", type=Path)
    given = parser.parse_args()
    if given.engine == "mutation":
        rows, findings = mutated(given.seed, given.seconds)
    else:
        targets = [given.target] if given.target else list(TARGETS)
        rows, findings = guided_by_coverage(given.seed, given.seconds, targets)
    head: Row = {
        "date": time.strftime("%Y-%m-%d"), "engine": given.engine, "seed": given.seed, "seconds": round(given.seconds)
    }  # fmt: skip
    written([{**head, **row} for row in rows], given.record)
    for finding in findings:
        sys.stderr.write(finding + "\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
