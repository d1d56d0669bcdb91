"""Print the table of docs/reliability.md: what is tried with bad input and faults, counted from the tests.

    python scripts/reliability.py [--write]

The numbers are tests that pytest collects (`--collect-only`) and inputs of tests/data/fuzz_record.csv; --write puts
the tables into the page, between its markers.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
RECORD = ROOT / "tests" / "data" / "fuzz_record.csv"
MARKS = ("<!-- printed by scripts/reliability.py: begin -->", "<!-- end -->")
CLASSES: dict[str, tuple[str, ...]] = {
    "Files that are none, encodings, mojibake, spreadsheets": (
        "tests/catalog/test_readers.py", "tests/catalog/test_encodings.py", "tests/catalog/test_mojibake.py",
        "tests/catalog/test_spreadsheets.py", "tests/checking/test_tables.py",
    ),
    "Geometry, overlaps and gaps": ("tests/checking/test_geometry.py",),
    "Files that lead elsewhere, bombs, formulas, secrets, permissions": (
        "tests/guard/test_sources.py", "tests/guard/test_sandbox.py", "tests/guard/test_formulas.py",
        "tests/test_secrets.py", "tests/test_permissions.py", "tests/test_no_code_from_files.py",
    ),
    "Finished folders that are damaged, edited or hostile; bombs, pages, terminals": (
        "tests/outputs/test_reading.py", "tests/outputs/test_strangers.py", "tests/outputs/test_pages_in_browser.py",
        "tests/guard/test_bombs.py", "tests/guard/test_terminal.py",
    ),
    "Names and codes of divisions": (
        "tests/divisions/test_today.py", "tests/divisions/test_join.py",
        "tests/divisions/test_guesses.py", "tests/divisions/test_spelling.py",
        "tests/divisions/test_history.py",
    ),
    "Archives": ("tests/catalog/test_archives.py",),
    "Downloads, servers and redirects": ("tests/catalog/test_download.py", "tests/catalog/test_services.py"),
    "Caches and records of fetched layers": ("tests/catalog/test_cache.py", "tests/catalog/test_fetched.py"),
    "Coordinate systems, shifts, placement": (
        "tests/test_crs.py", "tests/test_datums.py", "tests/checking/test_shifts.py",
        "tests/checking/test_placement.py",
    ),
    "Rasters": ("tests/raster/test_values.py", "tests/raster/test_faults.py", "tests/checking/test_rasters.py"),
    "Damaged files of every format, each in a child process": (
        "tests/fuzz/test_fuzz.py", "tests/fuzz/test_mended.py",
    ),
    "Bytes that reach other lines of the readers (atheris)": ("tests/fuzz/test_guided.py",),
    "Faults survived: killed processes, full disks, clocks, rotten caches": ("tests/batch/test_faults.py",),
}  # fmt: skip
"""Class of bad input -> the test files on it; tests of sound input in them are counted with the others."""


def collected() -> Counter[str]:
    """Return test file -> number of tests that pytest collects."""
    files = [file for group in CLASSES.values() for file in group]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return Counter(line.split("::")[0] for line in done.stdout.splitlines() if "::" in line)


def tests_table(counts: Counter[str]) -> list[str]:
    """Return the lines of the table of tests."""
    rows = [
        f"| {name} | {sum(counts[file] for file in files)} | {', '.join(f'`{file}`' for file in files)} |"
        for name, files in CLASSES.items()
    ]
    return ["| What is tried | Tests | Where |", "|---|---|---|", *rows]


def fuzz_table() -> list[str]:
    """Return the lines of the tables of long fuzzing runs, one for each engine."""
    with RECORD.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    columns = ("date", "kind", "seed", "inputs", "valid", "refused", "foreign", "slow", "memory", "crash")
    head = [
        "Date", "Damaged", "Seed", "Inputs", "Sound result", "Our error", "Other error", "Over 10 s", "Over 1 GB",
        "Crash",
    ]  # fmt: skip
    mutation = [row for row in rows if row["engine"] == "mutation"]
    guided = [row for row in rows if row["engine"] == "atheris"]
    table = _table([*head], mutation, columns)
    if guided:
        edges = [*columns, "edges_begin", "edges_end"]
        table += ["", *_table(["Date", "Reader", *head[2:], "Edges at the beginning", "at the end"], guided, edges)]
    return table


def _table(head: Sequence[str], rows: Sequence[dict[str, str]], columns: Sequence[str]) -> list[str]:
    lines = [f"| {' | '.join(row[column] for column in columns)} |" for row in rows]
    return [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *lines]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    tables = "\n".join([*tests_table(collected()), "", *fuzz_table()])
    if not given.write:
        sys.stdout.write(tables + "\n")
        return 0
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{before}{MARKS[0]}\n{tables}\n{MARKS[1]}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
