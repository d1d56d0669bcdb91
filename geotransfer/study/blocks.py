"""Studies whose cells do not fit into the memory: block of zones by block of zones, with the results of the whole."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.power import power_tables
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.inputs.zones import Zones
from geotransfer.raster import Raster
from geotransfer.rules.exclusions import CheckedRule
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.aggregation import COMPARING
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.weighting import Combined, DataWeights
from geotransfer.study.evaluate import Areas, province_ranks, rank_order
from geotransfer.supply.freight import FreightSupply
from geotransfer.supply.power import PowerSupply
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = [
    "MEMORY_MB",
    "PART_CELLS",
    "BlockRasters",
    "CellStates",
    "cells_within",
    "check_divisible",
    "joined_areas",
    "joined_freight",
    "joined_freight_supply",
    "joined_power",
    "joined_power_supply",
    "named_only",
    "reranked",
    "without_cells",
    "zone_blocks",
]

MEMORY_MB = 9000.0
"""What a study may take, unless told otherwise; at 1 km all of China takes 6 GB."""
BASE_MB = 500.0
"""What it takes beside its cells (measured: 0.3 GB of libraries, boundaries, the freight network)."""
CELL_BYTES = 300
"""What it takes for each cell (measured with seven criteria and four rules: 5.3 GB at 18 million cells)."""
PART_CELLS = 3_000_000
"""Cells of the box around a block; a block of one large zone may have more. Some 40 layers are held."""
STRIP_CELLS = 4_000_000
LCOE_STEP = 100
"""One cell in so many keeps its cost of own power, for the median that the band of the delivered cost takes."""
KNOWN, FORBIDDEN = 1, 2


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


def cells_within(memory_mb: float) -> float:
    """Return how many cells a study may have at once.

    Examples
    --------
    >>> cells_within(3500.0)
    10000000.0
    """
    return max(1.0, (memory_mb - BASE_MB) * 1e6 / CELL_BYTES)


def zone_blocks(zones: Zones, grid: Grid, *, most_cells: float = PART_CELLS) -> Iterator[Zones]:
    """Yield runs of zones, in their order, whose common box has at most `most_cells` cells, but at least one zone.

    The order of administrative zones keeps neighbours together; that of a user's zones may not, which only makes more
    blocks.
    """
    boxes = zones.table.bounds.to_numpy()
    first = 0
    while first < len(boxes):
        running = np.column_stack([
            np.minimum.accumulate(boxes[first:, 0]), np.minimum.accumulate(boxes[first:, 1]),
            np.maximum.accumulate(boxes[first:, 2]), np.maximum.accumulate(boxes[first:, 3]),
        ])  # fmt: skip
        cells = (running[:, 2] - running[:, 0]) * (running[:, 3] - running[:, 1]) / grid.cell_area
        last = first + max(1, int(np.searchsorted(cells > most_cells, True)))
        part = slice(first, last)
        table, shown = zones.table.iloc[part], zones.shown.iloc[part]
        yield Zones(table.reset_index(drop=True), shown.reset_index(drop=True), zones.own)
        first = last


def check_divisible(scenario: Scenario, grid: Grid) -> None:
    """Raise when a scenario needs all cells at once and there are too many of them.

    Raises
    ------
    InputError
        Bounds or weights from the data, or a method that compares alternatives, on a grid that is run in blocks.
    """
    reasons = [f"criteria.{name}.bounds_from_data" for name, c in scenario.criteria.items() if c.bounds_from_data]
    if isinstance(scenario.weighting, DataWeights | Combined):
        reasons.append("weights from the data")
    if scenario.aggregation.method in COMPARING:
        reasons.append(f"aggregation {scenario.aggregation.method!r}")
    if reasons:
        raise InputError(
            f"the grid has {grid.size:.3g} cells and is computed in blocks of zones, which {', '.join(reasons)} cannot "
            "be; expected bounds and weights that are given and a method that looks at each place by itself, or "
            "coarser cells"
        )


def joined_areas(parts: Sequence[Areas]) -> Areas:
    """Return the areas of the zones of all blocks, in order."""

    def joined(name: str) -> FloatArray:
        return np.concatenate([getattr(part, name) for part in parts])

    def by_rule(name: str) -> dict[str, FloatArray]:
        rules = getattr(parts[0], name)
        return {rule: np.concatenate([getattr(part, name)[rule] for part in parts]) for rule in rules}

    return Areas(
        joined("total"),
        joined("with_data"),
        joined("excluded"),
        joined("eligible"),
        [failed for part in parts for failed in part.failed_by],
        by_rule("alone"),
        by_rule("in_order"),
    )


def reranked(rankings: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the rankings of blocks as one: ranks over all zones, best first, then unknown, then excluded."""
    # columns that are empty in one block keep the type they have in the others
    table = pd.concat([ranking.dropna(axis=1, how="all") for ranking in rankings], ignore_index=True)
    table = gpd.GeoDataFrame(table.reindex(columns=rankings[0].columns), geometry="geometry", crs=rankings[0].crs)
    scores = table["score"].to_numpy(dtype=float)
    order, ranks = rank_order(scores, table["zone"].to_numpy(dtype=object))
    table["rank"] = pd.Series(ranks, dtype="Int64").mask(ranks < 0)
    table = table.assign(**province_ranks(scores, ranks, table["province"].to_numpy(dtype=object)))
    tier = table["status"].map({"ranked": 0, "unknown": 1, "excluded": 2}).to_numpy()
    return table.iloc[order[np.argsort(tier[order], kind="stable")]].reset_index(drop=True)


def named_only(rules: Sequence[CheckedRule]) -> list[CheckedRule]:
    """Return the rules without the cells of a block."""
    return [replace(rule, cells=None, known=None, polygons=None) for rule in rules]


def joined_power(records: Sequence[dict[str, Any] | None]) -> dict[str, Any] | None:
    """Return the power record of all blocks: the price areas of each, once."""
    found = [record for record in records if record is not None]
    if not found:
        return None
    order = power_tables().areas
    areas = {area["area"]: area for record in found for area in record["areas"]}
    return {**found[0], "areas": sorted(areas.values(), key=lambda area: order.index(area["area"]))}


def without_cells(supply: PowerSupply | None) -> PowerSupply | None:
    """Return the power of a block's zones without its cells; a sample of the cost of own power stays."""
    if supply is None:
        return None
    lcoe = None if supply.lcoe is None else supply.lcoe[np.isfinite(supply.lcoe)][::LCOE_STEP]
    return replace(supply, cell_area=np.empty(0, dtype=np.int64), lcoe=lcoe)


def joined_power_supply(parts: Sequence[PowerSupply | None]) -> PowerSupply | None:
    """Return the power of the zones of all blocks, as `without_cells` left it."""
    found = [part for part in parts if part is not None]
    if not found:
        return None
    samples = [part.lcoe for part in found if part.lcoe is not None]
    lcoe = np.concatenate(samples) if samples else None
    return replace(found[0], zone_area=np.concatenate([part.zone_area for part in found]), lcoe=lcoe)


def joined_freight_supply(parts: Sequence[FreightSupply | None]) -> FreightSupply | None:
    """Return the costs of the zones of all blocks, for what is made of them; not what a corridor saves."""
    found = [part for part in parts if part is not None]
    if not found:
        return None
    costs = {level: np.concatenate([part.costs[level] for part in found]) for level in found[0].costs}
    inbound = [part.inbound for part in found if part.inbound is not None]
    return replace(
        found[0], costs=costs, benefit=None, unreached=[], inbound=np.concatenate(inbound) if inbound else None
    )


def joined_freight(
    records: Sequence[dict[str, Any] | None], rankings: Sequence[gpd.GeoDataFrame]
) -> dict[str, Any] | None:
    """Return the freight record of all blocks."""
    found = [record for record in records if record is not None]
    if not found:
        return None
    joined = {**found[0], "unreached": [zone for record in found for zone in record["unreached"]]}
    if "corridor_signs_agree" in joined:
        known = [np.isfinite(r["corridor_benefit_yuan_per_t"].to_numpy(dtype=float)).sum() for r in rankings]
        parts = [(record["corridor_signs_agree"] or 0.0) * n for record, n in zip(found, known, strict=True)]
        joined["corridor_signs_agree"] = round(float(sum(parts) / sum(known)), 6) if sum(known) else None
    return joined


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
        self.folder = Path(tempfile.mkdtemp(prefix="geotransfer-blocks-"))
        weakref.finalize(self, rmtree, self.folder, ignore_errors=True)
        for name, kind in (("share", "f4"), ("most", "f4"), ("score", "f8"), ("excluded", "f8"), ("state", "u1")):
            # a file of nothing but holes: only what is written takes room
            with (self.folder / name).open("wb") as stream:
                stream.truncate(grid.size * np.dtype(kind).itemsize)

    def _open(self, name: str, kind: str, rows: slice, mode: str = "r+") -> np.ndarray:
        width = self.grid.shape[1]
        found: np.ndarray = np.memmap(
            self.folder / name,
            dtype=kind,
            mode=mode,  # type: ignore[call-overload]
            offset=rows.start * width * np.dtype(kind).itemsize,
            shape=(rows.stop - rows.start, width),
        )
        return found

    def add(self, states: CellStates, cells: IntArray, share: FloatArray, covered: Coverage, grid: Grid) -> None:
        """Write what a block says of its cells.

        Parameters
        ----------
        states : CellStates
            Of `cells`.
        cells, share : ndarray
            Flat index in the grid of the block, sorted; share of the cell that lies in its zones.
        covered : Coverage
            Of the block.
        grid : Grid
            Of the block.
        """
        most = np.zeros(len(cells))
        np.maximum.at(most, np.searchsorted(cells, covered.cell), covered.share)
        row, column = cells // grid.shape[1], cells % grid.shape[1]
        down, right = self._offset(grid)
        rows = slice(down + int(row.min()), down + int(row.max()) + 1)
        at = (row + down - rows.start, column + right)
        self._open("share", "f4", rows)[at] += share
        here = self._open("most", "f4", rows)
        wins = most.astype(np.float32) >= here[at]
        at = (at[0][wins], at[1][wins])
        here[at] = most[wins]
        self._open("score", "f8", rows)[at] = states.scores[wins]
        state = states.known * KNOWN + states.forbidden * FORBIDDEN
        self._open("state", "u1", rows)[at] = state[wins]

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
            rows = slice(top, min(top + step, self.grid.shape[0]))
            inside = self._open("share", "f4", rows) >= 0.5
            state = self._open("state", "u1", rows)
            known, forbidden = (state & KNOWN) > 0, (state & FORBIDDEN) > 0
            score = self._open("score", "f8", rows)
            score[~(inside & known & ~forbidden)] = np.nan
            self._open("excluded", "f8", rows)[:] = np.where(inside & (known | forbidden), forbidden, np.nan)
        rows = slice(0, self.grid.shape[0])
        return self._raster("score", rows), self._raster("excluded", rows)

    def _raster(self, name: str, rows: slice) -> Raster:
        raster = Raster.on_disk(self._open(name, "f8", rows, mode="r"), self.grid)
        # the folder lives as long as the rasters do
        object.__setattr__(raster, "_folder", self)
        return raster
