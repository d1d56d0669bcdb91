"""A server on 127.0.0.1 that serves well or badly, and small GeoTIFFs and archives for it: shared by several tests."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import ArrayLike
from rasterio.transform import from_origin

Answer = Callable[[BaseHTTPRequestHandler], None]
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
HEIGHT, WIDTH = 40, 70
"""Cells of one degree over 70-140 E, 15-55 N."""


class Server:
    """Routes by path; `requests` holds path and headers of what came."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.requests: list[tuple[str, Mapping[str, str]]] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}"

    def url(self, path: str, answer: Answer) -> str:
        self.routes[path] = answer
        return self.address + path

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.requests.append((self.path, dict(self.headers)))
                whole, bare = self.path, self.path.partition("?")[0]
                owner.routes.get(whole, owner.routes.get(bare, status(404)))(self)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def running_server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join()


# --- answers --------------------------------------------------------------------------------------


def status(code: int, *, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def good(body: bytes, *, kind: str = "application/octet-stream") -> Answer:
    return status(200, body=body, Content_Type=kind)


def redirect(address: str) -> Answer:
    return status(302, Location=address)


def short(body: bytes) -> Answer:
    """The length of the whole, half of the bytes, then the end."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
        handler.close_connection = True

    return answer


def stalled(body: bytes, *, seconds: float) -> Answer:
    """Half of the bytes, then a silence."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        time.sleep(seconds)

    return answer


def resumable(body: bytes, *, etag: str | None, breaks: int, ranges: bool = True) -> Answer:
    """Breaks off in the middle of what is left, `breaks` times; answers a Range for the same ETag by 206."""
    left = [breaks]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range")
        same = ranges and etag is not None and handler.headers.get("If-Range") == etag
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked and same else 0
        rest = body[start:]
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if etag:
            handler.send_header("ETag", etag)
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        left[0] -= 1
        handler.wfile.write(rest if left[0] < 0 else rest[: len(rest) // 2])
        handler.close_connection = True

    return answer


# --- files ----------------------------------------------------------------------------------------


def geotiff(
    values: ArrayLike | float, *, crs: str = "EPSG:4326", west: float = 70.0, north: float = 55.0, cell: float = 1.0
) -> bytes:
    """A GeoTIFF over China; a number fills it, with a gentle slope from cell to cell."""
    array = np.asarray(values, dtype=np.float32)
    if array.ndim == 0:
        array = array * np.linspace(0.9, 1.1, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)
    stream = io.BytesIO()
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "height": array.shape[0], "width": array.shape[1],
        "crs": crs, "transform": from_origin(west, north, cell, cell), "nodata": np.nan,
    }  # fmt: skip
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as target:
            target.write(array, 1)
        stream.write(memory.read())
    return stream.getvalue()


def archive(members: Mapping[str, bytes], *, links: tuple[str, ...] = ()) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, body in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o120777 if name in links else 0o100644) << 16
            pack.writestr(info, body)
    return stream.getvalue()


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
