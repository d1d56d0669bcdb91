"""The carbon of power at an origin: bought there as the run buys it at the destinations, or the two do not compare."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from geotransfer.catalog.entries import shipped_bytes
from geotransfer.energy.carbon import carbon_books
from geotransfer.errors import InputError

__all__ = ["GRID", "Book", "PowerWay", "origin_factor", "way_of_run"]

FACTORS = "energy/grid_emission_factors.csv"
Book = Literal["average", "contract", "marginal"]


@dataclass(frozen=True)
class PowerWay:
    """How a plant buys its power.

    Attributes
    ----------
    own_share : float
        Share of own wind and sun that is counted, 0 to 1.
    captive : bool
        The rest comes from an own coal plant.
    """

    own_share: float = 0.0
    captive: bool = False


GRID = PowerWay()


def way_of_run(power: Mapping[str, Any] | None) -> PowerWay:
    """Return how the plants of a run buy their power, from the part ``power`` of its run.json.

    Examples
    --------
    >>> way_of_run({"mode": "green_direct", "green_share_counted": 0.25})
    PowerWay(own_share=0.25, captive=False)
    >>> way_of_run(None)
    PowerWay(own_share=0.0, captive=False)
    """
    if not power:
        return GRID
    return PowerWay(float(power.get("green_share_counted") or 0.0), power.get("mode") == "captive_coal")


def origin_factor(province: str, book: Book = "average", *, way: PowerWay = GRID) -> float:
    """Return the carbon of power in a province, kgCO2/kWh, as `carbon_books` reckons it.

    Parameters
    ----------
    province : str
        Full or short name.
    book : {"average", "contract", "marginal"}
    way : PowerWay
        How the plant buys; the grid alone when it is not given.

    Raises
    ------
    InputError
        A province that the table of factors does not have.

    Examples
    --------
    >>> origin_factor("山东"), round(origin_factor("山东", way=PowerWay(own_share=0.25)), 4)
    (0.6191, 0.4643)
    """
    factors = pd.read_csv(io.BytesIO(shipped_bytes(FACTORS)))
    provinces = factors[factors["level"] == "province"]
    mine = provinces[
        [len(province) > 1 and (n.startswith(province) or province.startswith(n)) for n in provinces["name"]]
    ]
    if len(mine) != 1:
        raise InputError(f"origin {province!r} is no province; expected one of {', '.join(provinces['name'])}")
    national = factors[factors["level"] == "national"].set_index("account")["kgco2_per_kwh"]
    books = carbon_books(
        float(mine["kgco2_per_kwh"].iloc[0]),
        residual=float(national["residual"]),
        fossil=float(national["fossil"]),
        own_share=way.own_share,
        captive=way.captive,
    )
    return float(getattr(books, book))
