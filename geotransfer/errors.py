"""The errors geotransfer raises, and its warnings. Each is also the builtin that fits it.

A message says what is wrong, what was got, what was expected and the way out.
"""

from __future__ import annotations

__all__ = [
    "CrsError",
    "DatumWarning",
    "EmptyRuleWarning",
    "FetchError",
    "FewerSitesWarning",
    "FormerCodesWarning",
    "GeotransferError",
    "GridMismatchError",
    "InconsistencyWarning",
    "InputError",
    "MissingExtra",
    "OffshoreWarning",
    "OutputError",
    "UnknownNameError",
]


class GeotransferError(Exception):
    """The root: everything geotransfer raises on purpose inherits from it."""


class InputError(GeotransferError, ValueError):
    """A value, a file or a scenario key that does not fit."""


class CrsError(InputError):
    """A coordinate reference system that is missing or of the wrong kind."""


class GridMismatchError(InputError):
    """Rasters that do not share one grid."""


class UnknownNameError(GeotransferError, LookupError):
    """A name (scenario, layer, column, zone) that does not exist."""

    def __str__(self) -> str:
        # LookupError would print the repr of the message
        return str(self.args[0]) if self.args else ""


class FetchError(GeotransferError, OSError):
    """A layer that could not be transferred: no network, no such file, a server that refuses."""


class OutputError(GeotransferError, OSError):
    """A result that cannot be written."""


class MissingExtra(GeotransferError, ImportError):
    """An optional dependency that is not installed; the message holds the pip line."""


class InconsistencyWarning(UserWarning):
    """Judgements that contradict each other more than their method allows; the result is there all the same."""


class FewerSitesWarning(UserWarning):
    """Fewer sites than asked: the land, the area and the spacing allow no more, or none was found."""


class FormerCodesWarning(UserWarning):
    """A table has codes that counties gave up: these rows are not used."""


class EmptyRuleWarning(UserWarning):
    """A rule whose values do not occur in the study: perhaps a class is mistaken."""


class DatumWarning(UserWarning):
    """Positions in a datum for which no transformation to WGS 84 is known: they are taken as they stand."""


class UnreadPositionsWarning(UserWarning):
    """A table has coordinates in columns that are not read as such: its rows were placed by name."""


class OffshoreWarning(UserWarning):
    """Places just outside every polygon, given to the nearest one within a stated limit."""
