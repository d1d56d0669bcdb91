"""The wheel: what is in it, and that it works from another directory in an empty environment."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def is_litter(path: Path) -> bool:
    return "__pycache__" in path.parts or path.suffix in (".pyc", ".nbi", ".nbc")


def files_of(folder: str) -> list[str]:
    """Every file below a folder of the checkout, relative to it, without what Python leaves behind."""
    here = ROOT / folder
    found = [path for path in here.rglob("*") if path.is_file() and not is_litter(path)]
    return [path.relative_to(here).as_posix() for path in found]


def run(command: list[str | Path], **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=900, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


# --- what setup.cfg says --------------------------------------------------------------------------


def test_the_package_list_is_the_tree() -> None:
    listed = setup_cfg()["options"]["packages"].split()
    rooms = [path.parent for path in (ROOT / "geotransfer").rglob("__init__.py")]
    tree = {".".join(room.relative_to(ROOT).parts) for room in rooms} | {"geotransfer.layers"}
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) == tree


def test_every_module_is_in_a_package() -> None:
    folders = {path.parent for path in (ROOT / "geotransfer").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_the_changelog_begins_with_this_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)[0] == setup_cfg()["metadata"]["version"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_dependencies(*, extras: bool) -> set[str]:
    parser = setup_cfg()
    lines = parser["options"]["install_requires"].splitlines()
    if extras:
        lines += [line for group in parser["options.extras_require"].values() for line in group.splitlines()]
    return {normal(Requirement(line).name) for line in lines if line} - {"geotransfer"}


def imported_libraries() -> set[str]:
    """The distributions behind every import of the package that is neither Python's own nor geotransfer's."""
    names = set()
    for path in (ROOT / "geotransfer").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    found = packages_distributions()
    # qgis is there where QGIS's own Python runs the code, and cannot be installed
    outside = names - sys.stdlib_module_names - {"geotransfer", "qgis"}
    return {normal(library) for name in outside for library in found.get(name, [name])}


def test_what_is_imported_is_declared() -> None:
    assert imported_libraries() - direct_dependencies(extras=True) == set()


def test_what_is_declared_is_imported() -> None:
    # pandas and geopandas load pyarrow for Parquet; Leaflet and the power curves are read as files of their packages
    unseen = {"pyarrow", "windpowerlib", "xstatic-leaflet"}
    assert direct_dependencies(extras=False) - imported_libraries() - unseen == set()


def test_the_constraints_pin_every_direct_dependency_once() -> None:
    lines = (ROOT / "scripts" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)] == []
    pinned = [pin.split("==")[0] for pin in pins]
    assert len(pinned) == len(set(pinned))
    assert direct_dependencies(extras=True) - set(pinned) == set()


def test_the_constraints_reach_all_the_way_down() -> None:
    lines = (ROOT / "scripts" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0] for line in lines if "==" in line}
    missing = set()
    for name in sorted(pinned):
        try:
            needs = requires(name) or []
        except ModuleNotFoundError:
            continue  # an extra that is not installed here
        for need in map(Requirement, needs):
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                missing |= {normal(need.name)} - pinned
    assert missing == set()


def test_pyproject_holds_the_build_system_and_ruff_only() -> None:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(content) == {"build-system", "tool"}
    assert set(content["tool"]) == {"ruff"}


# --- the wheel ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the checkout that holds compiled files too, as a developer's does."""
    source = tmp_path_factory.mktemp("source")
    for folder in ("geotransfer", "layers", "scripts", "tests"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / file, source)
    for folder in ("geotransfer", "geotransfer/study", "layers"):
        (source / folder / "__pycache__").mkdir()
        (source / folder / "__pycache__" / "old.cpython-311.pyc").write_bytes(b"old")
    target = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, source])
    [built] = target.glob("*.whl")
    return built


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(wheel: Path) -> None:
    names = [name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")]
    version = setup_cfg()["metadata"]["version"]
    inside = {name for name in names if name.split("/")[0] != f"geotransfer-{version}.dist-info"}
    expected = {f"geotransfer/{name}" for name in files_of("geotransfer")}
    expected |= {f"geotransfer/layers/{name}" for name in files_of("layers")}
    assert inside == expected
    assert "geotransfer/layers/__init__.py" in inside


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    info = {name.split("/", 1)[1]: name for name in archive.namelist() if ".dist-info/" in name}
    metadata = archive.read(info["METADATA"]).decode()
    assert "License-Expression: BSD-3-Clause" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert "geotransfer = geotransfer.cli:main" in archive.read(info["entry_points.txt"]).decode()
    assert "licenses/LICENSE" in info


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment with the wheel in it.

    The dependencies are those of the running environment, by a path file: seconds, and no network.
    It is written after the installation, so that pip does not see a geotransfer that is already there.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    install = ["install", "-q", "--no-deps", "--no-index", "--disable-pip-version-check", wheel]
    run([sys.executable, "-m", "pip", "--python", python, *install])
    [packages] = {Path(found).parent for found in home.rglob("geotransfer/__init__.py")}
    borrowed = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    (packages.parent / "borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")
    return programs


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def test_the_installed_package_and_its_layers_are_the_wheels(installed: Path, tmp_path: Path) -> None:
    code = (
        "import json, geotransfer; from importlib.resources import files;"
        "layers = files('geotransfer.layers');"
        "print(json.dumps([geotransfer.__file__, str(layers), sorted(p.name for p in layers.iterdir())]))"
    )
    done = run([installed / "python", "-c", code], cwd=tmp_path, env=clean_environment())
    package, layers, names = json.loads(done.stdout)
    assert Path(package).is_relative_to(installed.parent)
    assert Path(layers) == Path(package).parent / "layers"
    assert {name.split("/")[0] for name in files_of("layers")} <= set(names)


def test_the_command_says_its_version(installed: Path, tmp_path: Path) -> None:
    done = run([installed / "geotransfer", "--version"], cwd=tmp_path, env=clean_environment())
    assert setup_cfg()["metadata"]["version"] in done.stdout


@pytest.mark.slow
def test_the_installed_command_does_the_job(installed: Path, tmp_path: Path, cache_dir: Path) -> None:
    environment = clean_environment()
    assert environment["GEOTRANSFER_CACHE_DIR"] == str(cache_dir)
    command = [
        installed / "geotransfer",
        "run",
        "aluminium",
        "-o",
        tmp_path / "out",
        "--set",
        "grid.resolution=25000",
    ]
    run(command, cwd=tmp_path, env=environment)
    written = {path.name for path in (tmp_path / "out").iterdir()}
    promised = {"ranking.csv", "ranking.gpkg", "ranking.parquet", "ranking.columns.json", "suitability.tif"}
    assert promised | {"map.html", "report.html", "run.json"} <= written
