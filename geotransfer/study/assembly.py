"""`run`: the one place where zones, layers, rules, scores and ranks meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np

from geotransfer.catalog.boundaries import boundary_files
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster
from geotransfer.spatial.zonal import Coverage, coverage
from geotransfer.spec.criteria import NearbyAreaSource
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.scoring import score
from geotransfer.study.blocks import (
    MEMORY_MB,
    PART_CELLS,
    BlockRasters,
    CellStates,
    cells_within,
    check_divisible,
    joined_areas,
    joined_freight,
    joined_power,
    named_only,
    reranked,
    zone_blocks,
)
from geotransfer.study.checks import check_criteria
from geotransfer.study.columns import column_descriptions
from geotransfer.study.comparison import comparison_record, resolution_record
from geotransfer.study.evaluate import Areas, RuleStep, site_weights, zone_areas, zone_values
from geotransfer.study.exclusions import CheckedRule, evaluate_rules
from geotransfer.study.execution import Progress, Stopwatch
from geotransfer.study.freight import freight_supply
from geotransfer.study.from_data import with_data_bounds, with_weights
from geotransfer.study.inputs import Inputs
from geotransfer.study.land import Land, land_of, rule_steps
from geotransfer.study.measure import Places, measure
from geotransfer.study.measured import Measured
from geotransfer.study.measuring import Measuring
from geotransfer.study.power import power_supply, price_areas
from geotransfer.study.provenance import result_record
from geotransfer.study.ranking_table import combined, ranking_table, score_stack
from geotransfer.study.result import Result
from geotransfer.study.robustness import robustness_of, stability_raster
from geotransfer.study.shared_work import SharedWork
from geotransfer.study.veto import veto_steps, vetoed_cells
from geotransfer.study.zones import Zones, load_zones
from geotransfer.types import BoolArray, FloatArray, IntArray

__all__ = ["run"]

_NOTHING = Raster([[np.nan]], Grid.from_bounds((0, 0, 1, 1), resolution=1, crs=CHINA_ALBERS))
STAGES = ("zones", "coverage", "rules", "criteria", "evaluate", "robustness", "provenance")
BOUNDARY_LAYERS = {"province": "provinces", "prefecture": "prefectures", "county": "counties"}


def run(
    scenario: Scenario,
    *,
    progress: Progress | None = None,
    shared: SharedWork | None = None,
    memory_mb: float = MEMORY_MB,
) -> Result:
    """Rank the zones of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Built in (``geotransfer.scenario("aluminium")``) or from a file.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.
    shared : SharedWork, optional
        What earlier runs have measured: what is the same is not measured again. The result is the same without it.
    memory_mb : float
        A study that would take more is computed in blocks of zones; its rasters then lie on disk, and there is no
        stability raster. It is an estimate, not a guard: a zone is never divided.

    Returns
    -------
    Result
        Ranking, suitability raster, exclusions and provenance.

    Raises
    ------
    InputError, UnknownNameError
        Something the scenario names does not fit; the message says which.

    Examples
    --------
    >>> import geotransfer as gt
    >>> quick = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> result = gt.run(quick)
    >>> set(result.ranking["province"])
    {'宁夏回族自治区'}
    """
    watch = Stopwatch(STAGES, progress)
    check_criteria(scenario)
    with watch.stage("zones"):
        zones = load_zones(scenario)
        grid = _study_grid(zones, scenario)
        inputs = Inputs(grid, shared)
        _record_zones(scenario, inputs)
        _check_second_grid(zones, scenario)
    if grid.size <= cells_within(memory_mb):
        found = _outcome(scenario, zones, inputs, watch)
    else:
        check_divisible(scenario, grid)
        found = _in_blocks(scenario, zones, inputs, watch, min(PART_CELLS, cells_within(memory_mb)))
    settled, ranking = found.scenario, found.ranking
    with watch.stage("robustness"):
        ranking, drawn = _with_robustness(settled, ranking, zones, inputs)
        stability = (
            None
            if drawn is None or found.scores is None
            else stability_raster(settled, found.scores, found.suitability)
        )
        comparison = comparison_record(settled, ranking)
        second = _second_resolution(scenario, ranking, shared, memory_mb)
    with watch.stage("provenance"):
        record = result_record(scenario, settled, ranking, found.rules, found.areas, inputs)
        record |= {"weighting": found.weighting, "power": found.power, "freight": found.freight}
        record |= {"comparison": comparison, "robustness": drawn, "second_resolution": second}
        columns = column_descriptions(settled, ranking.columns)
    provenance = {"result": record, "execution": watch.execution()}
    return Result(scenario, ranking, found.suitability, found.excluded, columns, provenance, stability)


@dataclass(frozen=True, eq=False)
class _Outcome:
    """What a study, or a block of its zones, comes to: ranking, rasters, records."""

    scenario: Scenario
    ranking: gpd.GeoDataFrame
    areas: Areas
    rules: list[CheckedRule]
    suitability: Raster
    excluded: Raster
    weighting: dict[str, Any]
    power: dict[str, Any] | None
    freight: dict[str, Any] | None
    scores: FloatArray | None = None


def _outcome(
    scenario: Scenario, zones: Zones, inputs: Inputs, watch: Stopwatch, rasters: BlockRasters | None = None
) -> _Outcome:
    """Return what a study comes to; that of a block writes its cells into the `rasters` of the whole."""
    grid, once = inputs.grid, Measuring(scenario, inputs)
    with watch.stage("coverage"):
        covered = once.coverage(lambda: coverage(zones.table, grid))
    with watch.stage("rules"):
        rules, land, steps = once.rules(lambda: _judged(scenario, zones, covered, inputs))
    with watch.stage("criteria"):
        power = once.power(lambda spec: power_supply(spec, zones, covered, inputs))
        freight = once.freight(lambda spec: freight_supply(spec, zones, inputs))
        places = Places(zones, covered, inputs, land.allowed, power, freight)
        measured = {name: once.criterion(name, lambda c: measure(*c, places)) for name in scenario.criteria}
        known = _known_cells(scenario, measured, land, part=rasters is not None)
    with watch.stage("evaluate"):
        settled, cells, weighting = _settled(scenario, _Cells(measured, land, known, covered, steps))
        ranking, areas = _rank_zones(settled, places, rules, cells, grid)
        suitability, excluded, scores = _rasters(settled, cells, grid, rasters)
    records = [None if supply is None else supply.record() for supply in (power, freight)]
    return _Outcome(settled, ranking, areas, rules, suitability, excluded, weighting, records[0], records[1], scores)


def _in_blocks(scenario: Scenario, zones: Zones, inputs: Inputs, watch: Stopwatch, most_cells: float) -> _Outcome:
    """Return what a study comes to whose cells do not fit into memory: block of zones by block of zones."""
    whole = BlockRasters(inputs.grid)
    parts: list[_Outcome] = []
    for block in zone_blocks(zones, inputs.grid, most_cells=most_cells):
        own = Inputs(_study_grid(block, scenario), None, inputs.records, study=inputs.grid)
        found = _outcome(scenario, block, own, watch, whole)
        # the cells are on disk now
        parts.append(
            replace(found, suitability=_NOTHING, excluded=_NOTHING, scores=None, rules=named_only(found.rules))
        )
    watch.sum_stages()
    suitability, excluded = whole.finish()
    return _Outcome(
        parts[-1].scenario,
        reranked([part.ranking for part in parts]),
        joined_areas([part.areas for part in parts]),
        parts[-1].rules,
        suitability,
        excluded,
        parts[-1].weighting,
        joined_power([part.power for part in parts]),
        joined_freight([part.freight for part in parts], [part.ranking for part in parts]),
    )


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
    scenario: Scenario, zones: Zones, covered: Coverage, inputs: Inputs
) -> tuple[list[CheckedRule], Land, list[RuleStep]]:
    """Return what the rules forbid, what they leave of the cells, and of the zones' shares in them."""
    rules = evaluate_rules(scenario.rules, inputs)
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


def _study_grid(zones: Zones, scenario: Scenario) -> Grid:
    """Return the grid over the zones and what lies around them.

    Its cells lie on whole multiples of the resolution and reach half a window beyond the zones, so that a zone gets the
    same values whatever other zones are studied.
    """
    size = scenario.grid.resolution
    windows = [c.source.window_km for c in scenario.criteria.values() if isinstance(c.source, NearbyAreaSource)]
    margin = 500.0 * max(windows, default=0.0) + 2 * size
    left, bottom, right, top = zones.table.total_bounds
    bounds = (
        np.floor((left - margin) / size) * size,
        np.floor((bottom - margin) / size) * size,
        np.ceil((right + margin) / size) * size,
        np.ceil((top + margin) / size) * size,
    )
    return Grid.from_bounds(bounds, resolution=size, crs=CHINA_ALBERS)


def _record_zones(scenario: Scenario, inputs: Inputs) -> None:
    if scenario.zones in BOUNDARY_LAYERS:
        files = boundary_files(scenario.zones)  # type: ignore[arg-type]
        inputs.record_boundaries(BOUNDARY_LAYERS[scenario.zones], files)
    else:
        inputs.record_file(scenario.zones)


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


def _with_robustness(
    scenario: Scenario, ranking: gpd.GeoDataFrame, zones: Zones, inputs: Inputs
) -> tuple[gpd.GeoDataFrame, dict[str, Any] | None]:
    """Return the ranking with the columns of the draws, and their record; both as they were without draws."""
    if scenario.robustness.draws == 0:
        return ranking, None
    places = zones.table.set_index("zone").loc[ranking["zone"], ["prefecture_adcode", "province"]]
    areas = price_areas(places.rename(columns={"prefecture_adcode": "adcode"}), inputs).fillna("")
    found = robustness_of(scenario, ranking, areas.to_numpy(dtype=object))
    if found is None:
        return ranking, None
    place = ranking.columns.get_loc("unchecked_rules") + 1
    head, tail = ranking.columns[:place], ranking.columns[place:]
    return ranking.assign(**found.columns)[[*head, *found.columns, *tail]], found.record


def _rasters(
    scenario: Scenario, cells: _Cells, grid: Grid, whole: BlockRasters | None
) -> tuple[Raster, Raster, FloatArray | None]:
    """Return suitability, exclusions and the scores of the cells; those of a block go into the rasters of the whole."""
    share = np.bincount(cells.covered.cell, weights=cells.covered.share, minlength=grid.size)
    if whole is not None:
        at = np.unique(cells.covered.cell)
        # an edge cell is shared with other blocks: whether it belongs to the study is settled when all are there
        states, _ = _states(scenario, cells, at, np.ones(len(at), dtype=bool))
        whole.add(states, at, share[at].astype(np.float32), cells.covered, grid)
        return _NOTHING, _NOTHING, None
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


def _check_second_grid(zones: Zones, scenario: Scenario) -> None:
    """Raise before anything is computed when the grid of the second resolution is too large."""
    if scenario.robustness.second_resolution is not None:
        grid = scenario.grid.model_copy(update={"resolution": scenario.robustness.second_resolution})
        _study_grid(zones, scenario.model_copy(update={"grid": grid}))


def _second_resolution(
    scenario: Scenario, ranking: gpd.GeoDataFrame, shared: SharedWork | None, memory_mb: float
) -> dict[str, Any] | None:
    """Return how the ranks of the same study on other cells agree; None when no second resolution is asked for."""
    resolution = scenario.robustness.second_resolution
    if resolution is None:
        return None
    other = scenario.with_overrides({"grid.resolution": resolution, "robustness": {}})
    return resolution_record(ranking, run(other, shared=shared, memory_mb=memory_mb).ranking, resolution)
