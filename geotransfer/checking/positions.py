"""Whether coordinates lie where they should: swapped, mirrored, in metres, or in another CRS than the one stated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geotransfer.catalog.boundaries import boundaries
from geotransfer.checking.report import NO_WAY, Finding, error, note, warning
from geotransfer.crs import CHINA_ALBERS, WGS84
from geotransfer.datums import datum_accuracy
from geotransfer.types import BoolArray, FloatArray, Text

__all__ = ["Area", "Reading", "area_of", "china", "crs_findings", "place_findings", "readings"]

MARGIN_DEG = 0.3
"""About 30 km: ports and islands lie outside the land polygons."""
SIMPLER_DEG = 0.05
ENOUGH = 0.5
"""Of the positions that must lie in the area for a reading to fit."""
BETTER = 0.3
"""By how much more of them than in the stated reading."""
MOST_READINGS = 8
LAMBERT = "+proj=lcc +lat_0=0 +lon_0=105 +lat_1=30 +lat_2=62 +x_0=0 +y_0=0 +ellps=krass +units=m +no_defs +type=crs"
"""National maps of China in the Lambert projection, as their .prj files state it."""


@dataclass(frozen=True)
class Area:
    """Where positions are expected: polygons in degrees, and what they are called."""

    shape: shapely.Geometry
    name: Text

    def holds(self, lon: FloatArray, lat: FloatArray) -> BoolArray:
        """Whether positions in degrees lie inside; a position that is not finite does not."""
        fine = np.isfinite(lon) & np.isfinite(lat)
        inside = shapely.contains_xy(self.shape, np.where(fine, lon, 0.0), np.where(fine, lat, 0.0))
        return np.asarray(inside & fine)


@dataclass(frozen=True)
class Reading:
    """One way to read coordinates.

    Attributes
    ----------
    code : str
        ``"swapped"``, ``"west"``, ``"south"``, ``"south-west"``, ``"degrees"``, ``"metres"``.
    convert : str
        What `convert_layer` takes to read them so.
    what : Text
        In words.
    share : float
        Of the positions that then lie in the area.
    """

    code: str
    convert: str
    what: Text
    share: float


@cache
def china() -> Area:
    """Return China and about 30 km around it.

    Examples
    --------
    >>> china().holds(np.array([116.4, 39.9]), np.array([39.9, 116.4])).tolist()
    [True, False]
    """
    land = shapely.union_all(shapely.simplify(boundaries("province").geometry.to_numpy(), SIMPLER_DEG))
    shape = shapely.buffer(land, MARGIN_DEG, quad_segs=2)
    shapely.prepare(shape)
    return Area(shape, Text(zh="中国(含沿岸 30 公里)", en="China (with 30 km around it)"))


def area_of(reference: gpd.GeoDataFrame) -> Area:
    """Return the area of a reference layer: its polygons, or the box around lines and points, and 30 km around it."""
    local = reference.geometry.dropna().to_crs(WGS84)
    polygons = local.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    inner = shapely.union_all(local.make_valid().to_numpy()) if polygons else shapely.box(*local.total_bounds)
    shape = shapely.buffer(inner, MARGIN_DEG, quad_segs=2)
    shapely.prepare(shape)
    return Area(shape, Text(zh="参考图层的范围", en="the area of the reference layer"))


def readings(xy: FloatArray, area: Area, *, like: CRS | None = None) -> list[Reading]:
    """Return the ways to read coordinates that put at least half of them into an area, the best first.

    Parameters
    ----------
    xy : array
        Coordinates as they stand in the file, shape (n, 2).
    area : Area
        Where they are expected.
    like : CRS, optional
        The stated one; of readings that fit equally well the one with its central meridian comes first.

    Examples
    --------
    >>> [reading.code for reading in readings(np.array([[39.9, 116.4], [31.2, 121.5]]), china())]
    ['swapped']
    >>> readings(np.array([[38_500_000.0, 4_000_000.0]]), china())[0].convert
    'crs=EPSG:4526'
    """
    found = [one for one in (*_in_degrees(xy, area), *_in_metres(xy, area)) if one.share >= ENOUGH]
    meridian = _meridian(like)
    return sorted(found, key=lambda one: (-round(one.share, 2), _distance(one, meridian)))


def _in_degrees(xy: FloatArray, area: Area) -> Iterator[Reading]:
    x, y = xy[:, 0], xy[:, 1]
    if not (np.nanmax(np.abs(x)) <= 360 and np.nanmax(np.abs(y)) <= 360):
        return
    ways: tuple[tuple[str, str, Text, FloatArray, FloatArray], ...] = (
        ("degrees", "crs=EPSG:4490", Text(zh="经纬度(度)", en="degrees, longitude first"), x, y),
        ("swapped", "swap", Text(zh="经纬度颠倒", en="latitude before longitude"), y, x),
        ("west", "flip-x", Text(zh="经度的正负号反了", en="longitude with the wrong sign"), -x, y),
        ("south", "flip-y", Text(zh="纬度的正负号反了", en="latitude with the wrong sign"), x, -y),
        ("south-west", "flip-x,flip-y", Text(zh="经纬度的正负号都反了", en="both with the wrong sign"), -x, -y),
    )
    for code, convert, what, lon, lat in ways:
        yield Reading(code, convert, what, float(area.holds(lon, lat).mean()))


def _in_metres(xy: FloatArray, area: Area) -> Iterator[Reading]:
    if np.nanmax(np.abs(xy)) <= 360:
        return
    for order, columns in (("", (0, 1)), ("swap,", (1, 0))):
        x, y = xy[:, columns[0]], xy[:, columns[1]]
        for name, crs in _candidates(float(np.nanmedian(x)), float(np.nanmedian(y))):
            lon, lat = _degrees(crs, x, y)
            share = float(area.holds(lon, lat).mean())
            if share >= ENOUGH:
                turned = Text(zh="x、y 颠倒,", en="northing first, ") if order else NO_WAY
                what = Text(zh=f"{turned.zh}{crs.name}(米)", en=f"{turned.en}{crs.name} (metres)")
                yield Reading("metres", f"{order}crs={name}", what, share)


def _candidates(x: float, y: float) -> Iterator[tuple[str, CRS]]:
    """Yield the projected CRS of China that easting and northing may belong to; the datum cannot be told from them.

    GB/T 17278 and the EPSG registry: 3-degree zones 25-45 and 6-degree zones 13-23, the zone in front of the easting
    or left out.
    """
    zone = int(x // 1_000_000)
    if 25 <= zone <= 45:
        yield f"EPSG:{4513 + zone - 25}", _epsg(4513 + zone - 25)
    elif 13 <= zone <= 23 and y < 6_500_000:
        yield f"EPSG:{4491 + zone - 13}", _epsg(4491 + zone - 13)
    if 100_000 <= x <= 900_000:
        for number in range(21):
            yield f"EPSG:{4534 + number}", _epsg(4534 + number)
    if abs(x) > 1_000_000 and abs(y) < 20_037_509:
        yield "EPSG:3857", _epsg(3857)
    if abs(x) < 4_000_000:
        yield "china-albers", CHINA_ALBERS
        yield f"'{LAMBERT}'", CRS(LAMBERT)


@cache
def _epsg(code: int) -> CRS:
    return CRS.from_epsg(code)


def _degrees(crs: CRS, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return WGS 84 degrees; where PROJ cannot, they are not finite."""
    try:
        lon, lat = Transformer.from_crs(crs, WGS84, always_xy=True).transform(x, y)
    except ProjError:
        return np.full(len(x), np.inf), np.full(len(x), np.inf)
    return np.asarray(lon), np.asarray(lat)


def _meridian(crs: CRS | None) -> float | None:
    if crs is None or crs.coordinate_operation is None:
        return None
    named = {p.name: p.value for p in crs.coordinate_operation.params}
    value = named.get("Longitude of natural origin")
    return None if value is None else float(value)


def _distance(reading: Reading, meridian: float | None) -> float:
    name = reading.convert.rsplit("crs=", 1)[-1]
    if meridian is None or not name.startswith("EPSG:"):
        return 0.0 if reading.code != "metres" else 1.0
    own = _meridian(_epsg(int(name.removeprefix("EPSG:"))))
    return abs(own - meridian) if own is not None else 999.0


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


def place_findings(xy: FloatArray, crs: CRS | None, area: Area) -> list[Finding]:
    """Return whether coordinates lie in an area as stated, and which other reading would put them there.

    Parameters
    ----------
    xy : array
        Coordinates as they stand in the file, shape (n, 2); one for each feature, or a sample.
    crs : CRS or None
        The stated one.
    area : Area
        Where they are expected.
    """
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return []
    if crs is None:
        return _unstated(readings(xy, area), area)
    lon, lat = (xy[:, 0], xy[:, 1]) if crs.is_geographic else _degrees(crs, xy[:, 0], xy[:, 1])
    inside = area.holds(lon, lat)
    share = float(inside.mean())
    others = [one for one in readings(xy, area, like=crs) if one.share >= share + BETTER]
    if share < ENOUGH and others:
        return [_misread(share, others, area)]
    found = _single_rows(xy, crs, inside, area) if share < 1 else []
    if share < ENOUGH:
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
    return [
        note("reading", f"按“{one.what.zh}”读,{one.share:.0%} 在{area.name.zh}内",
             f"read as {one.what.en}, {one.share:.0%} lie in {area.name.en}", round(100 * one.share, 1), "%",
             Text(zh=f"--convert {one.convert}", en=f"--convert {one.convert}"))
        for one in fits[:MOST_READINGS]
    ]  # fmt: skip


def _misread(share: float, others: list[Reading], area: Area) -> Finding:
    best = others[0]
    code = {"swapped": "swapped", "metres": "metres", "degrees": "degrees"}.get(best.code, "hemisphere")
    same = [one for one in others if one.share >= best.share - 0.02][:MOST_READINGS]
    zh = f"按所声明的坐标系只有 {share:.0%} 在{area.name.zh}内;按“{best.what.zh}”读则有 {best.share:.0%}"
    en = f"as stated {share:.0%} of the positions lie in {area.name.en}; read as {best.what.en} {best.share:.0%} do"
    way = Text(zh=f"--convert {best.convert} -o 新文件", en=f"--convert {best.convert} -o NEW")
    if len(same) > 1:
        names = ", ".join(one.convert for one in same)
        way = Text(
            zh=f"有 {len(same)} 种读法同样合适({names}),请查明后用 --convert 选一种",
            en=f"{len(same)} readings fit as well ({names}): find out which, then --convert one",
        )
    return error(code, zh, en, round(100 * best.share, 1), "%", way)


def _single_rows(xy: FloatArray, crs: CRS, inside: BoolArray, area: Area) -> list[Finding]:
    """Return how many of the positions that lie elsewhere would lie in the area if their coordinates were swapped."""
    outside = xy[~inside]
    swapped = outside[:, ::-1]
    lon, lat = (swapped[:, 0], swapped[:, 1]) if crs.is_geographic else _degrees(crs, swapped[:, 0], swapped[:, 1])
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
