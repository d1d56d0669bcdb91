"""Dotted keys: how ``--set criteria.tariff.weight=0.4`` reaches into a scenario."""

from __future__ import annotations

import difflib
import tomllib
from typing import Any

from geotransfer.errors import InputError

__all__ = ["override", "parse_assignment"]

OPEN_TABLES = ("criteria", "rules")
"""Tables that take new identifiers; elsewhere a key must exist."""
OPEN_METHODS = ("aggregation", "industry", "policy", "power", "weighting")
"""Tables whose keys depend on a method that is named in them, or that a scenario need not have."""
OPEN_LISTS = ("categories", "judged", "limits", "water", "weights")
"""Tables below others whose keys are names of criteria or classes."""
WAYS_TO_SCORE = {
    "bounds": ("worst", "best"),
    **{way: (way,) for way in ("points", "fuzzy", "logistic", "categories", "bounds_from_data")},
}
"""A criterion takes one of them; TOML has no word for "none", so that setting one drops the others."""


def parse_assignment(text: str) -> tuple[str, Any]:
    """Split ``KEY=VALUE``; the value is read as TOML, and taken as a string when it is not TOML.

    Examples
    --------
    >>> parse_assignment("grid.resolution=25000")
    ('grid.resolution', 25000)
    >>> parse_assignment("zones=parks.csv")
    ('zones', 'parks.csv')
    """
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise InputError(f"--set got {text!r}, expected KEY=VALUE such as grid.resolution=25000")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except (ValueError, RecursionError):
        return key.strip(), value.strip()


def override(values: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key of a scenario's plain values, in place.

    Raises
    ------
    InputError
        The key does not exist; the message names the nearest ones.

    Examples
    --------
    >>> values = {"grid": {"resolution": 5000}}
    >>> override(values, "grid.resolution", 1000)
    >>> values
    {'grid': {'resolution': 1000}}
    """
    *path, last = key.split(".")
    node: Any = values
    for depth, part in enumerate(path):
        if not isinstance(node, dict) or part not in node:
            raise _unknown(key, ".".join(path[:depth]), part, node)
        if node[part] is None:
            node[part] = {}
        node = node[part]
    open_table = (len(path) == 1 and path[0] in OPEN_TABLES) or (len(path) > 1 and path[-1] in OPEN_LISTS)
    # what belongs to a method is known when the whole is read
    open_table = open_table or (len(path) == 1 and path[0] in OPEN_METHODS)
    if not isinstance(node, dict) or (last not in node and not open_table and node):
        raise _unknown(key, ".".join(path), last, node)
    node[last] = value
    if len(path) == 2 and path[0] == "criteria" and value is not None:
        _drop_other_ways(node, last)


def _drop_other_ways(criterion: dict[str, Any], key: str) -> None:
    chosen = next((way for way, keys in WAYS_TO_SCORE.items() if key in keys), None)
    if chosen is not None:
        others = [name for way, keys in WAYS_TO_SCORE.items() if way != chosen for name in keys]
        criterion.update({name: None for name in others if name in criterion})
        if chosen not in ("bounds", "points"):
            criterion["scale"] = "linear"


def _unknown(key: str, where: str, part: str, node: Any) -> InputError:
    known = sorted(node) if isinstance(node, dict) else []
    near = difflib.get_close_matches(part, known, n=3) or known
    place = f"in {where!r} " if where else ""
    return InputError(f"key {key!r} is unknown: {place}there is no {part!r}; there is {', '.join(near) or 'nothing'}")
