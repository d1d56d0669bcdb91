"""What a reader must know of a rule that does not simply forbid what its test finds."""

from __future__ import annotations

from pathlib import Path

from geotransfer.spec.rules import ContiguousTest, ForceIncludeTest, Rule
from geotransfer.types import Text

__all__ = ["rule_note"]


def rule_note(rule: Rule) -> Text | None:
    """Return one sentence on how the rule is limited; None where it is not.

    Examples
    --------
    >>> text = Text(zh="甲", en="a")
    >>> rule_note(Rule(title=text, basis=text, file="farmland.gpkg", share=0.5)).en
    'takes 50 % of what it hits'
    """
    test = rule.active_test
    if isinstance(test, ForceIncludeTest):
        over = ", ".join(test.over)
        return Text(zh=f"强制纳入: 撤销 {over} 在此处的排除", en=f"forced inclusion: undoes {over} there")
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
        name = rule.extent.layer or Path(str(rule.extent.file)).name
        zh.append(f"仅在 {name} 范围内适用")
        en.append(f"judges only where {name} holds")
    if rule.share < 1:
        zh.append(f"取其命中面积的 {rule.share:.0%}")
        en.append(f"takes {100 * rule.share:g} % of what it hits")
    return Text(zh="; ".join(zh), en="; ".join(en)) if zh else None
