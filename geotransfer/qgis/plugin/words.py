"""Chinese when QGIS speaks Chinese, else English."""

from qgis.core import QgsApplication


def chinese():
    """Return whether QGIS speaks Chinese."""
    return QgsApplication.instance() is not None and QgsApplication.locale().startswith("zh")


def say(zh, en):
    """Return the text in the language of QGIS."""
    return zh if chinese() else en
