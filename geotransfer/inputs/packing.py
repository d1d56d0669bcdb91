"""Results of a step as bytes and back, exactly: arrays, geometries and the frozen values of geotransfer; no pickle.

The bytes are the length of a JSON text (8 bytes), the text, and the arrays in NumPy's own format one after another,
uncompressed: they are used where they lie, without a copy.
Reading them runs no code but the constructors of frozen values in geotransfer.
"""

from __future__ import annotations

import dataclasses
import io
import json
import math
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel

__all__ = ["NotPackable", "arrays_in", "pack", "unpack"]

PLAIN = (type(None), bool, int, float, str)
HEADER = 8
MARK = "$"
OWN = "geotransfer."
ALIGNED = 64
"""Arrays begin at multiples of so many bytes, as in NumPy's files."""
READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class NotPackable(TypeError):
    """A value that holds something else than what can be packed."""


def pack(value: Any) -> bytes:
    """Return the bytes of a value.

    Raises
    ------
    NotPackable
        It holds something else than numbers, texts, containers, arrays, geometries and frozen values of geotransfer.

    Examples
    --------
    >>> unpack(pack({"a": (1.5, None), "b": np.array([1, 2])}))
    {'a': (1.5, None), 'b': array([1, 2])}
    """
    arrays: list[np.ndarray] = []
    text = json.dumps(_plain(value, arrays)).encode()
    # spaces behind the text, so that every array begins where the processor likes it
    text += b" " * (-(HEADER + len(text)) % ALIGNED)
    stream = io.BytesIO()
    stream.write(len(text).to_bytes(HEADER, "little"))
    stream.write(text)
    for array in arrays:
        np.lib.format.write_array(stream, array, allow_pickle=False)
        stream.write(bytes(-stream.tell() % ALIGNED))
    return stream.getvalue()


def unpack(payload: bytes) -> Any:
    """Return the value whose bytes `pack` gave; its arrays lie in these bytes and cannot be written to."""
    stream = io.BytesIO(payload)
    length = int.from_bytes(stream.read(HEADER), "little")
    tree = json.loads(stream.read(length))
    arrays = []
    while stream.tell() < len(payload):
        arrays.append(_array_at(stream, payload))
        stream.seek(-stream.tell() % ALIGNED, io.SEEK_CUR)
    return _value(tree, arrays)


def _array_at(stream: io.BytesIO, payload: bytes) -> np.ndarray:
    """Return the array that begins where the stream stands, without copying it; the stream goes behind it."""
    header = READERS[np.lib.format.read_magic(stream)]
    shape, by_columns, dtype = header(stream)
    if dtype.hasobject:
        raise ValueError("the cache holds an array of objects, which only pickle could read; none is read")
    flat = np.frombuffer(payload, dtype=dtype, count=math.prod(shape), offset=stream.tell())
    stream.seek(flat.nbytes, io.SEEK_CUR)
    return flat.reshape(shape, order="F" if by_columns else "C")


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Yield the arrays a value holds, at any depth."""
    if isinstance(value, np.ndarray):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from arrays_in(getattr(value, field.name))
    elif isinstance(value, dict):
        for part in value.values():
            yield from arrays_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from arrays_in(part)


def _plain(value: Any, arrays: list[np.ndarray]) -> Any:
    """Return a tree of JSON; arrays go to the list."""
    if type(value) in PLAIN:
        return value
    if type(value) is list:
        return [_plain(part, arrays) for part in value]
    for kind, (test, split, _) in KINDS.items():
        if test(value):
            return {MARK: kind, "v": _plain(split(value), arrays)}
    if isinstance(value, np.ndarray) and value.dtype != object:
        arrays.append(value)
        return {MARK: "array", "v": len(arrays) - 1}
    raise NotPackable(f"a {type(value).__name__} cannot be packed")


def _value(tree: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(tree, list):
        return [_value(part, arrays) for part in tree]
    if not isinstance(tree, dict):
        return tree
    if tree[MARK] == "array":
        return arrays[tree["v"]]
    return KINDS[tree[MARK]][2](_value(tree["v"], arrays))


def _own_type(name: str) -> Any:
    """Return a class of geotransfer by its name; nothing else is ever looked up."""
    module, _, qualified = name.partition(":")
    found = getattr(import_module(module), qualified) if module.startswith(OWN) else None
    if not (isinstance(found, type) and (dataclasses.is_dataclass(found) or issubclass(found, BaseModel))):
        raise NotPackable(f"{name!r} is no value of geotransfer")
    return found


def _type_name(value: Any) -> str:
    return f"{type(value).__module__}:{type(value).__qualname__}"


def _is_own(value: Any) -> bool:
    return type(value).__module__.startswith(OWN) and "." not in type(value).__qualname__


def _split_dataclass(value: Any) -> list[Any]:
    return [_type_name(value), [[field.name, getattr(value, field.name)] for field in dataclasses.fields(value)]]


def _join_dataclass(parts: list[Any]) -> Any:
    made = object.__new__(_own_type(parts[0]))
    for name, part in parts[1]:
        # what was checked when it was first made is not checked again
        object.__setattr__(made, name, part)
    return made


def _split_series(series: gpd.GeoSeries) -> list[Any]:
    crs = None if series.crs is None else series.crs.to_wkt()
    return [series.index.to_numpy(), crs, series.name, [*map(shapely.to_wkb, series.to_numpy())]]


def _join_series(parts: list[Any]) -> gpd.GeoSeries:
    index, crs, name, shapes = parts
    geometries = np.array([shapely.from_wkb(shape) for shape in shapes], dtype=object)
    return gpd.GeoSeries(geometries, index=pd.Index(index), crs=crs, name=name)


def _split_objects(array: np.ndarray) -> list[Any]:
    return [list(array.shape), array.ravel().tolist()]


def _join_objects(parts: list[Any]) -> np.ndarray:
    array = np.empty(len(parts[1]), dtype=object)
    array[:] = parts[1]
    return array.reshape(parts[0])


KINDS: dict[str, tuple[Callable[[Any], bool], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tuple": (lambda v: type(v) is tuple, list, tuple),
    "dict": (lambda v: type(v) is dict, lambda v: [[k, p] for k, p in v.items()], dict),
    "frozenset": (lambda v: type(v) is frozenset, sorted, frozenset),
    "number": (lambda v: isinstance(v, np.generic), np.asarray, lambda a: a[()]),
    "bytes": (
        lambda v: type(v) is bytes,
        lambda v: np.frombuffer(v, dtype=np.uint8),
        lambda a: a.tobytes(),
    ),
    "geometry": (lambda v: isinstance(v, shapely.Geometry), shapely.to_wkb, shapely.from_wkb),
    "series": (lambda v: type(v) is gpd.GeoSeries, _split_series, _join_series),
    "objects": (lambda v: isinstance(v, np.ndarray) and v.dtype == object, _split_objects, _join_objects),
    "dataclass": (
        lambda v: dataclasses.is_dataclass(v) and not isinstance(v, type) and _is_own(v),
        _split_dataclass,
        _join_dataclass,
    ),
    "model": (
        lambda v: isinstance(v, BaseModel) and _is_own(v),
        lambda v: [_type_name(v), v.model_dump_json(by_alias=True)],
        lambda p: _own_type(p[0]).model_validate_json(p[1]),
    ),
}
"""Name -> (whether a value is of the kind, its parts, the value of the parts)."""
