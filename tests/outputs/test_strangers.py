"""The finished folder of a stranger: it leads nowhere, overwrites nothing, fills no memory and steers no terminal."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from finished_folders import edit_ranking, edit_record, record_of, write_record
from shapely.geometry import Point
from typer.testing import CliRunner

import geotransfer as gt
from geotransfer.cli.app import app
from geotransfer.errors import GeotransferError, InputError
from geotransfer.guard.sources import VARIABLE
from geotransfer.outputs.folder import is_whole, write_map, write_report, write_tables
from geotransfer.outputs.reading import check_folder, read_result
from geotransfer.relocation.problem import Problem
from geotransfer.relocation.writing import read_record
from geotransfer.report import print_pdf

STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
ATTACK = "\x1b[2J\x1b]0;x\x07\r\u202e\x9b31m"
links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


@pytest.fixture
def batch(rich: Path, tmp_path: Path) -> Path:
    """A folder of a batch, which names its zones: county, or whatever a stranger puts there."""
    folder = tmp_path / "sent" / "one"
    folder.parent.mkdir()
    write_tables(read_result(rich), folder)
    return folder


def zones_of(folder: Path, zones: str) -> None:
    edit_record(folder, lambda record: record["result"]["scenario"].update(zones=zones))


# --- where it leads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zones", "told"),
    [
        ("../secret.csv", "zones is '../secret.csv', which the sandbox refuses: 'secret.csv' lies outside"),
        ("/etc/passwd", "lies outside"), ("https://example.com/a.geojson", "sandbox refuses"),
        ("/vsicurl/https://example.com/a.tif", "sandbox refuses"), ("PG:dbname=x", "sandbox refuses|lies outside"),
        ("postgresql://h/d", "sandbox refuses|lies outside"),
    ],
)  # fmt: skip
def test_zones_that_lie_elsewhere(
    zones: str, told: str, batch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.csv").write_text("name,lon,lat\nsecret,106,38\n", encoding="utf-8")
    monkeypatch.chdir(batch.parent)
    zones_of(batch, zones)
    with pytest.raises(InputError, match=told):
        read_result(batch, sandbox=True)
    with pytest.raises(InputError, match=told):
        check_folder(batch)


def test_zones_that_lie_in_the_folder(batch: Path) -> None:
    assert len(read_result(batch, sandbox=True).ranking) > 0
    (batch / "own.csv").write_text("name,lon,lat\nown,106,38\n", encoding="utf-8")
    zones_of(batch, str(batch / "own.csv"))
    with pytest.raises(InputError, match="are no longer those of"):  # read, and found to be others
        read_result(batch, sandbox=True)


def test_zones_of_a_whole_folder_are_not_read_again(finished: Path) -> None:
    zones_of(finished, "/home/somebody/parks.gpkg")
    assert len(read_result(finished, sandbox=True).ranking) > 0


@links
@pytest.mark.parametrize("name", ["ranking.parquet", "suitability.tif", "rule_areas.parquet", "run.json"])
def test_links_that_lead_out(name: str, finished: Path, tmp_path: Path) -> None:
    (finished / name).rename(tmp_path / name)
    (finished / name).symlink_to(tmp_path / name)
    with pytest.raises(InputError, match=rf"^{name} is .*, which the sandbox refuses: '{name}' lies outside"):
        read_result(finished, sandbox=True)
    assert len(read_result(finished).ranking) > 0  # links of one's own are followed


@links
def test_a_part_beside_a_raster_that_leads_out(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "o").write_bytes(b"")
    (finished / "suitability.tif.ovr").symlink_to(tmp_path / "o")
    with pytest.raises(InputError, match=r"'suitability.tif.ovr' lies outside"):
        read_result(finished, sandbox=True)


def test_tiles_with_your_key(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOTRANSFER_TIANDITU_KEY", "mykey")
    edit_record(finished, lambda record: record["result"]["map"].update(tiles="tianditu"))
    with pytest.raises(InputError, match="tiles put your own key into the map"):
        write_map(finished, sandbox=True)
    assert not (finished / "map.html").exists()


# --- what it overwrites -------------------------------------------------------------------------------


@links
def test_pages_are_not_written_through_links(finished: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    for name in ("map.html", "report.html", "report.pdf", ".report.pdf.part"):
        (finished / name).symlink_to(mine)
    write_map(finished)
    write_report(finished)
    assert mine.read_text(encoding="utf-8") == "mine"
    assert not (finished / "map.html").is_symlink()
    assert not (finished / "report.html").is_symlink()
    assert len(read_result(finished).ranking) > 0  # and the seal holds


@links
@pytest.mark.browser
def test_a_pdf_is_not_written_through_links(finished: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    for name in ("report.pdf", ".report.pdf.part"):
        (finished / name).symlink_to(mine)
    print_pdf("<!DOCTYPE html><title>a</title>", finished / "report.pdf")
    assert mine.read_text(encoding="utf-8") == "mine"
    assert (finished / "report.pdf").read_bytes().startswith(b"%PDF")


# --- what it states -----------------------------------------------------------------------------------


def test_a_record_of_a_gigabyte(finished: Path) -> None:
    os.truncate(finished / "run.json", 1_000_000_000)
    with pytest.raises(InputError, match="has 1,000,000,000 bytes, expected at most"):
        read_result(finished)
    with pytest.raises(InputError, match=r"holds no matching: .*1,000,000,000 bytes"):
        read_record(finished)


@pytest.mark.parametrize(("side", "told"), [(11_000, "states 121,000,000 cells"), (30_000, "states 900,000,000 cells")])
def test_a_raster_that_states_a_huge_grid(side: int, told: str, finished: Path) -> None:
    with rasterio.open(finished / "suitability.tif") as source:
        profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": source.crs, "transform": source.transform}
    path = finished / "suitability.tif"
    with rasterio.open(path, "w", height=side, width=side, tiled=True, sparse_ok=True, compress="deflate", **profile):
        pass
    assert path.stat().st_size < 120_000
    write_record(finished, record_of(finished))
    with pytest.raises(InputError, match=told):
        read_result(finished)


@links
@pytest.mark.parametrize("name", ["ranking.parquet", "suitability.tif", "rule_areas.parquet", "run.json"])
def test_pipes_and_devices(name: str, finished: Path) -> None:
    write_record(finished, record_of(finished), seal=False)
    (finished / name).unlink()
    os.mkfifo(finished / name)
    with pytest.raises(InputError, match="is a folder, a pipe or a device, expected a file"):
        read_result(finished)


@links
def test_the_list_of_a_batch_names_its_own_files_only(batch: Path) -> None:
    assert is_whole(batch)
    (batch / "files.json").write_text('{"run.json": {}, "/dev/zero": {}}', encoding="utf-8")
    assert not is_whole(batch)
    (batch / "zero").symlink_to("/dev/zero")
    (batch / "files.json").write_text('{"run.json": {}, "zero": {}}', encoding="utf-8")
    assert not is_whole(batch)
    for text in ("[]", "{", "[" * 100_000, '{"run.json": NaN}'):
        (batch / "files.json").write_text(text, encoding="utf-8")
        assert not is_whole(batch)


def test_triggers_of_a_geopackage_do_not_run(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"name": ["own"]}, geometry=[Point(106, 38)], crs="EPSG:4326").to_file(path)
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE ran (n TEXT)")
    for event in ("INSERT ON gpkg_contents", "UPDATE ON gpkg_contents", "DELETE ON gpkg_contents"):
        name = event.split()[0].lower()
        database.execute(f"CREATE TRIGGER t_{name} AFTER {event} BEGIN INSERT INTO ran VALUES ('{name}'); END")
    database.commit()
    database.close()
    before = path.read_bytes()
    assert len(gt.read_features(path, layer="a")) == 1
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("a.gpkg-*"))


# --- what it says -------------------------------------------------------------------------------------


@pytest.fixture
def hostile(finished: Path) -> Path:
    """Names, titles and reasons that steer a terminal."""

    def titles(record: dict[str, Any]) -> None:
        result = record["result"]
        for one in [*result["criteria"], *result["rules"], *result["unchecked_rules"]]:
            one["title"] = {language: text + ATTACK for language, text in one["title"].items()}
        for scenario in (result["scenario"], *result["scenario"]["criteria"].values()):
            scenario["title"] = {language: text + ATTACK for language, text in scenario["title"].items()}
        result["headline"] = {"zh": ATTACK, "en": ATTACK}

    edit_record(finished, titles)
    edit_ranking(finished, lambda t: t.assign(name=t["name"] + ATTACK, province=t["province"] + ATTACK))
    return finished


def runs(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160"})
    if isinstance(done.exception, GeotransferError):
        from geotransfer.cli.printing import say

        with pytest.MonkeyPatch.context() as patch:
            said: list[str] = []
            patch.setattr("typer.echo", lambda text, **_: said.append(text))
            say(f"geotransfer: {done.exception}", err=True)
        return 2, done.output + "".join(said)
    return done.exit_code, done.output


def test_the_commands(hostile: Path, rich: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    zone = str(read_result(hostile).ranking["zone"].iloc[0])
    for arguments in (
        ("explain", str(hostile), zone), ("explain", str(hostile), zone, "--json"), ("diff", str(rich), str(hostile)),
        ("diff", str(hostile), str(rich), "--json"), ("map", str(hostile)),
        ("locate", str(hostile), "-n", "1", "--area", "625"),
    ):  # fmt: skip
        code, told = runs(*arguments, "--sandbox")
        assert code == 0, (arguments, told)
        assert told
        assert not STEERS.search(told), arguments
    assert VARIABLE not in os.environ  # a variable of an earlier day does not open the sandbox
    assert json.loads(runs("explain", str(hostile), zone, "--json")[1])["name"].endswith(ATTACK)


def test_messages(hostile: Path) -> None:
    code, told = runs("explain", str(hostile), "nowhere" + ATTACK)
    assert code == 2
    assert "nowhere" in told
    assert not STEERS.search(told)


@pytest.mark.parametrize("command", ["explain", "diff", "map", "report", "locate", "publish"])
def test_every_command_has_the_sandbox(command: str, batch: Path) -> None:
    zones_of(batch, "/etc/passwd")
    more: dict[str, tuple[str, ...]] = {
        "explain": ("x",), "diff": (str(batch),), "locate": ("-n", "1", "--area", "625"),
        "publish": ("postgresql://nobody@127.0.0.1:1/x", "t"),
    }  # fmt: skip
    code, told = runs(command, str(batch), *more.get(command, ()), "--sandbox")
    assert code == 2
    assert "which the sandbox refuses" in told


PROBLEM = """schema = 1
title = "t"
unit = "万t/a"
moved = "all"
industries.aluminium = { result = "one", smallest_plant = 10, largest_plant = 50 }
offers = [{ origin = "山东", industry = "aluminium", capacity = 10 }]
"""


@pytest.mark.parametrize(
    "change",
    [lambda r: r["result"].update(scenario=1), lambda r: r["result"]["scenario"].update(zones="/etc/passwd")],
)
def test_match(change: Callable[[dict[str, Any]], object], batch: Path) -> None:
    (batch.parent / "problem.toml").write_text(PROBLEM, encoding="utf-8")
    Problem.from_file(batch.parent / "problem.toml", sandbox=True)
    edit_record(batch, change)
    if np.ndim(record_of(batch)["result"]["scenario"]) == 0 and record_of(batch)["result"]["scenario"] == 1:
        with pytest.raises(InputError, match="does not fit"):
            gt.match(Problem.from_file(batch.parent / "problem.toml", sandbox=True))
    else:
        with pytest.raises(InputError, match="which the sandbox refuses"):
            Problem.from_file(batch.parent / "problem.toml", sandbox=True)
