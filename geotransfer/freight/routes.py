"""`Route`: the way of one tonne between two places, in legs."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

__all__ = ["Leg", "Route"]


@dataclass(frozen=True, eq=False)
class Leg:
    """A stretch on one mode, with its loading and unloading.

    Parameters
    ----------
    mode : str
        "rail", "road", "river" or "sea".
    origin, destination : str
        Hubs, or the name of a zone.
    via : tuple of str
        Hubs passed on the way.
    lines : tuple of str
        Names of the lines, in order.
    length_km, cost_yuan_per_t, hours, co2_kg_per_t : float
        Of the leg, terminals included.
    geometry : shapely.LineString
        EPSG:4326.
    """

    mode: str
    origin: str
    destination: str
    via: tuple[str, ...]
    lines: tuple[str, ...]
    length_km: float
    cost_yuan_per_t: float
    hours: float
    co2_kg_per_t: float
    geometry: shapely.LineString


@dataclass(frozen=True, eq=False)
class Route:
    """The legs from one place to another, and what they add up to.

    Parameters
    ----------
    origin, destination : str
    by : str
        What was made least: "cost", "time", "co2" or "generalised".
    legs : tuple of Leg
        Empty when origin and destination are one place.
    """

    origin: str
    destination: str
    by: str
    legs: tuple[Leg, ...]

    @property
    def length_km(self) -> float:
        """Length in km."""
        return sum(leg.length_km for leg in self.legs)

    @property
    def cost_yuan_per_t(self) -> float:
        """Price in yuan/t, terminals included."""
        return sum(leg.cost_yuan_per_t for leg in self.legs)

    @property
    def hours(self) -> float:
        """Time in hours, terminals included."""
        return sum(leg.hours for leg in self.legs)

    @property
    def co2_kg_per_t(self) -> float:
        """Emission in kg CO2/t."""
        return sum(leg.co2_kg_per_t for leg in self.legs)

    @property
    def geometry(self) -> shapely.MultiLineString:
        """All legs, EPSG:4326."""
        return shapely.MultiLineString([leg.geometry for leg in self.legs])

    def share_of(self, mode: str) -> float:
        """Return the share of a mode in the length, 0 to 1; NaN for a route of no length."""
        total = self.length_km
        return sum(leg.length_km for leg in self.legs if leg.mode == mode) / total if total else float("nan")
