"""What differs between two results, and why a zone's rank changed: which weight, value, curve, rule or input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geotransfer.errors import InputError
from geotransfer.results.result import Result
from geotransfer.types import FloatArray, Text

__all__ = ["Difference", "difference"]

NOTHING = 1e-9
"""Scores are equal between machines up to this."""
WORDS = {
    "weight": Text(zh="权重", en="weight"),
    "value": Text(zh="数值", en="value"),
    "curve": Text(zh="评分曲线", en="way of scoring"),
    "rule": Text(zh="规则", en="rule"),
    "data": Text(zh="数据缺失", en="missing data"),
    "others": Text(zh="其他区域变动", en="other zones moved"),
    "": Text(zh="", en=""),
}
"""Kinds of causes."""


@dataclass(frozen=True, eq=False)
class Difference:
    """What differs between two results.

    Attributes
    ----------
    settings : list of dict
        ``key before after`` of each part of the scenario that differs; None where one has no such key.
    inputs : list of dict
        ``id before after``: sha256 of each input that differs, None where one does not read it.
    versions : dict
        ``before after`` of geotransfer.
    zones : DataFrame
        One row a zone of either: ``zone name province rank_before rank_after score_before score_after status_before
        status_after kind cause effect because``. `kind` is what changed its rank most: "weight" "value" "curve" of the
        criterion `cause`, "rule" `cause`, "data", "others"; `effect` is the change of score that comes from it beyond
        what the median zone has from it; `because` names the settings and inputs behind it.
    additive : bool
        Whether scores are weighted sums, so that effects add up to the change of score; else they are indications.
    titles : dict
        Identifier of a criterion or rule -> what it is called.
    """

    settings: list[dict[str, Any]]
    inputs: list[dict[str, Any]]
    versions: dict[str, str]
    zones: pd.DataFrame = field(repr=False)
    additive: bool
    titles: dict[str, Text] = field(repr=False)

    @property
    def changed(self) -> pd.DataFrame:
        """The zones whose status or rank differs, those with another status first, then the largest changes."""
        table = self.zones
        status = table["status_before"] != table["status_after"]
        step = (table["rank_after"] - table["rank_before"]).abs().fillna(0)
        order = np.lexsort((table["zone"], -step.to_numpy(dtype=float), ~status.to_numpy()))
        return table.iloc[order][(status | (step > 0)).to_numpy()[order]].reset_index(drop=True)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        changed = self.changed.astype(object)
        rows = changed.where(changed.notna(), None)
        return {
            "settings": self.settings,
            "inputs": self.inputs,
            "versions": self.versions,
            "effects_add_up": self.additive,
            "zones": len(self.zones),
            "changed": [dict(zip(rows.columns, row, strict=True)) for row in rows.itertuples(index=False)],
        }

    def lines(self, *, top: int = 20) -> Iterator[str]:
        """Yield what a reader wants to know, line by line."""
        changed = self.changed
        status = int((changed["status_before"] != changed["status_after"]).sum())
        yield f"{len(self.zones)} 个区域: {len(changed)} 个名次或状态变化, 其中 {status} 个状态变化"
        yield f"{len(self.zones)} zones: {len(changed)} changed rank or status, {status} of them their status"
        if self.versions["before"] != self.versions["after"]:
            yield f"  geotransfer {self.versions['before']} -> {self.versions['after']}"
        for setting in self.settings[:top]:
            yield f"  设置 / setting {setting['key']}: {_short(setting['before'])} -> {_short(setting['after'])}"
        for given in self.inputs:
            yield f"  输入 / input {given['id']}: {_input_words(given)}"
        if not self.additive:
            yield "  综合方法不是加权和, 下列原因仅供参考 / not a weighted sum: the causes below are indications"
        for row in changed.head(top).to_dict("records"):
            yield f"  {_step(row)}  {row['province']} {row['name']}: {self._why(row)}"

    def _why(self, row: Mapping[Any, Any]) -> str:
        words = WORDS[row["kind"]]
        title = self.titles.get(row["cause"])
        zh, en = (f"{part} " for part in ((title.zh, title.en) if title else ("", "")))
        effect = "" if pd.isna(row["effect"]) else f" ({row['effect']:+.3f})"
        because = f" [{row['because']}]" if row["because"] else ""
        return f"{zh.lstrip()}{words.zh} / {en.lstrip()}{words.en}{effect}{because}"


def difference(first: Result, second: Result) -> Difference:
    """Return what differs between two results of the same kind of zones.

    The change of a weighted sum is split exactly: with weights w and scores s of a criterion before and after,
    (w1 - w0)(s0 + s1)/2 is due to the weight, (s1 - s0)(w0 + w1)/2 to the score; that of the score to the value, or,
    where the value is the same, to the way of scoring. A rank changes by what differs from the other zones, so the
    median over the zones ranked in both is taken off.

    Parameters
    ----------
    first, second : Result
        Before and after.

    Raises
    ------
    InputError
        They have no zone in common.

    Examples
    --------
    >>> import geotransfer as gt
    >>> small = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> found = difference(gt.run(small), gt.run(small.with_overrides({"criteria.people.weight": 0.6})))
    >>> [row["key"] for row in found.settings], set(found.changed["cause"]) <= set(small.criteria)
    (['criteria.people.weight'], True)
    """
    before, after = (result.ranking.set_index("zone") for result in (first, second))
    common = before.index.intersection(after.index)
    if common.empty:
        raise InputError(
            f"the results have no zone in common (the first has {before.index[0]!r}, the second {after.index[0]!r}); "
            "expected the same kind of zones"
        )
    settings, inputs = _settings(first, second), _inputs(first, second)
    effects = _effects(first, second, [str(zone) for zone in common])
    zones = _zones(before, after, effects)
    zones["because"] = [_because(kind, cause, first, second, settings, inputs) for kind, cause in _causes(zones)]
    methods = {result.scenario.aggregation.method for result in (first, second)}
    versions = {"before": _record(first)["geotransfer"], "after": _record(second)["geotransfer"]}
    return Difference(settings, inputs, versions, zones, methods == {"weighted_sum"}, _titles(first, second))


def _record(result: Result) -> dict[str, Any]:
    record: dict[str, Any] = result.provenance["result"]
    return record


def _settings(first: Result, second: Result) -> list[dict[str, Any]]:
    before, after = (dict(_flat(r.scenario.model_dump(mode="json"), "")) for r in (first, second))
    keys = sorted({*before, *after})
    rows = [{"key": key, "before": before.get(key), "after": after.get(key)} for key in keys]
    return [row for row in rows if row["before"] != row["after"]]


def _flat(values: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(values, dict) and values:
        for key, value in values.items():
            yield from _flat(value, f"{prefix}.{key}" if prefix else key)
    else:
        yield prefix, values


def _inputs(first: Result, second: Result) -> list[dict[str, Any]]:
    before, after = ({i["id"]: i["sha256"] for i in _record(r)["inputs"]} for r in (first, second))
    rows = [{"id": id, "before": before.get(id), "after": after.get(id)} for id in sorted({*before, *after})]
    return [row for row in rows if row["before"] != row["after"]]


def _titles(first: Result, second: Result) -> dict[str, Text]:
    found = {}
    for result in (first, second):
        for row in (*_record(result)["criteria"], *_record(result)["rules"]):
            found[row["id"]] = Text(**row["title"])
    return found


def _effects(first: Result, second: Result, zones: list[str]) -> pd.DataFrame:
    """Return per zone ranked in both and (kind, criterion) the change of score, less that of the median zone."""
    tables = [r.ranking.set_index("zone").loc[zones] for r in (first, second)]
    ranked = (tables[0]["status"] == "ranked") & (tables[1]["status"] == "ranked")
    weights = [{row["id"]: row["weight"] for row in _record(r)["criteria"]} for r in (first, second)]
    columns: dict[tuple[str, str], FloatArray] = {}
    for name in dict.fromkeys([*weights[0], *weights[1]]):
        parts = [_parts(t[ranked], name) for t in tables]
        # a criterion that only one has: its score is taken for both, so that all of it is weight
        (value0, score0), (value1, score1) = (p or parts[1 - i] or (np.nan, np.nan) for i, p in enumerate(parts))
        w0, w1 = (w.get(name, 0.0) for w in weights)
        step = np.nan_to_num((score1 - score0) * (w0 + w1) / 2)
        same = np.isclose(value0, value1, rtol=1e-9, atol=1e-12, equal_nan=True)
        columns["weight", name] = np.nan_to_num((w1 - w0) * (score0 + score1) / 2)
        columns["value", name] = np.where(same, 0.0, step)
        columns["curve", name] = np.where(same, step, 0.0)
    table = pd.DataFrame(columns, index=tables[0].index[ranked])
    return table - table.median()


def _parts(table: pd.DataFrame, name: str) -> tuple[FloatArray, FloatArray] | None:
    if f"score_{name}" not in table:
        return None
    return table[name].to_numpy(dtype=float), table[f"score_{name}"].to_numpy(dtype=float)


def _zones(before: pd.DataFrame, after: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    every = before.index.union(after.index)
    identity = after.reindex(every)[["name", "province"]].fillna(before.reindex(every)[["name", "province"]])
    table = identity.rename_axis("zone").reset_index()
    for column in ("rank", "score", "status"):
        for when, source in (("before", before), ("after", after)):
            table[f"{column}_{when}"] = source[column].reindex(every).to_numpy()
    for when in ("before", "after"):
        table[f"rank_{when}"] = table[f"rank_{when}"].astype("Int64")
        table[f"status_{when}"] = table[f"status_{when}"].astype(object).fillna("absent")
    causes = [_cause(row, before, after, effects) for row in table.to_dict("records")]
    return table.assign(**{name: [c[i] for c in causes] for i, name in enumerate(("kind", "cause", "effect"))})


def _cause(
    row: Mapping[Any, Any], before: pd.DataFrame, after: pd.DataFrame, effects: pd.DataFrame
) -> tuple[str, str, float]:
    """Return what changed the rank or the status of a zone most, and its effect on the score."""
    zone = row["zone"]
    if row["status_before"] != row["status_after"]:
        source = after if row["status_after"] in ("excluded", "unknown") else before
        if zone not in source.index:
            return "others", "", float("nan")
        state = source.loc[zone]
        return ("rule" if state["status"] == "excluded" else "data"), str(state["reason"]), float("nan")
    if zone not in effects.index or row["rank_before"] == row["rank_after"]:
        return "", "", float("nan")
    up = 1.0 if row["rank_after"] < row["rank_before"] else -1.0
    found = effects.loc[zone] * up
    if not found.max() > NOTHING:
        return "others", "", float("nan")
    kind, name = found.idxmax()
    return str(kind), str(name), float(found.max() * up)


def _causes(zones: pd.DataFrame) -> Iterator[tuple[str, str]]:
    yield from zip(zones["kind"], zones["cause"], strict=True)


def _because(
    kind: str, cause: str, first: Result, second: Result, settings: list[dict[str, Any]], inputs: list[dict[str, Any]]
) -> str:
    """Return the settings and inputs that differ and that bear on a cause."""
    if kind in ("", "others"):
        return ""
    keys = [row["key"] for row in settings]
    if kind == "weight":
        near = [key for key in keys if key.startswith(f"criteria.{cause}.weight")]
        return ", ".join(
            near or [key for key in keys if key.startswith(("weighting", "criteria.")) and "weight" in key]
        )
    if kind == "rule":
        return ", ".join(key for key in keys if key.startswith((f"rules.{cause}.", "room.", f"criteria.{cause}")))
    criteria = [r.scenario.criteria[cause] for r in (first, second) if cause in r.scenario.criteria]
    sources = {criterion.source.kind for criterion in criteria}
    prefixes = [f"criteria.{cause}.", *(f"{part}." for part in ("power", "freight") if part in sources)]
    found = [key for key in keys if key.startswith(tuple(prefixes)) and not key.endswith(".weight")]
    layers = {criterion.measured_from.rpartition("/")[2] for criterion in criteria}
    read = [row["id"] for row in inputs if row["id"] in layers or row["before"] is not None is not row["after"]]
    found += [id for id in read if id not in found]
    if not found:
        found = [key for key in keys if key.startswith(("zone_value", "site_area_km2", "grid.", "rules."))]
    moved = first.scenario.zone_value == "best_site" and kind == "value"
    return ", ".join(found) or ("最佳场址移动 / another best site" if moved else "")


def _short(value: Any) -> str:
    text = "-" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _input_words(row: Mapping[str, Any]) -> str:
    if row["before"] is None:
        return "新增 / new"
    return "不再使用 / no longer read" if row["after"] is None else "内容变化 / another content"


def _step(row: Mapping[Any, Any]) -> str:
    if row["status_before"] != row["status_after"]:
        return f"{row['status_before']} -> {row['status_after']}"
    return f"{row['rank_before']:>4} -> {row['rank_after']:>4} ({row['rank_before'] - row['rank_after']:+d})"
