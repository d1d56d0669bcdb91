"""Whether a layer lies where it should, in the CRS it states; if not, which other reading would put it there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pyproj import CRS

from geotransfer.checking.positions import ENOUGH, Area, Reading, datum_twins, in_wgs84, readings
from geotransfer.checking.report import Finding, error, note, warning
from geotransfer.datums import datum_accuracy
from geotransfer.types import BoolArray, FloatArray, Text

__all__ = ["crs_findings", "place_findings"]

BETTER = 0.3
"""By how much more of the positions than in the stated reading another one must put into the area."""
MOST_READINGS = 8
FARTHEST_M = 127.0
"""As far as positions of the same coordinates in Xi'an 1980 may lie off, see `datum_accuracy`; Beijing 1954 less."""


def crs_findings(crs: CRS | None, *, lon: FloatArray, lat: FloatArray) -> list[Finding]:
    """Return what there is to say of a CRS: missing, without a code, of a datum that may be off."""
    if crs is None:
        way = Text(zh="补上坐标系:--convert crs=EPSG:… -o 新文件", en="state it: --convert crs=EPSG:... -o NEW")
        return [error("no-crs", "文件没有坐标系", "the file has no CRS", None, "", way)]
    found = []
    if crs.to_epsg() is None:
        zh = f"坐标系“{crs.name}”没有 EPSG 编码,按其定义使用"
        en = f"the CRS {crs.name!r} has no EPSG code; it is used as it is defined"
        found.append(note("crs-without-code", zh, en, None, ""))
    accuracy = datum_accuracy(crs, lon=lon, lat=lat)
    if accuracy.matters:
        way = Text(
            zh="对 5 公里格网无妨;更细的用途请向测绘主管部门申请转换到 CGCS2000",
            en="no harm on cells of 5 km; for finer work ask the surveying authority for the data in CGCS2000",
        )
        found.append(warning("datum", accuracy.text.zh, accuracy.text.en, accuracy.off_by_m, "m", way))
    return found


def place_findings(xy: FloatArray, crs: CRS | None, area: Area, *, enough: float = ENOUGH) -> list[Finding]:
    """Return whether coordinates lie in an area as stated, and which other reading would put them there.

    Parameters
    ----------
    xy : array
        Coordinates as they stand in the file, shape (n, 2); one for each feature, or a sample.
    crs : CRS or None
        The stated one.
    area : Area
        Where they are expected.
    enough : float
        Share of them that must lie there; the points of a national raster are half outside.
    """
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return []
    if crs is None:
        return _unstated(readings(xy, area, enough=enough), area)
    lon, lat = (xy[:, 0], xy[:, 1]) if crs.is_geographic else in_wgs84(crs, xy[:, 0], xy[:, 1])
    inside = area.holds(lon, lat)
    share = float(inside.mean())
    others = [
        one for one in readings(xy, area, like=crs, enough=enough) if one.share >= share + BETTER * enough / ENOUGH
    ]
    if share < enough and others:
        return [_misread(share, others, area), *_datums(others)]
    found = _single_rows(xy, crs, inside, area) if share < 1 else []
    if share < enough:
        zh = f"只有 {share:.0%} 的位置在{area.name.zh}内,别的读法也不合适"
        en = f"{share:.0%} of the positions lie in {area.name.en}, and no other reading puts them there"
        way = Text(
            zh="若本就在别处,用 --reference 给出该处的图层",
            en="if they belong elsewhere, give a layer of there: --reference",
        )
        found.append(warning("elsewhere", zh, en, round(100 * share, 1), "%", way))
    return found


def _unstated(fits: list[Reading], area: Area) -> list[Finding]:
    if not fits:
        zh, en = f"没有一种读法落在{area.name.zh}", f"no reading of the coordinates lies in {area.name.en}"
        return [warning("no-reading", zh, en, 0, "%")]
    zoned = [one for one in fits if one.meridian is not None]
    rest = [one for one in fits if one.meridian is None]
    found = [_meridians(zoned, area)] if len(zoned) > 1 else [_reading(one, area) for one in zoned]
    return [*found, *(_reading(one, area) for one in rest), *_datums(fits)]


def _reading(one: Reading, area: Area) -> Finding:
    return note(
        "reading", f"按“{one.what.zh}”读,{one.share:.0%} 在{area.name.zh}内",
        f"read as {one.what.en}, {one.share:.0%} lie in {area.name.en}", round(100 * one.share, 1), "%",
        Text(zh=one.options, en=one.options),
    )  # fmt: skip


def _meridians(zoned: list[Reading], area: Area) -> Finding:
    """Return the 3-degree zones that eastings without a zone fit, as one finding: which it is only the maker knows."""
    first, last = (pick(zoned, key=lambda one: one.meridian or 0) for pick in (min, max))
    zh = f"横坐标不含带号:3 度带中央经线 {first.meridian}°E 至 {last.meridian}°E 的 {len(zoned)} 带都在{area.name.zh}内"
    en = (
        f"eastings without a zone: {len(zoned)} 3-degree zones put them into {area.name.en}, central meridians "
        f"{first.meridian} to {last.meridian} E"
    )
    way = Text(
        zh=f"查明中央经线后:{first.options}({first.meridian}°E),每 3° 加 1",
        en=f"find out the meridian: {first.options} ({first.meridian} E), 1 more each 3 degrees",
    )
    return note("meridian-unknown", zh, en, len(zoned), "zones", way)


def _datums(fits: Iterable[Reading]) -> list[Finding]:
    """Return that the datum cannot be told from coordinates, and the codes of the others in use."""
    best = next((one for one in fits if one.code == "metres"), None)
    codes = datum_twins(best.convert[-1].removeprefix("crs=EPSG:")) if best is not None else ()
    if not codes:
        return []
    zh = "、".join(f"{name.zh} EPSG:{code}" for name, code in codes)
    en = ", ".join(f"{name.en} EPSG:{code}" for name, code in codes)
    zh = f"数值看不出基准:同一带也可能是 {zh},互差至多约 {FARTHEST_M:.0f} 米"
    en = f"the numbers do not tell the datum: it may be {en} as well, up to {FARTHEST_M:.0f} m apart"
    way = Text(zh="请向数据来源查明", en="ask where the data come from")
    return [note("datum-unknown", zh, en, FARTHEST_M, "m", way)]


def _misread(share: float, others: list[Reading], area: Area) -> Finding:
    best = others[0]
    code = {"swapped": "swapped", "metres": "metres", "degrees": "degrees"}.get(best.code, "hemisphere")
    same = [one for one in others if one.share >= best.share - 0.02][:MOST_READINGS]
    zh = f"按所声明的坐标系只有 {share:.0%} 在{area.name.zh}内;按“{best.what.zh}”读则有 {best.share:.0%}"
    en = f"as stated {share:.0%} of the positions lie in {area.name.en}; read as {best.what.en} {best.share:.0%} do"
    way = Text(zh=f"{best.options} -o 新文件", en=f"{best.options} -o NEW")
    if len(same) > 1:
        names = ", ".join(one.options for one in same)
        way = Text(
            zh=f"有 {len(same)} 种读法同样合适({names}),请查明后选一种",
            en=f"{len(same)} readings fit as well ({names}): find out which is right",
        )
    return error(code, zh, en, round(100 * best.share, 1), "%", way)


def _single_rows(xy: FloatArray, crs: CRS, inside: BoolArray, area: Area) -> list[Finding]:
    """Return how many of the positions that lie elsewhere would lie in the area if their coordinates were swapped."""
    outside = xy[~inside]
    swapped = outside[:, ::-1]
    lon, lat = (swapped[:, 0], swapped[:, 1]) if crs.is_geographic else in_wgs84(crs, swapped[:, 0], swapped[:, 1])
    rows = int(area.holds(lon, lat).sum())
    found = []
    if rows:
        zh = f"{len(xy)} 个位置中有 {rows} 个经纬度颠倒"
        en = f"{rows} of {len(xy)} positions have latitude and longitude swapped"
        way = Text(
            zh="--convert swap-outside -o 新文件 只改这些", en="--convert swap-outside -o NEW changes only these"
        )
        found.append(error("rows-swapped", zh, en, rows, "features", way))
    rest = len(outside) - rows
    if rest and inside.mean() >= ENOUGH:
        zh, en = f"{rest} 个位置不在{area.name.zh}内", f"{rest} positions lie outside {area.name.en}"
        found.append(warning("outside", zh, en, rest, "features", Text(zh="请核对", en="look at them")))
    return found
