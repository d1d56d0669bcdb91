"""What all tests share: data, one cache, one full run, one browser; and CI's rule that nothing is skipped."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from geotransfer import Result

ROOT = Path(__file__).resolve().parents[1]
REQUIRE_ALL = os.environ.get("GEOTRANSFER_REQUIRE") == "all"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# --- what a test may need, and whether it is here -------------------------------------------------


def find_shared_data() -> Path | None:
    """GEOTRANSFER_TEST_DATA, or ../shared/data beside the checkout; None when there is neither."""
    named = os.environ.get("GEOTRANSFER_TEST_DATA")
    if named:
        folder = (ROOT / named).resolve()
        if not folder.is_dir():
            raise pytest.UsageError(f"GEOTRANSFER_TEST_DATA is {named!r}, which is no folder; unset it or correct it")
        return folder
    folder = ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def find_chromium() -> str | None:
    """GEOTRANSFER_CHROMIUM, or a Chromium of the system; None when there is neither."""
    named = os.environ.get("GEOTRANSFER_CHROMIUM")
    if named:
        if not Path(named).is_file():
            raise pytest.UsageError(f"GEOTRANSFER_CHROMIUM is {named!r}, which is no file; unset it or correct it")
        return named
    candidates = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
    return next((found for found in map(shutil.which, candidates) if found), None)


def missing_for(marker: str) -> str | None:
    """Why tests with this marker cannot run here; None when they can."""
    if marker == "data" and find_shared_data() is None:
        return "no shared test data: set GEOTRANSFER_TEST_DATA"
    if marker == "distributed" and importlib.util.find_spec("distributed") is None:
        return "dask[distributed] is not installed: pip install 'geotransfer[distributed]'"
    if marker == "browser" and importlib.util.find_spec("playwright") is None:
        return "playwright is not installed: pip install 'geotransfer[test]'"
    if marker == "browser" and find_chromium() is None:
        return "no Chromium: install one, or set GEOTRANSFER_CHROMIUM"
    if marker == "qgis" and find_qgis_process() is None:
        return "no qgis_process: install QGIS (Debian: apt install qgis python3-qgis), or set GEOTRANSFER_QGIS_PROCESS"
    if marker == "qgis_target" and find_qgis_target() is None:
        return "no geotransfer for QGIS's own Python: see docs/qgis.md, and set GEOTRANSFER_QGIS_TARGET to the folder"
    if marker == "postgis" and find_postgres() is None:
        return "no PostgreSQL: install it with PostGIS (Debian: apt install postgresql-15 postgresql-15-postgis-3)"
    return None


def find_qgis_target() -> Path | None:
    """GEOTRANSFER_QGIS_TARGET, a folder of ``pip install --target`` for QGIS's own Python; None when it is not set."""
    named = os.environ.get("GEOTRANSFER_QGIS_TARGET")
    if named and not (Path(named) / "geotransfer").is_dir():
        raise pytest.UsageError(f"GEOTRANSFER_QGIS_TARGET is {named!r}, which holds no geotransfer; correct it")
    return Path(named) if named else None


def find_postgres() -> Path | None:
    """GEOTRANSFER_POSTGRES_BIN, or the newest of Debian's: a folder with initdb and pg_ctl."""
    named = os.environ.get("GEOTRANSFER_POSTGRES_BIN")
    folders = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def find_qgis_process() -> str | None:
    """GEOTRANSFER_QGIS_PROCESS, or the one of the system; Debian's wrapper is broken, its .bin is not."""
    named = os.environ.get("GEOTRANSFER_QGIS_PROCESS")
    candidates = (named,) if named else ("/usr/bin/qgis_process.bin", "qgis_process.bin", "qgis_process")
    return next((found for found in map(shutil.which, candidates) if found), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {
        marker: missing_for(marker) for marker in ("data", "browser", "distributed", "qgis", "qgis_target", "postgis")
    }
    for item in items:
        for marker, reason in reasons.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


# --- GEOTRANSFER_REQUIRE=all: a test that did not run is a failure --------------------------------


class NothingSkipped:
    """Notes every test that was skipped or deselected, and fails the session for it."""

    def __init__(self) -> None:
        self.not_run: list[str] = []

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            self.not_run.append(f"{report.nodeid}: {reason}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.not_run += [f"{item.nodeid}: deselected" for item in items]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.not_run and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.not_run:
            terminalreporter.section("not run, which GEOTRANSFER_REQUIRE=all counts as failure", sep="=", red=True)
            for line in self.not_run:
                terminalreporter.write_line(f"NOT RUN {line}")


# --- one cache for the session, doctests too; the user's own is never touched ---------------------


class OneCache:
    """Names the session's cache before each test, whatever the test before it did to the environment."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="geotransfer-test-cache-"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        os.environ["GEOTRANSFER_CACHE_DIR"] = str(self.folder)

    def pytest_unconfigure(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    # as plugins, because hooks of this file alone do not see the doctests in geotransfer/
    config.pluginmanager.register(OneCache(), "geotransfer-one-cache")
    if REQUIRE_ALL:
        config.pluginmanager.register(NothingSkipped(), "geotransfer-nothing-skipped")


@pytest.fixture(scope="session")
def cache_dir(pytestconfig: pytest.Config) -> Path:
    """The folder of modelled layers that GEOTRANSFER_CACHE_DIR names during the tests."""
    return pytestconfig.pluginmanager.get_plugin("geotransfer-one-cache").folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = find_shared_data()
    if folder is None:
        pytest.skip("no shared test data: set GEOTRANSFER_TEST_DATA")
    return folder


# --- the one full run -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def aluminium(cache_dir: Path) -> Result:
    """The built-in scenario on the real counties. Never change it: every test sees the same one."""
    import geotransfer as gt

    return gt.run(gt.scenario("aluminium"))


@pytest.fixture(scope="session")
def aluminium_dir(aluminium: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that write_result makes of the full run. Read it only."""
    import geotransfer as gt

    folder = tmp_path_factory.mktemp("aluminium") / "out"
    gt.write_result(aluminium, folder)
    return folder


# --- the browser ----------------------------------------------------------------------------------


@dataclass  # not frozen: playwright notes its wrappers on the object whose method it calls
class BrowserPage:
    """A Chromium page with the network off, and what happened in it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    """Console errors and uncaught exceptions."""
    requests: list[str] = field(default_factory=list)
    """Every request but the opened document and data: or blob: addresses. Of a self-contained page: none."""

    def open(self, path: Path) -> Page:
        """Open a file and wait until it has loaded."""
        self.page.goto(path.resolve().as_uri(), wait_until="load")
        return self.page

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def on_page_error(self, error: Exception) -> None:
        self.errors.append(str(error))

    def on_request(self, request: Request) -> None:
        is_document = request.is_navigation_request() and request.frame == self.page.main_frame
        if not is_document and not request.url.startswith(("data:", "blob:")):
            self.requests.append(request.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if reason := missing_for("browser"):
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[BrowserPage]:
    """An empty page, 1280 x 800, in a context of its own that is offline."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800}, locale="zh-CN")
    opened = BrowserPage(context.new_page())
    opened.page.on("console", opened.on_console)
    opened.page.on("pageerror", opened.on_page_error)
    opened.page.on("request", opened.on_request)
    yield opened
    context.close()
