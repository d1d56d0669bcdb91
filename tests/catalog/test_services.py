"""A WFS, an OGC API and a GeoTIFF on a server of this machine."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Literal

import numpy as np
import pyogrio
import pytest
import rasterio
from feature_services import feature_services
from fetch_server import PROXY_VARIABLES, Answer, Server, good, running_server, stalled, status

import geotransfer as gt
from geotransfer.errors import FetchError, InputError, UnknownNameError


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture(scope="module")
def services() -> Iterator[str]:
    with feature_services() as address:
        yield address


def ranged(body: bytes) -> Answer:
    """Bytes of a file, a range of them where one is asked for."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range")
        first, _, last = (asked or f"bytes=0-{len(body) - 1}").removeprefix("bytes=").partition("-")
        part = body[int(first) : int(last or len(body) - 1) + 1]
        handler.send_response(206 if asked else 200)
        handler.send_header("Accept-Ranges", "bytes")
        if asked:
            handler.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(body)}")
        handler.send_header("Content-Length", str(len(part)))
        handler.end_headers()
        if handler.command == "GET":
            handler.wfile.write(part)

    return answer


def test_features_of_a_wfs_have_longitude_first(services: str) -> None:
    found = gt.read_remote_features(f"{services}/wfs")
    assert found["name"].tolist() == ["宁东园区", "乙园"]
    assert found["area"].tolist() == [40.5, 3.0]
    np.testing.assert_allclose(found.get_coordinates(), [[106.6, 38.1], [105.5, 36.0]])
    assert found.crs == "EPSG:4326"


def test_layers_of_a_service_are_named(services: str) -> None:
    address = f"{services}/wfs-of-two"
    with pytest.raises(InputError, match="offers the layers plan:parks, plan:roads; say which one with layer="):
        gt.read_remote_features(address)
    with pytest.raises(UnknownNameError, match="has no layer 'parks'; it has plan:parks, plan:roads"):
        gt.read_remote_features(address, layer="parks")


def test_features_of_an_ogc_api(services: str) -> None:
    found = gt.read_remote_features(f"{services}/api", layer="parks", service="ogcapi")
    assert found["name"].tolist() == ["宁东园区"]
    np.testing.assert_allclose(found.get_coordinates(), [[106.6, 38.1]])


@pytest.mark.parametrize(("service", "said"), [("wfs", "WFS"), ("ogcapi", "OAPIF")])
def test_what_is_no_service_is_said(services: str, service: Literal["wfs", "ogcapi"], said: str) -> None:
    with pytest.raises(FetchError, match=f"does not answer as {said} within 5 s"):
        gt.read_remote_features(f"{services}/page", service=service, timeout_s=5)


def test_a_silent_server_is_given_up_and_the_options_come_back(services: str) -> None:
    before, start = pyogrio.get_gdal_config_option("GDAL_HTTP_TIMEOUT"), time.monotonic()
    with pytest.raises(FetchError, match=r"within 0\.5 s"):
        gt.read_remote_features(f"{services}/silent", timeout_s=0.5)
    assert time.monotonic() - start < 3
    assert pyogrio.get_gdal_config_option("GDAL_HTTP_TIMEOUT") == before


def test_a_password_in_the_address_is_not_repeated(services: str) -> None:
    address = f"{services}/page".replace("http://", "http://planner:secret@") + "?key=hidden"
    with pytest.raises(FetchError, match="does not answer") as caught:
        gt.read_remote_features(address, timeout_s=5)
    assert not {"secret", "hidden"} & set(re.findall(r"\w+", str(caught.value)))


def big_raster(folder: Path) -> tuple[bytes, gt.Raster]:
    """A tiled GeoTIFF of 8 MB that does not compress well."""
    values = np.random.default_rng(1).random((1024, 1024))
    raster = gt.Raster(values, gt.Grid.from_bounds((100, 30, 110.24, 40.24), resolution=0.01, crs="EPSG:4326"))
    path = folder / "big.tif"
    profile = {
        "driver": "GTiff", "width": 1024, "height": 1024, "count": 1, "dtype": "float64", "tiled": True,
        "blockxsize": 256, "blockysize": 256, "crs": "EPSG:4326", "transform": raster.grid.transform,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
    return path.read_bytes(), raster


def test_of_a_remote_raster_only_the_needed_tiles_are_loaded(server: Server, tmp_path: Path) -> None:
    body, raster = big_raster(tmp_path)
    loaded: list[int] = []
    serve = ranged(body)

    def counted(handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "GET":
            first, last = handler.headers.get("Range", f"bytes=0-{len(body) - 1}").removeprefix("bytes=").split("-")
            loaded.append(int(last) - int(first) + 1)
        serve(handler)

    found = gt.read_remote_raster(server.url("/big.tif", counted), bounds=(100, 39.24, 101, 40.24))
    np.testing.assert_array_equal(found.values, raster.values[:100, :100])
    assert sum(loaded) < len(body) / 4
    assert {path for path, _ in server.requests} == {"/big.tif"}


def test_a_remote_raster_that_does_not_come_is_said(server: Server) -> None:
    with pytest.raises(FetchError, match="does not answer with a GeoTIFF within 5 s"):
        gt.read_remote_raster(server.url("/gone.tif", status(404)), timeout_s=5)
    with pytest.raises(FetchError, match="does not answer with a GeoTIFF"):
        gt.read_remote_raster(server.url("/page.tif", good(b"<html></html>")), timeout_s=5)
    with pytest.raises(FetchError, match=r"within 0\.5 s"):
        gt.read_remote_raster(server.url("/slow.tif", stalled(b"II*\0" * 10_000, seconds=3)), timeout_s=0.5)


@pytest.mark.parametrize("address", ["/vsicurl/http://h/a.tif", "file:///etc/a.tif", "http:///a.tif", "a.tif", "PG:x"])
def test_only_addresses_of_the_web(address: str) -> None:
    with pytest.raises(InputError, match="is not of the web; expected http:// or https://"):
        gt.read_remote_raster(address)
    with pytest.raises(InputError, match="is not of the web"):
        gt.read_remote_features(address)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_timeout_is_above_zero(seconds: float) -> None:
    with pytest.raises(InputError, match="expected seconds above 0"):
        gt.read_remote_features("http://127.0.0.1/wfs", timeout_s=seconds)
