"""A file from a server that is not trusted: hosts held, broken transfers resumed, sizes limited.

The transfer is pooch's `HTTPDownloader`; this module watches it. Proxies are those of the environment
(``HTTPS_PROXY``, ``HTTP_PROXY``, ``NO_PROXY``).
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

import pooch
import requests

from geotransfer.errors import FetchError, InputError
from geotransfer.files import private_folder
from geotransfer.guard.sources import redacted

__all__ = ["Report", "Server", "download", "silent"]

Report = Callable[[str, int, int], None]
"""Called as ``report(stage, done, total)``, in bytes; total 0 where the server does not say it."""

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 60.0
ATTEMPTS = 3
CHUNK = 1 << 15
"""Small: a chunk that a break cuts is lost."""
ABANDONED_S = 600.0
"""A partial file nobody has written to for so long belongs to a process that is gone."""
MISSING = (404, 410)
FAKE = ipaddress.ip_network("198.18.0.0/15")
"""Given out for every host by the proxies of many users (RFC 2544, for benchmarks); no network of a company has it."""


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Server:
    """What a transfer may do.

    Attributes
    ----------
    hosts : tuple of str
        Hosts it may reach, redirects included.
    max_bytes : int
        Largest file.
    page : str
        Where a person finds the file, for the messages.
    timeout : float
        Seconds without a byte after which the transfer counts as broken.
    """

    hosts: tuple[str, ...]
    max_bytes: int
    page: str
    timeout: float = READ_TIMEOUT

    @property
    def way_out(self) -> str:
        """The end of every message."""
        return f"download the file in a browser from {self.page} and give it with --from-file PATH"

    def check_address(self, address: str, *, before: str) -> None:
        """Raise `FetchError` when a redirect leads to another host or away from https."""
        target = urlsplit(address)
        if target.hostname not in self.hosts:
            raise FetchError(
                f"{before} redirects to the host {target.hostname!r}, expected one of {', '.join(self.hosts)}; "
                f"nothing was loaded from there; {self.way_out}"
            )
        if target.scheme != "https" and urlsplit(before).scheme == "https":
            raise FetchError(f"{before} redirects to {address}, expected https; {self.way_out}")
        self.check_network(address)

    def check_network(self, address: str) -> None:
        """Raise `FetchError` when a host is none of ours, or stands for a machine of one's own network."""
        host = urlsplit(address).hostname or ""
        if host not in self.hosts:
            raise FetchError(f"{address} is on the host {host!r}, expected one of {', '.join(self.hosts)}")
        proxied = requests.utils.select_proxy(address, requests.utils.get_environ_proxies(address))
        inner = None if proxied else private_address(host)
        if inner is not None:
            raise FetchError(
                f"the host {host!r} stands for {inner}, an address of this machine or of a private network; expected a "
                f"public one, nothing was loaded from there: check the DNS, or {self.way_out}"
            )


def private_address(host: str) -> str | None:
    """Return the address of a host that is loopback, private or link-local; None where all are public or unknown.

    Examples
    --------
    >>> private_address("127.0.0.1"), private_address("198.18.0.7")
    ('127.0.0.1', None)
    """
    try:
        found = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        # the transfer will say so
        return None
    for text in sorted(found):
        address = ipaddress.ip_address(text)
        if not address.is_global and not (address.version == 4 and address in FAKE):
            return text
    return None


class _NotThere(Exception):
    """The server says that there is no such file."""


def download(urls: Sequence[str], folder: Path, *, server: Server, report: Report = silent) -> Path:
    """Transfer the first of `urls` that exists; return the file, whose owner removes it.

    A transfer that broke, in this or an earlier process, goes on where it stopped when the server names the version
    of the file (ETag or Last-Modified) and takes byte ranges; else it begins again.

    Parameters
    ----------
    urls : sequence of str
        At least one; the next is tried when the server answers 404 or 410.
    folder : Path
        Where partial files are kept.
    server : Server
        What is allowed.
    report : callable, optional
        Told the bytes that have come.

    Raises
    ------
    FetchError
        No network, no such file, a host that is not allowed, a page instead of a file, a transfer that broke three
        times; what has come is kept for the next time.
    InputError
        The file is larger than allowed.
    """
    private_folder(folder)
    for url in urls:
        part = _claim(folder, url)
        try:
            _Transfer(url, part, server, report).run()
        except _NotThere:
            _discard(part)
        except InputError:
            _discard(part)
            raise
        except BaseException:
            _release(part, folder, url)
            raise
        else:
            _state(part).unlink(missing_ok=True)
            return part
    raise FetchError(f"there is no file at {' or '.join(urls)} any more (404); {server.way_out}")


# --- partial files: one owner each, found again by the address ------------------------------------


def _stem(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _state(part: Path) -> Path:
    return part.with_suffix(".json")


def _claim(folder: Path, url: str) -> Path:
    """Return a name of our own that holds what an earlier process left, if anything."""
    mine = folder / f"{_stem(url)}-{secrets.token_hex(6)}.part"
    for left in sorted(folder.glob(f"{_stem(url)}*.part")):
        with suppress(OSError):  # another process was quicker
            if left.stem == _stem(url) or time.time() - left.stat().st_mtime > ABANDONED_S:
                left.rename(mine)
                _state(left).replace(_state(mine))
                break
    return mine


def _release(part: Path, folder: Path, url: str) -> None:
    """Leave what has come to the next process, where it can be gone on with."""
    with suppress(OSError):
        if not part.exists() or part.stat().st_size == 0 or not _state(part).exists():
            _discard(part)
            return
        _state(part).replace(folder / f"{_stem(url)}.json")
        part.replace(folder / f"{_stem(url)}.part")


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _state(part).unlink(missing_ok=True)


# --- one address ----------------------------------------------------------------------------------


class _Transfer:
    """The state of one transfer; pooch takes it as its progress bar (`total`, `update`, `reset`, `close`)."""

    def __init__(self, url: str, part: Path, server: Server, report: Report) -> None:
        self.url, self.part, self.server, self.report = url, part, server, report
        self.total = 0
        self.expected = 0
        self.answered = False
        self.stream: BinaryIO

    def run(self) -> None:
        """Transfer, and go on after a break, three times at most."""
        self.server.check_network(self.url)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._attempt()
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                # where no answer came the network or the proxy is missing: not tried again
                if attempt == ATTEMPTS or not self.answered:
                    raise self._broken(error) from error
            except requests.HTTPError as error:
                self._refused(0 if error.response is None else error.response.status_code, error)
            except requests.RequestException as error:
                raise FetchError(
                    f"{self.url} cannot be transferred: {redacted(str(error))}; {self.server.way_out}"
                ) from error
            else:
                return
        raise self._broken(requests.ConnectionError("the server sends other parts than were asked for"))

    def _attempt(self) -> None:
        with self.part.open("ab") as self.stream:
            self.expected = 0
            downloader = pooch.HTTPDownloader(
                progressbar=self, chunk_size=CHUNK, timeout=(CONNECT_TIMEOUT, self.server.timeout),
                headers=self._headers(), hooks={"response": self.on_response},
            )  # fmt: skip
            downloader(self.url, self.stream, None)
            came = self.stream.tell()
        if self.expected and came != self.expected:
            raise requests.ConnectionError(f"{came:,} of {self.expected:,} bytes came")

    def _headers(self) -> dict[str, str]:
        # identity: packed on the way, the length would not be that of the file
        headers = {"User-Agent": f"geotransfer/{version('geotransfer')}", "Accept-Encoding": "identity"}
        validator = self._validator()
        if validator and self.stream.tell() > 0:
            headers |= {"Range": f"bytes={self.stream.tell()}-", "If-Range": validator}
        return headers

    def _validator(self) -> str:
        """Name the version of the file the partial one belongs to; '' where it is not known."""
        try:
            state = json.loads(_state(self.part).read_text(encoding="utf-8"))
            return str(state["validator"]) if state["url"] == self.url else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def on_response(self, response: Any, *_: Any, **__: Any) -> None:
        """Look at the head of each answer before a byte of its body is written."""
        self.answered = True
        if response.is_redirect:
            self.server.check_address(urljoin(response.url, response.headers["location"]), before=response.url)
            return
        if response.status_code not in (200, 206):
            return  # pooch raises for it
        if "html" in response.headers.get("content-type", "").lower():
            raise FetchError(
                f"{response.url} is a web page, expected a file: a login, a proxy or a notice of the provider stands "
                f"in between; {self.server.way_out}"
            )
        start = self._start(response)
        length = response.headers.get("content-length", "")
        plain = "content-encoding" not in response.headers
        self.expected = start + int(length) if length.isdigit() and plain else 0
        self._check_size(self.expected)
        self._remember(response)

    def _start(self, response: Any) -> int:
        """Put the stream where the answer's first byte belongs."""
        have = self.stream.tell()
        if response.status_code == 206:
            asked = re.match(rf"bytes {have}-\d+/", response.headers.get("content-range", ""))
            if have and asked:
                return have
            _state(self.part).unlink(missing_ok=True)
            raise FetchError(f"{self.url} answered with another part than was asked for; run the command again")
        self.stream.seek(0)
        self.stream.truncate()
        return 0

    def _remember(self, response: Any) -> None:
        etag = response.headers.get("etag", "")
        # a weak ETag says "much the same", not "the same bytes"
        validator = etag if etag and not etag.startswith("W/") else response.headers.get("last-modified", "")
        if validator:
            state = json.dumps({"url": self.url, "validator": validator})
            _state(self.part).write_text(state, encoding="utf-8")
        else:
            _state(self.part).unlink(missing_ok=True)

    def _check_size(self, size: int) -> None:
        if size > self.server.max_bytes:
            raise InputError(
                f"{self.url} has {size:,} bytes or more, expected at most {self.server.max_bytes:,}; "
                f"{self.server.way_out}"
            )

    # what pooch calls

    def update(self, _: int) -> None:
        """Report what has come."""
        done = self.stream.tell()
        self._check_size(done)
        self.report("fetching", done, self.expected)

    def reset(self) -> None:
        """Nothing to do: pooch is about to count again from zero."""

    def close(self) -> None:
        """Nothing to close."""

    # what went wrong

    def _broken(self, error: Exception) -> FetchError:
        kept = self.part.stat().st_size if self.part.exists() else 0
        resume = f"; {kept:,} bytes are kept, run the command again to go on" if kept and self._validator() else ""
        return FetchError(
            f"{self.url} cannot be transferred: {redacted(str(error))}{resume}; check the network and the proxy "
            f"(HTTPS_PROXY), or {self.server.way_out}"
        )

    def _refused(self, status: int, error: Exception) -> None:
        if status in MISSING:
            raise _NotThere from error
        if status == 416:  # what we have is no beginning of what is there now: begin again
            _discard(self.part)
            return
        hint = "the file is gone or programs are not let in; " if status in (401, 403) else ""
        raise FetchError(f"{self.url} answers with status {status}; {hint}{self.server.way_out}") from error
