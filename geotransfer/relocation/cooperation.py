"""`Cooperation`: how origin and destination share what a plan brings; the section [cooperation] of a problem."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, Self

import geopandas as gpd
import pandas as pd
from pydantic import Field, model_validator

from geotransfer.catalog.entries import shipped_bytes
from geotransfer.errors import InputError
from geotransfer.spec.base import Finite, Model
from geotransfer.types import Text

__all__ = [
    "EVERYTHING",
    "Agreement",
    "Contributed",
    "Cooperation",
    "Enclave",
    "Preset",
    "check_cooperation",
    "enclave_zones",
    "presets",
]

EVERYTHING = "plan"
"""Name of the agreement of every move that no enclave covers."""
MODES = "policy/cooperation_modes.csv"
Mode = Literal["supply_chain", "interregional", "technology", "enclave"]
Quantity = Literal["output_value_yuan", "value_added_yuan", "tax_yuan", "energy_tce"]


class Preset(Model):
    """A mode of cooperation: share of the origin, for how many years, and how far the share may lie off."""

    title: Text
    meaning: Text
    origin_share: float
    years: int
    low: float
    high: float
    quality: str
    source: str


@cache
def presets() -> Mapping[str, Preset]:
    """Return the three modes that the ministries' opinion of 2022 names, and the enclave park of 2017.

    The shares are assumptions with low and high: no document sets them for the country; see the column `source`.

    Examples
    --------
    >>> presets()["interregional"].origin_share
    0.5
    """
    table = pd.read_csv(io.BytesIO(shipped_bytes(MODES)))
    return {
        str(row["mode"]): Preset(
            title=Text(zh=row["title"], en=row["title_en"]),
            meaning=Text(zh=row["meaning"], en=row["meaning_en"]),
            **{key: row[key] for key in ("origin_share", "years", "low", "high", "quality", "source")},
        )
        for row in table.to_dict("records")
    }


class Contributed(Model):
    """What each side brings in, in one unit: money, land, quota."""

    origin: float = Field(ge=0, allow_inf_nan=False)
    destination: float = Field(ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.origin + self.destination <= 0:
            raise ValueError("contributed is 0 on both sides, expected a sum above 0")
        return self


class Agreement(Model):
    """How a gain at the destination is shared with the origin: one of four rules.

    Attributes
    ----------
    mode : str, optional
        A preset: supply_chain, interregional, technology or enclave; see `presets`.
    origin_share : float or tuple of float, optional
        0..1: one for every year, or one for each year of the agreement.
    contributed : Contributed, optional
        Shares in proportion to what each side brings in.
    shapley : bool
        Shares by contribution to the plan (Shapley value) among origins and receiving provinces, at most 10 of them.
    quantities : tuple of str
        What is shared: output_value_yuan, value_added_yuan, tax_yuan, energy_tce.
    """

    mode: Mode | None = None
    origin_share: Finite | tuple[Finite, ...] | None = None
    contributed: Contributed | None = None
    shapley: bool = False
    quantities: tuple[Quantity, ...] = Field(default=("tax_yuan",), min_length=1)

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        given = [self.mode is not None, self.origin_share is not None, self.contributed is not None, self.shapley]
        if sum(given) != 1:
            raise ValueError(
                f"{sum(given)} rules of sharing, expected one of mode, origin_share, contributed, shapley = true"
            )
        if not self.shares or not all(0 <= share <= 1 for share in self.shares):
            raise ValueError(f"origin_share is {self.origin_share!r}, expected 0..1, or a list of such")
        return self

    @property
    def rule(self) -> str:
        """One of mode, fixed, by_year, contributed, shapley."""
        if self.shapley or self.contributed is not None:
            return "shapley" if self.shapley else "contributed"
        if self.mode is not None:
            return f"mode {self.mode}"
        return "by_year" if isinstance(self.origin_share, tuple) else "fixed"

    @property
    def shares(self) -> tuple[float, ...]:
        """The origin's share in each year; (0,) for Shapley, which has none."""
        if self.mode is not None:
            preset = presets()[self.mode]
            return (preset.origin_share,) * preset.years
        if self.contributed is not None:
            return (self.contributed.origin / (self.contributed.origin + self.contributed.destination),)
        if isinstance(self.origin_share, tuple):
            return self.origin_share
        return (0.0,) if self.origin_share is None else (self.origin_share,)

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Low and high of a preset's share; None where the user gave the share."""
        return None if self.mode is None else (presets()[self.mode].low, presets()[self.mode].high)


class Enclave(Model):
    """An enclave park (飞地): what goes to some places is shared by an agreement of its own.

    Attributes
    ----------
    name : str
    zones : tuple of str
        Candidates, by key or name.
    origins : tuple of str
        Whose park it is; empty: of every origin.
    agreement : Agreement
    """

    name: str
    zones: tuple[str, ...] = Field(min_length=1)
    origins: tuple[str, ...] = ()
    agreement: Agreement = Agreement(mode="enclave")


class Cooperation(Model):
    """The section [cooperation] of a problem; it changes no plan, only who gets what of it.

    Attributes
    ----------
    product_returns : float or dict of str to float, optional
        Share of the output that is sold back to the origin, 0..1, of all or by industry; the consumption-side book of
        CO2 needs it.
    agreement : Agreement, optional
        Of every move that no enclave covers.
    enclaves : tuple of Enclave
    """

    product_returns: Finite | dict[str, Finite] | None = None
    agreement: Agreement | None = None
    enclaves: tuple[Enclave, ...] = ()

    @model_validator(mode="after")
    def _orderly(self) -> Self:
        given = self.product_returns
        shares = given.values() if isinstance(given, dict) else [] if given is None else [given]
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError(f"product_returns is {given!r}, expected shares 0..1")
        names = [enclave.name for enclave in self.enclaves]
        if len({*names, EVERYTHING}) <= len(names):
            raise ValueError(f"enclaves {', '.join(names)}, expected names that differ, and none called {EVERYTHING}")
        return self

    def returns_of(self, industry: str) -> float:
        """Return the share of an industry's output that goes back to the origin; NaN where it is not given."""
        given = self.product_returns
        return float(
            given.get(industry, float("nan")) if isinstance(given, dict) else float("nan") if given is None else given
        )

    @property
    def agreements(self) -> list[Agreement]:
        """All of them."""
        return [*(enclave.agreement for enclave in self.enclaves), *([self.agreement] if self.agreement else [])]


def check_cooperation(cooperation: Cooperation, *, known: Mapping[str, Sequence[str]], origins: Sequence[str]) -> None:
    """Raise `ValueError` where a section names an industry or origin that is not there, or shares what is not known.

    Parameters
    ----------
    cooperation : Cooperation
    known : mapping
        Industry -> the quantities that are given for a tonne of it.
    origins : sequence of str
    """
    given = cooperation.product_returns
    if isinstance(given, dict) and (strange := sorted(set(given) - set(known))):
        raise ValueError(f"product_returns of {', '.join(strange)}, expected industries of {', '.join(known)}")
    for enclave in cooperation.enclaves:
        if strange := sorted(set(enclave.origins) - set(origins)):
            raise ValueError(f"enclave {enclave.name!r} is of {', '.join(strange)}, expected {', '.join(origins)}")
    for agreement in cooperation.agreements:
        for quantity in agreement.quantities:
            if lacking := [name for name, quantities in known.items() if quantity not in quantities]:
                raise ValueError(
                    f"an agreement shares {quantity}, which is not given for {', '.join(lacking)}; give it in the "
                    "industry's `value` (energy_tce: `use.energy`), or share something else"
                )


def enclave_zones(cooperation: Cooperation, places: gpd.GeoDataFrame) -> dict[str, Enclave]:
    """Return the enclave of each candidate that lies in one.

    Raises
    ------
    InputError
        A zone that is no candidate, stands for several, or lies in two enclaves of one origin.
    """
    found: dict[str, Enclave] = {}
    for enclave in cooperation.enclaves:
        for key in enclave.zones:
            rows = places.index[(places.index == key) | (places["name"] == key)]
            if len(rows) != 1:
                told = f"stands for {', '.join(rows)}; give the key" if len(rows) else "is no candidate"
                raise InputError(f"zone {key!r} of the enclave {enclave.name!r} {told}")
            if rows[0] in found:
                raise InputError(f"zone {key!r} lies in the enclaves {found[rows[0]].name!r} and {enclave.name!r}")
            found[str(rows[0])] = enclave
    return found
