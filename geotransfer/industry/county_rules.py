"""The rule table behind `county_types`: types in order, each with conditions on columns."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from geotransfer.catalog.entries import shipped_bytes
from geotransfer.errors import InputError
from geotransfer.types import FloatArray, Text

__all__ = ["Condition", "CountyRule", "read_county_rules"]

SHIPPED = "industry/county_types.toml"
Threshold = Literal["value", "low", "high"]


@dataclass(frozen=True)
class Condition:
    """A column against a threshold that lies between `low` and `high`."""

    column: str
    meaning: Text
    unit: str
    op: Literal[">=", "<="]
    value: float
    low: float
    high: float
    quality: str
    source: str

    def holds(self, values: FloatArray, *, at: Threshold = "value") -> FloatArray:
        """Return 1 where the condition holds, 0 where not, NaN where the value is missing."""
        limit = float(getattr(self, at))
        met = values >= limit if self.op == ">=" else values <= limit
        return np.where(np.isnan(values), np.nan, met.astype(np.float64))


@dataclass(frozen=True)
class CountyRule:
    """A type and its conditions, of which all or any must hold."""

    name: str
    title: Text
    match: Literal["all", "any"]
    conditions: tuple[Condition, ...]


def read_county_rules(path: str | os.PathLike[str] | None = None) -> tuple[CountyRule, ...]:
    """Read the rule table.

    Parameters
    ----------
    path : path, optional
        TOML as ``layers/industry/county_types.toml``; without it that one.

    Raises
    ------
    InputError
        The file is missing or no TOML, a key is missing, or a threshold does not lie between its low and high.

    Examples
    --------
    >>> [rule.name for rule in read_county_rules()]
    ['ecological_value', 'resource_energy', 'application_scenario', 'local_rich']
    """
    raw = shipped_bytes(SHIPPED) if path is None else _bytes(Path(path))
    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"the rules of county types are no TOML in UTF-8: {error}") from error
    rules = tuple(_rule(entry) for entry in content.get("type", []))
    names = [rule.name for rule in rules]
    if not rules or len(set(names)) < len(names) or {"none", "unknown"} & set(names):
        raise InputError(f"the rules hold the types {names}; expected some, each once, none called none or unknown")
    return rules


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"the rules of county types {str(path)!r} cannot be read: {error.strerror}") from error


def _rule(entry: Mapping[str, Any]) -> CountyRule:
    try:
        conditions = tuple(_condition(one) for one in entry["condition"])
        rule = CountyRule(entry["name"], Text(**entry["title"]), entry["match"], conditions)
    except (KeyError, TypeError) as error:
        raise InputError(f"a county type is not complete: {error}; expected name, title, match, condition") from error
    if rule.match not in ("all", "any") or not conditions:
        raise InputError(f"type {rule.name!r} has match {rule.match!r}, expected 'all' or 'any', and a condition")
    return rule


def _condition(entry: Mapping[str, Any]) -> Condition:
    condition = Condition(**{**entry, "meaning": Text(**entry["meaning"])})
    if condition.op not in (">=", "<="):
        raise InputError(f"condition on {condition.column!r} has op {condition.op!r}, expected '>=' or '<='")
    if not condition.low <= condition.value <= condition.high:
        raise InputError(
            f"condition on {condition.column!r} has value {condition.value}, low {condition.low}, "
            f"high {condition.high}; expected low <= value <= high"
        )
    return condition
