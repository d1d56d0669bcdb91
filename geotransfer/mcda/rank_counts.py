"""Counting ranks draw by draw without keeping the draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geotransfer.errors import InputError
from geotransfer.mcda.ranking import RANK_DECIMALS
from geotransfer.types import FloatArray, IntArray

__all__ = ["RankCounter", "RankTable", "row_slices"]

RankTable = NDArray[np.int32]

BLOCK_NUMBERS = 1_500_000
"""Numbers (draws x zones) held at once: 12 MB per array, about 60 MB in all; 12 MB more per criterion with an error."""
TILE_NUMBERS = 100_000
"""Size of a table of counts that stays in a processor's cache."""
LARGEST_TABLE = 250_000_000
"""Zones x ranks counted at most: 1 GB."""


def row_slices(draws: int, zones: int) -> Iterator[slice]:
    """Yield slices of a block of draws that keep draws x zones below `BLOCK_NUMBERS`."""
    step = max(1, BLOCK_NUMBERS // zones)
    for first in range(0, draws, step):
        yield slice(first, min(first + step, draws))


@dataclass(frozen=True, eq=False)
class RankCounter:
    """Counts of ranks and sums of the weights that made a zone first; `add` fills them block by block.

    Attributes
    ----------
    counts : ndarray of int32
        Shape (ranks, zones).
    first_weights : ndarray
        Shape (zones, criteria).
    first_counts : ndarray
        Shape (zones,).
    """

    counts: RankTable
    first_weights: FloatArray
    first_counts: FloatArray

    @classmethod
    def of(cls, zones: int, criteria: int, *, ranks: int | None) -> RankCounter:
        """Return an empty counter for the first `ranks` ranks."""
        if ranks is not None and ranks < 1:
            raise InputError(f"ranks are {ranks}; expected at least 1")
        counted = zones if ranks is None else min(ranks, zones)
        if counted * zones > LARGEST_TABLE or zones >= 2**22:
            raise InputError(
                f"{zones} zones x {counted} ranks do not fit into 1 GB of counts; pass ranks= (at most "
                f"{LARGEST_TABLE // zones}): the first ranks are counted, which is enough for top(n)"
            )
        return cls(np.zeros((counted, zones), dtype=np.int32), np.zeros((zones, criteria)), np.zeros(zones))

    def add(self, total: FloatArray, weights: FloatArray) -> None:
        """Count the ranks of totals (draws, zones) under weights (draws, criteria).

        A rounded total and the number of its zone are packed into one integer, so that one sort of integers gives
        the order of the zones: half the time of `argsort`.
        """
        zones = total.shape[1]
        bits = max(1, int(zones - 1).bit_length())
        scale = 10.0**RANK_DECIMALS / max(1.0, float(total.max()), -float(total.min()))
        rounded = total * -scale
        keys = np.rint(rounded, out=rounded).astype(np.int64)
        keys <<= bits
        keys |= np.arange(zones)
        keys.sort(axis=1)
        order = keys & ((1 << bits) - 1)
        keys >>= bits
        self._count_positions(order)
        tied_draws, tied_zones = self._move_ties(order, keys)
        first = np.concatenate([order[:, 0], tied_zones])
        np.add.at(self.first_counts, first, 1.0)
        np.add.at(self.first_weights, first, np.concatenate([weights, weights[tied_draws]]))

    def _count_positions(self, order: IntArray) -> None:
        counted, zones = self.counts.shape
        if len(order) * 8 < min(counted, TILE_NUMBERS // zones + 1):  # few draws: tables would be mostly empty
            np.add.at(self.counts, (np.arange(counted), order[:, :counted]), 1)
            return
        step = max(1, TILE_NUMBERS // zones)
        for first in range(0, counted, step):
            tile = order[:, first : min(first + step, counted)]
            n = tile.shape[1]
            cells = (tile + np.arange(n) * zones).ravel()
            self.counts[first : first + n] += np.bincount(cells, minlength=n * zones).reshape(n, zones)

    def _move_ties(self, order: IntArray, keys: IntArray) -> tuple[IntArray, IntArray]:
        """Give zones with equal keys the best position of theirs; return (draw, zone) of those that came first so."""
        tied = np.zeros(keys.shape, dtype=bool)
        np.equal(keys[:, 1:], keys[:, :-1], out=tied[:, 1:])
        rows = np.flatnonzero(tied.any(axis=1))
        counted = len(self.counts)
        best = np.maximum.accumulate(np.where(tied[rows], 0, np.arange(keys.shape[1])), axis=1)
        row, position = np.nonzero(tied[rows])
        zone, rank = order[rows][row, position], best[row, position]
        np.subtract.at(self.counts, (position[position < counted], zone[position < counted]), 1)
        np.add.at(self.counts, (rank[rank < counted], zone[rank < counted]), 1)
        return rows[row[rank == 0]], zone[rank == 0]

    def central_weights(self) -> FloatArray:
        """Return the mean weights of the draws in which a zone was first; NaN for the others."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.first_weights / self.first_counts[:, None])

    def zone_counts(self) -> RankTable:
        """Return the counts as (zones, ranks)."""
        return self.counts.T
