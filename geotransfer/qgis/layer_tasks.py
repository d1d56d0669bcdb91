"""Tasks on the user's own layers: statistics, weights, freight, cost distance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from geotransfer.qgis.done import Done, Say, in_language, styled_zones, write_style
from geotransfer.qgis.styles import raster_qml
from geotransfer.raster import read_raster, write_raster
from geotransfer.spatial.cost_distance import cost_distance
from geotransfer.spatial.zonal import zonal_statistics
from geotransfer.types import FloatArray, Text

__all__ = ["LAYER_TASKS"]


def statistics_of_zones(job: Mapping[str, Any], say: Say) -> Done:
    """Write zones with statistics of a raster, cells weighted by exact coverage."""
    zones = read_features(job["zones"])
    raster = read_raster(job["raster"], band=job.get("band", 1))
    say("zones", 0.3)
    stats = tuple(job["stats"])
    table = zonal_statistics(raster, zones, stats=stats).rename(columns=lambda name: f"{job['prefix']}{name}")
    clash = sorted(set(table.columns) & set(zones.columns))
    if clash:
        raise InputError(f"the zones already have the fields {', '.join(clash)}; choose another prefix")
    found = gpd.GeoDataFrame(pd.concat([zones, table], axis=1), crs=zones.crs)
    return styled_zones(found, job["output"], str(table.columns[0]))


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
    told = Text(zh=f"一致性比率 {ratio:.4f}", en=f"consistency ratio {ratio:.4f}")
    lines = [f"{name}: {weight:.4f}" for name, weight in zip(names, found.weights.tolist(), strict=True)]
    return Done({"OUTPUT": str(path)}, {}, [*lines, in_language(told, job)], {"CONSISTENCY_RATIO": ratio})


def acceptability(job: Mapping[str, Any], say: Say) -> Done:
    """Write zones with how often each takes the best ranks when the weights are drawn."""
    zones = read_features(job["zones"])
    missing = [name for name in job["fields"] if name not in zones.columns]
    if missing:
        there = ", ".join(str(name) for name in zones.columns.drop("geometry"))
        raise InputError(f"the zones have no field {', '.join(missing)}; they have {there}")
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
    return styled_zones(zones.assign(**placed), job["output"], f"top{top}_acceptability")


def freight_costs(job: Mapping[str, Any], say: Say) -> Done:
    """Write zones with the cheapest way on the default freight network to each destination."""
    zones = read_features(job["zones"])
    network = freight_network(commodity=job["commodity"])
    say("network", 0.4)
    names = [name.strip() for name in job["destinations"] if name.strip()]
    found = network.costs(zones, names, by=job["by"])
    columns = {f"{job['by']}_{name}": found[:, number] for number, name in enumerate(names)}
    return styled_zones(zones.assign(**columns), job["output"], next(iter(columns)), highest_first=False)


def distance_by_cost(job: Mapping[str, Any], say: Say) -> Done:
    """Write the accumulated cost of the cheapest way from the nearest source."""
    friction = read_raster(job["friction"], band=job.get("band", 1))
    say("distance", 0.3)
    found = cost_distance(friction, read_features(job["sources"]))
    path = Path(job["output"])
    write_raster(found, path)
    return Done({"OUTPUT": str(path)}, {"OUTPUT": write_style(path, raster_qml(found.values, highest_first=False))})


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


LAYER_TASKS: Mapping[str, Callable[[Mapping[str, Any], Say], Done]] = {
    "zonal_statistics": statistics_of_zones,
    "weights": weights,
    "rank_acceptability": acceptability,
    "freight_cost": freight_costs,
    "cost_distance": distance_by_cost,
}
