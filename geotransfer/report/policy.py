"""What policy says of the zones, by which documents, and what could not be checked, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geotransfer.types import Text
from geotransfer.words import POLICY_DIRECTIONS, POLICY_KINDS, in_words

__all__ = ["policy_editions", "policy_lines"]

STATES: Mapping[str, Text] = {
    "current": Text(zh="现行", en="in force"),
    "superseded": Text(zh="已被取代", en="superseded"),
    "unknown": Text(zh="是否有效未知", en="standing unknown"),
}
COMPLETENESS: Mapping[str, Text] = {
    "complete": Text(zh="完整", en="complete"),
    "fragment": Text(zh="片段, 未核查", en="a fragment: unchecked"),
    "empty": Text(zh="条目未录入, 未核查", en="no items entered: unchecked"),
}


def policy_lines(facts: Mapping[str, Any]) -> list[Text]:
    """Return what policy says of the zones; nothing for a scenario without policy.

    Parameters
    ----------
    facts : mapping
        ``provenance["result"]``; its ``policy`` may be missing or None.

    Examples
    --------
    >>> policy_lines({"policy": None})
    []
    """
    record = facts.get("policy")
    if not isinstance(record, Mapping):
        return []
    lines = [_asked(record), _directions(record)]
    lines += [
        Text(zh=f"{basis['zh']} ({basis['zones']:,} 个区域)。", en=f"{basis['en']} ({basis['zones']:,} zones).")
        for basis in record["basis"]
    ]
    lines += [Text(zh=f"制约: {said['zh']}。", en=f"What holds back: {said['en']}.") for said in record["restraints"]]
    lines += [_parameter(parameter) for parameter in record["parameters"]]
    lines += [_own_list(own) for own in record["own_lists"]]
    lines += [_history(record)] if record["history"] else []
    return [*lines, _areas(record)]


def policy_editions(facts: Mapping[str, Any]) -> list[Text]:
    """Return the editions of the lists that matter on the day: those in force, and those whose standing is unknown.

    Examples
    --------
    >>> policy_editions({})
    []
    """
    record = facts.get("policy")
    if not isinstance(record, Mapping):
        return []
    shown = [edition for edition in record["editions"] if edition["in_force"] or edition["status"] == "unknown"]
    return [_edition(edition) for edition in shown]


def _asked(record: Mapping[str, Any]) -> Text:
    kind = in_words(record["kind"], POLICY_KINDS)
    names = record["industry"]
    zh, en = (f", 名录用词: {'、'.join(names)}", f", in the lists: {', '.join(names)}") if names else ("", "")
    return Text(
        zh=f"产业类型: {kind.zh}{zh}; 以 {record['date']} 为准。", en=f"Kind: {kind.en}{en}; as of {record['date']}."
    )


def _directions(record: Mapping[str, Any]) -> Text:
    counts = [(in_words(name, POLICY_DIRECTIONS), n) for name, n in record["directions"].items() if n]
    return Text(
        zh="政策方向: " + ", ".join(f"{word.zh} {n:,} 个" for word, n in counts) + "。",
        en="Zones by direction: " + ", ".join(f"{word.en} {n:,}" for word, n in counts) + ".",
    )


def _parameter(parameter: Mapping[str, Any]) -> Text:
    title, note, value = parameter["title"], parameter["note"], f"{parameter['value']:,g}"
    unit = "" if parameter["unit"] == "1" else f" {parameter['unit']}"
    doubt = in_words(parameter["status"], STATES)
    zh, en = (f" ({doubt.zh})", f" ({doubt.en})") if parameter["status"] != "current" else ("", "")
    return Text(
        zh=f"{title['zh']}: {value}{unit}{zh}; {note['zh']}。", en=f"{title['en']}: {value}{unit}{en}; {note['en']}."
    )


def _own_list(own: Mapping[str, Any]) -> Text:
    sources = "; ".join(own["sources"])
    return Text(
        zh=f"自有名单 {own['name']}: {own['rows']} 行, 其中有效 {own['in_force']} 行、禁止 {own['banned']} 行; "
        f"依据: {sources}。",
        en=f"Own list {own['name']}: {own['rows']} rows, {own['in_force']} in force, {own['banned']} of them bans; "
        f"by: {sources}.",
    )


def _history(record: Mapping[str, Any]) -> Text:
    said = list(dict.fromkeys((entry["zh"], entry["en"]) for entry in record["history"]))
    return Text(
        zh=f"历史参考, 不作禁止依据: {'; '.join(zh for zh, _ in said)}。",
        en=f"History, which bans nothing: {'; '.join(en for _, en in said)}.",
    )


def _areas(record: Mapping[str, Any]) -> Text:
    zh, en = [], []
    for area in record["special_area_lists"]:
        total = "" if area["total"] is None else f"/{area['total']}"
        zh.append(f"{area['title']['zh']} {area['known']}{total}")
        en.append(f"{area['title']['en']} {area['known']}{total}")
    n = record["special_area_zones"]
    return Text(
        zh=f"{n:,} 个区域属于已知的特殊类型地区; 名单不全, 未列入不等于不是 (已录入/总数: {', '.join(zh)})。",
        en=f"{n:,} zones lie in a special area that is known; the lists are incomplete, so that others may too "
        f"(known/total: {', '.join(en)}).",
    )


def _edition(edition: Mapping[str, Any]) -> Text:
    state, whole = in_words(edition["status"], STATES), in_words(edition["completeness"], COMPLETENESS)
    since = edition["valid_from"]
    zh, en = (f", {since} 起", f", since {since}") if since else ("", "")
    title, name, note = edition["title"], edition["edition"], edition["note"]
    return Text(
        zh=f"《{title['zh']}》({name['zh']}): {state.zh}{zh}; {whole.zh}。{note['zh']}。",
        en=f"{title['en']}, {name['en']}: {state.en}{en}; {whole.en}. {note['en']}.",
    )
