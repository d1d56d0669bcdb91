"""What the draws of a run say, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd

from geotransfer.types import Text
from geotransfer.words import METHODS, in_words, place_words

__all__ = ["robustness_lines"]

AROUND = "around the given ones"
HIGH_VIF = 5.0
"""From here on a criterion is said to be mostly contained in the others."""


def robustness_lines(ranking: gpd.GeoDataFrame, facts: Mapping[str, Any]) -> list[Text]:
    """Return who stays in the top, by draws and by other methods, and what the criteria have in common.

    Parameters
    ----------
    ranking : GeoDataFrame
        To say where a named zone is.
    facts : mapping
        ``provenance["result"]``; its ``robustness`` and ``comparison`` may be missing or None.
    """
    drawn, compared = facts.get("robustness"), facts.get("comparison")
    titles = {entry["id"]: Text(zh=entry["title"]["zh"], en=entry["title"]["en"]) for entry in facts["criteria"]}
    places = _places(ranking)
    lines: list[Text] = []
    if isinstance(drawn, Mapping):
        lines += [_given(drawn, places), _free(drawn, places)]
    if isinstance(compared, Mapping):
        lines += [*_methods(compared, places), *_reversals(compared), *_collinear(compared["collinearity"], titles)]
    lines += _second_resolution(facts, places)
    if isinstance(drawn, Mapping):
        lines += [*_sensitivity(drawn, places, titles), _draws(drawn, titles)]
    return lines


def _places(ranking: gpd.GeoDataFrame) -> dict[str, str]:
    """Return "name (prefecture)" by name, for names that only one zone has."""
    alone = ranking[ranking["status"] == "ranked"].drop_duplicates("name", keep=False)
    prefectures = alone["prefecture"].fillna("") if "prefecture" in alone else [""] * len(alone)
    places = {}
    for name, prefecture in zip(alone["name"], prefectures, strict=True):
        where = place_words(str(name), str(prefecture), "")
        places[str(name)] = f"{name} ({where[0]})" if where else str(name)
    return places


def _given(record: Mapping[str, Any], places: Mapping[str, str]) -> Text:
    top, (names_zh, names_en) = record["top_n"], _named(record["given_weights"]["stay"], places)
    zh, en = "权重在给定值附近", "With the weights varied around the given ones"
    if record.get("weights_drawn", AROUND) != AROUND:
        zh, en = "权重在给定的范围或次序内", "With the weights varied within the given limits or order"
    if record["errors"]:
        zh, en = f"{zh}、数据在误差范围内", f"{en} and the data within their errors"
    if not names_zh:
        best = f"{record['given_weights']['best_share']:.0%}"
        return Text(
            zh=f"{zh}变动时, 没有区域在至少一半的抽样中保持前 {top} 名 (最高 {best})。",
            en=f"{en} nobody stays in the top {top} in at least half of the draws (at most {best}).",
        )
    return Text(
        zh=f"{zh}变动时, 下列区域在至少一半的抽样中保持前 {top} 名: {names_zh}。",
        en=f"{en} these stay in the top {top} in at least half of the draws: {names_en}.",
    )


def _free(record: Mapping[str, Any], places: Mapping[str, str]) -> Text:
    top, (names_zh, names_en) = record["top_n"], _named(record["free_weights"]["stay"], places)
    best = f"{record['free_weights']['best_share']:.0%}"
    if not names_zh:
        return Text(
            zh=f"权重任意取值时, 没有区域能在至少一半的抽样中保持前 {top} 名 (最高 {best}): 不存在与权重无关的赢家。",
            en=f"With any weights nobody stays in the top {top} in at least half of the draws (at most {best}): there "
            "is no winner whatever the weights.",
        )
    return Text(
        zh=f"权重任意取值时, 在至少一半的抽样中仍保持前 {top} 名的只有: {names_zh} (最高 {best})。",
        en=f"With any weights only these stay in the top {top} in at least half of the draws: {names_en} "
        f"(at most {best}).",
    )


def _methods(record: Mapping[str, Any], places: Mapping[str, str]) -> Iterator[Text]:
    found = record["methods"]
    top, (names_zh, names_en) = record["top_n"], _named(found["always"], places)
    words = [in_words(method, METHODS) for method in found["methods"]]
    zh, en = "、".join(word.zh for word in words), ", ".join(word.en for word in words)
    if names_zh:
        yield Text(
            zh=f"{len(words)} 种评价方法 ({zh}) 一致列入前 {top} 名的区域: {names_zh}。",
            en=f"All {len(words)} methods ({en}) have in their top {top}: {names_en}.",
        )
    else:
        yield Text(
            zh=f"没有区域在全部 {len(words)} 种评价方法 ({zh}) 中都列入前 {top} 名。",
            en=f"No zone is in the top {top} of all {len(words)} methods ({en}).",
        )
    rho = [value for row, values in enumerate(found["spearman"]) for value in values[:row] if value is not None]
    if rho:
        yield Text(
            zh=f"各方法名次的相关系数 (Spearman): {min(rho):.2f} 至 {max(rho):.2f}。",
            en=f"Rank correlation between the methods (Spearman): {min(rho):.2f} to {max(rho):.2f}.",
        )


def _reversals(record: Mapping[str, Any]) -> Iterator[Text]:
    found = record.get("reversals")
    if found is None:
        return
    tested = found["zones"]
    if found["share"] == 0:
        yield Text(
            zh=f"逐一删去或复制前 {tested} 名中的区域, 其余区域的名次均不变 (无排名逆转)。",
            en=f"Deleting or copying each of the first {tested} changes nobody else's rank among them (no reversal).",
        )
    else:
        yield Text(
            zh=f"逐一删去或复制前 {tested} 名中的区域, {found['share']:.0%} 的试验中有其他区域改变名次 (排名逆转): "
            "该方法与比较对象有关。",
            en=f"Deleting or copying each of the first {tested} changes other ranks in {found['share']:.0%} of the "
            "tests (rank reversal): the method depends on who is compared.",
        )


def _second_resolution(facts: Mapping[str, Any], places: Mapping[str, str]) -> Iterator[Text]:
    found = facts.get("second_resolution")
    if not isinstance(found, Mapping) or found["spearman"] is None:
        return
    km, rho, top = found["resolution"] / 1000, found["spearman"], found["top_n"]
    names_zh, names_en = _named(found["stay"], places)
    yield Text(
        zh=f"改用 {km:g} 公里格网, 名次相关系数 {rho:.3f}; 仍在前 {top} 名: {names_zh or '无'}。",
        en=f"On a grid of {km:g} km the ranks correlate with {rho:.3f}; still in the top {top}: {names_en or 'none'}.",
    )


def _sensitivity(record: Mapping[str, Any], places: Mapping[str, str], titles: Mapping[str, Text]) -> Iterator[Text]:
    for row in record.get("sensitivity") or []:
        known = {name: total for name, total in row["total"].items() if total is not None}
        if not known:
            continue
        first = sorted(known, key=lambda name: -known[name])[:2]
        words = [titles.get(name, Text(zh=name, en=name)) for name in first]
        zone = places.get(row["zone"], row["zone"])
        yield Text(
            zh=f"{zone}的名次主要随这些权重而变 (Sobol 总指数): "
            + "、".join(f"{word.zh} {known[name]:.2f}" for word, name in zip(words, first, strict=True))
            + "。",
            en=f"The rank of {zone} moves most with the weights of (total Sobol index): "
            + ", ".join(f"{word.en} {known[name]:.2f}" for word, name in zip(words, first, strict=True))
            + ".",
        )


def _collinear(found: Mapping[str, Any], titles: Mapping[str, Text]) -> Iterator[Text]:
    def title(criterion: str) -> Text:
        return titles.get(criterion, Text(zh=criterion, en=criterion))

    pairs = [(title(a), title(b), rho) for a, b, rho in found["pairs"] if rho > 0]
    against = [(title(a), title(b), rho) for a, b, rho in found["pairs"] if rho < 0]
    if against:
        yield Text(
            zh="得分此消彼长的准则: "
            + "; ".join(f"{a.zh} 与 {b.zh} ({rho:.2f})" for a, b, rho in against)
            + "; 它们的权重决定取舍。",
            en="Criteria that pull against each other, so that their weights decide: "
            + "; ".join(f"{a.en} and {b.en} ({rho:.2f})" for a, b, rho in against)
            + ".",
        )
    if pairs:
        yield Text(
            zh="得分相关较强、部分重复计权的准则: "
            + "; ".join(f"{a.zh} 与 {b.zh} ({rho:.2f})" for a, b, rho in pairs)
            + "。",
            en="Criteria whose scores are strongly correlated, so that they count twice in part: "
            + "; ".join(f"{a.en} and {b.en} ({rho:.2f})" for a, b, rho in pairs)
            + ".",
        )
    elif found["vif"] and not against:
        yield Text(zh="准则得分之间没有强相关。", en="No two criteria have strongly correlated scores.")
    inflation = {name: vif for name, vif in found["vif"].items() if vif is not None}
    inflation |= dict.fromkeys(found["determined"], math.inf)
    high = [(title(name), vif) for name, vif in inflation.items() if vif >= HIGH_VIF]
    if high:
        yield Text(
            zh="大部分信息已含于其他准则 (方差膨胀因子 VIF): "
            + "; ".join(f"{name.zh} ({'∞' if math.isinf(vif) else f'{vif:.1f}'})" for name, vif in high)
            + "。",
            en="Mostly contained in the other criteria (variance inflation factor): "
            + "; ".join(f"{name.en} ({'∞' if math.isinf(vif) else f'{vif:.1f}'})" for name, vif in high)
            + ".",
        )


def _draws(record: Mapping[str, Any], titles: Mapping[str, Text]) -> Text:
    erring = [titles.get(name, Text(zh=name, en=name)) for name in record["errors"]]
    if erring:
        zh = f"同时计入数据误差的准则: {'、'.join(word.zh for word in erring)}"
        en = f"criteria drawn within their errors too: {'; '.join(word.en for word in erring)}"
    else:
        zh, en = "未计入数据误差", "errors of the data are not drawn"
    draws, concentration, seed = record["draws"], record["concentration"], record["seed"]
    if record.get("weights_drawn", AROUND) != AROUND:
        law_zh, law_en = "权重在给定的上下限或重要性次序内均匀抽取", "weights uniform within the given limits or order"
    else:
        law_zh = f"权重服从 Dirichlet 分布 (集中度 {concentration:g})"
        law_en = f"weights from a Dirichlet law (concentration {concentration:g})"
    return Text(
        zh=f"抽样 {draws:,} 次, {law_zh}, 随机种子 {seed}; {zh}。",
        en=f"{draws:,} draws, {law_en}, seed {seed}; {en}.",
    )


def _named(names: Sequence[str], places: Mapping[str, str]) -> tuple[str, str]:
    labels = [places.get(name, name) for name in names]
    return "、".join(labels), ", ".join(labels)
