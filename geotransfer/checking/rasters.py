"""What is wrong or unusual in a raster: nodata, place, orientation, size, scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from geotransfer.checking.orientation import Picture, turned_by_mask, turned_by_reference
from geotransfer.checking.placement import crs_findings, place_findings
from geotransfer.checking.positions import Area, in_wgs84
from geotransfer.checking.report import Finding, error, note, warning
from geotransfer.errors import InputError
from geotransfer.grid import MAX_CELLS
from geotransfer.raster.faults import FILL_VALUES, HUGE
from geotransfer.raster.scan import CellScan, RasterFacts, raster_facts, scan_cells
from geotransfer.types import FloatArray, Text

__all__ = ["raster_findings", "suspected_nodata"]

SUSPECTS = (*FILL_VALUES, -999.0, -99.0, -1.0, 999.0, 9999.0, 32767.0, 65535.0, 255.0, 1e20)
LEAST_SHARE = 0.001
ENOUGH = 0.15
"""Of points spread over a raster that must lie in China for a reading to fit: the land fills a third of its box."""


def raster_findings(path: Path, area: Area, *, band: int = 1, reference: Path | None = None) -> list[Finding]:
    """Return what is wrong or unusual in one band of a raster file; `reference` is a raster that is known to be right.

    Raises
    ------
    InputError
        The file is missing, no raster, or has no such band.
    """
    facts = raster_facts(path, band=band)
    found = [*_turned(facts), *_scale(facts), *_size(facts)]
    xy = facts.xy()
    if facts.crs is not None:
        lon, lat = (xy[:, 0], xy[:, 1]) if facts.crs.is_geographic else in_wgs84(facts.crs, xy[:, 0], xy[:, 1])
        fine = np.isfinite(lon) & np.isfinite(lat)
        found += crs_findings(facts.crs, lon=lon[fine], lat=lat[fine])
        found += _zero_to_360(facts)
        found += (
            []
            if _touches(np.stack([lon[fine], lat[fine]]), area)
            else place_findings(xy, facts.crs, area, enough=ENOUGH)
        )
    else:
        found += crs_findings(None, lon=xy[:0, 0], lat=xy[:0, 1]) + place_findings(xy, None, area, enough=ENOUGH)
    try:
        scan = scan_cells(path, band=band)
    except InputError as problem:
        way = Text(zh="请重新取得文件", en="get the file again")
        return [*found, error("unreadable", f"像元无法读取:{problem}", str(problem), None, "", way)]
    found += [*_cells(facts, scan), *_unseen(facts, scan)]
    suspect = suspected_nodata(scan, facts.dtype)
    picture = Picture(path, band, facts, None if suspect is None else suspect[0])
    return found + (turned_by_mask(picture) if reference is None else turned_by_reference(picture, reference))


def _touches(lonlat: FloatArray, area: Area) -> bool:
    """Whether the box around a raster's points reaches into an area."""
    if lonlat.size == 0 or np.abs(lonlat[1]).max() > 91 or np.abs(lonlat[0]).max() > 361:
        return False
    (west, south), (east, north) = lonlat.min(axis=1), lonlat.max(axis=1)
    return bool(shapely.intersects(area.shape, shapely.box(west, south, east, north)))


def _turned(facts: RasterFacts) -> list[Finding]:
    t = facts.transform
    way = Text(zh="--convert north-up -o 新文件.tif", en="--convert north-up -o NEW.tif")
    if t.b or t.d:
        degrees = float(np.degrees(np.arctan2(t.d, t.a)))
        zh, en = f"栅格旋转了 {degrees:.1f}°", f"the raster is rotated by {degrees:.1f} degrees"
        return [error("rotated", zh, en, round(degrees, 2), "deg", way)]
    if not (t.a > 0 > t.e):
        zh, en = "行自南向北(或列自东向西)", "the rows run from south to north (or the columns from east to west)"
        return [error("south-up", zh, en, None, "", way)]
    return []


def _scale(facts: RasterFacts) -> list[Finding]:
    if (facts.scale, facts.offset) == (1.0, 0.0):
        return []
    zh, en = f"值 = 存储值 × {facts.scale:g} + {facts.offset:g}", f"value = stored x {facts.scale:g} + {facts.offset:g}"
    if not np.isfinite(facts.scale) or not np.isfinite(facts.offset) or facts.scale == 0:
        way = Text(zh="改正 scale 与 offset", en="correct scale and offset")
        return [error("scale", zh, en, facts.scale, "", way)]
    return [note("scale", zh + ",读取时已换算", en + ", applied on reading", facts.scale, "")]


def _size(facts: RasterFacts) -> list[Finding]:
    if facts.cells <= MAX_CELLS:
        return []
    zh = f"每个波段 {facts.cells:.3g} 个像元,须分块读取"
    en = f"{facts.cells:.3g} cells a band: it is read by parts"
    return [note("huge", zh, en, facts.cells, "cells")]


def _zero_to_360(facts: RasterFacts) -> list[Finding]:
    if facts.crs is None or not facts.crs.is_geographic or not 180.5 < facts.bounds[2] <= 361:
        return []
    zh = f"经度为 0–360 制(东边界 {facts.bounds[2]:g})。中国范围读取正确,西半球不行"
    en = f"longitudes run from 0 to 360 (east edge {facts.bounds[2]:g}): China is read rightly, the west is not"
    way = Text(zh="--convert lon180 -o 新文件.tif", en="--convert lon180 -o NEW.tif")
    return [note("lon-360", zh, en, facts.bounds[2], "deg", way)]


def suspected_nodata(scan: CellScan, dtype: str) -> tuple[float, float] | None:
    """Return the value that seems to stand for "no data", and its share of the cells; None where none does.

    It is the lowest or highest value, one that programs write for it, in at least 0.1 % of the cells, and farther from
    the next one than the others lie apart.

    Examples
    --------
    >>> suspected_nodata(CellScan(100, 100, -9999.0, 20, 3.0, 90.0, 1, 89.0), "float32")
    (-9999.0, 0.2)
    >>> suspected_nodata(CellScan(100, 100, 0.0, 1, 1.0, 255.0, 20, 254.0), "uint8") is None
    True
    """
    if scan.valid == 0:
        return None
    ends = (
        (scan.lowest, scan.lowest_count, scan.next_lowest, scan.highest),
        (scan.highest, scan.highest_count, scan.next_highest, scan.lowest),
    )
    for value, count, following, other in ends:
        # 1e20 is another number in 32 bits
        known = bool(np.isclose(value, SUSPECTS, rtol=1e-6, atol=0).any()) or abs(value) > HUGE
        if (dtype != "uint8" and value == 255) or not known:
            continue
        share, gap, spread = count / scan.valid, abs(following - value), abs(other - following)
        if abs(value) > HUGE or value in FILL_VALUES or (share >= LEAST_SHARE and gap > spread):
            return float(value), share
    return None


def _cells(facts: RasterFacts, scan: CellScan) -> list[Finding]:
    if scan.valid == 0:
        return [error("no-data", "所有像元都是无数据", "every cell is nodata", 0, "cells")]
    if scan.lowest == scan.highest:
        zh, en = f"所有像元的值都是 {scan.lowest:g}", f"every cell holds {scan.lowest:g}"
        return [warning("constant", zh, en, scan.lowest, "", Text(zh="请核对", en="look at it"))]
    found = []
    if facts.declares_nodata:
        share = 100 * (1 - scan.valid / scan.seen)
        shown = "" if facts.nodata is None else f" {facts.nodata:g}"
        zh, en = f"声明了无数据值{shown},占 {share:.1f} %", f"nodata{shown} is declared: {share:.1f} % of the cells"
        found.append(note("nodata", zh, en, round(share, 2), "%"))
    suspect = suspected_nodata(scan, facts.dtype)
    if suspect is not None:
        found.append(_undeclared(*suspect, declared=facts.declares_nodata))
    return found


def _undeclared(value: float, share: float, *, declared: bool) -> Finding:
    refused = not declared and (value in FILL_VALUES or abs(value) > HUGE)
    zh = f"{share:.1%} 的像元为 {value:.8g},像是无数据值,但未声明"
    en = f"{share * 100:.1f} % of the cells hold {value:.8g}, which looks like nodata and is not declared"
    option = f"--convert nodata={value:.8g} -o"
    way = Text(zh=f"确认后:{option} 新文件.tif", en=f"if so: {option} NEW.tif")
    return (error if refused else warning)("nodata-undeclared", zh, en, round(100 * share, 2), "%", way)


def _unseen(facts: RasterFacts, scan: CellScan) -> list[Finding]:
    if scan.seen >= facts.cells:
        return []
    share = scan.seen / facts.cells
    zh, en = f"只看了 {share:.0%} 的像元", f"{share:.0%} of the cells were looked at"
    return [note("sampled", zh, en, round(100 * share, 1), "%")]
