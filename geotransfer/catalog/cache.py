"""Modelled layers and shared work on disk: content-keyed, checked on reading, written atomically, never needed.

A file is the sha256 of its payload (32 bytes) followed by the payload. Whatever is wrong with it (short,
changed, unreadable), the layer is computed again; a folder that cannot be written only makes that happen every
time. Shared work (`shared`) lies in a folder of its own, which is kept below a size: what was used longest ago goes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path

from geotransfer.catalog.entries import shipped_bytes
from geotransfer.errors import InputError
from geotransfer.files import locked, private_folder, writable_by_all, written_whole

__all__ = ["WORK_MB", "cache_directory", "cached", "content_key", "shared"]

VARIABLE = "GEOTRANSFER_CACHE_DIR"
DIGEST = hashlib.sha256().digest_size
WORK = "work"
"""Folder of shared work below the cache."""
WORK_MB = 4000
"""What it may hold, unless told otherwise."""
ROOM = 0.8
"""Share of the limit that is left after tidying, so that not every file tidies."""


def cache_directory() -> Path:
    """Return the folder of the cache: ``GEOTRANSFER_CACHE_DIR``, else the user's cache of the platform."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen else user_cache_path("geotransfer", appauthor=False)


def content_key(
    name: str,
    *,
    modules: Iterable[str] = (),
    tables: Iterable[str] = (),
    distributions: Iterable[str] = (),
    data_files: Iterable[str] = (),
) -> str:
    """Return a sha256 over everything a computed layer depends on.

    Parameters
    ----------
    name : str
        The layer.
    modules : iterable of str
        The modules whose source makes it.
    tables : iterable of str
        Files below ``layers/``.
    distributions : iterable of str
        Installed packages whose version counts.
    data_files : iterable of str
        Files of data packages.
    """
    digest = hashlib.sha256()
    parts = [("name", name.encode())]
    parts += [(module, _source(module)) for module in modules]
    parts += [(table, shipped_bytes(table)) for table in tables]
    parts += [(package, version(package).encode()) for package in distributions]
    # the name without its folder: the key is the same wherever the package is installed
    parts += [(Path(file).name, Path(file).read_bytes()) for file in data_files]
    for label, content in parts:
        digest.update(f"{label}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def _source(module: str) -> bytes:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise InputError(f"module {module!r} has no source, expected an installed one; reinstall geotransfer")
    # without line ends, which differ between platforms
    return b"\n".join(Path(spec.origin).read_bytes().splitlines())


def cached(name: str, key: str, make: Callable[[], bytes]) -> bytes:
    """Return the payload stored under `key`, or make it and store it.

    Parameters
    ----------
    name : str
        First part of the file's name, for the eye.
    key : str
        From `content_key`.
    make : callable
        Returns the payload.

    Examples
    --------
    >>> cached("example", "00", lambda: b"first"), cached("example", "00", lambda: b"second")
    (b'first', b'first')
    """
    path = cache_directory() / f"{name}-{key[:24]}.bin"
    stored = _read(path)
    if stored is not None:
        return stored
    payload = make()
    _write(path, payload)
    return payload


def _read(path: Path) -> bytes | None:
    try:
        # where every user may write, anybody may have put it there
        if writable_by_all(path) or writable_by_all(path.parent):
            return None
        with path.open("rb") as stream:
            # apart, so that no second copy of the payload is made
            digest, payload = stream.read(DIGEST), stream.read()
    except OSError:
        return None
    return payload if hashlib.sha256(payload).digest() == digest else None


def _write(path: Path, payload: bytes) -> None:
    """Write beside and rename: another process sees the old file, the new one or none."""
    with suppress(OSError):  # a folder that cannot be written only makes the next run slower
        private_folder(path.parent)
        with written_whole(path) as draft, draft.open("wb") as stream:
            stream.write(hashlib.sha256(payload).digest())
            stream.write(payload)


def shared(name: str, key: str, make: Callable[[], bytes], *, limit_mb: float = WORK_MB) -> bytes:
    """Return the payload stored under `key` in the folder of shared work, or make it and store it.

    Of several processes that ask at once one makes it, and the others wait; when that one is killed, the next does.

    Parameters
    ----------
    name, key, make
        As of `cached`.
    limit_mb : float
        Size of the folder; beyond it the files that were used longest ago are removed.

    Examples
    --------
    >>> shared("example", "00", lambda: b"first"), shared("example", "00", lambda: b"second")
    (b'first', b'first')
    """
    folder = cache_directory() / WORK
    path = folder / f"{name}-{key[:32]}.bin"
    found = _read(path)
    if found is None:
        with suppress(OSError):
            private_folder(folder)
        lock = path.with_suffix(".lock")
        with locked(lock, wait=True):
            found = _read(path)
            if found is None:
                found = make()
                _write(path, found)
                _tidy(folder, limit_mb * 1e6)
            with suppress(OSError):  # who waits for it holds the file open, and finds the payload
                lock.unlink(missing_ok=True)
    with suppress(OSError):
        os.utime(path)
    return found


def _tidy(folder: Path, limit: float) -> None:
    """Remove the files used longest ago until the folder is well below its limit."""
    files = []
    for path in folder.glob("*.bin"):
        with suppress(OSError):  # another process removed it
            facts = path.stat()
            files.append((facts.st_mtime_ns, facts.st_size, path))
    total = sum(size for _, size, _ in files)
    if total <= limit:
        return
    for _, size, path in sorted(files):
        with suppress(OSError):  # Windows: another process reads it
            path.unlink()
            total -= size
        if total <= ROOM * limit:
            return
