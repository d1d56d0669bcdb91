"""Terrain on the 5-minute grid of the modelled layers, from the altitude file that pvlib ships."""

from __future__ import annotations

from typing import TypeVar

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from geotransfer.crs import WGS84
from geotransfer.energy.sun import altitude_file
from geotransfer.grid import Grid
from geotransfer.types import FloatArray

__all__ = [
    "EARTH_RADIUS_KM",
    "MODEL_GRID",
    "chord_positions",
    "elevation",
    "exposure",
    "relief",
    "sea_distance_km",
]

Number = TypeVar("Number", np.float64, np.bool_)

MODEL_GRID = Grid.from_bounds((73.0, 3.0, 136.0, 54.0), resolution=1 / 12, crs=WGS84)
"""WGS 84, 5 minutes, north up, 612 x 756 cells: the grid of all modelled layers."""
EARTH_RADIUS_KM = 6371.0088
"""Mean radius R1 of the WGS 84 ellipsoid (IUGG)."""
SEA_CODE = 255
CELLS_PER_DEGREE = 12
COAST_MARGIN = 30
"""Degrees: the nearest coast may lie outside the grid, for the north of Xinjiang at the Arctic Ocean."""
EXPOSURE_MARGIN = 10
"""Degrees: the surroundings of the grid's edge lie outside it."""
EXPOSURE_SIGMA_KM = 50.0


def elevation() -> FloatArray:
    """Return metres above the sea on `MODEL_GRID`; NaN over the sea."""
    return _altitude(0)


def relief() -> FloatArray:
    """Return the range of the mean heights in 3 x 3 cells, metres; NaN over the sea.

    Sea cells among the nine are left out. At 5 minutes (about 9 x 8 km) it is an index, far below the relief
    seen on a map; a slope made of it says nothing.
    """
    height = _altitude(1)
    land = np.isfinite(height)
    top = ndimage.maximum_filter(np.where(land, height, -np.inf), size=3)
    bottom = ndimage.minimum_filter(np.where(land, height, np.inf), size=3)
    return _without_margin(np.where(land, top - np.where(land, bottom, 0.0), np.nan), 1)


def exposure() -> FloatArray:
    """Return the height above the Gaussian mean of the surroundings (sigma 50 km, land only), metres."""
    height = _altitude(EXPOSURE_MARGIN)
    land = np.isfinite(height)
    # one sigma in cells for both axes, taken along the meridian: at 35 N the east-west reach is 41 km
    sigma = EXPOSURE_SIGMA_KM / (EARTH_RADIUS_KM * np.pi / 180 / CELLS_PER_DEGREE)
    total = ndimage.gaussian_filter(np.where(land, height, 0.0), sigma, mode="nearest")
    share = ndimage.gaussian_filter(land.astype(np.float64), sigma, mode="nearest")
    mean = np.divide(total, share, out=np.full_like(total, np.nan), where=share > 1e-9)
    return _without_margin(height - mean, EXPOSURE_MARGIN)


def sea_distance_km() -> FloatArray:
    """Return the distance from each cell's centre to the centre of the nearest sea cell, km (0 at sea)."""
    sea = np.isnan(_altitude(COAST_MARGIN))
    coast = sea & ndimage.binary_dilation(~sea, structure=np.ones((3, 3)))
    rows, columns = np.nonzero(coast)
    tree = KDTree(chord_positions(_latitudes(COAST_MARGIN)[rows], _longitudes(COAST_MARGIN)[columns]))
    longitude, latitude = np.meshgrid(MODEL_GRID.x, MODEL_GRID.y)
    chord, _ = tree.query(chord_positions(latitude.ravel(), longitude.ravel()))
    arc = 2 * EARTH_RADIUS_KM * np.arcsin(np.asarray(chord) / (2 * EARTH_RADIUS_KM))
    return np.where(_without_margin(sea, COAST_MARGIN), 0.0, arc.reshape(MODEL_GRID.shape))


def chord_positions(latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Return places on a sphere in km, shape (n, 3): neighbours by chord are neighbours by great circle.

    Examples
    --------
    >>> chord_positions(np.array([0.0]), np.array([90.0])).round()
    array([[   0., 6371.,    0.]])
    """
    phi, theta = np.radians(latitude), np.radians(longitude)
    columns = (np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi))
    return np.asarray(EARTH_RADIUS_KM * np.stack(columns, axis=-1), dtype=np.float64)


def _altitude(margin: int) -> FloatArray:
    """Metres on the grid grown by whole degrees; the file runs north to south, row = (90 - latitude) x 12."""
    left, bottom, right, top = (round(edge) for edge in MODEL_GRID.bounds)
    rows = slice((90 - top - margin) * CELLS_PER_DEGREE, (90 - bottom + margin) * CELLS_PER_DEGREE)
    columns = slice((180 + left - margin) * CELLS_PER_DEGREE, (180 + right + margin) * CELLS_PER_DEGREE)
    with h5py.File(altitude_file(), "r") as file:
        code = np.asarray(file["Altitude"][rows, columns])
    return np.where(code == SEA_CODE, np.nan, 28.0 * code - 450.0)


def _latitudes(margin: int) -> FloatArray:
    top, bottom = MODEL_GRID.bounds[3] + margin, MODEL_GRID.bounds[1] - margin
    return top - (np.arange(round((top - bottom) * CELLS_PER_DEGREE)) + 0.5) / CELLS_PER_DEGREE


def _longitudes(margin: int) -> FloatArray:
    left, right = MODEL_GRID.bounds[0] - margin, MODEL_GRID.bounds[2] + margin
    return left + (np.arange(round((right - left) * CELLS_PER_DEGREE)) + 0.5) / CELLS_PER_DEGREE


def _without_margin(values: NDArray[Number], margin: int) -> NDArray[Number]:
    cut = margin * CELLS_PER_DEGREE
    return values[cut : values.shape[0] - cut, cut : values.shape[1] - cut]
