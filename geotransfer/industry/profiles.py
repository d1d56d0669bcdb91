"""What a unit of an industry's product needs: the figures of ``industries.toml``, or of your own file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from geotransfer.catalog.entries import shipped_bytes
from geotransfer.catalog.plain_text import parse_toml
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.industry.figures import QUANTITIES, Figure, Flow, Frozen
from geotransfer.types import Text

__all__ = ["GRADE_OF", "IndustryProfile", "Needs", "Vintage", "coefficient", "industry_names", "industry_profile"]

SHIPPED = "industry/industries.toml"
Vintage = Literal["advanced", "new", "existing"]
GRADE_OF: Mapping[str, int] = {"advanced": 1, "new": 2, "existing": 3}
"""Vintage of a plant -> grade of the GB energy norm it meets."""
Kind = Literal["energy_intensive", "labour_intensive", "technology_intensive", "producer_services"]


@dataclass(frozen=True)
class Needs:
    """What a unit of product takes in a plant of one vintage; None = missing.

    Attributes
    ----------
    electricity, fuel, process_co2, direct_co2, water : Figure or None
        kWh, kgce, t CO2, t CO2 and m3 per unit.
    """

    electricity: Figure | None
    fuel: Figure | None
    process_co2: Figure | None
    direct_co2: Figure | None
    water: Figure | None

    @property
    def kwh(self) -> float | None:
        """Electricity, kWh per unit."""
        return None if self.electricity is None else self.electricity.value

    @property
    def co2_outside_power(self) -> float | None:
        """CO2 of fuel and process, t per unit: `direct_co2`, or process + fuel x CO2 of coal; None if one is missing.

        Examples
        --------
        1.47 t of anodes and 33.1 kgce of fuel: 1.47 + 33.1 x 2.77 / 1,000.

        >>> round(industry_profile("electrolytic_aluminium").needs("new").co2_outside_power, 4)
        1.5617
        """
        if self.direct_co2 is not None:
            return self.direct_co2.value
        if self.process_co2 is None or self.fuel is None:
            return None
        return self.process_co2.middle + self.fuel.middle * coefficient("coal_co2").middle / 1000.0


class IndustryProfile(Frozen):
    """An industry: what a unit of its product takes, figure by figure with its source.

    Attributes
    ----------
    name : str
    title : Text
    aliases : tuple of str
        Other names it is found by.
    unit : str
        Unit of the product: t; MWh of IT load (data centre); MWh of cells.
    kind : str
        Kind of industry in the opinion on the orderly transfer of manufacturing (2022).
    carries : bool
        False: no goods move, so that there is no freight (a data centre).
    figures : tuple of Figure
    inputs, outputs : tuple of Flow
        Tonnes per unit.
    """

    name: str
    title: Text
    aliases: tuple[str, ...] = ()
    unit: str = Field(min_length=1)
    kind: Kind
    carries: bool = True
    figures: tuple[Figure, ...] = ()
    inputs: tuple[Flow, ...] = ()
    outputs: tuple[Flow, ...] = ()

    @model_validator(mode="after")
    def _units_and_grades(self) -> Self:
        for figure in self.figures:
            if figure.quantity != "other":
                expected = QUANTITIES[figure.quantity][1].format(unit=self.unit)
                if figure.unit != expected:
                    raise ValueError(f"{figure.quantity} is in {figure.unit!r}, expected {expected!r}: convert it")
        for quantity in QUANTITIES:
            self._check_grades(quantity)
        return self

    def _check_grades(self, quantity: str) -> None:
        found = [figure for figure in self.figures if figure.quantity == quantity]
        grades = [figure.grade for figure in found]
        if len(set(grades)) < len(grades) or (None in grades and len(grades) > 1):
            raise ValueError(f"{quantity} has the grades {grades}, expected one figure for all plants, or one a grade")
        by_grade = [figure.middle for figure in sorted(found, key=lambda figure: figure.grade or 0)]
        if by_grade != sorted(by_grade):
            raise ValueError(f"{quantity} is {by_grade} for grades 1 to 3, expected a better grade to take no more")

    def figure(self, quantity: str, vintage: Vintage = "new") -> Figure | None:
        """Return the figure of a quantity for a plant of a vintage; None where it is missing."""
        if vintage not in GRADE_OF:
            raise InputError(f"vintage is {vintage!r}, expected one of {', '.join(map(repr, GRADE_OF))}")
        mine = [f for f in self.figures if f.quantity == quantity and f.grade in (None, GRADE_OF[vintage])]
        return mine[0] if mine else None

    def needs(self, vintage: Vintage = "new") -> Needs:
        """Return what a unit takes in a plant of a vintage.

        Parameters
        ----------
        vintage : {"new", "advanced", "existing"}
            GB grade 2, 1 or 3. A plant that is built or moved is "new" at least.

        Examples
        --------
        >>> industry_profile("电解铝").needs("new").kwh
        13400.0
        """
        names = ("electricity", "fuel", "process_co2", "direct_co2", "water")
        return Needs(*(self.figure(name, vintage) for name in names))

    @property
    def missing(self) -> tuple[Text, ...]:
        """What is not known, and what cannot be computed for that.

        Examples
        --------
        >>> [text.en for text in industry_profile("alumina").missing][0]
        'electricity is missing: no cost of power, no carbon of power, no delivered cost'
        """
        return tuple(_missing(self))


def _missing(profile: IndustryProfile) -> list[Text]:
    needs, found = profile.needs(), []
    if needs.electricity is None:
        found.append(Text(
            zh="缺电耗:无法计算电费、用电碳排放与交付成本",
            en="electricity is missing: no cost of power, no carbon of power, no delivered cost",
        ))  # fmt: skip
    if needs.direct_co2 is None:
        for name, figure in (("process_co2", needs.process_co2), ("fuel", needs.fuel)):
            if figure is None:
                title = QUANTITIES[name][0]
                found.append(Text(
                    zh=f"缺{title.zh}:无法计算单位产品碳排放总量;两端相同,不影响迁移前后的变化和成本名次",
                    en=f"{title.en} is missing: no total of CO2 per unit; the same at both ends, so that neither the "
                    "change by a move nor the rank of cost depends on it",
                ))  # fmt: skip
    if needs.water is None:
        found.append(Text(zh="缺取水量:无法计算需水量", en="water is missing: how much the plant needs cannot be told"))
    flows = (*profile.inputs, *profile.outputs)
    if profile.carries and (not flows or any(not flow.places for flow in flows)):
        found.append(Text(
            zh="原料或市场的数量、地点不全:运费须由方案的 [freight] 给出",
            en="tonnes or places of inputs or markets are not all known: freight needs the scenario's [freight]",
        ))  # fmt: skip
    return found


def industry_names(*, file: str | os.PathLike[str] | None = None) -> list[str]:
    """Return the names of the industries that have a profile.

    Parameters
    ----------
    file : path, optional
        Your own profiles, in the form of ``layers/industry/industries.toml``, in place of those that ship.

    Examples
    --------
    >>> len(industry_names()), industry_names()[0]
    (23, 'electrolytic_aluminium')
    """
    return list(_profiles(None if file is None else os.fspath(file)))


def industry_profile(name: str, *, file: str | os.PathLike[str] | None = None) -> IndustryProfile:
    """Return the profile of an industry.

    Parameters
    ----------
    name : str
        Its name (``"electrolytic_aluminium"``, hyphens are fine), title in Chinese or English, or an alias.
    file : path, optional
        Your own profiles in place of those that ship.

    Raises
    ------
    UnknownNameError
        There is none of that name; the message lists near ones.
    InputError
        The file cannot be read, a unit is not the one expected, a figure is negative or out of order.

    Examples
    --------
    >>> profile = industry_profile("电解铝")
    >>> profile.name, profile.unit, profile.figure("electricity", "advanced").value
    ('electrolytic_aluminium', 't', 13300.0)
    """
    profiles = _profiles(None if file is None else os.fspath(file))
    names = {_plain(word): key for key, p in profiles.items() for word in (*p.aliases, p.title.en, p.title.zh, key)}
    wanted = _plain(str(name))
    if wanted in names:
        return profiles[names[wanted]]
    near = [names[word] for word in get_close_matches(wanted, names, n=5, cutoff=0.5)]
    hint = f"did you mean {', '.join(dict.fromkeys(near))}? " if near else ""
    raise UnknownNameError(f"there is no industry {name!r}; {hint}there are {', '.join(profiles)}")


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


@cache
def coefficient(name: str) -> Figure:
    """Return a coefficient of ``industries.toml``: coal_co2 (kg CO2/kgce) or coal_equivalent (kgce/kWh).

    Examples
    --------
    >>> coefficient("coal_co2").value
    2.77
    """
    table = tomllib.loads(shipped_bytes(SHIPPED).decode("utf-8"))["coefficients"]
    if name not in table:
        raise UnknownNameError(f"there is no coefficient {name!r}, expected one of {', '.join(table)}")
    return Figure.model_validate(table[name])


@cache
def _shipped() -> dict[str, IndustryProfile]:
    return _parsed(shipped_bytes(SHIPPED).decode("utf-8"), what=SHIPPED)


def _profiles(file: str | None) -> dict[str, IndustryProfile]:
    if file is None:
        return _shipped()
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"file of industries {file!r} cannot be read: {error}") from error
    return _parsed(text, what=f"file of industries {file!r}")


def _parsed(text: str, *, what: str) -> dict[str, IndustryProfile]:
    document = parse_toml(text, what=what)
    industries = document.get("industries")
    if document.get("schema") != 1 or not isinstance(industries, dict) or not industries:
        raise InputError(f"{what} has no 'schema = 1' and tables [industries.NAME]; docs/industry.md shows one")
    return {name: _profile(name, fields, what) for name, fields in industries.items()}


def _profile(name: str, fields: Any, what: str) -> IndustryProfile:
    try:
        return IndustryProfile.model_validate({"name": name, **fields} if isinstance(fields, dict) else fields)
    except ValidationError as error:
        found = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or name}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors()
        )
        raise InputError(f"{what}, industry {name!r}: {found}") from None
