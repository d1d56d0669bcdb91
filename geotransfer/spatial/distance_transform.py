"""Distance from every cell to the nearest of a set of cells, exact."""

from __future__ import annotations

import numpy as np

from geotransfer.errors import InputError
from geotransfer.spatial.compilation import compiled
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["distance_transform"]


def distance_transform(cells: BoolArray, *, resolution: tuple[float, float] = (1.0, 1.0)) -> FloatArray:
    """Return the distance from each cell's centre to the nearest centre of a cell that is True.

    Two passes, down the columns and along the rows, as the lower envelope of parabolas: Felzenszwalb and Huttenlocher,
    Distance transforms of sampled functions, Theory of Computing 8 (2012) 415-428. Time is linear in the cells.

    Parameters
    ----------
    cells : ndarray of bool
        Shape (height, width).
    resolution : tuple of float
        Cell size (x, y), > 0.

    Returns
    -------
    ndarray
        In the unit of `resolution`; inf everywhere when no cell is True.

    Raises
    ------
    InputError
        `cells` is not 2-D, or a size is not positive.

    Examples
    --------
    >>> distance_transform(np.array([[True, False, False]]), resolution=(2.0, 1.0))
    array([[0., 2., 4.]])
    """
    marked = np.asarray(cells, dtype=bool)
    dx, dy = resolution
    if marked.ndim != 2:
        raise InputError(f"cells have shape {marked.shape}, expected (height, width)")
    if not (np.isfinite(dx) and np.isfinite(dy) and dx > 0 and dy > 0):
        raise InputError(f"resolution is {resolution!r}, expected two positive cell sizes (x, y)")
    squared = np.empty(marked.shape)
    compiled(_down_columns)(marked, dy, squared)
    width = marked.shape[1]
    compiled(_along_rows)(squared, dx, np.empty(width, np.int64), np.empty(width + 1), np.empty(width))
    return squared


def _down_columns(marked: BoolArray, dy: float, squared: FloatArray) -> None:
    """Fill `squared` with the squared distance to the nearest marked cell of the column; row by row for the cache."""
    height, width = marked.shape
    for row in range(height):
        for column in range(width):
            if marked[row, column]:
                squared[row, column] = 0.0
            elif row == 0:
                squared[row, column] = np.inf
            else:
                squared[row, column] = squared[row - 1, column] + 1.0
    for row in range(height - 2, -1, -1):
        for column in range(width):
            squared[row, column] = min(squared[row, column], squared[row + 1, column] + 1.0)
    for row in range(height):
        for column in range(width):
            squared[row, column] = (squared[row, column] * dy) ** 2


def _along_rows(squared: FloatArray, dx: float, vertex: IntArray, begin: FloatArray, best: FloatArray) -> None:
    """Turn squared distances within columns into distances, in place.

    `vertex` holds the columns whose parabola is lowest somewhere, `begin` from where on; positions in columns.
    """
    height, width = squared.shape
    for row in range(height):
        last = -1
        for column in range(width):
            own = squared[row, column]
            if own == np.inf:
                continue
            start = -np.inf
            while last >= 0:
                other = vertex[last]
                # where the two parabolas meet: (dx (x - p))^2 + f(p) = (dx (x - q))^2 + f(q)
                gap = (own - squared[row, other]) / (dx * dx * (column - other))
                start = (gap + column + other) / 2.0
                if start > begin[last]:
                    break
                last -= 1
            last += 1
            vertex[last] = column
            begin[last] = start if last > 0 else -np.inf
        if last < 0:
            continue
        at = 0
        for column in range(width):
            while at < last and begin[at + 1] < column:
                at += 1
            step = dx * (column - vertex[at])
            best[column] = np.sqrt(step * step + squared[row, vertex[at]])
        for column in range(width):
            squared[row, column] = best[column]
