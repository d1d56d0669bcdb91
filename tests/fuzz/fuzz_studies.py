"""Small studies that hypothesis describes in plain values, and the files they are built of."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import fuzz_seeds
import geopandas as gpd
import numpy as np
import shapely
from hypothesis import strategies as st

import geotransfer as gt

NUMBERS = (0.0, 1.0, -1.0, 0.5, 1e-9, 1e9, None, math.nan)
CRS = ("EPSG:4326", "EPSG:4490", "EPSG:32648", "EPSG:4547")


SOUND: dict[str, Any] = {
    "boxes": [[105.0, 36.0, 1.0, "box"], [106.0, 36.0, 1.0, "hole"]], "crs": "EPSG:4326",
    "column": [1.0, 0.5, 0.0, 1.0], "same_key": False, "cells": [0.0, 0.5, 1.0, 0.2],
    "weight": 0.6, "worst": 0.0, "at_most": 0.95, "cell": 25_000.0,
}  # fmt: skip


def studies() -> st.SearchStrategy[dict[str, Any]]:
    """A description of layers, a raster and a scenario on them: sound but for up to two odd things."""
    box = st.tuples(
        st.sampled_from([104.5, 105.0, 106.0, 107.5, 200.0]), st.sampled_from([35.5, 36.0, 37.0]),
        st.sampled_from([0.0, 1e-6, 0.3, 1.0, 3.0]), st.sampled_from(["box", "point", "bow", "hole", "empty"]),
    )  # fmt: skip
    odd: dict[str, st.SearchStrategy[Any]] = {
        "boxes": st.lists(box, min_size=1, max_size=4),
        "crs": st.sampled_from(CRS),
        "column": st.lists(st.sampled_from(NUMBERS), min_size=4, max_size=4),
        "same_key": st.just(True),
        "cells": st.lists(st.sampled_from(NUMBERS), min_size=4, max_size=9),
        "weight": st.sampled_from([0.0, -1.0, 1.0, math.nan]),
        "worst": st.sampled_from([1.0, 5.0, -5.0, math.inf]),
        "at_most": st.sampled_from([0.0, -1.0, 1e30]),
        "cell": st.sampled_from([10_000.0, 0.0, 1.0, 1e7]),
    }
    which = st.lists(st.sampled_from(sorted(odd)), max_size=2, unique=True)
    chosen = which.flatmap(lambda names: st.fixed_dictionaries({name: odd[name] for name in names}))
    return chosen.map(lambda values: {**SOUND, **values})


def _shape(west: float, south: float, side: float, kind: str) -> shapely.Geometry:
    east, north = west + side, south + side
    if kind == "point":
        return shapely.Point(west, south)
    if kind == "bow":
        return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    if kind == "empty":
        return shapely.Polygon()
    box = shapely.box(west, south, east, north)
    return box.difference(shapely.box(west + side / 4, south + side / 4, east - side / 4, north - side / 4)) if (
        kind == "hole"
    ) else box  # fmt: skip


def build(study: dict[str, Any], folder: Path) -> gt.Scenario:
    """Write the layers of a described study into `folder` and return its scenario."""
    boxes = study["boxes"]
    keys = ["a"] * len(boxes) if study["same_key"] else [f"z{i}" for i in range(len(boxes))]
    frame = gpd.GeoDataFrame(
        {"zone": keys, "n": study["column"][: len(boxes)]}, geometry=[_shape(*box) for box in boxes], crs="EPSG:4326"
    )
    frame.set_crs(study["crs"], allow_override=True).to_file(folder / "z.gpkg")
    cells = np.array([np.nan if v is None else v for v in study["cells"]], dtype=float)
    values = np.resize(cells, (8, 8))
    grid = gt.Grid.from_bounds((105.0, 36.0, 105.0 + 8 * 0.3, 36.0 + 8 * 0.3), resolution=0.3, crs="EPSG:4326")
    gt.write_raster(gt.Raster(np.resize(values, grid.shape), grid), folder / "r.tif")
    values_of = fuzz_seeds.own_scenario()
    own = values_of["criteria"]["own"]
    own.update(weight=study["weight"], worst=study["worst"])
    values_of["rules"]["high"]["test"]["at_most"] = study["at_most"]
    values_of["grid"] = {"resolution": study["cell"]}
    return gt.Scenario.from_mapping(values_of)
