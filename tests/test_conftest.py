"""The test machinery itself: a skip fails the session in CI, and the browser sees what a page does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SOME_TESTS = """
import pytest

def test_runs():
    pass

def test_skips():
    pytest.skip("on purpose")

@pytest.mark.data
def test_wants_data(shared_data):
    pass

@pytest.mark.xfail(strict=True)
def test_known_failure():
    raise AssertionError
"""

SOME_MODULE = """
import pytest

pytest.importorskip("no_such_library", exc_type=ImportError)
"""


def run_pytest(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_some.py").write_text(SOME_TESTS, encoding="utf-8")
    (folder / "test_module.py").write_text(SOME_MODULE, encoding="utf-8")
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "setup.cfg").write_text("[tool:pytest]\nmarkers =\n    data: d\n    browser: b\n", encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GEOTRANSFER_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, str(folder)]
    return subprocess.run(
        command,
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_a_skip_passes_on_a_developers_machine(tmp_path: Path) -> None:
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 skipped" in done.stdout


def test_a_skip_fails_where_everything_is_required(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, GEOTRANSFER_REQUIRE="all")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_some.py::test_skips: Skipped: on purpose" in done.stdout
    assert "test_some.py::test_wants_data: Skipped: no shared test data" in done.stdout
    assert "NOT RUN test_module.py: Skipped: could not import 'no_such_library'" in done.stdout
    assert "test_known_failure" not in done.stdout


def test_a_deselected_test_fails_where_everything_is_required(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "-k", "test_runs", GEOTRANSFER_REQUIRE="all")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_skips: deselected" in done.stdout


def test_data_named_but_absent_is_an_error_not_a_skip(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, GEOTRANSFER_TEST_DATA="no-such-folder")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "GEOTRANSFER_TEST_DATA is 'no-such-folder'" in done.stdout + done.stderr


def test_a_test_that_forgets_the_cache_does_not_reach_the_next(cache_dir: Path) -> None:
    del os.environ["GEOTRANSFER_CACHE_DIR"]
    assert cache_dir.is_dir()


def test_the_cache_of_the_tests_is_not_the_users(cache_dir: Path) -> None:
    assert os.environ["GEOTRANSFER_CACHE_DIR"] == str(cache_dir)
    assert "geotransfer-test-cache" in cache_dir.name


@pytest.mark.browser
def test_the_browser_notes_requests_and_errors(browser_page, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<script src="https://example.org/leaflet.js"></script>'
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
        "<script>L.map('x')</script>",
        encoding="utf-8",
    )
    browser_page.open(page)
    assert browser_page.requests == ["https://example.org/leaflet.js"]
    assert any("L is not defined" in error for error in browser_page.errors)


@pytest.mark.browser
def test_a_self_contained_page_leaves_no_trace(browser_page, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><p id=a>省际</p><script>a.title = 'x'</script>", encoding="utf-8"
    )
    assert browser_page.open(page).locator("#a").get_attribute("title") == "x"
    assert (browser_page.requests, browser_page.errors) == ([], [])
