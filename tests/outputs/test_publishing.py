"""A finished run in PostGIS, against a server that these tests start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
import shapely
from postgres_server import PASSWORD, running_server
from typer.testing import CliRunner

import geotransfer as gt
from geotransfer.cli.app import app
from geotransfer.errors import InputError, OutputError

pytestmark = pytest.mark.postgis

runner = CliRunner()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_server() as address:
        yield address


def test_the_ranking_is_published(url: str, aluminium: gt.Result) -> None:
    gt.publish_result(aluminium, url, "plan.ranking")
    back = gt.read_postgis(url, "plan.ranking").set_index("zone").loc[aluminium.ranking["zone"]]
    assert list(back.columns) == [name for name in aluminium.ranking.columns if name != "zone"]
    expected = aluminium.ranking.set_index("zone")
    numbers = expected.select_dtypes("number").columns
    found = back[numbers].astype(float).to_numpy()
    np.testing.assert_allclose(found, expected[numbers].astype(float).to_numpy(), rtol=0, atol=1e-9, equal_nan=True)
    parts, published = expected.geometry.explode(), back.geometry.explode()
    assert shapely.equals_exact(published.to_numpy(), parts.to_numpy(), tolerance=1e-9).all()


def test_the_command_publishes_and_says_what_columns_mean(url: str, aluminium: gt.Result, aluminium_dir: Path) -> None:
    said = runner.invoke(app, ["publish", str(aluminium_dir), url, "plan.told"])
    assert said.exit_code == 0, said.output
    assert said.output.strip() == f"plan.told  {len(aluminium.ranking)} zones, key zone, index on geom"
    assert PASSWORD not in said.output
    with psycopg.connect(url) as connection:
        query = (
            "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute "
            "WHERE attrelid = 'plan.told'::regclass AND attnum > 0 AND attname <> 'geom'"
        )
        comments = dict(connection.execute(query).fetchall())
        about = connection.execute("SELECT obj_description('plan.told'::regclass)").fetchone()
    assert [name for name, comment in comments.items() if not comment] == []
    assert comments["score"].startswith("综合得分")
    assert about is not None
    assert "初筛" in about[0]
    assert "not a siting verdict" in about[0]


def test_a_published_table_is_replaced_only_when_told(url: str, aluminium: gt.Result) -> None:
    gt.publish_result(aluminium, url, "twice")
    with pytest.raises(OutputError, match=r"is there already.*on the command line --replace"):
        gt.publish_result(aluminium, url, "twice")
    gt.publish_result(aluminium, url, "twice", replace=True)


def test_a_scenario_takes_its_zones_from_the_database(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counties = gt.boundaries("county", within=["宁夏"])
    gt.write_postgis(counties, url, "plan.ningxia")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    address = url.replace(f":{PASSWORD}@", "@")
    quick = {"grid.resolution": 25_000, "robustness.draws": 0}
    study = gt.scenario("aluminium").with_overrides({"zones": address, "zones_layer": "plan.ningxia", **quick})
    result = gt.run(study)
    counties.to_file(tmp_path / "ningxia.gpkg")
    expected = gt.run(gt.scenario("aluminium").with_overrides({"zones": str(tmp_path / "ningxia.gpkg"), **quick}))
    np.testing.assert_array_equal(result.ranking["score"], expected.ranking["score"])
    assert result.ranking["zone"].tolist() == expected.ranking["zone"].tolist()
    gt.write_result(result, tmp_path / "out")
    record = (tmp_path / "out" / "run.json").read_text(encoding="utf-8")
    assert PASSWORD not in record
    assert "plan.ningxia" in record


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    study = gt.scenario("aluminium")
    for address in (f"postgresql://planner:{PASSWORD}@h/land", f"postgresql://planner@h/land?password={PASSWORD}"):
        with pytest.raises(InputError, match="the address holds a password") as caught:
            study.with_overrides({"zones": address, "zones_layer": "parks"})
        assert PASSWORD not in str(caught.value)
    with pytest.raises(InputError, match=r"expected zones_layer = 'schema\.table'"):
        study.with_overrides({"zones": "postgresql://planner@h/land"})
