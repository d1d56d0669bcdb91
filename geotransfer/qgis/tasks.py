"""What the plugin can ask for: one function a task, files in and files out.

A task takes the parameters of the job (plain JSON values) and says how far it is; it returns the files it wrote by the
name of the output, and what is to be printed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.readers import read_features
from geotransfer.errors import InputError
from geotransfer.freight.network import freight_network
from geotransfer.mcda.acceptability import rank_acceptability
from geotransfer.mcda.comparisons import weights_from_comparisons
from geotransfer.outputs import read_result, write_result
from geotransfer.qgis.styles import raster_qml, zones_qml
from geotransfer.raster import Raster, read_raster, write_raster
from geotransfer.siting.explanation import CriterionPart, Explanation, explain
from geotransfer.spatial.cost_distance import cost_distance
from geotransfer.spatial.zonal import zonal_statistics
from geotransfer.spec.overrides import parse_assignment
from geotransfer.spec.scenario import Scenario, scenario
from geotransfer.study.assembly import run
from geotransfer.study.result import Result
from geotransfer.types import FloatArray, Text
from geotransfer.words import STATUSES, in_words

__all__ = ["TASKS", "Done", "Say"]

Say = Callable[[str, float], None]
"""Called as ``say(what, share done)``."""
VECTOR_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile", ".fgb": "FlatGeobuf"}


@dataclass(frozen=True)
class Done:
    """What a task wrote: files by output name, a style for some of them, lines for the log, values."""

    files: dict[str, str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


def run_scenario(job: Mapping[str, Any], say: Say) -> Done:
    """Run a scenario (a built-in name or a TOML file, with assignments) and write its whole folder."""
    folder = Path(job["folder"])
    result = _run(_study(job), say)
    say("writing", 0.9)
    write_result(result, folder)
    ranking, suitability = folder / "ranking.gpkg", folder / "suitability.tif"
    files = {"FOLDER": str(folder), "RANKING": str(ranking), "SUITABILITY": str(suitability)}
    styles = {
        "RANKING": _style(ranking, _zones_style(result)),
        "SUITABILITY": _style(suitability, raster_qml(result.suitability.values)),
    }
    return Done(files, styles, _told(result, job))


def suitability_of_zones(job: Mapping[str, Any], say: Say) -> Done:
    """Rank the user's zones (a file) by a scenario."""
    study = _study({**job, "assignments": [*job.get("assignments", []), f"zones={job['zones']}"]})
    result = _run(study, say)
    path = _write(result.ranking, job["output"])
    return Done({"OUTPUT": str(path)}, {"OUTPUT": _style(path, _zones_style(result))}, _told(result, job))


def suitability_raster(job: Mapping[str, Any], say: Say) -> Done:
    """Write the suitability of cells by a scenario."""
    result = _run(_study(job), say)
    path = Path(job["output"])
    write_raster(result.suitability, path)
    return Done(
        {"OUTPUT": str(path)}, {"OUTPUT": _style(path, raster_qml(result.suitability.values))}, _told(result, job)
    )


def statistics_of_zones(job: Mapping[str, Any], say: Say) -> Done:
    """Write zones with statistics of a raster, cells weighted by exact coverage."""
    zones = read_features(job["zones"])
    raster = _band(job["raster"], job.get("band", 1))
    say("zones", 0.3)
    stats = tuple(job["stats"])
    table = zonal_statistics(raster, zones, stats=stats).rename(columns=lambda name: f"{job['prefix']}{name}")
    clash = sorted(set(table.columns) & set(zones.columns))
    if clash:
        raise InputError(f"the zones already have the fields {', '.join(clash)}; choose another prefix")
    found = gpd.GeoDataFrame(pd.concat([zones, table], axis=1), crs=zones.crs)
    return _styled(found, job["output"], str(table.columns[0]))


def weights(job: Mapping[str, Any], say: Say) -> Done:
    """Write weights from pairwise comparisons."""
    names = [name.strip() for name in job["names"]]
    size = len(names)
    cells = [_judgement(cell) for cell in job["matrix"]]
    if len(cells) != size * size:
        raise InputError(f"the matrix has {len(cells)} cells, expected {size} x {size}: one row and column a criterion")
    say("weights", 0.5)
    found = weights_from_comparisons(np.array(cells).reshape(size, size), method=job["method"], names=names)
    table = pd.DataFrame({"criterion": names, "weight": found.weights})
    path = Path(job["output"])
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    ratio = float(found.consistency_ratio)
    lines = [f"{name}: {weight:.4f}" for name, weight in zip(names, found.weights.tolist(), strict=True)]
    return Done({"OUTPUT": str(path)}, {}, [*lines, f"consistency ratio {ratio:.4f}"], {"CONSISTENCY_RATIO": ratio})


def acceptability(job: Mapping[str, Any], say: Say) -> Done:
    """Write zones with how often each takes the best ranks when the weights are drawn."""
    zones = read_features(job["zones"])
    scores = zones[list(job["fields"])].to_numpy(dtype=np.float64)
    complete = np.isfinite(scores).all(axis=1)
    if complete.sum() < 2:
        raise InputError(f"{int(complete.sum())} zones have all of {', '.join(job['fields'])}; expected at least 2")
    say("drawing", 0.3)
    given = job.get("weights") or None
    found = rank_acceptability(
        scores[complete],
        draws=int(job["draws"]),
        seed=int(job["seed"]),
        weights=given,
        concentration=float(job["concentration"]) if given else None,
    )
    top = min(int(job["top"]), int(complete.sum()))
    columns = {
        "first_rank_acceptability": found.top(1),
        f"top{top}_acceptability": found.top(top),
        "rank_p05": found.rank_percentile(0.05).astype(float),
        "rank_p95": found.rank_percentile(0.95).astype(float),
    }
    placed = {name: _placed(values, complete) for name, values in columns.items()}
    return _styled(zones.assign(**placed), job["output"], f"top{top}_acceptability")


def freight_costs(job: Mapping[str, Any], say: Say) -> Done:
    """Write zones with the cheapest way on the default freight network to each destination."""
    zones = read_features(job["zones"])
    network = freight_network(commodity=job["commodity"])
    say("network", 0.4)
    names = [name.strip() for name in job["destinations"] if name.strip()]
    found = network.costs(zones, names, by=job["by"])
    columns = {f"{job['by']}_{name}": found[:, number] for number, name in enumerate(names)}
    return _styled(zones.assign(**columns), job["output"], next(iter(columns)), highest_first=False)


def distance_by_cost(job: Mapping[str, Any], say: Say) -> Done:
    """Write the accumulated cost of the cheapest way from the nearest source."""
    friction = _band(job["friction"], job.get("band", 1))
    say("distance", 0.3)
    found = cost_distance(friction, read_features(job["sources"]))
    path = Path(job["output"])
    write_raster(found, path)
    return Done({"OUTPUT": str(path)}, {"OUTPUT": _style(path, raster_qml(found.values, highest_first=False))})


def explain_zone(job: Mapping[str, Any], say: Say) -> Done:
    """Write why a zone of a finished result stands where it stands."""
    result = read_result(job["folder"])
    say("explaining", 0.5)
    found = explain(result, str(job["zone"]).strip())
    path = Path(job["output"])
    text = json.dumps(found.as_dict(), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return Done({"OUTPUT": str(path)}, {}, _explained(found, job))


TASKS: Mapping[str, Callable[[Mapping[str, Any], Say], Done]] = {
    "run_scenario": run_scenario,
    "suitability_zones": suitability_of_zones,
    "suitability_raster": suitability_raster,
    "zonal_statistics": statistics_of_zones,
    "weights": weights,
    "rank_acceptability": acceptability,
    "freight_cost": freight_costs,
    "cost_distance": distance_by_cost,
    "explain_zone": explain_zone,
}


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
    return [_pick(text, job) for text in (numbers, *notes)]


def _pick(text: Text, job: Mapping[str, Any]) -> str:
    """Return a text in the language QGIS speaks."""
    return text.zh if job.get("language") == "zh" else text.en


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
        *(_part_said(part) for part in found.criteria),
        *([found.screening_note] if found.screening_note else []),
    ]
    return [_pick(line, job) for line in lines]


def _part_said(part: CriterionPart) -> Text:
    value, score = ("-" if number is None else f"{number:.4g}" for number in (part.value, part.score))
    return Text(
        zh=f"{part.title.zh}: {value} {part.unit}, 得分 {score}, 权重 {part.weight:.3f}",
        en=f"{part.title.en}: {value} {part.unit}, score {score}, weight {part.weight:.3f}",
    )


def _band(path: str, band: int) -> Raster:
    return read_raster(path, band=band)


def _judgement(cell: Any) -> float:
    """Read 3, "3" or "1/3"."""
    text = str(cell).strip()
    above, slash, below = text.partition("/")
    try:
        return float(above) / float(below) if slash else float(text)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"the matrix holds {text!r}, expected a number such as 3 or 1/3") from None


def _placed(values: FloatArray, rows: np.ndarray) -> FloatArray:
    whole = np.full(len(rows), np.nan)
    whole[rows] = values
    return whole


def _write(features: gpd.GeoDataFrame, path: str) -> Path:
    target = Path(path)
    driver = VECTOR_DRIVERS.get(target.suffix.lower())
    if driver is None:
        raise InputError(f"output {target.name!r}: expected a file that ends in {', '.join(VECTOR_DRIVERS)}")
    options = {"VERSION": "1.3"} if driver == "GPKG" else {"ENCODING": "UTF-8"} if driver == "ESRI Shapefile" else {}
    features.to_file(target, driver=driver, engine="pyogrio", **options)
    return target


def _styled(zones: gpd.GeoDataFrame, output: str, column: str, *, highest_first: bool = True) -> Done:
    path = _write(zones, output)
    values = zones[column].to_numpy(dtype=np.float64)
    style = zones_qml(
        values, field=column, aliases={}, statuses=False, shape=_shape(zones), highest_first=highest_first
    )
    return Done({"OUTPUT": str(path)}, {"OUTPUT": _style(path, style)})


def _zones_style(result: Result) -> str:
    aliases = {column.name: column.meaning.zh for column in result.columns}
    values = result.ranking["score"].to_numpy(dtype=np.float64)
    return zones_qml(values, field="score", aliases=aliases, statuses=True, shape=_shape(result.ranking))


def _shape(features: gpd.GeoDataFrame) -> str:
    kinds = set(features.geom_type.dropna().str.replace("Multi", ""))
    return "point" if kinds <= {"Point"} else "line" if kinds <= {"LineString"} else "polygon"


def _style(path: Path, style: str) -> str:
    target = path.with_suffix(".qml")
    target.write_text(style, encoding="utf-8", newline="\n")
    return str(target)
