"""The smaller tables of a scenario: the grid, the room a zone needs, the draws, what a published map carries."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from geotransfer.spec.base import Model

__all__ = ["GridSpec", "MapSpec", "RobustnessSpec", "Room"]


class GridSpec(Model):
    """The study grid: cell size in metres on an equal-area CRS."""

    resolution: float = Field(default=5000.0, gt=0, allow_inf_nan=False)


class Room(Model):
    """What must be left of a zone: an area and a share of it (0..1).

    A user's own zone smaller than twice `area_km2` needs half of itself.
    """

    area_km2: float = Field(default=25.0, ge=0, allow_inf_nan=False)
    share: float = Field(default=0.02, ge=0, le=1)


class RobustnessSpec(Model):
    """How sure the ranking is.

    Attributes
    ----------
    draws : int
        Draws of the weights and of the criteria's errors; 0 draws nothing.
    seed : int
        The same seed gives the same numbers.
    concentration : float
        Weights are drawn from a Dirichlet law around the given ones: a weight w varies by
        ``sqrt(w (1 - w) / (concentration + 1))``.
    limits : dict
        Lowest and highest weight by criterion: weights are then drawn uniformly between them, whatever those given.
    order : tuple of str
        Criteria, most important first: weights are then drawn uniformly among those that keep the order. With or
        without `limits`.
    sensitivity_samples : int
        Sobol indices of the ranks of the first zones; a power of 2, 0 for none. Needs the extra ``analysis``.
    second_resolution : float, optional
        Cell size in metres of a second run, whose ranks are compared.
    """

    draws: int = Field(default=0, ge=0, le=1_000_000)
    seed: int = Field(default=1, ge=0)
    concentration: float = Field(default=50.0, gt=0, allow_inf_nan=False)
    limits: dict[str, tuple[float, float]] = Field(default_factory=dict)
    order: tuple[str, ...] = ()
    sensitivity_samples: int = Field(default=0, ge=0, le=65_536)
    second_resolution: float | None = Field(default=None, gt=0, allow_inf_nan=False)


class MapSpec(Model):
    """What a published map of China carries.

    Attributes
    ----------
    approval_number : str, optional
        审图号.
    tiles : {"tianditu"}, optional
        Tiles under the zones: the map then needs the network, and holds the key that the environment variable
        GEOTRANSFER_TIANDITU_KEY gives. None: no tiles.
    """

    approval_number: str | None = None
    tiles: Literal["tianditu"] | None = None
