"""The plugin into a QGIS profile, or into a zip for the plugin manager."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import zipfile
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path

from geotransfer.errors import InputError, OutputError

__all__ = ["install_plugin", "plugin_metadata", "profiles_folder", "zip_plugin"]

PLUGIN = "geotransfer_qgis"
"""Its folder, and so its name for ``qgis_process plugins enable``."""
SKIPPED = ("__pycache__",)
CONTACT = {
    "EMAIL": "geotransfer@example.org",
    "REPOSITORY": "https://example.org/geotransfer",
    "TRACKER": "https://example.org/geotransfer/issues",
    "HOMEPAGE": "https://example.org/geotransfer",
}
"""Placeholders of the reserved domain: whoever publishes the plugin puts their own."""
REQUIRED = ("name", "qgisMinimumVersion", "description", "about", "version", "author", "email", "repository", "tracker")
"""What the official repository asks of metadata.txt (QGIS Python plugins, publishing guide)."""
EARLIEST = (1980, 1, 1, 0, 0, 0)


def profiles_folder() -> Path:
    """Return where QGIS keeps its profiles on this machine; ``QGIS_CUSTOM_CONFIG_PATH`` comes first."""
    custom = os.environ.get("QGIS_CUSTOM_CONFIG_PATH")
    if custom:
        return Path(custom) / "profiles"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home() / "AppData/Roaming")) / "QGIS/QGIS3/profiles"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/QGIS/QGIS3/profiles"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "QGIS/QGIS3/profiles"


def plugin_metadata(contact: dict[str, str] | None = None) -> str:
    """Return metadata.txt with this version of geotransfer.

    Raises
    ------
    InputError
        A required entry is empty, or the version is not one the plugin manager can compare.

    Examples
    --------
    >>> plugin_metadata().splitlines()[:2]
    ['[general]', 'name=geotransfer']
    """
    text = files("geotransfer.qgis.plugin").joinpath("metadata.txt").read_text(encoding="utf-8")
    for key, value in {**CONTACT, **(contact or {}), "VERSION": version("geotransfer")}.items():
        text = text.replace(f"@{key}@", value)
    entries = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    missing = [name for name in REQUIRED if not entries.get(name, "").strip()]
    if missing:
        raise InputError(f"metadata.txt lacks {', '.join(missing)}; the plugin repository asks for them")
    if not re.match(r"^\d+(\.\d+)+", entries["version"]):
        raise InputError(f"version is {entries['version']!r}, expected numbers and dots such as 1.2.3")
    return text


def install_plugin(*, profile: str = "default", python: str | None = None) -> Path:
    """Copy the plugin into a QGIS profile and point it to a Python that has geotransfer; return its folder.

    Parameters
    ----------
    profile : str
        Name of the profile.
    python : str, optional
        Its path; by default the Python that runs now.

    Raises
    ------
    InputError
        A profile name with a separator in it.
    OutputError
        The folder cannot be written; an older plugin in it stays.
    """
    if not re.fullmatch(r"[^/\\:]+", profile) or profile in (".", ".."):
        raise InputError(f"profile is {profile!r}, expected the name of a QGIS profile such as 'default'")
    target = profiles_folder() / profile / "python" / "plugins" / PLUGIN
    draft = target.with_name(f".{PLUGIN}.part")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for name, content in _contents().items():
            (draft / name).write_bytes(content)
        pointer = json.dumps({"python": python or sys.executable}, ensure_ascii=False)
        (draft / "environment.json").write_text(pointer, encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise OutputError(
            f"the plugin cannot be written to {str(target)!r}: {error}; close QGIS and try again"
        ) from error
    return target


def zip_plugin(path: str | os.PathLike[str], *, contact: dict[str, str] | None = None) -> Path:
    """Write the plugin as a zip for QGIS's plugin manager (Install from ZIP); return its path.

    The zip names no environment: whoever installs it names theirs in the settings. The same version gives the same
    bytes.

    Parameters
    ----------
    path : path
        Ends in ``.zip``.
    contact : dict, optional
        EMAIL, REPOSITORY, TRACKER, HOMEPAGE for metadata.txt.
    """
    target = Path(path)
    if target.suffix.lower() != ".zip":
        raise InputError(f"output {str(path)!r}: expected a file that ends in .zip")
    draft = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in _contents(contact).items():
                archive.writestr(zipfile.ZipInfo(f"{PLUGIN}/{name}", EARLIEST), content, zipfile.ZIP_DEFLATED)
        draft.replace(target)
    except OSError as error:
        raise OutputError(f"{str(path)!r} cannot be written: {error}; expected a folder that exists") from error
    finally:
        draft.unlink(missing_ok=True)
    return target


def _contents(contact: dict[str, str] | None = None) -> dict[str, bytes]:
    """Return the plugin's files by name, metadata filled in, with the licence."""
    with as_file(files("geotransfer.qgis.plugin")) as folder:
        found = {
            item.name: item.read_bytes()
            for item in sorted(folder.iterdir())
            if item.is_file() and item.suffix != ".pyc" and item.name not in SKIPPED
        }
    found["metadata.txt"] = plugin_metadata(contact).encode("utf-8")
    found["LICENSE"] = _licence()
    return found


def _licence() -> bytes:
    from importlib.metadata import files as installed_files

    for entry in installed_files("geotransfer") or []:
        if entry.name == "LICENSE":
            return Path(str(entry.locate())).read_bytes()
    return b"BSD-3-Clause; see the LICENSE of geotransfer.\n"
