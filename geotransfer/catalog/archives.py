"""One file out of a zip archive that is not trusted."""

from __future__ import annotations

import errno
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geotransfer.errors import InputError

__all__ = ["unpack_member"]

MAX_MEMBERS = 1000
"""Country downloads hold some tens of files."""
MAX_RATIO = 200.0
"""Unpacked over packed size: deflate reaches about 1,030 on zeros, a raster of real values less than 20."""
CHUNK = 1 << 20


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
    try:
        with zipfile.ZipFile(archive) as pack:
            _check_names(pack.infolist(), archive)
            _copy(pack, _only(pack.infolist(), member, archive), target, max_bytes)
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


def _copy(pack: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, max_bytes: int) -> None:
    name = Path(str(pack.filename))
    if info.flag_bits & 1:
        raise InputError(f"{info.filename!r} in archive {name.name!r} is encrypted; expected a public file")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{info.filename!r} in archive {name.name!r} is not packed by deflate; unpack it yourself")
    if info.file_size > max_bytes:
        raise _hostile(name, f"{info.filename!r} has {info.file_size:,} bytes, expected at most {max_bytes:,}")
    if info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise _hostile(name, f"{info.filename!r} unpacks to more than {MAX_RATIO:g} times its packed size")
    with pack.open(info) as packed, target.open("wb") as stream:
        # zipfile gives no byte beyond the declared size and checks the CRC at the end
        for block in iter(lambda: packed.read(CHUNK), b""):
            stream.write(block)


def _hostile(archive: Path, reason: str) -> InputError:
    return InputError(f"archive {archive.name!r} is refused: {reason}; take the file from the publisher's own page")
