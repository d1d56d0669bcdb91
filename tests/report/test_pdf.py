from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from geotransfer.errors import OutputError
from geotransfer.report import render_report
from geotransfer.report.pdf import find_chromium, print_pdf


@pytest.mark.browser
def test_a_report_is_printed_in_both_languages(result: Any, tmp_path: Path) -> None:
    html = render_report(result)
    print_pdf(html, tmp_path / "zh.pdf")
    print_pdf(html, tmp_path / "en.pdf", language="en")
    chinese, english = ((tmp_path / name).read_bytes() for name in ("zh.pdf", "en.pdf"))
    assert chinese.startswith(b"%PDF")
    assert english.startswith(b"%PDF")
    assert chinese != english
    assert {path.name for path in tmp_path.iterdir()} == {"zh.pdf", "en.pdf"}


def test_without_a_browser_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GEOTRANSFER_CHROMIUM", str(tmp_path / "nowhere"))
    assert find_chromium() is None
    with pytest.raises(OutputError, match="print it from your browser"):
        print_pdf("<html>", tmp_path / "report.pdf")


@pytest.mark.skipif("os.name == 'nt'", reason="a shell script stands in for the browser")
def test_a_browser_that_prints_nothing_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho no display >&2\n", encoding="utf-8")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("GEOTRANSFER_CHROMIUM", str(broken))
    old = tmp_path / "report.pdf"
    old.write_bytes(b"old")
    with pytest.raises(OutputError, match="printed no PDF; it said: no display"):
        print_pdf("<html>", old)
    assert old.read_bytes() == b"old"
