"""What children are told to do: damage a seed, or build a study, and push it through geotransfer's doors."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import sys
import tempfile
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import geotransfer as gt
from geotransfer.errors import GeotransferError, InputError

SEEDS: dict[str, list[dict[str, bytes]]] = {}
SEARCHED = ("zone", "name", "adcode")


def load() -> dict[str, Callable[..., object]]:
    """Import everything, make the seeds, and return the targets by name.

    Whatever runs code of other libraries does so in a child of its own: a process that forks should have no threads.
    """
    SEEDS.update(_made_in_a_child())
    gt.boundaries("county"), gt.boundaries("prefecture"), gt.boundaries("province")
    gt.match_divisions(["灵武市"])
    return {name.removeprefix("do_"): target for name, target in globals().items() if name.startswith("do_")}


def _made_in_a_child() -> dict[str, list[dict[str, bytes]]]:
    """Return the seeds, made by a child that also says which modules that took; import those."""
    folder = Path(tempfile.mkdtemp(prefix="geotransfer-seeds-"))
    try:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _make(folder)
                code = 0
            except BaseException:  # noqa: BLE001 - it is said, and the parent raises
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            raise RuntimeError("the seeds could not be made")
        seeds, modules = pickle.loads((folder / "made").read_bytes())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for module in modules:
        if module not in sys.modules:
            try:
                __import__(module)
            except ImportError:
                continue
    return seeds


def _make(folder: Path) -> None:
    import fuzz_laws
    import fuzz_seeds

    seeds = fuzz_seeds.make_seeds(folder)
    result = gt.run(fuzz_seeds.own_study(folder))
    fuzz_laws.check_result(result)
    for name in ("gpkg", "tif"):
        (folder / name / "again").mkdir()
        (do_features if name == "gpkg" else do_tif)(folder / name / "again", seed=0, index=0, sound=seeds[name][0])
    (folder / "made").write_bytes(pickle.dumps((seeds, sorted(sys.modules))))


def _damaged(format: str, folder: Path, seed: int, index: int, *, text: tuple[str, ...] = ()) -> Path:
    """Write the damaged files of a case and return the one to open."""
    import fuzz_mutation
    import fuzz_seeds

    random = _random(format, seed, index)
    one = SEEDS[format][random.integers(len(SEEDS[format]))]
    first = next(iter(one))
    fuzz_seeds.write(fuzz_mutation.damaged_parts(one, random, text=text), folder)
    return folder / first


def _random(format: str, seed: int, index: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(format.encode()), seed, index])


def _run(values: dict[str, Any], folder: Path) -> gt.Result:
    import fuzz_laws
    import fuzz_seeds

    (folder / "own.toml").write_text(fuzz_seeds.toml_of(values), encoding="utf-8")
    result = gt.run(gt.Scenario.from_file(folder / "own.toml"))
    fuzz_laws.check_result(result)
    return result


# --- damaged files ----------------------------------------------------------------------------------


def do_features(
    folder: Path, *, seed: int, index: int, format: str = "gpkg", sound: dict[str, bytes] | None = None
) -> None:
    """Read features, and rank them as zones."""
    import fuzz_laws
    import fuzz_seeds

    text = (".geojson", ".prj", ".cpg")
    path = fuzz_seeds.write(sound, folder) if sound else _damaged(format, folder, seed, index, text=text)
    fuzz_laws.check_features(gt.read_features(path))
    fuzz_seeds.write({"good.tif": SEEDS["tif"][0]["r.tif"]} if SEEDS else {"good.tif": b""}, folder)
    if SEEDS:
        source = {"kind": "raster", "file": "good.tif"}
        _run(_one_criterion(source, zones=path.name), folder)


def _one_criterion(source: dict[str, Any], **more: Any) -> dict[str, Any]:
    import fuzz_seeds

    values = fuzz_seeds.own_scenario(**more)
    own = {**values["criteria"]["own"], "source": source}
    return {**values, "criteria": {"own": own}, "rules": {}}


def do_tif(folder: Path, *, seed: int, index: int, sound: dict[str, bytes] | None = None) -> None:
    """Read a raster whole, in parts and as a criterion and a rule."""
    import fuzz_laws
    import fuzz_seeds

    from geotransfer.raster import raster_blocks, raster_grid

    path = fuzz_seeds.write(sound, folder) if sound else _damaged("tif", folder, seed, index)
    raster = gt.read_raster(path)
    fuzz_laws.check_raster(raster)
    fuzz_laws.hold(raster_grid(path) == raster.grid, "the grid is that of the values")
    parts = np.concatenate(list(raster_blocks(path, cells=500)))
    fuzz_laws.hold(np.array_equal(parts, raster.values, equal_nan=True), "parts are the whole")
    fuzz_seeds.beside(folder).to_file(folder / "z.gpkg")
    source = {"kind": "raster", "file": path.name}
    values = _one_criterion(source)
    values["rules"] = {"high": {**fuzz_seeds.own_scenario()["rules"]["high"], "test": {**source, "at_most": 0.9}}}
    _run(values, folder)


def do_csv(folder: Path, *, seed: int, index: int) -> None:
    """Read a table through the door it is meant for, and as zones."""
    path = _damaged("csv", folder, seed, index, text=(".csv",))
    encoding = ("GB18030", None, None, "utf-8", "utf-16")[index % 5]
    _read_table(path, encoding, folder)


def _read_table(path: Path, encoding: str | None, folder: Path) -> None:
    import fuzz_laws

    from geotransfer.catalog.readers import read_table
    from geotransfer.industry.policy_lists import read_policy_list
    from geotransfer.siting.parks import is_names_only, match_parks

    table = read_table(path, encoding=encoding)
    fuzz_laws.hold(not table.isna().all(axis=1).any(), "no empty row")
    doors: list[Callable[[], object]] = [
        lambda: read_policy_list(path),
        lambda: gt.read_features(path, encoding=encoding),
        lambda: match_parks(table) if is_names_only(table) else None,
        lambda: _study_of_table(path, folder),
    ]
    errors = [error for error in map(_own_error, doors) if error is not None]
    if len(errors) == len(doors):
        raise errors[0]


def _own_error(door: Callable[[], object]) -> GeotransferError | None:
    try:
        door()
    except GeotransferError as error:
        return error
    return None


def _study_of_table(path: Path, folder: Path) -> None:

    source = {"kind": "table", "file": path.name, "by": "adcode", "key": "adcode", "column": "value"}
    (folder / "z.gpkg").write_bytes(SEEDS["gpkg"][0]["z.gpkg"])
    _run(_one_criterion(source, zones="z.gpkg"), folder)


def do_toml(folder: Path, *, seed: int, index: int) -> None:
    """Read a TOML file through its door; run the small scenario."""
    path = _damaged("toml", folder, seed, index, text=(".toml",))
    read_toml(path, folder)


def read_toml(path: Path, folder: Path) -> None:
    """Read a file of TOML by what its name says it is."""
    import fuzz_laws

    from geotransfer.industry.county_rules import read_county_rules
    from geotransfer.relocation.problem import Problem

    kind = path.stem
    if kind == "county_types":
        read_county_rules(path)
    elif kind == "profiles":
        gt.industry_profile("electrolytic_aluminium", file=str(path))
    elif kind == "problem":
        Problem.from_file(path)
    elif kind == "sweep":
        (folder / "own.toml").write_bytes(next(s for s in SEEDS["toml"] if "own.toml" in s)["own.toml"])
        gt.read_cases([str(path)])
    else:
        study = gt.Scenario.from_file(path)
        again = gt.Scenario.from_mapping(study.model_dump(mode="json"))
        fuzz_laws.hold(again == study, "a scenario survives being written down")
        if kind == "own" and study.zones.endswith("z.gpkg"):
            (folder / "z.gpkg").write_bytes(SEEDS["gpkg"][0]["z.gpkg"])
            (folder / "r.tif").write_bytes(SEEDS["tif"][0]["r.tif"])
            fuzz_laws.check_result(gt.run(study))


def do_tree(folder: Path, *, seed: int, index: int) -> None:
    """A scenario whose values are of other types, gone or elsewhere: through `run`."""
    import fuzz_laws
    import fuzz_mutation
    import fuzz_seeds

    values = fuzz_mutation.damaged_tree(fuzz_seeds.own_scenario(), _random("tree", seed, index))
    (folder / "z.gpkg").write_bytes(SEEDS["gpkg"][0]["z.gpkg"])
    (folder / "r.tif").write_bytes(SEEDS["tif"][0]["r.tif"])
    os.chdir(folder)
    fuzz_laws.check_result(gt.run(gt.Scenario.from_mapping(values)))


def do_zip(folder: Path, *, seed: int, index: int) -> None:
    """Unpack an archive that is not trusted, and read the features in it."""
    from geotransfer.catalog.archives import unpack_member

    path = _damaged("zip", folder, seed, index)
    doors: list[Callable[[], object]] = [
        lambda: unpack_member(path, "r.tif", folder / "out.tif", max_bytes=1_000_000),
        lambda: unpack_member(path, "z.dbf", folder / "out.dbf", max_bytes=1_000_000),
        lambda: gt.read_features(path),
    ]
    errors = [error for error in map(_own_error, doors) if error is not None]
    if len(errors) == len(doors):
        raise errors[0]


def do_folder(folder: Path, *, seed: int, index: int) -> None:
    """A finished folder: `explain`, `diff`, and now and then map and report."""
    import fuzz_mutation
    import fuzz_seeds

    random = _random("folder", seed, index)
    one = SEEDS["folder"][random.integers(2)]
    if random.random() < 0.5:
        record = fuzz_mutation.damaged_tree(json.loads(one["run.json"]), random)
        parts = {**one, "run.json": json.dumps(record).encode()}
    else:
        parts = fuzz_mutation.damaged_parts(one, random, text=(".json", ".csv"))
    bad, good = folder / "bad", folder / "good"
    for place, seeds in ((bad, parts), (good, SEEDS["folder"][0])):
        place.mkdir()
        fuzz_seeds.write(seeds, place)
    _point_to(bad, folder)
    _use_folder(bad, good, drawn=index % 4 == 0)


def _point_to(bad: Path, folder: Path) -> None:
    """Let the record name the zones of this case where it names those of the seed."""
    (folder / "z.gpkg").write_bytes(SEEDS["gpkg"][0]["z.gpkg"])
    if (bad / "run.json").exists():
        text = (bad / "run.json").read_bytes()
        was = json.loads(SEEDS["folder"][0]["run.json"])["result"]["scenario"]["zones"]
        (bad / "run.json").write_bytes(
            text.replace(json.dumps(was).encode(), json.dumps(str(folder / "z.gpkg")).encode())
        )


def _use_folder(bad: Path, good: Path, *, drawn: bool) -> None:
    from geotransfer.outputs.folder import read_result, write_map, write_report
    from geotransfer.results.difference import difference
    from geotransfer.siting.explanation import explain

    result = read_result(bad)
    zone = str(result.ranking["zone"].iloc[0]) if len(result.ranking) and "zone" in result.ranking else "640104"
    json.dumps(explain(result, zone).as_dict(), allow_nan=False)
    difference(read_result(good), result).as_dict()
    if drawn:
        write_map(bad)
        write_report(bad)


def do_cache(folder: Path, *, seed: int, index: int) -> None:
    """A damaged file of the cache, its lock or the record of a fetched layer: the same answer as without."""
    import fuzz_laws
    import fuzz_mutation

    from geotransfer.catalog.cache import cached, shared
    from geotransfer.catalog.fetch_store import read_record
    from geotransfer.catalog.fetched import fetched_file

    os.environ["GEOTRANSFER_CACHE_DIR"] = str(folder)
    random, payload = _random("cache", seed, index), SEEDS["cache"][0]["layer"]
    for keep in (cached, shared):
        keep("layer", "00", lambda: payload)
    (folder / "fetched").mkdir()
    record = folder / "fetched" / "ghi-gsa.json"
    record.write_text(json.dumps({"layer": "ghi-gsa", "sha256": "0" * 64, "bytes": 10}), encoding="utf-8")
    (folder / "fetched" / "ghi-gsa.tif").write_bytes(SEEDS["tif"][0]["r.tif"])
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.write_bytes(fuzz_mutation.damaged(path.read_bytes(), random, text=path.suffix == ".json"))
    for keep in (cached, shared):
        fuzz_laws.hold(keep("layer", "00", lambda: payload) == payload, "the cache gives what was made")
    read_record("ghi-gsa")
    del fetched_file


# --- texts ------------------------------------------------------------------------------------------


def do_names(folder: Path, *, texts: list[str], province: str | None = None) -> None:
    """Match names of any kind: one row for each, in order, nothing dropped."""
    import fuzz_laws

    found = gt.match_divisions(texts, province=province)
    fuzz_laws.hold(list(found["given"]) == texts, "one row for each name")
    certain = found["adcode"] != ""
    uncertain = found["how"].isin(["ambiguous", "unmatched"])
    fuzz_laws.hold((certain ^ uncertain).all(), "a division, or why there is none")


# --- studies that hypothesis makes ------------------------------------------------------------------


def do_study(folder: Path, *, study: dict[str, Any]) -> None:
    """Build the files of a described study and run it."""
    import fuzz_laws
    import fuzz_studies

    os.chdir(folder)
    fuzz_laws.check_result(gt.run(fuzz_studies.build(study, folder)))


# --- the harness itself -----------------------------------------------------------------------------


def do_misbehave(folder: Path, *, how: str) -> None:
    """What a fuzzer must notice."""
    import ctypes
    import time

    if how == "segfault":
        ctypes.string_at(0)
    if how == "spin":
        while True:
            pass
    if how == "sleep":
        time.sleep(3600)
    if how == "eat":
        np.ones(300_000_000)
    if how == "foreign":
        {}["missing"]
    if how == "leave":
        os._exit(3)
    if how == "own":
        raise InputError("the value is 1, expected 2; say 2")
    if how == "mute":
        raise InputError("bad")
