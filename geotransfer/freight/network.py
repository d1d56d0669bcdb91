"""`FreightNetwork`: costs of many zones at once, single routes, and switches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.freight.access import Access, access_to_hubs
from geotransfer.freight.friction import access_over_friction
from geotransfer.freight.from_lines import network_parts
from geotransfer.freight.geodesy import points_of
from geotransfer.freight.line_layers import LineReport
from geotransfer.freight.modes import (
    CRITERIA,
    MODES,
    Commodity,
    Criterion,
    FreightRates,
    Mode,
    RateLevel,
    choice,
    freight_rates,
)
from geotransfer.freight.names import HubNames, find_place
from geotransfer.freight.paths import legs_between
from geotransfer.freight.routes import Route
from geotransfer.freight.solving import Ends, Problem, costs_between, reasons_between
from geotransfer.freight.tables import default_hubs, default_links
from geotransfer.raster import Raster
from geotransfer.types import FloatArray

__all__ = ["FreightNetwork", "freight_network"]

Destinations: TypeAlias = "str | Sequence[str] | gpd.GeoDataFrame"


@dataclass(frozen=True, eq=False)
class FreightNetwork:
    """Hubs, links between them on four modes, and what a tonne costs on each; a value, never changed.

    Made by `freight_network`.

    Parameters
    ----------
    hubs : GeoDataFrame
        EPSG:4326 points; ``name``, ``short_name``, ``name_en``, ``adcode``, ``kind``, ``landmass``, ``yard``.
    links : DataFrame
        ``a``, ``b`` (rows of the hubs), ``mode``, ``km``, ``basis`` (where the length is from), ``line``, ``switches``,
        ``planned``, ``hours``, ``yuan`` (a lock, a ferry); ``geometry`` where the network was made from lines.
    rates : FreightRates
    modes : tuple of mode
        Those that run between hubs.
    closed, opened : frozenset of str
        Names of lines or switches, or ``"贵阳市-都匀市"`` for all links between two hubs.
    of_china : bool
        Whether zones and names are those of China's counties.
    report : tuple of LineReport
        What became of the user's lines, one of each mode; empty for the default network.
    friction : Raster, optional
        See `over`.
    """

    hubs: gpd.GeoDataFrame
    links: pd.DataFrame
    rates: FreightRates
    modes: tuple[Mode, ...] = MODES
    closed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    of_china: bool = True
    report: tuple[LineReport, ...] = ()
    friction: Raster | None = None

    def costs(self, zones: gpd.GeoDataFrame, destinations: Destinations, *, by: Criterion = "cost") -> FloatArray:
        """Return what a tonne costs from each zone to each destination.

        Parameters
        ----------
        zones : GeoDataFrame
            Any CRS. A zone enters at its representative point: by lorry to the nearest hubs, from there on any mode.
        destinations : str, sequence of str, or GeoDataFrame
            Names of hubs or counties (see `find_place`), or zones.
        by : {"cost", "time", "co2", "generalised"}
            yuan/t, hours, kg CO2/t, or yuan/t with the hours at the goods' value of time. Each is made least by itself.

        Returns
        -------
        ndarray
            Shape (zones, destinations); NaN where there is no way: `reasons` says why.

        Raises
        ------
        CrsError
            Zones have no CRS.
        InputError, UnknownNameError
            A name that fits several places, or none.

        Examples
        --------
        >>> import geotransfer as gt
        >>> zones = gt.boundaries("county", within="贵阳市")
        >>> freight_network().costs(zones, ["上海", "钦州"]).shape
        (10, 2)
        """
        problem, access, ends = self._question(zones, destinations, by)
        return costs_between(problem, access, ends)

    def reasons(self, zones: gpd.GeoDataFrame, destinations: Destinations) -> NDArray[np.object_]:
        """Return why there is no way from a zone to a destination; "" where there is one. Shape as of `costs`.

        Examples
        --------
        >>> import geotransfer as gt
        >>> counties = gt.boundaries("county", within="大连市")
        >>> islands = counties[counties["name"] == "长海县"]
        >>> freight_network().reasons(islands, "大连").tolist()
        [['on 长海县, where the network has no hub']]
        """
        problem, access, ends = self._question(zones, destinations, "cost")
        return reasons_between(costs_between(problem, access, ends), access, ends, islands=self.of_china)

    def route(
        self, origin: str | gpd.GeoDataFrame, destination: str | gpd.GeoDataFrame, *, by: Criterion = "cost"
    ) -> Route:
        """Return the best way of one tonne, in legs.

        Parameters
        ----------
        origin, destination : str or GeoDataFrame of one feature
            A hub or county by name or adcode, or a zone.
        by : {"cost", "time", "co2", "generalised"}

        Raises
        ------
        InputError
            A name fits several places (give the adcode); there is no way; a GeoDataFrame holds several features.
        UnknownNameError
            A name fits none.

        Examples
        --------
        >>> way = freight_network().route("重庆", "钦州")
        >>> [(leg.mode, leg.destination) for leg in way.legs]
        [('rail', '钦州市')]
        """
        choice(by, CRITERIA, what="by")
        first, last = (self.ends([end] if isinstance(end, str) else _single(end)) for end in (origin, destination))
        same = first.hub[0] >= 0 and first.hub[0] == last.hub[0]
        legs = () if same else legs_between(self.problem(by), first, last)
        return Route(first.names[0], last.names[0], by, legs)

    def switched(self, *, close: Iterable[str] = (), open: Iterable[str] = ()) -> FreightNetwork:
        """Return the network with lines, corridors or links closed or opened.

        Planned lines (``平陆运河``, ``黄百铁路``) are closed until they are opened.

        Raises
        ------
        UnknownNameError
            There is no such line, switch or pair of linked hubs.

        Examples
        --------
        >>> network = freight_network().switched(close=["西部陆海新通道"], open=["平陆运河"])
        >>> sorted(network.closed)
        ['西部陆海新通道']
        """
        closing, opening = frozenset(close), frozenset(open)
        self._check_switches(closing | opening)
        return replace(self, closed=(self.closed - opening) | closing, opened=(self.opened - closing) | opening)

    def priced(
        self, commodity: Commodity | None = None, *, rates: RateLevel | Mapping[Mode, RateLevel] | None = None
    ) -> FreightNetwork:
        """Return the network at other prices: a class of goods, and low, mid or high rates of all or some modes.

        What is not given stays as it is.

        Examples
        --------
        >>> freight_network().priced("container", rates={"rail": "low"}).rates.modes["rail"].rate
        0.08
        """
        level = self.rates.levels if rates is None else rates
        return replace(self, rates=freight_rates(commodity or self.rates.commodity, level=level))

    def restricted(self, modes: Iterable[Mode]) -> FreightNetwork:
        """Return the network on which only `modes` run between hubs; lorries still bring goods to hubs.

        Examples
        --------
        >>> freight_network().restricted(["rail"]).modes
        ('rail',)
        """
        chosen = set(modes)
        for mode in chosen:
            choice(mode, MODES, what="mode")
        if not chosen:
            raise InputError("modes are empty, expected at least one of rail, road, river, sea")
        return replace(self, modes=tuple(mode for mode in MODES if mode in chosen))

    def over(self, friction: Raster) -> FreightNetwork:
        """Return the network to whose hubs `costs` brings goods over a raster, each zone to its cheapest hub.

        Routes, other criteria than cost, and zones as destinations keep the straight way times circuity.

        Parameters
        ----------
        friction : Raster
            yuan/t per CRS unit, > 0, such as `freight_friction` makes; NaN cannot be entered.

        Examples
        --------
        >>> from geotransfer.grid import Grid
        >>> grid = Grid.from_bounds((105, 29, 107, 31), resolution=0.5, crs="EPSG:4326")
        >>> freight_network().over(Raster(np.ones(grid.shape), grid)).friction.grid.shape
        (4, 4)
        """
        return replace(self, friction=friction)

    @property
    def open_links(self) -> pd.DataFrame:
        """The links that run: not closed, and not planned unless opened."""
        keep = [self._runs(tags, planned) for tags, planned in zip(self._tags(), self.links["planned"], strict=True)]
        return self.links[np.array(keep, dtype=bool)].reset_index(drop=True)

    def _runs(self, tags: frozenset[str], planned: bool) -> bool:
        return not (tags & self.closed) and (not planned or bool(tags & self.opened))

    def _tags(self) -> list[frozenset[str]]:
        names = self.hubs["name"].tolist()
        rows = zip(self.links["a"], self.links["b"], self.links["switches"], strict=True)
        return [frozenset((*tags, f"{names[a]}-{names[b]}", f"{names[b]}-{names[a]}")) for a, b, tags in rows]

    def _check_switches(self, names: frozenset[str]) -> None:
        known = frozenset().union(*self._tags())
        for name in sorted(names - known):
            near = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise UnknownNameError(
                f"switch {name!r} does not exist; {hint}expected a line such as '陇海线', a corridor such as "
                "'西部陆海新通道', a lock such as '三峡船闸', or two linked hubs such as '贵阳市-都匀市'"
            )

    def problem(self, by: Criterion) -> Problem:
        """Return what the modules of this room solve: the open links at their prices."""
        return Problem(self.hubs, self.open_links, self.rates, self.modes, by, self.rates.modes["road"].circuity)

    def _question(
        self, zones: gpd.GeoDataFrame, destinations: Destinations, by: Criterion
    ) -> tuple[Problem, Access, Ends]:
        choice(by, CRITERIA, what="by")
        named = [destinations] if isinstance(destinations, str) else destinations
        problem, points = self.problem(by), points_of(zones, what="zones")
        if self.friction is None:
            access = access_to_hubs(points, self.hubs, circuity=problem.circuity, islands=self.of_china)
        elif by != "cost":
            raise InputError(f"by is {by!r}, expected 'cost': friction is a price; leave it out for hours or CO2")
        else:
            access = access_over_friction(points, self.hubs, self.friction, rate=self.rates.modes["road"].rate)
        return problem, access, self.ends(named)

    def ends(self, places: Sequence[str] | gpd.GeoDataFrame) -> Ends:
        """Return places as the ends of ways.

        Raises
        ------
        InputError, UnknownNameError
            A name fits several places, or none; there is no place.
        """
        if isinstance(places, gpd.GeoDataFrame):
            return self._points(places, np.full(len(places), -1), _labels(places))
        if not len(places):
            raise InputError("destinations are empty, expected at least one")
        found = [find_place(self._names, name, counties=self.of_china) for name in places]
        hub = np.array([place if isinstance(place, int) else -1 for place in found], dtype=np.int64)
        names = [self._names.name[p] if isinstance(p, int) else str(p["name"].iloc[0]) for p in found]
        if (hub >= 0).all():
            return Ends.of_hubs(names, hub)
        features = [self.hubs.iloc[[p]][["geometry"]] if isinstance(p, int) else p[["geometry"]] for p in found]
        return self._points(gpd.GeoDataFrame(pd.concat(features), crs=self.hubs.crs), hub, names)

    def _points(self, places: gpd.GeoDataFrame, hub: NDArray[np.int64], names: Sequence[str]) -> Ends:
        points = points_of(places, what="destinations")
        circuity = self.rates.modes["road"].circuity
        access = access_to_hubs(points, self.hubs, circuity=circuity, islands=self.of_china)
        return Ends(tuple(names), hub, access)

    @cached_property
    def _names(self) -> HubNames:
        return HubNames.of(self.hubs)


def freight_network(
    *,
    rail: gpd.GeoDataFrame | None = None,
    road: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    hubs: gpd.GeoDataFrame | None = None,
    snap_km: float = 5.0,
    bridge_km: float = 10.0,
    commodity: Commodity = "bulk",
    rates: RateLevel | Mapping[Mode, RateLevel] = "mid",
) -> FreightNetwork:
    """Return a freight network: the default one of China, or one from line layers.

    Parameters
    ----------
    rail, road, water : GeoDataFrame, optional
        Lines in any CRS. Given one of them or `hubs`, the network is made of these alone. Lines of `water` may have a
        column ``mode`` of "river" and "sea".
    hubs : GeoDataFrame, optional
        Points where goods can be loaded; column ``name``.
    snap_km : float
        A hub this near to a line is joined to it, and a loose end to another line.
    bridge_km : float
        Parts that do not hang together, and hubs farther than `snap_km`, are joined up to this length. ``report``
        lists every stretch put in.
    commodity : {"bulk", "container", "liquid"}
    rates : {"low", "mid", "high"} or mapping of mode to one of them
        No freight prices are published: run low and high before trusting a result, rail first.

    Raises
    ------
    CrsError
        Lines or hubs have no CRS.
    InputError
        Lines without hubs or hubs without lines, repeated names of hubs, features that are no lines.

    Examples
    --------
    >>> network = freight_network()
    >>> [leg.mode for leg in network.route("重庆", "上海").legs]
    ['rail', 'river', 'road']
    """
    figures = freight_rates(commodity, level=rates)
    layers = {"rail": rail, "road": road, "water": water}
    if hubs is None and all(layer is None for layer in layers.values()):
        return FreightNetwork(default_hubs(), default_links(), figures)
    places, links, report = network_parts(layers, hubs, figures, snap_km=snap_km, bridge_km=bridge_km)
    return FreightNetwork(places, links, figures, of_china=False, report=report)


def _single(place: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if len(place) != 1:
        raise InputError(f"a route has one origin and one destination, got {len(place)} features; select one")
    return place


def _labels(places: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in places["name"]] if "name" in places else [str(key) for key in places.index]
