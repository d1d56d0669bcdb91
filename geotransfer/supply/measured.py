"""`Measured`: the values of one criterion, by cell, by zone, or by the cells of each zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geotransfer.spatial.zonal import Coverage
from geotransfer.types import BoolArray, FloatArray

__all__ = ["Measured", "by_zone"]


@dataclass(frozen=True, eq=False)
class Measured:
    """The values of one criterion, in its unit.

    Attributes
    ----------
    cells : ndarray
        Shape of the grid; NaN where unknown.
    zones : ndarray or None
        Shape (zones,): one value a zone, which then counts instead of its cells (a county pays its own province's
        price, also where a border cuts a cell).
    pairs : ndarray or None
        Shape (pairs,): one value for each (zone, cell) pair, which then counts instead of its cell (the cell's wind,
        but the county's own grid).
    known : ndarray of bool or None
        Cells where the layers behind `pairs` have data.
    """

    cells: FloatArray
    zones: FloatArray | None = None
    pairs: FloatArray | None = None
    known: BoolArray | None = None

    def at(self, covered: Coverage) -> FloatArray:
        """Return the value of each (zone, cell) pair."""
        if self.pairs is not None:
            return self.pairs
        return self.cells.ravel()[covered.cell] if self.zones is None else self.zones[covered.zone]

    @property
    def known_cells(self) -> BoolArray | None:
        """The cells that have a value of their own; None where the value is the zone's."""
        if self.known is not None:
            return self.known
        return None if self.zones is not None else np.asarray(~np.isnan(self.cells))


def by_zone(values: FloatArray, covered: Coverage, shape: tuple[int, int]) -> Measured:
    """Return one value a zone; a cell has that of the zone that holds most of it.

    Examples
    --------
    >>> covered = Coverage(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([0.7, 0.3, 1.0]), 2)
    >>> by_zone(np.array([5.0, 8.0]), covered, (1, 3)).cells
    array([[ 5.,  8., nan]])
    """
    cells = np.full(shape, np.nan)
    order = np.argsort(covered.share, kind="stable")
    cells.ravel()[covered.cell[order]] = values[covered.zone[order]]
    return Measured(cells, values)
