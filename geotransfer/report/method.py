"""How the score came about, in plain sentences: the formula of the method, where the weights come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geotransfer.types import Text
from geotransfer.words import METHODS, WEIGHTINGS, in_words

__all__ = ["method_lines"]

FORMULAS: Mapping[str, Text] = {
    "weighted_sum": Text(zh="得分 = Σ 权重 × 准则得分。", en="Score = Σ weight × criterion score."),
    "weighted_product": Text(
        zh="得分 = Π 准则得分 ^ 权重; 任一加权准则得 0 分则总分为 0。",
        en="Score = Π criterion score ^ weight; a 0 in any weighted criterion is a 0 in all.",
    ),
    "owa": Text(
        zh="得分 = 按准则得分由高到低排序后的加权平均 (OWA, 乐观度 {orness:g}; 0 只看最差, 1 只看最好)。",
        en="Score = average of the criterion scores sorted from best to worst (OWA, orness {orness:g}: 0 looks at the "
        "worst only, 1 at the best only).",
    ),
    "topsis": Text(
        zh="得分 = 到最差点的距离 / (到最好点的距离 + 到最差点的距离), 两点固定为各准则 1 分与 0 分 (TOPSIS)。",
        en="Score = distance to the worst / (distance to the best + distance to the worst), both fixed at score 1 and "
        "score 0 in everything (TOPSIS).",
    ),
    "topsis_vector": Text(
        zh="TOPSIS, 向量归一化, 理想点取自参评区域: 区域增减会改变得分。",
        en="TOPSIS, vector normalisation, ideals among the ranked zones: scores change when a zone comes or goes.",
    ),
    "topsis_minmax": Text(
        zh="TOPSIS, 极差归一化, 理想点取自参评区域: 区域增减会改变得分。",
        en="TOPSIS, min-max normalisation, ideals among the ranked zones: scores change when a zone comes or goes.",
    ),
    "spotis": Text(
        zh="得分 = 1 - SPOTIS 距离 (固定界限, 等同加权和, 不会发生排名逆转)。",
        en="Score = 1 - SPOTIS distance (fixed bounds, the same as the weighted sum; ranks never reverse).",
    ),
    "vikor": Text(
        zh="得分 = 1 - Q (VIKOR; 群体效用权重 {group_weight:g}), 与其他参评区域比较得出。",
        en="Score = 1 - Q (VIKOR; weight of the group {group_weight:g}), in comparison with the other ranked zones.",
    ),
    "promethee_ii": Text(
        zh="得分 = (净流 + 1) / 2 (PROMETHEE II, 偏好函数 {preference}), 与其他参评区域两两比较得出。",
        en="Score = (net flow + 1) / 2 (PROMETHEE II, preference {preference}), in comparison with each other ranked "
        "zone.",
    ),
}
BOUNDS = Text(
    zh="准则得分由下列界限之间的数值换算到 0–1, 界外取端点。",
    en="Values between the bounds below become criterion scores of 0–1, values beyond them the score of the bound.",
)
ACCEPTED_RATIO = 0.10


def method_lines(facts: Mapping[str, Any]) -> list[Text]:
    """Return the formula of the score and, where they are not simply given, where the weights come from.

    Parameters
    ----------
    facts : mapping
        ``provenance["result"]``; its ``weighting`` may be missing.

    Examples
    --------
    >>> method_lines({"scenario": {"aggregation": {"method": "weighted_sum"}}})[0].zh
    '得分 = Σ 权重 × 准则得分。 准则得分由下列界限之间的数值换算到 0–1, 界外取端点。'
    """
    how = facts["scenario"].get("aggregation", {"method": "weighted_sum"})
    formula = FORMULAS.get(how["method"], in_words(how["method"], METHODS))
    first = Text(zh=f"{formula.zh.format(**how)} {BOUNDS.zh}", en=f"{formula.en.format(**how)} {BOUNDS.en}")
    weighting = facts.get("weighting") or {"method": "own"}
    return [first] if weighting["method"] == "own" else [first, _weights(weighting)]


def _weights(record: Mapping[str, Any]) -> Text:
    named = in_words(record["method"], WEIGHTINGS)
    zh, en = f"权重来源: {named.zh}", f"Weights: {named.en}"
    if record["method"] == "combined":
        objective = in_words(record["objective_method"], WEIGHTINGS)
        zh, en = f"{zh} (客观部分: {objective.zh})", f"{en} (from the data: {objective.en})"
    if "zones" in record:
        zh, en = f"{zh}, 取自 {record['zones']:,} 个区域", f"{en}, from {record['zones']:,} zones"
    if "consistency_ratio" in record:
        ratio = record["consistency_ratio"]
        zh, en = f"{zh}, 一致性比率 {ratio:.3f}", f"{en}, consistency ratio {ratio:.3f}"
        if ratio > ACCEPTED_RATIO:
            worst = "; ".join(record["worst_judgements"])
            zh, en = (
                f"{zh} (高于 0.10, 判断互相矛盾: {worst})",
                f"{en} (above 0.10: these contradict the rest: {worst})",
            )
    return Text(zh=f"{zh}。", en=f"{en}.")
