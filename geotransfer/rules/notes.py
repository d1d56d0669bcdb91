"""What a reader must know of a rule that does not simply forbid what its test finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from geotransfer.catalog.entries import layer_entry
from geotransfer.spec.places import Place, RasterPlace
from geotransfer.spec.rules import ContiguousTest, ForceIncludeTest, Rule
from geotransfer.types import Text

__all__ = ["rule_note"]


def rule_note(rule: Rule, titles: Mapping[str, Text]) -> Text | None:
    """Return one sentence on how the rule is limited; None where it is not. `titles` are those of all rules.

    Examples
    --------
    >>> text = Text(zh="甲", en="a")
    >>> rule_note(Rule(title=text, basis=text, file="farmland.gpkg", share=0.5), {}).en
    'takes 50 % of what it hits'
    """
    test = rule.active_test
    if isinstance(test, ForceIncludeTest):
        over = [titles[name] for name in test.over]
        return Text(
            zh=f"强制纳入: 撤销此处的排除({'、'.join(title.zh for title in over)})",
            en=f"forced inclusion: undoes there {', '.join(title.en for title in over)}",
        )
    if isinstance(test, ContiguousTest):
        return Text(
            zh=f"排除小于 {test.min_area_km2:g} km² 的连片地块 ({test.neighbours} 邻域)",
            en=f"patches below {test.min_area_km2:g} km2 ({test.neighbours} neighbours), of what all other rules leave",
        )
    zh, en = [], []
    if rule.inverse:
        zh.append("仅其命中的土地可用")
        en.append("only the land its test finds is allowed")
    if rule.extent is not None:
        place = _place(rule.extent)
        zh.append(f"仅在{place.zh}适用")
        en.append(f"judges only {place.en}")
    if rule.share < 1:
        zh.append(f"取其命中面积的 {rule.share:.0%}")
        en.append(f"takes {100 * rule.share:g} % of what it hits")
    return Text(zh="; ".join(zh), en="; ".join(en)) if zh else None


def _place(place: Place) -> Text:
    name = Path(str(place.file)).name
    title = layer_entry(place.layer).title if place.layer else Text(zh=name, en=name)
    if isinstance(place, RasterPlace):
        return Text(zh=f"“{title.zh}”满足所给条件处", en=f"where {title.en} keeps the limits given")
    return Text(zh=f"“{title.zh}”范围内", en=f"inside {title.en}")
