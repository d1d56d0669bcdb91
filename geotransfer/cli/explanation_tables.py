"""An explanation as tables on the terminal, in one of the two languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from geotransfer.cli.printing import SafeConsole
from geotransfer.siting.explanation import Explanation
from geotransfer.siting.figures import WORDS
from geotransfer.types import Text
from geotransfer.words import METHODS, STABILITIES, STATUSES, UNITS, in_words, place_words

__all__ = ["explanation_tables", "print_explanation"]

MISSING = "–"
NO_LINE_BEGINS_WITH = tuple("、,。;:)”」 ")
NARROWEST = 110
"""Columns of the page where the output is no terminal (a file, a pipe)."""
HEADINGS = {
    "score": Text(zh="得分构成", en="The score taken apart"),
    "rules": Text(zh="刚性约束(按顺序)", en="Hard rules, in order"),
    "unchecked": Text(zh="未核查的约束", en="Rules that were not checked"),
    "improve": Text(
        zh="怎样进入前 {top} 名(每次只变一项)", en="What would bring it into the top {top} (one at a time)"
    ),
    "similar": Text(zh="最相似而名次更前的地方", en="The most similar places that rank before it"),
    "figures": Text(zh="成本、碳排放与其他", en="Costs, carbon and more"),
}


def print_explanation(explanation: Explanation, *, language: str) -> None:
    """Print an explanation in ``"zh"`` or ``"en"``."""
    console = SafeConsole(highlight=False)
    if not console.is_terminal:
        console = SafeConsole(highlight=False, width=max(NARROWEST, console.width))
    console.print(explanation_tables(explanation, language=language))


def explanation_tables(found: Explanation, *, language: str) -> RenderableType:
    """Return everything an explanation says, headings, lines and tables in their order."""
    zh = language == "zh"
    parts: list[RenderableType] = [_title(found, zh=zh), *_standing(found, zh=zh), _room(found, zh=zh)]
    parts += _section("score", [_criteria(found, zh=zh), _said(found.contribution_meaning, zh=zh)], zh=zh)
    parts += _section("rules", _rules(found, zh=zh), zh=zh)
    parts += _section("unchecked", _unchecked(found, zh=zh), zh=zh)
    parts += _section("improve", _improvements(found, zh=zh), zh=zh, top=found.top)
    parts += _section("similar", _similar(found, zh=zh), zh=zh)
    parts += _section("figures", _figures(found, zh=zh), zh=zh)
    return Group(*parts, *([] if found.headline is None else [Line(""), _said(found.headline, zh=zh)]))


def _pick(text: Text, *, zh: bool) -> str:
    return text.zh if zh else text.en


@dataclass(frozen=True)
class _Paragraph:
    """Text that may break between any two Chinese signs: rich breaks at spaces, which leaves half-empty lines."""

    text: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        lines = [""]
        for token in re.findall(r"[!-~]+ ?|.", self.text):
            if cell_len(lines[-1] + token.rstrip()) > options.max_width and token not in NO_LINE_BEGINS_WITH:
                lines.append("")
            lines[-1] += token
        yield Line("\n".join(line.strip() for line in lines), style=self.style, overflow="fold")


def _indented(text: str, style: str = "") -> RenderableType:
    return Padding(_Paragraph(text, style), (0, 0, 0, 2))


def _said(text: Text, *, zh: bool) -> RenderableType:
    return _indented(_pick(text, zh=zh), "dim")


def _section(key: str, content: Iterable[RenderableType], *, zh: bool, top: int = 0) -> list[RenderableType]:
    """Return a heading and what stands below it; nothing where there is nothing below."""
    inner = list(content)
    heading = _pick(HEADINGS[key], zh=zh).format(top=top)
    return [Line(""), Line(heading, style="bold"), *inner] if inner else []


def _table(*columns: tuple[str, bool]) -> Table:
    """Return an empty table; a column is (heading, whether it holds numbers)."""
    table = Table(box=None, pad_edge=True, padding=(0, 2, 0, 0), header_style="dim")
    for heading, numbers in columns:
        table.add_column(heading, justify="right" if numbers else "left", overflow="fold", no_wrap=numbers)
    return table


def _figure(value: float | str | None) -> str:
    """Return a number with four significant digits, thousands kept whole."""
    if value is None:
        return MISSING
    if isinstance(value, str):
        return escape(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _unit(unit: str, *, zh: bool) -> str:
    return "" if unit in ("1", "") else _pick(in_words(unit, UNITS), zh=zh)


def _share(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"


def _title(found: Explanation, *, zh: bool) -> RenderableType:
    places = place_words(found.name, found.prefecture, found.province)
    where = "".join(reversed(places)) if zh else ", ".join(places)
    code = found.adcode or found.zone
    line = f"{where} {found.name} ({code})" if zh else f"{found.name}, {where} ({code})"
    return Line(f"{_pick(found.scenario, zh=zh)}: {line}", style="bold")


def _standing(found: Explanation, *, zh: bool) -> list[RenderableType]:
    at, lines = found.standing, []
    inside = at.rank_in_province or MISSING
    if at.rank is not None:
        lines.append(
            f"得分 {at.score:.3f}, 在 {at.ranked} 个参评区域中第 {at.rank} 名, 本省第 {inside} 名"
            if zh
            else f"Score {at.score:.3f}, rank {at.rank} of {at.ranked} ranked zones, {inside} in its province"
        )
    else:
        status, reason = _pick(in_words(found.status, STATUSES), zh=zh), found.reason
        lines.append(status + ("" if reason is None else f": {_pick(reason, zh=zh)}"))
    if at.rank_p05 is not None and at.rank_p95 is not None:
        stability = "" if at.stability is None else _pick(in_words(at.stability, STABILITIES), zh=zh)
        share = f"{at.top10_acceptability or 0.0:.0%}"
        lines.append(
            f"权重与误差抽样下的名次: {at.rank_p05:.0f}-{at.rank_p95:.0f} (5%-95%), 进入前十的概率 {share}, {stability}"
            if zh
            else f"Rank when weights and errors are drawn: {at.rank_p05:.0f}-{at.rank_p95:.0f} (5-95 %), "
            f"in the top ten with probability {share}; {stability}"
        )
    lines += _hypothetical(found, zh=zh)
    return [Line(line) for line in lines]


def _hypothetical(found: Explanation, *, zh: bool) -> list[str]:
    at = found.standing
    if at.would_score is not None:
        return [
            f"若不被排除, 按剩余用地的指标得分为 {at.would_score:.3f}, 约第 {at.would_rank} 名 (仅供比较)"
            if zh
            else f"Were it not excluded, the land that is left would score {at.would_score:.3f}, about rank "
            f"{at.would_rank} (for comparison only)"
        ]
    if at.score_low is not None and at.score_high is not None:
        return [
            f"缺失指标取最差与最好时: 得分 {at.score_low:.3f}-{at.score_high:.3f}, 名次 {at.rank_low}-{at.rank_high}"
            if zh
            else f"With what is missing at its worst and its best: score {at.score_low:.3f}-{at.score_high:.3f}, rank "
            f"{at.rank_low}-{at.rank_high}"
        ]
    return []


def _room(found: Explanation, *, zh: bool) -> RenderableType:
    room = found.room
    excluded = MISSING if room.excluded_share is None else f"{room.excluded_share:.1%}"
    line = (
        f"面积 {room.area_km2:,.0f} km², 可用 {room.eligible_km2:,.0f} km² (被排除 {excluded}), "
        f"至少需要 {room.needed_km2:,.0f} km²"
        if zh
        else f"Area {room.area_km2:,.0f} km², eligible {room.eligible_km2:,.0f} km² (excluded {excluded}), needed at "
        f"least {room.needed_km2:,.0f} km²"
    )
    if room.missing_km2 > 0:
        line += f"; 还差 {room.missing_km2:,.1f} km²" if zh else f"; {room.missing_km2:,.1f} km² are missing"
    return Line(line)


def _criteria(found: Explanation, *, zh: bool) -> Table:
    names = ("指标", "数值", "单位", "得分", "权重", "贡献", "失分") if zh else (
        "criterion", "value", "unit", "score", "weight", "contribution", "lost")  # fmt: skip
    table = _table(*zip(names, (False, True, False, True, True, True, True), strict=True))
    for part in found.criteria:
        title, unit = _pick(part.title, zh=zh), _unit(part.unit, zh=zh)
        numbers = [_share(value) for value in (part.score, part.weight, part.contribution, part.loss)]
        style = None if part.weight > 0 else "dim"
        table.add_row(escape(title), _figure(part.value), escape(unit), *numbers, style=style)
    total = found.standing.score
    if found.adds_up and total is not None:
        table.add_row("合计" if zh else "together", "", "", "", "1.000", _share(total), _share(1 - total), style="bold")
    elif not found.adds_up:
        table.add_row(f"{_pick(in_words(found.method, METHODS), zh=zh)}", "", "", "", "1.000", _share(total), "")
    return table


def _rules(found: Explanation, *, zh: bool) -> list[RenderableType]:
    if not found.rules:
        return []
    known = all(rule.area_alone_km2 is not None for rule in found.rules)
    heads = (
        ("", "约束", "单独占去 km²", "依次占去 km²") if zh else ("", "rule", "takes alone km²", "takes in order km²")
    )
    table = _table(*zip(heads, (False, False, True, True), strict=True))
    sources: list[RenderableType] = []
    for rule in found.rules:
        mark = ("未过" if zh else "fails") if rule.failed else ""
        style = "bold red" if rule.failed else None
        areas = [_figure(area) for area in (rule.area_alone_km2, rule.area_in_order_km2)]
        table.add_row(mark, escape(_pick(rule.title, zh=zh)), *areas, style=style)
        if rule.failed:
            said = f"{_pick(rule.title, zh=zh)} - {'依据' if zh else 'basis'}: {_pick(rule.source, zh=zh)}"
            sources.append(_indented(said))
    if not known:
        older = Text(
            zh="该结果由旧版本写成, 没有分区域的占地; 只有 first_failed_rule 与 excluded_share 可查",
            en="An older version wrote this folder, without areas by zone: first_failed_rule and excluded_share tell",
        )
        sources.append(_said(older, zh=zh))
    return [table, *sources]


def _unchecked(found: Explanation, *, zh: bool) -> list[RenderableType]:
    if not found.unchecked_rules:
        return []
    titles = [_pick(rule.title, zh=zh) for rule in found.unchecked_rules]
    screening = Text(zh="本结果为初筛, 不得作为选址依据", en="This is a screening, not a siting verdict.")
    return [_indented(("、" if zh else ", ").join(titles)), _said(screening, zh=zh)]


def _improvements(found: Explanation, *, zh: bool) -> list[RenderableType]:
    rank = found.standing.rank
    if rank is not None and rank <= found.top:
        return [_said(Text(zh=f"已在前 {found.top} 名之内", en=f"It is among the top {found.top} already"), zh=zh)]
    if not found.improvements:
        return _first_of_all(found, zh=zh)
    heads = ("指标", "现值", "需要", "单位", "现得分", "需得分", "满分时名次") if zh else (
        "criterion", "now", "needed", "unit", "score", "score needed", "rank at score 1")  # fmt: skip
    table = _table(*zip(heads, (False, True, True, False, True, True, True), strict=True))
    for item in found.improvements:
        title, unit = escape(_pick(item.title, zh=zh)), escape(_unit(item.unit, zh=zh))
        alone = "单靠此项不可达" if zh else "not by this alone"
        needed = _figure(item.value_needed) if item.reachable else alone
        scores = [_share(item.score), _share(item.score_needed), str(item.rank_at_best)]
        table.add_row(title, _figure(item.value), needed, unit, *scores, style=None if item.reachable else "dim")
    return [table]


def _first_of_all(found: Explanation, *, zh: bool) -> list[RenderableType]:
    """Return what an excluded zone needs before any score counts."""
    rule = next((rule for rule in found.rules if rule.failed), None)
    if rule is None:
        return []
    title, missing = _pick(rule.title, zh=zh), found.room.missing_km2
    if missing > 0 and not rule.whole_zone:
        line = (
            f"首先要有 {missing:,.1f} km² 不再被“{title}”等约束占去, 才能参评"
            if zh
            else f"Before any score counts, {missing:,.1f} km² more must pass the rules, first of all: {title}"
        )
    else:
        line = f"“{title}”把整个区域排除, 与面积无关" if zh else f"The whole zone is out, whatever its area: {title}"
    return [_indented(line)]


def _similar(found: Explanation, *, zh: bool) -> list[RenderableType]:
    if not found.similar:
        return []
    heads = (
        ("名次", "地方", "得分", "距离", "主要强在")
        if zh
        else ("rank", "place", "score", "distance", "ahead mostly in")
    )
    table = _table(*zip(heads, (True, False, True, True, False), strict=True))
    titles = {part.name: _pick(part.title, zh=zh) for part in found.criteria}
    for place in found.similar:
        words = place_words(place.name, place.prefecture, place.province)
        where = "".join(reversed(words)) + f" {place.name}" if zh else ", ".join([place.name, *words])
        ahead = MISSING if place.ahead_in is None else titles[place.ahead_in]
        table.add_row(str(place.rank), escape(where), _share(place.score), _share(place.distance), escape(ahead))
    return [table, _said(found.similarity_meaning, zh=zh)]


def _figures(found: Explanation, *, zh: bool) -> list[RenderableType]:
    if not found.figures:
        return []
    table = _table(
        ("项目" if zh else "what", False), ("数值" if zh else "value", True), ("单位" if zh else "unit", False)
    )
    for item in found.figures:
        unit = escape(_unit(item.unit, zh=zh))
        said = WORDS.get(item.value) if isinstance(item.value, str) else None
        value = _figure(item.value) if said is None else escape(_pick(said, zh=zh))
        table.add_row(escape(_pick(item.title, zh=zh)), value, unit)
    return [table]
