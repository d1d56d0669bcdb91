"""What each column of the ranking means: unit, meaning in both languages, source."""

from __future__ import annotations

from collections.abc import Iterable

from geotransfer.spec.criteria import ColumnSource, Criterion
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.scoring import curve_words, shown_points
from geotransfer.study.result import Column
from geotransfer.types import Text

__all__ = ["column_descriptions"]

GEOTRANSFER = "geotransfer"

HEAD = (
    ("rank", "1", "名次,1 为最好;只有参与排名的区域有值", "rank, 1 = best; only ranked zones have one", GEOTRANSFER),
    ("zone", "", "区域的唯一键", "unique key of the zone", GEOTRANSFER),
    ("adcode", "", "行政区划代码,自有区域可为空", "administrative code; may be empty for own zones", "boundaries"),
    ("name", "", "名称", "name", "boundaries"),
    (
        "kind",
        "",
        "类型:county、prefecture、province、polygon、point",
        "county, prefecture, province, polygon or point",
        GEOTRANSFER,
    ),
    ("province", "", "所在省级行政区", "province (full official name)", "boundaries"),
    ("prefecture", "", "所在地级行政区", "prefecture", "boundaries"),
    (
        "region",
        "",
        "四大板块:east 东部、central 中部、west 西部、northeast 东北",
        "east, central, west or northeast",
        "regions",
    ),
    (
        "score",
        "0..1",
        "综合得分,1 为最好",
        "combined score, 1 = best",
        "score_* and the weights, by the scenario's aggregation",
    ),
    (
        "status",
        "",
        "ranked 已排名、excluded 已排除、unknown 数据不足",
        "ranked, excluded, or unknown (a weighted criterion is missing)",
        GEOTRANSFER,
    ),
)
TAIL = (
    ("score_best_site", "0..1", "按最佳场址计的得分", "score at the zone's best site", GEOTRANSFER),
    ("score_mean", "0..1", "按全部可用地平均计的得分", "score of the mean over all eligible cells", GEOTRANSFER),
    ("score_low", "0..1", "缺失指标取 0 分时的得分", "score if the missing criteria scored 0", GEOTRANSFER),
    ("score_high", "0..1", "缺失指标取 1 分时的得分", "score if the missing criteria scored 1", GEOTRANSFER),
    ("rank_in_province", "1", "在本省参评区域中的名次", "rank among the ranked zones of its province", GEOTRANSFER),
    (
        "rank_of_province",
        "1",
        "所在省份的名次(按参评区域得分的中位数)",
        "rank of its province, by the median score of the ranked zones",
        GEOTRANSFER,
    ),
    ("area_km2", "km2", "面积(等积投影)", "area on the equal-area grid", GEOTRANSFER),
    ("eligible_km2", "km2", "排除后剩余的可用面积", "area that no rule excludes", GEOTRANSFER),
    ("excluded_share", "0..1", "被排除面积 / 有数据面积", "excluded area / area with data", GEOTRANSFER),
    ("nodata_share", "0..1", "无数据面积 / 总面积", "area without data / area", GEOTRANSFER),
    (
        "first_failed_rule",
        "",
        "未通过的规则;no_room 表示剩余用地不足,veto_* 为该准则一票否决",
        "rule that excluded the zone; no_room = too little area left, veto_* = the veto of that criterion",
        GEOTRANSFER,
    ),
    (
        "reason",
        "",
        "排除:使用地不足的规则;未知:缺失的指标",
        "excluded: the rule that took the room; unknown: the missing criteria",
        GEOTRANSFER,
    ),
    (
        "rank_p05",
        "1",
        "权重与数据误差抽样下名次的 5 % 分位",
        "5th percentile of the rank over the draws of weights and errors",
        "robustness",
    ),
    (
        "rank_p95",
        "1",
        "权重与数据误差抽样下名次的 95 % 分位",
        "95th percentile of the rank over the draws of weights and errors",
        "robustness",
    ),
    (
        "top10_acceptability",
        "0..1",
        "抽样中进入前 10 名的比例",
        "share of the draws in which the zone is among the first 10",
        "robustness",
    ),
    (
        "stability",
        "",
        "稳定性:robust 稳健、likely 较可能、depends on the weights 取决于权重、unlikely 不太可能;"
        "按抽样中进入前 10 % 的比例 0.90、0.66、0.33 划分",
        "robust, likely, depends on the weights or unlikely: share of draws in the best tenth >= 0.90, 0.66, 0.33",
        "robustness",
    ),
    (
        "unchecked_rules",
        "",
        "法律要求但无数据、未核查的规则(分号分隔)",
        "rules the law asks for that had no data here, joined by ;",
        "scenario",
    ),
)


def column_descriptions(scenario: Scenario, names: Iterable[str]) -> tuple[Column, ...]:
    """Return the descriptions of the columns `names`, in their order.

    Examples
    --------
    >>> from geotransfer.spec.scenario import scenario
    >>> [c.unit for c in column_descriptions(scenario("aluminium"), ["rank", "tariff", "score_tariff"])]
    ['1', 'yuan/kWh', '0..1']
    """
    known = {name: Column(name, unit, Text(zh, en), source) for name, unit, zh, en, source in (*HEAD, *TAIL)}
    for name, criterion in scenario.criteria.items():
        unit = "0..1" if criterion.categories is not None else criterion.unit
        known[name] = Column(name, unit, criterion.title, _source(criterion))
        known[f"score_{name}"] = Column(f"score_{name}", "0..1", _score_meaning(criterion), "scenario")
    return tuple(known[name] for name in names if name in known)


def _source(criterion: Criterion) -> str:
    source = criterion.source
    if isinstance(source, ColumnSource):
        return f"column {source.column} of the zones"
    return source.layer or source.file or ""


def _score_meaning(criterion: Criterion) -> Text:
    named = curve_words(criterion)
    if named is not None:
        return Text(zh=f"{criterion.title.zh}的得分({named.zh})", en=f"score of {criterion.title.en} ({named.en})")
    points = ", ".join(f"{value:g} -> {score:g}" for value, score in shown_points(criterion))
    scale_zh, scale_en = ("(对数)", " (log scale)") if criterion.scale == "log" else ("", "")
    return Text(
        zh=f"{criterion.title.zh}的得分{scale_zh}:{points} {criterion.unit}",
        en=f"score of {criterion.title.en}{scale_en}: {points} {criterion.unit}",
    )
