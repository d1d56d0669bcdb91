"""The process that atheris runs in: one reader, fed with bytes that reach lines of geotransfer not reached before.

    python tests/fuzz/guided_child.py TARGET FOLDER [LIBFUZZER_OPTION ...]

FOLDER has the inputs to begin with in corpus/; here the tally (`Tally`), the shortest input of every place an error
came from (bad/), and what libFuzzer keeps of a crash or a hang (artifacts/). A process that dies is begun again by
guided.py, which also asks the fork server whether an input ends as badly when it is alone.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import atheris
import fork_server
import fuzz_mutation
import fuzz_values
import numpy as np
from fork_server import MEGABYTES, OUTCOMES, SECONDS, ending, peak_megabytes, virtual_bytes

COUNTED = np.dtype([("counts", "int64", len(OUTCOMES)), ("seconds", "float64"), ("megabytes", "float64")])


class Tally:
    """How inputs ended, in a file that outlives the process."""

    def __init__(self, path: Path) -> None:
        self._file = np.memmap(path, dtype=COUNTED, mode="r+" if path.exists() else "w+", shape=(1,))
        self._began = peak_megabytes()

    def add(self, kind: str, seconds: float) -> None:
        row = self._file[0]
        row["counts"][OUTCOMES.index(kind)] += 1
        row["seconds"] = max(row["seconds"], seconds)
        row["megabytes"] = max(row["megabytes"], peak_megabytes() - self._began)


def ready(target: str, work: Path, corpus: Path) -> Any:
    """Return the entry of a target, instrumented; what it imports only when it runs is imported by running it."""
    with atheris.instrument_imports(include=["geotransfer"], enable_loader_override=False):
        import fuzz_entries

        fuzz_entries.beside(work)
        entry = fuzz_entries.ENTRIES[target]
        for path in sorted(corpus.iterdir()):
            ending(entry, work, {"data": path.read_bytes()})
    return entry


def limited(entry: Any, work: Path, data: bytes) -> tuple[dict[str, str], float]:
    """Return how one input ended and its seconds of processor; the limits are those of the fork server.

    What does not come back within libFuzzer's -timeout ends the process.
    """
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (virtual_bytes() + MEGABYTES * 1_000_000, hard))
    before = time.process_time()
    try:
        found = ending(entry, work, {"data": data})
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    seconds = time.process_time() - before
    if seconds > SECONDS:
        found = {"kind": "slow", "place": "slow"}
    return found, seconds


def keep(folder: Path, place: str, data: bytes) -> None:
    """Keep the shortest input of a place."""
    path = folder / hashlib.sha1(place.encode()).hexdigest()
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """Half of the damage is libFuzzer's, half that of the other engine: words, values, lines, and values of TOML."""
    random = np.random.default_rng(seed)
    way = random.random()
    if way < 0.5:
        return bytes(atheris.Mutate(data, most))
    other = revalued(data, random) if way < 0.75 else b""
    return (other or fuzz_mutation.damaged(data, random, text=True))[:most]


def revalued(data: bytes, random: np.random.Generator) -> bytes:
    """Return TOML with other values, in range where it is a scenario like that of the seeds; b"" where it is none."""
    import fuzz_seeds  # not before geotransfer was instrumented

    try:
        tree = tomllib.loads(data.decode())
        alike = {"own", "n"} <= set(tree["criteria"]) and "high" in tree["rules"]
    except (ValueError, RecursionError):
        return b""
    except (LookupError, TypeError):
        alike = False
    try:
        change = fuzz_values.varied if alike else fuzz_mutation.damaged_tree
        return fuzz_seeds.toml_of(change(tree, random)).encode("utf-8", "replace")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # dates, and trees that an earlier change made into something else
        return b""


def main() -> None:
    target, folder, *options = sys.argv[1:]
    home = Path(folder)
    work, bad = home / "work", home / "bad"
    entry, tally = ready(target, work, home / "corpus"), Tally(home / "tally")

    def one(data: bytes) -> None:
        found, seconds = limited(entry, work, data)
        tally.add(found["kind"], seconds)
        if found["kind"] not in fork_server.GOOD:
            keep(bad, found.get("place") or found.get("detail", ""), data)

    atheris.Setup([sys.argv[0], *options, str(home / "corpus")], one, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
