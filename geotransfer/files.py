"""Files that appear whole or not at all, and locks that die with their process."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

__all__ = ["locked", "written_whole"]

POLL_SECONDS = 0.05


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Yield a new name beside `target`; what is written there takes its place when the block ends without error.

    The file is made by whoever writes it, so it has the usual permissions; after an error nothing is left behind and
    an older `target` stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with written_whole(path) as draft:
    ...     _ = draft.write_text("whole")
    >>> path.read_text(), len(list(path.parent.iterdir()))
    ('whole', 1)
    """
    draft = target.with_name(f".{target.stem}.{secrets.token_hex(6)}{target.suffix}")
    try:
        yield draft
        draft.replace(target)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


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
