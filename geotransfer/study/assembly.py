"""`run`: the one place where zones, layers, rules, scores and ranks meet."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from geotransfer.catalog.boundaries import boundary_files
from geotransfer.catalog.database import is_address
from geotransfer.inputs.execution import Progress, Stopwatch
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.shared_work import SharedWork
from geotransfer.inputs.zones import Zones, load_zones
from geotransfer.results.columns import column_descriptions
from geotransfer.results.result import Result
from geotransfer.siting.parks import parks_record
from geotransfer.spec.scenario import Scenario
from geotransfer.study.blocks import outcome_in_blocks
from geotransfer.study.checks import check_criteria
from geotransfer.study.comparison import comparison_record, resolution_record
from geotransfer.study.enough_memory import enough_memory
from geotransfer.study.industry_result import Supplies, with_industry
from geotransfer.study.memory import MEMORY_MB, block_cells
from geotransfer.study.nothing_left import check_room_left
from geotransfer.study.outcome import outcome, study_grid
from geotransfer.study.policy import policy_record
from geotransfer.study.provenance import result_record
from geotransfer.study.ranking_table import rule_area_table
from geotransfer.study.robustness import robustness_of, stability_raster
from geotransfer.supply.industry import industry_study
from geotransfer.supply.power import price_areas

__all__ = ["run"]

STAGES = ("zones", "coverage", "rules", "criteria", "evaluate", "robustness", "provenance")
BOUNDARY_LAYERS = {"province": "provinces", "prefecture": "prefectures", "county": "counties"}


@enough_memory()
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
        A study that would take more, with what `shared` may keep, is computed in blocks of zones; its rasters then lie
        on disk, and there is no stability raster. Estimated from cells, criteria and rules before anything is measured;
        a zone that does not fit is an error, for a zone is not divided.

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
    industry, scenario = industry_study(scenario)
    with watch.stage("zones"):
        zones = load_zones(scenario)
        grid = study_grid(zones, scenario)
        inputs = Inputs(grid, shared)
        _record_zones(scenario, zones, inputs)
        _check_second_grid(zones, scenario)
        industry = None if industry is None else industry.located(zones, inputs)
    most = block_cells(scenario, zones, grid, memory_mb=memory_mb, shared=shared)
    if most is None:
        found = outcome(scenario, zones, inputs, watch, industry)
    else:
        found = outcome_in_blocks(scenario, zones, inputs, watch, industry, most)
    settled = found.scenario
    check_room_left(settled, zones, found.areas)
    with watch.stage("robustness"):
        ranking, drawn = _with_robustness(settled, found.ranking, zones, inputs)
        stability = (
            None
            if drawn is None or found.scores is None
            else stability_raster(settled, found.scores, found.suitability)
        )
        ranking, cost = with_industry(scenario, industry, ranking, Supplies(zones, found.power, found.freight))
        comparison = comparison_record(settled, ranking)
        second = _second_resolution(scenario, ranking, shared, memory_mb)
    with watch.stage("provenance"):
        record = result_record(scenario, settled, ranking, found.rules, found.areas, inputs)
        record |= {
            **found.records,
            "policy": policy_record(found.policy),
            "parks": parks_record(zones.matched),
            "industry": cost,
            "comparison": comparison,
            "robustness": drawn,
            "second_resolution": second,
        }
        columns, removed = column_descriptions(settled, ranking.columns), rule_area_table(zones, found.areas)
    provenance = {"result": record, "execution": {**watch.execution(), "block_cells": most}}
    return Result(scenario, ranking, found.suitability, found.excluded, columns, provenance, stability, removed)


def _record_zones(scenario: Scenario, zones: Zones, inputs: Inputs) -> None:
    if scenario.zones in BOUNDARY_LAYERS:
        files = boundary_files(scenario.zones)  # type: ignore[arg-type]
        inputs.record_boundaries(BOUNDARY_LAYERS[scenario.zones], files)
    elif is_address(scenario.zones):
        inputs.record_database(scenario.zones, scenario.zones_layer or "", zones.table)
    else:
        inputs.record_file(scenario.zones, datum=zones.datum)


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


def _check_second_grid(zones: Zones, scenario: Scenario) -> None:
    """Raise before anything is computed when the grid of the second resolution is too large."""
    if scenario.robustness.second_resolution is not None:
        grid = scenario.grid.model_copy(update={"resolution": scenario.robustness.second_resolution})
        study_grid(zones, scenario.model_copy(update={"grid": grid}))


def _second_resolution(
    scenario: Scenario, ranking: gpd.GeoDataFrame, shared: SharedWork | None, memory_mb: float
) -> dict[str, Any] | None:
    """Return how the ranks of the same study on other cells agree; None when no second resolution is asked for."""
    resolution = scenario.robustness.second_resolution
    if resolution is None:
        return None
    other = scenario.with_overrides({"grid.resolution": resolution, "robustness": {}})
    return resolution_record(ranking, run(other, shared=shared, memory_mb=memory_mb).ranking, resolution)
