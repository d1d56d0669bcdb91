"""What a study, or a block of its zones, comes to: its values, ranks and rasters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.inputs.execution import Stopwatch
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import Zones
from geotransfer.raster import Raster
from geotransfer.rules.exclusions import CheckedRule, evaluate_rules
from geotransfer.rules.land import Land, RuleStep, land_of, rule_steps
from geotransfer.rules.patches import patch_margin
from geotransfer.spatial.zonal import Coverage, coverage
from geotransfer.spec.criteria import NearbyAreaSource
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.scoring import score
from geotransfer.study.block_rasters import BlockRasters, CellStates
from geotransfer.study.evaluate import Areas, site_weights, zone_areas, zone_values
from geotransfer.study.from_data import with_data_bounds, with_weights
from geotransfer.study.measure import Places, measure
from geotransfer.study.measuring import Measuring
from geotransfer.study.policy import PolicySupply, banned_by, policy_supply, with_policy_rules
from geotransfer.study.ranking_table import combined, ranking_table, score_stack
from geotransfer.study.veto import veto_steps, vetoed_cells
from geotransfer.supply.freight import FreightSupply
from geotransfer.supply.industry import IndustryStudy, flows_of, freight_of
from geotransfer.supply.measured import Measured
from geotransfer.supply.power import PowerSupply, power_supply
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["NOTHING", "Block", "Outcome", "outcome", "study_grid", "study_margin"]

NOTHING = Raster([[np.nan]], Grid.from_bounds((0, 0, 1, 1), resolution=1, crs=CHINA_ALBERS))
"""In the place of the rasters of a block, which are on disk."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a study, or a block of its zones, comes to: ranking, rasters, supplies, records."""

    scenario: Scenario
    ranking: gpd.GeoDataFrame
    areas: Areas
    rules: list[CheckedRule]
    suitability: Raster
    excluded: Raster
    policy: PolicySupply | None
    power: PowerSupply | None
    freight: FreightSupply | None
    records: dict[str, Any]
    scores: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Block:
    """A block of zones of a study.

    Attributes
    ----------
    rows : ndarray
        Their row numbers in the study.
    rasters : BlockRasters
        Of the whole study: they take the cells of the block.
    freight_of_all : callable
        Gives the freight of all zones of the study.
    """

    rows: IntArray
    rasters: BlockRasters
    freight_of_all: Callable[[], FreightSupply | None]

    def freight(self) -> FreightSupply | None:
        """Return the freight of the block's zones."""
        found = self.freight_of_all()
        return None if found is None else found.of(self.rows)


def outcome(
    scenario: Scenario,
    zones: Zones,
    inputs: Inputs,
    watch: Stopwatch,
    industry: IndustryStudy | None,
    block: Block | None = None,
) -> Outcome:
    """Return what a study comes to; that of a block writes its cells into the rasters of the whole."""
    grid, once = inputs.grid, Measuring(scenario, inputs)
    policy = policy_supply(scenario.policy, zones, inputs)
    with watch.stage("coverage"):
        covered = once.coverage(lambda: coverage(zones.table, grid))
    with watch.stage("rules"):
        rules, land, steps = once.rules(lambda: _judged(scenario, zones, covered, inputs, policy))
    with watch.stage("criteria"):
        power = once.power(lambda spec: power_supply(spec, zones, covered, inputs))
        freight = (
            once.freight(flows_of(scenario, industry), lambda spec: freight_of(spec, industry, zones, inputs))
            if block is None
            else block.freight()
        )
        places = Places(zones, covered, inputs, land.allowed, power, freight, policy)
        measured = {name: once.criterion(name, lambda c: measure(*c, places)) for name in scenario.criteria}
        known = _known_cells(scenario, measured, land, part=block is not None)
    with watch.stage("evaluate"):
        cells = _Cells(measured, land, known, covered, steps)
        settled, cells, weighting = _settled(with_policy_rules(scenario, policy), cells)
        ranking, areas = _rank_zones(settled, places, rules, cells, grid)
        suitability, excluded, scores = _rasters(settled, cells, grid, block)
    records = {
        "weighting": weighting,
        "power": None if power is None else power.record(),
        "freight": None if freight is None else freight.record(),
    }
    return Outcome(settled, ranking, areas, rules, suitability, excluded, policy, power, freight, records, scores)


@dataclass(frozen=True, eq=False)
class _Cells:
    """All that is known of the cells, and of the zones' shares in them."""

    measured: dict[str, Measured]
    land: Land
    known: BoolArray
    covered: Coverage
    steps: list[RuleStep]

    @property
    def available(self) -> FloatArray:
        """Share of each (zone, cell) pair that is known and that nothing forbids."""
        left = self.steps[-1].left if self.steps else np.ones(len(self.covered.cell))
        return np.where(self.known.ravel()[self.covered.cell], self.covered.share * left, 0.0)


def _judged(
    scenario: Scenario, zones: Zones, covered: Coverage, inputs: Inputs, policy: PolicySupply | None
) -> tuple[list[CheckedRule], Land, list[RuleStep]]:
    """Return what the rules forbid, what they leave of the cells, and of the zones' shares in them."""
    rules = [*evaluate_rules(scenario.rules, inputs), *banned_by(policy)]
    return rules, land_of(rules, inputs.grid), rule_steps(rules, zones.table, covered, inputs.grid)


def _settled(scenario: Scenario, cells: _Cells) -> tuple[Scenario, _Cells, dict[str, Any]]:
    """Return the scenario with bounds and weights as numbers, the cells with its vetoes, the record of the weights."""
    bounded = with_data_bounds(scenario, cells.measured, cells.covered, cells.available)
    vetoes = veto_steps(bounded.criteria, cells.measured, cells.covered, cells.steps)
    cells = replace(cells, steps=[*cells.steps, *vetoes])
    scores = score_stack(bounded, zone_values(cells.measured, cells.covered, cells.available))
    scores[cells.covered.total(cells.available) <= 0] = np.nan
    settled, weighting = with_weights(bounded, scores)
    return settled, cells, weighting


def study_grid(zones: Zones, scenario: Scenario) -> Grid:
    """Return the grid over the zones and what lies around them.

    Its cells lie on whole multiples of the resolution and reach half a window, and as far as patches of land wind,
    beyond the zones, so that a zone gets the same values whatever other zones are studied.
    """
    size, margin = scenario.grid.resolution, study_margin(scenario)
    left, bottom, right, top = zones.table.total_bounds
    bounds = (
        np.floor((left - margin) / size) * size,
        np.floor((bottom - margin) / size) * size,
        np.ceil((right + margin) / size) * size,
        np.ceil((top + margin) / size) * size,
    )
    return Grid.from_bounds(bounds, resolution=size, crs=CHINA_ALBERS)


def study_margin(scenario: Scenario) -> float:
    """Return how far beyond the zones the cells of a study reach, in m, before they are whole."""
    size = scenario.grid.resolution
    windows = [c.source.window_km for c in scenario.criteria.values() if isinstance(c.source, NearbyAreaSource)]
    return 500.0 * max(windows, default=0.0) + patch_margin(scenario.rules, size) + 2 * size


def _known_cells(scenario: Scenario, measured: dict[str, Measured], land: Land, *, part: bool) -> BoolArray:
    """Return the cells that can be judged: forbidden ones, and those where rules and needed rasters have data."""
    known = land.known
    for name in scenario.needed:
        # a value per zone leaves no hole in a cell; a raster that counts or vetoes must be known there
        cells = measured[name].known_cells
        if cells is not None:
            known = known & cells
    known = known | (land.allowed <= 0.0)
    if not known.any() and not part:
        raise InputError("no cell of the study area has data in every layer; expected layers that overlap the zones")
    return known


def _rank_zones(
    scenario: Scenario, places: Places, rules: list[CheckedRule], cells: _Cells, grid: Grid
) -> tuple[gpd.GeoDataFrame, Areas]:
    covered, cell_km2 = cells.covered, grid.cell_area / 1e6
    needed = _needed_area(scenario, places.zones, covered, cell_km2)
    areas = zone_areas(covered, cells.steps, cells.known, cell_km2=cell_km2, needed_km2=needed)
    site_cells = scenario.site_area_km2 / cell_km2
    site = site_weights(covered, _local_scores(scenario, cells), cells.available, site_cells=site_cells)
    land = {"best_site": site, "mean": cells.available}
    values = {kind: zone_values(cells.measured, covered, weights) for kind, weights in land.items()}
    more = {} if places.power is None else places.power.columns(covered, land[scenario.zone_value])
    more |= {} if places.freight is None else places.freight.columns()
    more |= {} if places.policy is None else places.policy.columns()
    return ranking_table(scenario, places.zones, rules, areas, values, more), areas


def _needed_area(scenario: Scenario, zones: Zones, covered: Coverage, cell_km2: float) -> FloatArray:
    """Return the eligible area in km2 each zone needs; an own zone that is small needs half of itself."""
    total = covered.total(np.ones(len(covered.cell))) * cell_km2
    floor = np.full(len(total), scenario.room.area_km2)
    if zones.own:
        floor = np.minimum(floor, 0.5 * total)
    # a zone outside the grid has no area: it needs more than nothing
    return np.asarray(np.maximum(np.maximum(floor, scenario.room.share * total), 1e-9))


def _local_scores(scenario: Scenario, cells: _Cells) -> FloatArray:
    """Return per (zone, cell) pair the part of the score that differs within a zone."""
    total = np.zeros(len(cells.covered.cell))
    for name, share in scenario.weights.items():
        measured = cells.measured[name]
        if measured.zones is None and share > 0:
            found = share * score(scenario.criteria[name], measured.at(cells.covered))
            # what a whole zone lacks (it has no price area) does not choose among its cells
            total += found if measured.pairs is None else np.nan_to_num(found)
    return total


def _rasters(
    scenario: Scenario, cells: _Cells, grid: Grid, block: Block | None
) -> tuple[Raster, Raster, FloatArray | None]:
    """Return suitability, exclusions and the scores of the cells; those of a block go into the rasters of the whole."""
    share = np.bincount(cells.covered.cell, weights=cells.covered.share, minlength=grid.size)
    if block is not None:
        at = np.flatnonzero(share)
        # an edge cell is shared with other blocks: whether it belongs to the study is settled when all are there
        states, _ = _states(scenario, cells, at, np.ones(len(at), dtype=bool))
        block.rasters.add(states, at, cells.covered, grid, block.rows)
        return NOTHING, NOTHING, None
    states, scores = _states(scenario, cells, slice(None), share >= 0.5)
    judged = states.known | states.forbidden
    excluded = np.where(judged, states.forbidden, np.nan)
    shaped = scores.reshape(*grid.shape, -1)
    return Raster(states.scores.reshape(grid.shape), grid), Raster(excluded.reshape(grid.shape), grid), shaped


def _states(
    scenario: Scenario, cells: _Cells, at: IntArray | slice, inside: BoolArray
) -> tuple[CellStates, FloatArray]:
    """Return what is known of the cells `at`, and the scores of their criteria.

    A cell counts as excluded when rules forbid at least half of it.
    """
    scores = score_stack(scenario, {name: m.cells.ravel()[at] for name, m in cells.measured.items()})
    forbidden = (cells.land.allowed.ravel()[at] <= 0.5) | vetoed_cells(scenario.criteria, scores)
    known = inside & cells.known.ravel()[at]
    return CellStates(combined(scenario, scores, known & ~forbidden), known, inside & forbidden), scores
