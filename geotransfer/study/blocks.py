"""Studies whose cells do not fit into the memory: block of zones by block of zones, with the results of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.inputs.execution import Stopwatch
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import Zones
from geotransfer.spec.aggregation import COMPARING
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.weighting import Combined, DataWeights
from geotransfer.study.block_rasters import BlockRasters
from geotransfer.study.evaluate import Areas, province_ranks, rank_order
from geotransfer.study.measuring import Measuring
from geotransfer.study.outcome import NOTHING, Block, Outcome, outcome, study_grid, study_margin
from geotransfer.study.policy import policy_supply
from geotransfer.supply.freight import FreightSupply
from geotransfer.supply.industry import IndustryStudy, flows_of, freight_of
from geotransfer.supply.power import PowerSupply
from geotransfer.types import FloatArray, IntArray

__all__ = ["check_divisible", "largest_zone", "outcome_in_blocks", "zone_blocks"]


def zone_blocks(zones: Zones, scenario: Scenario, *, most_cells: float) -> Iterator[IntArray]:
    """Yield the row numbers of neighbouring zones whose common grid has at most `most_cells` cells, but at least one.

    Zones are taken along a Hilbert curve through the middles of their boxes, so that a block has little beside them.
    """
    boxes = zones.table.bounds.to_numpy()
    middles = gpd.GeoSeries(gpd.points_from_xy((boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2))
    order = np.argsort(middles.hilbert_distance().to_numpy(), kind="stable")
    boxes = boxes[order]
    first = 0
    while first < len(boxes):
        running = np.column_stack([
            np.minimum.accumulate(boxes[first:, 0]), np.minimum.accumulate(boxes[first:, 1]),
            np.maximum.accumulate(boxes[first:, 2]), np.maximum.accumulate(boxes[first:, 3]),
        ])  # fmt: skip
        last = first + max(1, int(np.searchsorted(_cells_of(running, scenario) > most_cells, True)))
        yield np.sort(order[first:last])
        first = last


def largest_zone(zones: Zones, scenario: Scenario) -> tuple[str, float]:
    """Return the name of the zone with the largest grid, and the cells of that."""
    cells = _cells_of(zones.table.bounds.to_numpy(), scenario)
    row = int(np.argmax(cells))
    return str(zones.table["name"].iloc[row]), float(cells[row])


def _cells_of(boxes: FloatArray, scenario: Scenario) -> FloatArray:
    """Return how many cells the grids over boxes (left, bottom, right, top) have, at most."""
    size = scenario.grid.resolution
    around = 2 * (study_margin(scenario) + size)
    return np.asarray((boxes[:, 2] - boxes[:, 0] + around) * (boxes[:, 3] - boxes[:, 1] + around) / size**2)


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


def outcome_in_blocks(
    scenario: Scenario,
    zones: Zones,
    inputs: Inputs,
    watch: Stopwatch,
    industry: IndustryStudy | None,
    most_cells: float,
) -> Outcome:
    """Return what a study comes to whose cells do not fit into memory: block of zones by block of zones."""
    rasters = BlockRasters(inputs.grid)
    freight = _freight(scenario, zones, inputs, industry)
    parts: list[Outcome] = []
    blocks = list(zone_blocks(zones, scenario, most_cells=most_cells))
    for rows in blocks:
        block = zones.at(rows)
        own = Inputs(study_grid(block, scenario), None, inputs.records, study=inputs.grid)
        parts.append(_without_cells(outcome(scenario, block, own, watch, industry, Block(rows, rasters, freight))))
    watch.sum_stages()
    suitability, excluded = rasters.finish()
    last, back = parts[-1], np.argsort(np.concatenate(blocks))
    power, carried = _joined_power([part.power for part in parts], back), freight()
    records = {
        "weighting": last.records["weighting"],
        "power": None if power is None else power.record(),
        "freight": None if carried is None else carried.record(),
    }
    return replace(
        last,
        ranking=_reranked([part.ranking for part in parts]),
        areas=_joined_areas([part.areas for part in parts], back),
        suitability=suitability,
        excluded=excluded,
        policy=policy_supply(scenario.policy, zones, inputs),
        power=power,
        freight=carried,
        records=records,
    )


def _freight(
    scenario: Scenario, zones: Zones, inputs: Inputs, industry: IndustryStudy | None
) -> Callable[[], FreightSupply | None]:
    """Return what gives the freight of all zones: it needs no cells, and is computed when the first block asks."""
    once = Measuring(scenario, inputs)
    return cache(
        lambda: once.freight(flows_of(scenario, industry), lambda spec: freight_of(spec, industry, zones, inputs))
    )


def _without_cells(part: Outcome) -> Outcome:
    """Return the outcome of a block without its cells, which are on disk now."""
    power = part.power
    if power is not None:
        power = replace(power, cell_area=np.empty(0, dtype=np.int64), lcoe=None if power.lcoe is None else np.empty(0))
    rules = [replace(rule, cells=None, known=None, polygons=None) for rule in part.rules]
    return replace(part, suitability=NOTHING, excluded=NOTHING, scores=None, rules=rules, power=power, freight=None)


def _joined_areas(parts: Sequence[Areas], back: IntArray) -> Areas:
    """Return the areas of the zones of all blocks; `back` brings them into the order of the study."""

    def joined(name: str) -> FloatArray:
        return np.concatenate([getattr(part, name) for part in parts])[back]

    def by_rule(name: str) -> dict[str, FloatArray]:
        rules = getattr(parts[0], name)
        return {rule: np.concatenate([getattr(part, name)[rule] for part in parts])[back] for rule in rules}

    failed = [rule for part in parts for rule in part.failed_by]
    return Areas(
        joined("total"),
        joined("with_data"),
        joined("excluded"),
        joined("eligible"),
        [failed[row] for row in back],
        by_rule("alone"),
        by_rule("in_order"),
    )


def _joined_power(parts: Sequence[PowerSupply | None], back: IntArray) -> PowerSupply | None:
    """Return the power of the zones of all blocks, without cells."""
    found = [part for part in parts if part is not None]
    if not found:
        return None
    costs = [part.zone_lcoe for part in found if part.zone_lcoe is not None]
    return replace(
        found[0],
        zone_area=np.concatenate([part.zone_area for part in found])[back],
        zone_lcoe=np.concatenate(costs)[back] if costs else None,
    )


def _reranked(rankings: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
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
