"""The best few of many candidate regions, none too near to another: greedy, then improved by exchange."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from geotransfer.siting.region_growing import Regions
from geotransfer.spatial.compilation import compiled
from geotransfer.types import BoolArray, IntArray

__all__ = ["Spacing", "select_regions"]

TRIALS = 400
"""Exchanges tried in one round, at most; the better candidates first."""
ROUNDS = 20


@dataclass(frozen=True, eq=False)
class Spacing:
    """Cells that one cell blocks for other sites: itself, and those whose gap to it is below the least spacing.

    The gap of two cells is that of their edges: 0 for neighbours.

    Attributes
    ----------
    down, right : ndarray of int
        Offsets of the blocked cells.
    """

    down: IntArray
    right: IntArray

    @classmethod
    def of(cls, least: float, resolution: tuple[float, float]) -> Spacing:
        """Return the spacing for a least gap in CRS units.

        Examples
        --------
        >>> len(Spacing.of(0.0, (1.0, 1.0)).down), len(Spacing.of(1.0, (1.0, 1.0)).down)
        (1, 9)
        """
        dx, dy = resolution
        reach_x, reach_y = (math.ceil(least / size) + 1 for size in (dx, dy))
        down, right = np.mgrid[-reach_y : reach_y + 1, -reach_x : reach_x + 1]
        gap = np.hypot(np.maximum(np.abs(down) - 1, 0) * dy, np.maximum(np.abs(right) - 1, 0) * dx)
        near = (gap < least * (1.0 - 1e-12)) | ((down == 0) & (right == 0))
        return cls(down[near].astype(np.int64), right[near].astype(np.int64))


@dataclass(eq=False)
class _Board:
    """How many chosen sites block each cell."""

    regions: Regions
    spacing: Spacing
    shape: tuple[int, int]
    blocked: IntArray = field(init=False)
    _stamp: IntArray = field(init=False)
    _round: int = 0

    def __post_init__(self) -> None:
        self.blocked = np.zeros(self.shape[0] * self.shape[1], dtype=np.int64)
        self._stamp = np.zeros_like(self.blocked)

    def put(self, region: int, change: int) -> None:
        """Add (1) or take away (-1) what a region blocks."""
        self._round += 1
        height, width = self.shape
        compiled(_mark)(self.regions.of(region), self.spacing.down, self.spacing.right, height, width, self.blocked,
                        change, self._stamp, self._round)  # fmt: skip

    def first_free(self, start: int = 0) -> int:
        """Return the best region from `start` on that no chosen site blocks; -1 when there is none."""
        return int(compiled(_first_free)(self.regions.cells, self.regions.sizes, self.blocked, start))

    def refill(self, chosen: list[int], count: int) -> list[int]:
        """Add the best free regions until there are `count`; return the new ones."""
        added: list[int] = []
        found = 0
        while len(chosen) + len(added) < count:
            found = self.first_free(found)
            if found < 0:
                break
            self.put(found, 1)
            added.append(found)
        return added


def select_regions(regions: Regions, shape: tuple[int, int], *, count: int, spacing: Spacing) -> list[int]:
    """Return up to `count` regions that keep their spacing, as many as are found, and of these the best mean.

    First the best region, then the best that is far enough from it, and so on. Then exchanges: a candidate is put in,
    the sites too near to it go, or the worst site beside them too, the gaps are filled greedily; what has more sites,
    or as many with a higher mean, is kept. This is no proof that there is nothing better.

    Parameters
    ----------
    regions : Regions
        Candidates, best first.
    shape : tuple of int
        (height, width) of the grid.
    count : int
        Sites wanted.
    spacing : Spacing
        What a chosen cell blocks.

    Returns
    -------
    list of int
        Rows of `regions`, best first.
    """
    board = _Board(regions, spacing, shape)
    chosen = board.refill([], count)
    for _ in range(ROUNDS):
        better = _exchanged(board, chosen, count)
        if better is None:
            break
        for region in chosen:
            board.put(region, -1)
        for region in better:
            board.put(region, 1)
        chosen = better
    return sorted(chosen)


def _worth(regions: Regions, chosen: list[int]) -> tuple[int, float]:
    return len(chosen), round(math.fsum(regions.means[chosen].tolist()), 9)


def _exchanged(board: _Board, chosen: list[int], count: int) -> list[int] | None:
    """Return a better choice one exchange away; None when none was found."""
    now = _worth(board.regions, chosen)
    for newcomer, near in _newcomers(board, chosen, count):
        rest = [old for old in chosen if old not in near]
        for dropped in ([], rest[-1:]):
            kept = [old for old in rest if old not in dropped]
            found = _completed(board, [*near, *dropped], newcomer, kept, count)
            if _worth(board.regions, found) > now:
                return found
    return None


def _completed(board: _Board, gone: list[int], newcomer: int, kept: list[int], count: int) -> list[int]:
    """Return the choice with a newcomer and without those that go, filled up; the board is left as it was."""
    for old in gone:
        board.put(old, -1)
    board.put(newcomer, 1)
    start = [*kept, newcomer]
    added = board.refill(start, count)
    for region in (*added, newcomer):
        board.put(region, -1)
    for old in gone:
        board.put(old, 1)
    return sorted([*start, *added])


def _newcomers(board: _Board, chosen: list[int], count: int) -> list[tuple[int, list[int]]]:
    """Return candidates worth a trial, each with the sites it is too near to.

    Those are better than the worst site (or any, where sites are missing): a better choice holds at least one of them.
    """
    if not chosen:
        return []
    means = board.regions.means
    last = int(np.searchsorted(-means, -means[chosen[-1]], side="left")) if len(chosen) >= count else len(means)
    usable = np.setdiff1d(np.arange(last), chosen)
    near = np.array([_conflicts(board, old, usable) for old in chosen])
    share = max(1, TRIALS // len(chosen))
    picked: set[int] = set()
    for row in near:
        places = np.flatnonzero(row)
        # the first ones hardly differ from the site itself: take some from all the way down
        spread = np.unique(np.linspace(0, len(places) - 1, min(share, len(places))).astype(np.int64))
        picked |= set(places[spread].tolist())
    return [(int(usable[i]), [old for old, row in zip(chosen, near, strict=True) if row[i]]) for i in sorted(picked)]


def _conflicts(board: _Board, old: int, candidates: IntArray) -> BoolArray:
    """Return which candidates lie too near to a chosen region."""
    alone = _Board(board.regions, board.spacing, board.shape)
    alone.put(old, 1)
    return np.asarray(compiled(_touching)(board.regions.cells, board.regions.sizes, alone.blocked, candidates))


def _mark(
    cells: IntArray, down: IntArray, right: IntArray, height: int, width: int, blocked: IntArray, change: int,
    stamp: IntArray, this: int,
) -> None:  # fmt: skip
    """Add `change` once to every cell that `cells` block; compiled by numba."""
    for cell in cells:
        row, column = cell // width, cell % width
        for k in range(down.size):
            r, c = row + down[k], column + right[k]
            if 0 <= r < height and 0 <= c < width and stamp[r * width + c] != this:
                stamp[r * width + c] = this
                blocked[r * width + c] += change


def _first_free(cells: IntArray, sizes: IntArray, blocked: IntArray, start: int) -> int:
    """Return the first region from `start` on without a blocked cell, or -1; compiled by numba."""
    for region in range(start, sizes.size):
        free = True
        for k in range(sizes[region]):
            if blocked[cells[region, k]] != 0:
                free = False
                break
        if free:
            return region
    return -1


def _touching(cells: IntArray, sizes: IntArray, blocked: IntArray, candidates: IntArray) -> BoolArray:
    """Return which candidates have a blocked cell; compiled by numba."""
    hit = np.zeros(candidates.size, dtype=np.bool_)
    for i in range(candidates.size):
        region = candidates[i]
        for k in range(sizes[region]):
            if blocked[cells[region, k]] != 0:
                hit[i] = True
                break
    return hit
