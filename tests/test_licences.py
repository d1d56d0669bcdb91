"""The table of licences: what is allowed, and that a licence that is not is found."""

from __future__ import annotations

import runpy
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "licences.py"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT", "permissive"), ("BSD-3-Clause AND Zlib AND CC0-1.0", "permissive"), ("MIT-CMU", "permissive"),
        ("Apache-2.0 WITH LLVM-exception", "permissive"), ("GPL-3.0-only OR MIT", "permissive"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "weak copyleft"), ("LGPL-3.0-only", "weak copyleft"),
        ("MIT AND MPL-2.0", "weak copyleft"), ("GNU Lesser General Public License v3 (LGPLv3)", "weak copyleft"),
        ("GPL-3.0-only", ""), ("AGPL-3.0", ""), ("GNU General Public License v2 (GPLv2)", ""), ("not stated", ""),
        ("MIT AND GPL-2.0-only", ""), ("MIT AND Proprietary", ""), ("GNU Affero General Public License v3", ""),
        ("Other/Proprietary License", ""), ("LGPL-2.1 AND GPL-2.0", ""),
    ],
)  # fmt: skip
def test_verdict(text: str, expected: str) -> None:
    assert SCRIPT["verdict"](text) == expected


def test_where_a_licence_is_read() -> None:
    def said(**fields: str) -> str:
        message = Message()
        for name, value in {"Name": "x", **fields}.items():
            message[name.replace("_", "-")] = value
        return SCRIPT["licence"](SimpleNamespace(metadata=message))

    assert said(License_Expression="MIT", License="GPL") == "MIT"
    assert said(Classifier="License :: OSI Approved :: BSD License", License="long text") == "BSD License"
    assert said(License="ISC\nmore") == "ISC"
    assert said(Classifier="License :: OSI Approved") == "not stated"


def test_everything_that_is_installed_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    assert SCRIPT["main"]([SCRIPT["ROOT"]]) == 0
    table = capsys.readouterr().out
    # the walk reaches what is needed by what is needed
    for name in ("numpy", "rasterio", "pydantic-core", "certifi", "psycopg"):
        assert f"\n{name} " in table


def test_a_licence_that_is_not_allowed_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SCRIPT["KNOWN"], "numpy", "GPL-3.0-only")
    assert SCRIPT["main"](["geopandas"]) == 1
    assert capsys.readouterr().out.endswith("1 not allowed: numpy\n")
