"""The ways coordinates may be read, swapped, mirrored, in metres of some CRS, and which of them lie in an area."""

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
from geotransfer.checking.report import NO_WAY
from geotransfer.crs import CHINA_ALBERS, WGS84
from geotransfer.types import BoolArray, FloatArray, Text

__all__ = ["ENOUGH", "Area", "Reading", "area_of", "china", "datum_twins", "in_wgs84", "readings"]

MARGIN_DEG = 0.3
"""About 30 km: ports and islands lie outside the land polygons."""
SIMPLER_DEG = 0.05
ENOUGH = 0.5
"""Of the positions that must lie in the area for a reading to fit."""
NO_ZONE, ZONES, FIRST_MERIDIAN = 4534, 21, 75
"""EPSG codes of CGCS2000's 3-degree zones whose eastings hold no zone: 75 to 135 E."""
TWINS = (
    (4513, 21, (2349, 2401)),
    (4534, 21, (2370, 2422)),
    (4491, 11, (2327, 21413)),
)
"""First code of CGCS2000's zones (3 degrees with zone, without, 6 degrees), how many, and of Xi'an 1980 and Beijing
1954 those of the same zones; EPSG registry."""
DATUMS = (Text(zh="西安 1980", en="Xi'an 1980"), Text(zh="北京 1954", en="Beijing 1954"))
LAMBERT = "+proj=lcc +lat_0=0 +lon_0=105 +lat_1=30 +lat_2=62 +x_0=0 +y_0=0 +ellps=krass +units=m +no_defs +type=crs"
LAMBERT_25_47 = LAMBERT.replace("+lat_1=30 +lat_2=62", "+lat_1=25 +lat_2=47")
"""National maps of China in the Lambert projection, as their .prj files state it."""
NAMED = {
    LAMBERT: Text(zh="兰勃特 105°E、30°/62°", en="Lambert 105 E, 30/62 N"),
    LAMBERT_25_47: Text(zh="兰勃特 105°E、25°/47°", en="Lambert 105 E, 25/47 N"),
}


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
    convert : tuple of str
        The steps of `convert_layer` that make a layer of it.
    what : Text
        In words.
    share : float
        Of the positions that then lie in the area.
    """

    code: str
    convert: tuple[str, ...]
    what: Text
    share: float

    @property
    def meridian(self) -> int | None:
        """Central meridian, where the easting holds no zone and several fit; else None."""
        number = self.convert[-1].removeprefix("crs=EPSG:")
        if len(self.convert) == 1 and number.isdigit() and NO_ZONE <= int(number) < NO_ZONE + ZONES:
            return FIRST_MERIDIAN + 3 * (int(number) - NO_ZONE)
        return None

    @property
    def options(self) -> str:
        """As the command line takes it."""
        return " ".join(f"--convert {_quoted(step)}" for step in self.convert)


def _quoted(step: str) -> str:
    return f"'{step}'" if " " in step else step


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


def readings(xy: FloatArray, area: Area, *, like: CRS | None = None, enough: float = ENOUGH) -> list[Reading]:
    """Return the ways to read coordinates that put enough of them into an area, the best first.

    Parameters
    ----------
    xy : array
        Coordinates as they stand in the file, shape (n, 2).
    area : Area
        Where they are expected.
    like : CRS, optional
        The stated one; of readings that fit equally well the one with its central meridian comes first.
    enough : float
        Share of them that must lie there.

    Examples
    --------
    >>> [reading.code for reading in readings(np.array([[39.9, 116.4], [31.2, 121.5]]), china())]
    ['swapped']
    >>> readings(np.array([[38_500_000.0, 4_000_000.0]]), china())[0].convert
    ('crs=EPSG:4526',)
    """
    found = [one for one in (*_in_degrees(xy, area), *_in_metres(xy, area)) if one.share >= enough]
    meridian = _meridian(like)
    return sorted(found, key=lambda one: (-round(one.share, 2), _distance(one, meridian)))


def _in_degrees(xy: FloatArray, area: Area) -> Iterator[Reading]:
    x, y = xy[:, 0], xy[:, 1]
    if not (np.nanmax(np.abs(x)) <= 360 and np.nanmax(np.abs(y)) <= 360):
        return
    ways: tuple[tuple[str, tuple[str, ...], Text, FloatArray, FloatArray], ...] = (
        ("degrees", ("crs=EPSG:4490",), Text(zh="经纬度(度)", en="degrees, longitude first"), x, y),
        ("swapped", ("swap",), Text(zh="经纬度颠倒", en="latitude before longitude"), y, x),
        ("west", ("flip-x",), Text(zh="经度的正负号反了", en="longitude with the wrong sign"), -x, y),
        ("south", ("flip-y",), Text(zh="纬度的正负号反了", en="latitude with the wrong sign"), x, -y),
        ("south-west", ("flip-x", "flip-y"), Text(zh="经纬度的正负号都反了", en="both with the wrong sign"), -x, -y),
    )
    for code, convert, what, lon, lat in ways:
        yield Reading(code, convert, what, float(area.holds(lon, lat).mean()))


def _in_metres(xy: FloatArray, area: Area) -> Iterator[Reading]:
    if np.nanmax(np.abs(xy)) <= 360:
        return
    for order, columns in (((), (0, 1)), (("swap",), (1, 0))):
        x, y = xy[:, columns[0]], xy[:, columns[1]]
        for name, crs in _candidates(np.nanpercentile(x, [5, 50, 95]), float(np.nanmedian(y))):
            lon, lat = in_wgs84(crs, x, y)
            share = float(area.holds(lon, lat).mean())
            if share > 0:
                turned = Text(zh="x、y 颠倒,", en="northing first, ") if order else NO_WAY
                called = NAMED.get(name, Text(zh=crs.name, en=crs.name))
                what = Text(zh=f"{turned.zh}{called.zh}(米)", en=f"{turned.en}{called.en} (metres)")
                yield Reading("metres", (*order, f"crs={name}"), what, share)


def _candidates(eastings: FloatArray, y: float) -> Iterator[tuple[str, CRS]]:
    """Yield the projected CRS of China that easting and northing may belong to; the datum cannot be told from them.

    GB/T 17278 and the EPSG registry: 3-degree zones 25-45 and 6-degree zones 13-23, the zone in front of the easting
    or left out.
    """
    low, x, high = eastings.tolist()
    zone = int(x // 1_000_000)
    if 25 <= zone <= 45:
        yield f"EPSG:{4513 + zone - 25}", _epsg(4513 + zone - 25)
    elif 13 <= zone <= 23 and y < 6_500_000:
        yield f"EPSG:{4491 + zone - 13}", _epsg(4491 + zone - 13)
    if low >= 0 and high <= 1_000_000:
        for number in range(21):
            yield f"EPSG:{4534 + number}", _epsg(4534 + number)
    if abs(x) > 1_000_000 and abs(y) < 20_037_509:
        yield "EPSG:3857", _epsg(3857)
    if abs(x) < 4_000_000:
        yield "china-albers", CHINA_ALBERS
        yield LAMBERT, CRS(LAMBERT)
        yield LAMBERT_25_47, CRS(LAMBERT_25_47)


def datum_twins(code: str) -> tuple[tuple[Text, int], ...]:
    """Return the codes that the older datums have for a zone of CGCS2000; none for other codes.

    Examples
    --------
    >>> [(name.en, code) for name, code in datum_twins("4523")], datum_twins("3857")
    ([("Xi'an 1980", 2359), ('Beijing 1954', 2411)], ())
    """
    number = int(code) if code.isdigit() else 0
    for first, zones, others in TWINS:
        if first <= number < first + zones:
            return tuple((name, other + number - first) for name, other in zip(DATUMS, others, strict=True))
    return ()


@cache
def _epsg(code: int) -> CRS:
    return CRS.from_epsg(code)


def in_wgs84(crs: CRS, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the longitudes and latitudes of coordinates; where PROJ has none, they are not finite."""
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
    name = reading.convert[-1].removeprefix("crs=")
    if meridian is None or not name.startswith("EPSG:"):
        return 0.0 if reading.code != "metres" else 1.0
    own = _meridian(_epsg(int(name.removeprefix("EPSG:"))))
    return abs(own - meridian) if own is not None else 999.0
