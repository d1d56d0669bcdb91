"""What power costs at the gate per price area, term by term, with its carbon in three books; nothing is asserted.

    python scripts/check_power.py [--load-factor 0.95] [--green-lcoe 0.25]

Ask of every figure whether somebody who buys power in China would laugh. Expected before looking: 0.45-0.75 yuan/kWh
from the grid in 2023, about 0.3 on captive coal in 新疆 and 内蒙古, 0.4-0.5 in 云南.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

import geotransfer as gt
from geotransfer.energy.hydro import dry_season_shortfall, faces_dry_season_cuts

SHORT = {"system_operation": "system", "transmission": "grid"}


def show(title: str, table: pd.DataFrame) -> None:
    print(f"\n{title}")
    print(table.to_string(float_format=lambda figure: f"{figure:.3f}", na_rep="-"))


def spans(price: gt.DeliveredPrice) -> list[str]:
    rows = zip(price.total, price.low, price.high, strict=True)
    return ["-" if np.isnan(total) else f"{total:.2f} ({low:.2f}-{high:.2f})" for total, low, high in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--load-factor", type=float, default=None)
    parser.add_argument("--green-lcoe", type=float, default=0.25, help="yuan/kWh, the same everywhere")
    parser.add_argument("--green-share", type=float, default=0.8)
    arguments = parser.parse_args()
    pd.set_option("display.unicode.east_asian_width", True)
    tables, load = gt.power_tables(), arguments.load_factor
    areas = list(tables.areas)
    grid = gt.delivered_price(areas, mode="benchmark", tables=tables, load_factor=load)
    coal = gt.delivered_price(areas, mode="captive_coal", tables=tables)
    supply = gt.GreenSupply(lcoe=np.full(len(areas), arguments.green_lcoe), share=arguments.green_share)
    green = gt.delivered_price(areas, mode="green_direct", tables=tables, load_factor=load, green=supply)
    paid = {user: gt.delivered_price(areas, mode="industry", user=user, tables=tables) for user in tables.industry}

    terms = pd.DataFrame(grid.columns(), index=areas).rename(columns=SHORT)
    terms = terms.loc[:, (terms != 0).any()].assign(total=grid.total, low=grid.low, high=grid.high)
    show("benchmark: from the grid, yuan/kWh", terms.assign(wet=grid.wet, dry=grid.dry))
    columns = pd.DataFrame(coal.columns(), index=areas)
    show("captive_coal, yuan/kWh", columns.loc[:, (columns != 0).any()].assign(total=coal.total))
    modes = {"benchmark": grid, "captive_coal": coal, "green_direct": green}
    modes |= {f"paid: {user}": price for user, price in paid.items()}
    show("modes, yuan/kWh (low-high)", pd.DataFrame({name: spans(price) for name, price in modes.items()}, index=areas))
    for note in green.notes:
        print(f"{note.en}\n{note.zh}")
    print("resting on assumptions or on figures of another year:", ", ".join(grid.assumed))

    figures = tables.figures
    shortfall = dry_season_shortfall(figures.hydro_share.value, figures.dry_firmness.value)
    flag = faces_dry_season_cuts(shortfall, tolerated=float(tables.parameters.dry_shortfall.value))
    water = pd.DataFrame({"hydro": figures.hydro_share.value, "short": shortfall, "枯水期限电风险": flag}, index=areas)
    exports = {"lines": tables.export_lines, "GW at least": tables.export_gw, "TWh at least": tables.export_twh}
    show("hydro and exported power", water.assign(**exports))

    average, own = figures.average_factor.value, green.green_share
    factors = {"residual": tables.residual_factor, "fossil": tables.fossil_factor}
    books = {"grid": gt.carbon_books(average, **factors), "captive": gt.carbon_books(average, captive=True, **factors)}
    books["green_direct"] = gt.carbon_books(average, own_share=own, **factors)
    carbon = {f"{name} {book}": getattr(found, book) for name, found in books.items() for book in vars(found)}
    show("kg CO2/kWh: average, contract, marginal", pd.DataFrame(carbon, index=areas))


if __name__ == "__main__":
    main()
