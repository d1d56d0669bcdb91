"""The map of a plan: its flows over the suitability of the run, and the structure before and after."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.industry.profiles import industry_profile
from geotransfer.maps import Overlay, PlanPanel, ProvinceShift, suitability_map, write_offline
from geotransfer.outputs.folder import read_result
from geotransfer.relocation.ledger import Ledger
from geotransfer.relocation.matching import Matching
from geotransfer.relocation.structure import concentration
from geotransfer.results.result import Result
from geotransfer.types import Text
from geotransfer.words import amount_words

__all__ = ["industry_words", "plan_title", "plan_totals", "run_at_hand", "write_plan_map"]

PLACES = "#1f2933"
GIVEN = Text(zh="本方案的求解结果", en="the plan that was found")
UNTITLED = Text(zh="产能转移方案", en="Relocation plan")


def write_plan_map(matching: Matching, book: Ledger, path: Path) -> bool:
    """Write the map of a plan and return True; False, and nothing written, when the run of its first industry is gone.

    Parameters
    ----------
    matching : Matching
        With a plan.
    book : Ledger
        Of it.
    path : Path
    """
    result = run_at_hand(matching)
    if result is not None:
        write_offline(suitability_map(result, flows=_drawn(matching.lines), plan=_panel(matching, book)), path)
    return result is not None


def run_at_hand(matching: Matching) -> Result | None:
    """Return the run of the first industry, which lies under the flows; None when its folder holds none any more."""
    first = next(iter(matching.problem.industries.values()))
    try:
        return read_result(first.result)
    except InputError:
        return None


def _drawn(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = [f"{province} {name}" for province, name in zip(lines["province"], lines["name"], strict=True)]
    titles = [industry_words(name) for name in lines["industry"]]
    return lines.rename(columns={"cost_yuan": "cost", "co2_change_t": "co2"}).assign(
        destination=names, industry=[one.zh for one in titles], industry_en=[one.en for one in titles]
    )


def _plants(matching: Matching) -> Overlay:
    plants = matching.plants
    told = [
        (industry_words(industry), amount_words(tonnes, "t/a"), score)
        for industry, tonnes, score in zip(*(plants[c] for c in ("industry", "tonnes", "score")), strict=True)
    ]
    features = gpd.GeoDataFrame(
        {
            "name": [f"{province} {name}" for province, name in zip(plants["province"], plants["name"], strict=True)],
            "detail_zh": [f"{what.zh} {amount.zh}; 适宜性 {score:.3f}" for what, amount, score in told],
            "detail_en": [f"{what.en} {amount.en}; suitability {score:.3f}" for what, amount, score in told],
        },
        geometry=matching.places.table.geometry.loc[plants["zone"]].to_numpy(),
        crs=matching.places.table.crs,
    )
    title = Text(zh="承接地", en="Where plants are built")
    return Overlay("plan-places", title, features, PLACES, "ring", shown=True, origin=GIVEN)


def plan_title(matching: Matching) -> Text:
    """Return the title of a plan: what its file calls it."""
    title = matching.problem.title
    if isinstance(title, Text):
        return title
    return Text(zh=title, en=title) if title else UNTITLED


def industry_words(name: str) -> Text:
    """Return what an industry of a problem is called; one without a profile of its name as it is.

    Examples
    --------
    >>> industry_words("aluminium").zh
    '电解铝'
    """
    try:
        return industry_profile(name).title
    except UnknownNameError:
        return Text(zh=name, en=name)


def plan_totals(matching: Matching) -> list[Text]:
    """Return what moves, to how many places, what it costs and what it does to CO2."""
    flows = matching.flows
    if flows.empty:
        return [Text(zh="没有产能转移。", en="Nothing moves.")]
    cost, co2 = (float(flows[key].sum(skipna=False)) for key in ("cost_yuan", "co2_change_t"))
    paid, change = amount_words(cost, "yuan/a"), amount_words(co2, "t CO2/a")
    moved = [
        (industry_words(str(name)), amount_words(float(tonnes), "t/a"))
        for name, tonnes in flows.groupby("industry", sort=False)["tonnes"].sum().items()
    ]
    places, provinces = flows["zone"].nunique(), flows["province"].nunique()
    sign = "+" if co2 > 0 else ""
    return [
        Text(
            zh=f"转移{'、'.join(f'{name.zh} {amount.zh}' for name, amount in moved)}, 落到 {provinces} 个省的 {places} "
            "个区域。",
            en=f"{' and '.join(f'{amount.en} of {name.en}' for name, amount in moved)} move to {places} places in "
            f"{provinces} provinces.",
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
    below = industry_words(next(iter(matching.problem.industries)))
    lines = [
        *plan_totals(matching),
        Text(zh=f"底色: {below.zh}的适宜性。", en=f"Underneath: suitability for {below.en}."),
    ]
    return PlanPanel(plan_title(matching), tuple(lines), tuple(shifts), _plants(matching))


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
    (before, after), title = index, industry_words(industry)
    what = Text(zh="产能", en="capacity") if whole else Text(zh="所转移的产能", en="what moves")
    head = Text(
        zh=f"{title.zh}: {what.zh}, 集中度 (赫芬达尔) {before:.2f} → {after:.2f}",
        en=f"{title.en}: {what.en}, Herfindahl index {before:.2f} → {after:.2f}",
    )
    return head, told
