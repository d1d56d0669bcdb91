"""Time and memory of rank acceptability, beside pymcdm on the same draws.

    python scripts/bench_mcda.py [--zones 2900] [--criteria 15] [--draws 10000] [--repeats 3] [--peer-draws 1000]

The peer is what an analyst writes: a loop over the same weights with pymcdm's WSM or TOPSIS (validation off, min-max
normalisation of scores whose columns already span 0 to 1, so that both compute the same totals), then ranks and counts.
Three steps are compared, because the peer's own ranking (a dict in pure Python) would flatter us: totals alone; totals
and ranks, the peer with its own `rank`; the same, the peer with scipy's `rankdata`. Everything is double precision;
neither side uses more than one thread. Repeats are interleaved, ratios compare medians; the peer runs fewer draws and
is scaled up.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from pymcdm.methods import TOPSIS, WSM
from pymcdm.normalizations import minmax_normalization
from scipy.stats import rankdata

from geotransfer.inputs.execution import peak_memory_mb
from geotransfer.mcda import acceptability
from geotransfer.mcda.rank_counts import row_slices
from geotransfer.mcda.weight_draws import WeightLaw, seed_blocks

BYTES = """
import hashlib, sys, numpy as np, geotransfer as gt
scores = np.random.default_rng(0).random((int(sys.argv[1]), int(sys.argv[2])))
result = gt.rank_acceptability(scores, seed=1, draws=1000)
print(hashlib.sha256(result.counts.tobytes() + result.central_weights.tobytes()).hexdigest()[:16])
"""


def draw_weights(criteria: int, draws: int, seed: int) -> np.ndarray:
    """The weights that rank_acceptability draws."""
    law = WeightLaw.of(criteria)
    return np.concatenate([law.draw(acceptability.weight_generator(block), n) for block, n in seed_blocks(seed, draws)])


def our_totals(scores: np.ndarray, weights: np.ndarray, method: acceptability.Method) -> np.ndarray:
    by_criterion = np.ascontiguousarray(scores.T)
    for rows in row_slices(len(weights), len(scores)):
        total = acceptability.totals(weights[rows], by_criterion, method=method)
    return total[-1]


def peer_totals(scores: np.ndarray, weights: np.ndarray, method: Callable[..., np.ndarray]) -> np.ndarray:
    types = np.ones(scores.shape[1])
    for weight in weights:
        total = method(scores, weight, types, validation=False)
    return total


def peer_counts(
    scores: np.ndarray, weights: np.ndarray, method: Callable[..., np.ndarray], ranked: Callable[..., np.ndarray]
) -> np.ndarray:
    types, zones = np.ones(scores.shape[1]), np.arange(len(scores))
    counts = np.zeros((len(scores), len(scores)), dtype=np.int32)
    for weight in weights:
        counts[zones, ranked(method(scores, weight, types, validation=False)).astype(int) - 1] += 1
    return counts


def seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def compare(
    name: str, ours: Callable[[], object], peers: dict[str, Callable[[], object]], *, repeats: int, scale: float
) -> None:
    times: dict[str, list[float]] = {key: [] for key in ("geotransfer", *peers)}
    for _ in range(repeats):
        times["geotransfer"].append(seconds(ours))
        for key, peer in peers.items():
            times[key].append(seconds(peer) * scale)
    own = statistics.median(times["geotransfer"])
    print(f"{name:<24} geotransfer {own:7.3f} s")
    for key in peers:
        other = statistics.median(times[key])
        print(f"{'':<24} {key:<36} {other:7.2f} s   ratio {own / other:.3f}")


def same_bytes(zones: int, criteria: int) -> bool:
    found = set()
    for threads in ("1", "2"):
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", BYTES, str(zones), str(criteria)]
        found.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    return len(found) == 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, value in (("zones", 2900), ("criteria", 15), ("draws", 10_000), ("repeats", 3), ("peer-draws", 1000)):
        parser.add_argument(f"--{option}", type=int, default=value)
    given = parser.parse_args()
    scores = np.random.default_rng(0).random((given.zones, given.criteria))
    scores = (scores - scores.min(axis=0)) / np.ptp(scores, axis=0)
    weights = draw_weights(given.criteria, given.draws, 1)
    few = weights[: given.peer_draws]
    scale = len(weights) / len(few)
    wsm, topsis = WSM(minmax_normalization), TOPSIS(minmax_normalization)

    before = peak_memory_mb()
    result = acceptability.rank_acceptability(scores, seed=1, draws=given.draws)
    grown = peak_memory_mb() - before
    print(f"{given.zones} zones x {given.criteria} criteria x {given.draws} draws")
    print(f"rank_acceptability adds {grown:.0f} MB at its peak, {result.counts.nbytes / 1e6:.0f} MB of them counts")
    for method, peer in (("weighted_sum", wsm), ("topsis", topsis)):
        check = acceptability.rank_acceptability(scores, seed=1, draws=len(few), method=method)
        moved = int(abs(check.counts - peer_counts(scores, few, peer, lambda t: rankdata(-t, method="min"))).sum()) // 2
        print(f"{method}: {moved} of {len(few) * given.zones} ranks differ from pymcdm's")
    for method, peer, label in (("weighted_sum", wsm, "pymcdm WSM"), ("topsis", topsis, "pymcdm TOPSIS")):
        compare(f"{method}: totals", lambda m=method: our_totals(scores, weights, m),
                {label: lambda p=peer: peer_totals(scores, few, p)}, repeats=given.repeats, scale=scale)  # fmt: skip
        compare(
            f"{method}: ranks",
            lambda m=method: acceptability.rank_acceptability(scores, seed=1, draws=given.draws, method=m),
            {
                f"{label} + its rank": lambda p=peer: peer_counts(scores, few, p, p.rank),
                f"{label} + scipy rankdata": lambda p=peer: peer_counts(scores, few, p, lambda t: rankdata(-t, "min")),
            },
            repeats=given.repeats,
            scale=scale,
        )
    digest = hashlib.sha256(result.counts.tobytes()).hexdigest()[:16]
    print(f"the same bytes with 1 and 2 threads: {same_bytes(given.zones, given.criteria)} ({digest})")


if __name__ == "__main__":
    main()
