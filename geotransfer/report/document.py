"""The first report: what was asked, the answer, why, and what it stands on, as one HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from geotransfer.errors import InputError
from geotransfer.report.cost import cost_section
from geotransfer.report.cost_answer import money_answer
from geotransfer.report.drawing import can_draw
from geotransfer.report.figures import NO_FIGURES, report_figures
from geotransfer.report.freight import freight_lines
from geotransfer.report.method import method_lines
from geotransfer.report.minimap import EXCLUDED, LAND, legend_classes, minimap_svg
from geotransfer.report.policy import policy_editions, policy_lines
from geotransfer.report.power import power_lines
from geotransfer.report.robustness import robustness_lines
from geotransfer.types import Text
from geotransfer.words import (
    ERROR_SCOPES,
    GROUPS,
    NOT_GIVEN,
    QUALITIES,
    REASONS,
    STABILITIES,
    UNITS,
    ZONE_VALUES,
    in_words,
    place_words,
)

__all__ = ["ReportableResult", "page_environment", "render_report", "template_text"]

TOP = 20
MISSING = "–"


class ReportableResult(Protocol):
    """What a report needs of a result: also what ranking.gpkg and run.json hold."""

    @property
    def ranking(self) -> gpd.GeoDataFrame:
        """Zones, best first."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """``{"result": ..., "execution": ...}``."""


def render_report(result: ReportableResult) -> str:
    """Return the report of a result as HTML: Chinese and English, no script, nothing loaded, prints on A4.

    Parameters
    ----------
    result : Result
        Or anything with its `ranking` and `provenance`.

    Raises
    ------
    InputError
        The ranking has no zones.

    Examples
    --------
    >>> import geotransfer as gt
    >>> small = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> render_report(gt.run(small))[:15]
    '<!DOCTYPE html>'
    """
    ranking, facts = result.ranking, result.provenance["result"]
    if ranking.empty:
        raise InputError("the ranking has no zones, so there is nothing to report; run the scenario on some zones")
    return (
        page_environment()
        .get_template("report.html")
        .render(
            style=Markup(template_text("report.css")),
            facts=facts,
            scenario=facts["scenario"],
            execution=result.provenance["execution"],
            answer=_answer(ranking, facts),
            method=method_lines(facts),
            room=_room(facts),
            power=power_lines(facts),
            freight=freight_lines(facts, names=dict(zip(ranking["zone"], ranking["name"], strict=True))),
            cost=cost_section(ranking, facts),
            policy=policy_lines(facts),
            policy_editions=policy_editions(facts),
            supply=(facts.get("power") or {}).get("areas", []),
            provinces=facts.get("provinces", []) if facts["headline"] else [],
            top=_top(ranking, facts["criteria"]),
            drawn={"rank_p05", "rank_p95", "stability"} <= set(ranking.columns),
            robustness=robustness_lines(ranking, facts),
            figures=report_figures(ranking, facts),
            no_figures=None if can_draw() else NO_FIGURES,
            picture=minimap_svg(ranking),
            legend=legend_classes(ranking["score"].to_numpy(dtype=np.float64))[::-1],
            colours={"excluded": EXCLUDED, "land": LAND},
            caveats=_caveats(facts["inputs"]),
        )
    )


def page_environment() -> Environment:
    """Return what renders the templates of this room: everything escaped, what is not given raises."""
    environment = Environment(
        loader=FunctionLoader(template_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=_number, measure=_measure, percent=_percent, short=_short)
    vocabularies = {
        "unit": UNITS,
        "group": GROUPS,
        "quality": QUALITIES,
        "error_scope": ERROR_SCOPES,
        "zone_value": ZONE_VALUES,
        "given": NOT_GIVEN,
    }
    for name, words in vocabularies.items():
        environment.filters[name] = partial(in_words, words=words)
    return environment


@dataclass(frozen=True)
class TopZone:
    """One row of the table of the best zones."""

    rank: int
    name: str
    places: tuple[str, ...]
    score: float
    ranks: str
    stability: Text
    values: tuple[float, ...]


def _top(ranking: gpd.GeoDataFrame, criteria: Sequence[Mapping[str, Any]]) -> list[TopZone]:
    best = ranking[ranking["status"] == "ranked"].head(TOP)
    return [
        TopZone(
            rank=int(row["rank"]),
            name=_label(row["name"], row["zone"]),
            places=tuple(place_words(*(_label(row.get(part), "") for part in ("name", "prefecture", "province")))),
            score=float(row["score"]),
            ranks=_rank_interval(row.get("rank_p05"), row.get("rank_p95")),
            stability=in_words(_label(row.get("stability"), MISSING) or MISSING, STABILITIES),
            values=tuple(float(row[criterion["id"]]) for criterion in criteria),
        )
        for row in best.to_dict("records")
    ]


def _rank_interval(low: Any, high: Any) -> str:
    if pd.isna(low) or pd.isna(high):
        return MISSING
    return f"{int(np.floor(low)):,}–{int(np.ceil(high)):,}"


def _label(name: object, instead: object) -> str:
    return str(instead) if name is None or name is pd.NA or name != name or name == "" else str(name)


def _answer(ranking: gpd.GeoDataFrame, facts: Mapping[str, Any]) -> list[Text]:
    """Return the answer in five lines; where cost is known, it takes the place of what excludes most."""
    return [
        _how_many(facts["counts"]),
        _which(ranking),
        _where(ranking),
        money_answer(ranking, facts) or _why_not(facts),
        _how_sure(facts),
    ]


def _how_many(counts: Mapping[str, int]) -> Text:
    ranked, excluded, unknown = counts["ranked"], counts["excluded"], counts["unknown"]
    total = ranked + excluded + unknown
    return Text(
        zh=f"{total:,} 个区域中, {ranked:,} 个参与排名, {excluded:,} 个被排除, {unknown:,} 个因缺数据未知。",
        en=f"Of {total:,} zones {ranked:,} are ranked, {excluded:,} excluded, {unknown:,} unknown for want of data.",
    )


def _which(ranking: gpd.GeoDataFrame) -> Text:
    best = ranking[ranking["status"] == "ranked"].head(5)
    if best.empty:
        return Text(zh="没有可排名的区域。", en="No zone could be ranked.")
    names = [_label(name, zone) for name, zone in zip(best["name"], best["zone"], strict=True)]
    low, high = best["score"].iloc[-1], best["score"].iloc[0]
    return Text(
        zh=f"前五名: {'、'.join(names)} (得分 {high:.3f} 至 {low:.3f})。",
        en=f"The first five: {', '.join(names)} (scores {high:.3f} to {low:.3f}).",
    )


def _where(ranking: gpd.GeoDataFrame) -> Text:
    top = ranking[ranking["status"] == "ranked"].head(TOP)
    counts = top["province"].dropna().value_counts()
    if counts.empty:
        return Text(zh="区域没有所属省份。", en="The zones have no province.")
    return Text(
        zh=f"前 {len(top)} 名分布在 {len(counts)} 个省级区: "
        + "、".join(f"{name} {number}" for name, number in counts.items())
        + "。",
        en=f"The top {len(top)} lie in {len(counts)} provinces: "
        + ", ".join(f"{name} {number}" for name, number in counts.items())
        + ".",
    )


def _why_not(facts: Mapping[str, Any]) -> Text:
    titles = {rule["id"]: rule["title"] for rule in facts["rules"]}
    failed = sorted(facts["counts"]["by_rule"], key=lambda entry: -entry["zones"])
    if not failed:
        return Text(zh="没有规则排除整个区域。", en="No rule excludes a whole zone.")
    first = failed[0]
    title = in_words(titles.get(first["rule"], first["rule"]), REASONS)
    return Text(
        zh=f"排除区域最多的原因: {title.zh} ({first['zones']:,} 个)。",
        en=f"What excludes most zones: {title.en} ({first['zones']:,}).",
    )


def _room(facts: Mapping[str, Any]) -> Text:
    """Return how the excluded zones add up: those in the table of rules, and those that are not."""
    room, excluded = facts["room"], facts["counts"]["excluded"]
    area, share = _number(room["area_km2"]), _number(100 * room["share"])
    failed, small = room["zones_failed"], room["too_small"]
    whole = excluded - failed
    return Text(
        zh=f"共排除 {excluded:,} 个区域, 每个只计一次: "
        f"{failed:,} 个因剩余可用地不足 {area} 平方公里或面积的 {share} %, 计入使其不足的那条规则"
        + (f" (其中 {small:,} 个本身过小, 不在表内)" if small else "")
        + (f"; {whole:,} 个整体被规则排除。" if whole else "。"),
        en=f"{excluded:,} zones are excluded, each counted once: {failed:,} with less than {area} km² or {share} % of "
        "their area left, under the rule that took it"
        + (f" ({small:,} of these were too small from the start and are not in the table)" if small else "")
        + (f"; {whole:,} named as a whole by a rule." if whole else "."),
    )


def _how_sure(facts: Mapping[str, Any]) -> Text:
    share = _percent(facts["statistics"]["between_province_variance_share"])
    unchecked = len(facts["unchecked_rules"])
    return Text(
        zh=f"得分方差的 {share} 在省际之间; {unchecked} 条法定规则无数据、未核查"
        + (", 结果仅为初筛。" if unchecked else "。"),
        en=f"{share} of the variance of the score lies between provinces; "
        f"{unchecked} rules of law or lists of policy are unchecked" + (": this is a screening." if unchecked else "."),
    )


def _caveats(inputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for entry in inputs if entry["known_error"]["zh"] or entry["quality"] in ("modelled", "assumption")]


def _number(value: float | None, digits: int = 4) -> str:
    if value is None or not np.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _measure(value: float, unit: str) -> str:
    """Return a number, without spelling out areas and lengths far below what the data resolve."""
    return "< 0.01" if unit in ("km2", "km") and 0 < value < 0.01 else _number(value)


def _percent(share: float | None) -> str:
    return MISSING if share is None or not np.isfinite(share) else f"{share:.0%}"


def _short(sha256: str | None) -> str:
    return sha256[:12] if sha256 else MISSING


def template_text(name: str) -> str:
    """Return a file of templates/."""
    return files("geotransfer.report").joinpath("templates", name).read_text(encoding="utf-8")
