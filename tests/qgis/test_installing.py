from __future__ import annotations

import ast
import json
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import geotransfer
from geotransfer.errors import InputError, OutputError
from geotransfer.qgis.installing import REQUIRED, install_plugin, plugin_metadata, profiles_folder, zip_plugin

SOURCES = Path(geotransfer.__file__).parent / "qgis" / "plugin"


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QGIS_CUSTOM_CONFIG_PATH", str(tmp_path))
    return tmp_path / "profiles"


def test_the_plugin_is_copied_and_points_to_this_python(profiles: Path) -> None:
    assert profiles_folder() == profiles
    folder = install_plugin(profile="work")
    assert folder == profiles / "work" / "python" / "plugins" / "geotransfer_qgis"
    assert json.loads((folder / "environment.json").read_text())["python"] == sys.executable
    names = {path.name for path in folder.iterdir()}
    assert {"__init__.py", "metadata.txt", "provider.py", "icon.svg", "LICENSE"} <= names
    assert not any("@" in line for line in (folder / "metadata.txt").read_text().splitlines() if "email" not in line)


def test_an_older_plugin_is_replaced_whole(profiles: Path) -> None:
    folder = install_plugin()
    (folder / "gone.py").write_text("old")
    install_plugin(python="/some/python")
    assert not (folder / "gone.py").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["geotransfer_qgis"]


def test_what_cannot_be_written_is_said_and_leaves_nothing(profiles: Path) -> None:
    (profiles / "default" / "python").mkdir(parents=True)
    (profiles / "default" / "python" / "plugins").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="close QGIS and try again"):
        install_plugin()


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "c:"])
def test_a_profile_is_a_name(profiles: Path, name: str) -> None:
    with pytest.raises(InputError, match="expected the name of a QGIS profile"):
        install_plugin(profile=name)
    assert not profiles.exists()


def test_the_zip_has_one_folder_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = (zip_plugin(tmp_path / name).read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"geotransfer_qgis"}
    assert not [name for name in names if name.endswith((".pyc", "/environment.json")) or "__pycache__" in name]
    assert max(len(name) for name in names) < 60
    with pytest.raises(InputError, match=r"ends in \.zip"):
        zip_plugin(tmp_path / "plugin.tar")
    with pytest.raises(OutputError, match="a folder that exists"):
        zip_plugin(tmp_path / "nowhere" / "a.zip")


def test_metadata_has_what_the_official_repository_asks_for() -> None:
    entries = dict(line.split("=", 1) for line in plugin_metadata().splitlines() if "=" in line)
    assert set(REQUIRED) <= set(entries)
    assert entries["hasProcessingProvider"] == "yes"
    assert entries["version"] == version("geotransfer")
    with pytest.raises(InputError, match="lacks email"):
        plugin_metadata({"EMAIL": ""})


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.py")), ids=lambda path: path.name)
def test_the_plugin_is_python_of_qgis_and_imports_nothing_of_ours(path: Path) -> None:
    """QGIS 3.22 on Windows ships Python 3.9; the plugin must neither import geotransfer nor use the caller's Python."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 9))
    modules = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 0]
    modules += [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
    roots = {module.split(".")[0] for module in modules}
    assert roots <= {"qgis", *sys.stdlib_module_names}
    assert "sys.executable" not in text
