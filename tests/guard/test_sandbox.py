"""A scenario, sweep or problem of a stranger that tries to reach what it was not given."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point
from typer.testing import CliRunner

import geotransfer as gt
from geotransfer.batch.sweep import read_cases
from geotransfer.cli.app import app
from geotransfer.errors import InputError
from geotransfer.guard.sandbox import check_inside, check_name, check_values
from geotransfer.guard.sources import VARIABLE
from geotransfer.relocation.problem import Problem

WORD = '{ zh = "甲", en = "a" }'
SCENARIO = """
schema = 1
name = "own"
title = { zh = "甲", en = "a" }
question = { zh = "甲", en = "a" }
within = ["宁夏"]
zones = ZONES
[grid]
resolution = 25000
[criteria.people]
title = { zh = "甲", en = "a" }
group = "own"
unit = "km"
why = { zh = "甲", en = "a" }
weight = 1
worst = 1
best = 0
source = SOURCE
"""
ZONES = '"county"'
SOURCE = '{ kind = "raster", layer = "elevation" }'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a scenario; beside it lies what it was not given."""
    gpd.GeoDataFrame({"name": ["secret"]}, geometry=[Point(106, 38)], crs="EPSG:4326").to_file(tmp_path / "s.shp")
    (tmp_path / "s.csv").write_text("name,lon,lat\nsecret,106,38\n", encoding="utf-8")
    inner = tmp_path / "given"
    inner.mkdir()
    (inner / "own.csv").write_text("name,lon,lat\nown,106,38\n", encoding="utf-8")
    return inner


def written(folder: Path, *, zones: str = ZONES, source: str = SOURCE, more: str = "") -> Path:
    path = folder / "own.toml"
    text = SCENARIO.replace("ZONES", zones).replace("SOURCE", source)
    path.write_text(text + more, encoding="utf-8")
    return path


NAMES = [
    "../s.csv", "a/../../s.csv", "..\\s.csv", "/etc/passwd", "//host/share/s.csv", "\\\\host\\s.csv", "C:\\s.csv",
    "C:s.csv",
    "~/s.csv", "~root/s.csv", "https://example.com/s.csv", "file:///etc/passwd", "/vsicurl/https://x/s.csv",
    "PG:dbname=x.csv",
    "postgresql://u:hush@h/db.csv", "NETCDF:a.nc:t", "./../s.csv",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str, folder: Path) -> None:
    with pytest.raises(InputError, match=r"which the sandbox refuses: it .*put it there, or run without") as told:
        check_name(name)
    assert "hush" not in str(told.value)
    text = json.dumps(name)
    source = f'{{ kind = "raster", file = {text} }}'
    rule = f"[rules.a]\ntitle = {WORD}\nbasis = {WORD}\ntest = {{ kind = 'raster', file = {text}, at_most = 1 }}\n"
    for values in ({"zones": text}, {"source": source}, {"more": rule}):
        with pytest.raises(InputError, match="which the sandbox refuses"):
            gt.Scenario.from_file(written(folder, **values), sandbox=True)


@pytest.mark.parametrize(
    "values",
    [
        {"power": {"lcoe_file": "../x"}}, {"policy": {"lists": ["a.csv", "/etc/passwd"]}},
        {"industry": {"file": "../p.toml"}}, {"industry": {"water": {"file": "../w.csv"}}},
        {"rules": {"a": {"test": {"extent_file": "/x"}}}}, {"rules": {"a": {"applies": [{"file": "../x"}]}}},
        {"base": ["../own.toml"]}, {"grid": {"criteria.a.source.file": ["/x.tif"]}}, {"set": {"zones": "/x.csv"}},
        {"table": "../t.csv"}, {"table": [{"zones": "../x.csv"}]}, {"offers": "../o.csv"},
        {"industries": {"a": {"result": "../out"}}}, {"map": {"tiles": "tianditu"}},
    ],
)  # fmt: skip
def test_every_key_that_names_a_file(values: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="which the sandbox refuses"):
        check_values(values, tmp_path)


def test_every_file_of_the_package_s_models_is_known() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in Path(gt.__file__).parent.glob("spec/*.py"))
    names = {
        line.split(":")[0].strip()
        for line in text.splitlines()
        if line.strip().split(":")[0].endswith(("_file", "file"))
    } - {"profile"}
    assert {name for name in names if name.isidentifier()} <= {"file", "extent_file", "lcoe_file"}


@pytest.mark.parametrize("link", ["own.shp", "own.dbf", "sub"])
def test_links_that_lead_out(link: str, folder: Path) -> None:
    gpd.GeoDataFrame({"name": ["own"]}, geometry=[Point(106, 38)], crs="EPSG:4326").to_file(folder / "own.shp")
    inside = "sub/s.shp" if link == "sub" else "own.shp"
    (folder / link).unlink(missing_ok=True)
    (folder / link).symlink_to(folder.parent if link == "sub" else folder.parent / f"s{Path(link).suffix}")
    with pytest.raises(InputError, match=r"lies outside .*links followed"):
        check_inside(folder / inside, folder)
    with pytest.raises(InputError, match="which the sandbox refuses"):
        gt.Scenario.from_file(written(folder, zones=json.dumps(inside)), sandbox=True)
    # without the sandbox it is read, as ever
    assert gt.Scenario.from_file(written(folder, zones=json.dumps(inside))).zones.endswith(inside)


def test_a_text_that_is_a_file_is_not_fingerprinted(folder: Path) -> None:
    with pytest.raises(InputError, match="zones_encoding is '/etc/passwd', which the sandbox refuses"):
        gt.Scenario.from_file(written(folder, zones='"own.csv"\nzones_encoding = "/etc/passwd"'), sandbox=True)


def test_sweeps(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder)
    for lines in ('grid = { "zones" = ["../s.csv"] }', 'set = { "map.tiles" = "tianditu" }', 'table = "../s.csv"'):
        (folder / "sweep.toml").write_text(f'base = "own.toml"\n{lines}\n', encoding="utf-8")
        with pytest.raises(InputError, match="which the sandbox refuses"):
            read_cases([str(folder / "sweep.toml")], sandbox=True)
    # the rows of its table are looked at too, where a run would open them: in the folder it runs in
    (folder / "rows.csv").write_text(f"zones\n{folder.parent / 's.csv'}\n", encoding="utf-8")
    (folder / "sweep.toml").write_text('base = "own.toml"\ntable = "rows.csv"\n', encoding="utf-8")
    with pytest.raises(InputError, match="lies outside"):
        read_cases([str(folder / "sweep.toml")], sandbox=True)
    monkeypatch.chdir(folder)
    (folder / "rows.csv").write_text("zones\nown.csv\n", encoding="utf-8")
    (case,) = read_cases(["sweep.toml"], sandbox=True)
    assert case.scenario is not None
    assert case.scenario.zones == "own.csv"


def test_problems(folder: Path) -> None:
    out = folder / "out"
    out.mkdir()
    record = {"geotransfer": "0.4.0", "scenario": {"zones": str(folder.parent / "s.csv")}}
    (out / "run.json").write_text(json.dumps({"result": record}))
    (out / "files.json").write_text("{}")
    problem = folder / "p.toml"
    text = (
        'schema = 1\nunit = "t/a"\noffers = [{origin = "山东", industry = "a", capacity = 1}]\n'
        '[industries.a]\nresult = "RESULT"\nsmallest_plant = 1\nlargest_plant = 2\n'
    )
    problem.write_text(text.replace("RESULT", "../out"), encoding="utf-8")
    with pytest.raises(InputError, match=r"industries\.a\.result is '\.\./out', which the sandbox refuses"):
        Problem.from_file(problem, sandbox=True)
    problem.write_text(text.replace("RESULT", "out"), encoding="utf-8")
    # a run of a batch takes its zones from where its record says
    with pytest.raises(InputError, match=r"zones is .*, which the sandbox refuses: 's.csv' lies outside"):
        Problem.from_file(problem, sandbox=True)
    (out / "run.json").write_text(json.dumps({"result": {**record, "scenario": {"zones": "county"}}}))
    assert Problem.from_file(problem, sandbox=True).industries["a"].result == str(out)


def test_the_commands(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    bad = written(folder, zones='"../s.csv"')
    for command in ("run", "batch", "match"):
        done = CliRunner().invoke(app, [command, str(bad), "-o", str(tmp_path / "out"), "--sandbox"])
        assert isinstance(done.exception, InputError)
        assert "which the sandbox refuses" in str(done.exception)
        assert VARIABLE not in os.environ
        assert not (tmp_path / "out").exists()
    good = written(folder)
    arguments = ["--sandbox", "--set", f"zones={tmp_path / 's.csv'}"]
    done = CliRunner().invoke(app, ["run", str(good), "-o", str(tmp_path / "out"), *arguments])
    assert "which the sandbox refuses" in str(done.exception)
    done = CliRunner().invoke(app, ["run", str(good), "-o", str(tmp_path / "out"), "--sandbox", "--allow-remote"])
    assert "expected one of both" in str(done.exception)


def test_what_is_given_runs(folder: Path, tmp_path: Path, cache_dir: Path) -> None:
    path = written(folder, zones='"own.csv"')
    done = CliRunner().invoke(app, ["run", str(path), "-o", str(tmp_path / "out"), "--sandbox", "-q"])
    assert done.exception is None
    assert (tmp_path / "out" / "ranking.csv").is_file()


def test_nesting_without_end() -> None:
    values: dict[str, Any] = {}
    for _ in range(500):
        values = {"a": values}
    with pytest.raises(InputError, match="is nested more than 60 deep"):
        check_values(values, Path())
