"""The plugin in a real QGIS: every algorithm by qgis_process, against the Python API."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import find_qgis_process

import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS
from geotransfer.qgis.installing import install_plugin
from geotransfer.qgis.tasks import TASKS
from geotransfer.spatial.zonal import STATISTICS

pytestmark = pytest.mark.qgis

CHANGES = 'within=["宁夏"]\ngrid.resolution=25000\nrobustness.draws=0'
LINES = dict(line.split("=", 1) for line in CHANGES.splitlines())


class Qgis:
    """A QGIS of its own: profile, plugin, folder for what it writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        self.environment = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_RUNTIME_DIR": str(runtime),
            "QGIS_CUSTOM_CONFIG_PATH": str(folder / "config"),
            "GEOTRANSFER_CACHE_DIR": os.environ["GEOTRANSFER_CACHE_DIR"],
        }
        before = os.environ.get("QGIS_CUSTOM_CONFIG_PATH")
        os.environ["QGIS_CUSTOM_CONFIG_PATH"] = str(folder / "config")
        try:
            install_plugin()
        finally:
            os.environ.pop("QGIS_CUSTOM_CONFIG_PATH")
            if before is not None:
                os.environ["QGIS_CUSTOM_CONFIG_PATH"] = before
        self.call("plugins", "enable", "geotransfer_qgis")

    def command(self, *arguments: str) -> list[str]:
        return [str(find_qgis_process()), *arguments]

    def call(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env={**self.environment, **more}, capture_output=True, text=True,
            encoding="utf-8", check=False,
        )  # fmt: skip

    def run(self, algorithm: str, *, environment: dict[str, str] | None = None, **parameters: Any) -> dict[str, Any]:
        done = self.call(
            "--json",
            "run",
            f"geotransfer:{algorithm}",
            "--",
            *(f"{key}={value}" for key, value in parameters.items()),
            **(environment or {}),
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout)["results"])


@pytest.fixture(scope="module")
def qgis(tmp_path_factory: pytest.TempPathFactory) -> Qgis:
    return Qgis(tmp_path_factory.mktemp("qgis"))


@pytest.fixture(scope="module")
def counties(qgis: Qgis) -> Path:
    every = gt.boundaries("county")
    path = qgis.folder / "counties.gpkg"
    every[every["province"] == "宁夏回族自治区"].to_file(path, layer="counties", VERSION="1.3")
    return path


@pytest.fixture(scope="module")
def result() -> gt.Result:
    study = gt.scenario("aluminium").with_overrides(
        {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0}
    )
    return gt.run(study)


def test_run_scenario_writes_the_folder(qgis: Qgis, result: gt.Result) -> None:
    found = qgis.run("run_scenario", SCENARIO="aluminium", CHANGES=CHANGES, FOLDER=qgis.folder / "nx")
    ranking = gt.read_result(found["FOLDER"]).ranking
    assert ranking["zone"].tolist() == result.ranking["zone"].tolist()
    np.testing.assert_array_equal(ranking["score"], result.ranking["score"])
    style = Path(found["RANKING"]).with_suffix(".qml").read_text(encoding="utf-8")
    assert re.search(r'field="score" name="综合得分', style)
    assert "LinePatternFill" in style


def test_suitability_of_own_zones(qgis: Qgis, counties: Path) -> None:
    found = qgis.run(
        "suitability_zones", ZONES=counties, SCENARIO="aluminium", CHANGES="grid.resolution=25000\nrobustness.draws=0",
        OUTPUT=qgis.folder / "zones.gpkg",
    )  # fmt: skip
    study = gt.scenario("aluminium").with_overrides(
        {"zones": str(counties), "grid.resolution": 25_000, "robustness.draws": 0}
    )
    expected = gt.run(study).ranking.set_index("name")
    ranking = gpd.read_file(found["OUTPUT"]).set_index("name")
    np.testing.assert_allclose(ranking["score"], expected.loc[ranking.index, "score"], rtol=0, atol=1e-9)
    assert len(ranking) == 22


def test_suitability_raster(qgis: Qgis, result: gt.Result) -> None:
    found = qgis.run("suitability_raster", SCENARIO="aluminium", CHANGES=CHANGES, OUTPUT=qgis.folder / "s.tif")
    values = gt.read_raster(found["OUTPUT"]).values
    np.testing.assert_allclose(values, result.suitability.values, atol=1e-6, equal_nan=True)


def test_zonal_statistics(qgis: Qgis, counties: Path) -> None:
    raster = qgis.folder / "elevation.tif"
    gt.write_raster(gt.layer_raster("elevation"), raster)
    found = qgis.run(
        "zonal_statistics",
        ZONES=counties,
        RASTER=raster,
        STATISTICS="0,2",
        PREFIX="h_",
        OUTPUT=qgis.folder / "h.gpkg",
    )
    table = gpd.read_file(found["OUTPUT"])
    expected = gt.zonal_statistics(gt.layer_raster("elevation"), gpd.read_file(counties), stats=("mean", "max"))
    np.testing.assert_allclose(table[["h_mean", "h_max"]], expected[["mean", "max"]])


def test_weights_from_comparisons(qgis: Qgis) -> None:
    matrix = "1,3,5,1/3,1,2,1/5,1/2,1"
    found = qgis.run("weights", NAMES="电价,运费,人口", MATRIX=matrix, OUTPUT=qgis.folder / "w.csv")
    expected = gt.weights_from_comparisons([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]])
    table = pd.read_csv(found["OUTPUT"], encoding="utf-8-sig")
    assert table["criterion"].tolist() == ["电价", "运费", "人口"]
    np.testing.assert_allclose(table["weight"], expected.weights)
    assert found["CONSISTENCY_RATIO"] == pytest.approx(expected.consistency_ratio)


def test_rank_acceptability(qgis: Qgis, result: gt.Result) -> None:
    fields = ["score_power_price", "score_freight", "score_people"]
    zones = qgis.folder / "scores.gpkg"
    result.ranking[["zone", *fields, "geometry"]].to_file(zones, VERSION="1.3")
    found = qgis.run(
        "rank_acceptability", ZONES=zones, FIELDS=";".join(fields), DRAWS=1000, OUTPUT=qgis.folder / "ra.gpkg"
    )
    expected = gt.rank_acceptability(result.ranking[fields].to_numpy(), draws=1000, seed=1)
    table = gpd.read_file(found["OUTPUT"])
    np.testing.assert_allclose(table["top10_acceptability"], expected.top(10))


def test_freight_cost(qgis: Qgis, counties: Path) -> None:
    found = qgis.run("freight_cost", ZONES=counties, DESTINATIONS="钦州\n上海", OUTPUT=qgis.folder / "f.gpkg")
    expected = gt.freight_network().costs(gpd.read_file(counties), ["钦州", "上海"])
    np.testing.assert_allclose(gpd.read_file(found["OUTPUT"])[["cost_钦州", "cost_上海"]], expected)


def test_cost_distance(qgis: Qgis) -> None:
    grid = gt.Grid.from_bounds((0, 0, 50_000, 40_000), resolution=5_000, crs=CHINA_ALBERS)
    friction = gt.Raster(np.arange(1.0, 81.0).reshape(8, 10), grid)
    sources = gpd.GeoDataFrame(geometry=gpd.points_from_xy([12_000], [12_000]), crs=CHINA_ALBERS)
    gt.write_raster(friction, qgis.folder / "friction.tif")
    sources.to_file(qgis.folder / "sources.gpkg", VERSION="1.3")
    found = qgis.run(
        "cost_distance", FRICTION=qgis.folder / "friction.tif", SOURCES=qgis.folder / "sources.gpkg",
        OUTPUT=qgis.folder / "cd.tif",
    )  # fmt: skip
    expected = gt.cost_distance(friction, sources).values
    np.testing.assert_allclose(gt.read_raster(found["OUTPUT"]).values, expected, rtol=1e-6)


PROBLEM = """schema = 1
unit = "万t/a"
[industries.aluminium]
result = "to-match"
smallest_plant = 10
largest_plant = 50
use = {{ electricity = 13400 }}
[[offers]]
origin = "山东"
industry = "aluminium"
capacity = {capacity}
[rules]
plants_per_zone = 1
"""


def test_match(qgis: Qgis, result: gt.Result) -> None:
    gt.write_result(result, qgis.folder / "to-match")
    problem = qgis.folder / "problem.toml"
    problem.write_text(PROBLEM.format(capacity=80), encoding="utf-8")
    found = qgis.run("match", PROBLEM=problem, FOLDER=qgis.folder / "plan")
    expected = gt.match(gt.Problem.from_file(problem)).flows
    flows = gpd.read_file(found["FLOWS"])
    assert flows["zone"].tolist() == expected["zone"].tolist()
    np.testing.assert_allclose(flows["tonnes"], expected["tonnes"], rtol=1e-9)
    assert flows["tonnes"].sum() == pytest.approx(800_000)
    assert "产能 (吨/年)" in Path(found["FLOWS"]).with_suffix(".qml").read_text(encoding="utf-8")


def test_a_problem_without_a_plan_names_the_rules(qgis: Qgis, result: gt.Result) -> None:
    if not (qgis.folder / "to-match").exists():
        gt.write_result(result, qgis.folder / "to-match")
    problem = qgis.folder / "too_much.toml"
    problem.write_text(PROBLEM.format(capacity=80) + "net_co2 = -1e9\n", encoding="utf-8")
    done = qgis.call("run", "geotransfer:match", "--", f"PROBLEM={problem}", f"FOLDER={qgis.folder / 'none'}")
    assert done.returncode != 0
    assert "these rules cannot hold together" in done.stderr


def test_explain_a_zone(qgis: Qgis, result: gt.Result) -> None:
    gt.write_result(result, qgis.folder / "finished")
    zone = str(result.ranking["zone"].iloc[-1])
    found = qgis.run("explain_zone", FOLDER=qgis.folder / "finished", ZONE=zone, OUTPUT=qgis.folder / "why.json")
    told = json.loads(Path(found["OUTPUT"]).read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(gt.explain(result, zone).as_dict()))


def test_paths_are_of_the_folder_qgis_was_started_in(
    qgis: Qgis, counties: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(counties, "own.gpkg")
    gt.write_raster(gt.layer_raster("elevation"), "h.tif")
    every = STATISTICS
    found = qgis.run(
        "zonal_statistics", ZONES="own.gpkg", RASTER="h.tif", STATISTICS=",".join(map(str, range(len(every)))),
        OUTPUT="stats.gpkg",
    )  # fmt: skip
    assert Path(found["OUTPUT"]) == tmp_path / "stats.gpkg"
    assert {f"_{name}" for name in every} <= set(gpd.read_file("stats.gpkg").columns)
    qgis.run("weights", NAMES="电价；运费、人口", MATRIX="1,1,1,1,1,1,1,1,1", OUTPUT="w.csv")
    assert pd.read_csv("w.csv", encoding="utf-8-sig")["criterion"].tolist() == ["电价", "运费", "人口"]
    for arguments in (
        ("suitability_raster", "SCENARIO=own.toml", "OUTPUT=s.tif"),
        ("match", "PROBLEM=p.toml", "FOLDER=p"),
    ):
        name = arguments[1].split("=")[1]
        Path(name).write_text("nonsense = 1\n", encoding="utf-8")
        said = qgis.call("run", f"geotransfer:{arguments[0]}", "--", *arguments[1:]).stderr
        assert "nonsense" in said, said


def test_zones_without_a_crs_are_refused(qgis: Qgis, tmp_path: Path) -> None:
    gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([105], [38]), crs=4326).to_file(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    done = qgis.call(
        "run", "geotransfer:freight_cost", "--", f"ZONES={tmp_path / 'bare.shp'}", f"OUTPUT={tmp_path / 'f.gpkg'}"
    )
    assert done.returncode != 0
    assert "has no CRS; assign the one" in done.stderr
    assert not (tmp_path / "f.gpkg").exists()


@pytest.mark.parametrize(
    ("weights", "fields", "said"),
    [
        ("0.5,x", "a;b", "the weights hold 'x', expected numbers"),
        ("", "a;c", "the zones have no field c; they have fid, a, b"),
    ],
)
def test_weights_and_fields_are_checked(qgis: Qgis, tmp_path: Path, weights: str, fields: str, said: str) -> None:
    zones = gpd.GeoDataFrame({"a": [0.1, 0.2], "b": [0.3, 0.4]}, geometry=gpd.points_from_xy([1, 2], [3, 4]), crs=4326)
    zones.to_file(tmp_path / "z.gpkg", VERSION="1.3")
    done = qgis.call(
        "run", "geotransfer:rank_acceptability", "--", f"ZONES={tmp_path / 'z.gpkg'}", f"FIELDS={fields}",
        f"WEIGHTS={weights}", f"OUTPUT={tmp_path / 'o.gpkg'}",
    )  # fmt: skip
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is a folder; name the file python in it"),
        ("no program", "is no program that runs"),
        ('#!/bin/sh\nexec /usr/bin/python3 "$@"\n', "has no geotransfer: run it with -m pip install"),
        ("#!/bin/sh\nprintf '%0700d\\nlast line\\n' 1 >&2\n", "ended unexpectedly: last line"),
    ],
)
def test_an_environment_that_does_not_serve(qgis: Qgis, tmp_path: Path, content: str | None, said: str) -> None:
    python = tmp_path / "python"
    if content is None:
        python.mkdir()
    else:
        python.write_text(content, encoding="utf-8")
        python.chmod(0o755 if content.startswith("#!") else 0o644)
    pointer = qgis.folder / "config/profiles/default/python/plugins/geotransfer_qgis/environment.json"
    before = pointer.read_text(encoding="utf-8")
    pointer.write_text(json.dumps({"python": str(python)}), encoding="utf-8")
    try:
        done = qgis.call("run", "geotransfer:weights", "--", "NAMES=a", "MATRIX=1", f"OUTPUT={tmp_path / 'w.csv'}")
    finally:
        pointer.write_text(before, encoding="utf-8")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_every_algorithm_has_a_task_and_every_task_an_algorithm(qgis: Qgis) -> None:
    listed = json.loads(qgis.call("--json", "list").stdout)
    names = set(listed["providers"]["geotransfer"]["algorithms"])
    assert names == {f"geotransfer:{task}" for task in TASKS}


def test_a_mistake_is_one_clear_paragraph(qgis: Qgis) -> None:
    done = qgis.call("run", "geotransfer:run_scenario", "--", "SCENARIO=aluminum", f"FOLDER={qgis.folder / 'x'}")
    assert done.returncode != 0
    assert "there is no built-in scenario 'aluminum'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (qgis.folder / "x" / "run.json").exists()


def test_hostile_variables_do_not_reach_geotransfer(qgis: Qgis, tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise RuntimeError('not this numpy')")
    libraries = dict.fromkeys(("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH"), str(tmp_path))
    found = qgis.run(
        "weights", environment=libraries, NAMES="a,b", MATRIX="1,2,1/2,1", OUTPUT=qgis.folder / "hostile.csv"
    )
    assert Path(found["OUTPUT"]).exists()
    # a PYTHONPATH with another numpy would break QGIS's own Processing first, so only the job's part is tried
    script = "import sys; sys.path.insert(0, sys.argv[1]); import environment; print(*environment.clean_environment())"
    plugin = qgis.folder / "config/profiles/default/python/plugins/geotransfer_qgis"
    done = subprocess.run(
        ["/usr/bin/python3", "-c", script, str(plugin)],
        env={**qgis.environment, **libraries, "PYTHONHOME": "/usr", "LD_LIBRARY_PATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    kept = done.stdout.split()
    assert "GEOTRANSFER_CACHE_DIR" in kept
    assert not [key for key in kept if key.startswith(("GDAL", "PROJ", "LD_LIBRARY", "PYTHONPATH", "PYTHONHOME"))]


def test_cancel_ends_the_job(qgis: Qgis) -> None:
    """qgis_process is interrupted while a national run is under way: geotransfer's process goes too."""
    target = qgis.folder / "never"
    process = subprocess.Popen(
        qgis.command("run", "geotransfer:run_scenario", "--", "SCENARIO=aluminium", f"FOLDER={target}"),
        env=qgis.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 15
    while not jobs_of(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    jobs = jobs_of(process)
    assert jobs
    process.send_signal(signal.SIGINT)
    process.wait(timeout=10)
    deadline = time.monotonic() + 5
    while any(map(is_running, jobs)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, jobs))
    assert not target.exists()


def jobs_of(process: subprocess.Popen[bytes]) -> list[int]:
    asked = ["pgrep", "-P", str(process.pid), "-f", "geotransfer.qgis.job"]
    found = subprocess.run(asked, capture_output=True, encoding="utf-8", check=False)
    return [int(line) for line in found.stdout.split()]


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
