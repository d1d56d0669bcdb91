"""The options of every command that reads files of others: ``--sandbox`` and ``--allow-remote``."""

from __future__ import annotations

import os

import typer

__all__ = ["ALLOW_REMOTE", "FOLDER_SANDBOX", "SANDBOX", "guarded"]

SANDBOX = typer.Option("--sandbox", help="For a file from others: it may name only files below its own folder.")
FOLDER_SANDBOX = typer.Option(
    "--sandbox", help="For a folder from others: nothing in it may lead out of it, or ask for tiles."
)
ALLOW_REMOTE = typer.Option(
    "--allow-remote", help="Open what leads to other files or machines too (VRT, /vsicurl); only for files you trust."
)


def guarded(*, sandbox: bool, allow_remote: bool = False) -> None:
    """Settle what this process and its workers may open.

    Raises
    ------
    InputError
        Both options are given.
    """
    from geotransfer.errors import InputError
    from geotransfer.guard.sources import VARIABLE

    if sandbox and allow_remote:
        raise InputError("got --sandbox and --allow-remote, expected one of both")
    if sandbox:
        # a variable of an earlier day must not open the sandbox
        os.environ.pop(VARIABLE, None)
    elif allow_remote:
        os.environ[VARIABLE] = "1"
