"""Where fetched layers are kept, each with a record of where it came from and its sha256.

``fetched/ID.tif`` in the user's cache is the file as it was delivered; ``fetched/ID.json`` says from where, when, and
its digest. A file without a record, or with another digest, counts as not there; a record without a file still holds
the next one to its digest.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from geotransfer.catalog.cache import cache_directory
from geotransfer.files import written_whole

__all__ = [
    "Record", "fetch_folder", "file_digest", "read_record", "stored_digest", "stored_path", "write_record",
]  # fmt: skip

FOLDER = "fetched"


@dataclass(frozen=True)
class Record:
    """What is kept beside the file, as JSON.

    Attributes
    ----------
    layer : str
        Its name in the catalogue.
    sha256 : str
        Of the GeoTIFF.
    bytes : int
        Its size.
    origin : str
        The address or path it came from.
    fetched : str
        When, ISO 8601 in UTC.
    source, licence : str
        As the catalogue said then.
    """

    layer: str
    sha256: str
    bytes: int
    origin: str
    fetched: str
    source: str
    licence: str


def fetch_folder() -> Path:
    """Return the folder of fetched layers in the user's cache."""
    return cache_directory() / FOLDER


def stored_path(layer: str) -> Path:
    """Return where the file of a layer is, or will be."""
    return fetch_folder() / f"{layer}.tif"


def read_record(layer: str) -> Record | None:
    """Return the record of a layer; None where there is none that can be read."""
    try:
        return Record(**json.loads(stored_path(layer).with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def write_record(record: Record) -> None:
    """Put a record in its place, whole."""
    with written_whole(stored_path(record.layer).with_suffix(".json")) as draft:
        draft.write_text(json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def file_digest(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stored_digest(path: Path) -> str:
    """Return the sha256 of a file, once in a process while its size and time stay: a gigabyte takes seconds."""
    state = path.stat()
    return _digest_of_state((str(path), state.st_size, state.st_mtime_ns))


@cache
def _digest_of_state(state: tuple[str, int, int]) -> str:
    return file_digest(Path(state[0]))
