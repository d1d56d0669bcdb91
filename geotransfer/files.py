"""Files that appear whole or not at all, locks that die with their process, folders for what is needed meanwhile."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

__all__ = [
    "Scratch", "is_there", "locked", "private_folder", "settle", "writable_by_all", "written_whole",
]  # fmt: skip

POLL_SECONDS = 0.05
ABANDONED_SECONDS = 60.0
"""A scratch folder that is younger may not be locked yet."""
SCRATCH = "geotransfer-scratch-"


def is_there(path: str | os.PathLike[str]) -> bool:
    r"""Whether there is a file or folder of that name; False also for texts that no file can be called.

    Examples
    --------
    >>> [is_there(text) for text in (".", "no such file", "a" * 300, "nul\x00")]
    [True, False, False, False]
    """
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Yield a new name beside `target`; what is written there takes its place when the block ends without error.

    Until then it lies in a folder that only the user may enter; in its place it has the usual permissions, but never
    everyone's to write. After an error nothing is left behind and an older `target` stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with written_whole(path) as draft:
    ...     _ = draft.write_text("whole")
    >>> path.read_text(), len(list(path.parent.iterdir()))
    ('whole', 1)
    """
    folder = target.with_name(f".{target.stem}.{secrets.token_hex(6)}")
    folder.mkdir(mode=0o700)
    try:
        draft = folder / target.name
        yield draft
        _not_for_all(draft)
        draft.replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for the user only; one that is there stays as it is.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a" / "b"
    >>> private_folder(path)
    >>> path.is_dir()
    True
    """
    if not path.parent.exists():
        private_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def settle(folder: Path) -> None:
    """Give a private folder and what is in it the usual permissions, but nothing that everyone may write."""
    probe = folder / f".{secrets.token_hex(6)}"
    probe.mkdir()
    usual = stat.S_IMODE(probe.stat().st_mode)
    probe.rmdir()
    for path in folder.rglob("*"):
        _not_for_all(path)
    folder.chmod(usual & ~stat.S_IWOTH)


def writable_by_all(path: Path) -> bool:
    """Whether every user of the machine may write to a file or folder; False where the system has no such thing."""
    return sys.platform != "win32" and bool(path.stat().st_mode & stat.S_IWOTH)


def _not_for_all(path: Path) -> None:
    if writable_by_all(path):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~stat.S_IWOTH)


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the lock of the file `path` during the block; yield whether it was got.

    The operating system keeps it and gives it up when the process ends, however it ends: a lock never outlives its
    holder, and no clock is read. Where the folder cannot be written or the file system has no locks, False.

    Parameters
    ----------
    path : Path
        A file of its own, made when it is not there; it stays.
    wait : bool
        Wait until the holder is done, else yield False at once.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lock"
    >>> with locked(path, wait=False) as mine, locked(path, wait=False) as other:
    ...     print(mine, other)
    True False
    """
    try:
        # not "w": the holder may have written its name into it
        stream = path.open("a+b")
    except OSError:
        yield False
        return
    with stream:
        yield _acquired(stream, wait=wait)


def _acquired(stream: IO[bytes], *, wait: bool) -> bool:
    while True:
        try:
            _lock(stream)
        except (BlockingIOError, PermissionError):
            if not wait:
                return False
            time.sleep(POLL_SECONDS)
        except OSError:
            return False
        else:
            return True


def _lock(stream: IO[bytes]) -> None:
    """Take the lock or raise; closing the file gives it up."""
    if sys.platform == "win32":
        import msvcrt

        stream.seek(0x7FFFFFF0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class Scratch:
    """A folder for temporary files, gone with the object; those of processes that were killed go when one is made.

    Examples
    --------
    >>> scratch = Scratch()
    >>> path = scratch.path
    >>> del scratch
    >>> path.exists()
    False
    """

    def __init__(self) -> None:
        for lock in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*/.lock"):
            _remove_abandoned(lock)
        self.path = Path(tempfile.mkdtemp(prefix=SCRATCH))
        held = ExitStack()
        held.enter_context(locked(self.path / ".lock", wait=False))
        weakref.finalize(self, _let_go, held, self.path)


def _let_go(held: ExitStack, path: Path) -> None:
    held.close()
    shutil.rmtree(path, ignore_errors=True)


def _remove_abandoned(lock: Path) -> None:
    # another process may be removing it too
    with suppress(OSError):
        if time.time() - lock.stat().st_mtime > ABANDONED_SECONDS:
            with locked(lock, wait=False) as nobodys:
                if nobodys:
                    shutil.rmtree(lock.parent, ignore_errors=True)
