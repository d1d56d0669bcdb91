from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geotransfer.crs import CHINA_ALBERS
from geotransfer.grid import Grid
from geotransfer.spatial.zonal import coverage
from geotransfer.study.exclusions import CheckedRule
from geotransfer.study.land import land_of, rule_steps

GRID = Grid.from_bounds((0, 0, 4, 2), resolution=1, crs=CHINA_ALBERS)
ZONES = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4, 2)], crs=CHINA_ALBERS)


def polygons(name: str, *boxes: tuple[float, float, float, float]) -> CheckedRule:
    return CheckedRule(name, polygons=gpd.GeoSeries([shapely.box(*b) for b in boxes], crs=CHINA_ALBERS))


def cells(name: str, *columns: int) -> CheckedRule:
    forbidden = np.zeros(GRID.shape, dtype=bool)
    forbidden[:, list(columns)] = True
    return CheckedRule(name, cells=forbidden, known=np.ones(GRID.shape, dtype=bool))


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        # 8 cells; apart: 1 and 0.5 are gone
        ([polygons("a", (0, 0, 1, 1)), polygons("b", (3, 0, 3.5, 1))], [7, 6.5]),
        # overlapping: the second takes only what the first left
        ([polygons("a", (0, 0, 1, 1)), polygons("b", (0.5, 0, 1.5, 1))], [7, 6.5]),
        # twice the same
        ([polygons("a", (0, 0, 1, 1)), polygons("b", (0, 0, 1, 1))], [7, 7]),
        # a raster rule in between
        ([polygons("a", (0, 0, 0.5, 2)), cells("r", 0), polygons("b", (0, 0, 1.5, 2))], [7, 6, 5]),
    ],
)
def test_what_is_left_after_each_rule(rules: list[CheckedRule], left: list[float]) -> None:
    covered = coverage(ZONES, GRID)
    steps = rule_steps(rules, ZONES, covered, GRID)
    assert [covered.total(step.left)[0] for step in steps] == pytest.approx(left)
    assert land_of(rules, GRID).allowed.sum() == pytest.approx(left[-1])


def test_a_cell_that_one_rule_forbids_is_known_whatever_the_others_lack() -> None:
    blind = CheckedRule("blind", cells=np.zeros(GRID.shape, dtype=bool), known=np.zeros(GRID.shape, dtype=bool))
    land = land_of([cells("r", 0, 1), blind], GRID)
    assert land.known.tolist() == [[True, True, False, False]] * 2
