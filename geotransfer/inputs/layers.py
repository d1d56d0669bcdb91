"""Where a run takes its layers from: the catalogue or the user's files; each is recorded with its sha256."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.entries import layer_entry
from geotransfer.catalog.fetched import fetched_file
from geotransfer.catalog.layers import layer_features, layer_raster, layer_table
from geotransfer.catalog.readers import read_features, read_table
from geotransfer.datums import DatumAccuracy, datum_of, warn_of_datum
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.inputs.fingerprints import file_sha256
from geotransfer.inputs.large_rasters import Conversion, aligned_file, overlaps, scaled_by, suited_resampling
from geotransfer.inputs.shared_work import SharedWork
from geotransfer.raster import Raster
from geotransfer.spatial.alignment import ResamplingMethod, align, warped_values

__all__ = ["Inputs"]

T = TypeVar("T")


@dataclass
class Inputs:
    """The open doors of one run; `records` is what run.json lists as inputs, `shared` what other runs have computed."""

    grid: Grid
    shared: SharedWork | None = None
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    study: Grid | None = None
    """Of the whole study, where `grid` is that of a block: a layer need not reach every block."""
    _aligned: dict[tuple[str, int, str], Raster] = field(default_factory=dict)

    def once(self, name: str, parts: Sequence[Any], make: Callable[[], T]) -> T:
        """Return what `make` gives, from the shared work where an earlier run computed it from the same `parts`.

        The grid and the contents of the files that `parts` name belong to what it is computed from. The inputs that
        `make` opens are recorded, whether it is called or not.
        """
        if self.shared is None:
            return make()

        def noted() -> tuple[T, dict[str, dict[str, Any]]]:
            before, self.records = self.records, {}
            try:
                return make(), self.records
            finally:
                self.records = before

        grid = [list(self.grid.transform)[:6], list(self.grid.shape), self.grid.crs.to_wkt()]
        found: tuple[T, dict[str, dict[str, Any]]] = self.shared.once(name, [grid, *parts], noted)
        self.records |= found[1]
        return found[0]

    def raster(
        self,
        layer: str | None,
        file: str | None,
        *,
        resampling: ResamplingMethod | None = None,
        band: int = 1,
        convert: Conversion | None = None,
    ) -> Raster:
        """Return a raster on the study grid; each is read and aligned once.

        Without `resampling`: the average where the raster is finer than the study grid, else bilinear. With `convert`
        the values become others before they are resampled (classes become scores, which have a mean).
        """
        name = _one_of(layer, file)
        if convert is not None:
            return self._read(layer, name, band, resampling, convert)
        key = (name, band, resampling or "")
        if key not in self._aligned:
            source = [layer, file, band, resampling]
            values = self.once("raster", source, lambda: self._read(layer, name, band, resampling, None).values)
            self._aligned[key] = Raster(values, self.grid)
        return self._aligned[key]

    def _read(
        self,
        layer: str | None,
        name: str,
        band: int,
        resampling: ResamplingMethod | None,
        convert: Conversion | None,
    ) -> Raster:
        if layer is None:
            self._record(None, name, None)
            return self._file(name, band=band, resampling=resampling, convert=convert)
        fetched = fetched_file(layer)
        if fetched is not None:
            self._record(layer, None, fetched.sha256)
            scaled = scaled_by(fetched.source.scale, then=convert)
            return self._file(fetched.path, band=1, resampling=resampling, convert=scaled)
        whole = layer_raster(layer)
        self._record(layer, None, hashlib.sha256(whole.values.tobytes()).hexdigest())
        values = whole if convert is None else Raster(convert(whole.values), whole.grid)
        method = resampling or suited_resampling(whole.grid, self.grid)
        if self.study is not None:
            return Raster(warped_values(values, self.grid, resampling=method), self.grid)
        return align(values, self.grid, resampling=method)

    def _file(
        self, path: str | Path, *, band: int, resampling: ResamplingMethod | None, convert: Conversion | None
    ) -> Raster:
        if self.study is not None and not overlaps(path, self.grid) and overlaps(path, self.study):
            return Raster(np.full(self.grid.shape, np.nan), self.grid)
        part = self.study is not None
        return aligned_file(path, self.grid, band=band, resampling=resampling, convert=convert, part=part)

    def features(
        self, layer: str | None, file: str | None, *, file_layer: str | None = None, encoding: str | None = None
    ) -> gpd.GeoDataFrame:
        """Return vector features; `file_layer` and `encoding` are those of the user's file."""
        name = _one_of(layer, file)
        if layer:
            features = layer_features(layer)
            self._record(layer, None, _frame_sha256(features))
            return features
        features = read_features(name, layer=file_layer, encoding=encoding)
        datum = datum_of(features)
        warn_of_datum(datum, what=f"file {name!r}")
        self.record_file(name, datum=datum)
        return features

    def table(self, layer: str | None, file: str | None) -> pd.DataFrame:
        """Return a table."""
        name = _one_of(layer, file)
        table = layer_table(layer) if layer else read_table(name)
        self._record(layer, file, _frame_sha256(table) if layer else None)
        return table

    def layer(self, layer: str) -> None:
        """Record a table or features that another room reads by itself."""
        if layer_entry(layer).kind == "features":
            self.features(layer, None)
        else:
            self.table(layer, None)

    def record_file(self, path: str, *, datum: DatumAccuracy | None = None) -> None:
        """Record a user's file; where its datum matters, how far positions may be off is its known error."""
        self._record(None, path, None)
        if datum is not None and datum.matters:
            self.records[str(Path(path))] |= {"known_error": datum.text.as_dict(), "error_scope": "field"}

    def record_boundaries(self, layer: str, paths: list[str]) -> None:
        """Record a level of the boundaries by the files it is read from."""
        digest = hashlib.sha256("".join(file_sha256(Path(path)) for path in paths).encode())
        self._record(layer, None, digest.hexdigest())

    def record_database(self, address: str, source: str, features: gpd.GeoDataFrame) -> None:
        """Record features of a database by what was read; the address holds no password (`Scenario` sees to it)."""
        self.records[f"{address} {source}"] = _given_by_the_user(source, "database", _frame_sha256(features))

    def _record(self, layer: str | None, file: str | None, sha256: str | None) -> None:
        if layer is not None:
            self.records[layer] = {**layer_entry(layer).as_record(), "sha256": sha256}
        elif file is not None:
            path = Path(file)
            self.records[str(path)] = _given_by_the_user(path.name, "file", file_sha256(path))


def _given_by_the_user(name: str, kind: str, sha256: str) -> dict[str, Any]:
    nothing, unstated = {"zh": "", "en": ""}, {"zh": "未说明", "en": "not stated"}
    return {
        "id": name, "title": {"zh": name, "en": name}, "kind": kind, "unit": "",
        "period": nothing, "source": {"zh": "用户提供", "en": "given by the user"}, "licence": unstated,
        "quality": "not stated",
        "known_error": {"zh": "", "en": ""}, "error_scope": "", "sha256": sha256,
    }  # fmt: skip


def _one_of(layer: str | None, file: str | None) -> str:
    if (layer is None) == (file is None):
        raise InputError(f"a source names layer={layer!r} and file={file!r}; expected exactly one of both")
    return str(layer or file)


def _frame_sha256(frame: pd.DataFrame) -> str:
    plain = pd.DataFrame(frame)
    if isinstance(frame, gpd.GeoDataFrame):
        plain = plain.assign(geometry=frame.geometry.to_wkb(hex=True))
    return hashlib.sha256(plain.to_csv(index=False, lineterminator="\n").encode()).hexdigest()
