"""Freight and cost distance against a peer run beside them: ratios of CPU time, never absolute promises.

    python scripts/bench_freight.py [--repeats N] [--height N] [--width N]

Costs: all counties to 30 ports in one call, against networkx's Dijkstra from each port on the same graph with the
counties as nodes (handed to it ready made; for us the call includes finding the hubs of every county). Distance
transform: one cell in 10,000, against scipy's. Cost distance: a random friction surface, smooth over 3 cells,
lognormal, 5 % impassable, 200 sources, against scikit-image's MCP_Geometric, a heap in Cython. Kernels are compiled
before the clock starts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import networkx as nx
import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter
from skimage.graph import MCP_Geometric

import geotransfer as gt
from geotransfer.freight.graph import yard_node
from geotransfer.freight.solving import graph_with
from geotransfer.spatial.cost_distance import accumulated_cost
from geotransfer.spatial.distance_transform import distance_transform

PORTS = 30
SOURCES = 200


def cpu_seconds(job: Callable[[], object]) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def compare(name: str, ours: Callable[[], object], peer: Callable[[], object], *, repeats: int, limit: float) -> None:
    """Run the two in turn; print medians, and the median of the ratios of each turn."""
    turns = [(cpu_seconds(ours), cpu_seconds(peer)) for _ in range(repeats)]
    own, other = (statistics.median(column) for column in zip(*turns, strict=True))
    ratio = statistics.median(mine / theirs for mine, theirs in turns)
    print(f"{name:<44} {own:8.3f} s  peer {other:8.3f} s  ratio {ratio:.3f}  (asked: at most {limit})")


def list_of(found: dict[int, float], nodes: int) -> list[float]:
    return [found.get(node, np.nan) for node in range(nodes)]


def bench_costs(repeats: int) -> None:
    network, counties = gt.freight_network(), gt.boundaries("county")
    ports = network.hubs.loc[network.hubs["kind"] == "sea port", "name"].tolist()[:PORTS]
    network.costs(counties.iloc[:5], ports)
    problem, ends = network.problem("cost"), network.ends(ports)
    zones = network.ends(counties)
    matrix = graph_with(problem, [zones]).matrix
    graph = nx.from_scipy_sparse_array(matrix, create_using=nx.DiGraph)
    nodes = yard_node(ends.hub).tolist()
    name = f"costs: {len(counties)} counties x {len(ports)} ports"
    peer = np.array([list_of(nx.single_source_dijkstra_path_length(graph, node), matrix.shape[0]) for node in nodes])
    apart = np.nanmax(np.abs(network.costs(counties, ports) - peer[:, -len(counties) :].T))
    print(f"{graph.number_of_nodes()} nodes, {graph.number_of_edges()} arcs; largest difference {apart:.1e} yuan/t")
    compare(
        name,
        lambda: network.costs(counties, ports),
        lambda: [nx.single_source_dijkstra_path_length(graph, node) for node in nodes],
        repeats=repeats,
        limit=0.1,
    )


def bench_cost_distance(height: int, width: int, repeats: int) -> None:
    rng = np.random.default_rng(0)
    noise = gaussian_filter(rng.normal(size=(height, width)).astype(np.float32), 3)
    friction = np.clip(np.exp(8 * noise.astype(np.float64)), 0.1, 50)
    friction[rng.random(friction.shape) < 0.05] = np.nan
    start = np.zeros(friction.shape, dtype=bool)
    start.ravel()[rng.choice(friction.size, SOURCES, replace=False)] = True
    start &= ~np.isnan(friction)
    accumulated_cost(friction[:9, :9], np.ones((9, 9), dtype=bool), (1.0, 1.0))
    found: dict[str, np.ndarray] = {}

    def ours() -> None:
        found["ours"] = accumulated_cost(friction, start, (1.0, 1.0))

    def peer() -> None:
        cost, _ = MCP_Geometric(np.where(np.isnan(friction), -1.0, friction)).find_costs(np.argwhere(start))
        found["peer"] = np.where(np.isfinite(cost), cost, np.nan)

    compare(f"cost distance: {height} x {width}", ours, peer, repeats=repeats, limit=0.4)
    apart = np.nanmax(np.abs(found["ours"] - found["peer"]))
    same = bool((np.isnan(found["ours"]) == np.isnan(found["peer"])).all())
    print(f"{'':<44} largest difference {apart:.1e}, the same cells unreached: {same}")


def bench_distance_transform(height: int, width: int, repeats: int) -> None:
    rng = np.random.default_rng(0)
    cells = rng.random((height, width)) < 1e-4
    cells[0, 0] = True
    distance_transform(cells[:9, :9])
    compare(
        f"distance transform: {height} x {width}",
        lambda: distance_transform(cells),
        lambda: distance_transform_edt(~cells),
        repeats=repeats,
        limit=0.25,
    )
    apart = np.abs(distance_transform(cells) - distance_transform_edt(~cells)).max()
    print(f"{'':<44} largest difference {apart:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, value in (("repeats", 3), ("height", 4500), ("width", 5500)):
        parser.add_argument(f"--{option}", type=int, default=value)
    given = parser.parse_args()
    bench_costs(given.repeats)
    bench_distance_transform(given.height, given.width, given.repeats)
    bench_cost_distance(given.height, given.width, given.repeats)


if __name__ == "__main__":
    main()
