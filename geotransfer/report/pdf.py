"""The report as PDF, printed by the Chromium (or Chrome, Edge) of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

from geotransfer.errors import OutputError
from geotransfer.files import written_whole

__all__ = ["find_chromium", "print_pdf"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
INSTALLED = (
    "/usr/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
SECONDS = 120
CHINESE, ENGLISH = 'id="chinese" checked', 'id="english"'


def find_chromium() -> str | None:
    """Return the path of a browser that can print: ``GEOTRANSFER_CHROMIUM``, on the PATH, or where it is installed."""
    named = os.environ.get("GEOTRANSFER_CHROMIUM")
    candidates = [named] if named else [*map(shutil.which, BROWSERS), *INSTALLED]
    return next((path for path in candidates if path and Path(path).is_file()), None)


def print_pdf(html: str, path: str | os.PathLike[str], *, language: Literal["zh", "en"] = "zh") -> None:
    """Print a report (`render_report`) to a PDF file on A4.

    Raises
    ------
    OutputError
        There is no Chromium, or it printed nothing; an existing file at `path` is left as it was.
    """
    browser = find_chromium()
    if browser is None:
        raise OutputError(
            "no Chromium, Chrome or Edge was found to print the report; install one (Debian: apt install chromium), "
            "name it in GEOTRANSFER_CHROMIUM, or open report.html and print it from your browser"
        )
    if language == "en":
        html = html.replace(CHINESE, 'id="chinese"').replace(ENGLISH, f"{ENGLISH} checked")
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_text(html, encoding="utf-8", newline="\n")
        said = _print(browser, page, printed, profile=Path(folder, "profile"))
        if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF"):
            raise OutputError(f"{browser!r} printed no PDF; it said: {said[-300:].strip() or 'nothing'}")
        _move(printed, Path(path))


def _print(browser: str, page: Path, printed: Path, *, profile: Path) -> str:
    arguments = [
        "--headless",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={profile}",
        f"--print-to-pdf={printed}",
        page.as_uri(),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Chromium refuses its sandbox to root (containers); the page is ours and loads nothing
        arguments.insert(0, "--no-sandbox")
    try:
        done = subprocess.run([browser, *arguments], capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OutputError(f"{browser!r} did not print the report: {error}") from error
    return done.stderr.decode("utf-8", errors="replace")


def _move(printed: Path, target: Path) -> None:
    """Put the file in its place in one step; the temporary folder may lie on another disk."""
    try:
        with written_whole(target) as draft:
            shutil.copyfile(printed, draft)
    except OSError as error:
        raise OutputError(f"{str(target)!r} cannot be written: {error}; is it open in another program?") from error
