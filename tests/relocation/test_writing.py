"""What a plan leaves in its folder: tables, map, report; whole or not at all."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

import geotransfer as gt
from geotransfer.cli.app import app
from geotransfer.errors import OutputError
from geotransfer.relocation.columns import TABLES
from geotransfer.relocation.ledger import ledger
from geotransfer.relocation.plan_report import plan_report
from geotransfer.relocation.writing import FILES, SOMETIMES, check_matching_folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROBLEM = """
schema = 1
title = {{ zh = "转移 <b>一百</b> 万吨", en = "<b>1</b> Mt moves" }}
unit = "万t/a"
offers = [{{ origin = "山东", industry = "aluminium", capacity = 100, existing = 500 }}]
candidates = {{ top = 30 }}
goal = {{ kind = "front", points = 3 }}
rules = {{ origin_guard = 0.3, province_share = {share}, plants_per_zone = 1 }}
limits = {{ gap = 0.0 }}
standing.aluminium = {{ "山东" = 500, "青海" = 186, "宁夏" = 91 }}

[industries.aluminium]
result = {result}
smallest_plant = 10
largest_plant = 50
use = {{ electricity = 13400, jobs = 0.002 }}
value = {{ tax_yuan = 300 }}

[cooperation]
product_returns = 0.5
agreement = {{ mode = "interregional" }}
"""


@pytest.fixture(scope="module")
def problem_file(two_provinces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("problem") / "problem.toml"
    path.write_text(PROBLEM.format(share=0.5, result=json.dumps(str(two_provinces))), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def plan(problem_file: Path) -> gt.Matching:
    return gt.match(gt.Problem.from_file(problem_file))


@pytest.fixture(scope="module")
def folder(plan: gt.Matching, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gt.write_matching(plan, tmp_path_factory.mktemp("plans") / "plan")


@pytest.fixture(scope="module")
def conflict(two_provinces: Path) -> gt.Matching:
    text = PROBLEM.format(share=0.4, result=json.dumps(str(two_provinces)))
    path = two_provinces.parent / "conflict.toml"
    path.write_text(text, encoding="utf-8")
    return gt.match(gt.Problem.from_file(path))


def test_the_files_say_what_the_plan_says(plan: gt.Matching, folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {*FILES, "sharing.csv", "front.csv"}
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["tonnes"] == pytest.approx(1_000_000.0)
    assert record["cost_yuan"] == pytest.approx(plan.flows["cost_yuan"].sum())
    assert record["problem"]["cooperation"]["agreement"]["mode"] == "interregional"
    assert set(plan.flows["zone"]) <= set(record["candidates"])
    lines = gpd.read_file(folder / "flows.gpkg")
    assert lines["tonnes"].sum() == pytest.approx(1_000_000.0)
    assert set(lines.geometry.geom_type) == {"LineString"}
    assert pd.read_csv(folder / "plants.csv")["tonnes"].between(99_999.0, 500_001.0).all()
    front = pd.read_csv(folder / "front.csv")
    assert front["cost_yuan"].iloc[0] == pytest.approx(plan.solved.objective)


def test_every_column_is_described_and_nothing_is_left_out(plan: gt.Matching, folder: Path) -> None:
    book = ledger(plan)
    made = {
        "flows": plan.flows, "plants": plan.plants, "slack": plan.slack_table, "front": plan.front_table,
        "ledger": book.table, "structure": book.structure, "sharing": book.sharing,
    }  # fmt: skip
    told = json.loads((folder / "plan.columns.json").read_text(encoding="utf-8"))
    for name, table in made.items():
        assert table is not None
        assert set(table) <= {column.name for column in TABLES[name]}, name
        written = pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig").columns
        assert sorted(written) == sorted(table.columns), name
        assert [row["name"] for row in told[f"{name}.csv"]] == list(written)
    assert all(
        row["meaning"]["zh"] and row["meaning"]["en"] and row["source"] for rows in told.values() for row in rows
    )
    with closing(sqlite3.connect(folder / "flows.gpkg")) as database:
        shown = dict(database.execute("SELECT column_name, description FROM gpkg_data_columns").fetchall())
    assert shown["cost_yuan"].startswith("cost a year at the place")
    assert "[yuan/a]" in shown["cost_yuan"]


def test_a_failed_run_leaves_the_old_folder_as_it_was(
    plan: gt.Matching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = gt.write_matching(plan, tmp_path / "plan", with_map=False, with_report=False)
    (folder / "mine.txt").write_text("kept", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {"map.html", "report.html"}.isdisjoint(before)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("geotransfer.relocation.writing.write_json", full)
        with pytest.raises(OutputError, match="No space left on device; nothing was changed"):
            gt.write_matching(plan, folder, with_map=False, with_report=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    gt.write_matching(plan, folder, with_map=False, with_report=False)
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "kept"


def test_a_folder_of_something_else_is_refused(two_provinces: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="something else than a matching"):
        check_matching_folder(two_provinces)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        check_matching_folder(tmp_path / "file")


def test_a_plan_that_is_now_a_conflict_keeps_no_table_of_the_old_one(
    plan: gt.Matching, conflict: gt.Matching, tmp_path: Path
) -> None:
    folder = gt.write_matching(plan, tmp_path / "plan", with_map=False)
    gt.write_matching(conflict, folder)
    assert {path.name for path in folder.iterdir()} == {"run.json", "conflict.json", "report.html"}
    assert set(SOMETIMES) >= {"conflict.json"}
    told = (folder / "report.html").read_text(encoding="utf-8")
    assert "下列约束不能同时成立" in told
    assert "单省份额上限 (防同质化): 电解铝" in told
    assert conflict.conflict is not None
    assert conflict.conflict.concessions[0].amount > 0


def test_the_report_tells_the_numbers_of_the_plan(plan: gt.Matching, folder: Path) -> None:
    told = (folder / "report.html").read_text(encoding="utf-8")
    cost = plan.flows["cost_yuan"].sum()
    for text in (
        "转移电解铝 100 万吨/年, 落到 2 个省的 2 个区域。",
        "1 Mt/a of electrolytic aluminium move to 2 places in 2 provinces.",
        f"{cost / 1e8:,.1f} 亿元/年", f"{cost / 1e9:,.2f} billion yuan/a", "电解铝", "区域间产业转移合作 (托管、共建)",
        "财预〔2015〕92号", "转出地保底 (防空心化)", "50 万吨/年",
    ):  # fmt: skip
        assert text in told, text
    # the plan moves 100 of 500 to two provinces with 186 and 91
    before, after = [500, 186, 91], [400, 236, 141]
    for shares in (before, after):
        assert f"{sum((one / 777) ** 2 for one in shares):.3f}" in told
    assert "<b>一百</b>" not in told
    assert "&lt;b&gt;一百" in told
    assert told.count("<svg") == 5  # the picture; structure and front, in both languages
    assert "<script" not in told


def test_there_is_no_map_when_the_run_is_gone(plan: gt.Matching, tmp_path: Path) -> None:
    industries = {"aluminium": plan.problem.industries["aluminium"].model_copy(update={"result": str(tmp_path / "no")})}
    lost = gt.Matching(**{**plan.__dict__, "problem": plan.problem.model_copy(update={"industries": industries})})
    folder = gt.write_matching(lost, tmp_path / "plan")
    assert not (folder / "map.html").exists()
    assert "审图号" not in plan_report(lost, ledger(lost))


def test_the_command_writes_what_it_is_asked_for(problem_file: Path, tmp_path: Path) -> None:
    options = ["-o", str(tmp_path / "a"), "--no-map", "--no-report", "-v"]
    bare = CliRunner().invoke(app, ["match", str(problem_file), *options])
    assert bare.exit_code == 0
    assert "转移 <b>一百</b> 万吨 / <b>1</b> Mt moves" in bare.output
    assert not (tmp_path / "a" / "map.html").exists()
    assert "report" not in bare.output
    times = dict(re.findall(r"^  (reading|search|writing) +(\d+\.\d{3}) s$", bare.output, re.MULTILINE))
    assert [*times] == ["reading", "search", "writing"]
    assert re.search(r"^  peak +\d+\.\d MB$", bare.output, re.MULTILINE)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "notes.txt").write_text("mine", encoding="utf-8")
    # refused before the search, not after it
    refused = CliRunner().invoke(app, ["match", str(problem_file), "-o", str(tmp_path / "b")])
    assert isinstance(refused.exception, OutputError)


def test_a_plan_that_moves_nothing_says_so(plan: gt.Matching, tmp_path: Path) -> None:
    idle = plan.problem.model_copy(update={"moved": {"aluminium": 0.0}, "goal": plan.problem.goal.__class__()})
    folder = gt.write_matching(gt.match(idle), tmp_path / "plan")
    assert "没有产能转移。" in (folder / "report.html").read_text(encoding="utf-8")
    assert "没有产能转移。" in (folder / "map.html").read_text(encoding="utf-8")
    assert pd.read_csv(folder / "flows.csv").empty


def test_the_command_compares_and_writes_what_it_found(plan: gt.Matching, folder: Path, tmp_path: Path) -> None:
    first = plan.flows.iloc[0]
    (tmp_path / "happened.csv").write_text(
        f"origin,industry,zone,tonnes,unit\n山东省,aluminium,{first['zone']},50,万t/a\n", encoding="utf-8"
    )
    arguments = ["match", str(folder), "--evaluate", str(tmp_path / "happened.csv"), "-o", str(tmp_path / "table.csv")]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "planned 1,000,000 t/a, happened 500,000 t/a" in done.output
    assert "1 planned ways have no row" in done.output
    assert sorted(pd.read_csv(tmp_path / "table.csv")["verdict"]) == ["done", "not reported"]


# In a browser: the two pages of the plan.


def serious(page: Page) -> list[tuple[str, str]]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 390])
def test_the_map_shows_the_plan(browser_page: Any, folder: Path, width: int) -> None:
    page = browser_page.open(folder / "map.html")
    page.set_viewport_size({"width": width, "height": 768})
    assert page.locator("h1").inner_text().startswith("转移 <b>一百</b> 万吨")
    panel = page.locator("#gt-plan").inner_text()
    assert "转移电解铝 100 万吨/年" in panel
    assert "500 万吨/年" in panel
    assert "400 万吨/年" in panel
    # two flows and the two places they lead to; nothing else is drawn over the scores
    assert page.locator(".leaflet-gt-overlays-pane path").count() == 4
    assert page.locator("#gt-theme").inner_text().startswith("综合适宜性得分")
    assert serious(page) == []
    page.click("#gt-languages button[data-language='en']")
    assert "1 Mt/a of electrolytic aluminium move to 2 places" in page.locator("#gt-plan").inner_text()
    assert browser_page.errors == []
    assert browser_page.requests == []


@pytest.mark.browser
def test_axe_finds_nothing_serious_in_the_report(browser_page: Any, folder: Path) -> None:
    page = browser_page.open(folder / "report.html")
    assert serious(page) == []
    page.check("#english")
    assert serious(page) == []
    assert page.locator("h1").inner_text() == "<b>1</b> Mt moves"
    assert browser_page.requests == []
