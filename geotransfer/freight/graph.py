"""The layered graph: every hub is a yard and a stop on each mode; loading joins the two, links join stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geotransfer.freight.modes import MODES, Criterion, FreightRates, Mode
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = [
    "LAYERS",
    "NO_LINK",
    "Arcs",
    "LayeredGraph",
    "assemble",
    "layered_arcs",
    "shortest",
    "stop_node",
    "yard_node",
]

LAYERS = 1 + len(MODES)
NO_LINK = -1
"""Stands for a link in arcs that load, unload or lead to a zone."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed arcs: from `tail` to `head` for `weight`, along row `link` of the links or `NO_LINK`."""

    tail: IntArray
    head: IntArray
    weight: FloatArray
    link: IntArray


@dataclass(frozen=True, eq=False)
class LayeredGraph:
    """A graph with at most one arc between two nodes, the lightest; `link` runs beside ``matrix.data``."""

    matrix: csr_matrix
    link: IntArray

    def link_between(self, tail: int, head: int) -> int:
        """Return the row of the links that the arc runs along, or `NO_LINK`."""
        start, stop = self.matrix.indptr[tail], self.matrix.indptr[tail + 1]
        at = start + int(np.searchsorted(self.matrix.indices[start:stop], head))
        return int(self.link[at])


def yard_node(hub: IntArray) -> IntArray:
    """Return the node where goods lie at a hub.

    Examples
    --------
    >>> yard_node(np.array([0, 1])).tolist()
    [0, 5]
    """
    return np.asarray(hub, dtype=np.int64) * LAYERS


def stop_node(hub: IntArray, mode: Mode) -> IntArray:
    """Return the node where goods are on a vehicle of `mode` at a hub.

    Examples
    --------
    >>> stop_node(np.array([0, 1]), "road").tolist()
    [2, 7]
    """
    return np.asarray(hub, dtype=np.int64) * LAYERS + 1 + MODES.index(mode)


def layered_arcs(
    links: pd.DataFrame, yards: BoolArray, rates: FreightRates, modes: Sequence[Mode], by: Criterion
) -> Arcs:
    """Return the arcs of a network: both directions of every link, loading and unloading where there is a yard.

    Parameters
    ----------
    links : DataFrame
        Columns ``a``, ``b`` (rows of the hubs), ``mode``, ``km``, ``hours``, ``yuan``; those that are open.
    yards : ndarray
        Per hub, whether goods can be loaded there.
    rates : FreightRates
    modes : sequence of mode
        Those that run; links of others are left out.
    by : {"cost", "time", "co2", "generalised"}
        What the weights count.
    """
    parts = []
    for mode in modes:
        parts.append(_running(links, rates, mode, by))
        parts.append(_handling(yards, rates, mode, by))
    tail, head, weight, link = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Arcs(tail, head, weight, link)


Columns = tuple[IntArray, IntArray, FloatArray, IntArray]


def _running(links: pd.DataFrame, rates: FreightRates, mode: Mode, by: Criterion) -> Columns:
    rows = np.flatnonzero((links["mode"] == mode).to_numpy())
    chosen = links.iloc[rows]
    a, b = (stop_node(chosen[end].to_numpy(), mode) for end in ("a", "b"))
    extra = zip(chosen["yuan"], chosen["hours"], strict=True)
    weight = chosen["km"].to_numpy(dtype=np.float64) * rates.per_km(mode, by)
    weight = weight + np.array([rates.combined(yuan, hours, by) for yuan, hours in extra], dtype=np.float64)
    return np.append(a, b), np.append(b, a), np.append(weight, weight), np.append(rows, rows)


def _handling(yards: BoolArray, rates: FreightRates, mode: Mode, by: Criterion) -> Columns:
    hubs = np.flatnonzero(yards)
    yard, stop = yard_node(hubs), stop_node(hubs, mode)
    weight = np.full(2 * len(hubs), rates.per_handling(mode, by))
    return np.append(yard, stop), np.append(stop, yard), weight, np.full(2 * len(hubs), NO_LINK)


def assemble(arcs: Arcs, nodes: int) -> LayeredGraph:
    """Return the graph of `arcs`; of several arcs between two nodes the lightest stays, of equals the first.

    A sparse matrix would add them up.

    Examples
    --------
    >>> arcs = Arcs(np.array([0, 0]), np.array([1, 1]), np.array([3.0, 2.0]), np.array([7, 8]))
    >>> graph = assemble(arcs, 2)
    >>> graph.matrix.toarray()[0].tolist(), graph.link_between(0, 1)
    ([0.0, 2.0], 8)
    """
    order = np.lexsort((arcs.link, arcs.weight, arcs.head, arcs.tail))
    tail, head = arcs.tail[order], arcs.head[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    kept = order[first]
    indptr = np.searchsorted(arcs.tail[kept], np.arange(nodes + 1))
    matrix = csr_matrix((arcs.weight[kept], arcs.head[kept], indptr), shape=(nodes, nodes))
    return LayeredGraph(matrix, arcs.link[kept])


def shortest(graph: LayeredGraph, sources: IntArray) -> FloatArray:
    """Return the least weight from each source to every node, shape (sources, nodes); inf where there is no way.

    Examples
    --------
    >>> arcs = Arcs(np.array([0]), np.array([1]), np.array([2.0]), np.array([-1]))
    >>> shortest(assemble(arcs, 3), np.array([0])).tolist()
    [[0.0, 2.0, inf]]
    """
    return np.asarray(dijkstra(graph.matrix, indices=sources), dtype=np.float64)
