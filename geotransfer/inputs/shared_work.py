"""Work that several runs share: kept in memory and on disk under the fingerprint of all it depends on."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from geotransfer.catalog.cache import WORK_MB, shared
from geotransfer.inputs.fingerprints import code_fingerprint, file_sha256, input_fingerprints
from geotransfer.inputs.packing import NotPackable, arrays_in, pack, unpack

__all__ = ["SharedWork"]

MEMORY_MB = 1000.0
"""What the products kept in memory may take."""


class SharedWork:
    """What earlier runs of this process, and earlier processes of this user, have computed.

    Give one to `run` again and again: a step whose inputs are the same is not done again. Results are the same to the
    byte, with it and without.

    Parameters
    ----------
    disk : bool
        Keep the products on disk too, in the user's cache.
    memory_mb, disk_mb : float
        Beyond these what was used longest ago goes.
    """

    def __init__(self, *, disk: bool = True, memory_mb: float = MEMORY_MB, disk_mb: float = WORK_MB) -> None:
        self.disk, self.memory_mb, self.disk_mb = disk, memory_mb, disk_mb
        self._kept: OrderedDict[str, tuple[Any, float]] = OrderedDict()
        self._files: dict[tuple[object, ...], str] = {}
        # threads of one worker wait for each other: the second would only do the same work again
        self._lock = threading.RLock()

    def once(self, name: str, parts: Sequence[Any], make: Callable[[], Any]) -> Any:
        """Return what `make` gives, or gave for the same `parts` (plain values), code and contents of files.

        Examples
        --------
        >>> work = SharedWork(disk=False)
        >>> work.once("sum", [1, 2], lambda: 3), work.once("sum", [1, 2], lambda: 4)
        (3, 3)
        """
        with self._lock:
            key = self._key(name, parts)
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            product = self._from_disk(name, key, make) if self.disk else make()
            self._keep(key, product)
            return product

    def release(self) -> None:
        """Let go of what is kept in memory; what is on disk stays there."""
        with self._lock:
            self._kept.clear()

    def _key(self, name: str, parts: Sequence[Any]) -> str:
        found = input_fingerprints(parts, digest=self.file_sha256)
        text = json.dumps([name, code_fingerprint(), parts, found], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _from_disk(self, name: str, key: str, make: Callable[[], Any]) -> Any:
        made: list[Any] = []

        def payload() -> bytes:
            made.append(make())
            return pack(made[0])

        try:
            stored = shared(name, key, payload, limit_mb=self.disk_mb)
        except NotPackable:
            return made[0]
        return made[0] if made else unpack(stored)

    def _keep(self, key: str, product: Any) -> None:
        size = 0.0
        for array in arrays_in(product):
            # what two runs hold neither may change
            array.flags.writeable = False
            size += array.nbytes / 1e6
        self._kept[key] = (product, size)
        total = sum(size for _, size in self._kept.values())
        while total > self.memory_mb and len(self._kept) > 1:
            total -= self._kept.popitem(last=False)[1][1]

    def file_sha256(self, path: Path) -> str:
        """Return the sha256 of a file; one that the system says is untouched is not read again."""
        facts = path.stat()
        known = (str(path), facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
        if path.is_dir() or path.suffix.lower() == ".shp":
            return file_sha256(path)
        if known not in self._files:
            self._files[known] = file_sha256(path)
        return self._files[known]
