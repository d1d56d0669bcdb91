"""Files out of a zip archive that is not trusted."""

from __future__ import annotations

import errno
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geotransfer.errors import InputError

__all__ = ["is_zip", "unpack_member", "unpacked"]

MAX_MEMBERS = 1000
"""Country downloads hold some tens of files."""
MAX_RATIO = 200.0
"""Unpacked over packed size: deflate reaches about 1,030 on zeros, a raster of real values less than 20."""
MAX_TOTAL = 2_000_000_000
"""Bytes of a user's archive when it is unpacked."""
SMALL = 50_000_000
"""Below it a file may be packed as well as it likes: a table of blanks is no bomb."""
LAYERS = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".kml", ".gml", ".gpx", ".parquet", ".geoparquet", ".csv")
CHUNK = 1 << 20


def is_zip(path: Path) -> bool:
    """Return whether the file begins like a zip archive."""
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


@contextmanager
def unpacked(archive: Path, *, max_bytes: int = MAX_TOTAL) -> Iterator[Path]:
    """Unpack an archive into a private folder and yield its one vector file; the folder goes when the block ends.

    Parameters
    ----------
    archive : Path
        A zip file, .kmz included.
    max_bytes : int
        Of all files together, unpacked.

    Raises
    ------
    InputError
        As `unpack_member`; or it holds no vector file, or several. Messages of the block name the archive.
    """
    with tempfile.TemporaryDirectory(prefix="geotransfer-zip-") as folder:
        with _opened(archive) as pack:
            _unpack_all(pack, archive, Path(folder), max_bytes)
        found = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in LAYERS and path.is_file())
        if len(found) != 1:
            names = ", ".join(path.relative_to(folder).as_posix() for path in found[:10]) or "none"
            raise InputError(
                f"archive {archive.name!r} holds {len(found)} vector files ({names}), expected one; unpack it and name "
                "the file"
            )
        try:
            yield found[0]
        except InputError as error:
            raise type(error)(str(error).replace(folder, str(archive))) from error


def _unpack_all(pack: zipfile.ZipFile, archive: Path, folder: Path, max_bytes: int) -> None:
    members = [info for info in pack.infolist() if not info.is_dir()]
    _check_names(pack.infolist(), archive)
    total = sum(info.file_size for info in members)
    if total > max_bytes:
        raise _hostile(archive, f"it unpacks to {total:,} bytes, expected at most {max_bytes:,}")
    for info in members:
        target = folder / PurePosixPath(info.filename.replace("\\", "/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(pack, info, target, max_bytes, small=SMALL)


def unpack_member(archive: Path, member: str, target: Path, *, max_bytes: int) -> None:
    """Write the file called `member`, in whatever folder of the archive, to `target`.

    The archive is refused as a whole when one of its names leads out of its folder: nobody packs that by accident.
    Names of the archive are never used as paths.

    Parameters
    ----------
    archive : Path
        A zip file.
    member : str
        File name without folder.
    target : Path
        Written; the caller removes it after an error.
    max_bytes : int
        Largest unpacked size.

    Raises
    ------
    InputError
        No zip file, damaged, hostile (absolute or climbing names, links, too many members, too large, packed beyond
        belief, encrypted), or the member is not there exactly once.
    """
    with _opened(archive) as pack:
        _check_names(pack.infolist(), archive)
        _copy(pack, _only(pack.infolist(), member, archive), target, max_bytes)


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; what is found damaged in the block is said as our own error."""
    try:
        with zipfile.ZipFile(archive) as pack:
            yield pack
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        if isinstance(error, InputError) or (isinstance(error, OSError) and error.errno != errno.EINVAL):
            raise
        # EINVAL: a place before the beginning of the file
        raise InputError(f"archive {archive.name!r} is damaged: {error}; expected a zip file, fetch again") from error


def _check_names(members: list[zipfile.ZipInfo], archive: Path) -> None:
    if len(members) > MAX_MEMBERS:
        raise _hostile(archive, f"it holds {len(members)} files, expected at most {MAX_MEMBERS}")
    for info in members:
        # orig_filename: zipfile itself cuts names at a NUL and turns backslashes on Windows
        name = info.orig_filename
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ":" in name or "\0" in name or ".." in path.parts:
            raise _hostile(archive, f"the name {name!r} leads out of its folder")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _hostile(archive, f"{name!r} is a link")


def _only(members: list[zipfile.ZipInfo], member: str, archive: Path) -> zipfile.ZipInfo:
    found = [info for info in members if PurePosixPath(info.filename).name == member and not info.is_dir()]
    if len(found) == 1:
        return found[0]
    names = ", ".join(info.filename for info in members[:10])
    raise InputError(
        f"archive {archive.name!r} holds {len(found)} files called {member!r}, expected one; its first names: {names}; "
        "is it the right download?"
    )


def _copy(pack: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, max_bytes: int, *, small: int = 0) -> None:
    name = Path(str(pack.filename))
    if info.flag_bits & 1:
        raise InputError(f"{info.filename!r} in archive {name.name!r} is encrypted; expected a public file")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{info.filename!r} in archive {name.name!r} is not packed by deflate; unpack it yourself")
    if info.file_size > max_bytes:
        raise _hostile(name, f"{info.filename!r} has {info.file_size:,} bytes, expected at most {max_bytes:,}")
    if info.file_size > max(small, MAX_RATIO * max(info.compress_size, 1)):
        raise _hostile(name, f"{info.filename!r} unpacks to more than {MAX_RATIO:g} times its packed size")
    with pack.open(info) as packed, target.open("wb") as stream:
        # zipfile gives no byte beyond the declared size and checks the CRC at the end
        for block in iter(lambda: packed.read(CHUNK), b""):
            stream.write(block)


def _hostile(archive: Path, reason: str) -> InputError:
    return InputError(f"archive {archive.name!r} is refused: {reason}; take the file from the publisher's own page")
