"""The command line: one file per group of commands, no arithmetic."""

from geotransfer.cli.app import main

__all__ = ["main"]
