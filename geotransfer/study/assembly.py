"""`run`: the one place where zones, layers, rules, scores and ranks meet."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from geotransfer.catalog.boundaries import boundary_files
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.mcda.aggregation import weighted_sum
from geotransfer.raster import Raster
from geotransfer.spatial.zonal import Coverage, coverage
from geotransfer.study.columns import column_descriptions
from geotransfer.study.criteria import Measured, measure, score
from geotransfer.study.evaluate import Areas, rank_order, site_weights, zone_areas, zone_values
from geotransfer.study.exclusions import CellRule, evaluate_rules
from geotransfer.study.execution import Progress, Stopwatch
from geotransfer.study.inputs import Inputs
from geotransfer.study.provenance import result_record
from geotransfer.study.result import Result
from geotransfer.study.scenario import Scenario
from geotransfer.study.zones import Zones, load_zones
from geotransfer.types import BoolArray, FloatArray

__all__ = ["run"]

STAGES = ("zones", "coverage", "rules", "criteria", "evaluate", "provenance")


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
    with watch.stage("zones"):
        zones = load_zones(scenario)
        grid = _study_grid(zones, scenario)
        inputs = Inputs(grid)
        _record_zones(scenario, inputs)
    with watch.stage("coverage"):
        covered = coverage(zones.table, grid)
    with watch.stage("rules"):
        rules = evaluate_rules(scenario.rules, inputs)
    with watch.stage("criteria"):
        cells = _measure_cells(scenario, zones, inputs, rules)
    with watch.stage("evaluate"):
        ranking, areas, suitability = _evaluate(scenario, zones, grid, covered, rules, cells)
    with watch.stage("provenance"):
        record = result_record(scenario, ranking, rules, areas, inputs)
        inside = _study_area(covered, grid)
        excluded = Raster(np.where(inside & cells.known, cells.excluded, np.nan), grid)
        columns = column_descriptions(scenario, ranking.columns)
    return Result(scenario, ranking, suitability, excluded, columns, {"result": record, "execution": watch.execution()})


@dataclass(frozen=True, eq=False)
class _Cells:
    """What is known of every cell: criteria, rules, and what follows from both."""

    measured: dict[str, Measured]
    excluded: BoolArray
    known: BoolArray


def _study_grid(zones: Zones, scenario: Scenario) -> Grid:
    """Return the grid over the zones; its cells lie on whole multiples of the resolution, whatever the zones."""
    size = scenario.grid.resolution
    left, bottom, right, top = zones.table.total_bounds
    bounds = (np.floor(left / size) * size, np.floor(bottom / size) * size,
              np.ceil(right / size) * size, np.ceil(top / size) * size)  # fmt: skip
    return Grid.from_bounds(bounds, resolution=size, crs=CHINA_ALBERS)


def _record_zones(scenario: Scenario, inputs: Inputs) -> None:
    layers = {"province": "provinces", "prefecture": "prefectures", "county": "counties"}
    if scenario.zones in layers:
        inputs.record_boundaries(layers[scenario.zones], boundary_files(scenario.zones))  # type: ignore[arg-type]
    else:
        inputs.record_file(scenario.zones)


def _measure_cells(scenario: Scenario, zones: Zones, inputs: Inputs, rules: list[CellRule]) -> _Cells:
    shape = inputs.grid.shape
    excluded = np.zeros(shape, dtype=bool)
    known = np.ones(shape, dtype=bool)
    for rule in rules:
        excluded |= rule.excluded
        known &= rule.known
    eligible = known & ~excluded
    measured = {name: measure(name, c, zones, inputs, eligible) for name, c in scenario.criteria.items()}
    for name, values in measured.items():
        # a value per zone leaves no hole in a cell; a raster that counts must be known there
        if values.zones is None and scenario.criteria[name].weight > 0:
            known = known & ~np.isnan(values.cells)
    if not known.any():
        raise InputError("no cell of the study area has data in every layer; expected layers that overlap the zones")
    return _Cells(measured, excluded, known)


def _study_area(covered: Coverage, grid: Grid) -> BoolArray:
    share = np.bincount(covered.cell, weights=covered.share, minlength=grid.size)
    return np.asarray(share.reshape(grid.shape) >= 0.5)


def _evaluate(
    scenario: Scenario, zones: Zones, grid: Grid, covered: Coverage, rules: list[CellRule], cells: _Cells
) -> tuple[gpd.GeoDataFrame, Areas, Raster]:
    cell_km2 = grid.cell_area / 1e6
    areas = zone_areas(
        covered,
        rules,
        cells.known,
        cell_km2=cell_km2,
        needed_km2=_needed_area(scenario, zones, covered, cell_km2),
    )
    eligible = cells.known & ~cells.excluded
    weights = np.array(list(scenario.weights.values()))
    cell_score = weighted_sum(_stack(scenario, {n: m.cells for n, m in cells.measured.items()}), weights)
    site = site_weights(
        covered,
        _local_scores(scenario, cells, covered),
        eligible,
        site_cells=scenario.site_area_km2 / cell_km2,
    )
    whole = np.where(eligible.ravel()[covered.cell], covered.share, 0.0)
    values = {
        "best_site": zone_values(cells.measured, covered, site),
        "mean": zone_values(cells.measured, covered, whole),
    }
    ranking = _ranking(scenario, zones, rules, areas, values)
    shown = eligible & _study_area(covered, grid)
    return ranking, areas, Raster(np.where(shown, cell_score, np.nan), grid)


def _needed_area(scenario: Scenario, zones: Zones, covered: Coverage, cell_km2: float) -> FloatArray:
    """Return the eligible area in km2 each zone needs; an own zone that is small needs half of itself."""
    total = covered.total(np.ones(len(covered.cell))) * cell_km2
    floor = np.full(len(total), scenario.room.area_km2)
    if zones.own:
        floor = np.minimum(floor, 0.5 * total)
    # a zone outside the grid has no area: it needs more than nothing
    return np.asarray(np.maximum(np.maximum(floor, scenario.room.share * total), 1e-9))


def _stack(scenario: Scenario, values: dict[str, FloatArray]) -> FloatArray:
    return np.stack([score(c, values[name]) for name, c in scenario.criteria.items()], axis=-1)


def _local_scores(scenario: Scenario, cells: _Cells, covered: Coverage) -> FloatArray:
    """Return per (zone, cell) pair the part of the score that differs within a zone."""
    total = np.zeros(len(covered.cell))
    for name, share in scenario.weights.items():
        measured = cells.measured[name]
        if measured.zones is None and share > 0:
            total += share * score(scenario.criteria[name], measured.cells.ravel()[covered.cell])
    return total


def _ranking(
    scenario: Scenario,
    zones: Zones,
    rules: list[CellRule],
    areas: Areas,
    values: dict[str, dict[str, FloatArray]],
) -> gpd.GeoDataFrame:
    names = list(scenario.criteria)
    weights = np.array(list(scenario.weights.values()))
    scores = {kind: _stack(scenario, found) for kind, found in values.items()}
    status, failed, reason = _status(scenario, zones, rules, areas, scores[scenario.zone_value])
    ranked = status == "ranked"
    total = {kind: np.where(ranked, weighted_sum(s, weights), np.nan) for kind, s in scores.items()}
    order, ranks = rank_order(total[scenario.zone_value], zones.table["zone"].to_numpy(dtype=object))
    table = zones.table[["zone", "adcode", "name", "kind", "province", "prefecture", "region"]].copy()
    table.insert(0, "rank", ranks)
    table["rank"] = table["rank"].astype("Int64").mask(table["rank"] < 0)
    table["score"], table["status"] = total[scenario.zone_value], status
    for k, name in enumerate(names):
        table[name] = values[scenario.zone_value][name]
        table[f"score_{name}"] = scores[scenario.zone_value][:, k]
    table["score_best_site"], table["score_mean"] = total["best_site"], total["mean"]
    if scenario.missing == "interval":
        for column, filler in (("score_low", 0.0), ("score_high", 1.0)):
            full = weighted_sum(np.nan_to_num(scores[scenario.zone_value], nan=filler), weights)
            table[column] = np.where(status == "excluded", np.nan, full)
    for column, area in _area_columns(areas).items():
        table[column] = area
    table["first_failed_rule"], table["reason"] = failed, reason
    table["unchecked_rules"] = ";".join(scenario.unchecked_rules)
    frame = gpd.GeoDataFrame(table, geometry=zones.shown.to_numpy(), crs="EPSG:4326")
    tier = np.select([status == "ranked", status == "unknown"], [0, 1], default=2)
    return frame.iloc[order[np.argsort(tier[order], kind="stable")]].reset_index(drop=True)


def _area_columns(areas: Areas) -> dict[str, FloatArray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        excluded_share = np.where(areas.with_data > 0, areas.excluded / areas.with_data, np.nan)
        nodata_share = np.where(areas.total > 0, 1.0 - areas.with_data / areas.total, 1.0)
    return {
        "area_km2": np.round(areas.total, 6),
        "eligible_km2": np.round(areas.eligible, 6),
        "excluded_share": np.clip(np.round(excluded_share, 12), 0.0, 1.0),
        "nodata_share": np.clip(np.round(nodata_share, 12), 0.0, 1.0),
    }


def _status(
    scenario: Scenario, zones: Zones, rules: list[CellRule], areas: Areas, scores: FloatArray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return status, first failed rule and reason of each zone."""
    n = len(zones.table)
    status = np.full(n, "ranked", dtype=object)
    failed, reason = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    weighted = [(k, name) for k, name in enumerate(scenario.criteria) if scenario.weights[name] > 0]
    adcodes = zones.table["adcode"].to_numpy(dtype=object)
    listed = {rule.name: rule.adcodes for rule in rules if rule.adcodes}
    for i in range(n):
        named = next((name for name, codes in listed.items() if adcodes[i] in codes), None)
        missing = [name for k, name in weighted if np.isnan(scores[i, k])]
        if named is not None:
            status[i], failed[i], reason[i] = "excluded", named, named
        elif areas.failed_by[i] == "nodata":
            status[i], reason[i] = "unknown", "nodata"
        elif areas.failed_by[i]:
            status[i], failed[i], reason[i] = "excluded", "no_room", areas.failed_by[i]
        elif missing:
            status[i], reason[i] = "unknown", ";".join(missing)
    return status, failed, reason
