"""`Grid`: where the cells are, and nothing of what they hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from affine import Affine
from pyproj import CRS

from geotransfer.crs import parse_crs
from geotransfer.errors import InputError
from geotransfer.types import Bounds, FloatArray

__all__ = ["MAX_CELLS", "Grid"]

MAX_CELLS = 1_000_000_000
"""A grid of more cells is refused before anything is allocated (8 GB for one float64 layer)."""


@dataclass(frozen=True, eq=False)
class Grid:
    """North-up regular cells: an affine transform, a shape and a CRS.

    Parameters
    ----------
    transform : affine.Affine
        Cell corner, (column, row) -> (x, y); no rotation, row 0 is north.
    shape : tuple of int
        (height, width).
    crs : Any
        Anything ``pyproj.CRS.from_user_input`` takes.

    Raises
    ------
    InputError
        A rotated or south-up transform, a shape that is not positive, more than 1e9 cells.
    CrsError
        No CRS, or one that cannot be read.

    Examples
    --------
    >>> grid = Grid.from_bounds((0, 0, 400, 300), resolution=100, crs="EPSG:32648")
    >>> grid.shape, grid.bounds
    ((3, 4), (0.0, 0.0, 400.0, 300.0))
    >>> grid.xy(0, 0)
    (50.0, 250.0)
    """

    transform: Affine
    shape: tuple[int, int]
    crs: CRS

    def __init__(self, transform: Affine, shape: tuple[int, int], crs: Any) -> None:
        height, width = (int(n) for n in shape)
        if height < 1 or width < 1:
            raise InputError(f"grid has shape {tuple(shape)}, expected (height, width) of at least (1, 1)")
        if height * width > MAX_CELLS:
            raise InputError(
                f"grid has {height * width:.3g} cells, expected at most {MAX_CELLS:.0e}; take a coarser resolution"
            )
        if transform.b or transform.d or not (transform.a > 0 > transform.e):
            raise InputError(
                f"grid has transform {tuple(transform)[:6]}, expected north up without rotation; warp the raster first"
            )
        object.__setattr__(self, "transform", transform)
        object.__setattr__(self, "shape", (height, width))
        object.__setattr__(self, "crs", parse_crs(crs, what="grid"))

    @classmethod
    def from_bounds(cls, bounds: Bounds, *, resolution: float, crs: Any) -> Grid:
        """Return the grid of square cells that covers `bounds`.

        The north-west corner is kept; the east and south edges move out to whole cells.

        Parameters
        ----------
        bounds : tuple of float
            (left, bottom, right, top) in CRS units.
        resolution : float
            Cell size in CRS units, > 0.
        crs : Any
            Anything ``pyproj.CRS.from_user_input`` takes.
        """
        left, bottom, right, top = bounds
        if not (math.isfinite(resolution) and resolution > 0):
            raise InputError(f"resolution is {resolution!r}, expected a positive cell size in CRS units")
        if not all(map(math.isfinite, bounds)) or left >= right or bottom >= top:
            raise InputError(
                f"bounds are {bounds}, expected finite (left, bottom, right, top) with left < right, bottom < top"
            )
        # a float that is a hair over a whole number of cells must not add a row
        cells = [max(1, math.ceil(length / resolution - 1e-9)) for length in (top - bottom, right - left)]
        return cls(Affine(resolution, 0, left, 0, -resolution, top), (cells[0], cells[1]), crs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Grid):
            return NotImplemented
        return (
            self.shape == other.shape
            and self.transform.almost_equals(other.transform, precision=1e-9 * self.resolution[0])
            and self.crs == other.crs
        )

    def __hash__(self) -> int:
        # equal grids may spell their CRS and the last bits of their transform differently
        return hash(self.shape)

    @property
    def resolution(self) -> tuple[float, float]:
        """Positive cell size (x, y) in CRS units."""
        return self.transform.a, -self.transform.e

    @property
    def bounds(self) -> Bounds:
        """(left, bottom, right, top) in CRS units."""
        height, width = self.shape
        left, top = self.transform.c, self.transform.f
        return (
            float(left),
            float(top + height * self.transform.e),
            float(left + width * self.transform.a),
            float(top),
        )

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.shape[0] * self.shape[1]

    @property
    def cell_area(self) -> float:
        """Area of one cell in squared CRS units (m2 on an equal-area CRS in metres)."""
        return self.resolution[0] * self.resolution[1]

    @cached_property
    def x(self) -> FloatArray:
        """Eastings of the cell centres, shape (width,)."""
        return np.asarray(self.transform.c + (np.arange(self.shape[1]) + 0.5) * self.transform.a)

    @cached_property
    def y(self) -> FloatArray:
        """Northings of the cell centres, north first, shape (height,)."""
        return np.asarray(self.transform.f + (np.arange(self.shape[0]) + 0.5) * self.transform.e)

    def xy(self, row: int, column: int) -> tuple[float, float]:
        """Return the centre of a cell."""
        return float(self.x[column]), float(self.y[row])

    def __repr__(self) -> str:
        return f"Grid(shape={self.shape}, resolution={self.resolution}, bounds={self.bounds}, crs={self.crs.name!r})"
