"""`Instance`: a matching problem as arrays; `Layout`: which unknowns it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["Instance", "Layout"]


@dataclass(frozen=True, eq=False)
class Instance:
    """Origins that offer capacity, destinations that may take it.

    Attributes
    ----------
    industries, origins, destinations : tuple of str
        Names; an origin is one province with one industry, and offers only that.
    industry : ndarray of int
        Shape (origins,): index of its industry.
    offer : ndarray
        Shape (origins,): capacity offered, t/a of product.
    cost : ndarray
        Shape (origins, destinations): yuan/t of product; NaN where the way is closed.
    co2 : ndarray
        Shape (origins, destinations): change of CO2 by the move, t per t of product; NaN where unknown.
    score : ndarray
        Shape (industries, destinations): suitability, 0..1; NaN where the place does not take the industry.
    province : tuple of str
        Of each destination.
    xy_km : ndarray
        Shape (destinations, 2): on a projected plane.
    """

    industries: tuple[str, ...]
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    industry: IntArray
    offer: FloatArray
    cost: FloatArray
    co2: FloatArray
    score: FloatArray
    province: tuple[str, ...]
    xy_km: FloatArray

    def __post_init__(self) -> None:
        o, d, i = len(self.origins), len(self.destinations), len(self.industries)
        shapes = {
            "industry": (self.industry, (o,)),
            "offer": (self.offer, (o,)),
            "cost": (self.cost, (o, d)),
            "co2": (self.co2, (o, d)),
            "score": (self.score, (i, d)),
            "province": (np.asarray(self.province, dtype=object), (d,)),
            "xy_km": (self.xy_km, (d, 2)),
        }
        for name, (array, expected) in shapes.items():
            if array.shape != expected:
                raise InputError(f"{name} has shape {array.shape}, expected {expected}")
        if not (np.isfinite(self.offer) & (self.offer > 0)).all():
            bad = self.origins[int(np.flatnonzero(~(np.isfinite(self.offer) & (self.offer > 0)))[0])]
            raise InputError(f"the offer of {bad!r} is not a capacity above 0 t/a; leave out what offers nothing")

    @property
    def open(self) -> BoolArray:
        """Shape (origins, destinations): the ways that can be used."""
        return np.isfinite(self.cost) & np.isfinite(self.score[self.industry])


@dataclass(frozen=True, eq=False)
class Layout:
    """The unknowns of an instance: tonnes of each open way, then one plant (0 or 1) of each industry at each place.

    With `lots` there is one more 0 or 1 for each way: whether it is used at all. Tonnes are counted in units of
    `unit_t`, so that the solver's tolerances mean the same for small and large problems.
    """

    instance: Instance
    lots: bool = False

    @cached_property
    def pair_origin(self) -> IntArray:
        """Shape (ways,): origin of each way."""
        return np.nonzero(self.instance.open)[0].astype(np.int64)

    @cached_property
    def pair_destination(self) -> IntArray:
        """Shape (ways,): destination of each way."""
        return np.nonzero(self.instance.open)[1].astype(np.int64)

    @cached_property
    def pair_industry(self) -> IntArray:
        """Shape (ways,): what moves on it."""
        return self.instance.industry[self.pair_origin]

    @cached_property
    def _plants(self) -> tuple[IntArray, IntArray]:
        n = len(self.instance.destinations)
        return np.unique(self.pair_industry * n + self.pair_destination, return_inverse=True)

    @cached_property
    def plant_industry(self) -> IntArray:
        """Shape (plants,): industry of each possible plant."""
        return self._plants[0] // len(self.instance.destinations)

    @cached_property
    def plant_destination(self) -> IntArray:
        """Shape (plants,): place of each possible plant."""
        return self._plants[0] % len(self.instance.destinations)

    @cached_property
    def pair_plant(self) -> IntArray:
        """Shape (ways,): the plant each way leads to."""
        return self._plants[1]

    @property
    def n_pairs(self) -> int:
        """How many ways there are."""
        return len(self.pair_origin)

    @property
    def n_plants(self) -> int:
        """How many plants are possible."""
        return len(self._plants[0])

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return self.n_pairs * (1 + self.lots) + self.n_plants

    @cached_property
    def unit_t(self) -> float:
        """Tonnes of one unit of an unknown: a hundredth of the mean offer."""
        return float(self.instance.offer.mean() / 100.0)

    def by_pair(self, values: FloatArray) -> FloatArray:
        """Return an array (origins, destinations) way by way."""
        return np.asarray(values[self.pair_origin, self.pair_destination])

    def by_industry(self, values: FloatArray) -> FloatArray:
        """Return an array (industries, destinations) way by way."""
        return np.asarray(values[self.pair_industry, self.pair_destination])

    def of_flows(self, rows: IntArray, values: ArrayLike, *, pairs: IntArray | None = None, n: int) -> sp.csr_array:
        """Return a matrix (n, size) with `values` in the given rows, at the columns of the ways (or some `pairs`)."""
        columns = np.arange(self.n_pairs) if pairs is None else pairs
        entries = np.broadcast_to(np.asarray(values, dtype=np.float64), columns.shape)
        return sp.csr_array((entries, (rows, columns)), shape=(n, self.size))

    def of_plants(self, rows: IntArray, values: ArrayLike, *, plants: IntArray | None = None, n: int) -> sp.csr_array:
        """Return a matrix (n, size) with `values` in the given rows, at the columns of the plants (or of some)."""
        columns = np.arange(self.n_plants) if plants is None else plants
        entries = np.broadcast_to(np.asarray(values, dtype=np.float64), columns.shape)
        return sp.csr_array((entries, (rows, self.n_pairs + columns)), shape=(n, self.size))

    def of_ways_used(self, rows: IntArray, values: ArrayLike, *, n: int) -> sp.csr_array:
        """Return a matrix (n, size) with `values` at the columns that say whether a way is used; with `lots` only."""
        columns = self.n_pairs + self.n_plants + np.arange(self.n_pairs)
        entries = np.broadcast_to(np.asarray(values, dtype=np.float64), columns.shape)
        return sp.csr_array((entries, (rows, columns)), shape=(n, self.size))

    def groups(self, labels: Sequence[str]) -> tuple[list[str], IntArray]:
        """Return the distinct labels of the destinations, and the number of each destination's label."""
        names, number = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
        return names.tolist(), number.astype(np.int64)
