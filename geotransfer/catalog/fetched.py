"""Layers that are fetched: from the publisher or a file, checked, into the user's cache, and out of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from geotransfer.catalog.archives import unpack_member
from geotransfer.catalog.download import Report, Server, download, silent
from geotransfer.catalog.entries import DownloadSource, LayerEntry, layer_entry, layer_ids
from geotransfer.catalog.fetch_checks import check_plausible, check_raster_file, is_zip
from geotransfer.catalog.fetch_store import (
    Record,
    fetch_folder,
    file_digest,
    read_record,
    stored_digest,
    stored_path,
    write_record,
)
from geotransfer.errors import FetchError, InputError, OutputError
from geotransfer.files import private_folder, written_whole
from geotransfer.raster import Raster, read_raster

__all__ = [
    "FetchedFile", "downloadable_layers", "fetch_facts", "fetch_layers", "fetched_file", "fetched_on", "fetched_raster",
]  # fmt: skip

PARTIAL = "partial"
"""Folder of transfers that are not complete."""


@dataclass(frozen=True)
class FetchedFile:
    """A layer's file in the cache.

    Attributes
    ----------
    path : Path
        The GeoTIFF as it was delivered.
    sha256 : str
        Of that file; it was checked.
    entry : LayerEntry
        What it is.
    source : DownloadSource
        How it is scaled, and the ranges it keeps.
    new : bool
        Whether this call brought it.
    """

    path: Path
    sha256: str
    entry: LayerEntry
    source: DownloadSource
    new: bool = False


def downloadable_layers() -> tuple[str, ...]:
    """Return the layers `fetch_layers` takes.

    Examples
    --------
    >>> "gwa-cf-iec2" in downloadable_layers()
    True
    """
    return tuple(name for name in layer_ids() if layer_entry(name).download is not None)


def fetch_layers(
    ids: Sequence[str],
    *,
    from_file: str | os.PathLike[str] | None = None,
    force: bool = False,
    accept_change: bool = False,
    report: Report = silent,
) -> list[FetchedFile]:
    """Bring layers into the user's cache: transfer, unpack, check, put in place.

    Layers of one archive are transferred once. Whatever goes wrong, a good file of an earlier time stays.

    Parameters
    ----------
    ids : sequence of str
        `downloadable_layers` lists them.
    from_file : path, optional
        Take this file (the GeoTIFF or the zip archive of the publisher) instead of the network; same checks.
    force : bool
        Fetch again what is there.
    accept_change : bool
        Take a file whose sha256 is another than at the first time.
    report : callable, optional
        Told ``(stage, done, total)`` in bytes.

    Returns
    -------
    list of FetchedFile
        In the order of `ids`.

    Raises
    ------
    FetchError
        The transfer did not succeed.
    InputError
        A layer is not one to fetch, the file is not what the catalogue says, or its digest changed.
    UnknownNameError
        There is no such layer.
    OutputError
        The cache cannot be written.
    """
    wanted = {name: _source(layer_entry(name)) for name in ids}
    given = None if from_file is None else _given(Path(from_file), list(wanted))
    there = {} if force or given else {name: file for name in wanted if (file := _there(name)) is not None}
    missing = {name: source for name, source in wanted.items() if name not in there}
    try:
        for names in _by_address(missing):
            with _delivered(names[0], missing[names[0]], given, report) as delivery:
                for name in names:
                    report(f"checking {name}", 0, 0)
                    there[name] = _install(name, delivery, str(given or missing[name].urls[0]), accept_change)
    except (FetchError, OutputError):
        raise
    except OSError as error:
        raise OutputError(
            f"layers cannot be kept in {str(fetch_folder())!r}: {error}; free space, or name another folder in "
            "GEOTRANSFER_CACHE_DIR"
        ) from error
    return [there[name] for name in wanted]


def fetched_file(id: str) -> FetchedFile | None:
    """Return the file of a layer that is fetched, its digest checked; None for any other layer.

    Raises
    ------
    UnknownNameError
        There is no such layer.
    InputError
        It was not fetched, or the file was changed since; the message holds the command.

    Examples
    --------
    >>> fetched_file("ghi") is None
    True
    """
    entry = layer_entry(id)
    if entry.download is None:
        return None
    file = _there(id)
    if file is None:
        state = "was changed or damaged after it came" if stored_path(id).exists() else "is not on this machine yet"
        raise InputError(
            f"layer {id!r} {state}; run: geotransfer layers fetch {id} "
            f"(without network: --from-file PATH, the file from {entry.download.page})"
        )
    return file


def fetched_raster(file: FetchedFile) -> Raster:
    """Return a fetched layer as a whole in the catalogue's unit; NaN where there is no value.

    Raises
    ------
    InputError
        The median is not plausible for the unit.
    """
    raw = read_raster(file.path)
    check_plausible(raw.values * file.source.scale, file.entry, file.source)
    return raw if file.source.scale == 1 else Raster(raw.values * file.source.scale, raw.grid)


def fetched_on(id: str) -> str | None:
    """Return the day a layer was fetched, None when it is not there; the digest is not looked at."""
    record = read_record(id)
    same = record is not None and stored_path(id).is_file() and stored_path(id).stat().st_size == record.bytes
    return record.fetched[:10] if record is not None and same else None


def fetch_facts(id: str) -> dict[str, str]:
    """Return of a layer that is fetched where its file comes from and where it is; nothing for any other.

    Examples
    --------
    >>> fetch_facts("ghi")
    {}
    """
    source = layer_entry(id).download
    if source is None:
        return {}
    record = read_record(id) if fetched_on(id) else None
    facts = {"page": source.page, "address": " or ".join(source.urls), "hosts": ", ".join(source.hosts)}
    if record is None:
        return facts | {"file": f"not fetched; run: geotransfer layers fetch {id}"}
    return facts | {
        "file": str(stored_path(id)), "sha256": record.sha256, "fetched": record.fetched, "origin": record.origin,
    }  # fmt: skip


# --- the steps ------------------------------------------------------------------------------------


def _source(entry: LayerEntry) -> DownloadSource:
    if entry.download is None:
        raise InputError(
            f"layer {entry.id!r} is not fetched, it comes with the package; "
            f"expected one of {', '.join(downloadable_layers())}"
        )
    return entry.download


def _given(path: Path, names: list[str]) -> Path:
    if not path.is_file():
        raise InputError(f"file {str(path)!r} does not exist; check the path after --from-file")
    if len(names) > 1 and not (is_zip(path) and len(_by_address({n: _source(layer_entry(n)) for n in names})) == 1):
        raise InputError(f"file {str(path)!r} is to be {', '.join(names)}, expected one layer for one GeoTIFF")
    return path


def _by_address(sources: dict[str, DownloadSource]) -> list[list[str]]:
    groups: dict[object, list[str]] = {}
    for name, source in sources.items():
        groups.setdefault(source.urls or name, []).append(name)
    return list(groups.values())


@contextmanager
def _delivered(name: str, source: DownloadSource, given: Path | None, report: Report) -> Iterator[Path]:
    """Yield the file of the publisher; one that was transferred goes when the block ends."""
    if given is not None:
        yield given
        return
    server = Server(source.hosts, round(source.max_mb * 1e6), source.page)
    if not source.urls:
        raise FetchError(f"no address is known for layer {name!r}; {server.way_out}")
    part = download(source.urls, fetch_folder() / PARTIAL, server=server, report=report)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _install(name: str, delivery: Path, origin: str, accept_change: bool) -> FetchedFile:
    """Put the checked file in its place; until then nothing that was there is touched."""
    entry = layer_entry(name)
    source = _source(entry)
    target = stored_path(name)
    private_folder(target.parent)
    with written_whole(target) as draft:
        if is_zip(delivery):
            if source.member is None:
                raise InputError(f"the file for layer {name!r} is a zip archive, expected a GeoTIFF; see {source.page}")
            unpack_member(delivery, source.member, draft, max_bytes=round(source.max_mb * 1e6))
        else:
            shutil.copyfile(delivery, draft)
        check_raster_file(draft, entry, source)
        sha256, size = file_digest(draft), draft.stat().st_size
        _check_unchanged(name, sha256, accept_change)
    write_record(Record(
        layer=name, sha256=sha256, bytes=size, origin=origin, fetched=datetime.now(UTC).isoformat(timespec="seconds"),
        source=entry.source.en, licence=entry.licence.en,
    ))  # fmt: skip
    return FetchedFile(target, sha256, entry, source, new=True)


def _check_unchanged(name: str, sha256: str, accept_change: bool) -> None:
    record = read_record(name)
    if record is not None and record.sha256 != sha256 and not accept_change:
        raise InputError(
            f"layer {name!r} has the sha256 {sha256}, expected {record.sha256} as on {record.fetched[:10]} "
            f"(from {record.origin}): the publisher has a new version, or it is another file; "
            "results will differ: take it with --accept-change"
        )


def _there(name: str) -> FetchedFile | None:
    entry, record, path = layer_entry(name), read_record(name), stored_path(name)
    if record is None or not path.is_file():
        return None
    if stored_digest(path) != record.sha256:
        return None
    return FetchedFile(path, record.sha256, entry, _source(entry))
