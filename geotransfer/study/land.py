"""What the rules leave: of each cell for the rasters, of each (zone, cell) pair for the zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np

from geotransfer.grid import Grid
from geotransfer.spatial.region import Region, coverage_beyond, region_share
from geotransfer.spatial.zonal import Coverage, coverage_outside
from geotransfer.study.checked_rule import CheckedRule, joined, spare
from geotransfer.study.evaluate import RuleStep
from geotransfer.types import BoolArray, FloatArray

__all__ = ["Land", "land_of", "rule_steps", "rules_in_force"]

NOTHING = 1e-9
"""A cell of which a rule bounds less lies outside its bounds: what cutting polygons leaves."""


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


def rules_in_force(rules: Sequence[CheckedRule], grid: Grid) -> list[CheckedRule]:
    """Return the rules that forbid land, each without what forced inclusions after it spare."""
    held: list[CheckedRule] = []
    for rule in rules:
        forced = rule.forced
        if forced is None:
            held.append(rule)
        else:
            held = [spare(r, forced.held, grid) if r.name in forced.over else r for r in held]
    return [rule for rule in held if not rule.idle]


def land_of(rules: Sequence[CheckedRule], grid: Grid) -> Land:
    """Return what the rules leave of each cell of the grid."""
    allowed = np.ones(grid.shape)
    known = np.ones(grid.shape, dtype=bool)
    exact: list[Region] = []
    for rule in rules_in_force(rules, grid):
        region = rule.region
        if rule.exact and region is not None:
            exact.append(region)
            known &= True if rule.known is None else rule.known
            continue
        bounded = 1.0 if region is None else region_share([region], grid)
        allowed = allowed * (1.0 - rule.share * _weight(rule.cells) * bounded)
        known &= (True if rule.known is None else rule.known) | (np.asarray(bounded) <= NOTHING)
    if exact:
        allowed = allowed * (1.0 - region_share(exact, grid))
    return Land(allowed, known | (allowed <= 0.0))


def rule_steps(rules: Sequence[CheckedRule], zones: gpd.GeoDataFrame, covered: Coverage, grid: Grid) -> list[RuleStep]:
    """Return, rule by rule, the share of each (zone, cell) pair that is left, alone and in order.

    Rules that forbid polygons wholly are cut out together: what two of them hold counts once. The others take their
    share of what is left, as if it lay evenly in the cell.
    """
    pairs = _Pairs(zones, covered, grid)
    steps: list[RuleStep] = []
    for place, rule in enumerate(rules):
        before = steps[-1].left if steps else pairs.whole
        if rule.forced is not None:
            pairs.restart(rules_in_force(rules[: place + 1], grid))
            steps.append(RuleStep(rule.name, pairs.whole, pairs.left, gives_back=True))
            continue
        alone = pairs.take(rule)
        if rule.dependent:
            alone = 1.0 - (before - pairs.left)
        steps.append(RuleStep(rule.name, alone, pairs.left))
    return steps


@dataclass(eq=False)
class _Pairs:
    """What is left of each (zone, cell) pair while one rule after the other takes its part."""

    zones: gpd.GeoDataFrame
    covered: Coverage
    grid: Grid
    exact: list[Region] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.whole = np.ones(len(self.covered.cell))
        self.restart([])

    @property
    def left(self) -> FloatArray:
        return np.asarray(self.by_share * self.outside)

    def restart(self, rules: Sequence[CheckedRule]) -> None:
        """Begin again with other rules."""
        self.exact = []
        self.by_share, self.outside = self.whole, self.whole
        for rule in rules:
            self.take(rule)

    def take(self, rule: CheckedRule) -> FloatArray:
        """Let the rule take its part; return the share of the pairs that it alone leaves."""
        if rule.idle:
            return self.whole
        region = rule.region
        if not rule.exact or region is None:
            taken = rule.share * self._cells(rule)
            if region is not None:
                taken = taken * (1.0 - self._beyond([region]))
            self.by_share = self.by_share * (1.0 - taken)
            return np.asarray(1.0 - taken)
        self.exact.append(region)
        alone = self._beyond([region])
        if ((alone < 1.0) & (self.outside < 1.0)).any():
            # two rules cut the same pair: their polygons may overlap there
            self.outside = self._beyond(self.exact)
        else:
            self.outside = self.outside * alone
        return alone

    def _cells(self, rule: CheckedRule) -> FloatArray:
        weight = _weight(rule.cells)
        return self.whole if rule.cells is None else np.asarray(weight).ravel()[self.covered.cell]

    def _beyond(self, regions: Sequence[Region]) -> FloatArray:
        """Return the share of the pairs outside all regions."""
        if all(region.plain for region in regions):
            polygons = joined(*(region.polygons for region in regions))
            if polygons is not None:
                return np.asarray(coverage_outside(self.zones, polygons, self.grid, self.covered) / self.covered.share)
        return np.asarray(coverage_beyond(regions, self.zones, self.grid, self.covered) / self.covered.share)


def _weight(cells: BoolArray | FloatArray | None) -> FloatArray | float:
    return 1.0 if cells is None else np.asarray(cells, dtype=np.float64)
