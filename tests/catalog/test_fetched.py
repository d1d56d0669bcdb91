"""Layers brought from a local server or a file: only what is right gets in, and what is good stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fetch_server import (
    HEIGHT,
    WIDTH,
    Server,
    archive,
    files_below,
    geotiff,
    good,
    redirect,
    resumable,
    running_server,
    short,
    status,
)

from geotransfer.catalog import entries
from geotransfer.catalog.entries import layer_entry
from geotransfer.catalog.fetched import (
    downloadable_layers,
    fetch_facts,
    fetch_layers,
    fetched_file,
    fetched_on,
)
from geotransfer.catalog.layers import layer_raster
from geotransfer.errors import FetchError, InputError, OutputError, UnknownNameError

WIND = "gwa-cf-iec2"
CF = geotiff(0.3)
DAILY = geotiff(4.0)
FILES = [f"fetched/{WIND}.json", f"fetched/{WIND}.tif"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The catalogue's own entries, at addresses on this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("geotransfer.catalog.download.private_address", lambda _: None)
    with running_server() as running:
        real = entries._catalog()

        def local(name: str) -> entries.LayerEntry:
            path = "/gsa.zip" if name.startswith("gsa") else f"/{name}.tif"
            source = real[name].download
            moved = source.model_copy(update={"urls": (running.address + path,), "hosts": ("127.0.0.1",)})
            return real[name].model_copy(update={"download": moved})

        moved = {name: local(name) if entry.download else entry for name, entry in real.items()}
        monkeypatch.setattr(entries, "_catalog", lambda: moved)
        yield running


def serve(server: Server, body: bytes) -> None:
    server.url(f"/{WIND}.tif", good(body))


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files_below(folder)}


def test_fetch_and_read(server: Server, folder: Path) -> None:
    serve(server, CF)
    (file,) = fetch_layers([WIND])
    assert (file.new, file.path.read_bytes()) == (True, CF)
    assert files_below(folder) == FILES
    raster = layer_raster(WIND)
    assert raster.grid.shape == (HEIGHT, WIDTH)
    np.testing.assert_allclose(raster.values[[0, -1], [0, -1]], [0.3 * 0.9, 0.3 * 1.1], rtol=1e-6)


def test_record(server: Server, folder: Path) -> None:
    serve(server, CF)
    assert fetched_on(WIND) is None
    (file,) = fetch_layers([WIND])
    record = json.loads((folder / FILES[0]).read_text(encoding="utf-8"))
    assert record["sha256"] == file.sha256
    assert record["bytes"] == len(CF)
    assert record["origin"] == server.address + f"/{WIND}.tif"
    assert record["licence"] == layer_entry(WIND).licence.en
    assert fetched_on(WIND) == record["fetched"][:10]
    assert fetch_facts(WIND)["sha256"] == file.sha256


def test_second_time_nothing_is_transferred(server: Server) -> None:
    serve(server, CF)
    fetch_layers([WIND])
    (again,) = fetch_layers([WIND])
    assert (again.new, len(server.requests)) == (False, 1)
    (forced,) = fetch_layers([WIND], force=True)
    assert (forced.new, len(server.requests)) == (True, 2)


def test_two_layers_of_one_archive_are_transferred_once(server: Server, folder: Path) -> None:
    yields = geotiff(3.5)
    server.url("/gsa.zip", good(archive({"China/GHI.tif": DAILY, "China/PVOUT.tif": yields, "China/DNI.tif": b"x"})))
    files = fetch_layers(["gsa-pvout", "gsa-ghi", "gsa-pvout"])
    assert [file.entry.id for file in files] == ["gsa-pvout", "gsa-ghi"]
    assert len(server.requests) == 1
    assert [name for name in files_below(folder) if name.endswith("tif")] == [
        "fetched/gsa-ghi.tif", "fetched/gsa-pvout.tif",
    ]  # fmt: skip
    # 4.0 kWh/m2 per day, 0.9 of it in the first cell, over the mean year
    assert layer_raster("gsa-ghi").values[0, 0] == pytest.approx(4.0 * 0.9 * 365.25, rel=1e-6)
    assert layer_raster("gsa-pvout").values[0, 0] == pytest.approx(3.5 * 0.9 * 365.25, rel=1e-6)


WRONG = {
    "short": (short(CF), FetchError, "cannot be transferred"),
    "not there": (status(404), FetchError, "there is no file at"),
    "refused": (status(403), FetchError, "status 403"),
    "elsewhere": (redirect("http://localhost:1/a"), FetchError, "redirects to the host 'localhost'"),
    "page": (good(b"<html>sorry</html>", kind="text/html"), FetchError, "is a web page"),
    "page called a file": (good(b"\n <!doctype html>sorry"), InputError, f"layer '{WIND}' is a web page, expected"),
    "rubbish": (good(b"\x89PNG" + bytes(100)), InputError, "is no GeoTIFF, expected a GeoTIFF"),
    "empty": (good(b""), InputError, "is no GeoTIFF"),
    "head only": (good(CF[:200]), InputError, "cannot be read as a raster"),
    "cut": (good(CF[: len(CF) // 2]), InputError, "cannot be read as a raster"),
    "per cent": (good(geotiff(30.0)), InputError, "holds values from 27 to 33 1, expected 0 to 1"),
    "negative nodata": (good(geotiff(np.where(np.eye(40, 70), -999.0, 0.3))), InputError, "holds values from -999"),
    "nothing": (good(geotiff(np.full((40, 70), np.nan))), InputError, "holds no value"),
    "tiny": (good(geotiff(0.001)), InputError, "has the median 0.001 1, expected 0.02 to 0.8"),
    "other CRS": (good(geotiff(0.3, crs="EPSG:4490")), InputError, "in China Geodetic.*, expected WGS 84"),
    "other country": (good(geotiff(0.3, west=0.0)), InputError, "expected to cover .* is it of another country"),
    "archive": (good(archive({"a.tif": CF})), InputError, "is a zip archive, expected a GeoTIFF"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_never_replaces_a_good_one(server: Server, folder: Path, case: str) -> None:
    answer, error, words = WRONG[case]
    serve(server, CF)
    fetch_layers([WIND])
    before = contents(folder)
    server.url(f"/{WIND}.tif", answer)
    with pytest.raises(error, match=words):
        fetch_layers([WIND], force=True, accept_change=True)
    assert contents(folder) == before
    assert fetched_file(WIND).path.read_bytes() == CF


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_does_not_get_in_at_first(server: Server, folder: Path, case: str) -> None:
    answer, error, words = WRONG[case]
    server.url(f"/{WIND}.tif", answer)
    with pytest.raises(error, match=words):
        fetch_layers([WIND])
    assert files_below(folder) == []


HOSTILE = {
    "climbs": archive({"GHI.tif": DAILY, "../evil.txt": b"evil"}),
    "absolute": archive({"GHI.tif": DAILY, "/evil.txt": b"evil"}),
    "link": archive({"GHI.tif": b"/etc/passwd"}, links=("GHI.tif",)),
    "bomb": archive({"GHI.tif": bytes(10_000_000)}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives(server: Server, folder: Path, tmp_path: Path, case: str) -> None:
    server.url("/gsa.zip", good(HOSTILE[case]))
    with pytest.raises(InputError, match=r"archive '.*' is refused"):
        fetch_layers(["gsa-ghi"])
    assert files_below(tmp_path) == []


def test_sums_of_a_year_taken_for_those_of_a_day(server: Server) -> None:
    server.url("/gsa.zip", good(archive({"GHI.tif": geotiff(1500.0)})))
    with pytest.raises(InputError, match=r"holds values from 493088 to 602662 kWh/m2/a, expected 0 to 3000"):
        fetch_layers(["gsa-ghi"])


def test_means_of_a_day_taken_for_those_of_a_year(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = dict(entries._catalog())
    for name in ("gsa-ghi", "gsa-pvout"):
        source = catalog[name].download.model_copy(update={"scale": 1.0})
        catalog[name] = catalog[name].model_copy(update={"download": source})
    monkeypatch.setattr(entries, "_catalog", lambda: catalog)
    server.url("/gsa.zip", good(archive({"GHI.tif": DAILY, "PVOUT.tif": geotiff(3.5)})))
    with pytest.raises(InputError, match=r"median 4, .*it looks like kWh/m2 per day: multiply by 365.25"):
        fetch_layers(["gsa-ghi"])
    with pytest.raises(InputError, match=r"median 3.5 kWh/kW/a, expected 600 to 2300; it looks like a value per day"):
        fetch_layers(["gsa-pvout"])


def test_changed_content_is_refused_until_it_is_accepted(server: Server, folder: Path) -> None:
    serve(server, CF)
    (first,) = fetch_layers([WIND])
    serve(server, geotiff(0.31))
    before = contents(folder)
    with pytest.raises(InputError, match=rf"has the sha256 [0-9a-f]{{64}}, expected {first.sha256} .*--accept-change"):
        fetch_layers([WIND], force=True)
    assert contents(folder) == before
    (second,) = fetch_layers([WIND], force=True, accept_change=True)
    assert second.sha256 != first.sha256
    assert fetched_file(WIND).sha256 == second.sha256


def test_the_digest_outlives_the_file(server: Server, folder: Path) -> None:
    serve(server, CF)
    fetch_layers([WIND])
    (folder / FILES[1]).unlink()
    assert fetched_on(WIND) is None
    serve(server, geotiff(0.31))
    with pytest.raises(InputError, match="--accept-change"):
        fetch_layers([WIND])
    serve(server, CF)
    assert fetch_layers([WIND])[0].new


@pytest.mark.parametrize("damage", ["flipped", "cut", "no record", "rubbish record"])
def test_damage_in_the_cache_is_seen_and_healed(server: Server, folder: Path, damage: str) -> None:
    serve(server, CF)
    fetch_layers([WIND])
    record, raster = (folder / name for name in FILES)
    flipped = bytearray(CF)
    flipped[-5] ^= 1
    if damage == "no record":
        record.unlink()
    elif damage == "rubbish record":
        record.write_text('{"layer": 1}', encoding="utf-8")
    else:
        raster.write_bytes(bytes(flipped) if damage == "flipped" else CF[:-1])
    for read in (layer_raster, fetched_file):
        with pytest.raises(InputError, match=rf"'{WIND}' was changed or damaged.*run: geotransfer layers fetch {WIND}"):
            read(WIND)
    assert fetch_layers([WIND])[0].new
    assert fetched_file(WIND).path.read_bytes() == CF


def test_transfer_goes_on_after_a_break(server: Server, folder: Path) -> None:
    large = geotiff(np.random.default_rng(1).uniform(0.2, 0.4, (400, 700)), cell=0.1)
    server.url(f"/{WIND}.tif", resumable(large, etag='"1"', breaks=3))
    with pytest.raises(FetchError, match="bytes are kept"):
        fetch_layers([WIND])
    assert fetched_on(WIND) is None
    assert fetch_layers([WIND])[0].path.read_bytes() == large
    assert "Range" in server.requests[-1][1]
    assert files_below(folder) == FILES


def test_from_file_without_network(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.tif").write_bytes(CF)
    (file,) = fetch_layers([WIND], from_file=tmp_path / "mine.tif")
    assert file.path.read_bytes() == CF
    assert (tmp_path / "mine.tif").read_bytes() == CF
    assert json.loads((folder / FILES[0]).read_text(encoding="utf-8"))["origin"] == str(tmp_path / "mine.tif")


def test_from_file_takes_the_publishers_archive(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "gsa.zip").write_bytes(archive({"China/GHI.tif": DAILY, "China/PVOUT.tif": geotiff(3.5)}))
    assert len(fetch_layers(["gsa-ghi", "gsa-pvout"], from_file=tmp_path / "gsa.zip")) == 2
    # the raster alone, unpacked by hand, has the same digest
    (tmp_path / "GHI.tif").write_bytes(DAILY)
    assert fetch_layers(["gsa-ghi"], from_file=tmp_path / "GHI.tif")[0].new


def test_from_file_is_checked_like_a_download(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.tif").write_bytes(geotiff(30.0))
    with pytest.raises(InputError, match="holds values from 27 to 33"):
        fetch_layers([WIND], from_file=tmp_path / "mine.tif")
    with pytest.raises(InputError, match=r"none.tif' does not exist; check the path after --from-file"):
        fetch_layers([WIND], from_file=tmp_path / "none.tif")
    with pytest.raises(InputError, match="is to be gwa-cf-iec1, gwa-cf-iec2, expected one layer for one GeoTIFF"):
        fetch_layers(["gwa-cf-iec1", WIND], from_file=tmp_path / "mine.tif")
    assert files_below(folder) == []


def test_layer_without_an_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = layer_entry(WIND)
    without = entry.model_copy(update={"download": entry.download.model_copy(update={"urls": ()})})
    monkeypatch.setattr(entries, "_catalog", lambda: {WIND: without})
    with pytest.raises(FetchError, match=rf"no address is known for layer '{WIND}'; download .* --from-file PATH"):
        fetch_layers([WIND])


def test_layers_that_are_not_fetched() -> None:
    with pytest.raises(InputError, match="layer 'ghi' is not fetched, it comes with the package; expected one of gsa-"):
        fetch_layers(["ghi"])
    with pytest.raises(UnknownNameError, match=r"layer 'gsa-gih' does not exist.*did you mean 'gsa-ghi'"):
        fetch_layers(["gsa-gih"])
    assert fetched_file("ghi") is None
    assert fetch_facts("ghi") == {}


@pytest.mark.parametrize("layer", downloadable_layers())
def test_reading_before_fetching_says_what_to_do(folder: Path, layer: str) -> None:
    with pytest.raises(InputError, match=rf"'{layer}' is not on this machine yet; run: .* layers fetch {layer}"):
        layer_raster(layer)


def test_cache_that_cannot_be_written(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(OutputError, match=r"layers cannot be kept in .*GEOTRANSFER_CACHE_DIR"):
        fetch_layers([WIND])


def test_progress_is_told(server: Server) -> None:
    serve(server, CF)
    told: list[tuple[str, int, int]] = []
    fetch_layers([WIND], report=lambda *words: told.append(words))
    assert ("fetching", len(CF), len(CF)) in told
    assert told[-1] == (f"checking {WIND}", 0, 0)


# --- the entries themselves -----------------------------------------------------------------------


@pytest.mark.parametrize("layer", downloadable_layers())
def test_entries(layer: str) -> None:
    entry = layer_entry(layer)
    source = entry.download
    assert source.urls
    assert all(url.startswith("https://") for url in source.urls)
    assert source.page.startswith("https://")
    assert (source.scale == 1) == (source.file_unit == entry.unit)
    # too narrow to hold a value per day as well as one per year, or a share as well as per cent
    low, high = source.median_range
    assert high / low < 100
    assert "not tried" in entry.known_error.en


def test_the_issues_layers_are_there() -> None:
    assert downloadable_layers() == (
        "gsa-ghi", "gsa-pvout", "gwa-speed-100m", "gwa-cf-iec1", "gwa-cf-iec2", "gwa-cf-iec3",
    )  # fmt: skip
