"""A transfer from a server on this machine that does everything a server can do wrong."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fetch_server import (
    PROXY_VARIABLES,
    Server,
    files_below,
    good,
    redirect,
    resumable,
    running_server,
    short,
    stalled,
    status,
)

from geotransfer.catalog.download import ABANDONED_S, download
from geotransfer.catalog.download import Server as Allowed
from geotransfer.errors import FetchError, InputError

BODY = bytes(range(256)) * 8192


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with running_server() as running:
        yield running


def allowed(*, hosts: tuple[str, ...] = ("127.0.0.1",), max_bytes: int = 10**7, timeout: float = 5.0) -> Allowed:
    return Allowed(hosts, max_bytes, "the page", timeout)


def fetch(folder: Path, *urls: str, **limits: float) -> bytes:
    part = download(urls, folder, server=allowed(**limits))
    body = part.read_bytes()
    part.unlink()
    assert files_below(folder) == []
    return body


def test_good(server: Server, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    url = server.url("/a", good(BODY))
    part = download([url], tmp_path, server=allowed(), report=lambda *words: told.append(words))
    assert part.read_bytes() == BODY
    assert told[-1] == ("fetching", len(BODY), len(BODY))
    assert server.requests[0][1]["User-Agent"].startswith("geotransfer/")
    assert server.requests[0][1]["Accept-Encoding"] == "identity"


def test_next_address_when_the_first_is_gone(server: Server, tmp_path: Path) -> None:
    assert fetch(tmp_path, server.url("/gone", status(404)), server.url("/a", good(BODY))) == BODY
    assert [path for path, _ in server.requests] == ["/gone", "/a"]


@pytest.mark.parametrize("code", [404, 410])
def test_no_such_file(server: Server, tmp_path: Path, code: int) -> None:
    url = server.url("/gone", status(code))
    with pytest.raises(FetchError, match=r"there is no file at http.*/gone any more.*from the page and give it with"):
        fetch(tmp_path, url)
    assert files_below(tmp_path) == []


@pytest.mark.parametrize(
    ("code", "words"), [(403, r"status 403; the file is gone or programs are not let in"), (500, r"status 500; down")]
)
def test_refused(server: Server, tmp_path: Path, code: int, words: str) -> None:
    with pytest.raises(FetchError, match=words):
        fetch(tmp_path, server.url("/a", status(code, body=b"no")))
    assert files_below(tmp_path) == []
    assert len(server.requests) == 1


def test_web_page_instead_of_a_file(server: Server, tmp_path: Path) -> None:
    url = server.url("/a", good(b"<!DOCTYPE html><title>Log in</title>", kind="text/html; charset=utf-8"))
    with pytest.raises(FetchError, match=r"/a is a web page, expected a file.*--from-file PATH"):
        fetch(tmp_path, url)
    assert files_below(tmp_path) == []


def test_redirect_on_an_allowed_host(server: Server, tmp_path: Path) -> None:
    server.url("/b", good(BODY))
    assert fetch(tmp_path, server.url("/a", redirect("/b"))) == BODY


def test_redirect_to_another_host_is_not_followed(server: Server, tmp_path: Path) -> None:
    elsewhere = server.url("/b", good(BODY)).replace("127.0.0.1", "localhost")
    with pytest.raises(FetchError, match=r"redirects to the host 'localhost', expected one of 127.0.0.1; nothing was"):
        fetch(tmp_path, server.url("/a", redirect(elsewhere)))
    assert [path for path, _ in server.requests] == ["/a"]
    assert fetch(tmp_path, server.address + "/a", hosts=("127.0.0.1", "localhost")) == BODY


def test_redirect_away_from_https() -> None:
    with pytest.raises(FetchError, match=r"redirects to http://127.0.0.1/b, expected https"):
        allowed().check_address("http://127.0.0.1/b", before="https://127.0.0.1/a")
    with pytest.raises(FetchError, match=r"redirects to file://127.0.0.1/etc/x, expected https"):
        allowed().check_address("file://127.0.0.1/etc/x", before="https://127.0.0.1/a")


def test_redirects_in_a_circle(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="30 redirects"):
        fetch(tmp_path, server.url("/a", redirect("/a")))


def test_short_file_is_tried_again_and_kept_out(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"/a cannot be transferred: .*check the network and the proxy"):
        fetch(tmp_path, server.url("/a", short(BODY)))
    assert len(server.requests) == 3
    assert files_below(tmp_path) == []


def test_resume_within_one_call(server: Server, tmp_path: Path) -> None:
    assert fetch(tmp_path, server.url("/a", resumable(BODY, etag='"1"', breaks=2))) == BODY
    # half, then half of the rest, then the rest
    assert [headers.get("Range") for _, headers in server.requests] == [
        None, f"bytes={len(BODY) // 2}-", f"bytes={len(BODY) * 3 // 4}-",
    ]  # fmt: skip


def test_resume_in_a_later_call(server: Server, tmp_path: Path) -> None:
    url = server.url("/a", resumable(BODY, etag='"1"', breaks=3))
    with pytest.raises(FetchError, match=rf"{len(BODY) * 7 // 8:,} bytes are kept, run the command again to go on"):
        fetch(tmp_path, url)
    assert fetch(tmp_path, url) == BODY
    assert server.requests[-1][1]["Range"] == f"bytes={len(BODY) * 7 // 8}-"
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "second", [resumable(BODY[::-1], etag='"2"', breaks=0), resumable(BODY[::-1], etag='"1"', breaks=0, ranges=False)]
)
def test_no_mixture_of_two_versions(server: Server, tmp_path: Path, second) -> None:
    url = server.url("/a", resumable(BODY, etag='"1"', breaks=3))
    with pytest.raises(FetchError, match="bytes are kept"):
        fetch(tmp_path, url)
    server.url("/a", second)
    assert fetch(tmp_path, url) == BODY[::-1]


@pytest.mark.parametrize("etag", [None, 'W/"1"'])
def test_without_a_version_it_begins_again(server: Server, tmp_path: Path, etag: str | None) -> None:
    assert fetch(tmp_path, server.url("/a", resumable(BODY, etag=etag, breaks=1))) == BODY
    assert "Range" not in server.requests[1][1]


def test_another_part_than_was_asked_for(server: Server, tmp_path: Path) -> None:
    url = server.url("/a", resumable(BODY, etag='"1"', breaks=3))
    with pytest.raises(FetchError, match="bytes are kept"):
        fetch(tmp_path, url)
    server.url("/a", status(206, body=BODY[:10], Content_Range=f"bytes 0-9/{len(BODY)}"))
    with pytest.raises(FetchError, match="answered with another part than was asked for"):
        fetch(tmp_path, url)
    server.url("/a", good(BODY))
    assert fetch(tmp_path, url) == BODY


def test_range_that_the_server_cannot_satisfy(server: Server, tmp_path: Path) -> None:
    url = server.url("/a", resumable(BODY, etag='"1"', breaks=3))
    with pytest.raises(FetchError, match="bytes are kept"):
        fetch(tmp_path, url)

    def refuse_ranges(handler):
        (status(416) if handler.headers.get("Range") else good(BODY))(handler)

    server.url("/a", refuse_ranges)
    assert fetch(tmp_path, url) == BODY


def test_partial_file_of_a_process_that_is_gone(server: Server, tmp_path: Path) -> None:
    url = server.url("/a", resumable(BODY, etag='"1"', breaks=3))
    with pytest.raises(FetchError, match="bytes are kept"):
        fetch(tmp_path, url)
    (left,) = tmp_path.glob("*.part")
    owned = left.with_name(f"{left.stem}-0123456789ab.part")
    left.with_suffix(".json").rename(owned.with_suffix(".json"))
    left.rename(owned)
    # still written to by another process: a transfer of our own
    part = download([url], tmp_path, server=allowed())
    assert part.read_bytes() == BODY
    part.unlink()
    assert "Range" not in server.requests[-1][1]
    # not touched for long: taken over
    os.utime(owned, (time.time() - 2 * ABANDONED_S,) * 2)
    assert fetch(tmp_path, url) == BODY
    assert server.requests[-1][1]["Range"] == f"bytes={len(BODY) * 7 // 8}-"


def test_server_that_falls_silent(server: Server, tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(FetchError, match="timed out"):
        fetch(tmp_path, server.url("/a", stalled(BODY, seconds=1.5)), timeout=0.2)
    assert time.monotonic() - begun < 5


def test_too_large_by_its_own_word(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has 2,097,152 bytes or more, expected at most 1,000"):
        fetch(tmp_path, server.url("/a", good(BODY)), max_bytes=1000)
    assert files_below(tmp_path) == []


def test_too_large_without_saying_so(server: Server, tmp_path: Path) -> None:
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(bytes(1 << 20))
        except OSError:
            pass  # the client has hung up, which is right
        handler.close_connection = True

    with pytest.raises(InputError, match=r"bytes or more, expected at most 3,000,000"):
        fetch(tmp_path, server.url("/a", endless), max_bytes=3_000_000)
    assert files_below(tmp_path) == []


def test_nobody_listens(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"cannot be transferred.*check the network and the proxy \(HTTPS_PROXY\)"):
        fetch(tmp_path, "http://127.0.0.1:9/a")
    assert files_below(tmp_path) == []


def test_the_proxy_of_the_environment(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.setenv("no_proxy", "")
    server.routes["http://data.example/a"] = good(BODY)
    assert fetch(tmp_path, "http://data.example/a", hosts=("data.example",)) == BODY


def test_interrupted_by_the_user(server: Server, tmp_path: Path) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    url = server.url("/a", resumable(BODY, etag='"1"', breaks=0))
    with pytest.raises(KeyboardInterrupt):
        download([url], tmp_path, server=allowed(), report=interrupt)
    assert len(files_below(tmp_path)) == 2
    assert fetch(tmp_path, url) == BODY
