"""What a corridor is worth to each zone, and what bringing goods in and out costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from geotransfer.errors import InputError
from geotransfer.freight.modes import LEVELS, MODES, Commodity, Criterion, Mode, RateLevel, choice
from geotransfer.freight.network import FreightNetwork
from geotransfer.freight.ways import best_ways
from geotransfer.types import BoolArray, FloatArray

__all__ = ["CORRIDOR", "CorridorBenefit", "corridor_benefit", "nearest_cost", "product_freight"]

CORRIDOR = "西部陆海新通道"
NOTHING = 1e-6
"""A difference below this (yuan/t, h, kg/t) is none: sums in another order."""


@dataclass(frozen=True, eq=False)
class CorridorBenefit:
    """Cost (or hours) without the corridor minus cost with it, per zone.

    Parameters
    ----------
    levels : tuple of str
        Levels of the rates, in the order of the columns.
    values : ndarray
        yuan/t, hours or kg CO2/t, shape (zones, levels); NaN where a zone reaches no destination with the corridor,
        inf where it reaches one only with it.
    """

    levels: tuple[RateLevel, ...]
    values: FloatArray

    def at(self, level: RateLevel) -> FloatArray:
        """Return the benefit of each zone at one level."""
        return np.asarray(self.values[:, self.levels.index(choice(level, self.levels, what="level"))])

    @property
    def sign(self) -> FloatArray:
        """Whether the benefit is positive (1), none (0) or a loss (-1), per zone and level; NaN where unknown."""
        return np.where(np.isnan(self.values), np.nan, np.sign(np.where(np.abs(self.values) > NOTHING, self.values, 0)))

    @property
    def agrees(self) -> BoolArray:
        """Whether all levels agree on the sign, per zone: where not, a map hatches it. False where it is unknown."""
        sign = self.sign
        return np.asarray((sign == sign[:, :1]).all(axis=1))


def corridor_benefit(
    network: FreightNetwork,
    zones: gpd.GeoDataFrame,
    destinations: str | Sequence[str] | gpd.GeoDataFrame = "新加坡",
    *,
    corridor: str = CORRIDOR,
    by: Criterion = "cost",
    vary: Sequence[Mode] = ("rail",),
    hours: bool = False,
) -> CorridorBenefit:
    """Return what a corridor saves each zone on the way to the cheapest of its destinations.

    Without the corridor its links carry nothing. Those of the New Western Land-Sea Corridor are the rail lines between
    the nodes of its plan, most of which are older than the plan: the benefit is what the lines are worth, an upper
    bound of what the plan adds.

    Parameters
    ----------
    network : FreightNetwork
        Its other switches, its goods and its other prices stay.
    zones : GeoDataFrame
    destinations : str, sequence of str, or GeoDataFrame
        The cheapest counts. Singapore, the gateway the corridor's own figures are for, when nothing is given.
    corridor : str
        A switch of the network.
    by : {"cost", "time", "co2", "generalised"}
    vary : sequence of mode
        Whose prices are low, mid and high; the others stay as they are. Rail is the most telling.
    hours : bool
        Return the hours saved on the way that `by` chooses, to one hub; less than 0 where the better way is slower.

    Raises
    ------
    UnknownNameError
        There is no such switch or destination.

    Examples
    --------
    >>> import geotransfer as gt
    >>> benefit = corridor_benefit(gt.freight_network(), gt.boundaries("county", within="黑龙江"))
    >>> float(np.median(benefit.at("mid")))
    0.0
    """
    columns = []
    for level in LEVELS:
        varied = {choice(mode, MODES, what="mode of vary"): level for mode in vary}
        priced = network.priced(rates={**network.rates.levels, **varied})
        both = (priced.switched(close=[corridor]), priced)
        without, with_it = (_measured(one, zones, destinations, by=by, hours=hours) for one in both)
        columns.append(_difference(without, with_it))
    return CorridorBenefit(LEVELS, np.column_stack(columns))


def _measured(
    network: FreightNetwork,
    zones: gpd.GeoDataFrame,
    destinations: str | Sequence[str] | gpd.GeoDataFrame,
    *,
    by: Criterion,
    hours: bool,
) -> FloatArray:
    if not hours:
        return nearest_cost(network, zones, destinations, by=by)
    if not isinstance(destinations, str):
        raise InputError("hours of the best way are to one destination, got several; give the name of a hub")
    return best_ways(network, zones, destinations, by=by)["hours"].to_numpy()


def _difference(without: FloatArray, with_it: FloatArray) -> FloatArray:
    benefit = np.where(np.isnan(without) & ~np.isnan(with_it), np.inf, without - with_it)
    return np.where(np.abs(benefit) <= NOTHING, 0.0, benefit)


def nearest_cost(
    network: FreightNetwork,
    zones: gpd.GeoDataFrame,
    destinations: str | Sequence[str] | gpd.GeoDataFrame,
    *,
    by: Criterion = "cost",
) -> FloatArray:
    """Return the cost of each zone to the cheapest of several destinations; NaN where none is reached.

    Examples
    --------
    >>> import geotransfer as gt
    >>> zones = gt.boundaries("county", within="贵阳市")
    >>> nearest_cost(gt.freight_network(), zones, ["上海", "钦州"]).shape
    (10,)
    """
    # fmin: a destination that cannot be reached does not count
    return np.asarray(np.fmin.reduce(network.costs(zones, destinations, by=by), axis=1))


def product_freight(
    network: FreightNetwork,
    zones: gpd.GeoDataFrame,
    *,
    inputs: Sequence[tuple[float, Sequence[str], Commodity]],
    markets: Sequence[tuple[float, Sequence[str], Commodity]],
) -> FloatArray:
    """Return the freight of one tonne of product: its inputs from their sources, itself to its markets.

    For aluminium: two tonnes of alumina in, one tonne of metal out to domestic markets; ports count only for what is
    shipped abroad.

    Parameters
    ----------
    network : FreightNetwork
    zones : GeoDataFrame
    inputs, markets : sequence of (tonnes, places, commodity)
        Tonnes per tonne of product; of several places the cheapest counts for an input, and each takes an equal part
        of a market: a smelter buys from one refinery and sells everywhere.

    Returns
    -------
    ndarray
        yuan per tonne of product; NaN where an input or a market cannot be reached.

    Raises
    ------
    InputError
        Tonnes that are not positive.

    Examples
    --------
    >>> import geotransfer as gt
    >>> zones = gt.boundaries("county", within="贵阳市")
    >>> network = gt.freight_network()
    >>> alumina, metal = (2.0, ["贵阳", "百色"], "bulk"), (1.0, ["佛山", "无锡"], "container")
    >>> freight = product_freight(network, zones, inputs=[alumina], markets=[metal])
    >>> bool((freight > 0).all())
    True
    """
    total = np.zeros(len(zones))
    for tonnes, places, _ in (*inputs, *markets):
        if not tonnes > 0:
            raise InputError(f"tonnes to or from {', '.join(places)} are {tonnes!r}, expected more than 0")
    for tonnes, places, commodity in inputs:
        total += tonnes * nearest_cost(network.priced(commodity), zones, places)
    for tonnes, places, commodity in markets:
        total += tonnes * network.priced(commodity).costs(zones, places).mean(axis=1)
    return total
