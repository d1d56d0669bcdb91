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
from geotransfer.errors import OutputError

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
    with pytest.raises(OutputError, match="is there already"):
        gt.publish_result(aluminium, url, "twice")
    gt.publish_result(aluminium, url, "twice", replace=True)
