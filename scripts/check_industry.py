"""What moving a tonne of aluminium changes in CO2, and one county's delivered cost written out.

    python scripts/check_industry.py

Expected before looking, at 13,400 kWh/t with the factors of 2023, average book: 山东 to 云南 about -6.5 t CO2/t,
to 内蒙古 about +0.4, to 新疆 or 宁夏 no clear change; from captive coal (0.8273) to 云南 about -9.3.
tests/industry/test_carbon.py asserts them to 0.1.
"""

from __future__ import annotations

import geotransfer as gt
from geotransfer.energy.carbon import UNCLEAR, CarbonBooks
from geotransfer.industry.carbon import move_change

KWH = 13_400.0


def books(area: str, *, captive: bool = False) -> CarbonBooks:
    """Return the three books of a price area, kg CO2/kWh."""
    tables = gt.power_tables()
    factor = tables.figures.average_factor.value[tables.index(area)[0]]
    return gt.carbon_books(factor, residual=tables.residual_factor, fossil=tables.fossil_factor, captive=captive)


def main() -> None:
    print("t CO2 per t of aluminium, 13,400 kWh/t, 2023, destination minus origin")
    print(f"{'from':<12}{'to':<8}{'average':>9}{'contract':>10}{'marginal':>10}  average book; three books")
    moves = (("山东", "云南"), ("山东", "蒙西"), ("山东", "新疆"), ("山东", "宁夏"))
    for origin, destination in moves:
        show(origin, destination, captive=False)
    show("山东", "云南", captive=True)
    print_county()


def show(origin: str, destination: str, *, captive: bool) -> None:
    """Print one move in the three books."""
    old, new = books(origin, captive=captive), books(destination)
    change = move_change(old, new, kwh_per_unit=KWH)
    unclear = abs(float(new.average - old.average)) <= UNCLEAR
    single = "no clear change" if unclear else "less" if change.average < 0 else "more"
    name = f"{origin}{' coal' if captive else ''}"
    print(
        f"{name:<12}{destination:<8}{float(change.average):>+9.2f}{float(change.contract):>+10.2f}"
        f"{float(change.marginal):>+10.2f}  {single}; {change.verdict}"
    )


def print_county() -> None:
    """Print the cost of a tonne in 宁东's county, term by term, and at the origin."""
    study = gt.scenario("aluminium").with_overrides({
        "within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0, "power": {"mode": "benchmark"},
    })  # fmt: skip
    result = gt.run(study)
    row = result.ranking.set_index("name").loc["灵武市"]
    record = result.provenance["result"]["industry"]
    print("\n灵武市, yuan per tonne of aluminium, grid power")
    for term in record["terms"]:
        print(f"  {term['formula']['en']:<70}{row[term['column']]:>10.2f}")
    print(f"  {'delivered cost':<70}{row['delivered_cost_yuan_per_unit']:>10.2f}")
    print(f"  {record['origin']['name'] + ', mean of its counties':<70}{record['origin']['cost_yuan_per_unit']:>10.2f}")


if __name__ == "__main__":
    main()
