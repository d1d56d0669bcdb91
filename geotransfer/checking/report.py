"""What a check finds: one finding a fault, each with a number and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pandas as pd

from geotransfer.types import Text

__all__ = ["NO_WAY", "Finding", "LayerReport", "Severity", "error", "note", "warning"]

Severity = Literal["error", "warning", "note"]
"""error: the file is refused, or read as something it is not; warning: look at it; note: worth knowing."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
SHOWN: dict[Severity, Text] = {
    "error": Text(zh="错误", en="error"),
    "warning": Text(zh="警告", en="warning"),
    "note": Text(zh="说明", en="note"),
}
NO_WAY = Text(zh="", en="")
"""Nothing has to be done."""


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes
    ----------
    code : str
        Its name, e.g. ``"gcj02-shifted"``; stays the same between versions.
    severity : {"error", "warning", "note"}
        An error: the file is refused or would be read as something it is not.
    what : Text
        One sentence.
    number : float or None
        The figure it rests on.
    unit : str
        Of `number`, e.g. ``"m"``, ``"%"``, ``"features"``.
    way_out : Text
        What to do; empty where nothing has to be done.
    """

    code: str
    severity: Severity
    what: Text
    number: float | None
    unit: str
    way_out: Text = NO_WAY

    def as_record(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "code": self.code, "severity": self.severity, "what": self.what.as_dict(), "number": self.number,
            "unit": self.unit, "way_out": self.way_out.as_dict(),
        }  # fmt: skip


@dataclass(frozen=True)
class LayerReport:
    """What `check_layer` found in one file.

    Attributes
    ----------
    path : str
        The file.
    kind : {"features", "table", "raster"}
        What it was read as.
    findings : tuple of Finding
        The gravest first.
    """

    path: str
    kind: Literal["features", "table", "raster"]
    findings: tuple[Finding, ...] = field(default=())

    @classmethod
    def of(cls, path: object, kind: Literal["features", "table", "raster"], findings: Iterable[Finding]) -> LayerReport:
        """Return a report with the gravest findings first, else in the order they were made."""
        ordered = sorted(findings, key=lambda one: SEVERITIES.index(one.severity))
        return cls(str(path), kind, tuple(ordered))

    @property
    def worst(self) -> Severity | None:
        """The gravest severity; None where nothing was found."""
        return self.findings[0].severity if self.findings else None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings."""
        return tuple(one.code for one in self.findings)

    def __getitem__(self, code: str) -> Finding:
        """Return the first finding with a code; KeyError where there is none."""
        for one in self.findings:
            if one.code == code:
                return one
        raise KeyError(code)

    def table(self, *, language: Literal["zh", "en"] = "en") -> pd.DataFrame:
        """Return the findings as a table: severity, code, what, number, unit, way out."""
        rows = [
            (getattr(SHOWN[f.severity], language), f.code, getattr(f.what, language), f.number, f.unit,
             getattr(f.way_out, language))
            for f in self.findings
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["severity", "code", "what", "number", "unit", "way_out"])

    def as_record(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {"path": self.path, "kind": self.kind, "findings": [one.as_record() for one in self.findings]}


def error(code: str, zh: str, en: str, number: float | None, unit: str, way: Text = NO_WAY) -> Finding:
    """Return a finding of the severity ``"error"``."""
    return Finding(code, "error", Text(zh=zh, en=en), number, unit, way)


def warning(code: str, zh: str, en: str, number: float | None, unit: str, way: Text = NO_WAY) -> Finding:
    """Return a finding of the severity ``"warning"``."""
    return Finding(code, "warning", Text(zh=zh, en=en), number, unit, way)


def note(code: str, zh: str, en: str, number: float | None, unit: str, way: Text = NO_WAY) -> Finding:
    """Return a finding of the severity ``"note"``."""
    return Finding(code, "note", Text(zh=zh, en=en), number, unit, way)
