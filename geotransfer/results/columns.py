"""What each column of the ranking means: unit, meaning in both languages, source."""

# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterable

from geotransfer.results.result import Column
from geotransfer.spec.criteria import Criterion
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.scoring import curve_words, shown_points
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
POWER_TABLES = "power-price-terms, power-price-parameters, coal-benchmark-tariff, hydro"
POWER = (
    ("power_price_yuan_per_kwh", "yuan/kWh", "到厂电价(含税,各分项之和)", "price of power at the gate, sum of its terms", POWER_TABLES),
    ("power_price_low", "yuan/kWh", "到厂电价低值(各分项同时取低)", "all terms low at once", POWER_TABLES),
    ("power_price_high", "yuan/kWh", "到厂电价高值(各分项同时取高)", "all terms high at once", POWER_TABLES),
    ("power_energy", "yuan/kWh", "电能(上网侧)", "energy bought on the generation side, or coal burnt", POWER_TABLES),
    ("power_transmission", "yuan/kWh", "输配电价(两部制,220 千伏,2026 年)", "transmission and distribution, two-part, 220 kV, of 2026", "power-price-terms"),
    ("power_losses", "yuan/kWh", "线损折价", "grid losses", "power-price-terms"),
    ("power_system_operation", "yuan/kWh", "系统运行费(假设)", "system operation fee (assumption)", "power-price-parameters"),
    ("power_funds", "yuan/kWh", "政府性基金及附加", "government funds", "power-price-terms"),
    ("power_demand", "yuan/kWh", "需量电费折合", "demand charge per kWh at the load factor", "power-price-terms"),
    ("power_plant", "yuan/kWh", "自备电厂成本(不含煤,假设)", "captive plant without its coal (assumption)", "power-price-parameters"),
    ("power_backup", "yuan/kWh", "自备电厂系统备用费(假设)", "reserve fee of a captive plant (assumption)", "power-price-parameters"),
    ("power_green", "yuan/kWh", "自建风光及专线(计入份额)", "own wind and sun with their line, for the share counted", "lcoe-green, renewable-utilisation"),
    ("power_storage", "yuan/kWh", "储能", "storage", "scenario"),
    ("power_all_in", "yuan/kWh", "行业电价(报道值,仅数量级)", "what the industry was reported to pay (order of size)", "industry-power-prices"),
    ("power_price_wet", "yuan/kWh", "丰水期网电到厂价;非水电主导地区为空", "price of grid power in the wet season; empty where hydro does not set it", "hydro"),
    ("power_price_dry", "yuan/kWh", "枯水期网电到厂价;非水电主导地区为空", "price of grid power in the dry season; empty where hydro does not set it", "hydro"),
    ("power_green_share", "0..1", "计入的自建绿电比例", "share of own wind and sun that is counted", "scenario"),
    ("co2_average_kg_per_kwh", "kgCO2/kWh", "用电碳排放:省级平均因子口径", "carbon of power, average book (provincial factor)", "grid-emission-factors"),
    ("co2_contract_kg_per_kwh", "kgCO2/kWh", "用电碳排放:合同口径(其余电量按剩余因子)", "carbon of power, contract book (residual factor for the rest)", "grid-emission-factors"),
    ("co2_marginal_kg_per_kwh", "kgCO2/kWh", "用电碳排放:边际口径(化石因子)", "carbon of power, marginal book (fossil factor)", "grid-emission-factors"),
    ("dry_season_shortfall", "0..1", "枯水期供电缺口(水电占比 × 枯水期出力不足,假设)", "share of supply missing in the dry season: hydro share x (1 - firmness) (assumption)", "hydro"),
    ("dry_season_risk", "0/1", "枯水期限电风险:1 为全天候负荷在枯水期可能被限电", "1: a load that never pauses should expect cuts in the dry season", "hydro"),
)  # fmt: skip
RATES = "freight-modes, freight-lines"
FREIGHT = (
    ("freight_cost_yuan_per_unit", "yuan/t", "每吨产品的运费:原料运入与产品运出(铁路中值费率)", "freight of a tonne of product: inputs in, product out (rail rate: mid)", RATES),
    ("freight_cost_low", "yuan/t", "运费,铁路低费率", "freight at the low rail rate", RATES),
    ("freight_cost_high", "yuan/t", "运费,铁路高费率", "freight at the high rail rate", RATES),
    ("product_unit", "", "产品计量单位", "unit of the product", "scenario"),
    ("corridor_benefit_yuan_per_t", "yuan/t", "通道带来的节省:无通道运费减有通道运费(铁路中值费率)", "what the corridor saves: cost without it minus cost with it (rail rate: mid)", RATES),
    ("corridor_benefit_low", "yuan/t", "通道节省,铁路低费率", "the same at the low rail rate", RATES),
    ("corridor_benefit_high", "yuan/t", "通道节省,铁路高费率", "the same at the high rail rate", RATES),
)  # fmt: skip
POLICY = (
    ("policy_direction", "", "政策方向:encouraged 鼓励(附条件)、allowed 允许、banned 禁止、unknown 未知;产业目录未录入,未知不等于允许", "encouraged (with conditions), allowed, banned or unknown; the lists of the state are fragments, unknown is not allowed", "policy-transfer-opinion, policy-list-rows, own lists"),
    ("policy_special_area", "", "已知所属的特殊类型地区(分号分隔);空为未列入(名单不全,不等于不是):old_revolutionary_city 革命老区重点城市、resource_exhausted_city 资源枯竭型城市、demonstration_zone 承接产业转移示范区、demonstration_park 转型升级示范开发区所在县、ecology_function_county 国家重点生态功能区县", "special areas the zone is known to belong to, joined by ;; empty = not listed (the lists are incomplete, so that it may still be one)", "policy-special-areas, policy-demonstration-zones, policy-parks-yangtze-2016"),
)  # fmt: skip

COST = "industries, industry-prices"
INDUSTRY = (
    ("rank_cost", "1", "按单位交付成本的名次,1 为最低;只有参与排名的区域有值", "rank by delivered cost, 1 = cheapest; only ranked zones have one", GEOTRANSFER),
    ("delivered_cost_yuan_per_unit", "yuan/unit", "单位产品交付成本:电费 + 运入 + 运出 + 碳 (+ 水、人工),各分项之和", "delivered cost of a unit of product: power + freight in + freight out + carbon (+ water, labour), the sum of its terms", COST),
    ("delivered_cost_p05", "yuan/unit", "交付成本在误差抽样下的 5 % 分位", "5th percentile of the delivered cost over the draws of its errors", "robustness"),
    ("delivered_cost_p95", "yuan/unit", "交付成本在误差抽样下的 95 % 分位", "95th percentile of the delivered cost over the draws of its errors", "robustness"),
    ("cost_power_yuan_per_unit", "yuan/unit", "电费:到厂电价 × 单位电耗", "power: price at the gate x electricity per unit", COST),
    ("freight_in_yuan_per_unit", "yuan/unit", "原料运入运费(铁路中值费率)", "freight of the inputs (rail rate: mid)", RATES),
    ("freight_out_yuan_per_unit", "yuan/unit", "产品运出运费(铁路中值费率)", "freight of the product (rail rate: mid)", RATES),
    ("cost_carbon_yuan_per_unit", "yuan/unit", "碳成本:碳价 × 单位排放(平均因子口径,含已知的燃料与过程排放)", "carbon: its price x CO2 per unit (average book, with the fuel and process CO2 that is known)", COST),
    ("cost_water_yuan_per_unit", "yuan/unit", "水费:水价 × 单位取水量", "water: its price x water per unit", COST),
    ("cost_labour_yuan_per_unit", "yuan/unit", "人工成本(方案给定)", "labour (given by the scenario)", "scenario"),
    ("saving_yuan_per_unit", "yuan/unit", "比转出地节省:转出地成本减本地成本,大于 0 为更便宜", "saved against the origin: cost there minus cost here, above 0 = cheaper here", COST),
    ("co2_t_per_unit", "tCO2/unit", "单位产品碳排放:用电(平均因子口径) + 燃料 + 过程", "CO2 per unit of product: power (average book) + fuel + process", COST),
    ("co2_change_average_t_per_unit", "tCO2/unit", "迁移带来的碳排放变化(本地减转出地),平均因子口径", "change of CO2 by the move (here minus origin), average book", COST),
    ("co2_change_contract_t_per_unit", "tCO2/unit", "迁移带来的碳排放变化,合同口径", "change of CO2 by the move, contract book", COST),
    ("co2_change_marginal_t_per_unit", "tCO2/unit", "迁移带来的碳排放变化,边际口径", "change of CO2 by the move, marginal book", COST),
    ("co2_verdict", "", "三种口径的结论:less 减少、more 增加、no clear change 无明显变化、depends on the accounting 取决于口径、unknown 未知", "verdict of the three books: less, more, no clear change, depends on the accounting, unknown", COST),
    ("water_m3_per_unit", "m3/unit", "单位产品取水量", "water intake per unit of product", "industries"),
    ("water_m3_per_year", "m3/a", "项目年取水量:单位取水量 × 年产量", "water intake of the plant in a year: per unit x annual output", "industries"),
    ("water_note", "", "水约束提示:黄河流域各省在未给出用水上限时为“水约束未核查”(省界粗于流域)", "note on water: in the Yellow River provinces 水约束未核查 while no limits are given (a province is coarser than the basin)", "scenario"),
    ("product_unit", "", "产品计量单位", "unit of the product", "industries"),
)  # fmt: skip


def column_descriptions(scenario: Scenario, names: Iterable[str]) -> tuple[Column, ...]:
    """Return the descriptions of the columns `names`, in their order.

    Examples
    --------
    >>> from geotransfer.spec.scenario import scenario
    >>> [c.unit for c in column_descriptions(scenario("aluminium"), ["rank", "power_price", "score_power_price"])]
    ['1', 'yuan/kWh', '0..1']
    """
    known = {
        name: Column(name, unit, Text(zh, en), source)
        for name, unit, zh, en, source in (*HEAD, *TAIL, *POWER, *INDUSTRY, *FREIGHT, *POLICY)
    }
    for name, criterion in scenario.criteria.items():
        unit = "0..1" if criterion.categories is not None else criterion.unit
        known[name] = Column(name, unit, criterion.title, criterion.measured_from)
        known[f"score_{name}"] = Column(f"score_{name}", "0..1", _score_meaning(criterion), "scenario")
    return tuple(known[name] for name in names if name in known)


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
