"""`Problem`: who offers what, who may take it, and what a plan must keep; a TOML file with ``schema = 1``."""

from __future__ import annotations

import io
import os
from collections import Counter
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from geotransfer.catalog.plain_text import read_toml, utf8_text
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.guard.sandbox import check_values
from geotransfer.guard.sources import checked_source
from geotransfer.industry.profiles import industry_profile
from geotransfer.outputs.reading import check_folder
from geotransfer.relocation.cooperation import Cooperation, check_cooperation
from geotransfer.relocation.provinces import check_standing
from geotransfer.relocation.rules import Rules
from geotransfer.spec.base import Model
from geotransfer.types import Text

__all__ = ["RESOURCES", "UNITS", "Candidates", "Goal", "Industry", "Offer", "Problem", "SolverLimits"]

UNITS = {"t/a": 1.0, "kt/a": 1e3, "万t/a": 1e4}
RESOURCES = {"electricity": "kWh", "energy": "tce", "water": "m3", "land": "m2", "jobs": "persons"}
"""What a tonne of product per year uses, and its unit."""
PROFILE_USE = {"electricity": ("electricity", 1.0), "energy": ("total_energy", 1e-3), "water": ("water", 1.0)}
"""Use -> quantity of an industry profile, and what turns its unit (kWh, kgce, m3) into that of `RESOURCES`."""
VALUES = ("output_value_yuan", "value_added_yuan", "tax_yuan")


class Industry(Model):
    """One industry that moves.

    Attributes
    ----------
    result : str
        Folder of a finished run: its ranked zones may take the industry.
    smallest_plant, largest_plant : float
        In the problem's unit.
    profile : str, optional
        Industry profile whose sourced figures of a new plant stand where `use` gives none (electricity, energy, water).
    use : dict
        Of a tonne: electricity kWh, energy tce, water m3, land m2, jobs persons; what is not given is missing.
    value : dict
        Of a tonne: output_value_yuan, value_added_yuan, tax_yuan; what is not given is missing.
    """

    result: str
    smallest_plant: float = Field(gt=0, allow_inf_nan=False)
    largest_plant: float = Field(gt=0, allow_inf_nan=False)
    profile: str | None = None
    use: dict[str, float] = Field(default_factory=dict)
    value: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _of_profile(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("profile"), str):
            return given
        return {**given, "use": {**_profile_use(given["profile"]), **given.get("use", {})}}

    @model_validator(mode="after")
    def _orderly(self) -> Self:
        if self.smallest_plant > self.largest_plant:
            raise ValueError(f"smallest_plant {self.smallest_plant:g} is above largest_plant {self.largest_plant:g}")
        for name, known in (("use", tuple(RESOURCES)), ("value", VALUES)):
            given: dict[str, float] = getattr(self, name)
            if strange := sorted(set(given) - set(known)):
                raise ValueError(f"{name} of {', '.join(strange)}, expected some of {', '.join(known)}")
            if bad := [key for key, number in given.items() if not 0 <= number < float("inf")]:
                raise ValueError(f"{name} of {', '.join(bad)} is below 0 or not a number")
        return self


def _profile_use(name: str) -> dict[str, float]:
    try:
        profile = industry_profile(name)
    except UnknownNameError as error:
        raise ValueError(str(error)) from None
    if profile.unit != "t":
        raise ValueError(f"profile {name!r} is by {profile.unit}, expected one by tonne")
    figures = {use: profile.figure(quantity) for use, (quantity, _) in PROFILE_USE.items()}
    return {use: found.middle * PROFILE_USE[use][1] for use, found in figures.items() if found is not None}


class Offer(Model):
    """Capacity that may leave a province.

    Attributes
    ----------
    origin, industry : str
    capacity : float
        In the problem's unit, above 0.
    existing : float, optional
        All the capacity there is, same unit; the origin guard needs it.
    unit : str, optional
        If given, that of the problem.
    """

    origin: str
    industry: str
    capacity: float = Field(gt=0, allow_inf_nan=False)
    existing: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    unit: str | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.existing is not None and self.capacity > self.existing:
            raise ValueError(f"{self.origin} offers {self.capacity:g} of {self.industry} and has {self.existing:g}")
        return self


class Candidates(Model):
    """Which ranked zones may take a plant: the best `top` of each run, or `zones` by key or name."""

    top: int = Field(default=100, ge=1)
    zones: tuple[str, ...] | None = None


class Goal(Model):
    """What is sought: least cost (with a carbon price, yuan/t CO2), most suitability-weighted tonnes, or a mix.

    With "mix", `mix` is the weight of suitability against cost, both scaled by their range over the ways.
    """

    kind: Literal["cost", "suitability", "mix", "front"] = "cost"
    carbon_price: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    book: Literal["average", "contract", "marginal"] = "average"
    mix: float = Field(default=0.5, ge=0, le=1)
    points: int = Field(default=5, ge=2, le=20)


class SolverLimits(Model):
    """Seconds, and the gap to the bound at which a plan is good enough."""

    seconds: float = Field(default=300.0, gt=0, allow_inf_nan=False)
    gap: float = Field(default=0.01, ge=0, lt=1)


class Problem(Model):
    """A matching problem.

    Attributes
    ----------
    title : str or Text
        In one language, or ``{ zh = ..., en = ... }``.
    unit : str
        Of every capacity: t/a, kt/a or 万t/a.
    moved : "all", a share, or a dict
        How much of what is offered must find a place; by industry in the problem's unit.
    rules : Rules
        What a plan must keep.
    cooperation : Cooperation
        Who gets what of it.
    standing : dict
        Industry -> province -> what stands there now, in the problem's unit; all provinces that have any. Only the
        structure before and after is reckoned with it.
    """

    schema_: Literal[1] = Field(alias="schema")
    title: str | Text = ""
    unit: Literal["t/a", "kt/a", "万t/a"]
    industries: dict[str, Industry] = Field(min_length=1)
    offers: tuple[Offer, ...] = Field(min_length=1)
    candidates: Candidates = Candidates()
    goal: Goal = Goal()
    moved: Literal["all"] | float | dict[str, float] = "all"
    rules: Rules = Rules()
    limits: SolverLimits = SolverLimits()
    cooperation: Cooperation = Cooperation()
    standing: dict[str, dict[str, float]] = Field(default_factory=dict)

    @field_validator("offers")
    @classmethod
    def _once(cls, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
        twice = [pair for pair, n in Counter((o.origin, o.industry) for o in offers).items() if n > 1]
        if twice:
            raise ValueError(f"{' / '.join(twice[0])} is offered more than once; add the capacities up")
        return offers

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for offer in self.offers:
            if offer.industry not in self.industries:
                raise ValueError(f"{offer.origin} offers {offer.industry!r}, expected {', '.join(self.industries)}")
            if offer.unit not in (None, self.unit):
                raise ValueError(
                    f"units are mixed: {offer.origin} offers in {offer.unit}, the problem is in {self.unit}; convert it"
                )
        self._check_moved()
        known = {n: [*i.value, *(["energy_tce"] if "energy" in i.use else [])] for n, i in self.industries.items()}
        check_cooperation(self.cooperation, known=known, origins=[offer.origin for offer in self.offers])
        if strange := sorted(set(self.standing) - set(self.industries)):
            raise ValueError(f"standing of {', '.join(strange)}, expected industries of {', '.join(self.industries)}")
        check_standing(self.standing, offers=[(o.origin, o.industry, o.capacity, o.existing) for o in self.offers])
        return self

    def _check_moved(self) -> None:
        if isinstance(self.moved, float) and not 0 < self.moved <= 1:
            raise ValueError(f"moved is {self.moved:g}, expected a share above 0 and at most 1, 'all' or tonnes")
        if isinstance(self.moved, dict):
            for name, tonnes in self.moved.items():
                offered = sum(offer.capacity for offer in self.offers if offer.industry == name)
                if not 0 <= tonnes <= offered:
                    raise ValueError(f"moved of {name} is {tonnes:g}, expected 0 to {offered:g}, which is offered")

    @property
    def unit_t(self) -> float:
        """Tonnes of a unit."""
        return UNITS[self.unit]

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, sandbox: bool = False) -> Problem:
        """Read a problem; folders and files it names are taken relative to its own folder.

        With `sandbox` they, and the zones of the runs it names, must lie below that folder.

        Raises
        ------
        InputError
            The file is missing, is not TOML, or a key does not fit; a file outside the sandbox.
        """
        values = read_toml(path, what="problem file")
        folder = Path(path).resolve().parent
        if sandbox:
            check_values(values, folder)
        industries = values.get("industries")
        for industry in industries.values() if isinstance(industries, dict) else ():
            if isinstance(industry, dict) and isinstance(industry.get("result"), str):
                industry["result"] = str(folder / industry["result"])
        if isinstance(values.get("offers"), str):
            values["offers"] = _offers(folder / values["offers"])
        problem = cls.from_mapping(values, what=f"problem file {str(path)!r}")
        if sandbox:
            _check_runs(problem, folder)
        return problem

    @classmethod
    def from_mapping(cls, values: dict[str, Any], *, what: str = "problem") -> Problem:
        """Validate plain values; raise one readable `InputError`."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            found = [
                f"{'.'.join(map(str, item['loc'])) or 'problem'}: {item['msg'].removeprefix('Value error, ')}"
                for item in error.errors()
            ]
            raise InputError(f"{what} does not fit: {'; '.join(found)}") from None


def _check_runs(problem: Problem, folder: Path) -> None:
    """Look at the zones that the runs name in their run.json: they are read again."""
    for industry in problem.industries.values():
        check_folder(Path(industry.result), root=folder)


def _offers(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a CSV with the columns origin, industry, capacity and maybe existing, unit."""
    import pandas as pd

    text = utf8_text(checked_source(path), what="offers", expected="a CSV in UTF-8")
    try:
        table = pd.read_csv(io.StringIO(text))
    except ValueError as error:
        raise InputError(f"offers {str(path)!r} cannot be read: {error}") from error
    return [{str(k): v for k, v in row.items() if pd.notna(v)} for row in table.to_dict("records")]
