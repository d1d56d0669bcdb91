"""A batch gives what single runs give, keeps what is finished, and says what failed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small import contents, studies, study

import geotransfer as gt
from geotransfer.batch import running
from geotransfer.batch.folder import SUMMARY_COLUMNS, BatchFolder
from geotransfer.batch.task import make_task
from geotransfer.errors import InputError, OutputError
from geotransfer.outputs.folder import is_whole, write_map


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> gt.BatchReport:
    """A batch of four. Read it only."""
    return gt.run_batch(studies(4), out=tmp_path_factory.mktemp("batch") / "out")


def ids(report: gt.BatchReport) -> list[str]:
    return report.scenarios["scenario"].tolist()


def test_a_batch_gives_what_runs_give(done: gt.BatchReport) -> None:
    assert (done.finished, done.failed, done.kept) == (4, 0, 0)
    for id, single in zip(ids(done), studies(4), strict=True):
        folder = done.out / "scenarios" / id
        result, back = gt.run(single), gt.read_result(folder)
        assert is_whole(folder)
        assert back.scenario == single
        assert back.provenance["result"] == json.loads(json.dumps(result.provenance["result"]))
        assert back.ranking["zone"].tolist() == result.ranking["zone"].tolist()
        assert back.ranking["score"].tolist() == result.ranking["score"].tolist()
        assert back.ranking.geometry.geom_equals(result.ranking.geometry).all()
        np.testing.assert_array_equal(back.suitability.values, np.float32(result.suitability.values))


def test_the_summary_has_a_row_for_each_scenario_and_zone(done: gt.BatchReport) -> None:
    summary = done.summary()
    assert set(summary) == {"scenario", *SUMMARY_COLUMNS}
    assert set(summary["scenario"]) == set(ids(done))
    for id in ids(done):
        ranking = pd.read_parquet(done.out / "scenarios" / id / "ranking.parquet").set_index("zone")
        rows = summary[summary["scenario"] == id].set_index("zone")
        assert rows.index.tolist() == ranking.index.tolist()
        assert rows["rank"].dropna().astype(int).tolist() == ranking["rank"].dropna().astype(int).tolist()
        assert rows["rank_cost"].isna().all() or "rank_cost" in ranking


def test_a_map_is_made_when_it_is_wanted(done: gt.BatchReport, tmp_path: Path) -> None:
    shutil.copytree(done.out / "scenarios" / ids(done)[0], tmp_path / "one")
    assert write_map(tmp_path / "one").stat().st_size > 100_000
    # what is added does not make the rest less whole
    assert is_whole(tmp_path / "one")


def test_what_is_finished_is_kept(done: gt.BatchReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    shutil.copytree(done.out, out)
    monkeypatch.setattr("geotransfer.batch.task.run", None)
    again = gt.run_batch(studies(4), out=out)
    assert (again.finished, again.failed, again.kept) == (0, 0, 4)
    assert contents(out) == contents(done.out)


@pytest.mark.parametrize("damage", ["run.json gone", "tif cut", "table changed", "no list", "part gone", "part cut"])
def test_what_is_not_whole_is_done_again(done: gt.BatchReport, tmp_path: Path, damage: str) -> None:
    out = tmp_path / "out"
    shutil.copytree(done.out, out)
    folder, part = out / "scenarios" / ids(done)[1], BatchFolder(out).part(ids(done)[1])
    {
        "run.json gone": lambda: (folder / "run.json").unlink(),
        "tif cut": lambda: (folder / "suitability.tif").write_bytes(b"II*"),
        "table changed": lambda: (folder / "ranking.csv").write_text("rank", encoding="utf-8"),
        "no list": lambda: (folder / "files.json").unlink(),
        "part gone": part.unlink,
        "part cut": lambda: part.write_bytes(part.read_bytes()[:100]),
    }[damage]()
    again = gt.run_batch(studies(4), out=out)
    assert (again.finished, again.kept) == ((0, 4) if "part" in damage else (1, 3))
    assert contents(out) == contents(done.out)
    pd.testing.assert_frame_equal(again.summary(), done.summary())


def test_another_list_makes_another_summary_and_keeps_the_folders(done: gt.BatchReport, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(done.out, out)
    fewer = gt.run_batch(studies(2), out=out)
    assert (fewer.kept, fewer.summary()["scenario"].nunique()) == (2, 2)
    assert len(list((out / "scenarios").iterdir())) == 4
    all_again = gt.run_batch(studies(4), out=out)
    pd.testing.assert_frame_equal(all_again.summary(), done.summary())


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = study(**{"criteria.people.source": {"kind": "raster", "file": str(tmp_path / "no.tif")}})
    report = gt.run_batch([studies(1)[0], bad, studies(2)[1], studies(1)[0]], out=tmp_path / "out")
    assert (report.finished, report.failed) == (2, 1)
    failure = report.failures.iloc[0]
    assert failure["error_type"] == "InputError"
    assert "no.tif' does not exist; check the path" in failure["error"]
    assert "no.tif" in (report.out / failure["log"]).read_text(encoding="utf-8")
    table = pd.read_csv(report.out / "failures.csv", encoding="utf-8-sig")
    assert table["scenario"].tolist() == [failure["scenario"]]
    # the file comes, and only the failed one is run
    grid = gt.Grid.from_bounds((103, 34, 109, 41), resolution=0.25, crs="EPSG:4326")
    gt.write_raster(gt.Raster(np.full(grid.shape, 1e5), grid), tmp_path / "no.tif")
    again = gt.run_batch([studies(1)[0], bad, studies(2)[1]], out=tmp_path / "out")
    assert (again.finished, again.failed, again.kept) == (1, 0, 2)


def test_an_error_of_ours_is_told_with_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("of a kind nobody thought of")

    monkeypatch.setattr("geotransfer.batch.task.run", broken)
    report = gt.run_batch(studies(1), out=tmp_path / "out")
    assert report.failures["error_type"].tolist() == ["ZeroDivisionError"]
    assert "Traceback" in (report.out / report.failures["log"].iloc[0]).read_text(encoding="utf-8")


def test_the_id_changes_with_scenario_inputs_and_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("adcode\n640104\n", encoding="utf-8")
    test = {"kind": "zones", "file": str(path)}
    found = [make_task(one, out=tmp_path).id for one in studies(2)]
    listed = study(**{"rules.nature_reserve.test": test})
    found.append(make_task(listed, out=tmp_path).id)
    path.write_text("adcode\n640105\n", encoding="utf-8")
    found.append(make_task(listed, out=tmp_path).id)
    monkeypatch.setattr("geotransfer.batch.task.code_fingerprint", lambda: "other")
    found.append(make_task(listed, out=tmp_path).id)
    assert len(set(found)) == 5


def test_an_input_that_changes_meanwhile_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("adcode\n640104\n", encoding="utf-8")
    real = gt.run

    def changing(*arguments: object, **options: object) -> gt.Result:
        result = real(*arguments, **options)
        path.write_text("adcode\n640105\n", encoding="utf-8")
        return result

    monkeypatch.setattr("geotransfer.batch.task.run", changing)
    report = gt.run_batch(
        [study(**{"rules.nature_reserve.test": {"kind": "zones", "file": str(path)}})], out=tmp_path / "o"
    )
    assert "was changed during the batch" in report.failures["error"].iloc[0]
    assert list((tmp_path / "o" / "scenarios").iterdir()) == []


def test_a_worker_with_other_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geotransfer.batch.task.code_fingerprint", iter(["planned", "worker"]).__next__)
    report = gt.run_batch(studies(1), out=tmp_path / "out")
    assert "another geotransfer" in report.failures["error"].iloc[0]


def test_progress_tells_how_long_it_takes(tmp_path: Path) -> None:
    told: list[running.BatchProgress] = []
    gt.run_batch(studies(3), out=tmp_path / "out", progress=told.append)
    assert [(p.finished, p.total) for p in told] == [(1, 3), (2, 3), (3, 3)]
    assert told[-1].seconds_left == 0
    assert told[0].seconds_left == pytest.approx(2 * told[0].seconds)


def test_bad_calls(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no scenario"):
        gt.run_batch([], out=tmp_path / "out")
    with pytest.raises(InputError, match="workers is 0, expected at least 1"):
        gt.run_batch(studies(1), out=tmp_path / "out", workers=0)
    with pytest.raises(InputError, match="got scheduler and file, expected one cluster"):
        gt.run_batch(studies(1), out=tmp_path / "out", scheduler="tcp://a:1", scheduler_file="b")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "a.doc").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="holds something else than a batch"):
        gt.run_batch(studies(1), out=tmp_path / "thesis")
    with pytest.raises(OutputError, match="is a file, expected a folder"):
        gt.run_batch(studies(1), out=tmp_path / "thesis" / "a.doc")
