"""The report of a plan as one HTML file: what moves, what binds, who gains, what stands where, or what conflicts."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
from markupsafe import Markup

from geotransfer.relocation.columns import TABLES
from geotransfer.relocation.cooperation import presets
from geotransfer.relocation.drawing import front_figure, structure_figures
from geotransfer.relocation.ledger import Ledger
from geotransfer.relocation.matching import Matching
from geotransfer.relocation.plan_map import industry_words, plan_title, plan_totals, run_at_hand
from geotransfer.relocation.rule_words import rule_words
from geotransfer.relocation.structure import concentration
from geotransfer.report.document import page_environment, template_text
from geotransfer.report.drawing import ReportFigure, can_draw
from geotransfer.report.figures import NO_FIGURES
from geotransfer.report.minimap import minimap_svg
from geotransfer.types import Text
from geotransfer.words import amount_words, column_words

__all__ = ["plan_report"]

ROLES = {
    "origin": Text(zh="转出", en="origin"),
    "destination": Text(zh="承接", en="destination"),
    "system": Text(zh="合计", en="system"),
}
STATUSES = {
    "optimal": Text(zh="已达到要求的最优差距", en="within the gap that was asked for"),
    "time limit": Text(zh="到达时限, 为目前最好的方案", en="time limit: the best plan found"),
    "infeasible": Text(zh="无可行方案", en="no plan"),
}
BOOKS = {
    "average": Text(zh="省级平均因子", en="provincial averages"),
    "contract": Text(zh="剩余 (合同) 因子", en="residual mix (contract)"),
    "marginal": Text(zh="边际 (化石) 因子", en="marginal (fossil)"),
}
GOALS = {
    "cost": Text(zh="成本最低", en="least cost"),
    "suitability": Text(zh="适宜性加权产能最大", en="most suitability-weighted tonnes"),
    "mix": Text(zh="成本与适宜性兼顾", en="a mix of cost and suitability"),
    "front": Text(zh="成本最低, 并给出成本与碳排放的前沿", en="least cost, with the front of cost against CO₂"),
}


def plan_report(matching: Matching, book: Ledger | None) -> str:
    """Return the report: Chinese and English, no script, nothing loaded, prints on A4.

    Parameters
    ----------
    matching : Matching
    book : Ledger or None
        None without a plan.
    """
    front = matching.front_table
    return (
        page_environment()
        .get_template("plan.html")
        .render(
            style=Markup(template_text("report.css")),
            title=plan_title(matching),
            answer=_answer(matching),
            conflict=_conflict(matching),
            flows=_flows(matching),
            run=_run(matching),
            rules=_rules(matching),
            ledger=None if book is None else _ledger(matching, book),
            sharing=None if book is None or book.sharing.empty else _sharing(matching, book),
            structure=[] if book is None else _structure(book),
            structure_figures=_structure_figures(matching, book),
            front=[] if front is None else _cells(front, "front"),
            front_figure=front_figure(front) if can_draw() and front is not None and len(front) else None,
            no_figures=None if can_draw() else NO_FIGURES,
            basis=_basis(matching),
        )
    )


def _answer(matching: Matching) -> list[Text]:
    solved, binding = matching.solved, [row for row in matching.slack if row.binding]
    status = STATUSES.get(solved.status, Text(zh=solved.status, en=solved.status))
    if matching.conflict is not None:
        return [
            Text(
                zh="在所给的约束下没有可行方案; 互相冲突的约束见下。",
                en="Under the rules that were given there is no plan; those that conflict are named below.",
            )
        ]
    names = [rule_words(row.name, _titles(matching)) for row in binding]
    return [
        *plan_totals(matching),
        Text(
            zh=f"起约束作用的规则: {'、'.join(name.zh for name in names) or '无'}。",
            en=f"Rules that bind: {', '.join(name.en for name in names) or 'none'}.",
        ),
        Text(
            zh=f"求解: {status.zh}, 与下界的差距 {solved.gap:.2%}, 用时 {solved.seconds:.1f} 秒。",
            en=f"Solved: {status.en}, gap to the bound {solved.gap:.2%}, {solved.seconds:.1f} s.",
        ),
    ]


def _conflict(matching: Matching) -> dict[str, Any] | None:
    if matching.conflict is None:
        return None
    return {
        "names": [rule_words(name, _titles(matching)) for name in matching.conflict.names],
        "concessions": [
            {
                "rule": rule_words(give.name, _titles(matching)),
                "row": _named(give.label, matching),
                "by": amount_words(give.amount, give.unit),
            }
            for give in matching.conflict.concessions
        ],
    }


def _flows(matching: Matching) -> list[dict[str, Any]]:
    return [
        {
            "origin": row["origin"],
            "place": f"{row['province']} {row['name']}",
            "industry": industry_words(row["industry"]),
            "amounts": [amount_words(row[key], unit) for key, unit in _units("flows")],
        }
        for row in matching.flows.to_dict("records")
    ]


def _units(table: str) -> list[tuple[str, str]]:
    """Return the columns of a table that are amounts, and their units."""
    return [(c.name, c.unit) for c in TABLES[table] if c.unit not in ("", "1", "0..1", "unit")]


def _run(matching: Matching) -> dict[str, Any] | None:
    result = run_at_hand(matching)
    if result is None:
        return None
    number = result.provenance["result"]["map"]["approval_number"]
    svg = None if matching.conflict is not None else minimap_svg(result.ranking, flows=matching.lines)
    note = result.provenance["result"]["screening_note"]
    below = industry_words(next(iter(matching.problem.industries)))
    return {"svg": svg, "approval": number, "note": note, "industry": below}


def _structure_figures(matching: Matching, book: Ledger | None) -> list[ReportFigure]:
    if book is None or not can_draw():
        return []
    return list(structure_figures(book.structure, _titles(matching)))


def _titles(matching: Matching) -> dict[str, Text]:
    return {name: industry_words(name) for name in matching.problem.industries}


def _rules(matching: Matching) -> list[dict[str, Any]]:
    rows = sorted(matching.slack, key=lambda row: not row.binding)
    return [
        {
            "rule": rule_words(row.name, _titles(matching)),
            "row": _named(row.label, matching),
            "binds": bool(row.binding),
            "of": f"{row.binding} / {row.rows}",
            "least": amount_words(0.0 if row.binding else row.least, row.unit),
        }
        for row in rows
    ]


def _named(label: str, matching: Matching) -> Text:
    """Return a row's label with names in the place of keys of zones and of industries."""
    if label == "all":
        return Text(zh="全部", en="all")
    zones = matching.places.table["name"].to_dict()
    names = {zone: Text(zh=name, en=name) for zone, name in zones.items()} | _titles(matching)
    zh, en = (
        re.sub(r"\S+", lambda found: str(getattr(names.get(found[0]), language, found[0])), label)  # noqa: B023
        for language in ("zh", "en")
    )
    return Text(zh=zh.replace(" in ", ", "), en=en)


def _ledger(matching: Matching, book: Ledger) -> dict[str, Any]:
    table = book.table
    known = [c for c in TABLES["ledger"] if c.unit and c.name in table and table[c.name].notna().any()]
    columns = [column_words([_calm(one) for one in table[c.name]], c.unit) for c in known]
    names = matching.places.table["name"].to_dict()
    return {
        "heads": [(_head(c.meaning), unit) for c, (unit, _) in zip(known, columns, strict=True)],
        "rows": [
            {
                "role": ROLES[row["role"]],
                "who": f"{row['province']} {names[row['who']]}" if row["role"] == "destination" else row["who"],
                "amounts": [amounts[number] for _, amounts in columns],
            }
            for number, row in enumerate(table.to_dict("records"))
        ],
        "missing": [_head(c.meaning) for c in TABLES["ledger"] if c.unit and c not in known and c.name in table],
    }


def _head(meaning: Text) -> Text:
    """Return the first part of a meaning: what stands before its colon."""
    return Text(zh=re.split(r"[:,:,]转出|[::;]", meaning.zh)[0], en=meaning.en.split(":")[0])


def _calm(value: float) -> float:
    """Return 0 for what is left of a sum by rounding."""
    return 0.0 if abs(value) < 1e-3 else value


def _sharing(matching: Matching, book: Ledger) -> dict[str, Any]:
    units = {c.name: c.unit for c in TABLES["ledger"]}
    heads = {c.name: _head(c.meaning) for c in TABLES["ledger"]}
    names = matching.places.table["name"].to_dict()
    modes = {a.mode for a in matching.problem.cooperation.agreements if a.mode is not None}
    return {
        "rows": [
            {
                "agreement": row["agreement"],
                "rule": _rule(row["rule"]),
                "quantity": heads[row["quantity"]],
                "year": row["years"],
                "role": ROLES[row["role"]],
                "who": names.get(row["who"], row["who"]),
                **{
                    key: amount_words(row[column], units[row["quantity"]])
                    for key, column in (("part", "part"), ("low", "part_low"), ("high", "part_high"))
                },
            }
            for row in _years_joined(book.sharing)
        ],
        "ranges": bool(book.sharing["part_low"].notna().any()),
        "presets": [presets()[mode] for mode in sorted(modes)],
    }


def _years_joined(sharing: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a sharing table, those of years with the same part as one."""
    keys = ["agreement", "rule", "quantity", "role", "who", "part"]
    found = []
    for _, rows in sharing.groupby(keys, sort=False):
        first, last = rows["year"].min(), rows["year"].max()
        whole = len(rows) == last - first + 1
        years = f"{first}–{last}" if whole and last > first else ", ".join(map(str, rows["year"]))
        found.append({str(key): value for key, value in rows.iloc[0].items()} | {"years": years})
    return found


def _rule(rule: str) -> Text:
    if rule.startswith("mode "):
        return presets()[rule.removeprefix("mode ")].title
    return {
        "fixed": Text(zh="固定比例", en="fixed share"),
        "by_year": Text(zh="逐年比例", en="share by year"),
        "contributed": Text(zh="按投入", en="by what each side brings in"),
        "shapley": Text(zh="按贡献 (Shapley 值)", en="by contribution (Shapley value)"),
    }.get(rule, Text(zh="参与方过多, 未分享", en="too many parties: not shared"))


def _structure(book: Ledger) -> list[dict[str, Any]]:
    indices = concentration(book.structure)
    return [
        {
            "industry": industry_words(str(industry)),
            "before": f"{indices[str(industry)][0]:.3f}",
            "after": f"{indices[str(industry)][1]:.3f}",
            "rows": [
                {
                    "province": row["province"],
                    "amounts": [amount_words(row[key], unit) for key, unit in _units("structure")],
                    "shares": [f"{row[key]:.1%}" for key in ("share_before", "share_after")],
                }
                for row in rows.sort_values(["leaves_t", "arrives_t"], ascending=False).to_dict("records")
            ],
        }
        for industry, rows in book.structure.groupby("industry", sort=False)
    ]


def _cells(table: pd.DataFrame, name: str) -> list[list[Text]]:
    return [[amount_words(row[key], unit) for key, unit in _units(name)] for row in table.to_dict("records")]


def _basis(matching: Matching) -> list[Text]:
    problem, goal, book = matching.problem, GOALS[matching.problem.goal.kind], BOOKS[matching.problem.goal.book]
    titles = _titles(matching)
    zh, en = (
        "; ".join(
            f"{o.origin} {getattr(titles[o.industry], language)} {o.capacity:g} {problem.unit}"
            + ("" if o.existing is None else f" ({o.existing:g} {problem.unit})")
            for o in problem.offers
        )
        for language in ("zh", "en")
    )
    ways = ", ".join(f"{way.own_share:.0%}" for way in dict.fromkeys(matching.places.power.values())) or "0%"
    return [
        Text(
            zh=f"目标: {goal.zh}; 碳价 {problem.goal.carbon_price:g} 元/吨, 碳排放口径: {book.zh}。",
            en=f"Goal: {goal.en}; carbon at {problem.goal.carbon_price:g} yuan/t, CO₂ book: {book.en}.",
        ),
        Text(
            zh=f"转出 (括号内为现有产能), 由问题文件给出: {zh}。",
            en=f"Offered (existing capacity in brackets), as the problem gives it: {en}.",
        ),
        Text(
            zh=f"候选地 {len(matching.places.table):,} 个, 取自各行业运行的排名; 县级平均值不是厂址, 结果为初筛。",
            en=f"{len(matching.places.table):,} candidates from the rankings of the runs; the mean of a county is no "
            "site: this is a screening.",
        ),
        Text(
            zh="碳排放只计用电 (生产侧记在工厂所在地; 消费侧记在使用产品的省份), 转出地按与运行相同的购电方式计 "
            f"(两端自有绿电比例相同: {ways}); 台账一律为平均口径; 搬迁本身的排放与投资未计。",
            en="CO₂ is that of power (production side: where the plant stands; consumption side: with the province "
            f"that uses the product); the origin buys its power as the run does (own green share at both ends: "
            f"{ways}); the ledger is in the average book; what the move itself emits or costs is not in it.",
        ),
        Text(
            zh="运行不知道的自备电厂与协议电价可能使有些地方 (如新疆、甘肃) 被低估。",
            en="Captive power and negotiated prices, which the run does not know, may make places (Xinjiang, Gansu) "
            "look worse than they are.",
        ),
    ]
