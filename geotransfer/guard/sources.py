"""What may be opened: plain local files. Addresses, databases and files that lead to other files only when asked.

GDAL opens far more than files: web addresses, databases, pipelines of commands and small text files that name others
(VRT, WMS, GDALG). A path out of a stranger's scenario must not be one of these, whatever its name ends in: the content
is looked at before GDAL sees it, and GDAL is given an absolute path, which is no connection string.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.parsers import expat

from geotransfer.errors import InputError
from geotransfer.files import is_there
from geotransfer.guard.parquet import geoparquet_reason

__all__ = ["VARIABLE", "checked_source", "is_virtual", "raster_drivers", "redacted"]

VARIABLE = "GEOTRANSFER_ALLOW_REMOTE"
"""Set to 1 by the user (or by ``--allow-remote``), never by a scenario: what ``remote=True`` says, for every file."""
RASTER_DRIVERS = (
    "GTiff", "COG", "HFA", "AAIGrid", "EHdr", "ENVI", "BT", "SRTMHGT", "USGSDEM", "DTED", "GPKG", "PNG", "JPEG",
    "JP2OpenJPEG", "BMP", "netCDF", "GRIB", "XYZ", "SAGA", "GSAG", "GSBG", "GS7BG", "RST", "ILWIS",
)  # fmt: skip
"""GDAL's drivers of rasters that hold their own cells."""
XML_ROOTS = ("kml", "FeatureCollection", "gpx", "osm", "Placemark", "Document", "Folder")
"""Of KML, GML, GPX and OpenStreetMap. All other XML that GDAL reads describes something that lies elsewhere."""
SHAPEFILE = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".xml", ".txt", ".pdf"})
SQLITE_MODULES = frozenset({"rtree", "fts3", "fts4", "fts5", "virtualspatialindex", "virtualelementary"})
"""Virtual tables that hold their own rows."""
MAX_PROLOG = 1_000_000
"""Bytes before the root of an XML file."""
HEAD = 65_536
PACKED = {
    b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf": "7z",
}  # fmt: skip
ZIP, SQLITE, HDF5, PARQUET = b"PK\x03\x04", b"SQLite format 3\x00", b"\x89HDF", b"PAR1"
PLAIN = (b"\x00\x00\x27\x0a", SQLITE, PARQUET, b"fgb", b"Version", b"VERSION")
"""Beginnings of Shapefile, GeoPackage and SQLite, Parquet, FlatGeobuf, MapInfo MIF."""
CONNECTION = re.compile(r"[A-Za-z][A-Za-z0-9_+.-]+:")
SECRETS = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]*://[^\s/@:]*:)[^\s/@]+(?=@)"
    r"|(?P<name>(?:\b(?:password|passwd|pwd|token|access_token|api_?key|secret)\s*[=:]|[?&](?:tk|key|sig|signature)=)\s*)"
    r"(?:'[^']*'|\"[^\"]*\"|[^\s&;,'\"]+)",
    re.IGNORECASE,
)


def checked_source(path: str | os.PathLike[str], *, remote: bool = False, features: bool = False) -> str:
    """Return what GDAL may be given for `path`: the absolute path of a local file that holds its own data.

    Parameters
    ----------
    path : path
        As the user or a scenario gave it.
    remote : bool
        Whether addresses, databases, GDAL's virtual files and files that lead to others are wanted: then nothing is
        looked at, and `path` is returned as it is. The variable `VARIABLE` = 1 says so for every file.
    features : bool
        Whether vector features are expected: then the content must be of a kind that is known.

    Raises
    ------
    InputError
        It is not there, or it is none; the message says how to ask for it.

    Examples
    --------
    >>> checked_source("/vsicurl/https://example.com/a.tif")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: '/vsicurl/https://example.com/a.tif' is refused: it is no file of this machine; ...
    """
    text = os.fspath(path)
    if remote or os.environ.get(VARIABLE) == "1":
        return text
    if is_virtual(text):
        raise _refused(text, "it is no file of this machine")
    file = Path.cwd() / text
    if not is_there(file):
        raise InputError(f"file {text!r} does not exist; check the path")
    reason = _folder_reason(file, features) if file.is_dir() else _file_reason(file, features)
    if reason:
        raise _refused(text, reason)
    return str(file)


def is_virtual(text: str) -> bool:
    r"""Whether GDAL would take a text for something else than a file: an address, a database, a virtual file.

    Examples
    --------
    >>> [is_virtual(text) for text in ("PG:dbname=x", "NETCDF:a.nc:t", "s3://a/b", "C:\\a.tif", "a.tif")]
    [True, True, True, False, False]
    """
    start = text.strip().lower()
    if "://" in start or start.replace("\\", "/").startswith("/vsi") or start[:1] in ("<", "{"):
        return True
    return CONNECTION.match(text.strip()) is not None and not is_there(text)


def raster_drivers(*, remote: bool = False) -> list[str] | None:
    """Return GDAL's drivers that may open a raster; None for all of them."""
    return None if remote or os.environ.get(VARIABLE) == "1" else list(RASTER_DRIVERS)


def redacted(text: str) -> str:
    """Return a text without the passwords, keys and tokens in it.

    Examples
    --------
    >>> redacted("postgresql://me:hush@host/db and PG:dbname=x password='a b' and https://t0/?tk=123&z=1")
    'postgresql://me:***@host/db and PG:dbname=x password=*** and https://t0/?tk=***&z=1'
    """
    return SECRETS.sub(lambda found: f"{found['before'] or found['name']}***", text)


def _refused(text: str, reason: str) -> InputError:
    return InputError(
        f"{redacted(text)!r} is refused: {reason}; expected a local file that holds its own data (GeoTIFF, GeoPackage, "
        "Shapefile, GeoJSON, CSV ...). Convert it, or, if you trust it, allow it: remote=True in Python, "
        "--allow-remote on the command line"
    )


def _folder_reason(folder: Path, features: bool) -> str:
    if folder.suffix.lower() == ".gdb" or not features:
        return ""
    strange = sorted(item.name for item in folder.iterdir() if item.suffix.lower() not in SHAPEFILE)
    return f"it is a folder that holds {strange[0]!r}, which is no part of a Shapefile" if strange else ""


def _file_reason(file: Path, features: bool) -> str:
    """Say why a file may not be opened; "" where it may."""
    head = _head(file)
    for magic, name in PACKED.items():
        if head.startswith(magic):
            return f"it is packed by {name}: unpack it yourself, then its size is known"
    if head.startswith(HDF5):
        return "it is HDF5 (or NetCDF 4), which may take its values from any other file"
    plain = _text(head)
    found = _text_reason(file, plain) or _beside_reason(file)
    if not found and head.startswith(SQLITE):
        found = _sqlite_reason(file)
    if not found and head.startswith(PARQUET):
        found = geoparquet_reason(file)
    if not found and features and not _known(file, head, plain):
        raise InputError(
            f"file {str(file)!r} cannot be read as vector features: its content is of no kind known to hold its "
            "own data; expected GeoPackage, Shapefile, GeoJSON, FlatGeobuf, KML, GML, GPX, MapInfo, GeoParquet or CSV, "
            "or remote=True (--allow-remote) for anything GDAL reads"
        )
    return found


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(HEAD)
    except OSError as error:
        raise InputError(f"file {str(file)!r} cannot be read: {error.strerror or error}; check the path") from error


def _text(head: bytes) -> bytes:
    """Return the beginning as text has it, also in UTF-16: without byte order mark, NULs and blanks."""
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"").lstrip()


def _text_reason(file: Path, plain: bytes) -> str:
    if plain.startswith(b"<"):
        return _xml_reason(file)
    # GDAL looks for these anywhere in the beginning
    for mark in (b"<VRTDataset", b"<OGRVRTDataSource", b"<GDAL_WMS", b"<GDALTileIndexDataset"):
        if mark.lower() in plain.lower():
            return f"it holds {mark.decode()}, which describes other files"
    if b'"gdal_streamed_alg"' in plain or file.name.lower().endswith(".gdalg.json"):
        return "it holds commands of GDAL (GDALG)"
    if plain[:6].lower() == b"!table" and (b"isseamless" in plain.lower() or b"open table" in plain.lower()):
        return "it is a MapInfo table that names others"
    return ""


def _xml_reason(file: Path) -> str:
    """Look at an XML file up to its root: definitions of entities, and roots of files that describe others."""
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def doctype(*_: object) -> None:
        found.append("it declares a DOCTYPE, which may hold entities that grow or read other files")

    def root(name: str, _: object) -> None:
        local = name.rpartition(" ")[2]
        if not found:
            found.append("" if local in XML_ROOTS else f"its XML begins with <{local}>, which may describe other files")

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = doctype, root
    try:
        with file.open("rb") as stream:
            while not found and stream.tell() < MAX_PROLOG:
                block = stream.read(4096)
                parser.Parse(block, not block)
    except (expat.ExpatError, ValueError, OSError) as error:
        if not found:
            return f"it is no well-formed XML ({error})"
    return found[0] if found else "its XML has no beginning that can be read"


def _beside_reason(file: Path) -> str:
    """GDAL opens overviews and masks beside a file by whatever driver knows them."""
    for ending in (".ovr", ".msk"):
        beside = file.with_name(file.name + ending)
        if beside.is_file() and _text(_head(beside)[:4096])[:1] in (b"<", b"{"):
            return f"{beside.name!r} beside it is no raster but describes one"
    return ""


def _sqlite_reason(file: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return f"its list of tables cannot be read ({error})"
    for kind, name, sql in rows:
        module = re.match(r"\s*create\s+virtual\s+table\s.*?\busing\s+\W*(\w+)", str(sql), re.IGNORECASE | re.DOTALL)
        if module and module[1].lower() not in SQLITE_MODULES:
            return f"its table {name!r} is virtual ({module[1]}): its rows lie elsewhere"
        if kind == "view" and re.search(r"\brecursive\b", str(sql), re.IGNORECASE):
            return f"its view {name!r} is a program that may run for ever"
    return ""


def _known(file: Path, head: bytes, plain: bytes) -> bool:
    """Whether a file looks like one of the vector files that hold their own data."""
    suffix = file.suffix.lower()
    return (
        head.startswith((*PLAIN, ZIP))
        or plain[:1] in (b"<", b"{", b"[", b"\x1e")
        or plain[:6].lower() == b"!table"
        or b"OSMHeader" in head[:64]
        or (suffix == ".dxf" and b"SECTION" in plain)
        # read by other means than GDAL, or by GDAL as tables without shapes
        or suffix in (".csv", ".dbf", ".parquet", ".geoparquet")
    )
