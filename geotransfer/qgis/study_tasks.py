"""Tasks that run a scenario, match capacity, or explain what was run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geotransfer.catalog.readers import read_features
from geotransfer.errors import InputError
from geotransfer.outputs.folder import read_result, write_result
from geotransfer.qgis.done import Done, Say, in_language, shape_of, write_features, write_style
from geotransfer.qgis.styles import raster_qml, zones_qml
from geotransfer.raster import write_raster
from geotransfer.relocation.matching import match
from geotransfer.relocation.problem import Problem
from geotransfer.relocation.writing import write_matching
from geotransfer.results.result import Result
from geotransfer.siting.explanation import CriterionPart, Explanation, explain
from geotransfer.spec.overrides import parse_assignment
from geotransfer.spec.scenario import Scenario, scenario
from geotransfer.study.assembly import run
from geotransfer.types import Text
from geotransfer.words import STATUSES, in_words

__all__ = ["STUDY_TASKS", "style_folder"]

FLOW_ALIASES = {
    "origin": "转出地", "industry": "产业", "zone": "承接地 (键)", "name": "承接地", "province": "承接省",
    "tonnes": "产能 (吨/年)", "closed": "转出地关停产能 (吨/年)",
    "cost_yuan": "成本 (元/年)", "co2_change_t": "用电 CO2 变化 (吨/年)",
}  # fmt: skip


def run_scenario(job: Mapping[str, Any], say: Say) -> Done:
    """Run a scenario (a built-in name or a TOML file, with assignments) and write its whole folder."""
    folder = Path(job["folder"])
    result = _run(_study(job), say)
    say("writing", 0.9)
    write_result(result, folder)
    ranking, suitability = folder / "ranking.gpkg", folder / "suitability.tif"
    files = {"FOLDER": str(folder), "RANKING": str(ranking), "SUITABILITY": str(suitability)}
    return Done(files, _styles(result, folder), _told(result, job))


def style_folder(folder: Path) -> list[Path]:
    """Write ranking.qml and suitability.qml beside the files of a finished run; return their paths.

    Raises
    ------
    InputError
        The folder holds no finished run.
    """
    return [Path(path) for path in _styles(read_result(folder), folder).values()]


def _styles(result: Result, folder: Path) -> dict[str, str]:
    return {
        "RANKING": write_style(folder / "ranking.gpkg", _zones_style(result)),
        "SUITABILITY": write_style(folder / "suitability.tif", raster_qml(result.suitability.values)),
    }


def suitability_of_zones(job: Mapping[str, Any], say: Say) -> Done:
    """Rank the user's zones (a file) by a scenario."""
    study = _study({**job, "assignments": [*job.get("assignments", []), f"zones={job['zones']}"]})
    result = _run(study, say)
    path = write_features(result.ranking, job["output"])
    return Done({"OUTPUT": str(path)}, {"OUTPUT": write_style(path, _zones_style(result))}, _told(result, job))


def suitability_raster(job: Mapping[str, Any], say: Say) -> Done:
    """Write the suitability of cells by a scenario."""
    result = _run(_study(job), say)
    path = Path(job["output"])
    write_raster(result.suitability, path)
    return Done(
        {"OUTPUT": str(path)}, {"OUTPUT": write_style(path, raster_qml(result.suitability.values))}, _told(result, job)
    )


def match_capacity(job: Mapping[str, Any], say: Say) -> Done:
    """Match what origins offer with places of finished runs, as a problem file says; write the plan's folder."""
    say("problem", 0.05)
    plan = match(Problem.from_file(job["problem"]))
    say("writing", 0.9)
    folder = write_matching(plan, job["folder"])
    if plan.conflict is not None:
        raise InputError(f"no plan fits; these rules cannot hold together: {'; '.join(plan.conflict.names)}")
    flows = folder / "flows.gpkg"
    found = read_features(flows)
    style = zones_qml(
        found["tonnes"].to_numpy(dtype=np.float64), field="tonnes", aliases=FLOW_ALIASES, statuses=False, shape="line"
    )
    moved = Text(
        zh=f"{len(found)} 条流, 共 {found['tonnes'].sum():,.0f} 吨/年; 与最优的差距不超过 {plan.solved.gap:.2%}",
        en=f"{len(found)} flows, {found['tonnes'].sum():,.0f} t/a in all; within {plan.solved.gap:.2%} of the best",
    )
    return Done(
        {"FOLDER": str(folder), "FLOWS": str(flows)}, {"FLOWS": write_style(flows, style)}, [in_language(moved, job)]
    )


def explain_zone(job: Mapping[str, Any], say: Say) -> Done:
    """Write why a zone of a finished result stands where it stands."""
    result = read_result(job["folder"])
    say("explaining", 0.5)
    found = explain(result, str(job["zone"]).strip())
    path = Path(job["output"])
    text = json.dumps(found.as_dict(), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return Done({"OUTPUT": str(path)}, {}, _explained(found, job))


def _study(job: Mapping[str, Any]) -> Scenario:
    name = str(job["scenario"]).strip()
    study = Scenario.from_file(name) if name.endswith(".toml") or Path(name).is_file() else scenario(name)
    assignments = dict(parse_assignment(text) for text in job.get("assignments", []) if text.strip())
    return study.with_overrides(assignments) if assignments else study


def _run(study: Scenario, say: Say) -> Result:
    return run(study, progress=lambda stage, done, total: say(stage, 0.9 * done / max(total, 1)))


def _told(result: Result, job: Mapping[str, Any]) -> list[str]:
    record = result.provenance["result"]
    counts = record["counts"]
    numbers = Text(
        zh=f"参与排名 {counts['ranked']}, 排除 {counts['excluded']}, 未知 {counts['unknown']}",
        en=f"ranked {counts['ranked']}, excluded {counts['excluded']}, unknown {counts['unknown']}",
    )
    notes = [Text(**note) for note in (record["headline"], record["screening_note"]) if note]
    return [in_language(text, job) for text in (numbers, *notes)]


def _explained(found: Explanation, job: Mapping[str, Any]) -> list[str]:
    """Return an explanation in a few lines of the log; the whole of it is in the file."""
    standing = found.standing
    rank = "-" if standing.rank is None else f"{standing.rank}/{standing.ranked}"
    score = "-" if standing.score is None else f"{standing.score:.4f}"
    status = in_words(found.status, STATUSES)
    place = f"{found.province} {found.name}"
    lines = [
        Text(zh=f"{place}: {status.zh}, 名次 {rank}, 得分 {score}", en=f"{place}: {status.en}, {rank}, score {score}"),
        *([found.reason] if found.reason else []),
        *(_part_said(part) for part in found.criteria if part.weight > 0),
        *([found.screening_note] if found.screening_note else []),
    ]
    return [in_language(line, job) for line in lines]


def _part_said(part: CriterionPart) -> Text:
    value, score = ("-" if number is None else f"{number:.4g}" for number in (part.value, part.score))
    unit = "" if part.unit == "1" else f" {part.unit}"
    return Text(
        zh=f"{part.title.zh}: {value}{unit}, 得分 {score}, 权重 {part.weight:.3f}",
        en=f"{part.title.en}: {value}{unit}, score {score}, weight {part.weight:.3f}",
    )


def _short(meaning: str) -> str:
    """Return the first part of a meaning, as the title of a field."""
    return re.split("[,，;；:：]", meaning, maxsplit=1)[0].strip()


def _zones_style(result: Result) -> str:
    aliases = {column.name: _short(column.meaning.zh) for column in result.columns}
    values = result.ranking["score"].to_numpy(dtype=np.float64)
    return zones_qml(values, field="score", aliases=aliases, statuses=True, shape=shape_of(result.ranking))


STUDY_TASKS: Mapping[str, Callable[[Mapping[str, Any], Say], Done]] = {
    "run_scenario": run_scenario,
    "suitability_zones": suitability_of_zones,
    "suitability_raster": suitability_raster,
    "match": match_capacity,
    "explain_zone": explain_zone,
}
