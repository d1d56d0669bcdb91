"""Coordinate reference systems: the equal-area default for China, and checks.

Areas and distances are only taken on a projected CRS: a Web Mercator area is off by a factor of 1.7 at 40 N.
"""

from __future__ import annotations

from typing import Any

from pyproj import CRS, Geod
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import AlbersEqualAreaConversion
from pyproj.exceptions import CRSError

from geotransfer.errors import CrsError

__all__ = ["CHINA_ALBERS", "WGS84", "WGS84_GEOD", "check_projected", "parse_crs"]

WGS84 = CRS.from_epsg(4326)
WGS84_GEOD = Geod(ellps="WGS84")
CHINA_ALBERS: CRS = ProjectedCRS(
    AlbersEqualAreaConversion(
        latitude_first_parallel=25,
        latitude_second_parallel=47,
        latitude_false_origin=0,
        longitude_false_origin=105,
    ),
    name="China Albers equal area (WGS 84)",
    geodetic_crs=WGS84,
)
"""Albers equal area with the standard parallels 25 N and 47 N and the central meridian 105 E that national
thematic maps of China use; metres; areas exact, lengths within 4 % between 18 N and 53.5 N."""


def parse_crs(crs: Any, *, what: str) -> CRS:
    """Return a ``pyproj.CRS`` for anything ``CRS.from_user_input`` takes.

    Parameters
    ----------
    crs : Any
        EPSG code, WKT, PROJ string, ``pyproj.CRS``, ``rasterio.crs.CRS``.
    what : str
        What carries the CRS; the first words of the error.

    Raises
    ------
    CrsError
        When the CRS is missing or cannot be read.

    Examples
    --------
    >>> parse_crs("EPSG:4490", what="features").name
    'China Geodetic Coordinate System 2000'
    """
    if crs is None:
        raise CrsError(f"{what} has no CRS; expected one, nothing is guessed: set it, e.g. gdf.set_crs('EPSG:4490')")
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise CrsError(
            f"{what} has a CRS that cannot be read: {crs!r} ({error}); give an EPSG code or a WKT"
        ) from error


def check_projected(crs: CRS, *, what: str) -> None:
    """Raise `CrsError` when lengths in the units of `crs` are not metres on the ground.

    Examples
    --------
    >>> check_projected(CHINA_ALBERS, what="grid")
    >>> check_projected(WGS84, what="grid")
    Traceback (most recent call last):
        ...
    geotransfer.errors.CrsError: grid is in the geographic CRS 'WGS 84' (degrees), expected a projected one; align it to a projected grid first, e.g. geotransfer.crs.CHINA_ALBERS
    """  # noqa: E501
    if crs.is_geographic:
        raise CrsError(
            f"{what} is in the geographic CRS {crs.name!r} (degrees), expected a projected one; "
            "align it to a projected grid first, e.g. geotransfer.crs.CHINA_ALBERS"
        )
