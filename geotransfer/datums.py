"""How far positions may be off because of their datum: WGS 84, CGCS2000, Beijing 1954, Xi'an 1980.

GCJ-02 and BD-09 are no datums that PROJ knows: see `geotransfer.crs`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import ArrayLike
from pyproj import CRS, Geod, Transformer
from pyproj.transformer import TransformerGroup

from geotransfer.crs import WGS84, parse_crs
from geotransfer.errors import DatumWarning
from geotransfer.types import Text

__all__ = ["DatumAccuracy", "datum_accuracy", "datum_of", "warn_of_datum"]

OFF_BY_M = {"Beijing 1954": 111.0, "Xian 1980": 127.0, "WGS 84": 2.0, "China 2000": 2.0}
"""Metres that positions of a datum differ by from WGS 84 at most, in China, when they are taken as they stand.

Beijing 1954: the six transformations of the EPSG registry that PROJ ships, each applied to all of China
(74-134 E, 18-53 N), move by 1 to 111 m. Maps of it moved by -29..-62 m in X and -56..+84 m in Y when they were brought
to CGCS2000, says guidance of the surveying administration quoted on many pages, which is 104 m together.
Xi'an 1980: there is no published transformation; the same guidance has about 40 m in X and 120 m in Y (0.8 and 2.4 mm
on a sheet of 1 : 50,000), 127 m together.
WGS 84: accuracy of the ensemble in the EPSG registry (EPSG:6326). CGCS2000 is ITRF 97 at the epoch 2000.0, inside it.
"""
SHORT_NAMES = {"China 2000": "CGCS2000", "Xian 1980": "Xi'an 1980"}
MOVED_M = 0.01
SAMPLE = 1_000


@dataclass(frozen=True)
class DatumAccuracy:
    """What is known of positions in a CRS against WGS 84.

    Attributes
    ----------
    datum : str
        Its name.
    accuracy_m : float or None
        Of the best transformation that PROJ has anywhere, as the EPSG registry states it; None where it has none.
    off_by_m : float or None
        How far positions are off at most where no transformation is known; None where nothing is known of that.
    transformed_share : float or None
        Share of the positions given for which PROJ has a transformation; None without positions.
    """

    datum: str
    accuracy_m: float | None
    off_by_m: float | None
    transformed_share: float | None = None

    @property
    def matters(self) -> bool:
        """Whether positions may be off by more than the 2 m of WGS 84."""
        if self.off_by_m is None:
            return self.accuracy_m is None or self.accuracy_m > 2
        return self.off_by_m > 2

    @property
    def text(self) -> Text:
        """One sentence for reports and run.json."""
        if self.off_by_m is None and self.accuracy_m is None:
            return Text(
                zh=f"{self.datum}:与 WGS 84 的偏差未知,坐标按原值使用",
                en=f"{self.datum}: how far it is off WGS 84 is not known; positions are taken as they stand",
            )
        if self.off_by_m is None or not self.matters:
            within = self.accuracy_m if self.off_by_m is None else self.off_by_m
            return Text(
                zh=f"{self.datum}:与 WGS 84 相差不超过 {within:.0f} 米",
                en=f"{self.datum}: within {within:.0f} m of WGS 84",
            )
        share = self.transformed_share
        if self.accuracy_m is None or share == 0:
            part_zh, part_en = "此处没有公开的转换参数,", "no published transformation here; positions "
        elif share is None:
            part_zh, part_en = (
                "仅部分地区有公开转换参数,其余",
                "a published transformation in places only; elsewhere positions ",
            )
        else:
            part_zh = f"{share:.0%} 的位置有公开转换参数(精度至多 {self.accuracy_m:.0f} 米),其余"
            part_en = (
                f"{share * 100:.0f} % of the positions have a published transformation "
                f"(at best {self.accuracy_m:.0f} m), the rest "
            )
        return Text(
            zh=f"{self.datum}:{part_zh}按原值当作 WGS 84 使用,最多偏 {self.off_by_m:.0f} 米",
            en=f"{self.datum}: {part_en}are taken as WGS 84 and off by up to {self.off_by_m:.0f} m",
        )


def datum_accuracy(crs: Any, *, lon: ArrayLike | None = None, lat: ArrayLike | None = None) -> DatumAccuracy:
    """Return how far positions in a CRS may be off WGS 84.

    PROJ takes positions as they stand ("ballpark") wherever it has no transformation: it has none for Xi'an 1980, and
    for Beijing 1954 only in the Ordos and the Tarim basin and offshore.

    Parameters
    ----------
    crs : Any
        Anything ``pyproj.CRS.from_user_input`` takes.
    lon, lat : array_like, optional
        Degrees of the CRS's own datum: for how many of these positions there is a transformation.

    Raises
    ------
    CrsError
        The CRS is missing or cannot be read.

    Examples
    --------
    >>> print(datum_accuracy("EPSG:4490").text.en)
    CGCS2000: within 2 m of WGS 84
    >>> print(datum_accuracy("EPSG:2383").text.en)
    Xi'an 1980: no published transformation here; positions are taken as WGS 84 and off by up to 127 m
    >>> print(datum_accuracy("EPSG:4214", lon=[109.0, 121.5], lat=[38.5, 31.2]).text.en)
    Beijing 1954: 50 % of the positions have a published transformation (at best 1 m), the rest are taken as WGS 84 and off by up to 111 m
    """  # noqa: E501
    known = parse_crs(crs, what="crs")
    geodetic = known.geodetic_crs
    if geodetic is None or geodetic.datum is None:
        return DatumAccuracy(known.name, None, None)
    name = str(geodetic.datum.name)
    name = "WGS 84" if name.startswith("World Geodetic System 1984") else name
    shown = SHORT_NAMES.get(name, name)
    best = _best_accuracy(geodetic)
    if name in OFF_BY_M and OFF_BY_M[name] <= 2:
        return DatumAccuracy(shown, best, OFF_BY_M[name])
    share = None if lon is None or lat is None else _moved_share(geodetic, np.asarray(lon), np.asarray(lat))
    return DatumAccuracy(shown, best, OFF_BY_M.get(name), share)


def datum_of(features: gpd.GeoDataFrame) -> DatumAccuracy:
    """Return `datum_accuracy` of features; up to 1,000 of them say for how many there is a transformation.

    Examples
    --------
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([39_500_000.0], [3_500_000.0]), crs="EPSG:2415")
    >>> datum_of(point).transformed_share
    0.0
    """
    known = parse_crs(features.crs, what="features")
    if known.geodetic_crs is None:
        return datum_accuracy(known)
    some = features.geometry.iloc[:: max(1, len(features) // SAMPLE)].bounds.dropna()
    x, y = (some["minx"] + some["maxx"]) / 2, (some["miny"] + some["maxy"]) / 2
    to_degrees = Transformer.from_crs(known, known.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform(x.to_numpy(), y.to_numpy())
    fine = np.isfinite(lon) & np.isfinite(lat)
    return datum_accuracy(known, lon=lon[fine], lat=lat[fine])


def warn_of_datum(accuracy: DatumAccuracy, *, what: str) -> None:
    """Warn where positions may be off by more than the 2 m of WGS 84."""
    if accuracy.matters:
        warnings.warn(f"{what}: {accuracy.text.en}", DatumWarning, stacklevel=3)


def _best_accuracy(geodetic: CRS) -> float | None:
    group = TransformerGroup(geodetic, WGS84, always_xy=True)
    known = [one.accuracy for one in group.transformers if one.accuracy is not None and one.accuracy >= 0]
    return min(known) if known else None


def _moved_share(geodetic: CRS, lon: ArrayLike, lat: ArrayLike) -> float | None:
    """Return the share of positions that PROJ does not leave as they stand."""
    x, y = np.atleast_1d(np.asarray(lon, dtype=np.float64)), np.atleast_1d(np.asarray(lat, dtype=np.float64))
    if x.size == 0:
        return None
    east, north = Transformer.from_crs(geodetic, WGS84, always_xy=True).transform(x, y)
    _, _, moved = Geod(ellps="WGS84").inv(x, y, east, north)
    return float((np.asarray(moved) > MOVED_M).mean())
