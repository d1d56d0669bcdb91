"""Parquet tables of others: what they state is looked at before they are read, and again before texts are laid out."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geotransfer.errors import InputError
from geotransfer.guard.bounded import check_regular
from geotransfer.guard.wkb import is_shallow_wkb

__all__ = ["geoparquet_reason", "read_flat_parquet"]

MAX_ROWS = 5_000_000
MAX_COLUMNS = 5_000
MAX_RATIO = 200.0
"""Of its size in memory to that of the file, above `SMALL`; as for archives."""
SMALL = 50_000_000
MAX_TOTAL = 2_000_000_000
"""Bytes."""
ROWS_AT_A_TIME = 20_000
SEVERAL = frozenset(thousand + kind for thousand in (0, 1000, 2000, 3000) for kind in (4, 5, 6, 7))
"""Kinds of WKB that hold other shapes."""


def read_flat_parquet(path: Path) -> pa.Table:
    """Return a table of numbers, texts and bytes; metadata that programs left in it are not read.

    Parameters
    ----------
    path : Path
        A file.

    Raises
    ------
    InputError
        It is none or damaged; holds lists or structures; or would take more than 2 GB, or above 50 MB more than 200
        times its size.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.parquet"
    >>> pq.write_table(pa.table({"a": ["x", None]}), path)
    >>> read_flat_parquet(path).to_pydict()
    {'a': ['x', None]}
    """
    size = check_regular(path)
    try:
        return _read(path, size)
    except MemoryError as error:
        raise _unreadable(path, "it asks for more memory than there is") from error
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        if isinstance(error, InputError):
            raise
        raise _unreadable(path, " ".join(str(error).split())) from error


def geoparquet_reason(path: Path) -> str:
    """Say why a GeoParquet may not be opened: it unpacks to far more than it is, or its shapes nest without end.

    What cannot be read at all is left to its reader.
    """
    try:
        with pq.ParquetFile(path) as head:
            size, stated = path.stat().st_size, _stated(head.metadata)
            schema = head.schema_arrow
        names = [field.name for field in schema if _is_bytes(field.type)]
        if any(_is_text(schema.field(name).type) for name in _shape_columns(schema) if name in schema.names):
            return "it holds shapes as texts"
        if stated > max(SMALL, MAX_RATIO * size):
            return f"it has {size:,} bytes and would take {stated:,} of memory"
        return _reason_of_shapes(path, names, size) if names else ""
    except (OSError, ValueError, KeyError, TypeError, MemoryError, pa.ArrowException):
        return ""


def _reason_of_shapes(path: Path, names: list[str], size: int) -> str:
    """Look at each different value of the columns of bytes, as codes: a shape may be repeated a million times."""
    total = 0
    with pq.ParquetFile(path, read_dictionary=names) as file:
        for batch in file.iter_batches(batch_size=ROWS_AT_A_TIME, columns=names, use_threads=False):
            for column in batch.columns:
                total += _bytes_laid_out(pa.chunked_array([column]))
                if total > max(MAX_TOTAL, MAX_RATIO * size):
                    return f"it has {size:,} bytes and would take more than {total:,} of memory"
                values = column.dictionary if pa.types.is_dictionary(column.type) else column
                if not all(is_shallow_wkb(value) for value in values.to_pylist() if _is_shape(value)):
                    return "it holds a shape that nests without end, or is shorter than it says"
    return ""


def _stated(facts: pq.FileMetaData) -> int:
    groups = [facts.row_group(k) for k in range(facts.num_row_groups)]
    return sum(group.column(k).total_uncompressed_size for group in groups for k in range(group.num_columns))


def _shape_columns(schema: pa.Schema) -> list[str]:
    """Return the columns that GeoParquet's metadata names."""
    told = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    columns = told.get("columns") if isinstance(told, dict) else None
    return list(columns) if isinstance(columns, dict) else []


def _inner(kind: pa.DataType) -> pa.DataType:
    kind = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_bytes(kind: pa.DataType) -> bool:
    return str(_inner(kind)).startswith(("binary", "large_binary", "fixed_size_binary"))


def _is_text(kind: pa.DataType) -> bool:
    return str(_inner(kind)).startswith(("string", "large_string", "utf8"))


def _is_shape(value: bytes | None) -> bool:
    """Whether bytes begin as a shape of several, the only one that can nest."""
    if value is None or len(value) < 9 or value[0] > 1:
        return False
    kind = int.from_bytes(value[1:5], "little" if value[0] else "big") & 0x0FFFFFFF
    return kind in SEVERAL


def _read(path: Path, size: int) -> pa.Table:
    with pq.ParquetFile(path) as head:
        facts, schema = head.metadata, head.schema_arrow
    if facts.num_rows > MAX_ROWS or facts.num_columns > MAX_COLUMNS:
        raise _unreadable(path, f"it states {facts.num_rows:,} rows of {facts.num_columns:,} columns")
    _check_bytes(path, _stated(facts), size)
    # values of one width: known before they are read. Texts and bytes are read as codes, whatever each repeats
    _check_bytes(path, 8 * facts.num_rows * facts.num_columns, size, ratio=False)
    laid_out = [field.name for field in schema if _is_long(field.type)]
    strange = next(
        (f for f in schema if not (_is_long(f.type) or pa.types.is_primitive(f.type) or pa.types.is_null(f.type))), None
    )
    if strange is not None:
        raise _unreadable(
            path, f"its column {strange.name!r} holds {str(strange.type)[:60]}, expected numbers or texts"
        )
    if len(set(schema.names)) < len(schema.names):
        raise _unreadable(path, "two of its columns have one name")
    with pq.ParquetFile(path, read_dictionary=laid_out) as file:
        table = file.read(use_threads=False).replace_schema_metadata(None)
    _check_bytes(path, sum(_bytes_laid_out(table[name]) for name in laid_out), size)
    for position, name in enumerate(table.column_names):
        if pa.types.is_dictionary(table[name].type):
            table = table.set_column(position, name, table[name].cast(_plain(table[name].type.value_type)))
    table.validate(full=True)
    return table


def _is_long(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary,
                                       pa.types.is_large_binary))  # fmt: skip


def _plain(kind: pa.DataType) -> pa.DataType:
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    # one chunk of 32-bit offsets would overflow beyond 2 GB
    return pa.large_string() if text else pa.large_binary()


def _bytes_laid_out(column: pa.ChunkedArray) -> int:
    total = 0
    for chunk in column.chunks:
        if not pa.types.is_dictionary(chunk.type):
            total += chunk.nbytes
            continue
        lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
        total += pc.sum(lengths.cast(pa.int64())).as_py() or 0
    return total


def _check_bytes(path: Path, needed: int, size: int, *, ratio: bool = True) -> None:
    if needed > MAX_TOTAL or (ratio and needed > max(SMALL, MAX_RATIO * size)):
        raise _unreadable(path, f"it has {size:,} bytes and would take {needed:,} of memory")


def _unreadable(path: Path, reason: str) -> InputError:
    return InputError(
        f"table {str(path)!r} cannot be read: {reason}; expected a table as a run writes it: get it again, or run again"
    )
