"""The tables of a plan: what each column means, in which unit and from where."""

# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geotransfer.results.result import Column
from geotransfer.types import Text

__all__ = ["TABLES", "described"]

PROBLEM, RUN, PLAN, SUM = "the problem file", "the run of the industry", "the solver", "summed over the plan"
GAIN = "tonnes x the industry's value or use per tonne in the problem"
SHARED = "the agreement in [cooperation]"

ORIGIN = ("origin", "", "转出省份", "province it leaves", PROBLEM)
INDUSTRY = ("industry", "", "行业", "industry", PROBLEM)
PLACE = (
    ("zone", "", "承接地的键(区域代码)", "key of the receiving place", RUN),
    ("name", "", "承接地名称", "name of the receiving place", RUN),
    ("province", "", "承接省份", "province of the receiving place", RUN),
)
AFTER = "{zh},按协议分享之后(协议各年平均)"
QUANTITIES = (
    ("output_value_yuan", "yuan/a", "产值", "output value"),
    ("value_added_yuan", "yuan/a", "增加值", "value added"),
    ("tax_yuan", "yuan/a", "税收", "tax"),
    ("jobs", "persons", "就业", "jobs"),
    ("energy_tce", "tce/a", "能耗指标", "energy quota"),
)
LEDGER = (
    ("role", "", "角色:origin 转出地、destination 承接地、system 全系统", "origin, destination or system", PLAN),
    ("who", "", "转出省份,或承接地的键", "province it leaves, or key of the receiving place", PLAN),
    ("province", "", "所在省份", "province", PLAN),
    ("tonnes", "t/a", "产能:转出为负,承接为正", "capacity: below 0 closed, above 0 built", PLAN),
    *((name, unit, f"{zh}:转出为负", f"{en}: below 0 lost", GAIN) for name, unit, zh, en in QUANTITIES),
    ("water_m3", "m3/a", "用水:转出为负", "water: below 0 freed", GAIN),
    ("electricity_kwh", "kWh/a", "用电:转出为负", "electricity: below 0 freed", GAIN),
    ("co2_power_production_t", "t CO2/a", "用电碳排放,生产侧:记在工厂所在地(省级电网平均因子,两端购电方式与运行相同)", "CO2 of power, production side: where the plant stands (provincial averages of the grid, power bought at both ends as in the run)", "electricity x factor"),
    ("co2_power_consumption_t", "t CO2/a", "用电碳排放,消费侧:记在使用产品的省份;未给 product_returns 时为空", "CO2 of power, consumption side: with the province that uses the product; empty without product_returns", "production side - exported + imported (Peters 2008)"),
    *((f"{name}_after_sharing", unit, AFTER.format(zh=zh), f"{en} after sharing, mean over the years of the agreement", SHARED) for name, unit, zh, en in QUANTITIES if name != "jobs"),
)  # fmt: skip
SHARING = (
    ("agreement", "", "协议:飞地园区的名称,或 plan 全部转移", "name of the enclave park, or plan for all other moves", SHARED),
    ("rule", "", "分享规则", "rule of sharing", SHARED),
    ("quantity", "", "分享的数量(见 ledger)", "what is shared (a column of the ledger)", SHARED),
    ("year", "1", "协议第几年", "year of the agreement, 1 is the first", SHARED),
    ("role", "", "角色", "origin or destination", SHARED),
    ("who", "", "转出省份,或承接地的键", "province it leaves, or key of the receiving place", SHARED),
    ("brought", "unit of the quantity", "产生在该方所在地的数额(转出地为 0)", "what arises at this side's place (0 at the origin)", SHARED),
    ("part", "unit of the quantity", "该方所得", "what this side gets", SHARED),
    ("part_low", "unit of the quantity", "预设比例取低值时;比例由用户给定时为空", "with the preset's low share; empty where the user gave the share", "cooperation modes"),
    ("part_high", "unit of the quantity", "预设比例取高值时", "with the preset's high share", "cooperation modes"),
)  # fmt: skip
RAW: Mapping[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "flows": (
        ORIGIN,
        INDUSTRY,
        *PLACE,
        ("tonnes", "t/a", "新建产能", "capacity built", PLAN),
        ("closed", "t/a", "转出地关停的产能(新建 x 置换比例)", "capacity closed at the origin (built x ratio of replacement)", PLAN),
        ("cost_yuan", "yuan/a", "承接地每年成本:用电与运输(或该次运行的交付成本),不含碳价、投资", "cost a year at the place: power and freight (or the delivered cost of the run), no carbon price, no capital", RUN),
        ("co2_change_t", "t CO2/a", "用电碳排放的变化:承接地减转出地,按 goal.book 的口径", "change of the CO2 of power, place minus origin, in the goal's book", RUN),
    ),
    "plants": (
        *PLACE,
        INDUSTRY,
        ("tonnes", "t/a", "工厂产能", "capacity of the plant", PLAN),
        ("score", "0..1", "适宜性得分", "suitability", RUN),
    ),
    "slack": (
        ("name", "", "约束", "constraint", PROBLEM),
        ("label", "", "最紧的一行", "its tightest row", PLAN),
        ("least", "unit", "最紧一行的余量", "room left in the tightest row", PLAN),
        ("unit", "", "余量的单位", "unit of the room", PLAN),
        ("binding", "1", "起约束作用的行数", "rows that bind", PLAN),
        ("rows", "1", "行数", "rows", PLAN),
    ),
    "ledger": LEDGER,
    "sharing": SHARING,
    "structure": (
        INDUSTRY,
        ("province", "", "省份(全称)", "province (official name)", PLAN),
        ("leaves_t", "t/a", "转出的产能", "capacity that leaves", PLAN),
        ("arrives_t", "t/a", "承接的产能", "capacity that arrives", PLAN),
        ("share_before", "0..1", "占转移前的比例;给出各省现有产能时按现有产能,否则只按所转移的产能", "share before: of all that stands where it is given for every province, else of what moves", PLAN),
        ("share_after", "0..1", "占转移后的比例", "share after", PLAN),
        ("stands_before_t", "t/a", "转移前的产能(问题文件给出的)", "capacity before, where the problem gives it", PROBLEM),
        ("stands_after_t", "t/a", "转移后的产能", "capacity after", PLAN),
    ),
    "front": (
        ("cost_yuan", "yuan/a", "方案成本", "cost of the plan", PLAN),
        ("co2_change_t", "t CO2/a", "用电碳排放的变化", "change of the CO2 of power", PLAN),
    ),
}  # fmt: skip

TABLES: Mapping[str, tuple[Column, ...]] = {
    table: tuple(Column(name, unit, Text(zh=zh, en=en), source) for name, unit, zh, en, source in columns)
    for table, columns in RAW.items()
}
"""Table of a plan -> its columns, in the order they are written."""


def described(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its columns as they are described, in that order; those it does not have are left out.

    Examples
    --------
    >>> described("front", pd.DataFrame({"co2_change_t": [-1.0], "cost_yuan": [2.0]})).columns.tolist()
    ['cost_yuan', 'co2_change_t']
    """
    return table[[column.name for column in TABLES[name] if column.name in table]]
