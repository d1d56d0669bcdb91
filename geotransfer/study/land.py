"""What the rules leave: of each cell for the rasters, of each (zone, cell) pair for the zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.grid import Grid
from geotransfer.spatial.zonal import Coverage, coverage_outside, covered_share
from geotransfer.study.evaluate import RuleStep
from geotransfer.study.exclusions import CheckedRule
from geotransfer.types import BoolArray, FloatArray

__all__ = ["Land", "land_of", "rule_steps"]


@dataclass(frozen=True, eq=False)
class Land:
    """What the rules leave of each cell; shape of the grid.

    Attributes
    ----------
    allowed : ndarray
        Share of the cell that no rule forbids, 0..1.
    known : ndarray of bool
        True where every rule could be judged, or one forbids the cell whatever the others say.
    """

    allowed: FloatArray
    known: BoolArray


def land_of(rules: Sequence[CheckedRule], grid: Grid) -> Land:
    """Return what the rules leave of each cell of the grid."""
    allowed = np.ones(grid.shape)
    known = np.ones(grid.shape, dtype=bool)
    for rule in rules:
        if rule.cells is not None and rule.known is not None:
            allowed[rule.cells] = 0.0
            known &= rule.known
    polygons = [rule.polygons for rule in rules if rule.polygons is not None]
    if polygons:
        allowed = allowed * (1.0 - covered_share(_joined(polygons), grid))
    return Land(allowed, known | (allowed <= 0.0))


def rule_steps(rules: Sequence[CheckedRule], zones: gpd.GeoDataFrame, covered: Coverage, grid: Grid) -> list[RuleStep]:
    """Return, rule by rule, the share of each (zone, cell) pair that is left, alone and in order."""
    steps = []
    by_cells = np.ones(len(covered.cell))
    outside = np.ones(len(covered.cell))
    polygons: list[gpd.GeoSeries] = []
    for rule in rules:
        if rule.polygons is None:
            alone = np.where(_hit(rule, covered), 0.0, 1.0)
            by_cells = by_cells * alone
        else:
            polygons.append(rule.polygons)
            alone = coverage_outside(zones, rule.polygons, grid, covered) / covered.share
            if ((alone < 1.0) & (outside < 1.0)).any():
                # two rules cut the same pair: their polygons may overlap there
                outside = coverage_outside(zones, _joined(polygons), grid, covered) / covered.share
            else:
                outside = outside * alone
        steps.append(RuleStep(rule.name, alone, by_cells * outside))
    return steps


def _hit(rule: CheckedRule, covered: Coverage) -> BoolArray:
    cells = rule.cells
    return np.zeros(len(covered.cell), dtype=bool) if cells is None else np.asarray(cells.ravel()[covered.cell])


def _joined(polygons: Sequence[gpd.GeoSeries]) -> gpd.GeoSeries:
    return gpd.GeoSeries(pd.concat(list(polygons), ignore_index=True), crs=polygons[0].crs)
