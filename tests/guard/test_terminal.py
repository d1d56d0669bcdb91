"""Names and titles that try to steer a terminal: erase, colour, move, reorder."""

from __future__ import annotations

import ast
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

import geotransfer.cli
from geotransfer.cli.printing import SafeConsole, say, say_json
from geotransfer.guard.terminal import json_text, printable

ATTACKS = (
    "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1b]8;;http://evil\x1b\\link", "\x9b31m", "\x90q\x9c", "a\rb", "a\x08b",
    "\x7f", "\x1b[8mhidden", "\u202egpj.exe", "\u2066a\u2069", "\u200fa", "\x0c", "\x00", "\u2028geotransfer: all well",
)  # fmt: skip
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_shown_and_not_obeyed(attack: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(f"园区 {attack}")
    say(f"园区 {attack}", err=True)
    for told in capsys.readouterr():
        assert told.startswith("园区 ")
        assert not STEERS.search(told)


@pytest.mark.parametrize("attack", ATTACKS)
def test_tables_keep_their_own_colours_and_none_of_a_name(attack: str) -> None:
    out = io.StringIO()
    console = SafeConsole(file=out, force_terminal=True, color_system="standard", width=100, highlight=False)
    table = Table(title=attack)
    table.add_column(attack)
    table.add_row(attack)
    console.print(table, style="bold")
    console.print(f"{attack} 园区", markup=False)
    assert "\x1b[1m" in out.getvalue()
    assert not STEERS.search(re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()))
    assert "\x1b[8m" not in out.getvalue()


@pytest.mark.parametrize("attack", ATTACKS)
def test_json_reads_the_same(attack: str, capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"name": attack, attack: 1})
    told = capsys.readouterr().out
    assert not STEERS.search(told.replace("\n", ""))
    assert json.loads(told) == {"name": attack, attack: 1}


@given(st.text())
def test_nothing_else_is_touched(text: str) -> None:
    told = printable(text)
    assert len(told) == len(text)
    assert all(a == b or STEERS.match(a) for a, b in zip(text, told, strict=True))
    assert printable(told) == told
    encoded = json.dumps(text, ensure_ascii=False)
    assert json.loads(json_text(encoded)) == text


def test_the_commands_print_in_one_way_only() -> None:
    wrong = []
    for path in sorted(Path(geotransfer.cli.__file__).parent.glob("*.py")):
        if path.name == "printing.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ("typer.echo", "typer.secho", "print", "Console", "sys.stdout.write", "sys.stderr.write"):
                    wrong.append(f"{path.name}:{node.lineno}: {called}")
    assert wrong == []
