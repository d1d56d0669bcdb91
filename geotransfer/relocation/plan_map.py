"""The map of a plan: its flows over the suitability of the run, and the structure before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geotransfer.errors import InputError
from geotransfer.maps import PlanPanel, ProvinceShift, suitability_map
from geotransfer.outputs import read_result
from geotransfer.relocation.ledger import Ledger
from geotransfer.relocation.matching import Matching
from geotransfer.relocation.structure import concentration
from geotransfer.study.result import Result
from geotransfer.types import Text
from geotransfer.words import amount_words

if TYPE_CHECKING:
    import folium

__all__ = ["plan_map", "plan_title", "plan_totals", "run_at_hand"]

UNTITLED = Text(zh="产能转移方案", en="Relocation plan")


def plan_map(matching: Matching, book: Ledger) -> folium.Map | None:
    """Return the map of a plan; None when the run of its first industry is gone.

    Parameters
    ----------
    matching : Matching
        With a plan.
    book : Ledger
        Of it.
    """
    result = run_at_hand(matching)
    if result is None:
        return None
    return suitability_map(result, flows=_drawn(matching.lines), plan=_panel(matching, book))


def run_at_hand(matching: Matching) -> Result | None:
    """Return the run of the first industry, which lies under the flows; None when its folder holds none any more."""
    first = next(iter(matching.problem.industries.values()))
    try:
        return read_result(first.result)
    except InputError:
        return None


def _drawn(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = [f"{province} {name}" for province, name in zip(lines["province"], lines["name"], strict=True)]
    return lines.rename(columns={"cost_yuan": "cost", "co2_change_t": "co2"}).assign(destination=names)


def plan_title(matching: Matching) -> Text:
    """Return the title of a plan: what its file calls it."""
    title = matching.problem.title
    return Text(zh=title, en=title) if title else UNTITLED


def plan_totals(matching: Matching) -> list[Text]:
    """Return what moves, to how many places, what it costs and what it does to CO2."""
    flows = matching.flows
    built, cost, co2 = (float(flows[key].sum(skipna=False)) for key in ("tonnes", "cost_yuan", "co2_change_t"))
    moved, paid, change = amount_words(built, "t/a"), amount_words(cost, "yuan/a"), amount_words(co2, "t CO2/a")
    places, provinces = flows["zone"].nunique(), flows["province"].nunique()
    sign = "+" if co2 > 0 else ""
    return [
        Text(
            zh=f"转移 {moved.zh}, 落到 {provinces} 个省的 {places} 个区域。",
            en=f"{moved.en} move to {places} places in {provinces} provinces.",
        ),
        Text(
            zh=f"承接地成本 {paid.zh} (用电与运输, 或该次运行的交付成本; 不含碳价与投资)。",
            en=f"Cost at the places {paid.en} (power and freight, or the run's delivered cost; no carbon price, no "
            "capital).",
        ),
        Text(zh=f"用电碳排放变化 {sign}{change.zh}。", en=f"Change of the CO₂ of power {sign}{change.en}."),
    ]


def _panel(matching: Matching, book: Ledger) -> PlanPanel:
    indices = concentration(book.structure)
    shifts = [
        _shifts(str(industry), rows, indices[str(industry)])
        for industry, rows in book.structure.groupby("industry", sort=False)
    ]
    return PlanPanel(plan_title(matching), tuple(plan_totals(matching)), tuple(shifts))


def _shifts(industry: str, rows: pd.DataFrame, index: tuple[float, float]) -> tuple[Text, tuple[ProvinceShift, ...]]:
    """Return the head and the rows of an industry: what stands where that is known, else what moves."""
    touched = rows[(rows["leaves_t"] > 0) | (rows["arrives_t"] > 0)].sort_values("leaves_t", ascending=False)
    whole = bool(rows["stands_before_t"].notna().all())
    columns = ("stands_before_t", "stands_after_t") if whole else ("leaves_t", "arrives_t")
    longest = max(float(touched[list(columns)].max().max()), 1.0)
    told = tuple(
        ProvinceShift(str(province), amount_words(b, "t/a"), amount_words(a, "t/a"), b / longest, a / longest)
        for province, b, a in zip(touched["province"], *(touched[column] for column in columns), strict=True)
    )
    before, after = index
    what = Text(zh="产能", en="capacity") if whole else Text(zh="所转移的产能", en="what moves")
    head = Text(
        zh=f"{industry}: {what.zh}, 集中度 (赫芬达尔) {before:.2f} → {after:.2f}",
        en=f"{industry}: {what.en}, Herfindahl index {before:.2f} → {after:.2f}",
    )
    return head, told
