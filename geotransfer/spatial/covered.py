"""Which cells zones cover: as pairs to count with, and as runs of cells to keep and to summarise one more raster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geotransfer.raster import Raster
from geotransfer.spatial.compilation import compiled
from geotransfer.spatial.windowed import TILE, RasterFile
from geotransfer.types import FloatArray, IntArray

__all__ = ["SUMMARY", "Coverage", "CoverageRuns", "bands"]


@dataclass(frozen=True, eq=False)
class Coverage:
    """Which cells a zone covers and how much of each: a sparse (zones x cells) table sorted by zone, then cell.

    Attributes
    ----------
    zone, cell : ndarray of int64
        Row number of the zone; flat index of the cell (row x width + column). Shape (pairs,).
    share : ndarray of float64
        Share of the cell that lies in the zone, in (0, 1].
    n_zones : int
        Number of zones, also those that cover no cell.
    """

    zone: IntArray
    cell: IntArray
    share: FloatArray
    n_zones: int

    def total(self, values: FloatArray) -> FloatArray:
        """Return per zone the sum of share x value over its cells; `values` has one number per pair."""
        weights = self.share * values
        return np.bincount(self.zone, weights=weights, minlength=self.n_zones).astype(np.float64, copy=False)

    def mean(self, values: FloatArray) -> FloatArray:
        """Return per zone the mean of the values of its pairs, weighted by share; NaN pairs do not count."""
        known = ~np.isnan(values)
        weight = self.total(known.astype(np.float64))
        with np.errstate(invalid="ignore"):
            return np.asarray(self.total(np.where(known, values, 0.0)) / np.where(weight > 0, weight, np.nan))


@dataclass(frozen=True, eq=False)
class CoverageRuns:
    """A `Coverage` as runs of neighbouring cells that have one share: the same to the bit, in a twelfth of the room.

    Most cells lie wholly in their zone, and exactextract gives shares as 32-bit numbers: at 0.01 degrees China's
    counties cover 10 million cells in 1.2 million runs.

    Attributes
    ----------
    first : ndarray of int64
        First run of each zone, and last the number of runs. Shape (zones + 1,).
    start : ndarray of int64
        Flat index of a run's first cell. Shape (runs,).
    length : ndarray of int32
        Number of its cells.
    share : ndarray of float32, or of float64 where a share is no 32-bit number
        Share of each of its cells.
    """

    first: IntArray
    start: IntArray
    length: NDArray[np.int32]
    share: NDArray[np.floating]

    @classmethod
    def of(cls, covered: Coverage) -> CoverageRuns:
        """Return the runs of a coverage.

        Examples
        --------
        >>> covered = Coverage(np.zeros(4, dtype=int), np.array([0, 1, 2, 7]), np.array([1.0, 1.0, 0.5, 0.5]), 1)
        >>> runs = CoverageRuns.of(covered)
        >>> runs.start, runs.length, runs.share
        (array([0, 2, 7]), array([2, 1, 1], dtype=int32), array([1. , 0.5, 0.5], dtype=float32))
        """
        zone, cell, share = covered.zone, covered.cell, covered.share
        follows = (zone[1:] == zone[:-1]) & (cell[1:] == cell[:-1] + 1) & (share[1:] == share[:-1])
        at = np.flatnonzero(np.concatenate([np.ones(min(len(cell), 1), dtype=bool), ~follows]))
        length = np.diff(at, append=len(cell)).astype(np.int32)
        short = share[at].astype(np.float32)
        first = np.searchsorted(zone[at], np.arange(covered.n_zones + 1))
        return cls(first, cell[at], length, short if np.array_equal(short, share[at]) else share[at])

    @classmethod
    def joined(cls, parts: Sequence[CoverageRuns]) -> CoverageRuns:
        """Return the runs of the zones of several, one after the other.

        Examples
        --------
        >>> one = CoverageRuns.of(Coverage(np.array([0]), np.array([4]), np.array([0.5]), 1))
        >>> both = CoverageRuns.joined([one, one])
        >>> both.first, both.start
        (array([0, 1, 2]), array([4, 4]))
        """
        runs = np.concatenate([[0], *(np.diff(part.first) for part in parts)])
        start, length, share = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("start", "length", "share")
        )
        return cls(np.cumsum(runs), start, length, share)

    def summary(self, bands: Iterable[FloatArray]) -> dict[str, FloatArray]:
        """Return per zone the statistics `SUMMARY` of a raster's cells, in one pass and without an array of pairs.

        Parameters
        ----------
        bands : iterable of ndarray
            The raster from the top, whole or in bands of rows; NaN does not count.

        Returns
        -------
        dict
            Name -> one number a zone: sum of the shares, of share x value, the mean, the least and the largest value;
            NaN where a zone holds no cell with a value, but for ``count`` and ``sum``, which are 0.

        Examples
        --------
        >>> covered = Coverage(np.array([0, 0]), np.array([0, 1]), np.array([1.0, 0.5]), 1)
        >>> found = CoverageRuns.of(covered).summary([np.array([[20.0, 50.0]])])
        >>> {name: float(values[0]) for name, values in found.items()}
        {'count': 1.5, 'sum': 45.0, 'mean': 30.0, 'min': 20.0, 'max': 50.0}
        """
        count, total, least, largest = sums = np.zeros((4, len(self.first) - 1))
        least[:], largest[:] = np.inf, -np.inf
        at, before = self.first[:-1].copy(), 0
        for band in bands:
            compiled(_add)(sums, at, self.first, self.start, self.length, self.share, np.ravel(band), before)
            before += band.size
        known = count > 0
        mean = total / np.where(known, count, np.nan)
        extremes = (np.where(known, values, np.nan) for values in (least, largest))
        return dict(zip(SUMMARY, (count, total, mean, *extremes), strict=True))


SUMMARY = ("count", "sum", "mean", "min", "max")
"""What `CoverageRuns.summary` gives."""


def bands(raster: Raster | RasterFile) -> Iterator[FloatArray]:
    """Yield the values of a raster from the top: whole, or those of a file in bands of the height of a tile.

    Examples
    --------
    >>> from geotransfer import Grid
    >>> grid = Grid.from_bounds((0, 0, 1, 1), resolution=1, crs="EPSG:32648")
    >>> [band.shape for band in bands(Raster([[1.0]], grid))]
    [(1, 1)]
    """
    if isinstance(raster, Raster):
        yield raster.values
        return
    height, width = raster.grid.shape
    for top in range(0, height, TILE):
        yield raster.read((slice(top, min(top + TILE, height)), slice(0, width)))


def _add(
    sums: FloatArray, at: IntArray, first: IntArray, start: IntArray, length: NDArray[np.int32],
    share: NDArray[np.floating], values: FloatArray, before: int,
) -> None:  # fmt: skip
    """Add the cells of a band, `before` cells after the first; `at` is the next run of each zone."""
    end = before + len(values)
    for zone in range(len(at)):
        count, total, low, high = sums[0, zone], sums[1, zone], sums[2, zone], sums[3, zone]
        run = at[zone]
        while run < first[zone + 1] and start[run] < end:
            part, last = np.float64(share[run]), start[run] + length[run]
            # cell by cell, in the order of the pairs: the last digit is that of their sum
            for cell in range(max(start[run], before) - before, min(last, end) - before):
                value = values[cell]
                if value == value:
                    count, total = count + part, total + part * value
                    low, high = min(low, value), max(high, value)
            if last > end:
                break
            run += 1
        at[zone] = run
        sums[0, zone], sums[1, zone], sums[2, zone], sums[3, zone] = count, total, low, high
