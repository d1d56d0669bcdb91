"""The rasters of a study that is computed in blocks of zones: on disk, block by block."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geotransfer.errors import OutputError
from geotransfer.files import Scratch
from geotransfer.grid import Grid
from geotransfer.raster import Raster
from geotransfer.spatial.zonal import Coverage
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["BlockRasters", "CellStates"]

STRIP_CELLS = 4_000_000
"""Cells that are held at a time when all blocks are there."""
KNOWN, FORBIDDEN = 1, 2
KINDS = {"share": "f8", "most": "f8", "owner": "u4", "score": "f8", "state": "u1"}
"""What is kept of a cell: the share of it that lies in any zones, the largest of one zone, that zone, its judgement."""


@dataclass(frozen=True, eq=False)
class CellStates:
    """What is known of some cells; each shape (cells,).

    Attributes
    ----------
    scores : ndarray
        Combined score; NaN where forbidden or unknown.
    known, forbidden : ndarray of bool
    """

    scores: FloatArray
    known: BoolArray
    forbidden: BoolArray


class BlockRasters:
    """The rasters of a study that is run in blocks, on disk while it runs.

    A cell that several zones share is judged by the zone that holds most of it, as in a study in one piece; it belongs
    to the study when at least half of it lies in any zones.

    Parameters
    ----------
    grid : Grid
        Of the whole study.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.scratch = Scratch()
        self.folder = self.scratch.path
        _check_room(self.folder, grid)
        for name, kind in KINDS.items():
            # a file of nothing but holes: only what is written takes room
            with (self.folder / name).open("wb") as stream:
                stream.truncate(grid.size * np.dtype(kind).itemsize)

    def _open(self, name: str, rows: slice, mode: str = "r+") -> np.ndarray:
        width, kind = self.grid.shape[1], np.dtype(KINDS[name])
        found: np.ndarray = np.memmap(
            self.folder / name,
            dtype=kind,
            mode=mode,  # type: ignore[call-overload]
            offset=rows.start * width * kind.itemsize,
            shape=(rows.stop - rows.start, width),
        )
        return found

    def add(self, states: CellStates, cells: IntArray, covered: Coverage, grid: Grid, zones: IntArray) -> None:
        """Write what a block says of its cells.

        Parameters
        ----------
        states : CellStates
            Of `cells`.
        cells : ndarray
            Flat index in the grid of the block, sorted: all that `covered` names.
        covered : Coverage
            Of the block.
        grid : Grid
            Of the block.
        zones : ndarray
            Row number in the study of each zone of the block: of two that hold as much of a cell, the later judges it.
        """
        share, most, owner = _held(covered, cells, zones)
        row, column = cells // grid.shape[1], cells % grid.shape[1]
        down, right = self._offset(grid)
        rows = slice(down + int(row.min()), down + int(row.max()) + 1)
        at = (row + down - rows.start, column + right)
        self._open("share", rows)[at] += share
        largest, judge = self._open("most", rows), self._open("owner", rows)
        wins = (most > largest[at]) | ((most == largest[at]) & (owner > judge[at]))
        at = (at[0][wins], at[1][wins])
        largest[at], judge[at] = most[wins], owner[wins]
        self._open("score", rows)[at] = states.scores[wins]
        self._open("state", rows)[at] = (states.known * KNOWN + states.forbidden * FORBIDDEN)[wins]

    def _offset(self, grid: Grid) -> tuple[int, int]:
        size = self.grid.resolution[0]
        return (
            round((self.grid.transform.f - grid.transform.f) / size),
            round((grid.transform.c - self.grid.transform.c) / size),
        )

    def finish(self) -> tuple[Raster, Raster]:
        """Return suitability and exclusions; they are read from disk as they are used."""
        step = max(1, STRIP_CELLS // self.grid.shape[1])
        for top in range(0, self.grid.shape[0], step):
            self._judge(slice(top, min(top + step, self.grid.shape[0])))
        for name in ("share", "owner", "state"):
            (self.folder / name).unlink()
        return self._raster("score"), self._raster("most")

    def _judge(self, rows: slice) -> None:
        """Leave scores and exclusions of these rows only where the cell belongs to the study and can be judged."""
        inside = self._open("share", rows) >= 0.5
        state = self._open("state", rows)
        known, forbidden = (state & KNOWN) > 0, (state & FORBIDDEN) > 0
        self._open("score", rows)[~(inside & known & ~forbidden)] = np.nan
        # the exclusions take the place of what is not needed any more
        self._open("most", rows)[:] = np.where(inside & (known | forbidden), forbidden, np.nan)

    def _raster(self, name: str) -> Raster:
        return Raster.on_disk(self._open(name, slice(0, self.grid.shape[0]), mode="r"), self.grid, kept=self.scratch)


def _held(covered: Coverage, cells: IntArray, zones: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return, per cell, the share that lies in the zones, the largest share of one of them, and 1 + its row number."""
    place = np.searchsorted(cells, covered.cell)
    share = np.bincount(place, weights=covered.share, minlength=len(cells))
    owners: IntArray = zones[covered.zone] + 1
    most, owner = np.zeros(len(cells)), np.zeros(len(cells), dtype=np.int64)
    # the largest share comes last, of equal ones that of the later zone; a whole cell is nobody else's
    order = np.flatnonzero(covered.share < 1.0)
    order = np.concatenate([
        order[np.argsort(covered.share[order], kind="stable")], np.flatnonzero(covered.share >= 1.0)
    ])  # fmt: skip
    most[place[order]], owner[place[order]] = covered.share[order], owners[order]
    return np.asarray(share, dtype=np.float64), most, owner


def _check_room(folder: Path, grid: Grid) -> None:
    """Raise before anything is computed when the disk has no room: a mapped file that finds none ends the process."""
    needed = grid.size * sum(np.dtype(kind).itemsize for kind in KINDS.values())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OutputError(
            f"a study of {grid.size:.3g} cells in blocks needs up to {needed / 1e9:.1f} GB on disk while it runs, and "
            f"{str(folder.parent)!r} has {free / 1e9:.1f} GB; free space, or set TMPDIR to a folder that has it"
        )
