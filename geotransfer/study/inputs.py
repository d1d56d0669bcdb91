"""Where a run takes its layers from: the catalogue or the user's files; each is recorded with its sha256."""

from __future__ import annotations

import glob
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from geotransfer.catalog.entries import layer_entry
from geotransfer.catalog.layers import layer_features, layer_raster, layer_table
from geotransfer.catalog.readers import read_features, read_table
from geotransfer.crs import metres_per_unit
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster, raster_grid, read_raster
from geotransfer.spatial.alignment import ResamplingMethod, align

__all__ = ["Inputs", "suited"]


@dataclass
class Inputs:
    """The open doors of one run; `records` is what run.json lists as inputs."""

    grid: Grid
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    _aligned: dict[tuple[str, int, str], Raster] = field(default_factory=dict)

    def raster(
        self, layer: str | None, file: str | None, *, resampling: ResamplingMethod | None = None, band: int = 1
    ) -> Raster:
        """Return a raster on the study grid; each is read and aligned once.

        Without `resampling`: the average where the raster is finer than the study grid, else bilinear.
        """
        key = (_one_of(layer, file), band, resampling or "")
        if key not in self._aligned:
            raw = self.own_raster(layer, file, band=band)
            self._aligned[key] = align(raw, self.grid, resampling=resampling or suited(raw, self.grid))
        return self._aligned[key]

    def own_raster(self, layer: str | None, file: str | None, *, band: int = 1) -> Raster:
        """Return a raster on its own grid."""
        name = _one_of(layer, file)
        raw = layer_raster(layer) if layer else self._read_file(name, band)
        self._record(layer, file, hashlib.sha256(raw.values.tobytes()).hexdigest() if layer else None)
        return raw

    def _read_file(self, path: str, band: int) -> Raster:
        """Read of a user's raster what the study needs: it may be far larger than the memory."""
        whole = raster_grid(path)
        margin = 2 * max(whole.resolution) + 2 * self.grid.resolution[0] / metres_per_unit(whole.crs)
        to_raster = Transformer.from_crs(self.grid.crs, whole.crs, always_xy=True)
        left, bottom, right, top = to_raster.transform_bounds(*self.grid.bounds)
        needed = (left - margin, bottom - margin, right + margin, top + margin)
        west, south, east, north = whole.bounds
        apart = needed[0] >= east or needed[2] <= west or needed[1] >= north or needed[3] <= south
        # a raster that lies elsewhere is read as a whole: `align` then says what does not overlap
        return read_raster(path, band=band, bounds=None if apart or not np.isfinite(needed).all() else needed)

    def features(
        self, layer: str | None, file: str | None, *, file_layer: str | None = None, encoding: str | None = None
    ) -> gpd.GeoDataFrame:
        """Return vector features; `file_layer` and `encoding` are those of the user's file."""
        name = _one_of(layer, file)
        features = layer_features(layer) if layer else read_features(name, layer=file_layer, encoding=encoding)
        self._record(layer, file, _frame_sha256(features) if layer else None)
        return features

    def table(self, layer: str | None, file: str | None) -> pd.DataFrame:
        """Return a table."""
        name = _one_of(layer, file)
        table = layer_table(layer) if layer else read_table(name)
        self._record(layer, file, _frame_sha256(table) if layer else None)
        return table

    def record_file(self, path: str) -> None:
        """Record a user's file."""
        self._record(None, path, None)

    def record_boundaries(self, layer: str, paths: list[str]) -> None:
        """Record a level of the boundaries by the files it is read from."""
        digest = hashlib.sha256("".join(_file_sha256(Path(path)) for path in paths).encode())
        self._record(layer, None, digest.hexdigest())

    def _record(self, layer: str | None, file: str | None, sha256: str | None) -> None:
        if layer is not None:
            self.records[layer] = {**layer_entry(layer).as_record(), "sha256": sha256}
        elif file is not None:
            path = Path(file)
            nothing, unstated = {"zh": "", "en": ""}, {"zh": "未说明", "en": "not stated"}
            self.records[str(path)] = {
                "id": path.name, "title": {"zh": path.name, "en": path.name}, "kind": "file", "unit": "",
                "period": nothing, "source": {"zh": "用户提供", "en": "given by the user"}, "licence": unstated,
                "quality": "not stated",
                "known_error": {"zh": "", "en": ""}, "error_scope": "", "sha256": _file_sha256(path),
            }  # fmt: skip


def suited(raster: Raster, grid: Grid) -> ResamplingMethod:
    """Return "average" for a raster that is finer than the grid, else "bilinear"."""
    metres = raster.grid.resolution[1] * metres_per_unit(raster.grid.crs)
    return "average" if metres < 0.75 * grid.resolution[1] else "bilinear"


def _one_of(layer: str | None, file: str | None) -> str:
    if (layer is None) == (file is None):
        raise InputError(f"a source names layer={layer!r} and file={file!r}; expected exactly one of both")
    return str(layer or file)


def _frame_sha256(frame: pd.DataFrame) -> str:
    plain = pd.DataFrame(frame)
    if isinstance(frame, gpd.GeoDataFrame):
        plain = plain.assign(geometry=frame.geometry.to_wkb(hex=True))
    return hashlib.sha256(plain.to_csv(index=False, lineterminator="\n").encode()).hexdigest()


def _file_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    # a Shapefile is several files: what belongs to the stem counts
    members = [path]
    if path.is_dir():
        members = sorted(p for p in path.rglob("*") if p.is_file())
    elif path.suffix.lower() == ".shp":
        members = sorted(path.parent.glob(f"{glob.escape(path.stem)}.*"))
    for member in members:
        with member.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()
