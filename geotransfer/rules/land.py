"""What the rules leave: of each cell for the rasters, of each (zone, cell) pair for the zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np

from geotransfer.grid import Grid
from geotransfer.rules.checked_rule import CheckedRule, joined, spare
from geotransfer.spatial.region import Region, coverage_beyond, region_share
from geotransfer.spatial.zonal import Coverage, coverage_outside
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
    exact: list[_Cut] = []
    for rule in rules_in_force(rules, grid):
        region = rule.region
        if rule.exact and region is not None:
            exact.append(_Cut(region, None if rule.cells is None else rule.cells.ravel().astype(np.bool_)))
            if rule.known is None:
                continue
        bounded = 1.0 if region is None else region_share([region], grid)
        known &= (True if rule.known is None else rule.known) | (np.asarray(bounded) <= NOTHING)
        if not rule.exact:
            allowed = allowed * (1.0 - rule.share * _weight(rule.cells) * bounded)
    if exact:
        allowed = allowed * _left(exact, lambda regions: 1.0 - region_share(regions, grid).ravel()).reshape(grid.shape)
    return Land(allowed, known | (allowed <= 0.0))


@dataclass(frozen=True, eq=False)
class _Cut:
    """What one rule cuts out: a region, in those cells (or pairs) where it may; None = everywhere."""

    region: Region
    at: BoolArray | None


def _left(cuts: Sequence[_Cut], beyond: Callable[[list[Region]], FloatArray]) -> FloatArray:
    """Return what the cuts leave, cut out together where the same of them may cut.

    `beyond` gives what several regions leave of every cell or pair.
    """
    bounded = [cut for cut in cuts if cut.at is not None]
    if not bounded:
        return beyond([cut.region for cut in cuts])
    marks = sum(cut.at.astype(np.int64) << number for number, cut in enumerate(bounded) if cut.at is not None)
    found = np.ones(np.shape(marks))
    for mark in np.unique(marks):
        here = marks == mark
        regions = [c.region for c in cuts if c.at is None or c.at[here][0]]
        if regions:
            found[here] = beyond(regions)[here]
    return found


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
    exact: list[_Cut] = field(default_factory=list)

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
        cut = _Cut(region, None if rule.cells is None else self._cells(rule) > 0)
        self.exact.append(cut)
        alone = _left([cut], self._beyond)
        if ((alone < 1.0) & (self.outside < 1.0)).any():
            # two rules cut the same pair: their polygons may overlap there
            self.outside = _left(self.exact, self._beyond)
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
