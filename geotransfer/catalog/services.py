"""Features of a WFS or an OGC API, cells of a Cloud Optimized GeoTIFF on a server: asked for by name, with timeouts.

Nothing else in the package reads from an address: a file that names one cannot make geotransfer fetch it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

import geopandas as gpd
import pyogrio
import rasterio
from pyogrio.errors import DataLayerError, DataSourceError

from geotransfer.catalog.readers import checked_features
from geotransfer.errors import FetchError, InputError, UnknownNameError
from geotransfer.raster import Raster, read_raster
from geotransfer.types import Bounds

__all__ = ["read_remote_features", "read_remote_raster"]

CONNECT_TIMEOUT = 10.0
PREFIXES = {"wfs": "WFS", "ogcapi": "OAPIF"}
"""GDAL's drivers for both kinds of service."""


def read_remote_features(
    url: str,
    *,
    layer: str | None = None,
    service: Literal["wfs", "ogcapi"] = "wfs",
    bounds: Bounds | None = None,
    timeout_s: float = 60.0,
) -> gpd.GeoDataFrame:
    """Read vector features from a WFS or from OGC API - Features.

    Parameters
    ----------
    url : str
        ``http://`` or ``https://``: of a WFS its address without a request, of an OGC API its landing page.
    layer : str, optional
        Type name or collection; needed when the service offers several.
    service : {"wfs", "ogcapi"}
    bounds : tuple of float, optional
        (left, bottom, right, top) in the layer's CRS; the service sends what touches them.
    timeout_s : float
        Seconds after which one request is given up.

    Returns
    -------
    GeoDataFrame
        At least one feature, with a CRS; longitude before latitude.

    Raises
    ------
    FetchError
        The server does not answer in time, or not as such a service.
    InputError
        The address is none, several layers and none named, no feature, no CRS.
    UnknownNameError
        The layer does not exist.

    Examples
    --------
    >>> read_remote_features("ftp://example.org/parks")
    Traceback (most recent call last):
    ...
    geotransfer.errors.InputError: address 'ftp://example.org/parks' is not of the web; expected http:// or https://
    >>> read_remote_features("https://example.org/geoserver/wfs", layer="plan:parks")  # doctest: +SKIP
    """
    shown = _checked_address(url)
    source = f"{PREFIXES[service]}:{url}"
    try:
        with _http_limits(timeout_s):
            names = [str(name) for name, _ in pyogrio.list_layers(source)]
            frame = pyogrio.read_dataframe(source, layer=_chosen(names, layer, shown), bbox=bounds)
    except (DataSourceError, DataLayerError) as error:
        raise FetchError(
            f"{shown!r} does not answer as {PREFIXES[service]} within {timeout_s:g} s: "
            f"{_without_secrets(str(error), url)}; check the address and service=..., or save the layer as a file"
        ) from None
    return checked_features(frame, shown)


def read_remote_raster(url: str, *, band: int = 1, bounds: Bounds | None = None, timeout_s: float = 60.0) -> Raster:
    """Read one band of a GeoTIFF on a web server; of a Cloud Optimized one only the tiles that are needed.

    Parameters
    ----------
    url : str
        ``http://`` or ``https://`` of a .tif or .tiff.
    band : int
        1 is the first.
    bounds : tuple of float, optional
        (left, bottom, right, top) in the raster's CRS: only the cells that touch them are read.
    timeout_s : float
        Seconds after which one request is given up.

    Returns
    -------
    Raster
        float64, NaN = nodata.

    Raises
    ------
    FetchError
        The server does not answer in time, or with something that is no raster.
    InputError
        The address is none, `bounds` do not overlap, every cell is nodata.

    Examples
    --------
    >>> read_remote_raster("https://example.org/notes.txt")
    Traceback (most recent call last):
    ...
    geotransfer.errors.InputError: address 'https://example.org/notes.txt' is no GeoTIFF; expected .tif or .tiff
    >>> read_remote_raster("https://example.org/elevation.tif", bounds=(105, 36, 106, 37))  # doctest: +SKIP
    """
    shown = _checked_address(url)
    if not urlsplit(url).path.lower().endswith((".tif", ".tiff")):
        raise InputError(f"address {shown!r} is no GeoTIFF; expected .tif or .tiff")
    source = f"/vsicurl/{url}"
    # one server, one file: neither its neighbours nor what it lists are asked for
    with rasterio.Env(**_options(timeout_s), GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"):
        try:
            rasterio.open(source).close()
        except rasterio.errors.RasterioIOError as error:
            raise FetchError(
                f"{shown!r} does not answer with a GeoTIFF within {timeout_s:g} s: "
                f"{_without_secrets(str(error), url)}; check the address, or download the file and give its path"
            ) from None
        return read_raster(source, band=band, bounds=bounds)


def _checked_address(url: str) -> str:
    """Return the address for messages, without user, password and query, where keys stand."""
    shown, parts = _without_secrets(url, url), urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"address {shown!r} is not of the web; expected http:// or https://")
    return shown


def _without_secrets(text: str, url: str) -> str:
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    for secret in (user + at, f"?{parts.query}" if parts.query else "", parts.password or ""):
        text = text.replace(secret, "") if secret else text
    return text


def _chosen(names: list[str], layer: str | None, shown: str) -> str:
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None:
        raise InputError(f"service {shown!r} offers the layers {', '.join(names)}; say which one with layer=...")
    if layer not in names:
        raise UnknownNameError(f"service {shown!r} has no layer {layer!r}; it has {', '.join(names)}")
    return layer


def _options(timeout_s: float) -> dict[str, str]:
    if not timeout_s > 0:
        raise InputError(f"timeout_s={timeout_s}; expected seconds above 0")
    return {
        "GDAL_HTTP_TIMEOUT": f"{timeout_s:g}",
        "GDAL_HTTP_CONNECTTIMEOUT": f"{min(CONNECT_TIMEOUT, timeout_s):g}",
        "GDAL_HTTP_MAX_RETRY": "0",
    }


@contextmanager
def _http_limits(timeout_s: float) -> Iterator[None]:
    options = _options(timeout_s)
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
