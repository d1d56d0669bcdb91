"""``geotransfer route``: the way of a tonne between two places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from geotransfer.cli.printing import say

if TYPE_CHECKING:
    from geotransfer.freight.routes import Leg, Route

__all__ = ["register"]

MODE_WORDS = {"rail": "铁路 rail", "road": "公路 road", "river": "内河 river", "sea": "海运 sea"}


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command("route")(_route)


def _route(
    origin: Annotated[str, typer.Argument(help="Hub or county: 重庆, 钦州市, 重庆港, or an adcode such as 450700.")],
    destination: Annotated[str, typer.Argument(help="As the origin.")],
    by: Annotated[str, typer.Option("--by", help="cost, time, co2 or generalised.")] = "cost",
    commodity: Annotated[str, typer.Option("--commodity", help="bulk, container or liquid.")] = "bulk",
    rates: Annotated[str, typer.Option("--rates", help="low, mid or high prices of all modes.")] = "mid",
    modes: Annotated[list[str] | None, typer.Option("--mode", help="Run only this mode; may be repeated.")] = None,
    close: Annotated[list[str] | None, typer.Option("--close", help="Close a line, corridor, lock or A-B.")] = None,
    opened: Annotated[list[str] | None, typer.Option("--open", help="Open a planned line, e.g. 平陆运河.")] = None,
) -> None:
    """Print the legs of the best way from one place to another."""
    from geotransfer.freight.modes import COMMODITIES, CRITERIA, LEVELS, MODES, choice
    from geotransfer.freight.network import freight_network

    network = freight_network(
        commodity=choice(commodity, COMMODITIES, what="--commodity"), rates=choice(rates, LEVELS, what="--rates")
    )
    network = network.switched(close=close or (), open=opened or ())
    if modes:
        network = network.restricted([choice(mode, MODES, what="--mode") for mode in modes])
    _print(network.route(origin, destination, by=choice(by, CRITERIA, what="--by")))


def _print(route: Route) -> None:
    say(f"{route.origin} - {route.destination}, by {route.by}")
    for leg in route.legs:
        say(f"  {MODE_WORDS[leg.mode]:<10} {leg.origin} - {leg.destination}: {_figures(leg)}")
        if leg.lines:
            say(f"             {', '.join(leg.lines)}")
        if leg.via:
            say(f"             {' > '.join(leg.via)}")
    say(f"  total      {_figures(route)}")
    say("  运价、时间均为假设 / prices and times are assumptions: geotransfer layers info freight-modes")


def _figures(way: Route | Leg) -> str:
    return (
        f"{way.length_km:.0f} km, {way.cost_yuan_per_t:.0f} yuan/t, {way.hours:.0f} h, {way.co2_kg_per_t:.1f} kg CO2/t"
    )
