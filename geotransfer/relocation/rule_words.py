"""What the rules of a plan are called and ask, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from geotransfer.types import Text

__all__ = ["rule_words"]

EXACT: Mapping[str, Text] = {
    "offer": Text(zh="转出地可转出的产能", en="capacity offered"),
    "moved": Text(zh="必须转移的产能", en="what must move"),
    "origin guard": Text(zh="转出地保底 (防空心化)", en="origin guard (against hollowing out)"),
    "chain core": Text(zh="产业链核心保留", en="the chain's core stays"),
    "aggregate guard": Text(zh="转出地总量保底 (按价值)", en="origin guard over all industries, by value"),
    "special areas": Text(zh="特殊类型地区的最低份额", en="least share of special areas"),
    "largest plant": Text(zh="单厂规模上限", en="largest plant"),
    "smallest plant": Text(zh="单厂规模下限", en="smallest plant"),
    "smallest lot": Text(zh="单笔转移下限", en="smallest lot"),
    "way used": Text(zh="单笔转移上限", en="largest lot"),
    "plants per zone": Text(zh="每个区域的工厂数", en="plants per zone"),
    "net CO2": Text(zh="碳排放净变化上限", en="cap on the net change of CO₂"),
}
STARTS: Mapping[str, Text] = {
    "share of a province in ": Text(zh="单省份额上限 (防同质化): {}", en="cap on one province's share: {}"),
    "places that take ": Text(zh="承接地个数上限: {}", en="cap on the number of places: {}"),
    "Herfindahl ceiling of ": Text(zh="集中度 (赫芬达尔) 上限: {}", en="Herfindahl ceiling: {}"),
    "national ceiling of ": Text(zh="全国产能上限: {}", en="national ceiling: {}"),
    "backup site of ": Text(zh="备份厂址: {}", en="backup site: {}"),
    "chain ": Text(zh="链式转移: {}", en="chain: {}"),
    "quota of ": Text(zh="省级指标: {}", en="provincial quota: {}"),
}
RESOURCES: Mapping[str, Text] = {
    "electricity": Text(zh="用电", en="electricity"),
    "energy": Text(zh="能耗", en="energy"),
    "water": Text(zh="用水", en="water"),
    "land": Text(zh="用地", en="land"),
    "jobs": Text(zh="用工", en="labour"),
    "co2": Text(zh="碳排放", en="CO₂"),
}


def rule_words(name: str, industries: Mapping[str, Text] | None = None) -> Text:
    """Return what a constraint of a plan is called; a name that is not known here (a region's own) as it is.

    Parameters
    ----------
    name : str
        Of the constraint.
    industries : mapping, optional
        What each industry is called.

    Examples
    --------
    >>> rule_words("national ceiling of aluminium", {"aluminium": Text(zh="电解铝", en="aluminium")}).zh
    '全国产能上限: 电解铝'
    >>> rule_words("water").zh
    '各区域用水上限'
    """
    if name in EXACT:
        return EXACT[name]
    if name in RESOURCES:
        return Text(zh=f"各区域{RESOURCES[name].zh}上限", en=f"limit of each zone: {RESOURCES[name].en}")
    for start, words in STARTS.items():
        if name.startswith(start):
            rest = name.removeprefix(start)
            about = (industries or {}).get(rest) or RESOURCES.get(rest, Text(zh=rest, en=rest))
            return Text(zh=words.zh.format(about.zh), en=words.en.format(about.en))
    return Text(zh=name, en=name)
