"""Every command and code block of the documentation runs, page by page, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import geotransfer as gt

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
FROM_THE_CHECKOUT = "bash scripts/"
"""The README's two commands install things; tests/test_scripts.py runs the scripts themselves."""
PARKS = "name,lon,lat\n安宁工业园区,102.45,24.92\n包头铝业园区,110.10,40.55\n"


def blocks(page: Path) -> list[tuple[str, str]]:
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [(kind, code) for kind, code in found if kind in ("bash", "python") and FROM_THE_CHECKOUT not in code]


EXAMPLES = [
    pytest.param(page, number, id=f"{page.name}-{number + 1}") for page in PAGES for number in range(len(blocks(page)))
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds one folder a page: its blocks build on those before them."""
    return tmp_path_factory.mktemp("docs")


@pytest.mark.parametrize(("page", "number"), EXAMPLES)
def test_block(page: Path, number: int, desk: Path) -> None:
    folder = desk / page.stem
    folder.mkdir(exist_ok=True)
    if page.parent == ROOT:
        (folder / "parks.csv").write_text(PARKS, encoding="utf-8")
    # the command stands beside the interpreter, also where the environment is not activated
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"}
    kind, code = blocks(page)[number]
    shell = ["bash", "-euo", "pipefail", "-c", code] if kind == "bash" else [sys.executable, "-c", code]
    done = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, f"{code}\n{done.stderr}"


def test_every_page_shows_something_that_runs() -> None:
    assert [page.name for page in PAGES if not blocks(page) and page.name != "method.md"] == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()] == []


def test_the_tests_that_pages_name_exist() -> None:
    named = {path for page in PAGES for path in re.findall(r"`(tests/[\w/.]+)`", page.read_text(encoding="utf-8"))}
    assert len(named) > 20
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_both_readmes_hold_the_same_commands() -> None:
    english, chinese = (BLOCK.findall(page.read_text(encoding="utf-8")) for page in PAGES[:2])

    def without_comments(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(kind, re.sub(r" +#.*", "", code)) for kind, code in found]

    assert without_comments(english) == without_comments(chinese)


@pytest.mark.parametrize("page", PAGES[:2], ids=lambda page: page.name)
def test_the_readme_tells_the_figures_of_the_run(page: Path, aluminium: gt.Result) -> None:
    record = aluminium.provenance["result"]
    counts, share = record["counts"], record["statistics"]["between_province_variance_share"]
    total = sum(counts[status] for status in ("ranked", "excluded", "unknown"))
    told = page.read_text(encoding="utf-8").replace(",", "")
    for number in (total, counts["ranked"], counts["excluded"], counts["unknown"]):
        assert re.search(rf"\b{number}\b", told), number
    assert f"{share * 100:.0f} %" in told


def test_the_picture_is_small_enough() -> None:
    assert (ROOT / "docs" / "map.png").stat().st_size <= 200_000
