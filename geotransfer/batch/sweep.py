"""What is to be run: scenario files, built-in names, folders of them, and sweeps that span a base scenario."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, ValidationError

from geotransfer.catalog.plain_text import read_toml, utf8_text
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.guard.sandbox import check_values
from geotransfer.guard.sources import checked_source
from geotransfer.spec.base import Model
from geotransfer.spec.overrides import parse_assignment
from geotransfer.spec.scenario import Scenario, scenario

__all__ = ["Case", "Sweep", "read_cases", "sweep_cases"]

MOST_CASES = 100_000


@dataclass(frozen=True, eq=False)
class Case:
    """One scenario of a batch, or why there is none.

    Attributes
    ----------
    base : str
        The scenario it was made from.
    overrides : dict
        Dotted keys that were replaced in it.
    scenario : Scenario or None
        Validated; None where it does not fit.
    error : str
        Why it does not fit; "" where it does.
    """

    base: str
    scenario: Scenario | None
    overrides: dict[str, Any] = field(default_factory=dict)
    error: str = ""


class Sweep(Model):
    """The content of a sweep.toml.

    Attributes
    ----------
    base : list of str
        Built-in names or scenario files, relative to the sweep's folder; each is swept.
    set : dict
        Overrides all scenarios have.
    grid : dict
        Dotted key -> its values: every combination.
    table : list of dict, or str
        Rows of overrides that go together, or a CSV file whose columns are dotted keys; each row with each combination
        of the grid. An empty cell leaves the key as it is.
    """

    base: Annotated[list[str], Field(min_length=1)]
    set: dict[str, Any] = Field(default_factory=dict)
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(default_factory=dict)
    table: list[dict[str, Any]] | str = Field(default_factory=list)


def read_cases(
    sources: Sequence[str], *, overrides: Mapping[str, Any] | None = None, sandbox: bool = False
) -> list[Case]:
    """Return the scenarios that files, folders, sweeps and built-in names stand for, in their order.

    Parameters
    ----------
    sources : sequence of str
        Built-in names; .toml files that are scenarios (``schema``) or sweeps (``base``); folders of .toml files.
    overrides : mapping, optional
        Replaced in all of them.
    sandbox : bool
        Whether all files they name must lie below the folder of their scenario or sweep.

    Raises
    ------
    InputError, UnknownNameError
        A source is neither, or cannot be read. A scenario of a sweep that does not fit raises only when none fits.

    Examples
    --------
    >>> [case.base for case in read_cases(["aluminium", "data-centre"])]
    ['aluminium', 'data-centre']
    """
    more = dict(overrides or {})
    cases = [case for source in sources for path in _expanded(source) for case in _cases_of(path, more, sandbox)]
    if not cases:
        raise InputError(
            f"{', '.join(map(repr, sources)) or 'nothing'} holds no scenario; expected names or .toml files"
        )
    if all(case.scenario is None for case in cases):
        raise InputError(f"none of {len(cases)} scenarios fits; the first: {cases[0].error}")
    return cases


def _expanded(source: str) -> list[str]:
    path = Path(source)
    if not path.is_dir():
        return [source]
    found = sorted(str(file) for file in path.glob("*.toml"))
    if not found:
        raise InputError(f"folder {source!r} holds no .toml file; expected scenarios or sweeps")
    return found


def _cases_of(source: str, more: dict[str, Any], sandbox: bool) -> Iterator[Case]:
    if not source.endswith(".toml"):
        yield _case(source, scenario(source), more)
        return
    path = Path(source)
    values = read_toml(path, what="file")
    if "base" in values:
        folder = path.resolve().parent
        sweep = _sweep(values, source)
        if sandbox:
            check_values(values, folder)
        cases = sweep_cases(sweep, folder=folder, more=more, sandbox=sandbox)
    else:
        cases = [_case(source, Scenario.from_file(path, sandbox=sandbox), more)]
    for case in cases:
        if sandbox and case.scenario is not None:
            check_values(case.scenario.model_dump(mode="json"), path.resolve().parent, resolved=True)
        yield case


def _sweep(values: dict[str, Any], source: str) -> Sweep:
    if isinstance(values["base"], str):
        values = {**values, "base": [values["base"]]}
    try:
        return Sweep.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"sweep {source!r} does not fit: {place}: {first['msg']} (got {first['input']!r})") from None


def sweep_cases(
    sweep: Sweep, *, folder: Path, more: Mapping[str, Any] | None = None, sandbox: bool = False
) -> list[Case]:
    """Return every scenario a sweep spans: bases x rows of the table x combinations of the grid, in this order.

    Examples
    --------
    >>> sweep = Sweep(base=["aluminium"], grid={"criteria.people.weight": [0.1, 0.2], "site_area_km2": [50, 100]})
    >>> [tuple(case.overrides.values()) for case in sweep_cases(sweep, folder=Path())]
    [(0.1, 50), (0.1, 100), (0.2, 50), (0.2, 100)]
    """
    rows = _rows(sweep, folder)
    combinations = list(itertools.product(*sweep.grid.values()))
    n = len(sweep.base) * len(rows) * len(combinations)
    if n > MOST_CASES:
        raise InputError(f"the sweep spans {n} scenarios, expected at most {MOST_CASES}; split it")
    common = {**sweep.set, **(more or {})}
    cases = []
    for base in sweep.base:
        study = _base(base, folder, sandbox)
        for row in rows:
            for values in combinations:
                own = {**row, **dict(zip(sweep.grid, values, strict=True))}
                cases.append(_case(base, study, own, common))
    return cases


def _base(name: str, folder: Path, sandbox: bool) -> Scenario:
    return Scenario.from_file(folder / name, sandbox=sandbox) if name.endswith(".toml") else scenario(name)


def _rows(sweep: Sweep, folder: Path) -> list[dict[str, Any]]:
    if not isinstance(sweep.table, str):
        return sweep.table or [{}]
    path = folder / sweep.table
    text = utf8_text(checked_source(path), what="table", expected="a CSV of dotted keys in UTF-8")
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except ValueError as error:
        raise InputError(f"table {str(path)!r} cannot be read: {error}; expected a CSV of dotted keys") from error
    if table.empty:
        raise InputError(f"table {str(path)!r} has no row; expected one row a scenario")
    return [
        dict(parse_assignment(f"{key}={value}") for key, value in row.items() if value.strip() != "")
        for row in table.to_dict("records")
    ]


def _case(base: str, study: Scenario, own: dict[str, Any], common: Mapping[str, Any] | None = None) -> Case:
    overrides = {**(common or {}), **own}
    try:
        return Case(base, study.with_overrides(overrides) if overrides else study, own)
    except (InputError, UnknownNameError) as error:
        return Case(base, None, own, str(error))
