"""PostGIS, against a server that these tests start."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from postgres_server import PASSWORD, running_server

import geotransfer as gt
from geotransfer.catalog.database import checked_name
from geotransfer.errors import CrsError, FetchError, InputError, MissingExtra, OutputError

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_server() as address:
        yield address


def asked(url: str, query: str) -> list[tuple[Any, ...]]:
    import psycopg

    with psycopg.connect(url) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def parks() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "zone": ["a", "b", "c"],
            "名称": ["甲园", "乙'园\t\\N", None],
            "area_km2": [1 / 3, np.nan, 1e-300],
            "jobs": [1, 2**60, 3],
            "built": [True, False, True],
        },
        geometry=gpd.points_from_xy([106.5, 107.5, 108.5], [29.5, 30.5, 31.5]),
        crs="EPSG:4326",
    )


def test_every_county_comes_back_as_it_went(url: str) -> None:
    counties = gt.boundaries("county")
    gt.write_postgis(counties, url, "plan.counties", key="adcode", comment="县级行政区")
    back = gt.read_postgis(url, "SELECT * FROM plan.counties ORDER BY adcode")
    expected = counties.sort_values("adcode", ignore_index=True)
    assert len(back) == 2891
    assert back.crs == expected.crs
    plain = [name for name in expected.columns if name != "geometry"]
    assert back[plain].astype(str).equals(expected[plain].astype(str))
    # a Polygon among MultiPolygons comes back as one of a single part
    back_parts, parts = back.geometry.explode(), expected.geometry.explode()
    assert back_parts.index.equals(parts.index)
    assert shapely.equals_exact(back_parts.to_numpy(), parts.to_numpy(), tolerance=1e-9).all()


def test_values_types_index_key_and_comments(url: str, parks: gpd.GeoDataFrame) -> None:
    gt.write_postgis(
        parks,
        url,
        "plan.parks",
        key="zone",
        comment="园区's",
        column_comments={"名称": "名称 / name", "none": "x"},
    )
    back = gt.read_postgis(url, "plan.parks")
    pd.testing.assert_frame_equal(
        back.drop(columns="geometry"), parks.drop(columns="geometry"), check_dtype=False, check_exact=True
    )
    types = asked(url, "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'parks'")
    assert dict(types)["jobs"] == "bigint"
    assert dict(types)["built"] == "boolean"
    assert dict(types)["area_km2"] == "double precision"
    assert asked(url, "SELECT type, srid FROM geometry_columns WHERE f_table_name = 'parks'") == [("POINT", 4326)]
    indices = [row[0] for row in asked(url, "SELECT indexdef FROM pg_indexes WHERE tablename = 'parks'")]
    assert any("USING gist (geom)" in index for index in indices)
    assert any("UNIQUE" in index and "(zone)" in index for index in indices)
    assert asked(url, "SELECT obj_description('plan.parks'::regclass)") == [("园区's",)]
    assert asked(url, "SELECT col_description('plan.parks'::regclass, 2)") == [("名称 / name",)]


def test_a_table_is_replaced_only_when_told_and_keeps_views_and_rights(url: str, parks: gpd.GeoDataFrame) -> None:
    gt.write_postgis(parks, url, "kept")
    asked(url, "CREATE VIEW kept_view AS SELECT zone, geom FROM kept")
    asked(url, "CREATE ROLE geoserver; GRANT SELECT ON kept TO geoserver")
    with pytest.raises(OutputError, match='table "kept" is there already'):
        gt.write_postgis(parks, url, "kept")
    gt.write_postgis(parks.iloc[:2], url, "kept", replace=True)
    assert gt.read_postgis(url, "kept_view")["zone"].tolist() == ["a", "b"]
    assert asked(url, "SELECT has_table_privilege('geoserver', 'kept', 'SELECT')") == [(True,)]
    with pytest.raises(OutputError, match="cannot drop table kept because other objects depend on it"):
        gt.write_postgis(parks.drop(columns="jobs"), url, "kept", replace=True)
    asked(url, "DROP VIEW kept_view")
    gt.write_postgis(parks.drop(columns="jobs"), url, "kept", replace=True)
    assert "jobs" not in gt.read_postgis(url, "kept")


def test_a_failure_in_the_middle_leaves_the_old_table(url: str, parks: gpd.GeoDataFrame) -> None:
    gt.write_postgis(parks, url, "plan.old", key="zone", comment="before")
    # while the rows are sent: PostgreSQL's text holds no NUL
    with pytest.raises(OutputError, match=r"table 'plan\.old' was not written"):
        gt.write_postgis(parks.assign(zone=["x", "y", "z\0"]), url, "plan.old", replace=True, comment="after")
    # after the old rows were deleted: two features of one key
    with pytest.raises(OutputError, match="duplicate key value"):
        gt.write_postgis(parks.assign(zone=["x", "x", "z"]), url, "plan.old", replace=True, comment="after")
    assert gt.read_postgis(url, "plan.old")["zone"].tolist() == ["a", "b", "c"]
    assert asked(url, "SELECT obj_description('plan.old'::regclass)") == [("before",)]


@pytest.mark.parametrize(
    "name", ['x"; DROP TABLE plan.victim; --', "a.b.c", "", "1st", "a b", "x;y", "plan.", "a" * 64, "县" * 22, "x\0y"]
)
def test_a_name_that_is_none_is_refused(url: str, parks: gpd.GeoDataFrame, name: str) -> None:
    gt.write_postgis(parks, url, "plan.victim", replace=True)
    with pytest.raises(InputError, match=r"is refused|has 3 parts"):
        gt.write_postgis(parks, url, name)
    with pytest.raises(InputError, match=r"is refused|has 3 parts"):
        gt.read_postgis(url, name)
    with pytest.raises(InputError, match=r"column name .* is refused"):
        gt.write_postgis(parks.rename(columns={"jobs": name}), url, "plan.other")
    assert len(gt.read_postgis(url, "plan.victim")) == 3
    assert asked(url, "SELECT to_regclass('plan.other')") == [(None,)]


def test_reserved_words_are_names_too(url: str, parks: gpd.GeoDataFrame) -> None:
    gt.write_postgis(parks.rename(columns={"jobs": "select"}), url, "plan.table")
    assert gt.read_postgis(url, "plan.table")["select"].tolist() == [1, 2**60, 3]
    assert checked_name("Käse_1", what="column") == "Käse_1"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DROP TABLE plan.kept_by_reading",
        "SELECT * FROM plan.kept_by_reading) AS q; DROP TABLE plan.kept_by_reading; --",
        "WITH gone AS (DELETE FROM plan.kept_by_reading RETURNING *) SELECT * FROM gone",
        "SELECT *, set_config('transaction_read_only', 'off', true) FROM plan.kept_by_reading; COMMIT",
        "SELECT setval('plan.counter', 7), geom FROM plan.kept_by_reading",
    ],
)
def test_reading_changes_nothing(url: str, parks: gpd.GeoDataFrame, query: str) -> None:
    gt.write_postgis(parks, url, "plan.kept_by_reading", replace=True)
    asked(url, "CREATE SEQUENCE IF NOT EXISTS plan.counter")
    with pytest.raises(InputError, match="cannot be read from the database"):
        gt.read_postgis(url, query)
    assert len(gt.read_postgis(url, "plan.kept_by_reading")) == 3


def test_sql_is_read_with_its_own_columns(url: str, parks: gpd.GeoDataFrame) -> None:
    gt.write_postgis(parks, url, "plan.asked", replace=True)
    query = "with x as (select * from plan.asked) select 2.5::numeric as n, ST_Buffer(geom, 1) g from x -- all;\n;"
    found = gt.read_postgis(url, query)
    assert found["n"].tolist() == [2.5] * 3
    assert set(found.geom_type) == {"Polygon"}
    two = "SELECT geom, ST_Centroid(geom) AS middle FROM plan.asked"
    with pytest.raises(InputError, match="geometry columns geom, middle; say which one"):
        gt.read_postgis(url, two)
    assert len(gt.read_postgis(url, two, geometry="middle")) == 3
    with pytest.raises(InputError, match="no geometry column 'centre'; it has geom, middle"):
        gt.read_postgis(url, two, geometry="centre")
    with pytest.raises(InputError, match="is refused; expected the name of a table, or one statement"):
        gt.read_postgis(url, "DELETE FROM plan.asked")
    with pytest.raises(InputError, match="expected one geometry column, got none"):
        gt.read_postgis(url, "SELECT 1 AS one")
    with pytest.raises(InputError, match="holds no feature with a geometry"):
        gt.read_postgis(url, "SELECT * FROM plan.asked WHERE false")
    with pytest.raises(InputError, match=r'relation "plan\.nowhere" does not exist'):
        gt.read_postgis(url, "plan.nowhere")
    with pytest.raises(CrsError, match="has the SRID 0, which is no CRS"):
        gt.read_postgis(url, "SELECT ST_SetSRID(geom, 0) FROM plan.asked")
    with pytest.raises(CrsError, match="holds the SRIDs 4326, 4490; expected one"):
        gt.read_postgis(url, "SELECT geom FROM plan.asked UNION ALL SELECT ST_SetSRID(geom, 4490) FROM plan.asked")


def test_what_postgis_cannot_hold_is_refused(url: str, parks: gpd.GeoDataFrame) -> None:
    with pytest.raises(CrsError, match="has no EPSG code"):
        gt.write_postgis(parks.to_crs("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105"), url, "x")
    with pytest.raises(CrsError, match="has no EPSG code"):
        gt.write_postgis(parks.set_crs(None, allow_override=True), url, "x")
    with pytest.raises(InputError, match="no features"):
        gt.write_postgis(parks.iloc[:0], url, "x")
    with pytest.raises(InputError, match="called 'geom'"):
        gt.write_postgis(parks.assign(geom=1), url, "x")
    with pytest.raises(InputError, match="key is 'id', which is no column; expected one of zone"):
        gt.write_postgis(parks, url, "x", key="id")
    with pytest.raises(OutputError, match='schema "nowhere" does not exist'):
        gt.write_postgis(parks, url, "nowhere.x")


def test_no_message_and_no_log_holds_the_password(
    url: str, parks: gpd.GeoDataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = url.replace(PASSWORD, "not%20the%20one")
    broken = f"postgresql://planner:{PASSWORD}@localhost:port/x"
    unknown = f"{url}&nothing={PASSWORD}"
    said = []
    for address in (wrong, broken, unknown, url.replace("/postgres?", "/absent?")):
        with pytest.raises(FetchError, match="no connection to the database") as caught:
            gt.read_postgis(address, "plan.parks")
        assert caught.value.__cause__ is None
        said.append(str(caught.value))
    with pytest.raises(InputError, match="not understood") as refused:
        gt.read_postgis(f"mysql://planner:{PASSWORD}@localhost/x", "t")
    with pytest.raises(InputError, match="cannot be read") as failed:
        gt.read_postgis(url, f"SELECT '{PASSWORD}'::integer")
    said += [str(refused.value), str(failed.value).split("from the database:")[1], caplog.text]
    gt.write_postgis(parks, url, "plan.silent", replace=True)
    for text in said:
        assert PASSWORD not in text
        assert "not the one" not in text
        assert "not%20the%20one" not in text


def test_without_psycopg_the_way_out_is_named(parks: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pip install 'geotransfer\[postgis\]'"):
        gt.read_postgis("postgresql://planner@localhost/land", "parks")
    with pytest.raises(MissingExtra, match=r"pip install 'geotransfer\[postgis\]'"):
        gt.write_postgis(parks, "postgresql://planner@localhost/land", "parks")
