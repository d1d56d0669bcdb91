"""`read_result`: a finished folder read back, whoever made it: whole and of the types a run writes, or refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.errors import InputError
from geotransfer.guard.bounded import check_regular, read_json
from geotransfer.guard.sandbox import check_inside, check_values
from geotransfer.inputs.zones import load_zones
from geotransfer.outputs.ranking import read_ranking, read_rule_areas
from geotransfer.outputs.record import ResultPart, checked_record
from geotransfer.outputs.seal import check_seal
from geotransfer.raster import Raster, mapped_raster, raster_grid, read_values
from geotransfer.results.columns import column_descriptions
from geotransfer.results.result import Result
from geotransfer.spatial.windowed import LARGE_CELLS
from geotransfer.spec.scenario import Scenario
from geotransfer.types import FloatArray

__all__ = ["MANIFEST", "RECORD", "check_folder", "is_ours", "read_result"]

RECORD = "run.json"
MANIFEST = "files.json"
"""Size and sha256 of the other files of the folder of a batch, which leaves the shapes of zones where they are."""
SMALL_RASTER = 10_000_000
MOST_CELLS_A_BYTE = 1_000
"""A run packs cells of four bytes by deflate: 258 a byte where all are alike."""
ROWS = 512
"""Of cells looked at at a time: those of a large study stay on disk."""
READ = ("ranking.parquet", "suitability.tif", "excluded.tif", "stability.tif", "rule_areas.parquet", RECORD, MANIFEST)


def read_result(directory: str | os.PathLike[str], *, sandbox: bool = False) -> Result:
    """Read back a result that `write_result` wrote.

    Parameters
    ----------
    directory : path
        Of a finished run. One without a seal (of an older version) is read as far as its values are of the types and
        in the ranges that a run writes.
    sandbox : bool
        For a folder of somebody else: no link in it and no file that it names may lead out of it, and it may not ask
        for tiles.

    Raises
    ------
    InputError
        The folder holds no complete result; it was damaged or edited since the run wrote it; it holds what no run
        writes; or the sandbox refuses it.

    Examples
    --------
    >>> read_result("nowhere")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: folder 'nowhere' holds no complete result (no run.json of ours); run the ...
    """
    folder = Path(directory)
    record = _read_record(folder)
    if sandbox:
        check_folder(folder)
    check_seal(record, folder)
    checked = checked_record(record, folder).result
    scenario = Scenario.from_mapping(record["result"]["scenario"], what=f"run.json of {str(folder)!r}")
    _check_criteria(folder, scenario, checked)
    ranking = _read_ranking(folder, scenario, checked)
    suitability, excluded = (_read_cells(folder / f"{name}.tif") for name in ("suitability", "excluded"))
    stability = _read_cells(folder / "stability.tif") if (folder / "stability.tif").exists() else None
    for name, raster in (("excluded", excluded), ("stability", stability)):
        if raster is not None and raster.grid != suitability.grid:
            raise InputError(
                f"{name}.tif of {str(folder)!r} is on {raster.grid!r}, expected that of suitability.tif, "
                f"{suitability.grid!r}; one of them is of another run: run the scenario again"
            )
    columns = column_descriptions(scenario, ranking.columns)
    # a folder of an older version has no such table
    removed = folder / "rule_areas.parquet"
    rule_areas = read_rule_areas(removed) if removed.exists() else None
    # the scenario as it was checked: what a later version added has its default
    result = {**record["result"], "scenario": scenario.model_dump(mode="json")}
    provenance = {"result": result, "execution": record["execution"]}
    return Result(scenario, ranking, suitability, excluded, columns, provenance, stability, rule_areas)


def check_folder(folder: Path, *, root: Path | None = None) -> None:
    """Raise when a finished folder leads out of itself: by a link, by the zones it names, or by tiles with your key.

    Parameters
    ----------
    folder : Path
        Of a finished run.
    root : Path, optional
        Below which everything must lie: the folder itself, if it is not given.

    Raises
    ------
    InputError
        The message names the file or the key.
    """
    for name in READ:
        check_inside(folder / name, root or folder, what=name)
    result = _read_record(folder)["result"]
    named = result["scenario"]
    zones = named.get("zones") if isinstance(named, dict) else None
    shown = result.get("map")
    tiles = shown.get("tiles") if isinstance(shown, dict) else None
    if tiles is not None:
        check_values({"map": {"tiles": str(tiles)}}, folder)
    if (folder / MANIFEST).exists() and isinstance(zones, str):
        check_values({"zones": zones}, root or folder, resolved=True)


def is_ours(folder: Path) -> bool:
    """Whether a folder holds the run.json of a finished run.

    Examples
    --------
    >>> is_ours(Path("nowhere"))
    False
    """
    try:
        _read_record(folder)
    except InputError:
        return False
    return True


def _read_record(folder: Path) -> dict[str, Any]:
    """Return run.json, which holds a part ``result`` with what `is_ours` looks for."""
    path = folder / RECORD
    if not path.exists():
        raise _incomplete(folder)
    record = read_json(path)
    result = record.get("result") if isinstance(record, dict) else None
    if not (isinstance(record, dict) and isinstance(result, dict) and {"geotransfer", "scenario"} <= set(result)):
        raise _incomplete(folder)
    return record


def _incomplete(folder: Path) -> InputError:
    return InputError(f"folder {str(folder)!r} holds no complete result (no run.json of ours); run the scenario first")


def _check_criteria(folder: Path, scenario: Scenario, record: ResultPart) -> None:
    names, asked = [criterion.id for criterion in record.criteria], list(scenario.criteria)
    if names != asked:
        raise InputError(
            f"run.json of {str(folder)!r} records the criteria {', '.join(names)[:200]}, expected those of its "
            f"scenario: {', '.join(asked)[:200]}; it is damaged or edited: run the scenario again"
        )


def _read_ranking(folder: Path, scenario: Scenario, record: ResultPart) -> gpd.GeoDataFrame:
    """Return the ranking with the shapes of its zones; a batch's folder leaves them where the scenario has them."""
    path, whole = folder / "ranking.parquet", not (folder / MANIFEST).exists()
    table = read_ranking(path, scenario, record, shapes=whole)
    if isinstance(table, gpd.GeoDataFrame):
        return table
    zones = load_zones(scenario)
    shapes = pd.Series(zones.shown.to_numpy(), index=zones.table["zone"].to_numpy())
    if not set(table["zone"]) <= set(shapes.index):
        raise InputError(f"the zones of {str(folder)!r} are no longer those of {scenario.zones!r}; run it again")
    return gpd.GeoDataFrame(table, geometry=shapes.loc[table["zone"]].to_numpy(), crs="EPSG:4326")


def _read_cells(path: Path) -> Raster:
    """Return a raster of shares; where every cell is excluded or unknown it holds none, which is a result too."""
    size, cells = check_regular(path), raster_grid(path).size
    if cells > max(SMALL_RASTER, MOST_CELLS_A_BYTE * size):
        raise InputError(
            f"raster {str(path)!r} states {cells:,} cells in {size:,} bytes, expected at most {MOST_CELLS_A_BYTE:,} a "
            "byte; its header lies: get the folder again"
        )
    try:
        raster = mapped_raster(path) if cells > LARGE_CELLS else Raster(*read_values(path))
    except MemoryError as error:
        raise InputError(f"raster {str(path)!r} asks for more memory than there is; run the scenario again") from error
    for first in range(0, len(raster.values), ROWS):
        _check_shares(raster.values[first : first + ROWS], path)
    return raster


def _check_shares(values: FloatArray, path: Path) -> None:
    wrong = values[~np.isnan(values) & ~((values >= -1e-6) & (values <= 1 + 1e-6))]
    if wrong.size:
        raise InputError(
            f"raster {str(path)!r} holds {wrong[0]:g}, expected 0 to 1; it is damaged or edited: run the scenario again"
        )
