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
from geotransfer.study.nothing_left import check_room_left
from geotransfer.study.patches import patch_margin
from geotransfer.study.power import power_supply, price_areas
from geotransfer.study.provenance import result_record
from geotransfer.study.ranking_table import combined, ranking_table, score_stack
from geotransfer.study.result import Result
from geotransfer.study.robustness import robustness_of, stability_raster
from geotransfer.study.veto import veto_steps, vetoed_cells
from geotransfer.study.zones import Zones, load_zones
from geotransfer.types import BoolArray, FloatArray

__all__ = ["run"]

STAGES = ("zones", "coverage", "rules", "criteria", "evaluate", "robustness", "provenance")
BOUNDARY_LAYERS = {"province": "provinces", "prefecture": "prefectures", "county": "counties"}


def run(scenario: Scenario, *, progress: Progress | None = None) -> Result:
    """Rank the zones of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Built in (``geotransfer.scenario("aluminium")``) or from a file.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

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
        inputs = Inputs(grid)
        _record_zones(scenario, inputs)
        _check_second_grid(zones, scenario)
    with watch.stage("coverage"):
        covered = coverage(zones.table, grid)
    with watch.stage("rules"):
        rules = evaluate_rules(scenario.rules, inputs)
        land = land_of(rules, grid)
        steps = rule_steps(rules, zones.table, covered, grid)
    with watch.stage("criteria"):
        power = None if scenario.power is None else power_supply(scenario.power, zones, covered, inputs)
        freight = None if scenario.freight is None else freight_supply(scenario.freight, zones, inputs)
        places = Places(zones, covered, inputs, land.allowed, power, freight)
        measured = {name: measure(name, criterion, places) for name, criterion in scenario.criteria.items()}
        known = _known_cells(scenario, measured, land)
    with watch.stage("evaluate"):
        settled, cells, weighting = _settled(scenario, _Cells(measured, land, known, covered, steps))
        ranking, areas = _rank_zones(settled, places, rules, cells, grid)
        check_room_left(settled, zones, areas)
        scores = score_stack(settled, {name: m.cells for name, m in measured.items()})
        suitability, excluded = _rasters(settled, cells, scores, grid)
    with watch.stage("robustness"):
        ranking, drawn = _with_robustness(settled, ranking, zones, inputs)
        stability = None if drawn is None else stability_raster(settled, scores, suitability)
        comparison = comparison_record(settled, ranking)
        second = _second_resolution(scenario, ranking)
    with watch.stage("provenance"):
        record = result_record(scenario, settled, ranking, rules, areas, inputs)
        record |= {"weighting": weighting, "power": None if power is None else power.record()}
        record |= {"freight": None if freight is None else freight.record()}
        record |= {"comparison": comparison, "robustness": drawn, "second_resolution": second}
        columns = column_descriptions(settled, ranking.columns)
    provenance = {"result": record, "execution": watch.execution()}
    return Result(scenario, ranking, suitability, excluded, columns, provenance, stability)


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

    Its cells lie on whole multiples of the resolution and reach half a window, and as far as patches of land wind,
    beyond the zones, so that a zone gets the same values whatever other zones are studied.
    """
    size = scenario.grid.resolution
    windows = [c.source.window_km for c in scenario.criteria.values() if isinstance(c.source, NearbyAreaSource)]
    margin = 500.0 * max(windows, default=0.0) + patch_margin(scenario.rules, size) + 2 * size
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


def _known_cells(scenario: Scenario, measured: dict[str, Measured], land: Land) -> BoolArray:
    """Return the cells that can be judged: forbidden ones, and those where rules and needed rasters have data."""
    known = land.known
    for name in scenario.needed:
        # a value per zone leaves no hole in a cell; a raster that counts or vetoes must be known there
        cells = measured[name].known_cells
        if cells is not None:
            known = known & cells
    known = known | (land.allowed <= 0.0)
    if not known.any():
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


def _rasters(scenario: Scenario, cells: _Cells, scores: FloatArray, grid: Grid) -> tuple[Raster, Raster]:
    """Return suitability and exclusions; a cell counts as excluded when rules forbid at least half of it."""
    share = np.bincount(cells.covered.cell, weights=cells.covered.share, minlength=grid.size)
    inside = share.reshape(grid.shape) >= 0.5
    forbidden = (cells.land.allowed <= 0.5) | vetoed_cells(scenario.criteria, scores)
    suitability = combined(scenario, scores, inside & cells.known & ~forbidden)
    judged = inside & (cells.known | forbidden)
    return Raster(suitability, grid), Raster(np.where(judged, forbidden, np.nan), grid)


def _check_second_grid(zones: Zones, scenario: Scenario) -> None:
    """Raise before anything is computed when the grid of the second resolution is too large."""
    if scenario.robustness.second_resolution is not None:
        grid = scenario.grid.model_copy(update={"resolution": scenario.robustness.second_resolution})
        _study_grid(zones, scenario.model_copy(update={"grid": grid}))


def _second_resolution(scenario: Scenario, ranking: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return how the ranks of the same study on other cells agree; None when no second resolution is asked for."""
    resolution = scenario.robustness.second_resolution
    if resolution is None:
        return None
    other = scenario.with_overrides({"grid.resolution": resolution, "robustness": {}})
    return resolution_record(ranking, run(other).ranking, resolution)
