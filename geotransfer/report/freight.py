"""What a plant carries in and out and what that rests on, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geotransfer.types import Text
from geotransfer.words import MODES

__all__ = ["freight_lines"]


NO_WAY = {"has no hub": "所在岛屿没有枢纽", "no open link": "没有开通的线路相连"}
"""Part of a reason of `FreightNetwork.reasons` -> the same in Chinese."""


def freight_lines(facts: Mapping[str, Any], *, names: Mapping[str, str] | None = None) -> list[Text]:
    """Return the goods, the places and the corridor; nothing for a scenario without freight.

    Parameters
    ----------
    facts : mapping
        ``provenance["result"]``; its ``freight`` may be missing or None.
    names : mapping, optional
        Zone key -> name, for the zones that nothing reaches.

    Examples
    --------
    >>> freight_lines({})
    []
    """
    record = facts.get("freight")
    if not isinstance(record, Mapping):
        return []
    lines = [
        Text(
            zh=f"每吨产品运入 {flow['tonnes']:g} 吨原料, 取最便宜的一处: {'、'.join(flow['places'])}。",
            en=f"{flow['tonnes']:g} t in per tonne of product, from the cheapest of: {', '.join(flow['places'])}.",
        )
        for flow in record["inputs"]
    ]
    lines += [
        Text(
            zh=f"每吨产品运出 {flow['tonnes']:g} 吨, 平均分往: {'、'.join(flow['places'])}。",
            en=f"{flow['tonnes']:g} t of product out, in equal parts to: {', '.join(flow['places'])}.",
        )
        for flow in record["markets"]
    ]
    lines.append(
        Text(
            zh="费率均为假设: 铁路 0.08-0.20 元/吨公里, 取中值; 表中列出低、高费率下的运费。",
            en="All rates are assumptions: rail 0.08-0.20 yuan/t/km, the middle is taken; the table has the cost at "
            "the low and the high rate.",
        )
    )
    agree = record.get("corridor_signs_agree")
    if agree is not None:
        lines.append(
            Text(
                zh=f"{record['corridor']}到{record['gateway']}的节省: "
                f"{agree:.0%} 的区域在低、中、高铁路费率下正负号一致, 其余为未知。",
                en=f"What {record['corridor']} saves to {record['gateway']}: in {agree:.0%} of the zones the low, mid "
                "and high rail rates agree on the sign, in the others it is unknown.",
            )
        )
    lines += [_route(route) for route in record.get("routes", [])]
    return [*lines, *(_unreached(row, names or {}) for row in record["unreached"])]


def _unreached(row: Mapping[str, str], names: Mapping[str, str]) -> Text:
    zone, reason = names.get(row["zone"]) or row["zone"], row["reason"]
    chinese = next((words for part, words in NO_WAY.items() if part in reason), reason)
    return Text(zh=f"{zone}无路可达: {chinese}。", en=f"No way from {zone}: {reason}.")


def _route(route: Mapping[str, Any]) -> Text:
    zh = " → ".join(f"{MODES[leg['mode']].zh} {leg['length_km']:,.0f} 公里" for leg in route["legs"])
    en = ", ".join(f"{MODES[leg['mode']].en} {leg['length_km']:,.0f} km" for leg in route["legs"])
    cost, hours = route["cost_yuan_per_t"], route["hours"]
    return Text(
        zh=f"{route['origin']} → {route['destination']}: {zh}; {cost:,.0f} 元/吨, {hours:,.0f} 小时。",
        en=f"{route['origin']} to {route['destination']}: {en}; {cost:,.0f} yuan/t, {hours:,.0f} h.",
    )
