"""Where geotransfer's own Python is, and with which variables it is started."""

import json
import os

from qgis.core import QgsSettings

SETTING = "geotransfer/python"
POINTER = os.path.join(os.path.dirname(__file__), "environment.json")
"""Written by ``geotransfer qgis install``: the environment it was called from."""
LEAKS = ("PYTHON", "GDAL_", "PROJ_", "CPL_", "OGR_", "LD_LIBRARY_PATH", "DYLD_", "VIRTUAL_ENV", "CONDA_PREFIX")
"""Variables of QGIS's that would send geotransfer to QGIS's libraries."""


def python_path():
    """Return the Python that has geotransfer: the setting, or what the installation wrote; "" when neither is there."""
    chosen = str(QgsSettings().value(SETTING, "") or "")
    if chosen:
        return chosen
    try:
        with open(POINTER, encoding="utf-8") as file:
            return str(json.load(file)["python"])
    except (OSError, ValueError, KeyError):
        return ""


def set_python_path(path):
    """Remember the Python that has geotransfer."""
    QgsSettings().setValue(SETTING, path)


def clean_environment():
    """Return the variables for geotransfer's process: those of QGIS without what points at QGIS's own libraries."""
    kept = {key: value for key, value in os.environ.items() if not key.upper().startswith(LEAKS)}
    kept["PYTHONUTF8"] = "1"
    return kept
