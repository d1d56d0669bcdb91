"""What the outputs call units, criterion groups, qualities, statuses and reasons, in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from geotransfer.types import Text

__all__ = [
    "AMOUNTS", "CO2_VERDICTS", "COST_COLUMNS", "COST_TERMS", "ERROR_SCOPES", "GROUPS", "METHODS", "MODES",
    "NOT_GIVEN", "POLICY_DIRECTIONS", "POLICY_KINDS", "POWER_MODES", "POWER_TERMS", "QUALITIES", "REASONS",
    "STABILITIES", "STATUSES", "UNITS", "WEIGHTINGS", "ZONE_VALUES", "amount_words", "column_words", "in_words",
    "place_words",
]  # fmt: skip

COST_TERMS: Mapping[str, Text] = {
    "power": Text(zh="电费", en="power"),
    "freight": Text(zh="运费", en="freight"),
    "freight_in": Text(zh="运入", en="freight in"),
    "freight_out": Text(zh="运出", en="freight out"),
    "carbon": Text(zh="碳成本", en="carbon"),
    "water": Text(zh="水费", en="water"),
    "labour": Text(zh="人工", en="labour"),
}
"""Term of the delivered cost -> as every output calls it."""
COST_COLUMNS: Mapping[str, str] = {
    "cost_power_yuan_per_unit": "power",
    "freight_cost_yuan_per_unit": "freight",
    "cost_carbon_yuan_per_unit": "carbon",
    "cost_water_yuan_per_unit": "water",
    "cost_labour_yuan_per_unit": "labour",
}
"""Column of the ranking -> the term it holds, in the order they are drawn."""
UNITS: Mapping[str, Text] = {
    "1": Text(zh="无量纲", en="no unit"),
    "0..1": Text(zh="0–1", en="0–1"),
    "%": Text(zh="%", en="%"),
    "deg": Text(zh="度", en="degrees"),
    "m": Text(zh="米", en="m"),
    "km": Text(zh="公里", en="km"),
    "m2": Text(zh="平方米", en="m²"),
    "km2": Text(zh="平方公里", en="km²"),
    "mm": Text(zh="毫米", en="mm"),
    "m/s": Text(zh="米/秒", en="m/s"),
    "degC": Text(zh="摄氏度", en="°C"),
    "a": Text(zh="年", en="years"),
    "1/a": Text(zh="每年", en="1/a"),
    "h": Text(zh="小时", en="hours"),
    "h/a": Text(zh="小时/年", en="hours/a"),
    "kW": Text(zh="千瓦", en="kW"),
    "MW": Text(zh="兆瓦", en="MW"),
    "kWh": Text(zh="千瓦时", en="kWh"),
    "kWh/t": Text(zh="千瓦时/吨", en="kWh/t"),
    "kWh/m2/a": Text(zh="千瓦时/(平方米·年)", en="kWh/m²/a"),
    "kWh/kW/a": Text(zh="千瓦时/(千瓦·年)", en="kWh/kW/a"),
    "t": Text(zh="吨", en="t"),
    "t/a": Text(zh="吨/年", en="t/a"),
    "yuan": Text(zh="元", en="yuan"),
    "yuan/kWh": Text(zh="元/千瓦时", en="yuan/kWh"),
    "yuan/kW": Text(zh="元/千瓦", en="yuan/kW"),
    "yuan/kW/a": Text(zh="元/(千瓦·年)", en="yuan/kW/a"),
    "yuan/kg": Text(zh="元/千克", en="yuan/kg"),
    "yuan/t": Text(zh="元/吨", en="yuan/t"),
    "yuan/t/km": Text(zh="元/(吨·公里)", en="yuan/t/km"),
    "yuan/m3": Text(zh="元/立方米", en="yuan/m³"),
    "yuan/unit": Text(zh="元/产品单位", en="yuan/unit"),
    "m3/unit": Text(zh="立方米/产品单位", en="m³/unit"),
    "m3/a": Text(zh="立方米/年", en="m³/a"),
    "tCO2/unit": Text(zh="吨CO₂/产品单位", en="tCO₂/unit"),
    "kgCO2/kWh": Text(zh="千克CO₂/千瓦时", en="kgCO₂/kWh"),
    "tCO2/t": Text(zh="吨CO₂/吨", en="tCO₂/t"),
    "tCO2/a": Text(zh="吨CO₂/年", en="tCO₂/a"),
    "persons": Text(zh="人", en="persons"),
    "per row": Text(zh="见各行", en="per row"),
    "class 1 (best) to 4": Text(zh="类,1(最好)至 4", en="class 1 (best) to 4"),
    "% of possible hours": Text(zh="%(占可照时数)", en="% of possible hours"),
}
"""As the catalogue and the scenarios write a unit -> as it is shown."""

CO2_VERDICTS: Mapping[str, Text] = {
    "less": Text(zh="减少", en="less"),
    "more": Text(zh="增加", en="more"),
    "no clear change": Text(zh="无明显变化", en="no clear change"),
    "depends on the accounting": Text(zh="取决于核算口径", en="depends on the accounting"),
    "unknown": Text(zh="未知", en="unknown"),
}
"""What a move does to CO2, as `carbon_change` says it -> as it is shown."""

GROUPS: Mapping[str, Text] = {
    "power cost": Text(zh="用电成本", en="power cost"),
    "power carbon": Text(zh="用电碳排放", en="power carbon"),
    "freight": Text(zh="物流", en="freight"),
    "land": Text(zh="土地", en="land"),
    "people and base": Text(zh="人口与产业基础", en="people and base"),
    "policy": Text(zh="政策", en="policy"),
}
QUALITIES: Mapping[str, Text] = {
    "measured": Text(zh="实测", en="measured"),
    "official": Text(zh="官方", en="official"),
    "modelled": Text(zh="模拟", en="modelled"),
    "assumption": Text(zh="假设", en="assumption"),
    "not stated": Text(zh="未注明", en="not stated"),
}
ERROR_SCOPES: Mapping[str, Text] = {
    "national": Text(zh="误差全国一致", en="error common to the country"),
    "province": Text(zh="误差全省一致", en="error common to a province"),
    "price area": Text(zh="误差在同一电价区一致", en="error common to a price area"),
    "field": Text(zh="误差随空间连续变化", en="error varies as a field"),
    "zone": Text(zh="误差各区独立", en="error of the single zone"),
}
ZONE_VALUES: Mapping[str, Text] = {
    "best_site": Text(zh="最佳场址", en="best site"),
    "mean": Text(zh="平均值", en="mean"),
}
STATUSES: Mapping[str, Text] = {
    "ranked": Text(zh="参与排名", en="Ranked"),
    "excluded": Text(zh="排除", en="Excluded"),
    "unknown": Text(zh="未知 (缺数据)", en="Unknown (no data)"),
}
REASONS: Mapping[str, Text] = {
    "no_room": Text(zh="剩余可用地不足", en="too little eligible land left"),
    "too_small": Text(zh="区域本身过小", en="the zone itself is too small"),
    "nodata": Text(zh="无数据", en="no data"),
    "outside": Text(zh="位于中国及图层范围之外", en="the zone lies outside China and outside the layers"),
}
"""Why a zone has no rank, where neither a rule nor a criterion is to blame."""
STABILITIES: Mapping[str, Text] = {
    "robust": Text(zh="稳健", en="robust"),
    "likely": Text(zh="较可能", en="likely"),
    "depends on the weights": Text(zh="取决于权重", en="depends on the weights"),
    "unlikely": Text(zh="不太可能", en="unlikely"),
}
"""How often a zone is among the best tenth over the draws, most often first."""
METHODS: Mapping[str, Text] = {
    "weighted_sum": Text(zh="加权和", en="weighted sum"),
    "weighted_product": Text(zh="加权积", en="weighted product"),
    "owa": Text(zh="有序加权平均 (OWA)", en="ordered weighted average (OWA)"),
    "topsis": Text(zh="TOPSIS", en="TOPSIS"),
    "topsis_vector": Text(zh="TOPSIS (向量归一化)", en="TOPSIS (vector normalisation)"),
    "topsis_minmax": Text(zh="TOPSIS (极差归一化)", en="TOPSIS (min-max normalisation)"),
    "spotis": Text(zh="SPOTIS", en="SPOTIS"),
    "vikor": Text(zh="VIKOR", en="VIKOR"),
    "promethee_ii": Text(zh="PROMETHEE II", en="PROMETHEE II"),
}
MODES: Mapping[str, Text] = {
    "rail": Text(zh="铁路", en="rail"),
    "road": Text(zh="公路", en="road"),
    "river": Text(zh="内河", en="river"),
    "sea": Text(zh="海运", en="sea"),
}
WEIGHTINGS: Mapping[str, Text] = {
    "direct": Text(zh="直接给定", en="given directly"),
    "comparisons": Text(zh="两两比较 (AHP)", en="pairwise comparisons (AHP)"),
    "rank_order": Text(zh="重要性排序", en="order of importance"),
    "swing": Text(zh="摆幅法", en="swings"),
    "entropy": Text(zh="熵权法", en="entropy"),
    "critic": Text(zh="CRITIC", en="CRITIC"),
    "standard_deviation": Text(zh="标准差法", en="standard deviation"),
    "merec": Text(zh="MEREC", en="MEREC"),
    "combined": Text(zh="主客观组合赋权", en="what people say and what the data say, combined"),
}
"""Where the weights of a scenario come from."""
POWER_MODES: Mapping[str, Text] = {
    "benchmark": Text(zh="网电", en="from the grid"),
    "industry": Text(zh="行业报道价", en="at what the industry was reported to pay"),
    "captive_coal": Text(zh="自备煤电", en="captive coal"),
    "green_direct": Text(zh="网电加自建风光", en="from the grid and own wind and sun"),
}
POWER_TERMS: Mapping[str, Text] = {
    "energy": Text(zh="电能", en="energy"),
    "transmission": Text(zh="输配电价", en="transmission and distribution"),
    "losses": Text(zh="线损", en="losses"),
    "system_operation": Text(zh="系统运行费", en="system operation"),
    "funds": Text(zh="政府性基金", en="government funds"),
    "demand": Text(zh="需量电费", en="demand charge"),
    "plant": Text(zh="自备电厂", en="captive plant"),
    "backup": Text(zh="系统备用费", en="reserve fee"),
    "green": Text(zh="自建风光", en="own wind and sun"),
    "storage": Text(zh="储能", en="storage"),
    "all_in": Text(zh="综合电价", en="all terms in one"),
}
POLICY_DIRECTIONS: Mapping[str, Text] = {
    "encouraged": Text(zh="鼓励(附条件)", en="encouraged, with conditions"),
    "allowed": Text(zh="允许", en="allowed"),
    "banned": Text(zh="禁止", en="banned"),
    "unknown": Text(zh="未知(不等于允许)", en="unknown (which is not allowed)"),
}
POLICY_KINDS: Mapping[str, Text] = {
    "labour_intensive": Text(zh="劳动密集型产业", en="labour-intensive industry"),
    "technology_intensive": Text(zh="技术密集型产业", en="technology-intensive industry"),
    "energy_intensive": Text(zh="高载能产业", en="energy-intensive industry"),
    "producer_services": Text(zh="生产性服务业", en="producer services"),
}
NOT_GIVEN: Mapping[str, Text] = {
    "given by the user": Text(zh="用户提供", en="given by the user"),
    "not stated": Text(zh="未注明", en="not stated"),
}
"""What is said of the source and licence of a user's own file."""


def in_words(value: str | Mapping[str, str], words: Mapping[str, Text]) -> Text:
    """Return what `value` is called: itself where `words` does not know it, or where it is already in two languages.

    Examples
    --------
    >>> in_words("yuan/kWh", UNITS).zh
    '元/千瓦时'
    >>> in_words("furlong", UNITS)
    Text(zh='furlong', en='furlong')
    >>> in_words({"zh": "电价", "en": "power price"}, UNITS).en
    'power price'
    """
    if isinstance(value, str):
        return words.get(value, Text(zh=value, en=value))
    return Text(zh=value["zh"], en=value["en"])


def place_words(name: str, prefecture: str, province: str) -> list[str]:
    """Return what stands behind a zone's name to say where it is, each name once.

    Examples
    --------
    >>> place_words("城北区", "西宁市", "青海省")
    ['西宁市', '青海省']
    >>> place_words("朝阳区", "北京市", "北京市"), place_words("嘉峪关市", "嘉峪关市", "甘肃省")
    (['北京市'], ['甘肃省'])
    """
    return [place for place in dict.fromkeys((prefecture, province)) if place not in ("", name)]


AMOUNTS: Mapping[str, tuple[tuple[tuple[float, str], ...], tuple[tuple[float, str], ...]]] = {
    "t/a": (((1e4, "万吨/年"), (1, "吨/年")), ((1e6, "Mt/a"), (1e3, "kt/a"), (1, "t/a"))),
    "t CO2/a": (((1e4, "万吨 CO₂/年"), (1, "吨 CO₂/年")), ((1e6, "Mt CO₂/a"), (1e3, "kt CO₂/a"), (1, "t CO₂/a"))),
    "yuan/a": (
        ((1e8, "亿元/年"), (1e4, "万元/年"), (1, "元/年")),
        ((1e9, "billion yuan/a"), (1e6, "million yuan/a"), (1, "yuan/a")),
    ),
    "kWh/a": (
        ((1e8, "亿千瓦时/年"), (1e4, "万千瓦时/年"), (1, "千瓦时/年")),
        ((1e9, "TWh/a"), (1e6, "GWh/a"), (1, "kWh/a")),
    ),
    "tce/a": (((1e4, "万吨标准煤/年"), (1, "吨标准煤/年")), ((1e3, "ktce/a"), (1, "tce/a"))),
    "m3/a": (((1e8, "亿立方米/年"), (1e4, "万立方米/年"), (1, "立方米/年")), ((1e6, "million m³/a"), (1, "m³/a"))),
    "m2": (((1e4, "公顷"), (1, "平方米")), ((1e4, "ha"), (1, "m²"))),
    "persons": (((1e4, "万人"), (1, "人")), ((1, "persons"),)),
    "plants": (((1, "座"),), ((1, "plants"),)),
}  # fmt: skip
"""Unit -> how large amounts of it are told, the largest first, in Chinese and in English."""


def amount_words(value: float, unit: str) -> Text:
    """Return an amount as both languages count it: 万 and 亿, thousand and million.

    Parameters
    ----------
    value : float
        NaN gives a dash.
    unit : str
        One of `AMOUNTS`; any other is written behind the number.

    Examples
    --------
    >>> amount_words(4e5, "t/a")
    Text(zh='40 万吨/年', en='400 kt/a')
    >>> amount_words(-6.25e8, "yuan/a").zh
    '-6.25 亿元/年'
    """
    if not math.isfinite(value):
        return Text(zh="–", en="–")
    zh, en = AMOUNTS.get(unit, (((1, unit),), ((1, unit),)))
    return Text(zh=_stepped(value, zh), en=_stepped(value, en))


def column_words(values: Iterable[float], unit: str) -> tuple[Text, list[Text]]:
    """Return amounts of one column in one unit, that of the largest: the unit, and the numbers alone.

    Examples
    --------
    >>> column_words([-1.5e6, 5e5], "t/a")
    (Text(zh='万吨/年', en='Mt/a'), [Text(zh='-150', en='-1.5'), Text(zh='50', en='0.5')])
    """
    amounts = list(values)
    largest = max((abs(one) for one in amounts if math.isfinite(one)), default=0.0)
    steps = AMOUNTS.get(unit, (((1, unit),), ((1, unit),)))
    zh, en = (next((step for step in each if largest >= step[0]), each[-1]) for each in steps)
    sizes = ((zh[0], ""),), ((en[0], ""),)
    told = [Text(*(_stepped(one, size) if math.isfinite(one) else "–" for size in sizes)) for one in amounts]
    return Text(zh=zh[1], en=en[1]), told


def _stepped(value: float, steps: tuple[tuple[float, str], ...]) -> str:
    """Return the value in the first unit that it holds at least once, to three digits or whole."""
    size, unit = next((step for step in steps if abs(value) >= step[0]), steps[-1])
    amount = value / size
    decimals = max(0, 2 - int(math.log10(max(abs(amount), 1.0))))
    text = f"{amount:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{'0' if text == '-0' else text} {unit}".strip()
