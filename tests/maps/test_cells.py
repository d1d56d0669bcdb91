from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from geotransfer.grid import Grid
from geotransfer.maps.cells import RAMP, cells_json
from geotransfer.raster import Raster

BREAKS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9]


def picture(document: Any) -> np.ndarray:
    head, body = document["picture"].split(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(b64decode(body))).convert("RGBA"))


def test_cells_have_the_colour_of_their_class_and_unknown_ones_are_transparent() -> None:
    grid = Grid.from_bounds((0, 0, 400_000, 100_000), resolution=100_000, crs="EPSG:3857")
    image = picture(cells_json(Raster([[0.05, 0.2, 0.95, np.nan]], grid), BREAKS))
    row = image[image.shape[0] // 2]
    middles = [row[int((k + 0.5) * image.shape[1] / 4)].tolist() for k in range(4)]
    colours = [[*bytes.fromhex(RAMP[k][1:]), 255] for k in (0, 1, 6)]  # 0.2 is its class's upper bound
    assert middles[:3] == colours
    assert middles[3][3] == 0


def test_the_corners_are_those_of_the_grid_in_degrees() -> None:
    grid = Grid.from_bounds((100, 30, 104, 32), resolution=1, crs="EPSG:4326")
    (south, west), (north, east) = cells_json(Raster(np.full((2, 4), 0.5), grid), BREAKS)["corners"]  # type: ignore[index]
    assert (west, north) == pytest.approx((100, 32), abs=1e-6)
    assert east == pytest.approx(104, abs=0.01)  # whole pixels
    assert south == pytest.approx(30, abs=0.01)


def test_fewer_classes_take_their_colours_from_the_whole_ramp() -> None:
    grid = Grid.from_bounds((0, 0, 300_000, 100_000), resolution=100_000, crs="EPSG:3857")
    image = picture(cells_json(Raster([[0.1, 0.5, 0.9]], grid), [0.2, 0.6, 1.0]))
    found = {tuple(colour[:3]) for colour in image.reshape(-1, 4).tolist() if colour[3]}
    assert found == {tuple(bytes.fromhex(RAMP[k][1:])) for k in (0, 3, 6)}


def test_nothing_to_show_is_no_picture() -> None:
    grid = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs="EPSG:4326")
    assert cells_json(None, BREAKS) is None
    assert cells_json(Raster([[np.nan, np.nan]], grid), BREAKS) is None
    assert cells_json(Raster([[0.1, 0.2]], grid), []) is None


def test_the_picture_of_the_full_run_is_small(aluminium: Any) -> None:
    from geotransfer.maps.payload import quantile_breaks

    breaks = quantile_breaks(aluminium.ranking["score"].to_numpy(dtype=float))
    document = cells_json(aluminium.suitability, breaks)
    assert document is not None
    assert len(document["picture"]) < 200_000


@dataclass(frozen=True)
class WithCells:
    ranking: Any
    provenance: Any
    suitability: Raster


@pytest.mark.browser
def test_the_cells_are_switched_on_in_the_layer_control(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    grid = Grid.from_bounds((86, 24, 102, 36), resolution=4, crs="EPSG:4326")
    cells = Raster(np.full(grid.shape, 1.0), grid)
    page = browser_page.open(write_page(WithCells(result.ranking, result.provenance, cells)))
    boxes = page.locator("#gt-layers input[type=checkbox]")
    assert boxes.count() == 2
    assert page.locator("img.gt-cells").count() == 0
    boxes.last.check()
    assert page.locator("img.gt-cells").evaluate("(one) => one.complete && one.naturalWidth > 100")
    page.wait_for_timeout(100)
    shot = np.asarray(Image.open(io.BytesIO(page.locator("#gt-slot").screenshot())).convert("RGB")).reshape(-1, 3)
    assert (shot == tuple(bytes.fromhex(RAMP[6][1:]))).all(axis=1).mean() > 0.03
    assert browser_page.errors == []
    assert browser_page.requests == []
