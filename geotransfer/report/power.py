"""How a plant buys its power and what that rests on, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geotransfer.types import Text
from geotransfer.words import POWER_MODES, POWER_TERMS, in_words

__all__ = ["power_lines"]


def power_lines(facts: Mapping[str, Any]) -> list[Text]:
    """Return the mode, the year and the assumptions of the price of power; nothing for a scenario without power.

    Parameters
    ----------
    facts : mapping
        ``provenance["result"]``; its ``power`` may be missing or None.

    Examples
    --------
    >>> power_lines({"power": None})
    []
    """
    record = facts.get("power")
    if not isinstance(record, Mapping):
        return []
    mode = in_words(record["mode"], POWER_MODES)
    share = record["green_share_counted"]
    zh, en = f"购电方式: {mode.zh}", f"How power is bought: {mode.en}"
    if share:
        zh, en = f"{zh}, 自建风光占 {share:.0%}", f"{en}, {share:.0%} from own wind and sun"
    terms = [in_words(term, POWER_TERMS) for term in record["assumed_terms"]]
    lines = [Text(zh=f"{zh}; 价格年份 {record['year']}。", en=f"{en}; prices of {record['year']}.")]
    if terms:
        lines.append(
            Text(
                zh="含假设或取自其他年份的分项: " + "、".join(term.zh for term in terms) + "; 上下限见表。",
                en="Terms that rest on assumptions or on another year: "
                + ", ".join(term.en for term in terms)
                + "; the table has low and high.",
            )
        )
    lines += [Text(zh=f"{note['zh']}。", en=f"{note['en']}.") for note in record["notes"]]
    lines.append(
        Text(
            zh="外送线路带走的电力不能计作本地可用; 数字仅为有来源的部分。",
            en="Power that long lines take away is not there for a new plant; the figures are those with a source.",
        )
    )
    return lines
