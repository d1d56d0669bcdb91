from __future__ import annotations

from typer.testing import CliRunner

from geotransfer.cli.app import app
from geotransfer.errors import InputError


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["route", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_legs_are_printed() -> None:
    text = run("重庆", "钦州", "--by", "cost")
    assert "铁路 rail" in text
    assert "重庆市 - 钦州市" in text
    assert "川黔线, 黔桂线" in text
    assert "yuan/t" in text
    assert "assumptions" in text


def test_switches_modes_and_goods() -> None:
    text = run(
        "南宁", "北部湾港", "--mode", "river", "--open", "平陆运河", "--commodity", "container", "--rates", "high"
    )
    assert "内河 river" in text
    assert "平陆运河" in text


def test_an_ambiguous_name_is_the_users_mistake() -> None:
    done = CliRunner().invoke(app, ["route", "朝阳", "钦州"])
    assert isinstance(done.exception, InputError)
    assert "give the adcode" in str(done.exception)
    unknown = CliRunner().invoke(app, ["route", "重庆", "钦州", "--by", "luck"])
    assert "--by is 'luck', expected one of 'cost', 'time', 'co2', 'generalised'" in str(unknown.exception)
