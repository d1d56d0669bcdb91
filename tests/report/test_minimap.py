from __future__ import annotations

import re
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import shapely
from numpy.testing import assert_allclose

from geotransfer.catalog.boundaries import boundaries
from geotransfer.crs import CHINA_ALBERS
from geotransfer.report.minimap import EXCLUDED, LINE, METRES_PER_STEP, RAMP, legend_classes, minimap_svg


def rings(path: str) -> list[np.ndarray]:
    """The subpaths of an SVG path of M, l and h/v commands, as absolute positions."""
    found = []
    for start, rest in re.findall(r"M([-\d ]+)([^M]*)", path):
        first = np.array([int(n) for n in start.split()])
        if rest.startswith("l"):
            steps = np.array([int(n) for n in re.findall(r"-?\d+", rest)]).reshape(-1, 2)
            found.append(np.vstack([first, first + np.cumsum(steps, axis=0)]))
        else:
            found.append(first[None, :])
    return found


def test_paths_are_the_projected_zones(result: Any) -> None:
    one = result.ranking[result.ranking["status"] == "ranked"].head(1)
    svg = ElementTree.fromstring(minimap_svg(one))
    (zone,) = [path for path in svg.iter() if path.get("fill") == RAMP[-1]]
    (ring,) = rings(zone.attrib["d"])
    corners = one.to_crs(CHINA_ALBERS).geometry.iloc[0]
    span = np.ptp(shapely.get_coordinates(corners), axis=0) / METRES_PER_STEP
    assert_allclose(np.ptp(ring, axis=0), span, atol=1)


def test_the_national_outline_is_whole(result: Any) -> None:
    svg = ElementTree.fromstring(minimap_svg(result.ranking))
    outline = next(path for path in svg.iter() if path.get("stroke") == LINE)
    # every island of every province is a subpath, however small
    islands = shapely.get_rings(shapely.get_parts(boundaries("province").geometry.to_numpy()))
    assert outline.attrib["d"].count("M") == len(islands)
    lines = [path for path in svg.iter() if path.get("stroke") == LINE][1]
    assert lines.attrib["d"].count("M") >= 9


def test_every_status_has_its_fill(result: Any) -> None:
    svg = minimap_svg(result.ranking)
    for fill in (*RAMP, EXCLUDED, "url(#hatch)"):
        assert f'fill="{fill}"' in svg


def test_points_are_circles(synthetic: ModuleType) -> None:
    zones = synthetic.grid_zones()
    zones = zones.set_geometry(shapely.point_on_surface(zones.geometry.to_numpy()))
    made = synthetic.make_result(zones, np.full((len(zones), 3), 0.5), ["ranked"] * len(zones))
    assert minimap_svg(made.ranking).count("<circle") == len(zones)


def test_a_national_picture_stays_small(synthetic: ModuleType) -> None:
    counties = boundaries("county").assign(zone=lambda table: table["adcode"], kind="county")
    scores = np.random.default_rng(3).uniform(size=(len(counties), 3))
    made = synthetic.make_result(counties, scores, ["ranked"] * len(counties))
    assert len(minimap_svg(made.ranking)) < 300_000


def test_equal_scores_are_one_class() -> None:
    (one,) = legend_classes(np.array([0.5, 0.5, np.nan]))
    assert (one.low, one.high, one.colour) == (0.5, 0.5, RAMP[-1])
    assert legend_classes(np.array([np.nan])) == []
