"""Whether a picture stands upside down though its file says north up: by the land it covers, or by a right raster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from affine import Affine
from rasterio.features import rasterize

from geotransfer.catalog.boundaries import boundaries
from geotransfer.checking.report import Finding, error, note, warning
from geotransfer.raster.scan import RasterFacts, raster_on, raster_overview
from geotransfer.types import BoolArray, FloatArray, Text

__all__ = ["Picture", "mask_agreement", "turned_by_mask", "turned_by_reference", "value_agreement"]

BETTER, LESS_LEFT = 0.05, 0.5
"""A turned picture must fit better by so much (intersection over union, or correlation), and leave so much of the
misfit at most, to be called turned."""
DOUBTED = 0.15
"""By so much better it is a warning, where too much misfit is left to call it turned (foreign land around China)."""
SHAPED = (0.1, 0.9)
"""Share of cells with data between which the mask of a national raster says where north is."""
FEWEST = 100
NAMES = {
    "upside down": (Text(zh="上下颠倒", en="upside down"), "flip-rows"),
    "mirrored": (Text(zh="左右颠倒", en="mirrored"), "flip-columns"),
    "turned by 180": (Text(zh="旋转 180°", en="turned by 180 degrees"), "flip-rows --convert flip-columns"),
}


@dataclass(frozen=True)
class Picture:
    """A small picture of one band of a raster file.

    Attributes
    ----------
    path, band, facts
        The file, and what it states.
    fill : float or None
        A value that seems to stand for "no data" without being declared.
    """

    path: Path
    band: int
    facts: RasterFacts
    fill: float | None

    @cached_property
    def values(self) -> FloatArray:
        """Every n-th cell, NaN where there is no data."""
        values = raster_overview(self.path, band=self.band)
        return np.where(values == self.fill, np.nan, values) if self.fill is not None else values

    @property
    def transform(self) -> Affine:
        """Of the small picture."""
        (height, width), (rows, columns) = self.facts.shape, self.values.shape
        return self.facts.transform @ Affine.scale(width / columns, height / rows)


def _turns(values: FloatArray) -> dict[str, FloatArray]:
    return {
        "as is": values, "upside down": values[::-1], "mirrored": values[:, ::-1], "turned by 180": values[::-1, ::-1],
    }  # fmt: skip


def mask_agreement(mask: BoolArray, land: BoolArray) -> dict[str, float]:
    """Return how well the cells with data lie on the land, as they are and turned: intersection over union.

    Examples
    --------
    >>> land = np.array([[True, True], [True, False], [False, False]])
    >>> {name: round(value, 2) for name, value in mask_agreement(land[::-1], land).items()}
    {'as is': 0.2, 'upside down': 1.0, 'mirrored': 0.0, 'turned by 180': 0.5}
    """
    whole = {name: one.astype(bool) for name, one in _turns(mask.astype(np.float64)).items()}
    return {name: float((one & land).sum() / max(1, (one | land).sum())) for name, one in whole.items()}


def value_agreement(values: FloatArray, right: FloatArray) -> dict[str, float]:
    """Return the correlation with values that are right, as they are and turned; NaN cells are left out.

    Examples
    --------
    >>> right = np.arange(400.0).reshape(20, 20)
    >>> found = value_agreement(right[::-1], right)
    >>> round(found["upside down"], 2), found["as is"] < 0
    (1.0, True)
    """
    found = {}
    for name, one in _turns(values).items():
        both = np.isfinite(one) & np.isfinite(right)
        fit = both.sum() >= FEWEST and one[both].std() > 0 and right[both].std() > 0
        found[name] = float(np.corrcoef(one[both], right[both])[0, 1]) if fit else 0.0
    return found


def turned_by_mask(picture: Picture) -> list[Finding]:
    """Return whether the cells with data lie better on China's land when the picture is turned.

    Told only of rasters in degrees whose cells with data have a shape: 10 to 90 % of the cells.
    """
    facts = picture.facts
    if facts.crs is None or not facts.crs.is_geographic:
        return []
    mask = np.isfinite(picture.values)
    if not SHAPED[0] < mask.mean() < SHAPED[1]:
        return []
    shapes = boundaries("province").geometry
    land = rasterize(shapes, out_shape=mask.shape, transform=picture.transform, dtype="uint8") == 1
    zh, en = "有数据的像元与中国陆地的重合度", "cells with data fit China's land by"
    return _told(mask_agreement(mask, land), zh, en)


def turned_by_reference(picture: Picture, reference: Path) -> list[Finding]:
    """Return whether values agree better with those of a right raster of the same quantity when the picture is turned.

    Raises
    ------
    InputError
        The reference cannot be read.
    """
    facts = picture.facts
    if facts.crs is None:
        return []
    right = raster_on(reference, crs=facts.crs, transform=picture.transform, shape=picture.values.shape)
    return _told(value_agreement(picture.values, right), "与参照栅格的相关系数", "correlation with the reference:")


def _told(agreement: dict[str, float], zh: str, en: str) -> list[Finding]:
    best = max(agreement, key=lambda name: agreement[name])
    as_is = agreement["as is"]
    if agreement[best] < as_is + BETTER or 1 - agreement[best] > LESS_LEFT * (1 - as_is):
        if agreement[best] >= as_is + DOUBTED:
            name, _ = NAMES[best]
            way = Text(
                zh="用 --reference 给出同类的正确栅格比对", en="compare with a right one of the kind: --reference"
            )
            told = f"{zh}为 {as_is:.2f},{name.zh}后为 {agreement[best]:.2f}:或许颠倒,不能断定"
            said = f"{en} {as_is:.2f}, {name.en} {agreement[best]:.2f}: perhaps turned, it cannot be told"
            return [warning("orientation-doubtful", told, said, round(agreement[best], 2), "1", way)]
        return [note("orientation", f"{zh}为 {as_is:.2f}", f"{en} {as_is:.2f}", round(as_is, 2), "1")]
    name, option = NAMES[best]
    way = Text(zh=f"--convert {option} -o 新文件.tif", en=f"--convert {option} -o NEW.tif")
    zh = f"{zh}为 {as_is:.2f},{name.zh}后为 {agreement[best]:.2f}"
    return [
        error(
            "upside-down", zh, f"{en} {as_is:.2f}, {name.en} {agreement[best]:.2f}", round(agreement[best], 2), "1", way
        )
    ]
